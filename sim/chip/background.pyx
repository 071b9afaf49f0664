"""The eight background event sources (facts: registers/behaviour, events, and analog model 12; behavioural).

The period counts at 250 MHz. Switching a source on loads the seed; the first event follows one full period later. Regular mode: one event
per period with a fixed label; a period of 0 counts as 1. Random mode: one draw every period + 1 cycles (as PyNN.brainscales2 calculates
it), an event if its low byte is at most `rate`, so at rate 0 in one of 256 draws; the next byte replaces the label bits selected by `mask`.
The generator's polynomial is not public: a 32-bit xor-shift generator of full length stands for it (assumed), which stands still if the
seed is 0: every draw is 0 then.
"""

from libc.string cimport memset

from hicannx_sim.chip.queue cimport AT_BACKGROUND

from haldls import BackgroundSpikeSource
from hicannx_sim.base.state import fields


cdef inline uint32_t _next(uint32_t state) noexcept nogil:
    state ^= state << 13
    state ^= state >> 17
    return state ^ (state << 5)


cdef class BackgroundSources:
    def __init__(self, EventQueue queue not None):
        self.queue = queue
        self.layout = BackgroundSpikeSource.layout("Omnibus")
        if self.layout.n_slots > 16:
            raise ValueError("BackgroundSpikeSource has more fields than the model expects")
        self.reset()

    cdef void reset(self) noexcept nogil:
        cdef int i
        memset(self.s.words, 0, sizeof(self.s.words))
        memset(self.s.enabled, 0, sizeof(self.s.enabled))
        for i in range(SOURCES):
            self.s.generation[i] += 1
            self.configure(i, self.s.words[i], 0)

    cdef attach(self, Omnibus bus):
        bus.keep("BackgroundSpikeSource", &self.s.words[0][0], sizeof(self.s.words), <void*> self, _configure)

    cdef void configure(self, int source, const uint32_t* words, int64_t tick) noexcept nogil:
        """Follows the registers; a source that they switch on draws for the first time one period later."""
        cdef int64_t slots[16]
        cdef bint was_enabled = self.s.enabled[source]
        self.layout.decode(words, slots)
        self.s.enabled[source], self.s.random[source] = slots[ENABLE] != 0, slots[RANDOM] != 0
        self.s.period[source] = 2 * (slots[PERIOD] + 1 if self.s.random[source] else max(slots[PERIOD], 1))
        self.s.rate[source], self.s.mask[source] = <uint32_t>slots[RATE], <uint32_t>slots[MASK]
        self.s.label[source] = <uint32_t>slots[LABEL]
        if self.s.enabled[source] == was_enabled:
            return
        self.s.generation[source] += 1
        if not was_enabled:
            self.s.generator[source] = <uint32_t>slots[SEED]
            self.queue.push(tick + self.s.period[source], AT_BACKGROUND, source, self.s.generation[source])

    cdef int64_t advance(self, int source, int64_t tick, bint* fires, uint32_t* label) noexcept nogil:
        """The draw at the end of a period: whether an event fires, its label, and the tick of the next draw."""
        cdef uint32_t bits
        fires[0], label[0] = True, self.s.label[source]
        if self.s.random[source]:
            bits = self.s.generator[source] = _next(self.s.generator[source])
            fires[0] = (bits & 0xff) <= self.s.rate[source]
            label[0] = (label[0] & ~self.s.mask[source]) | (bits >> 8 & self.s.mask[source])
        self.s.n_events += fires[0]
        return tick + self.s.period[source]

    def arrays(self):
        """Registers, as written and decoded, random generators and counters."""
        return fields(<BackgroundState[:1]> &self.s)


cdef void _configure(void* block, uint32_t source, const uint32_t* words, int64_t tick) noexcept nogil:
    (<BackgroundSources> block).configure(source, words, tick)


cdef int ENABLE = BackgroundSpikeSource.layout("Omnibus").slot("enable")
cdef int RANDOM = BackgroundSpikeSource.layout("Omnibus").slot("enable_random")
cdef int PERIOD = BackgroundSpikeSource.layout("Omnibus").slot("period")
cdef int RATE = BackgroundSpikeSource.layout("Omnibus").slot("rate")
cdef int SEED = BackgroundSpikeSource.layout("Omnibus").slot("seed")
cdef int MASK = BackgroundSpikeSource.layout("Omnibus").slot("mask")
cdef int LABEL = BackgroundSpikeSource.layout("Omnibus").slot("neuron_label")
