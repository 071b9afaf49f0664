# distutils: sources = sim/correlation/kernel/pairs.c
"""The correlation sensors: a causal and an acausal one in every synapse (facts: analog model 6, calix measured 3.1; behavioural).

A post-synaptic pulse adds `A exp(-dt / tau)` to the causal sensors of its column, dt after the latest pre-synaptic pulse that each synapse has seen;
a pre-synaptic pulse adds as much to the acausal sensors of its row, dt after the latest post-synaptic pulse of each column. A synapse sees
those pulses of its row whose address is its label. Equations: docs/correlation.md.

Amplitude and time constant follow the biases of the quadrant and the calibration bits of the synapse from the next pulse on. A quadrant without
either bias stores nothing, and pulses cost nothing there. Time is in ticks of 2 ns. Pulses come in the order of their ticks, so what is stored depends
neither on who reads nor on the machine's instruction set.
"""

cimport cython
from libc.math cimport fmax, fmin
from libc.stdlib cimport calloc, free
from libc.string cimport memset

from hicannx_sim.base.capmem cimport CAPMEM_CELLS
from hicannx_sim.base.clock cimport TICK_NS
from hicannx_sim.base.noise cimport normal
from hicannx_sim.base.state cimport view

import numpy as np

from halco import CapMemCellOnCapMemBlock
from hicannx_sim.base.mismatch import deviation
from hicannx_sim.base.noise import stream
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef extern from "sim/correlation/kernel/pairs.h":
    const float OCTAVE, OCTAVES, PAIRS_SCALE
    float pairs_power(float y) nogil
    int pairs_level(int wanted) nogil
    void pairs_store(int level, float* stored, const float* amplitude, const float* rate, const int32_t* latest, int32_t now) nogil
    void pairs_store_labelled(int level, float* stored, const float* amplitude, const float* rate, const int32_t* latest,
                              const uint8_t* labels, const uint8_t* keys, int32_t now) nogil
    void pairs_latest(int32_t* latest, const int32_t* times, const uint8_t* labels) nogil

cdef enum:
    EARLIEST = 1 << 29      # of the times that count: nothing is left of what is older
    LATEST = 1 << 30

LEVELS = ("baseline", "AVX2", "AVX-512")[: pairs_level(-1) + 1]
"""Instruction sets this machine can store pairs with, by `CorrelationSensors.instructions`. All of them give the same bytes."""


cdef inline bint several(uint64_t labels) noexcept nogil:
    """More than one bit is set."""
    return labels & (labels - 1) != 0


cdef inline int place(int branch, int row, int column) noexcept nogil:
    """Where a sensor stands in the arrays of its branch."""
    return (row << 8) | column if branch == ACAUSAL else (row & 256) << 8 | column << 8 | (row & 255)


