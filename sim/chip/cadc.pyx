# distutils: sources = sim/chip/kernel/cadc.c
"""The parallel converters: 256 causal and 256 acausal 8-bit channels per hemisphere (facts: analog model 7; behavioural).

A triggering read starts one conversion of its hemisphere, both channel types. After sense_delay, reset_wait and dead_time the counters run
for 256 cycles of 4 ns while a ramp rises; the end is rounded up to the analog grid. A channel keeps the count at which the ramp crosses its
input, so a high input is seen up to 1 us later than a low one. Count = (V - start of the ramp) * its gain + pattern + noise, limited to
0 .. 255; the digital offset of the channel is added and the sum limited again. Numbers and delays stand in `hicannx_sim.base.numbers`.

Inputs, by the column switches: the neuron's readout amplifier (if it is on and biased), the debug line of the channel type, the correlation
sensors in the row that is read, with what they held when the conversion was triggered. Neuron and debug line together average; the weak output of the
sensors does not count beside another source (software closes that switch for neurons, too). An input that nothing drives reads as ground. Without enable or analog supplies a conversion gives 0, in the time of any other (assumed); with a bias below its floor the ramp crosses
nothing, which gives 255. Not modelled: soft ends of the range, sensors of one column as seen by others over a debug line.
"""

from libc.math cimport floor, isnan, sqrt
from libc.stdint cimport uint16_t, uint64_t
from libc.string cimport memset

import numpy as np

from hicannx_sim.base.capmem cimport CAPMEM_CELLS
from hicannx_sim.chip.cadc_inputs cimport NO_READOUT
from hicannx_sim.chip.columns cimport DEBUG, INTERNAL, READOUT
from hicannx_sim.base.clock cimport GRID_TICKS
from hicannx_sim.base.noise cimport normal
from hicannx_sim.base.state cimport view

from halco import CapMemCellOnCapMemBlock
from haldls import CADCChannelConfig, CADCConfig, CommonCorrelationConfig
from hicannx_sim.base.numbers import number
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.noise import stream
from hicannx_sim.base.state import fields

