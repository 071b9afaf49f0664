"""Spikes between the chips of a jBOA setup: tables on each FPGA, and a node in the middle that hands every spike to all FPGAs.

A spike from the chip whose label has an enabled output entry leaves with that entry's 15-bit routing label. It reaches every FPGA, the sender
among them; where the routing label has an enabled input entry, the spike goes to the chip with that entry's label. (facts: transport 3.1, 8)

The line to the node takes one spike per cycle. An FPGA that stands alone gets its own spikes back from here; among others
(`hicannx_sim.setup.aggregator` is the node then) they wait in the outbox for whoever carries them.

Accuracy: behavioural. Latency, rate of the line and depth of its queue are assumed, from a hop between chips of less than 1.3 us and lines of
5 Gbit/s. (facts: transport 9; clients/multichip 1)
"""

cimport cython
from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.base.growing cimport growing_append, growing_free
from hicannx_sim.base.state cimport items, resize
from hicannx_sim.fpga.due cimport Due, DueQueue
from hicannx_sim.fpga.registers cimport RegisterFile

from haldls import InputRoutingTableEntry, OutputRoutingTableEntry
from hicannx_sim.base.errors import SnapshotError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.places import bits_of
from hicannx_sim.base.state import fields


cdef inline int change(uint32_t bit, uint32_t before, uint32_t after) noexcept nogil:
    """1 if a bit was set, -1 if it was cleared."""
    return (after & bit != 0) - (before & bit != 0)


cdef int64_t enabled(const uint32_t* entries, int64_t count, uint32_t bit) noexcept nogil:
    """How many entries of a table have a bit set."""
    cdef int64_t found = 0, k
    for k in range(count):
        found += entries[k] & bit != 0
    return found


@cython.final
cdef class Router(RegisterBlock):
    """Routing by the tables in `registers`; on an FPGA without tables nothing is routed. Time in FPGA cycles."""

    def __init__(self, RegisterFile registers not None):
        self.arrivals = DueQueue()
        self.hop, self.up, self.depth = number("network_hop"), number("network_up"), number("network_queue")
        self.output_enable = bits_of(OutputRoutingTableEntry, "enable").mask
        self.output_label = bits_of(OutputRoutingTableEntry, "label").mask
        self.input_enable = bits_of(InputRoutingTableEntry, "enable").mask
        self.input_label = bits_of(InputRoutingTableEntry, "label").mask
        if any(row.container == OutputRoutingTableEntry.__name__ for row in registers.table):
            self.registers = registers
            self.outputs_row = self.attach(registers, "output routing table")
            self.attach(registers, "input routing table")
            self.output, self.input = registers.words("output routing table"), registers.words("input routing table")

    def __dealloc__(self):
        growing_free(&self.outbox)

    cdef void clear(self):
        """The tables are as after power-on; spikes on the way arrive nowhere."""
        if self.registers is None:
            return
        self.registers.reset_row("output routing table")
        self.registers.reset_row("input routing table")
        self.s.outputs = self.s.inputs = 0

    cdef bint affects_events(self, int row, uint32_t before, uint32_t data) noexcept nogil:
        return data != before

    cdef int64_t write(self, int row, uint32_t index, uint32_t before, uint32_t data, int64_t cycle) except -1 nogil:
        """How many entries are enabled."""
        if row == self.outputs_row:
            self.s.outputs += change(self.output_enable, before, data)
        else:
            self.s.inputs += change(self.input_enable, before, data)
        return 0

    cdef bint sends(self) noexcept nogil:
        return self.s.outputs > 0

    cdef bint loops(self) noexcept nogil:
        """What is sent may come back to the chip, and nobody else looks after that."""
        return self.s.outputs > 0 and self.s.inputs > 0 and not self.coupled

    cdef void transmit(self, uint16_t label, int64_t cycle) noexcept nogil:
        """A spike from the chip reaches the FPGA at `cycle`."""
        cdef int64_t leaves = max(cycle, self.s.free)
        if not self.output[label] & self.output_enable:
            self.s.silent += 1
            return
        if leaves - cycle >= self.depth:
            self.s.overflow += 1
            return
        self.s.free = leaves + 1
        self.s.sent += 1
        if self.coupled:
            self.leave(leaves, self.output[label] & self.output_label, SPIKE)
        else:
            self.arrivals.push(leaves + self.hop, 0, self.output[label] & self.output_label)

    cdef void arrive(self, int64_t cycle) noexcept nogil:
        """The program reaches a barrier between FPGAs at `cycle`."""
        self.leave(cycle, 0, BARRIER)

    cdef void leave(self, int64_t cycle, uint16_t label, int kind) noexcept nogil:
        cdef Record* record = <Record*> growing_append(&self.outbox, sizeof(Record))
        if record != NULL:
            record.cycle, record.label, record.sender, record.kind = cycle + self.up, label, self.sender, <uint8_t> kind

    cdef int64_t next(self) noexcept nogil:
        """Cycle at which the next spike arrives."""
        return self.arrivals.next()

    cdef int receive(self) noexcept nogil:
        """Takes the next spike; the label that goes to the chip, or -1."""
        cdef Due spike = self.arrivals.pop()
        if not self.input[spike.value] & self.input_enable:
            self.s.unrouted += 1
            return -1
        self.s.received += 1
        return <int> (self.input[spike.value] & self.input_label)

    @property
    def counters(self):
        """Spikes sent to and taken from the other chips' node, since power-on."""
        return {
            "sent": self.s.sent, "without output entry": self.s.silent, "lost: queue full": self.s.overflow,
            "received": self.s.received, "without input entry": self.s.unrouted,
        }

    def arrays(self):
        """How many entries are enabled, counters, and what nobody has carried to the node yet; the spikes on the way are a block of their own."""
        return fields(<RouterState[:1]> &self.s) | {"outbox": items(&self.outbox, sizeof(Record))}

    def resize_arrays(self, sizes):
        """Room for what waits to be carried, in bytes."""
        resize(&self.outbox, sizes["outbox"], sizeof(Record))

    def restored(self):
        """What follows from the tables: how many entries are enabled. Without tables nothing can be on its way."""
        self.s.outputs = self.s.inputs = 0
        if self.registers is None:
            if len(self.arrivals):
                raise SnapshotError("fpga.router_arrivals: this FPGA has no routing tables, and spikes on their way to it")
            return
        for row in self.registers.table:
            if row.name == "output routing table":
                self.s.outputs = enabled(self.output, row.count, self.output_enable)
            elif row.name == "input routing table":
                self.s.inputs = enabled(self.input, row.count, self.input_enable)
