"""The memory from which the executor takes its instructions; its filling matters with a host that is not infinitely fast. (facts: transport 2.7)"""

cimport cython
from hicannx_sim.base.growing cimport growing_at, growing_free
from hicannx_sim.base.state cimport items, resize

from hicannx_sim.base.state import fields


@cython.final
cdef class PlaybackMemory:
    """host: `hicannx_sim.fpga.host.HostLink` or None: every word is there when it is needed. Time in FPGA cycles."""

    def __init__(self, host=None):
        self.limited = host is not None
        if self.limited:
            self.interval, self.words = host.cycles_per_word, host.playback_words
            resize(&self.left, self.words * sizeof(int64_t), sizeof(int64_t))

    def __dealloc__(self):
        growing_free(&self.left)

    cdef void begin_run(self, int64_t cycle) noexcept nogil:
        self.s.arrived, self.s.arrived_at = 0, cycle

    cdef int64_t arrival(self) noexcept nogil:
        """Cycle at which the host has sent the next word; it stops while the memory is full."""
        cdef int64_t* place = <int64_t*> growing_at(&self.left, self.s.arrived % self.words, sizeof(int64_t))
        if self.s.arrived >= self.words:
            self.s.arrived_at = max(self.s.arrived_at, place[0])
        self.s.arrived_at += self.interval
        return self.s.arrived_at

    cdef void leaves(self, int64_t cycle) noexcept nogil:
        """That word is executed at `cycle`."""
        (<int64_t*> growing_at(&self.left, self.s.arrived % self.words, sizeof(int64_t)))[0] = cycle
        self.s.arrived += 1

    def arrays(self):
        """Words of the run so far, and when the latest ones left the memory."""
        return fields(<PlaybackMemoryState[:1]> &self.s) | {"left": items(&self.left, sizeof(int64_t))}

    def resize_arrays(self, sizes):
        """As many words as in the snapshot: the host is the same."""
        resize(&self.left, sizes["left"], sizeof(int64_t))