cdef class CADC:
    def __init__(self, chip, seed, CADCInputs inputs not None, CorrelationSensors sensors not None):
        self.config_layout, self.channel_layout = CADCConfig.layout("Omnibus"), CADCChannelConfig.layout("Omnibus")
        self.common_layout = CommonCorrelationConfig.layout("Omnibus")
        if max(self.config_layout.n_slots, self.channel_layout.n_slots, self.common_layout.n_slots) > 16:
            raise ValueError("a container of the converter has more fields than the model expects")
        self.inputs, self.analog, self.sensors, self.seed = inputs, inputs.neurons.analog, sensors, seed
        self._draw_pattern(chip)
        self.s.powered = True
        self.begin_run(0)
        self.reset()

    def _draw_pattern(self, chip):
        """Fixed pattern, and how strong the noise is; nothing of both for an ideal chip."""
        offsets, gains = deviation(chip, "cadc_offset", np.arange(1024)), factor(chip, "cadc_gain", np.arange(1024))
        for channel in range(1024):
            self.channel_offset[<int>channel], self.channel_gain[<int>channel] = offsets[channel], gains[channel]
        starts, slopes = deviation(chip, "cadc_ramp_start", np.arange(4)), factor(chip, "cadc_slope", np.arange(4))
        for block in range(4):
            self.ramp_start[<int>block], self.ramp_gain[<int>block] = RAMP_START + starts[block], RAMP_GAIN * slopes[block]
        if not chip.is_ideal:
            self.noise, self.common_noise, self.readout_noise = number("cadc_noise"), number("cadc_noise_common"), number("neuron_readout_noise")

    def begin_run(self, int run):
        """Takes the noise of run number `run` of the seed."""
        self.s.noise_key, self.s.common_key = stream(self.seed, "cadc noise", run), stream(self.seed, "cadc ramp noise", run)

    cdef void reset(self) noexcept nogil:
        """All words are 0: conversions end without a result, samples are 0."""
        cdef int channel
        self.s.busy = 0
        memset(self.s.config_words, 0, sizeof(self.s.config_words))
        memset(self.s.channel_words, 0, sizeof(self.s.channel_words))
        memset(self.s.common_words, 0, sizeof(self.s.common_words))
        for channel in range(1024):
            self.set_offset(channel)
        self.set_common(0)
        self.set_common(1)
        memset(self.s.samples, 0, sizeof(self.s.samples))

    cdef attach(self, Omnibus bus):
        bus.keep("CADCConfig", self.s.config_words, sizeof(self.s.config_words))
        bus.keep("CADCChannelConfig", self.s.channel_words, sizeof(self.s.channel_words), <void*> self, _set_offset)
        bus.keep("CommonCorrelationConfig", &self.s.common_words[0][0], sizeof(self.s.common_words), <void*> self, _set_common)
        bus.serve("CADCSampleQuad", <void*> self, NULL, _read_samples)
        bus.take_time("CADCSampleQuad", _convert, BUFFERED)

    # -- conversions

    cdef int64_t start(self, int hemisphere, int row, int64_t tick) noexcept nogil:
        """Starts a conversion for a row 0..255 unless one is running; returns the tick at which its samples are there.

        The analog core stands at the last grid point up to `tick`. Until the end it must be run in single grid steps, each with a `look`.
        """
        cdef int64_t config[16]
        cdef int64_t common[16]
        cdef double volts[CADC_COLUMNS]
        cdef int side
        if self.s.busy >> hemisphere & 1:
            return self.s.end[hemisphere]
        self.config_layout.decode(self.s.config_words + hemisphere, config)
        self.common_layout.decode(self.s.common_words[hemisphere], common)
        self.s.begin[hemisphere] = tick + CYCLE * (common[SENSE_DELAY] + config[RESET_WAIT] + config[DEAD_TIME])
        self.s.end[hemisphere] = (self.s.begin[hemisphere] + COUNT_TICKS * COUNTS + GRID_TICKS - 1) // GRID_TICKS * GRID_TICKS
        self.s.n_conversions[hemisphere] += 1
        if not config[ENABLE] or not self.s.powered:
            self.s.n_off[hemisphere] += 1
            memset(self.s.samples[hemisphere], 0, sizeof(self.s.samples[hemisphere]))
            return self.s.end[hemisphere]
        self.inputs.refresh(hemisphere)
        for side in range(2):
            self._quadrant(2 * hemisphere + side, 2 * hemisphere + <int>common[OFFSET_ASSIGNMENT + side], row, tick)
        self.s.busy |= 1 << hemisphere
        self.analog.voltages(hemisphere, self.inputs.s.readout + 256 * hemisphere, volts)
        cadc_start(&self.ramp[hemisphere], volts, <double>(self.analog.now - self.s.begin[hemisphere]) / COUNT_TICKS)
        return self.s.end[hemisphere]

    cdef void look(self) noexcept nogil:
        """The analog core has made a step."""
        cdef double volts[CADC_COLUMNS]
        cdef int hemisphere
        for hemisphere in range(2):
            if self.s.busy >> hemisphere & 1:
                self.analog.voltages(hemisphere, self.inputs.s.readout + 256 * hemisphere, volts)
                cadc_look(&self.ramp[hemisphere], volts, <double>(self.analog.now - self.s.begin[hemisphere]) / COUNT_TICKS)
                if self.ramp[hemisphere].n_open == 0 or self.analog.now >= self.s.end[hemisphere]:
                    self._finish(hemisphere)

    cdef void _finish(self, int hemisphere) noexcept nogil:
        """Counts become samples."""
        cdef CadcRamp* ramp = &self.ramp[hemisphere]
        cdef int channel, k
        cdef double count
        self.s.busy &= ~(1 << hemisphere)
        for k in range(ramp.n_open):
            ramp.count[ramp.open[k]] = COUNTS
        for channel in range(CADC_CHANNELS):
            count = floor(ramp.count[channel] + 0.5) if self.s.biased[2 * hemisphere + (channel >> 7 & 1)] else COUNTS
            count = min(max(count, 0.0), 255.0) + self.offset[512 * hemisphere + channel]
            self.s.samples[hemisphere][channel] = <uint8_t>min(max(count, 0.0), 255.0) if self.s.powered else 0

    cdef void _quadrant(self, int block, int offset_block, int row, int64_t tick) noexcept nogil:
        """How the channels of a quadrant turn volts into counts in the conversion of a row, triggered at a tick, with its noise.

        offset_block: the memory block whose cell gives the start of the ramp.
        """
        cdef const uint16_t* cells = self.analog.cells + block * CAPMEM_CELLS
        cdef CadcRamp* ramp = &self.ramp[block >> 1]
        cdef double start = self.ramp_start[block] + VOLTS_PER_CODE * self.analog.cells[offset_block * CAPMEM_CELLS + CELL_START]
        cdef double gain = self.ramp_gain[block] / max(cells[CELL_SLOPE], 1), common = 0.0, scale, share, volts
        cdef double seen[2][128]
        cdef int kind, column, channel, everywhere
        cdef bint neuron, debug
        cdef uint8_t source
        self.s.biased[block] = min(min(cells[CELL_COMPARATOR], cells[CELL_RAMP_BUFFER]), cells[CELL_RESET_BUFFER]) >= BIAS_FLOOR
        if self.common_noise:
            common = self.common_noise * normal(self.s.common_key, 4 * tick + block)
        for kind in range(2):
            for column in range(128 * (block & 1), 128 * (block & 1) + 128):
                channel, everywhere = 256 * kind + column, 512 * (block >> 1) + 256 * kind + column
                source = self.inputs.columns.s.sources[block >> 1][kind][column]
                neuron = source & READOUT and self.inputs.s.biased[block] and self.inputs.s.readout[256 * (block >> 1) + column] != NO_READOUT
                debug = source & DEBUG and not isnan(self.inputs.columns.lines.s.volts[kind])
                scale = gain * self.channel_gain[everywhere]
                volts = -start
                if debug:
                    volts += 0.5 * self.inputs.columns.lines.s.volts[kind] if neuron else self.inputs.columns.lines.s.volts[kind]
                elif not neuron:
                    if source & INTERNAL:
                        volts += self.sensors.level(kind, 256 * (block >> 1) + row, column, 1024 * tick + everywhere)
                        self.s.n_internal[block >> 1] += 1
                    else:
                        volts += FLOATING_LEVEL
                        self.s.n_floating[block >> 1] += 1
                share = (0.5 if debug else 1.0) if neuron else 0.0
                ramp.gain[channel] = share * scale
                seen[kind][column & 127] = share * scale * self.readout_noise
                ramp.base[channel] = volts * scale + self.channel_offset[everywhere] + common
        if self.noise:
            self._add_noise(block, tick, &seen[0][0])

    cdef void _add_noise(self, int block, int64_t tick, const double* seen) noexcept nogil:
        """White noise of the channels, and what they see [LSB] of that of the neurons' readout amplifiers, which is the same in both channels of
        a column: from two independent values the two sums with their variances and covariance."""
        cdef CadcRamp* ramp = &self.ramp[block >> 1]
        cdef int column, channel, first = 128 * (block & 1)
        cdef uint64_t counter = 1024 * tick + 512 * (block >> 1)
        cdef double variance = self.noise * self.noise, causal, shared, value
        for column in range(128):
            channel = first + column
            causal = sqrt(variance + seen[column] * seen[column])
            shared = seen[column] * seen[128 + column] / causal
            value = normal(self.s.noise_key, counter + channel)
            ramp.base[channel] += causal * value
            ramp.base[256 + channel] += shared * value + (
                sqrt(variance + seen[128 + column] * seen[128 + column] - shared * shared) * normal(self.s.noise_key, counter + 256 + channel))

    cdef void set_offset(self, int channel) noexcept nogil:
        """The digital offset of a channel was written."""
        cdef int64_t slots[16]
        self.channel_layout.decode(&self.s.channel_words[channel], slots)
        self.offset[channel] = <int16_t>slots[CHANNEL_OFFSET]

    cdef void set_common(self, int hemisphere) noexcept nogil:
        """The timing of a hemisphere's sensors was written."""
        cdef int64_t slots[16]
        self.common_layout.decode(self.s.common_words[hemisphere], slots)
        self.sensors.s.reset_ticks[hemisphere] = CYCLE * (slots[RESET_DURATION] + RESET_EXTRA)

    # -- results

    cdef uint32_t word(self, uint32_t index) noexcept nogil:
        """Samples of a quad, by the CADCSampleQuadOnDLS enum: hemisphere, readout type, channel type, row, column of the quad."""
        cdef int quad = index & 63, channel = 256 * (index >> 14 & 1), entry
        cdef const uint8_t* sample = &self.s.samples[index >> 16 & 1][channel + 8 * (quad & 31) + (quad >> 5)]
        cdef uint32_t word = 0
        self.s.n_read[index >> 16 & 1] += 1
        for entry in range(4):
            word |= <uint32_t>sample[2 * entry] << (24 - 8 * entry)
        return word

    def read(self):
        """Samples of the latest conversions: uint8[2, 2, 256], hemisphere, causal or acausal, column."""
        return self.arrays()["samples"].copy().reshape(2, 2, 256)

    def summary(self):
        """Counts since construction: conversions, and in them channels without any source or with nothing but a correlation sensor."""
        return {
            "cadc_conversions": self.s.n_conversions[0] + self.s.n_conversions[1],
            "cadc_floating": self.s.n_floating[0] + self.s.n_floating[1], "cadc_correlation": self.s.n_internal[0] + self.s.n_internal[1],
        }

    def arrays(self):
        """Registers, conversions under way and their results, noise of the run and counters."""
        return fields(<CADCState[:1]> &self.s) | {"ramp": view(self.ramp, sizeof(self.ramp), "u1")}

    def restored(self):
        """What follows from the registers."""
        for channel in range(1024):
            self.set_offset(channel)


