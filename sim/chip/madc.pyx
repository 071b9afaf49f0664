"""The fast converter: state machine, signal path and samples (facts: analog model 8 and 9; behavioural).

OFF --wake_up--> READY (after powerup_wait clocks) --start--> RECORDING --stop or number_of_samples--> READY, or OFF if
enable_power_down_after_sampling is set. The bits of the control register act as long as they stand: with the start bit still set a recording
follows the other without a gap. A start without power or while recording is ignored and counted. The sample rate is
clock / (12 + sample_duration_adjust) [/ (2 (scale + 1)) with clock scaling]. The active mux stays on its first input if
active_mux_input_select_length is 0, else it changes after so many samples. The channel of a sample lags: it is the input of the sample before.

Signal path: neuron with readout amplifier and readout switched on -> line of its hemisphere and column parity -> source multiplexer ->
active mux -> preamplifier -> converter. Other sources of the multiplexer are the debug lines (see `debug_nets`), among them those of the pads.
Sources that are joined, by a line or by the multiplexer, are averaged: up to `PROBES` neurons, and any number of lines. Without a complete
and biased path the samples are noise around the middle, and so are those of the first microseconds if the chip has this quirk. Not
modelled: current DAC and synapse drivers as sources (they count as unmodelled), bandwidth, current measurement, calibration.
"""

from libc.math cimport floor, isnan
from libc.string cimport memset

from hicannx_sim.anncore._kernel cimport PROBES
from hicannx_sim.base.capmem cimport CAPMEM_CELLS
from hicannx_sim.base.growing cimport growing_append, growing_clear, growing_free
from hicannx_sim.base.noise cimport normal
from hicannx_sim.base.state cimport items, resize

from halco import CapMemCellOnCapMemBlock, CapMemCellOnDLS
from haldls import MADCConfig, MADCControl, NeuronConfig, ReadoutSourceSelection
from hicannx_sim.chip.debug_nets import LINES
from hicannx_sim.chip.omnibus import written_field
from hicannx_sim.base.numbers import number
from hicannx_sim.base.noise import normals, stream
from hicannx_sim.base.state import fields
from hicannx_sim.base.virtual_chip import Quirk

