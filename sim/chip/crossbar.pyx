"""The event crossbar: 20 inputs, 12 outputs, 76 nodes (facts: registers/behaviour, events; behavioural).

Inputs: 0..7 neuron event outputs, 8..11 link (by SPL1 address), 12..19 background sources. Outputs: 0..3 PADI buses of the top, 4..7 of
the bottom synapse array, 8..11 link. A node forwards an event iff (label & mask) == target. An output passes one event per clock and
queues a few; what finds the queue full is lost and counted at the input if the node has its drop counter enabled.
"""

from libc.string cimport memset
from hicannx_sim.base.state cimport ints, longs, view

from haldls import CrossbarNode, CrossbarOutputConfig
from hicannx_sim.base.numbers import number


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
        memset(self.mask, 0, sizeof(self.mask))
        memset(self.target, 0, sizeof(self.target))
        memset(self.count_drops, 0, sizeof(self.count_drops))
        memset(self.count_events, 0, sizeof(self.count_events))
        memset(self.drops, 0, sizeof(self.drops))
        memset(self.events, 0, sizeof(self.events))
        memset(self.busy_until, 0, sizeof(self.busy_until))
        for i in range(OUTPUTS):
            self.period[i] = 0 if i < L2_OUTPUT else L2_PERIOD

    cdef void set_period(self, int output, int64_t period) noexcept nogil:
        """Time between two events at an output; 0 where nothing listens, so that nothing queues or gets lost there."""
        self.period[output] = period
        if period == 0:
            self.busy_until[output] = 0

    cdef void configure_node(self, int node, const uint32_t* word) noexcept nogil:
        cdef int64_t slots[3]
        self.node_layout.decode(word, slots)
        self.mask[node], self.target[node] = <uint16_t>slots[MASK], <uint16_t>slots[TARGET]
        self.count_drops[node] = slots[DROP_COUNTER] != 0

    cdef void configure_outputs(self, const uint32_t* word) noexcept nogil:
        cdef int64_t slots[16]
        cdef int i
        self.output_layout.decode(word, slots)
        for i in range(OUTPUTS):
            self.count_events[i] = slots[COUNT_EVENTS + i] != 0
        for i in range(4):
            self.period[L2_OUTPUT + i] = SLOW_L2_PERIOD if slots[SLOW + i] else L2_PERIOD

    cdef int route(self, int source, uint32_t label, int64_t tick, int64_t* departure) noexcept nogil:
        """Outputs (bit mask) that an event at an input takes, and when it leaves each of them."""
        cdef int i, node, output, taken = 0
        cdef bint matched = False
        cdef int64_t leaves
        self.n_in[source] += 1
        for i in range(self.n_nodes[source]):
            node = self.node[source][i]
            if (label & self.mask[node]) != self.target[node]:
                continue
            matched = True
            output = self.output_of[node]
            leaves = max(tick + self.latency, self.busy_until[output])
            if leaves - tick - self.latency > self.depth * self.period[output]:
                self.n_lost[output] += 1
                if self.count_drops[node]:
                    self.drops[source] = (self.drops[source] + 1) & 0xffff
                continue
            self.busy_until[output] = leaves + self.period[output]
            if self.count_events[output]:
                self.events[output] = (self.events[output] + 1) & 0xffffff
            self.n_out[output] += 1
            departure[output] = leaves
            taken |= 1 << output
        if not matched:
            self.n_unrouted[source] += 1
        return taken

    def arrays(self):
        """Registers, queues and counters."""
        return {
            "mask": view(self.mask, sizeof(self.mask), "u2"), "target": view(self.target, sizeof(self.target), "u2"),
            "count_drops": ints(self.count_drops, sizeof(self.count_drops)), "count_events": ints(self.count_events, sizeof(self.count_events)),
            "period": longs(self.period, sizeof(self.period)), "busy_until": longs(self.busy_until, sizeof(self.busy_until)),
            "drops": view(self.drops, sizeof(self.drops), "u4"), "events": view(self.events, sizeof(self.events), "u4"),
            "n_in": longs(self.n_in, sizeof(self.n_in)), "n_unrouted": longs(self.n_unrouted, sizeof(self.n_unrouted)),
            "n_out": longs(self.n_out, sizeof(self.n_out)), "n_lost": longs(self.n_lost, sizeof(self.n_lost)),
        }


cdef int64_t L2_PERIOD = number("l2_period")
cdef int64_t SLOW_L2_PERIOD = number("slow_l2_period")
cdef int MASK = CrossbarNode.layout("Omnibus").slot("mask")
cdef int TARGET = CrossbarNode.layout("Omnibus").slot("target")
cdef int DROP_COUNTER = CrossbarNode.layout("Omnibus").slot("enable_drop_counter")
cdef int COUNT_EVENTS = CrossbarOutputConfig.layout("Omnibus").slot("enable_event_counter")
cdef int SLOW = CrossbarOutputConfig.layout("Omnibus").slot("enable_slow")
