"""Carries out the faults described in faults.py at their time."""

cimport cython
from libc.stdint cimport int64_t, uint32_t, uint64_t

from fisch.ut cimport FROM_HIGHSPEED_LINK_NOTIFICATION
from hicannx_sim.base.clock cimport NEVER, TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.due cimport Due, DueQueue
from hicannx_sim.fpga.events cimport EventPath
from hicannx_sim.fpga.performance_test cimport PerformanceTest
from hicannx_sim.fpga.phys cimport PHYBlock
from hicannx_sim.fpga.trace cimport Trace

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.fpga import faults
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef enum:
    # kinds of timed faults; value: PHY
    PHY_DOWN
    PHY_UP
    CRC_AT_FPGA
    CRC_AT_CHIP
    NOTIFY              # value: payload
    LINK_UP = 1 << 4
    CRC_ERROR = 1 << 2
    CRC_RECOVER = 1 << 1


@cython.final
cdef class Injector:
    """Faults that are still to happen. Time in FPGA cycles."""

    def __init__(self, PHYBlock phys not None, PerformanceTest test not None, Trace trace not None, EventPath events not None):
        self.phys, self.test, self.trace, self.events = phys, test, trace, events
        self.queue = DueQueue()
        self.repeat = number("arq_repeat")

    def add(self, fault, int64_t now, seed):
        """A fault (faults.Fault) described at cycle `now`; `seed` decides where chance does."""
        if isinstance(fault, faults.PHYDown):
            self.queue.push(now + fault.after, PHY_DOWN, fault.phy)
            if fault.cycles is not None:
                self.queue.push(now + fault.after + fault.cycles, PHY_UP, fault.phy)
        elif isinstance(fault, faults.CRCErrors):
            for i in range(fault.count):
                self.queue.push(now + fault.after + i * fault.every, CRC_AT_CHIP if fault.at_chip else CRC_AT_FPGA, fault.phy)
        elif isinstance(fault, faults.Notification):
            self.queue.push(now + fault.after, NOTIFY, fault.value)
        elif isinstance(fault, faults.LostEvents):
            self.events.lose(fault.probability, fault.to_chip, fault.from_chip, seed)
        elif isinstance(fault, faults.MissingResponse):
            self.s.answered, self.s.missing = fault.reads, fault.count
        else:
            raise ConfigurationError(f"{fault!r} is no fault that can be injected")

    def clear(self, int64_t now):
        """Nothing goes wrong any more; PHYs that are down are trained again."""
        self.queue.clear()
        self.s.missing = 0
        self.events.lose(0, True, True, 0)
        self.phys.force_down(0, now)

    cdef int64_t next(self) noexcept nogil:
        """Cycle of the next timed fault, NEVER."""
        return self.queue.next()

    cdef int64_t apply(self) noexcept nogil:
        """Carries out the next timed fault; returns the cycles by which omnibus responses are late because of it."""
        cdef Due fault = self.queue.pop()
        cdef int phy = <int> (fault.value & 7)
        cdef uint32_t down
        if fault.kind == PHY_DOWN or fault.kind == PHY_UP:
            self.events.advance(fault.cycle * TICKS_PER_FPGA_CYCLE)
            down = self.phys.s.forced_down & ~(<uint32_t> 1 << phy)
            self.phys.force_down(down | <uint32_t> (fault.kind == PHY_DOWN) << phy, fault.cycle)
            return 0
        if fault.kind == NOTIFY:
            self.trace.push(fault.cycle, FROM_HIGHSPEED_LINK_NOTIFICATION, <uint64_t> fault.value)
            return 0
        return self.crc_error(phy, fault.kind == CRC_AT_CHIP, fault.cycle)

    cdef int64_t crc_error(self, int phy, bint at_chip, int64_t cycle) noexcept nogil:
        """A damaged packet and its repetition."""
        if not self.phys.link.is_up(phy, cycle * TICKS_PER_FPGA_CYCLE):
            return 0
        if at_chip:
            self.phys.s.repeated_to_chip += 1
            return self.repeat
        self.phys.damaged(phy)
        self.test.damaged(cycle)
        self.trace.push(cycle, FROM_HIGHSPEED_LINK_NOTIFICATION, <uint64_t> phy << 5 | LINK_UP | CRC_ERROR)
        self.trace.push(cycle + self.repeat, FROM_HIGHSPEED_LINK_NOTIFICATION, <uint64_t> phy << 5 | LINK_UP | CRC_RECOVER)
        return self.repeat

    cdef bint swallows(self) noexcept nogil:
        """The response of this read from the chip gets lost."""
        if not self.s.missing:
            return False
        if self.s.answered:
            self.s.answered -= 1
            return False
        self.s.missing -= 1
        self.s.n_missing += 1
        return True

    def arrays(self):
        """Responses still to be answered and to be lost; the timed faults are a block of their own."""
        return fields(<InjectorState[:1]> &self.s)

    def blocks(self):
        """{name: block} of the parts with state of their own."""
        return {"faults": self.queue}
