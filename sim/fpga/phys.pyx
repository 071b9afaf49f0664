"""The FPGA's end of the high-speed link: its 8 PHYs with their settings and counters, and the counters of the omnibus connection over them.

(facts: transport 2.9, 3.1; registers/behaviour, PHYs)
"""

cimport cython
from hicannx_sim.base.clock cimport TICKS_PER_FPGA_CYCLE
from hicannx_sim.fpga.registers cimport RegisterFile

from hicannx_sim.base.state import fields


@cython.final
cdef class PHYBlock(RegisterBlock):
    """What registers switch on the FPGA's end of `link`."""

    def __init__(self, RegisterFile registers not None, Link link not None):
        self.link = link
        self.enable, self.config = self.attach(registers, "PHY enable"), self.attach(registers, "PHY config")
        self.crc, self.online = self.attach(registers, "PHY CRC errors"), self.attach(registers, "PHY online time")
        self.dropped, self.arq = self.attach(registers, "PHY dropped words"), self.attach(registers, "ARQ counters")
        self.sent, self.received = self.attach(registers, "L2 words sent"), self.attach(registers, "L2 words received")
        self.mask = registers.words("PHY enable")

    cdef bint affects_events(self, int row, uint32_t before, uint32_t data) noexcept nogil:
        return True

    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil:
        if row == self.enable:
            self.link.set_fpga_mask(data & ~self.s.forced_down, cycle * TICKS_PER_FPGA_CYCLE)
        else:
            self.link.set_fpga_config(index, data, cycle * TICKS_PER_FPGA_CYCLE)
        return 0

    cdef int64_t read(self, int row, uint32_t index, int64_t cycle, uint32_t* data) except -1 nogil:
        data[0] = self.counter(row, index, cycle * TICKS_PER_FPGA_CYCLE)
        return cycle

    cdef uint32_t counter(self, int row, uint32_t index, int64_t tick) noexcept nogil:
        """Repetitions are part of what was sent and received."""
        cdef int64_t sent = self.s.written + self.s.repeated_to_chip, received = self.s.read + self.s.repeated_from_chip
        if row == self.crc:
            return <uint32_t> self.s.crc_errors[index]
        if row == self.dropped:
            return <uint32_t> self.s.dropped[index]
        if row == self.arq:
            return <uint32_t> (self.s.written if index == 0 else sent if index == 1 else received if index == 2 else self.s.read)
        if not self.link.is_up(index, tick):
            return 0
        if row == self.online:
            return <uint32_t> ((tick - self.link.s.up_at[index]) // TICKS_PER_FPGA_CYCLE)
        return <uint32_t> ((sent if row == self.sent else received) // self.link.n_up(tick))

    cdef void force_down(self, uint32_t phys, int64_t cycle) noexcept nogil:
        """PHYs (bit mask) that stay down whatever the registers say."""
        self.s.forced_down = phys
        self.link.set_fpga_mask(self.mask[0] & ~phys, cycle * TICKS_PER_FPGA_CYCLE)

    cdef void damaged(self, int phy) noexcept nogil:
        """A packet from the chip arrives damaged and is repeated."""
        self.s.crc_errors[phy] += 1
        self.s.repeated_from_chip += 1

    cdef void drop(self, int phy) noexcept nogil:
        """An event from the chip gets lost."""
        self.s.dropped[phy] += 1

    def arrays(self):
        """What went over the link, and what faults did to it."""
        return fields(<PHYState[:1]> &self.s)
