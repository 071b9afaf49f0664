"""What happens on a chip, for whoever looks: events on their way and accesses to registers. Nobody looks: nothing is kept.

Who listens gets a key, and asks with it from where he has come to. Several may listen at once; what nobody listens to any more is dropped.
Nothing of this is state of the chip, and nothing follows from it.
"""

from libc.string cimport memcpy, memset

from hicannx_sim.base.growing cimport growing_append, growing_at, growing_clear, growing_count, growing_drop, growing_free

import numpy as np

from hicannx_sim.chip.queue cimport AT_BACKGROUND, AT_CROSSBAR, AT_OUT, AT_PADI, AT_POST

SEEN_EVENT = np.dtype([("tick", np.int64), ("what", np.int64), ("where", np.int32), ("kind", np.int32)], align=True)
"""An event: tick of 2 ns, kind (`KINDS_OF_EVENTS`), where (crossbar input, PADI bus, link output or neuron) and what (label, MADC value)."""
SEEN_ACCESS = np.dtype([
    ("tick", np.int64), ("place", np.int64), ("address", np.uint32), ("data", np.uint32),
    ("origin", np.uint8), ("kind", np.uint8), ("byte_enables", np.uint8), ("problem", np.uint8),
], align=True)
"""An access: tick at which it happens, place (instruction of the program, or program counter), word address, word, and who did what."""
KINDS_OF_EVENTS = {"crossbar": AT_CROSSBAR, "padi": AT_PADI, "out": AT_OUT, "madc": SAMPLE, "neuron": FIRED}
ORIGINS = ("host", "jtag", "ppu top", "ppu bottom")
KINDS_OF_ACCESSES = ("write", "read", "row write", "row read")
PROBLEMS = ("", "undefined", "unmodelled")

if SEEN_EVENT.itemsize != sizeof(ObservedEvent) or SEEN_ACCESS.itemsize != sizeof(ObservedAccess):
    raise ImportError("hicannx_sim.chip.watch was compiled for other records than it describes")


cdef class Watch:
    def __init__(self):
        self.gate, self.listeners = Gate(), {}

    def __dealloc__(self):
        growing_free(&self.events)
        growing_free(&self.accesses)

    # -- what happens

    cdef void _event(self, int64_t tick, int kind, int where, int64_t what) noexcept nogil:
        cdef ObservedEvent* seen = <ObservedEvent*> growing_append(&self.events, sizeof(ObservedEvent))
        if seen != NULL:
            seen.tick, seen.kind, seen.where, seen.what = tick, kind, where, what
        if self.keep and growing_count(&self.events) > 2 * self.keep:
            growing_drop(&self.events, self.keep)
            self.events_dropped += self.keep

    cdef void by_host(self, int64_t tick, int kind, uint32_t address, uint32_t data, int byte_enables, int problem) noexcept nogil:
        self._access(tick, self.instruction[0] if self.instruction != NULL else -1, JTAG if self.by_jtag else HOST, kind, address, data,
                     byte_enables, problem)

    cdef void by_processor(
        self, int64_t tick, int number, uint32_t pc, int kind, uint32_t address, uint32_t data, int byte_enables, int problem
    ) noexcept nogil:
        self._access(tick, pc, BOTTOM if number else TOP, kind, address, data, byte_enables, problem)

    cdef void _access(
        self, int64_t tick, int64_t place, int origin, int kind, uint32_t address, uint32_t data, int byte_enables, int problem
    ) noexcept nogil:
        cdef ObservedAccess* seen = <ObservedAccess*> growing_append(&self.accesses, sizeof(ObservedAccess))
        if seen != NULL:
            memset(seen, 0, sizeof(ObservedAccess))
            seen.tick, seen.place, seen.address, seen.data = tick, place, address, data
            seen.origin, seen.kind, seen.byte_enables, seen.problem = <uint8_t> origin, <uint8_t> kind, <uint8_t> byte_enables, <uint8_t> problem
        if self.keep and growing_count(&self.accesses) > 2 * self.keep:
            growing_drop(&self.accesses, self.keep)
            self.accesses_dropped += self.keep

    # -- who looks

    def listen(self, events=(), accesses=False):
        """Listens from now on to these kinds of events, names of `KINDS_OF_EVENTS`, and to accesses; gives the key to `forget` it."""
        self.keys += 1
        self.listeners[self.keys] = (sum(1 << KINDS_OF_EVENTS[name] for name in events), bool(accesses))
        self._follow()
        return self.keys

    def forget(self, key):
        """Listens no more."""
        self.listeners.pop(key, None)
        self._follow()

    def _follow(self):
        cdef uint32_t mask = 0
        for events, _ in self.listeners.values():
            mask |= events
        self.events_on, self.accesses_on = mask, any(accesses for _, accesses in self.listeners.values())
        if not self.events_on:
            self.events_dropped += growing_count(&self.events)
            growing_clear(&self.events)
        if not self.accesses_on:
            self.accesses_dropped += growing_count(&self.accesses)
            growing_clear(&self.accesses)

    @property
    def seen(self):
        """Numbers of the next event and of the next access."""
        return self.events_dropped + growing_count(&self.events), self.accesses_dropped + growing_count(&self.accesses)

    @property
    def lost(self):
        """Entries that there was no memory for."""
        return self.events.refused + self.accesses.refused

    def events_from(self, number):
        """Events from a number on, of all kinds that somebody listens to: array of `SEEN_EVENT`."""
        return _copy(&self.events, number - self.events_dropped, SEEN_EVENT)

    def accesses_from(self, number):
        """Accesses from a number on: array of `SEEN_ACCESS`."""
        return _copy(&self.accesses, number - self.accesses_dropped, SEEN_ACCESS)


cdef object _copy(const Growing* log, int64_t first, dtype):
    cdef int64_t count = growing_count(log)
    cdef size_t size = dtype.itemsize
    cdef unsigned char[::1] data
    first = min(max(first, 0), count)
    copied = np.empty((count - first) * size, np.uint8)
    if count > first:
        data = copied
        memcpy(&data[0], growing_at(log, first, size), (count - first) * size)
    return copied.view(dtype)
