"""The event crossbar: 20 inputs, 12 outputs, 76 nodes (facts: registers/behaviour, events; behavioural).

Inputs: 0..7 neuron event outputs, 8..11 link (by SPL1 address), 12..19 background sources. Outputs: 0..3 PADI buses of the top, 4..7 of
the bottom synapse array, 8..11 link. A node forwards an event iff (label & mask) == target. An output passes one event per clock and
queues a few; what finds the queue full is lost and counted at the input if the node has its drop counter enabled.
"""

from libc.string cimport memset

import numpy as np

from haldls import CrossbarNode, CrossbarOutputConfig
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


def wiring():
    """(input, output) of the nodes in the order of their addresses (facts: coordinates, CrossbarNodeOnDLS, exact)."""
    neurons = [(i, i % 4 + 4 * k) for i in range(8) for k in range(3)]
    link = [(8 + i, output) for i in range(4) for output in [*range(8), 8 + i]]
    background = [(12 + i, output) for i in range(8) for output in (i, 8 + i % 4)]
    return neurons + link + background


cdef class Crossbar:
    def __init__(self):
        self.node_layout, self.output_layout = CrossbarNode.layout("Omnibus"), CrossbarOutputConfig.layout("Omnibus")
        for node, (source, output) in enumerate(wiring()):
            self.node[<int>source][self.n_nodes[<int>source]] = node
            self.n_nodes[<int>source] += 1
            self.output_of[<int>node] = output
        self.latency, self.depth = number("crossbar"), number("fifo_depth")
        self.reset()

    cdef void reset(self) noexcept nogil:
        """All registers and counters to zero: every node forwards everything."""
        cdef int i
        for i in range(NODES):
            self.s.node_words[i] = self.s.mask[i] = self.s.target[i] = self.s.count_drops[i] = 0
        self.s.output_words[0] = 0
        memset(self.s.count_events, 0, sizeof(self.s.count_events))
        memset(self.s.drops, 0, sizeof(self.s.drops))
        memset(self.s.events, 0, sizeof(self.s.events))
        memset(self.s.busy_until, 0, sizeof(self.s.busy_until))
        for i in range(OUTPUTS):
            self.s.period[i] = 0 if i < L2_OUTPUT else L2_PERIOD

    cdef attach(self, Omnibus bus):
        bus.keep("CrossbarNode", self.s.node_words, sizeof(self.s.node_words), <void*> self, _configure_node)
        bus.keep("CrossbarOutputConfig", self.s.output_words, sizeof(self.s.output_words), <void*> self, _configure_outputs)
        bus.keep("CrossbarInputDropCounter", self.s.drops, sizeof(self.s.drops))
        bus.keep("CrossbarOutputEventCounter", self.s.events, sizeof(self.s.events))

    cdef void set_period(self, int output, int64_t period) noexcept nogil:
        """Time between two events at an output; 0 where nothing listens, so that nothing queues or gets lost there."""
        self.s.period[output] = period
        if period == 0:
            self.s.busy_until[output] = 0

    cdef void configure_node(self, int node, const uint32_t* word) noexcept nogil:
        cdef int64_t slots[3]
        self.node_layout.decode(word, slots)
        self.s.mask[node], self.s.target[node] = <uint16_t>slots[MASK], <uint16_t>slots[TARGET]
        self.s.count_drops[node] = slots[DROP_COUNTER] != 0

    cdef void configure_outputs(self, const uint32_t* word) noexcept nogil:
        cdef int64_t slots[16]
        cdef int i
        self.output_layout.decode(word, slots)
        for i in range(OUTPUTS):
            self.s.count_events[i] = slots[COUNT_EVENTS + i] != 0
        for i in range(4):
            self.s.period[L2_OUTPUT + i] = SLOW_L2_PERIOD if slots[SLOW + i] else L2_PERIOD

    cdef int route(self, int source, uint32_t label, int64_t tick, int64_t* departure) noexcept nogil:
        """Outputs (bit mask) that an event at an input takes, and when it leaves each of them."""
        cdef int i, node, output, taken = 0
        cdef bint matched = False
        cdef int64_t leaves
        self.s.n_in[source] += 1
        for i in range(self.n_nodes[source]):
            node = self.node[source][i]
            if (label & self.s.mask[node]) != self.s.target[node]:
                continue
            matched = True
            output = self.output_of[node]
            leaves = max(tick + self.latency, self.s.busy_until[output])
            if leaves - tick - self.latency > self.depth * self.s.period[output]:
                self.s.n_lost[output] += 1
                self.n_dropped[node] += 1
                if self.s.count_drops[node]:
                    self.s.drops[source] = (self.s.drops[source] + 1) & 0xffff
                continue
            self.s.busy_until[output] = leaves + self.s.period[output]
            if self.s.count_events[output]:
                self.s.events[output] = (self.s.events[output] + 1) & 0xffffff
            self.s.n_out[output] += 1
            self.n_passed[node] += 1
            departure[output] = leaves
            taken |= 1 << output
        if not matched:
            self.s.n_unrouted[source] += 1
            self.s.unrouted[source] = label
        return taken

    def by_node(self):
        """Events that passed each node, and that it lost because the output's queue was full, since power-on in this process: uint64[2, 76]."""
        return np.array([<uint64_t[:NODES]> self.n_passed, <uint64_t[:NODES]> self.n_dropped])

    def arrays(self):
        """Registers, queues and counters."""
        return fields(<CrossbarState[:1]> &self.s)


cdef void _configure_node(void* block, uint32_t node, const uint32_t* words, int64_t tick) noexcept nogil:
    (<Crossbar> block).configure_node(node, words)


cdef void _configure_outputs(void* block, uint32_t coordinate, const uint32_t* words, int64_t tick) noexcept nogil:
    (<Crossbar> block).configure_outputs(words)


cdef int64_t L2_PERIOD = number("l2_period")
cdef int64_t SLOW_L2_PERIOD = number("slow_l2_period")
cdef int MASK = CrossbarNode.layout("Omnibus").slot("mask")
cdef int TARGET = CrossbarNode.layout("Omnibus").slot("target")
cdef int DROP_COUNTER = CrossbarNode.layout("Omnibus").slot("enable_drop_counter")
cdef int COUNT_EVENTS = CrossbarOutputConfig.layout("Omnibus").slot("enable_event_counter")
cdef int SLOW = CrossbarOutputConfig.layout("Omnibus").slot("enable_slow")
