# distutils: sources = sim/anncore/kernel/engine.c sim/anncore/kernel/lanes.c sim/anncore/kernel/advance.c sim/anncore/kernel/phases.c sim/anncore/kernel/compartments.c sim/anncore/kernel/cycle.c sim/anncore/kernel/morphology.c sim/anncore/kernel/step.c
"""The analog core: 512 neurons and two synapse arrays behind their register images (facts: behaviour 1 to 5, 10; behavioural).

The digital side writes the images (`capmem`, `neuron_config`, ...) and says what it touched; parameters are derived when time moves on.
Time is in ticks of 2 ns; state advances on an absolute grid of 50 ticks (docs/analog_core.md), with spikes and pulses timed to the tick inside a
step. Spans in which no bit of the state changes and nothing is due are jumped over. The result depends neither on how `run` is
sliced, nor on who watches, nor on the machine's instruction set.

    core = AnalogCore(VirtualChip(1, "ideal"))
    core.neuron_config[7] = ...; core.touch_neuron(7)
    core.run(50_000)            # 0.1 ms, or up to the end of the step in which a neuron fired
    core.spike_array()          # [(tick, neuron)]
    core.collect(100_000)       # run without stopping at spikes, all of them

Not modelled, and listed by `unmodelled()` when switched on: the operations of the Bayesian extension. Not part of this block: correlation sensors, the parallel converter, short-term plasticity.
"""

cimport cython
from libc.stdlib cimport calloc, free
from libc.stdint cimport uint64_t, uintptr_t
from libc.string cimport memcpy, memset

import numpy as np

from hicannx_sim.base cimport noise
from hicannx_sim.anncore cimport _kernel
from hicannx_sim.anncore._kernel cimport Core
from hicannx_sim.anncore.parameters cimport SYNAPSES_EXC, SYNAPSES_INH, Parameters
from hicannx_sim.base.capmem cimport CAPMEM_CELLS, CAPMEM_COLUMNS, CAPMEM_VOLTAGE_ROWS
from hicannx_sim.base.clock cimport GRID_TICKS, NEVER, TICK_NS
from hicannx_sim.base.growing cimport Growing, growing_append, growing_at, growing_clear, growing_count, growing_drop, growing_free
from hicannx_sim.base.state cimport items, resize, view

from haldls import CommonNeuronBackendConfig

from hicannx_sim.anncore.parameters import SHARED_CELLS, UNMODELLED
from hicannx_sim.base.errors import SnapshotError
from hicannx_sim.base.mismatch import factor
from hicannx_sim.base.noise import stream
from hicannx_sim.base.numbers import number
from hicannx_sim.base.places import bits_of
from hicannx_sim.base.state import fields
from hicannx_sim.base.virtual_chip import Quirk

cdef int shared_cell = SHARED_CELLS[0]
cdef int REFRESH_OFF = int(number("capmem_refresh_off")), CROSSTALK_FROM = int(number("capmem_crosstalk_from"))
cdef double CROSSTALK = number("capmem_crosstalk")

cdef enum:
    # what of a neuron is to be derived anew: everything, whether its block is held in reset, what its lines are connected to
    CONFIGURATION = 1, HOLD = 2, LINES = 4

cdef uint32_t FORCE_RESET = bits_of(CommonNeuronBackendConfig, "force_reset").mask  # in its first word

SPIKE = np.dtype([("tick", np.int64), ("neuron", np.int32)], align=True)
"""Record type of `AnalogCore.spike_array`."""

LEVELS = ("baseline", "AVX2", "AVX-512")[: _kernel.kernel_level(-1) + 1]
"""Instruction sets this machine can run the step with, by `AnalogCore.level`. All of them give the same bits."""