cdef class MADC:
    def __init__(self, chip, seed, NeuronRegisters neurons not None, DebugLines lines not None):
        self.config_layout, self.source_layout = MADCConfig.layout("Omnibus"), ReadoutSourceSelection.layout("Omnibus")
        self.neuron_layout = NeuronConfig.layout("Omnibus")
        if max(self.config_layout.n_slots, self.source_layout.n_slots, self.neuron_layout.n_slots) > 64:
            raise ValueError("a readout container has more fields than the model expects")
        self.seed, self.neurons, self.analog, self.lines = seed, neurons, neurons.analog, lines
        self.volt_zero, self.lsb_per_volt = number("madc_offset"), 1 / number("madc_lsb")
        if not chip.is_ideal:
            spread = normals(stream(chip.serial, "fixed pattern", "madc"), [0, 1])
            self.offset = number("madc_offset_spread") * spread[0]
            self.lsb_per_volt *= 1 + number("madc_gain_spread") * spread[1]
            self.noise, self.wander = number("madc_noise"), number("madc_noise_slow")
        self.invalid_time = number("madc_invalid_time") if Quirk.MADC_START in chip.quirks else 0
        self.s.powered = self.s.path_powered = True
        self.drawn_span = -1
        self.begin_run(0)
        self.reset()

    def __dealloc__(self):
        growing_free(&self.samples)

    def begin_run(self, int run):
        """Takes the noise of run number `run` of the seed."""
        self.s.noise_key, self.s.wander_key = stream(self.seed, "madc noise", run), stream(self.seed, "madc wander", run)

    def set_clock(self, double hertz):
        """Frequency of the converter's clock, as the PLL settings give it. ValueError unless positive."""
        if not hertz > 0:
            raise ValueError(f"MADC clock of {hertz} Hz")
        self.s.clock, self.s.stale = hertz, True

    cdef void reset(self) noexcept nogil:
        cdef int probe
        memset(self.s.config_words, 0, sizeof(self.s.config_words))
        memset(self.s.source_words, 0, sizeof(self.s.source_words))
        growing_clear(&self.samples)
        self.s.state, self.s.stale = OFF, True
        self.s.control = 0
        self.s.clock = NOMINAL_CLOCK
        for probe in range(PROBES):
            self.s.probe_neuron[probe] = -1
        self._configure()

    cdef attach(self, Omnibus bus):
        bus.keep("MADCConfig", self.s.config_words, sizeof(self.s.config_words), <void*> self, _written)
        bus.keep("ReadoutSourceSelection", self.s.source_words, sizeof(self.s.source_words), <void*> self, _written)
        bus.serve("MADCControl", <void*> self, _control, NULL)

    cdef void supply(self, bint converter, bint path) noexcept nogil:
        """Which supplies are on. Without its own the converter is off; without that of the path it sees nothing."""
        self.s.powered, self.s.path_powered, self.s.stale = converter, path, True
        if not converter:
            self.s.state = OFF

    cdef bint watches(self) noexcept nogil:
        """Whether samples of analog voltages are being taken. The probes stand where they must when this returns."""
        cdef uint64_t changes = self.neurons.changes.config + self.neurons.changes.cells
        if self.s.state == RECORDING and self.s.n_lines:
            self.lines.refresh()
        if self.s.state == RECORDING and (self.s.stale or self.s.seen != changes or self.s.seen_lines != self.lines.s.resolved):
            self._configure()
            with gil:
                self._connect()
            self.s.stale, self.s.seen, self.s.seen_lines = False, changes, self.lines.s.resolved
        return self.s.state == RECORDING and not self.s.dummy

    cdef void control(self, uint32_t word, int64_t tick) noexcept nogil:
        """A write to the control register. Its bits act as long as they stand."""
        cdef bint started = word >> START & 1 and not self.s.control >> START & 1
        if self.s.stale:
            self._configure()
            self.s.stale = True  # the signal path follows with the next sample
        self.s.control = word
        if word >> STOP & 1 and self.s.state == RECORDING:
            self._stop(tick)
        self.s.n_starts += started
        self.s.n_start_ignored += started and (self.s.state == RECORDING or not self._follow(tick))
        self._follow(tick)

    cdef bint _follow(self, int64_t tick) noexcept nogil:
        """Wakes up and starts recording as the control register says; whether a recording is on its way."""
        if self.s.state == OFF and self.s.control >> WAKE_UP & 1 and self.s.powered:
            self.s.state = READY
            self.s.ready = tick + <int64_t>(self.s.powerup_wait * 5e8 / self.s.clock)
        if self.s.state != READY or not self.s.control >> START & 1 or self.s.control >> STOP & 1:
            return self.s.state == RECORDING
        self.s.taken, self.s.wanted = 0, -1 if self.s.control >> CONTINUOUS & 1 else self.s.n_samples
        if self.s.wanted == 0:
            self.s.state = OFF if self.s.control >> POWER_DOWN & 1 else READY
            return True
        self.s.state, self.s.stale = RECORDING, True
        self.s.began = self.s.start = self.s.next_tick = max(tick, self.s.ready)
        return True

    cdef void _stop(self, int64_t tick) noexcept nogil:
        """Ends the recording after the sample at or before `tick`, which may be yet to be taken."""
        cdef int64_t until_now = <int64_t>((tick - self.s.start) / self.s.period) + 1 if tick >= self.s.start else 0
        if self.s.wanted < 0 or until_now < self.s.wanted:
            self.s.wanted = until_now
        if self.s.taken >= self.s.wanted:
            self._finish(tick)

    cdef void _finish(self, int64_t tick) noexcept nogil:
        """The recording has ended; with the start bit still set the next one begins."""
        self.s.state = OFF if self.s.control >> POWER_DOWN & 1 else READY
        self.s.ready = tick
        self._follow(tick)

    cdef int _input(self, int64_t sample) noexcept nogil:
        """Input of the active mux that a sample of this recording is taken from."""
        if not self.s.select_length:
            return self.s.first_input
        return self.s.first_input ^ <int>(max(sample, 0) // self.s.select_length & 1)

    cdef void sample(self, int64_t until) noexcept nogil:
        """Takes all samples up to and including tick `until`, which the analog core must have reached (unless dummy data flow)."""
        cdef int value
        cdef int64_t tick
        if self.s.state != RECORDING or self.s.next_tick > until:
            return
        self.watches()
        while self.s.state == RECORDING and self.s.next_tick <= until:
            tick = self.s.next_tick
            if not self.s.dummy and not self.s.connected[self._input(self.s.taken)]:
                self.s.n_idle += 1
                self.s.n_without_preamp += not self.s.control >> PREAMP & 1
            value = self.s.taken & 1023 if self.s.dummy else self._value(self._input(self.s.taken), tick)
            self._append(tick + TO_STAMP, <uint16_t>(self._input(self.s.taken - 1) << 10 | value))
            self.s.taken += 1
            self.s.n_taken += 1
            self.s.next_tick = self.s.start + <int64_t>(self.s.taken * self.s.period)
            if self.s.taken == self.s.wanted:
                self._finish(self.s.next_tick if self.s.control >> START & 1 else tick)

    cdef int _value(self, int source, int64_t tick) noexcept nogil:
        cdef double level
        cdef int i
        if not self.s.connected[source] or tick - self.s.began < self.invalid_time:
            level = IDLE_LEVEL + IDLE_SPREAD * normal(self.s.noise_key, tick)
        else:
            level = self.s.line_volts[source]
            for i in range(self.s.n_probes[source]):
                level += self.analog.probe((self.s.first_probe[source] + i) % PROBES, tick)
            level = (level / self.s.connected[source] - self.volt_zero) * self.lsb_per_volt * self.s.gain + self.offset
            if self.noise:
                level += self.noise * normal(self.s.noise_key, tick) + self.wander * self._slow_noise(tick)
        return <int>min(max(floor(level + 0.5), 0.0), 1023.0)

    cdef double _slow_noise(self, int64_t tick) noexcept nogil:
        """Straight lines between independent values one correlation time apart."""
        cdef int64_t span = tick // WANDER_TIME
        cdef double phase = <double>(tick - span * WANDER_TIME) / WANDER_TIME
        cdef int end
        if span != self.drawn_span or self.s.wander_key != self.drawn_key:
            for end in range(2):
                self.drawn[end] = normal(self.s.wander_key, span + end)
            self.drawn_span, self.drawn_key = span, self.s.wander_key
        return (1 - phase) * self.drawn[0] + phase * self.drawn[1]

    cdef void _configure(self) noexcept nogil:
        """Reads the timing from the configuration registers."""
        cdef int64_t slots[64]
        cdef double old = self.s.period
        self.config_layout.decode(self.s.config_words, slots)
        self.s.period = (MIN_CLOCKS + slots[DURATION_ADJUST]) * (2.0 * (slots[SCALE] + 1) if slots[SCALING] else 1.0) * 5e8 / self.s.clock
        self.s.first_input, self.s.select_length = <int>slots[FIRST_INPUT], <int>slots[SELECT_LENGTH]
        self.s.powerup_wait, self.s.n_samples = <int>slots[POWERUP_WAIT], <int>slots[N_SAMPLES]
        self.s.dummy = slots[DUMMY] != 0
        self.s.gain = 31.0 / max(slots[GAIN_CAPACITOR], 1)
        self.s.path = (self.s.control >> PREAMP & 1 and slots[ACTIVE_MUX] != 0 and slots[MUX_AMPLIFIERS] != 0 and slots[TO_PREAMP] != 0
                     and slots[PREAMP_TO_MADC] != 0 and self.s.path_powered)
        if self.s.state == RECORDING and old != self.s.period and self.s.taken:
            self.s.start = self.s.next_tick - <int64_t>(self.s.taken * self.s.period)

    cdef void _connect(self):
        """Finds what stands behind each input of the active mux, and puts the probes there."""
        cdef int64_t slots[64]
        cdef int source, probe = 0
        self.source_layout.decode(self.s.source_words, slots)
        self.s.n_lines = 0
        for source in range(2):
            self.s.first_probe[source], self.s.n_probes[source], self.s.connected[source], self.s.line_volts[source] = probe, 0, 0, 0.0
            if self.s.path and self._biased() and (source == self.s.first_input or self.s.select_length):
                probe = self._connect_input(source, slots, probe)
        while probe < PROBES:
            self._probe(probe, -1, 0)
            probe += 1

    cdef int _connect_input(self, int source, const int64_t* slots, int probe):
        """Sources of one input; `probe` is the first that is free, the result the first after them."""
        cdef int k
        for neuron, what in self._neurons(slots, source):
            if probe == PROBES:
                self.s.n_unmodelled_sources += 1
                break
            self._probe(probe, neuron, what)
            probe += 1
        self.s.n_probes[source] = self.s.connected[source] = probe - self.s.first_probe[source]
        for k in range(DEBUG_LINES):
            if slots[LINE_SWITCHES[source][k]]:
                self.s.n_lines += 1
                self.lines.refresh()
                if not isnan(self.lines.s.volts[k]):
                    self.s.connected[source] += 1
                    self.s.line_volts[source] += self.lines.s.volts[k]
        for k in range(N_UNMODELLED_SOURCES):
            self.s.n_unmodelled_sources += slots[UNMODELLED_SOURCES[source][k]] != 0
        return probe

    cdef void _probe(self, int slot, int neuron, int source) noexcept:
        if self.s.probe_neuron[slot] != neuron or self.s.probe_source[slot] != source:
            self.analog.set_probe(slot, neuron, source)
            self.watched_line |= source == EXCITATORY or source == INHIBITORY
            self.s.probe_neuron[slot], self.s.probe_source[slot] = neuron, source

    cdef bint _biased(self) noexcept:
        cdef int i
        for i in range(5):
            if not BIAS_FLOOR <= self.analog.capmem_data[BIAS_CELLS[i]] < 1023:
                return False
        return True

    cdef list _neurons(self, const int64_t* sources, int source):
        """(neuron, readout source) of all neurons on the lines that a source multiplexer selects."""
        cdef int64_t slots[64]
        cdef int neuron, hemisphere
        cdef bint selected
        found = []
        for neuron in range(512):
            hemisphere = neuron >> 8
            selected = sources[LINE[source][neuron & 1] + hemisphere] != 0
            if not selected or self.analog.capmem_data[(2 * hemisphere + (neuron >> 7 & 1)) * CAPMEM_CELLS + READOUT_AMP_CELL] == 0:
                continue
            self.neuron_layout.decode(self.analog.neuron_config_data + 6 * neuron, slots)
            if slots[READOUT] and slots[READOUT_AMP]:
                found.append((neuron, <int>slots[READOUT_SOURCE]))
        return found

    cdef void _append(self, int64_t tick, uint16_t body) noexcept nogil:
        cdef Sample* sample = <Sample*> growing_append(&self.samples, sizeof(Sample))
        if sample != NULL:
            sample.tick, sample.body = tick, body

    def arrays(self):
        """Registers, state machine, recording, probes, noise of the run, and samples on the way."""
        return fields(<MADCState[:1]> &self.s) | {"samples": items(&self.samples, sizeof(Sample))}

    def resize_arrays(self, sizes):
        """Room for samples of so many bytes."""
        resize(&self.samples, sizes["samples"], sizeof(Sample))


cdef void _written(void* block, uint32_t coordinate, const uint32_t* words, int64_t tick) noexcept nogil:
    (<MADC> block).s.stale = True


cdef void _control(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<MADC> block).control(data & mask, tick)


cdef int READOUT_AMP_CELL = int(CapMemCellOnCapMemBlock.neuron_i_bias_readout_amp.toEnum())
# the cells without which there is no signal
cdef int[5] BIAS_CELLS
for _position, _name in enumerate(
    ("readout_ac_mux_i_bias", "readout_madc_in_500na", "readout_sc_amp_i_bias", "readout_sc_amp_v_ref", "readout_pseudo_diff_v_ref")
):
    BIAS_CELLS[_position] = int(getattr(CapMemCellOnDLS, _name).toEnum())
cdef int64_t TO_STAMP = number("madc_to_stamp")
cdef double NOMINAL_CLOCK = number("madc_clock")
cdef int64_t WANDER_TIME = number("madc_wander_time")
cdef double IDLE_LEVEL = number("madc_idle_level")
cdef double IDLE_SPREAD = number("madc_idle_spread")
cdef int BIAS_FLOOR = number("madc_bias_floor")
cdef double MIN_CLOCKS = number("madc_conversion")
cdef int WAKE_UP = written_field(MADCControl, "wake_up")[0]
cdef int START = written_field(MADCControl, "start_recording")[0]
cdef int STOP = written_field(MADCControl, "stop_recording")[0]
cdef int POWER_DOWN = written_field(MADCControl, "enable_power_down_after_sampling")[0]
cdef int CONTINUOUS = written_field(MADCControl, "enable_continuous_sampling")[0]
cdef int PREAMP = written_field(MADCControl, "enable_pre_amplifier")[0]
_config = MADCConfig.layout("Omnibus").slot
cdef int DURATION_ADJUST = _config("sample_duration_adjust")
cdef int SCALING = _config("enable_madc_clock_scaling")
cdef int SCALE = _config("madc_clock_scale_value")
cdef int FIRST_INPUT = _config("active_mux_initially_selected_input")
cdef int SELECT_LENGTH = _config("active_mux_input_select_length")
cdef int POWERUP_WAIT = _config("powerup_wait_value")
cdef int N_SAMPLES = _config("number_of_samples")
cdef int DUMMY = _config("enable_dummy_data")
cdef int GAIN_CAPACITOR = _config("preamp_gain_capacitor_size")
cdef int ACTIVE_MUX = _config("signal_selection_connect_active_mux")
cdef int MUX_AMPLIFIERS = _config("enable_active_mux_amplifiers")
cdef int TO_PREAMP = _config("signal_selection_connect_preamp")
cdef int PREAMP_TO_MADC = _config("connect_preamp_to_madc")
cdef int READOUT = NeuronConfig.layout("Omnibus").slot("enable_readout")
cdef int READOUT_AMP = NeuronConfig.layout("Omnibus").slot("enable_readout_amplifier")
cdef int READOUT_SOURCE = NeuronConfig.layout("Omnibus").slot("readout_source")
cdef int EXCITATORY = int(NeuronConfig.ReadoutSource.exc_synin), INHIBITORY = int(NeuronConfig.ReadoutSource.inh_synin)


cdef dict _multiplexer_slots(int buffer):
    """{name: slots} of the switches of a source multiplexer."""
    group = next(field for field in ReadoutSourceSelection.fields() if hasattr(field, "parts"))
    places, slot = {}, group.slot + buffer * sum(part.count for part in group.parts)
    for part in group.parts:
        places[part.name] = range(slot, slot + part.count)
        slot += part.count
    return places


UNMODELLED_SOURCE_NAMES = ("current_dac", "synapse_driver_debug")
cdef int[2][2] LINE  # first slot of the switches to the even and the odd line of neurons
cdef int[2][DEBUG_LINES] LINE_SWITCHES
cdef int[2][4] UNMODELLED_SOURCES
cdef int N_UNMODELLED_SOURCES = sum(len(_multiplexer_slots(0)[_name]) for _name in UNMODELLED_SOURCE_NAMES)
for _buffer in range(2):
    _slots = _multiplexer_slots(_buffer)
    LINE[_buffer][0], LINE[_buffer][1] = _slots["neuron_even"][0], _slots["neuron_odd"][0]
    for _position, _name in enumerate(LINES):
        LINE_SWITCHES[_buffer][_position] = _slots[_name][0]
    for _position, _slot in enumerate([slot for name in UNMODELLED_SOURCE_NAMES for slot in _slots[name]]):
        UNMODELLED_SOURCES[_buffer][_position] = _slot
