"""The chip as the link sees it. Time is in ticks of 2 ns.

A chip owns its circuits with the events between them (`Fabric`), its registers (`Omnibus`), its two processors (`Processors`), and a record of
what was not served (`Faults`). None of them knows the others' time: here it is decided that an access of the host comes after everything that
the processors and then the fabric do up to its tick.
"""

cimport cython

import numpy as np

from hicannx_sim.base.growing cimport growing_at, growing_count
from hicannx_sim.chip.fabric cimport OutEvent
from hicannx_sim.chip.omnibus cimport SERVED
from hicannx_sim.chip.watch cimport READ, WRITE
from hicannx_sim.chip.queue cimport Event

from hicannx_sim.base.state import fields
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.settings import report

cdef enum:
    SYSTIME_BITS = 43

OUT_EVENT = np.dtype([("tick", np.int64), ("body", np.uint16), ("kind", np.uint8)])
"""Record type of `Chip.take_out`: time stamp, 16-bit label or channel << 10 | value, 0 spike or 1 sample of the MADC."""


@cython.final
cdef class Chip:
    """One chip, driven by the FPGA through `write`, `read`, `spike` and `advance`, in the order of their ticks.

    chip: its identity; seed: of the trial noise. Both decide, with what is done to it, everything that comes out.
    """

    def __init__(self, chip=None, seed=0):
        self.fabric, self.omnibus, self.faults = Fabric(VirtualChip() if chip is None else chip, seed), Omnibus(), Faults()
        self.processors = Processors(self.fabric, self.omnibus, self.faults)
        self.fabric.attach(self.omnibus)
        self.processors.attach(self.omnibus)
        self.omnibus.keep("SystimeSyncBase", self.s.systime_base, sizeof(self.s.systime_base))
        self.omnibus.complete()
        self.reset(0)

    # -- time

    @property
    def now(self):
        """Tick up to and including which everything has happened."""
        return self.fabric.s.now

    cpdef void advance(self, int64_t tick) noexcept nogil:
        """Everything up to and including `tick` happens, on the processors as well."""
        cdef int64_t access
        while self.processors.active:
            access = self.processors.run(tick)
            if access > tick:
                break
            self.fabric.advance(access)
            self.processors.serve(access)
        self.fabric.advance(tick)

    cdef int64_t quiet_until(self) noexcept nogil:
        """Tick before which no spike leaves the chip if nothing is done to it."""
        cdef const Event* first = self.fabric.queue.first()
        cdef int64_t quiet = self.fabric.analog.quiet_until()
        if self.processors.active:
            return self.fabric.s.now
        return quiet if first == NULL else min(quiet, first.tick)

    cpdef int64_t systime(self, int64_t tick) noexcept nogil:
        """The 43-bit system time counter [4 ns] at a tick."""
        return ((tick >> 1) + self.s.systime_offset) & ((<int64_t>1 << SYSTIME_BITS) - 1)

    cpdef void systime_sync(self, int64_t tick) noexcept nogil:
        """The counter takes over the base registers at a tick."""
        cdef const uint32_t* base = self.s.systime_base
        self.s.systime_offset = (<int64_t>(base[1] & 0x7ff) << 32 | base[0]) - (tick >> 1)

    cpdef void reset(self, int64_t tick):
        """Chip reset: all registers and memories 0, no events, system time counts from 0 (state of the memories is assumed)."""
        self.advance(tick)
        self.fabric.reset(tick)
        self.omnibus.clear()
        self.processors.reset()
        self.s.systime_base[0] = self.s.systime_base[1] = 0
        self.s.systime_offset = -(tick >> 1)

    # -- from the link

    cpdef void spike(self, uint16_t label, int64_t tick) noexcept nogil:
        """A spike label arrives."""
        self.fabric.spike(label, tick)

    cpdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        """An omnibus write arrives: word address, word, byte enables (bit 0 = least significant byte)."""
        cdef uint32_t cell = self.omnibus.map.find(address)
        cdef int problem
        if self.processors.active:
            self.advance(tick)
        elif self.omnibus.acts(cell):
            self.fabric.catch_up(tick)
        problem = self.omnibus.write(cell, data, byte_enables, tick)
        if self.fabric.watch.accesses_on:
            self.fabric.watch.by_host(tick, WRITE, address, data, byte_enables, problem)
        if problem != SERVED:
            self.faults.access(address, False, problem)
        elif self.faults.strict and self.omnibus.is_watched(cell):
            self.faults.setting(self.omnibus, address, cell, False)

    cpdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil:
        """The word an omnibus read returns; `now` is later than `tick` if the omnibus had to wait for the answer."""
        cdef uint32_t cell = self.omnibus.map.find(address), word
        cdef int problem
        if self.processors.active or self.omnibus.is_live(cell):
            self.advance(tick)
        if self.omnibus.takes_time(cell):
            tick = self.omnibus.begin(cell, max(tick, self.fabric.s.now))
            self.advance(tick)
        problem = self.omnibus.read(cell, &word)
        if self.fabric.watch.accesses_on:
            self.fabric.watch.by_host(max(tick, self.fabric.s.now), READ, address, word, 15, problem)
        if problem != SERVED:
            self.faults.access(address, True, problem)
        return word

    cpdef void board_moved(self, int64_t tick) noexcept nogil:
        """What comes from the board may have changed: a voltage at a pad or at the reference, a switch to one."""
        self.fabric.catch_up(tick)
        with gil:
            self.fabric.references.follow()
            self.fabric.correlation.follow_board()
        self.fabric.columns.lines_moved()

    # -- many at once

    def write_all(self, addresses, words, tick=None):
        """Many writes at one tick (None: now): arrays of addresses and words of equal size."""
        cdef const uint32_t[::1] place = np.ascontiguousarray(addresses, np.uint32).ravel()
        cdef const uint32_t[::1] data = np.ascontiguousarray(words, np.uint32).ravel()
        cdef Py_ssize_t i
        if place.shape[0] != data.shape[0]:
            raise ValueError(f"{place.shape[0]} addresses for {data.shape[0]} words")
        for i in range(place.shape[0]):
            self.write(place[i], data[i], 15, self.now if tick is None else tick)

    def read_all(self, addresses):
        """Many reads now: uint32 like `addresses`."""
        cdef const uint32_t[::1] place = np.ascontiguousarray(addresses, np.uint32).ravel()
        words = np.zeros(place.shape[0], np.uint32)
        cdef uint32_t[::1] word = words
        cdef Py_ssize_t i
        for i in range(place.shape[0]):
            word[i] = self.read(place[i], self.fabric.s.now)
        return words.reshape(np.shape(addresses))

    def spikes(self, labels, ticks):
        """Many spikes from the link: arrays of 16-bit labels and of ticks in their order."""
        cdef const uint16_t[::1] label = np.ascontiguousarray(labels, np.uint16)
        cdef const int64_t[::1] tick = np.ascontiguousarray(ticks, np.int64)
        cdef Py_ssize_t i
        if label.shape[0] != tick.shape[0]:
            raise ValueError(f"{label.shape[0]} labels for {tick.shape[0]} ticks")
        for i in range(label.shape[0]):
            self.fabric.spike(label[i], tick[i])

    def take_out(self):
        """What has left the chip since this was last asked: records of type `OUT_EVENT`, in the order of their time."""
        taken = np.zeros(growing_count(&self.fabric.out), OUT_EVENT)
        cdef int64_t[:] tick = taken["tick"]
        cdef uint16_t[:] body = taken["body"]
        cdef unsigned char[:] kind = taken["kind"]
        cdef Py_ssize_t i
        cdef const OutEvent* event
        for i in range(growing_count(&self.fabric.out)):
            event = <const OutEvent*> growing_at(&self.fabric.out, i, sizeof(OutEvent))
            tick[i], body[i], kind[i] = event.tick, event.body, event.kind
        self.fabric.clear_out()
        return taken

    # -- what can be asked

    def unmodelled(self):
        """Everything that is set now and has no effect in the model: [`settings.Unmodelled`] of place, feature, why, refused."""
        return report(self.omnibus.contents)

    def blocks(self):
        """{name: block} of everything on the chip that has state."""
        cores = {"ppu_top": self.processors.cores[0], "ppu_bottom": self.processors.cores[1], "parallel": self.processors.bus.parallel}
        own = {"chip": self, "omnibus": self.omnibus, "faults": self.faults}
        return {**own, **self.fabric.blocks(), "fabric": self.fabric, **cores, "processors": self.processors}

    def arrays(self):
        """The system time; the parts have their own."""
        return fields(<ChipState[:1]> &self.s)
