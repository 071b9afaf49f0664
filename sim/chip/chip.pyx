"""The digital side of the chip: what the link reaches. Time is in ticks of 2 ns.

`Fabric` holds the blocks and lets events happen, `Registers` serves the omnibus, `Processors` runs the two PPUs; what is left here is reset,
system time, and what can be asked from Python.
"""

import numpy as np

from hicannx_sim.chip.crossbar cimport Crossbar
from hicannx_sim.chip.fabric cimport OutEvent
from hicannx_sim.chip.omnibus cimport PPU_MEMORY, STORED, UNMODELLED, the_map
from hicannx_sim.base.state cimport longs, view

from hicannx_sim.chip.rows import chip_registers
from hicannx_sim.chip.settings import report
from hicannx_sim.base.virtual_chip import VirtualChip

cdef enum:
    SYSTIME_BITS = 43


cdef class Chip(Processors):
    """Registers, event routing and converters of one chip, driven by the FPGA through `write`, `read`, `spike` and `advance`.

    chip: its identity; seed: of the trial noise. Both decide, with what is done to it, everything that comes out.
    """

    def __init__(self, chip=None, seed=0):
        super().__init__(VirtualChip() if chip is None else chip, seed)
        self.reset(0)

    # -- time

    cdef int64_t systime(self, int64_t tick) noexcept nogil:
        """The 43-bit system time counter [4 ns] at a tick."""
        return ((tick >> 1) + self.systime_offset) & ((<int64_t>1 << SYSTIME_BITS) - 1)

    cdef void systime_sync(self, int64_t tick) noexcept nogil:
        """The counter takes over the base registers at a tick."""
        cdef const uint32_t* base = self.word + SYSTIME_BASE
        self.systime_offset = (<int64_t>(base[1] & 0x7ff) << 32 | base[0]) - (tick >> 1)

    cpdef void reset(self, int64_t tick):
        """Chip reset: all registers and memories 0, no events, system time counts from 0 (state of the memories is assumed)."""
        self.advance(tick)
        self.queue.clear()
        self.words[:] = 0
        self.synapses.time_calibs[:] = 0
        self.synapses.amp_calibs[:] = 0
        self.analog.power_up(tick)
        self.crossbar.reset()
        self.drivers.reset()
        self.padi.reset()
        self.backends.reset()
        self.background.reset()
        self.madc.reset()
        self.cadc.reset()
        self.restart_processors(tick)
        for neuron in range(512):
            self.analog.switch_column(neuron, 0)
        self._refer()
        self.systime_offset = -(tick >> 1)

    # -- what can be asked

    def unmodelled(self):
        """Everything that is set now and has no effect in the model: [`hicannx_sim.chip.settings.Unmodelled`] of place, feature, why, refused."""
        return report(self._stored)

    def begin_run(self, int run):
        """Takes the trial noise of run number `run`."""
        self.madc.begin_run(run)
        self.cadc.begin_run(run)

    def accuracy(self, where=None, coordinate=None):
        """Rows of the register table (`hicannx_sim.base.register_table.Row`) of an address, a container or a coordinate; of the whole chip for None.

        See `hicannx_sim.base.register_table.RegisterTable`. KeyError for what is no register of the chip.
        """
        return chip_registers()(where, coordinate)

    def events_summary(self):
        """All counters of events since construction; `hicannx_sim.trust.hops` tells them per hop."""
        cdef Crossbar crossbar = self.crossbar
        return {
            "neuron_spikes": self.backends.n_spikes, "neuron_spikes_not_enabled": self.backends.n_silent,
            "neuron_output_lost": self.backends.n_lost, "background": self.background.n_events,
            "crossbar_in": [crossbar.n_in[i] for i in range(20)], "crossbar_unrouted": [crossbar.n_unrouted[i] for i in range(20)],
            "crossbar_out": [crossbar.n_out[i] for i in range(12)], "crossbar_lost": [crossbar.n_lost[i] for i in range(12)],
            "padi_from_crossbar": self.padi.n_spl1, "padi_blocked": self.padi.n_blocked,
            "padi_from_register": self.padi.n_written, "padi_register_lost": self.padi.n_write_lost,
            "driver_unmatched": self.drivers.n_unmatched, "row_pulses": self.drivers.n_pulses,
            "events_modulated": self.drivers.n_modulated, "madc_samples": self.madc.n_taken,
            "madc_starts_ignored": self.madc.n_start_ignored, "madc_unmodelled_sources": self.madc.n_unmodelled_sources,
            **self.cadc.summary(), "lines_joined_elsewhere": self.n_joined_elsewhere,
        }

    # -- for tests and inspection from Python

    def py_write(self, uint32_t address, uint32_t data, int64_t tick=-1, int byte_enables=15):
        """`write`; tick -1: now."""
        self.write(address, data, byte_enables, self.now if tick < 0 else tick)

    def py_read(self, uint32_t address, int64_t tick=-1):
        """`read`; tick -1: now."""
        return self.read(address, self.now if tick < 0 else tick)

    def py_write_all(self, addresses, words, int64_t tick=-1):
        """Many writes at one tick."""
        cdef const uint32_t[::1] place = np.ascontiguousarray(addresses, np.uint32).ravel()
        cdef const uint32_t[::1] data = np.ascontiguousarray(words, np.uint32).ravel()
        cdef Py_ssize_t i
        if place.shape[0] != data.shape[0]:
            raise ValueError(f"{place.shape[0]} addresses for {data.shape[0]} words")
        for i in range(place.shape[0]):
            self.write(place[i], data[i], 15, self.now if tick < 0 else tick)

    def py_peek(self, uint32_t address):
        """The word of a register without any effect of reading it, as of `now`; None where nothing can be read."""
        cdef uint32_t cell = self.map.find(address)
        if cell == 0 or not self.map.region[(cell >> 24) - 1].readable or self.map.region[(cell >> 24) - 1].kind == UNMODELLED:
            return None
        return self.peek(address)

    def py_poke(self, uint32_t address, uint32_t data):
        """Sets a word that a write does nothing else to: of the processors' memories, or of a register that is only kept. False for others."""
        cdef uint32_t cell = self.map.find(address), index = cell & 0xffffff
        cdef int kind = self.map.region[(cell >> 24) - 1].kind if cell else <int>UNMODELLED
        if kind == PPU_MEMORY:
            self.store_sram(index >> 12, index & 0xfff, data)
        elif kind == STORED:
            self.poke(address, data)
        return kind == PPU_MEMORY or kind == STORED

    def py_read_all(self, addresses):
        """Many reads now: uint32 like `addresses`."""
        cdef const uint32_t[::1] place = np.ascontiguousarray(addresses, np.uint32).ravel()
        words = np.zeros(place.shape[0], np.uint32)
        cdef uint32_t[::1] word = words
        cdef Py_ssize_t i
        for i in range(place.shape[0]):
            word[i] = self.read(place[i], self.now)
        return words.reshape(np.shape(addresses))

    def py_spike(self, uint16_t label, int64_t tick=-1):
        """`spike`; tick -1: now."""
        self.spike(label, self.now if tick < 0 else tick)

    def py_spikes(self, labels, ticks):
        """Many spikes from the link."""
        cdef const uint16_t[::1] label = np.ascontiguousarray(labels, np.uint16)
        cdef const int64_t[::1] tick = np.ascontiguousarray(ticks, np.int64)
        cdef Py_ssize_t i
        for i in range(label.shape[0]):
            self.spike(label[i], tick[i])

    def py_advance(self, int64_t tick):
        """`advance`."""
        self.advance(tick)

    def py_systime(self, int64_t tick):
        """`systime`."""
        return self.systime(tick)

    def py_systime_sync(self, int64_t tick):
        """`systime_sync`."""
        self.systime_sync(tick)

    def py_take_out(self):
        """Structured array (tick, body, kind) of what left the chip; clears it."""
        found = np.zeros(self.n_out, dtype=[("tick", np.int64), ("body", np.uint16), ("kind", np.uint8)])
        cdef int64_t[:] tick = found["tick"]
        cdef uint16_t[:] body = found["body"]
        cdef uint8_t[:] kind = found["kind"]
        cdef Py_ssize_t i
        for i in range(self.n_out):
            tick[i], body[i], kind[i] = self.out[i].tick, self.out[i].body, self.out[i].kind
        self.clear_out()
        return found

    def arrays(self):
        """Time, plain registers and what has left the chip; the blocks have their own. The addresses of faults are a log, no state."""
        return {
            "now": longs(&self.now, sizeof(self.now)),
            "n_joined_elsewhere": longs(&self.n_joined_elsewhere, sizeof(self.n_joined_elsewhere)), "n_faults": longs(&self.n_faults, sizeof(self.n_faults)),
            "systime_offset": longs(&self.systime_offset, sizeof(self.systime_offset)), "words": self.words,
            **self.processor_arrays(), "link_free": longs(&self.link_free, sizeof(self.link_free)), "out": view(self.out, self.n_out * sizeof(OutEvent), "u1"),
        }

    def resize_arrays(self, sizes):
        """Room for events of so many bytes."""
        self.clear_out()
        while self.n_out < <Py_ssize_t>(sizes["out"] // sizeof(OutEvent)):
            self._emit(0, 0, 0)

    def restored(self):
        """What follows from the state."""
        self.processors_restored()

    def blocks(self):
        """{name: block} of everything on the chip that has state of its own."""
        return {
            "analog": self.analog, "synapses": self.synapses, "crossbar": self.crossbar, "drivers": self.drivers, "padi": self.padi,
            "pulse_lengths": self.drivers.lengths,
            "backends": self.backends, "background": self.background, "madc": self.madc, "queue": self.queue,
            "cadc": self.cadc, "cadc_inputs": self.cadc.inputs, "columns": self.cadc.inputs.columns,
            "ppu_top": self.ppus[0], "ppu_bottom": self.ppus[1], "parallel": self.parallel,
            **({} if self.analog.settling is None else {"settling": self.analog.settling}),
        }


cdef uint32_t SYSTIME_BASE = the_map().base_of("SystimeSyncBase")
