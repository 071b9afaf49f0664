"""Spikes between the chips of a jBOA setup: tables on each FPGA, and a node in the middle that hands every spike to all FPGAs.

A spike from the chip whose label has an enabled output entry leaves with that entry's 15-bit routing label. It reaches every FPGA, the sender
among them; where the routing label has an enabled input entry, the spike goes to the chip with that entry's label. (facts: transport 3.1, 8)

Accuracy: behavioural for one FPGA whose own spikes come back over the node. Other FPGAs and the node's synchronisation are not modelled. The
latency is assumed, from a hop between chips of less than 1.3 us. (facts: transport 9)
"""

from libc.stdint cimport int64_t, uint16_t, uint32_t

from hicannx_sim.fpga.due cimport Due, DueQueue
from hicannx_sim.fpga.registers cimport ROUTING_OUTPUTS, RegisterFile
from hicannx_sim.base.state cimport longs

from hicannx_sim.base.numbers import number

cdef enum:
    OUTPUT_ENABLE = 1 << 15
    INPUT_ENABLE = 1 << 16


cdef class Router:
    """Routing by the tables in `registers`. Time in FPGA cycles."""

    def __init__(self, RegisterFile registers not None):
        self.registers = registers
        self.arrivals = DueQueue()
        self.hop = number("network_hop")

    cdef void rewritten(self, uint32_t offset, uint32_t before, uint32_t after) noexcept nogil:
        """Entry `offset` of the tables has changed."""
        if offset >= ROUTING_OUTPUTS:
            self.outputs += <int64_t> (after >> 15 & 1) - <int64_t> (before >> 15 & 1)
        else:
            self.inputs += <int64_t> (after >> 16 & 1) - <int64_t> (before >> 16 & 1)

    cdef bint sends(self) noexcept nogil:
        return self.outputs > 0

    cdef bint loops(self) noexcept nogil:
        """What is sent may come back to the chip."""
        return self.outputs > 0 and self.inputs > 0

    cdef int transmit(self, uint16_t label, int64_t cycle) except -1 nogil:
        """A spike from the chip reaches the FPGA at `cycle`."""
        cdef uint32_t entry = self.registers.routing[ROUTING_OUTPUTS + label]
        if not entry & OUTPUT_ENABLE:
            self.n_silent += 1
            return 0
        self.n_sent += 1
        return self.arrivals.push(cycle + self.hop, 0, entry & 0x7fff)

    cdef int64_t next(self) noexcept nogil:
        """Cycle at which the next spike arrives."""
        return self.arrivals.next()

    cdef int receive(self) noexcept nogil:
        """Takes the next spike; the label that goes to the chip, or -1."""
        cdef Due spike = self.arrivals.pop()
        cdef uint32_t entry = self.registers.routing[spike.value]
        if not entry & INPUT_ENABLE:
            self.n_unrouted += 1
            return -1
        self.n_received += 1
        return <int> (entry & 0xffff)

    @property
    def counters(self):
        """Spikes sent to and taken from the other chips' node, since power-on."""
        return {
            "sent": self.n_sent, "without output entry": self.n_silent, "received": self.n_received, "without input entry": self.n_unrouted,
        }

    def arrays(self):
        """How many entries are enabled, and counters; the spikes on the way are a block of their own."""
        return {
            "outputs": longs(&self.outputs, sizeof(self.outputs)), "inputs": longs(&self.inputs, sizeof(self.inputs)),
            "n_silent": longs(&self.n_silent, sizeof(self.n_silent)),
            "n_sent": longs(&self.n_sent, sizeof(self.n_sent)), "n_received": longs(&self.n_received, sizeof(self.n_received)),
            "n_unrouted": longs(&self.n_unrouted, sizeof(self.n_unrouted)),
        }