cdef void _set_offset(void* block, uint32_t channel, const uint32_t* words, int64_t tick) noexcept nogil:
    (<CADC> block).set_offset(channel)


cdef void _set_common(void* block, uint32_t hemisphere, const uint32_t* words, int64_t tick) noexcept nogil:
    (<CADC> block).set_common(hemisphere)


cdef uint32_t _read_samples(void* block, uint32_t index) noexcept nogil:
    return (<CADC> block).word(index)


cdef int64_t _convert(void* block, uint32_t index, int64_t tick) noexcept nogil:
    return (<CADC> block).start(index >> 16 & 1, index >> 6 & 255, tick)


cdef uint32_t BUFFERED = 1 << 15  # bit of the CADCSampleQuadOnDLS enum: the samples of the latest conversion
cdef int64_t COUNT_TICKS = number("cadc_count"), CYCLE = number("ppu_cycle")
cdef int COUNTS = number("cadc_counts")
cdef double RAMP_START = number("cadc_ramp_start"), RAMP_GAIN = number("cadc_ramp_gain"), VOLTS_PER_CODE = number("capmem_voltage_per_code")
cdef double FLOATING_LEVEL = number("cadc_floating_input")
cdef int BIAS_FLOOR = int(number("cadc_bias_floor"))
cdef int ENABLE = CADCConfig.layout("Omnibus").slot("enable")
cdef int RESET_WAIT = CADCConfig.layout("Omnibus").slot("reset_wait")
cdef int DEAD_TIME = CADCConfig.layout("Omnibus").slot("dead_time")
cdef int CHANNEL_OFFSET = CADCChannelConfig.layout("Omnibus").slot("offset")
cdef int SENSE_DELAY = CommonCorrelationConfig.layout("Omnibus").slot("sense_delay")
cdef int RESET_DURATION = CommonCorrelationConfig.layout("Omnibus").slot("reset_duration")
cdef int RESET_EXTRA = number("correlation_reset_extra")
cdef int OFFSET_ASSIGNMENT = CommonCorrelationConfig.layout("Omnibus").slot("cadc_v_offset_assignment")
cdef int CELL_START = int(CapMemCellOnCapMemBlock.cadc_v_ramp_offset.toEnum())
cdef int CELL_SLOPE = int(CapMemCellOnCapMemBlock.cadc_i_ramp_slope.toEnum())
cdef int CELL_COMPARATOR = int(CapMemCellOnCapMemBlock.cadc_i_bias_comp.toEnum())
cdef int CELL_RAMP_BUFFER = int(CapMemCellOnCapMemBlock.cadc_v_bias_ramp_buf.toEnum())
cdef int CELL_RESET_BUFFER = int(CapMemCellOnCapMemBlock.cadc_i_bias_vreset_buf.toEnum())