@cython.final
cdef class AnalogCore:
    """Analog core of a chip. chip: its `VirtualChip`; seed: of the trial noise, any integer.

    Attributes `capmem`, `neuron_config`, `neuron_backend`, `backend_common`, `weights`, `labels` are the register images (numpy);
    after writing one, call the `touch_...` method (weights and labels need none).
    """

    def __cinit__(self, chip, seed: int = 0):
        self.chip, self.s.reference = chip, 1.0
        self.cells = self.s.cells
        self.settles, self.crosstalk = Quirk.CAPMEM_SETTLING in chip.quirks, Quirk.CAPMEM_CROSSTALK in chip.quirks
        if self.settles:
            self.settling = Settling()
        self._make_images()
        self.memory = calloc(1, sizeof(Core) + 64)
        if self.memory == NULL:
            raise MemoryError
        self.engine = <void*> ((<uintptr_t> self.memory + 63) & ~<uintptr_t> 63)
        cdef Core* core = <Core*> self.engine
        self.parameters = Parameters(chip)
        core.common = _common(chip)
        core.normal = noise.normal
        core.noise_key = stream(seed, "analog core", chip.serial)
        core.weights, core.labels = self.weights_data, self.labels_data
        core.jumping, core.level = 1, _kernel.kernel_level(-1)
        for slot in range(_kernel.PROBES):
            core.s.probe[<int> slot].neuron = -1
        cdef float[:, ::1] gains
        if not chip.is_ideal:
            self.gains = factor(chip, "synapse_weight", np.arange(512 * 256)).astype(np.float32).reshape(512, 256)
            gains = self.gains
            core.gains = &gains[0, 0]
        _kernel.core_connect(core)
        self.power_up(0)

    def __dealloc__(self):
        cdef Core* core = <Core*> self.engine
        if core != NULL:
            _kernel.core_free(core)
        free(self.memory)
        while self.recorders != NULL:
            self._drop(self.recorders)

    def _make_images(self) -> None:
        self.capmem = np.zeros((4, CAPMEM_CELLS), np.uint16)
        self.neuron_config = np.zeros((512, 6), np.uint32)
        self.neuron_backend = np.zeros((512, 4), np.uint32)
        self.backend_common = np.zeros((2, 2), np.uint32)
        self.weights = np.zeros((512, 256), np.uint8)
        self.labels = np.zeros((512, 256), np.uint8)
        self.column_switches = np.full(512, SYNAPSES_EXC | SYNAPSES_INH, np.uint8)
        cdef uint8_t[::1] column_switches = self.column_switches
        self.column_switches_data = &column_switches[0]
        cdef uint16_t[:, ::1] capmem = self.capmem
        cdef uint32_t[:, ::1] config = self.neuron_config, backend = self.neuron_backend, common = self.backend_common
        cdef uint8_t[:, ::1] weights = self.weights, labels = self.labels
        self.capmem_data, self.weights_data, self.labels_data = &capmem[0, 0], &weights[0, 0], &labels[0, 0]
        self.neuron_config_data, self.neuron_backend_data, self.backend_common_data = &config[0, 0], &backend[0, 0], &common[0, 0]

    def power_up(self, tick: int) -> None:
        """All registers zero, all neurons at their leak potential (limited by the rails), lines at rest; time starts at the grid point
        at or before `tick`."""
        cdef Core* core = <Core*> self.engine
        for image in (self.capmem, self.neuron_config, self.neuron_backend, self.backend_common, self.weights, self.labels):
            image.fill(0)
        self.column_switches.fill(SYNAPSES_EXC | SYNAPSES_INH)
        memset(self.s.cells, 0, sizeof(self.s.cells))
        if self.settles:
            self.settling.clear()
        _kernel.core_clear(core, tick // GRID_TICKS * GRID_TICKS)
        self.now = core.s.now
        self.touch_all()
        self.derive()
        for neuron in range(512):
            _kernel.core_place(core, neuron)
        for slot in range(_kernel.PROBES):
            _kernel.core_watch(core, slot, core.s.probe[<int> slot].neuron, core.s.probe[<int> slot].source)
        self.clear_spikes()

    cdef void settle(self) noexcept nogil:
        """All neurons are at their leak potential, lines at rest."""
        cdef int neuron
        self.derive()
        for neuron in range(512):
            _kernel.core_place(<Core*> self.engine, neuron)

    cpdef void touch_neuron(self, int neuron) noexcept nogil:
        """Configuration or backend words of a neuron (AtomicNeuronOnDLS enum) were written."""
        self.touch(neuron, CONFIGURATION)

    cdef void touch(self, int neuron, uint8_t what) noexcept nogil:
        if not self.s.dirty[neuron]:
            self.s.dirty_list[self.s.n_dirty] = neuron
            self.s.n_dirty += 1
        self.s.dirty[neuron] |= what

    cpdef void touch_capmem(self, int block, int cell) noexcept nogil:
        """The code of a cell (CapMemCellOnCapMemBlock enum) was written. Code 1023 lets the cell keep its value."""
        cdef int at = block * CAPMEM_CELLS + cell
        cdef uint16_t code = self.capmem_data[at]
        if code >= REFRESH_OFF:
            return
        if self.crosstalk:
            self.aim_block(block)
        else:
            self.aim_cell(at, code)

    cdef void aim_cell(self, int at, uint16_t code) noexcept nogil:
        """A cell of the analog memory is going to show a code."""
        if self.settles:
            self.settling.move(at, code, self.now)
        elif code != self.cells[at]:
            self.set_cell(at, code)

    cdef void aim_block(self, int block) noexcept nogil:
        """All cells of a block, each moved by how many hold the same code; those at 0 have nothing to share (assumed)."""
        cdef uint16_t same[1024]
        cdef uint16_t code
        cdef const uint16_t* codes = self.capmem_data + block * CAPMEM_CELLS
        cdef int cell
        memset(same, 0, sizeof(same))
        for cell in range(CAPMEM_CELLS):
            same[codes[cell] & 1023] += 1
        same[0] = 0
        for cell in range(CAPMEM_CELLS):
            code = codes[cell]
            if code < REFRESH_OFF:
                self.aim_cell(block * CAPMEM_CELLS + cell, <uint16_t> min(code + disturbance(same[code]), REFRESH_OFF - 1))

    cdef void set_cell(self, int at, uint16_t code) noexcept nogil:
        """A cell of the analog memory shows another code."""
        cdef int block = at // CAPMEM_CELLS, cell = at % CAPMEM_CELLS, column = cell % CAPMEM_COLUMNS, k
        self.s.cells[at] = code
        if column < 128:
            self.touch_neuron(block * 128 + column)
        elif cell == shared_cell:
            for k in range(128):
                self.touch_neuron(block * 128 + k)

    cdef void refresh_cells(self) noexcept nogil:
        """The refresh that is due now."""
        cdef int16_t changed[4 * CAPMEM_CELLS]
        cdef int k, n = self.settling.refresh(changed, self.cells)
        for k in range(n):
            self.set_cell(changed[k], self.settling.code(changed[k]))

    cpdef void switch_column(self, int neuron, int switches) noexcept nogil:
        """What the lines of a neuron are connected to (bits of `ColumnSwitch`); after power-up to their synapses, and to nothing else."""
        if self.column_switches_data[neuron] != switches:
            self.column_switches_data[neuron] = <uint8_t> switches
            self.touch(neuron, LINES if (<Parameters> self.parameters).known[neuron] else CONFIGURATION)

    cpdef void touch_backend_common(self, int block) noexcept nogil:
        """Words of a common neuron backend configuration (west 0, east 1) were written."""
        cdef const uint32_t* words = self.backend_common_data + 2 * block
        cdef uint32_t* before = self.common_before[block]
        cdef uint8_t what = CONFIGURATION
        cdef int k
        if self.common_known[block] and words[1] == before[1]:
            if words[0] == before[0]:
                return
            if (words[0] ^ before[0]) == FORCE_RESET:
                what = HOLD
        before[0], before[1], self.common_known[block] = words[0], words[1], True
        for k in range(512):
            if k // 128 % 2 == block:
                self.touch(k, what)

    cdef void forget_common(self) noexcept nogil:
        """What is known of the blocks' common registers, and with it of their neurons, does not hold any more."""
        cdef int k
        self.common_known[0] = self.common_known[1] = False
        (<Parameters> self.parameters).forget()
        for k in range(self.s.n_dirty):
            self.s.dirty[self.s.dirty_list[k]] = CONFIGURATION

    def touch_all(self) -> None:
        """Any image may have changed."""
        cdef int block, cell, neuron
        self.forget_common()
        for block in range(4):
            for cell in range(CAPMEM_CELLS):
                self.touch_capmem(block, cell)
        for neuron in range(512):
            self.touch_neuron(neuron)

    def set_reference(self, double factor) -> None:
        """All currents of the analog memory are `factor` times as large as their codes say."""
        if not factor >= 0:
            raise ValueError(f"reference of {factor} times the nominal one")
        if factor != self.s.reference:
            self.s.reference = factor
            for neuron in range(512):
                self.touch_neuron(neuron)

    cdef const uint16_t* codes(self, int neuron) noexcept nogil:
        """The codes of a neuron's analog memory block, with its currents as the reference makes them."""
        cdef const uint16_t* cells = self.cells + neuron // 128 * CAPMEM_CELLS
        cdef int row, at
        if self.s.reference == 1.0:
            return cells
        for row in range(24):
            at = row * CAPMEM_COLUMNS + neuron % 128
            self.scaled[at] = cells[at] if row < CAPMEM_VOLTAGE_ROWS else <uint16_t> min(cells[at] * self.s.reference + 0.5, 65535.0)
        self.scaled[<int> shared_cell] = <uint16_t> min(cells[<int> shared_cell] * self.s.reference + 0.5, 65535.0)
        return self.scaled

    cdef void derive(self) noexcept nogil:
        """Bring the parameters of touched neurons up to date."""
        cdef Core* core = <Core*> self.engine
        cdef int k, neuron, block
        cdef bint reconnect = False
        cdef uint8_t what
        cdef int64_t common[2][64]
        cdef _kernel.Neuron before
        for block in range(2):
            (<Parameters> self.parameters).common.decode(self.backend_common_data + 2 * block, common[block])
        for k in range(self.s.n_dirty):
            neuron = self.s.dirty_list[k]
            what, self.s.dirty[neuron] = self.s.dirty[neuron], 0
            _kernel.core_leave_cycle(core, neuron)
            if what & (CONFIGURATION | LINES):
                self.configured[neuron] = core.s.now
            if not what & CONFIGURATION:
                if what & LINES:
                    (<Parameters> self.parameters).connect_lines(neuron, self.column_switches_data[neuron], &core.s.neuron[neuron])
                    _kernel.core_lines(core, neuron)
                if what & HOLD:
                    (<Parameters> self.parameters).hold(neuron, common[neuron // 128 % 2], &core.s.neuron[neuron])
                    _kernel.core_hold(core, neuron)
                continue
            before = core.s.neuron[neuron]
            (<Parameters> self.parameters).derive(neuron, self.neuron_config_data + 6 * neuron, self.neuron_backend_data + 4 * neuron,
                                                  common[neuron // 128 % 2], self.codes(neuron), self.column_switches_data[neuron],
                                                  &core.s.neuron[neuron])
            _kernel.core_load(core, neuron)
            reconnect |= _connections_differ(&before, &core.s.neuron[neuron])
        self.s.n_dirty = 0
        if reconnect:
            _kernel.core_connect(core)

    cpdef void row_pulse(self, int64_t tick, int row, int address, double charge, int mode) noexcept nogil:
        """A synaptic event on row 0..511 with a 6-bit address: synapses with this label act.

        charge: pulse length relative to one without extension (more than 1 with it). mode: bit 0 excitatory, bit 1 inhibitory line.
        Acts from `tick` on. One that has passed acts as if it had been known in time, but at most a step before the grid point reached.
        """
        self.latest_pulse = tick
        _kernel.core_pulse(<Core*> self.engine, tick, row, address, charge, mode)

    cpdef void fire(self, int neuron, int64_t tick) noexcept nogil:
        """Artificial fire. Resets the membrane; a spike is reported if the neuron has enable_fire. Ignored while it is refractory."""
        _kernel.core_fire(<Core*> self.engine, neuron, tick)

    cpdef int64_t run(self, int64_t until) noexcept nogil:
        """Advance to the last grid point at or before `until`, or to the end of the first step in which a neuron fires or the memory is refreshed.

        Returns the time reached. The spikes of this run are in `spikes`, sorted by time, then neuron.
        """
        cdef Core* core = <Core*> self.engine
        if self.s.n_dirty:
            self.derive()
        if self.settles and self.settling.s.n_moving:
            until = min(until, self.settling.s.due)
        if self.recorders != NULL:
            until = min(until, max(self.look_at, self.now + GRID_TICKS))
        self.now = _kernel.core_run(core, until)
        if self.settles and self.settling.s.n_moving and self.now >= self.settling.s.due:
            self.refresh_cells()
        self.spikes = <Spike*> growing_at(&core.spikes, 0, sizeof(Spike))
        self.n_spikes = <int> growing_count(&core.spikes)
        if self.recorders != NULL and self.now >= self.look_at:
            self.look()
        return self.now

    cdef int64_t quiet_until(self) noexcept nogil:
        """Tick up to which nothing happens if nothing is done to it; `now` if that is not known."""
        cdef int64_t quiet = _kernel.core_quiet(<Core*> self.engine)
        if self.s.n_dirty:
            return self.now
        return min(quiet, self.settling.s.due) if self.settles and self.settling.s.n_moving else quiet

    cdef void count_cycles(self, bint on) noexcept nogil:
        cdef Core* core = <Core*> self.engine
        cdef int neuron
        on = on and self.recorders == NULL
        if on == core.counting:
            return
        for neuron in range(0 if on else 512):
            _kernel.core_leave_cycle(core, neuron)
        core.counting = on

    cdef int64_t tell(self, int neuron, bint counted) noexcept nogil:
        """Spikes of a neuron that were counted instead of recorded, since this was last asked: those for its counter, or the others."""
        return _kernel.core_tell(<Core*> self.engine, neuron, counted)

    cpdef void clear_spikes(self) noexcept nogil:
        growing_clear(&(<Core*> self.engine).spikes)
        self.n_spikes = 0

    def collect(self, until: int) -> np.ndarray:
        """Run to the last grid point at or before `until` without stopping at spikes; all of them, as records of tick and neuron.

        For an analog core on its own: spikes reach nothing.
        """
        cdef int64_t end = until // GRID_TICKS * GRID_TICKS
        cdef Growing all_spikes
        cdef Spike* spike
        cdef int k
        memset(&all_spikes, 0, sizeof(all_spikes))
        with nogil:
            while self.now < end:
                self.run(end)
                for k in range(self.n_spikes):
                    spike = <Spike*> growing_append(&all_spikes, sizeof(Spike))
                    if spike != NULL:
                        spike[0] = self.spikes[k]
        self.clear_spikes()
        try:
            if all_spikes.refused:
                raise MemoryError(f"no memory for {all_spikes.refused} spikes")
            return _records(<Spike*> growing_at(&all_spikes, 0, sizeof(Spike)), growing_count(&all_spikes))
        finally:
            growing_free(&all_spikes)

    def row_pulses(self, ticks, rows, addresses, charges, modes) -> None:
        """Many `row_pulse` at once, from arrays or numbers that broadcast together."""
        arrays = np.broadcast_arrays(ticks, rows, addresses, charges, modes)
        cdef int64_t[::1] tick = np.ascontiguousarray(arrays[0], np.int64), row = np.ascontiguousarray(arrays[1], np.int64)
        cdef int64_t[::1] address = np.ascontiguousarray(arrays[2], np.int64), mode = np.ascontiguousarray(arrays[4], np.int64)
        cdef double[::1] charge = np.ascontiguousarray(arrays[3], np.float64)
        cdef Py_ssize_t k
        if tick.shape[0] and not (0 <= arrays[1].min() <= arrays[1].max() < 512):
            raise ValueError(f"rows {arrays[1].min()} .. {arrays[1].max()} are not within 0 .. 511")
        for k in range(tick.shape[0]):
            self.row_pulse(tick[k], row[k], address[k], charge[k], mode[k])

    def spike_array(self) -> np.ndarray:
        """Spikes of the last run: records of tick and neuron."""
        return _records(self.spikes, self.n_spikes)

    cpdef void set_probe(self, int slot, int neuron, int source) noexcept nogil:
        """Keep the recent history of a voltage in a slot 0..7: source 0 membrane, 1 excitatory line, 2 inhibitory line, 3 adaptation.
        neuron -1: off."""
        if self.s.n_dirty:
            self.derive()
        _kernel.core_watch(<Core*> self.engine, slot, neuron, source)

    cpdef double probe(self, int slot, int64_t tick) noexcept nogil:
        """Watched voltage [V as read], linear between grid points; covers the last 63 steps, the ends beyond. 0 if the slot is off."""
        return _kernel.core_probe(<Core*> self.engine, slot, tick)

    cpdef double voltage(self, int neuron, int source) noexcept nogil:
        """Voltage [V as read] at the grid point reached; sources as in `set_probe`."""
        if self.s.n_dirty:
            self.derive()
        return _kernel.core_voltage(<Core*> self.engine, neuron, source)

    cdef void voltages(self, int row, const uint8_t* sources, double* volts) noexcept nogil:
        """`voltage` of all 256 neurons of row 0 or 1; 0 for those whose source is none of 0..3."""
        if self.s.n_dirty:
            self.derive()
        _kernel.core_voltages(<Core*> self.engine, row, sources, volts)

    # -- who looks

    cdef void look(self) noexcept nogil:
        """Takes the samples that are due."""
        cdef Recorder* each = self.recorders
        cdef char* sample
        cdef int k
        self.look_at = NEVER
        while each != NULL:
            if self.now >= each.next:
                sample = <char*> growing_append(&each.samples, each.size)
                if sample != NULL:
                    (<int64_t*> sample)[0] = self.now
                    for k in range(each.count):
                        (<float*> (sample + 8))[k] = <float> _kernel.core_voltage(<Core*> self.engine, each.of[k] >> 2, each.of[k] & 3)
                if each.keep and growing_count(&each.samples) > 2 * each.keep:
                    growing_drop(&each.samples, each.keep)
                    each.dropped += each.keep
                each.next = (self.now // each.period + 1) * each.period
            self.look_at = min(self.look_at, each.next)
            each = each.following

    def record(self, neurons, sources, period: int, keep: int = 0) -> int:
        """Takes samples of voltages from now on, every `period` ticks (a multiple of 50); gives a key to ask for them.

        neurons, sources: of each voltage, 0 .. 511 and as in `set_probe`. keep: at least so many of the last samples, 0: all.
        """
        cdef Recorder* made
        cdef int k, count = len(neurons)
        if period < GRID_TICKS or period % GRID_TICKS:
            raise ValueError(f"period of {period} ticks: it is a multiple of {GRID_TICKS}")
        if not all(0 <= neuron < 512 for neuron in neurons) or not all(0 <= source < 4 for source in sources):
            raise ValueError("neurons are 0 .. 511, sources 0 .. 3")
        made = <Recorder*> calloc(1, sizeof(Recorder))
        if made == NULL:
            raise MemoryError
        made.of = <int32_t*> calloc(count + 1, sizeof(int32_t))
        made.count, made.period, made.keep, made.size = count, period, keep, 8 + 8 * ((<size_t> count + 1) // 2)
        for k in range(count):
            made.of[k] = neurons[k] << 2 | sources[k]
        self.recorder_keys += 1
        made.key, made.following = self.recorder_keys, self.recorders
        self.recorders = made
        self._rebase()
        return made.key

    cdef Recorder* recorder(self, int64_t key) except NULL:
        cdef Recorder* each = self.recorders
        while each != NULL and each.key != key:
            each = each.following
        if each == NULL:
            raise KeyError(key)
        return each

    def recorded(self, key: int, number: int = 0) -> tuple[np.ndarray, np.ndarray, int]:
        """Samples from a number on: ticks int64[n], volts as read float32[n, voltages]; and the number of the next one."""
        cdef Recorder* each = self.recorder(key)
        cdef int64_t first = min(max(number - each.dropped, 0), growing_count(&each.samples)), count = growing_count(&each.samples) - first
        copied = np.empty((count, each.size), np.uint8)
        cdef uint8_t[:, ::1] data = copied
        if count:
            memcpy(&data[0, 0], growing_at(&each.samples, first, each.size), count * each.size)
        volts = copied[:, 8 : 8 + 4 * each.count].copy().view(np.float32)
        return copied[:, :8].copy().view(np.int64)[:, 0], volts.reshape(count, each.count), each.dropped + first + count

    def stop_recording(self, key: int) -> None:
        """Takes no more of these samples, and forgets them."""
        self._drop(self.recorder(key))
        self._rebase()

    cdef void _drop(self, Recorder* gone) noexcept:
        cdef Recorder** way = &self.recorders
        while way[0] != gone:
            way = &way[0].following
        way[0] = gone.following
        growing_free(&gone.samples)
        free(gone.of)
        free(gone)

    cdef void _rebase(self) noexcept:
        """Samples are taken from the time that it is now on."""
        cdef Recorder* each = self.recorders
        self.look_at = self.now + GRID_TICKS if each != NULL else NEVER
        while each != NULL:
            each.next = (self.now // each.period + 1) * each.period
            each = each.following

    def membranes(self, source: int = 0) -> np.ndarray:
        """Voltages [V as read] of all neurons at the grid point reached: float32[512]; sources as in `set_probe`."""
        cdef int neuron
        return np.array([_kernel.core_voltage(<Core*> self.engine, neuron, source) for neuron in range(512)], np.float32)

    def configured_at(self) -> np.ndarray:
        """Ticks at which the neurons got the parameters that they have, int64[512]; now, if they are still to get them."""
        return np.array([self.now if self.s.dirty[n] else self.configured[n] for n in range(512)], np.int64)

    def unmodelled(self) -> list[tuple[int, str]]:
        """Neurons with a feature switched on that has no effect here, and the name of the feature's field."""
        cdef Parameters parameters = self.parameters
        cdef uint32_t mask
        switched_on = []
        for neuron in range(512):
            mask = parameters.unmodelled(self.neuron_backend_data + 4 * <int> neuron)
            switched_on += [(neuron, name) for k, name in enumerate(UNMODELLED) if mask >> k & 1]
        return switched_on

    def arrays(self) -> dict[str, np.ndarray]:
        """Register images, what the analog memory holds, the engine and events ahead, as arrays over this core's memory."""
        cdef Core* core = <Core*> self.engine
        return fields(<AnalogState[:1]> &self.s) | {
            "capmem": self.capmem, "neuron_config": self.neuron_config, "neuron_backend": self.neuron_backend,
            "backend_common": self.backend_common, "column_switches": self.column_switches, "weights": self.weights, "labels": self.labels,
            "engine": view(&core.s, sizeof(core.s), "u1"),
            "pulses": items(&core.pulses, sizeof(_kernel.Pulse)), "fires": items(&core.fires, sizeof(_kernel.SpikeRecord)),
        }

    def resize_arrays(self, sizes) -> None:
        """Room for events ahead, in bytes. Spikes of the last run are not kept."""
        cdef Core* core = <Core*> self.engine
        resize(&core.pulses, sizes["pulses"], sizeof(_kernel.Pulse))
        resize(&core.fires, sizes["fires"], sizeof(_kernel.SpikeRecord))
        self.clear_spikes()

    def restored(self) -> None:
        """Follows what was put into the arrays. SnapshotError for what no core can be in."""
        cdef const char* problem = _kernel.core_problem(<Core*> self.engine)
        if problem != NULL:
            raise SnapshotError(f"chip.analog.engine: {problem.decode()} is out of range")
        self.now = (<Core*> self.engine).s.now
        self.forget_common()
        _kernel.core_restored(<Core*> self.engine)
        self._rebase()

    @property
    def lost(self) -> int:
        """Events that got lost because the machine ran out of memory."""
        cdef Core* core = <Core*> self.engine
        return core.pulses.refused + core.fires.refused + core.spikes.refused

    @property
    def steps(self) -> int:
        """Steps made so far; spans jumped over do not count."""
        return (<Core*> self.engine).s.steps

    @property
    def block_steps(self) -> int:
        """Steps of blocks of 64 neurons made so far; quiet blocks do not count."""
        return (<Core*> self.engine).s.block_steps

    @property
    def pulses(self) -> int:
        """Pulses that rows of synapses got so far."""
        return (<Core*> self.engine).s.pulses

    @property
    def missed(self) -> int:
        """Those of them that met no synapse with their address and a weight."""
        return (<Core*> self.engine).s.missed

    @property
    def level(self) -> int:
        """Instruction set in use, an index of `LEVELS`. Setting more than the machine has gives the best it has."""
        return (<Core*> self.engine).level

    @level.setter
    def level(self, wanted: int) -> None:
        (<Core*> self.engine).level = _kernel.kernel_level(wanted)

    def counted_spikes(self) -> np.ndarray:
        """Of each neuron the spikes that were counted without being recorded, since this was last asked: int64[512]."""
        return np.array([self.tell(neuron, True) + self.tell(neuron, False) for neuron in range(512)], np.int64)

    @property
    def counting(self) -> bool:
        """Whether spikes of neurons that fire for ever and whose spikes leave no trace but in a counter may be counted without being recorded."""
        return bool((<Core*> self.engine).counting)

    @counting.setter
    def counting(self, on: bool) -> None:
        self.count_cycles(on)

    @property
    def jumping(self) -> bool:
        """Whether quiet spans and quiet blocks are jumped over. Changes nothing but the time it takes."""
        return bool((<Core*> self.engine).jumping)

    @jumping.setter
    def jumping(self, on: bool) -> None:
        (<Core*> self.engine).jumping = on


cdef inline int disturbance(int same) noexcept nogil:
    """By how many codes a cell is off in a block where so many hold the same code as it."""
    return <int> (CROSSTALK * max(same - CROSSTALK_FROM, 0) + 0.5)


cdef bint _connections_differ(const _kernel.Neuron* a, const _kernel.Neuron* b) noexcept nogil:
    if a.switches != b.switches or a.conductance != b.conductance or a.fire_switches != b.fire_switches:
        return True
    return a.switches != 0 and a.capacitance != b.capacitance


cdef _records(const Spike* spikes, Py_ssize_t count):
    records = np.empty(count, SPIKE)
    if count:
        memcpy(<void*> <uintptr_t> records.ctypes.data, spikes, count * sizeof(Spike))
    return records


cdef _kernel.Common _common(chip):
    """Chip-wide numbers in the kernel's units."""
    cdef _kernel.Common c
    cdef double unit = _kernel.NODE_UNIT, low = number("rail_low"), high = number("rail_high"), slope = number("exponential_slope")
    cdef double width = number("rail_width") * number("amplifier_edge")
    c.middle = 0.5 * (low + high)
    c.rail, c.rail_inverse = (high - c.middle) / unit, unit / width
    c.fade_from = _kernel.nearest((high - c.middle - width) / unit)
    c.node_low, c.node_high = _kernel.nearest((number("node_low") - c.middle) / unit), _kernel.nearest((number("node_high") - c.middle) / unit)
    c.octaves, c.slope_inverse = 1.4426950408889634 / slope * unit, unit / slope
    c.longest = 1.35 / unit
    c.line_limit, c.bypass_step = number("synapse_line_limit"), number("synapse_bypass_step")
    c.line_opening = number("synapse_gm") / (number("amplifier_edge") * number("synapse_current_limit"))
    c.line_rest, c.line_gain = number("synapse_line_rest"), number("synapse_line_gain")
    c.comparator_noise = 0.0 if chip.is_ideal else number("comparator_noise")
    c.sticks = Quirk.STUCK_NEURONS in chip.quirks
    c.comparator_delay = round(number("comparator_delay") / (TICK_NS * 1e-9))
    return c