@cython.final
cdef class CorrelationSensors:
    """chip: its `VirtualChip`; seed: of the noise of the readout, any integer."""

    def __cinit__(self, chip, seed=0):
        self.chip, self.seed, self.instruction_set = chip, seed, pairs_level(-1)
        self.noise = 0.0 if chip.is_ideal else number("correlation_noise")
        self.s.reset_volts, self.s.measure_volts, self.s.reference = RESET_VOLTS, MEASURE_VOLTS, 1.0
        self.begin_run(0)
        self.clear()

    def __dealloc__(self):
        free(self.store)

    cdef connect(
        self, owner, const uint16_t* cells, const uint8_t* labels, const uint8_t* time_calibs, const uint8_t* amp_calibs
    ):
        """Memory that is read: cells of the analog memory uint16[4, 3120], labels and calibrations of the synapses uint8[512, 256]. It lasts
        as long as `owner`."""
        self.owner = owner
        self.cells, self.labels, self.time_calibs, self.amp_calibs = cells, labels, time_calibs, amp_calibs

    def begin_run(self, int run):
        """Takes the noise of run number `run` of the seed."""
        self.s.noise_key = stream(self.seed, "correlation readout", run)

    def set_voltages(self, double reset_volts, double measure_volts):
        """What the board supplies: v_reset and v_res_meas [V]."""
        if (reset_volts, measure_volts) != (self.s.reset_volts, self.s.measure_volts):
            self.s.reset_volts, self.s.measure_volts = reset_volts, measure_volts
            self._forget()

    def set_reference(self, double factor):
        """Currents of the analog memory are `factor` times as large as their codes say."""
        if factor != self.s.reference:
            self.s.reference = factor
            self._forget()

    cdef void clear(self) noexcept nogil:
        """Nothing is stored, and no pulse has been seen."""
        self.s.in_use, self.s.epoch = False, -EARLIEST
        memset(self.s.newest_pre, 0, sizeof(self.s.newest_pre))
        memset(self.s.newest_post, 0, sizeof(self.s.newest_post))
        memset(self.s.post, 0, sizeof(self.s.post))
        memset(self.s.pre, 0, sizeof(self.s.pre))
        memset(self.s.address, 0, sizeof(self.s.address))
        memset(self.s.mixed, 0, sizeof(self.s.mixed))
        memset(self.s.n_mixed, 0, sizeof(self.s.n_mixed))
        memset(self.s.reset_ticks, 0, sizeof(self.s.reset_ticks))
        if self.store != NULL:
            memset(self.store.stored, 0, sizeof(self.store.stored))
            memset(self.store.times, 0, sizeof(self.store.times))
        self._forget()

    cdef void _forget(self) noexcept nogil:
        """Everything derived is out of date."""
        cdef int row, quadrant
        for quadrant in range(QUADRANTS):
            self.quadrant[quadrant].store = self.quadrant[quadrant].ramp = 0xffff
        for row in range(ROWS):
            self.touch_row(row)

    cdef void touch_row(self, int row) noexcept nogil:
        """A label or calibration bits of a row 0..511 were written."""
        if not self.stale[row]:
            self.stale[row] = True
            self.n_stale[row >> 8] += 1

    # -- configuration

    cdef bint stores(self, int hemisphere) noexcept nogil:
        """Whether pulses store anything in a hemisphere, as it is configured now."""
        cdef int quadrant
        cdef const uint16_t* cells
        for quadrant in range(2 * hemisphere, 2 * hemisphere + 2):
            cells = self.cells + quadrant * CAPMEM_CELLS
            if cells[CELL_STORE] != self.quadrant[quadrant].store or cells[CELL_RAMP] != self.quadrant[quadrant].ramp:
                self._follow(hemisphere)
        return self.active[hemisphere]

    cdef bint fired(self, int hemisphere, int neurons) noexcept nogil:
        """Neurons of a hemisphere have fired; whether their pulses store anything."""
        self.s.n_fired[hemisphere] += neurons
        return self.stores(hemisphere)

    cdef void _follow(self, int hemisphere) noexcept nogil:
        """Biases or voltages of a hemisphere have changed."""
        cdef Quadrant* quadrant
        cdef const uint16_t* cells
        cdef double gain = fmax(1.0 + AMPLITUDE_SLOPE * (self.s.measure_volts - MEASURE_VOLTS), 0.0), floor, tau, store, ramp
        cdef int k, row
        self.active[hemisphere], self.memory[hemisphere] = False, 0
        for k in range(2 * hemisphere, 2 * hemisphere + 2):
            quadrant, cells = &self.quadrant[k], self.cells + k * CAPMEM_CELLS
            quadrant.store, quadrant.ramp = cells[CELL_STORE], cells[CELL_RAMP]
            store, ramp = quadrant.store * self.s.reference, quadrant.ramp * self.s.reference
            floor = fmax(STORE_FLOOR * (1.0 - STORE_FLOOR_SLOPE * (self.s.measure_volts - MEASURE_VOLTS)), 0.0)
            quadrant.level = RESET_LEVEL + self.s.reset_volts - RESET_VOLTS
            if store < floor:
                quadrant.level -= LSB * STORE_DROP * (1.0 - store / floor)
            quadrant.amplitude = quadrant.rate = 0.0
            if store > 0.0 and ramp > 0.0 and gain > 0.0:
                tau = TAU / ramp * (1000.0 / TICK_NS)
                quadrant.amplitude, quadrant.rate = AMPLITUDE / store * gain, -OCTAVE / (LN2 * tau)
                self.active[hemisphere] = True
                self.memory[hemisphere] = max(self.memory[hemisphere], <int64_t> (MEMORY * tau))
        for row in range(256 * hemisphere, 256 * hemisphere + 256):
            self.touch_row(row)

    cdef void _require_store(self) noexcept nogil:
        if self.store == NULL:
            self.store = <Sensors*> calloc(1, sizeof(Sensors))
            if self.store == NULL:
                with gil:
                    raise MemoryError

    cdef void _draw(self, int row) noexcept nogil:
        """The fixed pattern of a row."""
        with gil:
            self._draw_row(row)

    def _draw_row(self, int row):
        cdef double[:, ::1] amplitude, tau, offset
        cdef int branch, column, at
        sensors = np.arange(BRANCHES)[:, None] * (ROWS * SENSORS) + row * SENSORS + np.arange(SENSORS)
        amplitude, tau = deviation(self.chip, "correlation_amplitude", sensors), deviation(self.chip, "correlation_tau", sensors)
        offset = deviation(self.chip, "correlation_offset", sensors)
        cdef double gradient = 0.0 if self.chip.is_ideal else GRADIENT
        cdef double ratio = 1.0 if self.chip.is_ideal else BRANCH_RATIO
        for branch in range(BRANCHES):
            for column in range(SENSORS):
                at = place(branch, row, column)
                self.store.amplitude_factor[branch][at] = <float> (
                    _factor(amplitude[branch, column]) * (1.0 + gradient * (column - 127.5) / 255.0) * (ratio if branch == ACAUSAL else 1.0))
                self.store.rate_factor[branch][at] = <float> _factor(-tau[branch, column])
                self.store.offset[branch][at] = <float> offset[branch, column]
        self.store.drawn[row] = True

    cdef void _derive(self, int row) noexcept nogil:
        """Amplitudes, time constants and labels of a row follow its configuration."""
        cdef int branch, column, at, synapse
        cdef const Quadrant* quadrant
        self._require_store()
        if not self.store.drawn[row]:
            self._draw(row)
        self.store.present[row] = 0
        for column in range(SENSORS):
            quadrant, synapse = &self.quadrant[2 * (row >> 8) + (column >> 7)], 256 * row + column
            self.store.labels[row >> 8][column][row & 255] = self.labels[synapse]
            self.store.present[row] |= <uint64_t> 1 << (self.labels[synapse] & 63)
            for branch in range(BRANCHES):
                at = place(branch, row, column)
                self.store.amplitude[branch][at] = <float> (
                    quadrant.amplitude * PAIRS_SCALE * AMP_CALIB[self.amp_calibs[synapse] & 3] * self.store.amplitude_factor[branch][at])
                self.store.rate[branch][at] = <float> (
                    quadrant.rate / TIME_CALIB[self.time_calibs[synapse] & 3] * self.store.rate_factor[branch][at])
        self.stale[row] = False
        self.n_stale[row >> 8] -= 1
        self._compare_labels(row)

    cdef void _compare_labels(self, int row) noexcept nogil:
        """Whether synapses of a row have seen its latest pulse and others have not, or none has."""
        cdef uint64_t present = self.store.present[row]
        cdef bint ragged = several(present) or (self.s.pre[row] and not present >> self.s.address[row] & 1)
        self.store.n_ragged[row >> 8] += <int> ragged - <int> self.store.ragged[row]
        self.store.ragged[row] = ragged

    cdef void _derive_hemisphere(self, int hemisphere) noexcept nogil:
        cdef int row
        for row in range(256 * hemisphere, 256 * hemisphere + 256):
            if self.stale[row]:
                self._derive(row)

    # -- pulses

    cdef int32_t _time(self, int64_t tick) noexcept nogil:
        """A tick as a time of the state."""
        if tick - self.s.epoch > LATEST:
            self._shift(tick - self.s.epoch - EARLIEST)
        self.s.in_use = True
        return <int32_t> (tick - self.s.epoch)

    cdef void _shift(self, int64_t ticks) noexcept nogil:
        """Times count from later on; those long ago become 0."""
        cdef int32_t by = <int32_t> min(ticks, LATEST)
        cdef int k
        self._require_store()
        self.s.epoch += ticks
        for k in range(HEMISPHERES):
            self.s.newest_pre[k] = max(self.s.newest_pre[k] - by, 0)
            self.s.newest_post[k] = max(self.s.newest_post[k] - by, 0)
        for k in range(ROWS):
            self.s.pre[k], self.s.post[k] = max(self.s.pre[k] - by, 0), max(self.s.post[k] - by, 0)
        for k in range(ROWS * ADDRESSES):
            self.store.times[k >> 6][k & 63] = max(self.store.times[k >> 6][k & 63] - by, 0)

    cdef void pre(self, int row, int address, int64_t tick) noexcept nogil:
        """A pulse on a row 0..511 with an address. Only of a hemisphere that `stores`."""
        cdef int hemisphere = row >> 8
        cdef int32_t now
        cdef uint8_t keys[SENSORS]
        if self.stale[row]:
            self._derive(row)
        self.s.n_pre += 1
        if not self.store.present[row] >> address & 1:
            return
        now = self._time(tick)
        if self.s.address[row] != address:
            self._new_address(row, address, now)
        self.s.pre[row] = self.store.times[row][address] = self.s.newest_pre[hemisphere] = now
        if self.store.ragged[row]:
            self._compare_labels(row)
        if now - self.s.newest_post[hemisphere] >= self.memory[hemisphere]:
            return
        if several(self.store.present[row]):
            memset(keys, address, sizeof(keys))
            pairs_store_labelled(self.instruction_set, self.store.stored[ACAUSAL] + 256 * row, self.store.amplitude[ACAUSAL] + 256 * row,
                                 self.store.rate[ACAUSAL] + 256 * row, self.s.post + 256 * hemisphere, self.labels + 256 * row, keys, now)
        else:
            pairs_store(self.instruction_set, self.store.stored[ACAUSAL] + 256 * row, self.store.amplitude[ACAUSAL] + 256 * row,
                        self.store.rate[ACAUSAL] + 256 * row, self.s.post + 256 * hemisphere, now)

    cdef void _new_address(self, int row, int address, int32_t now) noexcept nogil:
        """The row sees another address than before; it is mixed if something may be left of earlier ones."""
        cdef bint mixed = now - self.s.pre[row] < self.memory[row >> 8]
        self.s.n_mixed[row >> 8] += mixed - <int> self.s.mixed[row]
        self.s.address[row], self.s.mixed[row] = <uint8_t> address, mixed

    cdef void post(self, int neuron, int64_t tick) noexcept nogil:
        """A post-synaptic pulse of a neuron 0..511. Only of a hemisphere that `stores`."""
        cdef int hemisphere = neuron >> 8, column = neuron & 255, first = neuron << 8
        cdef int32_t now = self._time(tick)
        cdef int32_t latest[SENSORS]
        cdef float* stored
        if self.n_stale[hemisphere]:
            self._derive_hemisphere(hemisphere)
        self.s.post[neuron] = self.s.newest_post[hemisphere] = now
        self.s.n_post += 1
        if now - self.s.newest_pre[hemisphere] >= self.memory[hemisphere]:
            return
        stored = self.store.stored[CAUSAL] + first
        if self.s.n_mixed[hemisphere]:
            pairs_latest(latest, self.store.times[256 * hemisphere], self.store.labels[hemisphere][column])
            pairs_store(self.instruction_set, stored, self.store.amplitude[CAUSAL] + first, self.store.rate[CAUSAL] + first, latest, now)
        elif self.store.n_ragged[hemisphere]:
            pairs_store_labelled(self.instruction_set, stored, self.store.amplitude[CAUSAL] + first, self.store.rate[CAUSAL] + first,
                                 self.s.pre + 256 * hemisphere, self.store.labels[hemisphere][column], self.s.address + 256 * hemisphere, now)
        else:
            pairs_store(self.instruction_set, stored, self.store.amplitude[CAUSAL] + first, self.store.rate[CAUSAL] + first,
                        self.s.pre + 256 * hemisphere, now)

    # -- reset and readout

    cdef void reset(self, int row, int column, int branches) noexcept nogil:
        """Resets sensors of a synapse."""
        cdef int branch
        self.s.n_resets += 1
        for branch in range(BRANCHES):
            if branches >> branch & 1:
                self._fade(branch, row, column)

    cdef void neuron_reset(self, int neuron) noexcept nogil:
        """A neuron 0..511 is reset by an access, and with it the sensors of row 0 in its column."""
        self._fade(CAUSAL, neuron & 256, neuron & 255)
        self._fade(ACAUSAL, neuron & 256, neuron & 255)

    cdef void _fade(self, int branch, int row, int column) noexcept nogil:
        """What a sensor holds fades exponentially while the reset lasts."""
        cdef float* stored
        if self.store != NULL:
            stored = &self.store.stored[branch][place(branch, row, column)]
            stored[0] = <float> (fmin(stored[0], FULL) * _remaining(self.s.reset_ticks[row >> 8]))

    cdef double level(self, int branch, int row, int column, int64_t noise_of) noexcept nogil:
        """What the converter sees of a sensor [V as read]; ground without a bias of the output."""
        cdef int quadrant = 2 * (row >> 8) + (column >> 7), at = place(branch, row, column)
        cdef double stored
        self.stores(row >> 8)
        if not self.cells[quadrant * CAPMEM_CELLS + CELL_OUTPUT]:
            return 0.0
        self._require_store()
        if not self.store.drawn[row]:
            self._draw(row)
        stored = shown(self.store.stored[branch][at])
        if self.noise:
            stored += self.noise * normal(self.s.noise_key, noise_of)
        return fmax(self.quadrant[quadrant].level + self.store.offset[branch][at] - LSB * stored, 0.0)

    # -- from Python

    @property
    def instructions(self):
        """Instruction set in use, an index of `LEVELS`. Setting more than the machine has gives the best it has."""
        return self.instruction_set

    @instructions.setter
    def instructions(self, int wanted):
        self.instruction_set = pairs_level(wanted)

    def play(self, ticks, places, addresses):
        """Pulses in the order of their ticks, as arrays of equal size: of rows 0..511 with their addresses 0..63, and of neurons 0..511 with
        address -1. Those of hemispheres that store nothing are left out."""
        cdef const int64_t[::1] tick = np.ascontiguousarray(ticks, np.int64), where = np.ascontiguousarray(places, np.int64)
        cdef const int64_t[::1] address = np.ascontiguousarray(addresses, np.int64)
        cdef Py_ssize_t k
        if not tick.shape[0] == where.shape[0] == address.shape[0]:
            raise ValueError(f"{tick.shape[0]} ticks for {where.shape[0]} places and {address.shape[0]} addresses")
        if tick.shape[0] and not (0 <= np.min(places) <= np.max(places) < ROWS and -1 <= np.min(addresses) <= np.max(addresses) < ADDRESSES):
            raise ValueError("places are 0 to 511, addresses -1 to 63")
        with nogil:
            for k in range(tick.shape[0]):
                if self.stores(<int> where[k] >> 8) and address[k] < 0:
                    self.post(<int> where[k], tick[k])
                elif self.active[where[k] >> 8]:
                    self.pre(<int> where[k], <int> address[k], tick[k])

    def stored(self):
        """float32[2, 512, 256] [LSB]: what the causal and acausal sensors hold, by row (256 * hemisphere + row) and column."""
        if self.store == NULL:
            return np.zeros((BRANCHES, ROWS, SENSORS), np.float32)
        return _by_row(view(self.store.stored, sizeof(self.store.stored), "f4"))

    def in_use(self):
        """By hemisphere, whether any sensor holds something."""
        if self.store == NULL:
            return [False, False]
        stored = view(self.store.stored, sizeof(self.store.stored), "f4").reshape(BRANCHES, HEMISPHERES, ROWS // HEMISPHERES * SENSORS)
        return stored.any(axis=(0, 2)).tolist()

    def parameters(self):
        """Amplitudes [LSB per pair at dt = 0] and time constants [us] of all sensors, float32[2, 512, 256] each, as configured now; 0 and
        infinite where nothing is stored."""
        cdef int hemisphere
        self._require_store()
        for hemisphere in range(HEMISPHERES):
            self.stores(hemisphere)
            self._derive_hemisphere(hemisphere)
        rate = _by_row(view(self.store.rate, sizeof(self.store.rate), "f4"))
        with np.errstate(divide="ignore"):
            return _by_row(view(self.store.amplitude, sizeof(self.store.amplitude), "f4")) / PAIRS_SCALE, -OCTAVE / (LN2 * rate) * (TICK_NS / 1000.0)

    def arrays(self):
        """Times of pulses, what is stored, noise of the run and counters."""
        cdef bint kept = self.store != NULL and self.s.in_use
        return fields(<SensorState[:1]> &self.s) | {
            "stored": view(self.store.stored if kept else NULL, sizeof(self.store.stored) if kept else 0, "f4"),
            "times": view(self.store.times if kept else NULL, sizeof(self.store.times) if kept else 0, "i4"),
        }

    def resize_arrays(self, sizes):
        """Room for what is stored, if anything is."""
        self.clear()
        if sizes["stored"]:
            self._require_store()
            self.s.in_use = True

    def restored(self):
        """What follows from the configuration."""
        self._forget()


cdef double shown(double stored) noexcept nogil:
    """What the output shows of what is stored [LSB]: linear at first, then less and less up to a hard stop."""
    cdef double y
    if stored <= LINEAR:
        return stored
    y = fmin((stored - LINEAR) / (FULL - LINEAR), 1.0)
    return LINEAR + (STOP - LINEAR) * 0.5 * y * (3.0 - y * y)


cdef double _factor(double octaves) noexcept nogil:
    """2^octaves."""
    cdef double factor = 1.0
    while octaves > 0.0:
        octaves -= 1.0
        factor *= 2.0
    return factor * pairs_power(<float> (octaves * OCTAVE))


cdef double _remaining(int64_t ticks) noexcept nogil:
    """What a reset of some ticks leaves."""
    return pairs_power(<float> (fmax(-<double> ticks * TICK_NS / (1000.0 * RESET_TIME * LN2), -OCTAVES) * OCTAVE))


def _by_row(flat):
    """float32[2, 512, 256] by row and column of an array as it is kept."""
    causal, acausal = np.array(flat).reshape(BRANCHES, HEMISPHERES, SENSORS, SENSORS)
    return np.stack([causal.transpose(0, 2, 1), acausal]).reshape(BRANCHES, ROWS, SENSORS)


cdef double LN2 = 0.6931471805599453
cdef double AMPLITUDE = number("correlation_amplitude"), TAU = number("correlation_tau"), LSB = number("cadc_lsb")
cdef double AMPLITUDE_SLOPE = number("correlation_amplitude_slope"), MEASURE_VOLTS = number("correlation_measure_volts")
cdef double RESET_VOLTS = number("correlation_reset_volts"), RESET_LEVEL = number("correlation_reset_level")
cdef double STORE_FLOOR = number("correlation_store_floor"), STORE_FLOOR_SLOPE = number("correlation_store_floor_slope")
cdef double STORE_DROP = number("correlation_store_drop")
cdef double LINEAR = number("correlation_linear"), STOP = number("correlation_stop"), FULL = LINEAR + 1.5 * (STOP - LINEAR)
cdef double RESET_TIME = number("correlation_reset_time")
cdef double GRADIENT = number("correlation_gradient"), BRANCH_RATIO = number("correlation_branch_ratio")
cdef double MEMORY = 64.0   # time constants: the slowest sensors have three times the nominal one
cdef double[4] AMP_CALIB = [number(f"correlation_amp_calib_{_code}") for _code in range(4)]
cdef double[4] TIME_CALIB = [number(f"correlation_time_calib_{_code}") for _code in range(4)]
cdef int CELL_STORE = int(CapMemCellOnCapMemBlock.syn_i_bias_store.toEnum())
cdef int CELL_RAMP = int(CapMemCellOnCapMemBlock.syn_i_bias_ramp.toEnum())
cdef int CELL_OUTPUT = int(CapMemCellOnCapMemBlock.syn_i_bias_corout.toEnum())
