"""The eight background event sources (facts: registers/behaviour, events, and analog model 12; behavioural).

The period counts at 250 MHz. Switching a source on loads the seed; the first event follows one full period later. Regular mode: one event
per period with a fixed label. Random mode: one draw per period, an event if its low byte is at most `rate` (rate 0: never); the next byte
replaces the label bits selected by `mask`. The generator's polynomial is not public: a 32-bit xor-shift generator of full length stands
for it (assumed), which stands still if the seed is 0: every draw is 0 then. A period of 0 counts as 1.
"""

from libc.string cimport memset
from hicannx_sim.base.state cimport ints, longs, view

from haldls import BackgroundSpikeSource


cdef inline uint32_t _next(uint32_t state) noexcept nogil:
    state ^= state << 13
    state ^= state >> 17
    return state ^ (state << 5)


cdef class BackgroundSources:
    def __init__(self):
        self.layout = BackgroundSpikeSource.layout("Omnibus")
        if self.layout.n_slots > 16:
            raise ValueError("BackgroundSpikeSource has more fields than the model expects")
        self.reset()

    cdef void reset(self) noexcept nogil:
        cdef int i
        memset(self.enabled, 0, sizeof(self.enabled))
        for i in range(SOURCES):
            self.generation[i] += 1

    cdef int64_t configure(self, int source, const uint32_t* words, int64_t tick) noexcept nogil:
        """Takes over written registers; the tick of the first draw if the source was just switched on, else -1."""
        cdef int64_t slots[16]
        cdef bint was_enabled = self.enabled[source]
        self.layout.decode(words, slots)
        self.enabled[source], self.random[source] = slots[ENABLE] != 0, slots[RANDOM] != 0
        self.period[source] = 2 * max(slots[PERIOD], 1)
        self.rate[source], self.mask[source] = <uint32_t>slots[RATE], <uint32_t>slots[MASK]
        self.label[source] = <uint32_t>slots[LABEL]
        if self.enabled[source] == was_enabled:
            return -1
        self.generation[source] += 1
        if was_enabled:
            return -1
        self.state[source] = <uint32_t>slots[SEED]
        return tick + self.period[source]

    cdef int64_t advance(self, int source, int64_t tick, bint* fires, uint32_t* label) noexcept nogil:
        """The draw at the end of a period: whether an event fires, its label, and the tick of the next draw."""
        cdef uint32_t bits
        fires[0], label[0] = True, self.label[source]
        if self.random[source]:
            bits = self.state[source] = _next(self.state[source])
            fires[0] = self.rate[source] > 0 and (bits & 0xff) <= self.rate[source]
            label[0] = (label[0] & ~self.mask[source]) | (bits >> 8 & self.mask[source])
        self.n_events += fires[0]
        return tick + self.period[source]

    def arrays(self):
        """Decoded registers, random generators and counters."""
        return {
            "enabled": ints(self.enabled, sizeof(self.enabled)), "random": ints(self.random, sizeof(self.random)),
            "period": longs(self.period, sizeof(self.period)), "rate": view(self.rate, sizeof(self.rate), "u4"),
            "label": view(self.label, sizeof(self.label), "u4"), "mask": view(self.mask, sizeof(self.mask), "u4"),
            "state": view(self.state, sizeof(self.state), "u4"), "generation": ints(self.generation, sizeof(self.generation)),
            "n_events": longs(&self.n_events, sizeof(self.n_events)),
        }


cdef int ENABLE = BackgroundSpikeSource.layout("Omnibus").slot("enable")
cdef int RANDOM = BackgroundSpikeSource.layout("Omnibus").slot("enable_random")
cdef int PERIOD = BackgroundSpikeSource.layout("Omnibus").slot("period")
cdef int RATE = BackgroundSpikeSource.layout("Omnibus").slot("rate")
cdef int SEED = BackgroundSpikeSource.layout("Omnibus").slot("seed")
cdef int MASK = BackgroundSpikeSource.layout("Omnibus").slot("mask")
cdef int LABEL = BackgroundSpikeSource.layout("Omnibus").slot("neuron_label")
