# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""The digital side of the chip: what the link reaches. Time is in ticks of 2 ns.

Everything that happens at a time stands in one queue ordered by tick, kind and place; the analog core advances to the next entry,
hands over its spikes, and the entry is processed. Register writes that change what neurons or events see first bring the chip up to their
tick.
"""

import logging

from libc.stdlib cimport abort, free, realloc

import numpy as np

from sim.chip.omnibus cimport (
    BACKEND, BACKEND_COMMON, BACKGROUND, CADC_SAMPLE, CAPMEM, COLUMN_CURRENT, COUNTER_READ, COUNTER_RESET, CROSSBAR_NODE,
    CROSSBAR_OUTPUT, DEBUG_LINES, DRIVER, DROP_COUNTER, EVENT_COUNTER, MADC_CONTROL, NEURON, NEURON_RESET, NEURON_RESET_QUAD,
    PADI_CONFIG, PADI_EVENT, PPU_CONTROL, READOUT, STORED, SYNAPSE_CALIB, SYNAPSE_FULL, SYNAPSE_LABEL, SYNAPSE_WEIGHT, UNMODELLED,
    the_map)
from sim.chip.columns cimport DEBUG_EXC, column_of
from sim.chip.crossbar cimport BACKGROUND_INPUT, L2_INPUT, L2_OUTPUT, OUTPUTS
from sim.chip.madc cimport RECORDING
from sim.chip.neuron_backend cimport neuron_of
from sim.clock cimport GRID_TICKS
from sim.state cimport longs, view

import haldls
from haldls import PPUControlRegister
from sim.chip.rows import chip_registers
from sim.chip.settings import refused, report
from sim.chip.timing import TIMING
from sim.hops import Events, chip_hops
from sim.physics import number
from sim.errors import UndefinedAccess, UnmodelledAccess, UnmodelledSetting
from sim.virtual_chip import VirtualChip

_log = logging.getLogger("hicannx.chip")

cdef enum:
    # kinds of events, in the order in which those of one tick are processed
    AT_BACKGROUND       # where: source, what: generation
    AT_CROSSBAR         # where: input, what: 14-bit label
    AT_PADI             # where: bus, what: event
    AT_OUT              # where: link output, what: 16-bit label

cdef enum:
    SYSTIME_BITS = 43
    MADC_SPAN = 8 * GRID_TICKS  # ticks between looks at the probes, within the history the analog core keeps

cdef uint32_t[16] LANES
for _enables in range(16):
    LANES[_enables] = sum(0xff << (8 * _lane) for _lane in range(4) if _enables >> _lane & 1)


cdef inline uint32_t _kept(const RegionInfo* region, uint32_t index) noexcept nogil:
    """The bits that exist in a word of a region."""
    return region.keep[0] if region.words == 1 else region.keep[index % <uint32_t>region.words]


cdef class Chip:
    """Registers, event routing and converters of one chip, driven by the FPGA through `write`, `read`, `spike` and `advance`.

    chip: its identity; seed: of the trial noise. Both decide, with what is done to it, everything that comes out.
    """

    def __init__(self, chip=None, seed=0):
        chip = VirtualChip() if chip is None else chip
        self.analog, self.map = AnalogCore(chip, seed), the_map()
        self.synapses, self.crossbar, self.drivers = SynapseMemory(self.analog), Crossbar(), SynapseDrivers(chip)
        self.padi, self.backends, self.background = PADIBuses(self.drivers), NeuronBackends(), BackgroundSources()
        self.madc, self.cadc, self.queue = MADC(chip, seed), CADC(chip, seed), EventQueue()
        self.words = np.zeros(self.map.n_words, np.uint32)
        cdef uint32_t[::1] words = self.words
        self.word = &words[0]
        self.drivers.lengths.common_words = self.word + <uint32_t>self.map.base_of("CommonSTPConfig")
        self.drivers.words = self.word + <uint32_t>self.map.base_of("SynapseDriverConfig")
        self.madc.config_words = self.word + <uint32_t>self.map.base_of("MADCConfig")
        self.madc.source_words = self.word + <uint32_t>self.map.base_of("ReadoutSourceSelection")
        self._lend_words(self.cadc)
        self.fault_counts, self.new_faults = {}, []
        self.reset(0)

    cdef _lend_words(self, CADC cadc):
        """The parallel converter reads its registers in the plain storage."""
        cadc.config_words = self.word + <uint32_t>self.map.base_of("CADCConfig")
        cadc.channel_words = self.word + <uint32_t>self.map.base_of("CADCChannelConfig")
        cadc.common_words = self.word + <uint32_t>self.map.base_of("CommonCorrelationConfig")
        cadc.inputs.pad_words = self.word + <uint32_t>self.map.base_of("PadMultiplexerConfig")
        cadc.inputs.block_words = self.word + <uint32_t>self.map.base_of("CapMemBlockConfig")
        cadc.inputs.columns.correlation_words = self.word + <uint32_t>self.map.base_of("ColumnCorrelationQuad")
        cadc.inputs.columns.current_words = self.word + <uint32_t>self.map.base_of("ColumnCurrentQuad")

    def __dealloc__(self):
        free(self.out)

    # -- omnibus

    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        """An omnibus write arrives: word address, word, byte enables (bit 0 = least significant byte)."""
        cdef uint32_t cell = self.map.find(address), mask = LANES[byte_enables & 15]
        cdef const RegionInfo* region
        cdef uint32_t* word
        if cell == 0:
            self._fault(address, False, True)
            return
        region = &self.map.region[(cell >> 24) - 1]
        if region.kind == STORED and region.writable:
            word = self.word + region.base + (cell & 0xffffff)
            mask &= _kept(region, cell & 0xffffff)
            word[0] = (word[0] & ~mask) | (data & mask)
        elif not region.writable or region.kind == UNMODELLED:
            self._fault(address, False, not region.writable)
        else:
            self._write_block(region, cell & 0xffffff, data, byte_enables & 15, tick)
        if self.strict and region.watched:
            self._watch(address, cell)

    cdef void _write_block(self, const RegionInfo* region, uint32_t index, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        cdef int kind = region.kind
        cdef uint32_t mask = LANES[byte_enables] & _kept(region, index)
        cdef uint32_t* word
        self._catch_up(tick)
        if kind == SYNAPSE_FULL:
            self.synapses.write_full(index >> 1, index & 1, data, byte_enables)
        elif kind == SYNAPSE_WEIGHT or kind == SYNAPSE_LABEL:
            self.synapses.write_plane(kind - SYNAPSE_WEIGHT, index, data, byte_enables)
        elif kind == SYNAPSE_CALIB:
            self.synapses.write_plane(2 + (index & 1), index >> 1, data, byte_enables)
        elif kind == CAPMEM or kind == NEURON or kind == BACKEND or kind == BACKEND_COMMON:
            self._write_image(region, index, data, mask)
        elif kind in (PADI_EVENT, NEURON_RESET, NEURON_RESET_QUAD, COUNTER_RESET, MADC_CONTROL):
            self._trigger(region, index, data & LANES[byte_enables], tick)
        else:
            word = self.word + region.base + index
            word[0] = (word[0] & ~mask) | (data & mask)
            self._write_stored(region, index, tick)

    cdef void _write_image(self, const RegionInfo* region, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil:
        """Configuration that lives in the analog core."""
        cdef int neuron
        cdef uint32_t* word
        if region.kind == CAPMEM:
            self.analog.capmem_data[index] = <uint16_t>((self.analog.capmem_data[index] & ~mask) | (data & mask))
            self.analog.touch_capmem(index // 3120, index % 3120)
            self.madc.touch()
            return
        if region.kind == NEURON:
            neuron = index // 6
            word = self.analog.neuron_config_data + index
        elif region.kind == BACKEND:
            neuron = neuron_of(index >> 2)
            word = self.analog.neuron_backend_data + 4 * neuron + (index & 3)
        else:
            word = self.analog.backend_common_data + index
        word[0] = (word[0] & ~mask) | (data & mask)
        if region.kind == BACKEND_COMMON:
            self.backends.configure(index >> 1, self.analog.backend_common_data + (index & 2))
            self.analog.touch_backend_common(index >> 1)
            return
        self.backends.touch(neuron)
        if region.kind == NEURON:
            self.madc.touch()
        self.analog.touch_neuron(neuron)

    cdef void _write_stored(self, const RegionInfo* region, uint32_t index, int64_t tick) noexcept nogil:
        """A configuration word in the plain storage changed."""
        cdef int kind = region.kind, i
        cdef int64_t first
        cdef uint32_t* words = self.word + region.base + index - index % region.words
        if kind == DRIVER:
            self.drivers.touch(index // 3)
        elif kind == CROSSBAR_NODE:
            self.crossbar.configure_node(index, words)
        elif kind == CROSSBAR_OUTPUT:
            self.crossbar.configure_outputs(words)
        elif kind == COLUMN_CURRENT:
            self.cadc.inputs.columns.touch_current(index >> 1)
            self.cadc.inputs.refresh_lines(self.analog)
            for i in range(4):
                self._switch_lines((index >> 7) * 256 + column_of(index >> 1 & 63, i))
        elif kind == DEBUG_LINES:
            self.board_moved(tick)
        elif kind == PADI_CONFIG:
            self.padi.configure(index, words)
            for i in range(4 * index, 4 * index + 4):
                self.crossbar.set_period(i, self.padi.period[i] if self.padi.spl1[i] else 0)
        elif kind == BACKGROUND:
            first = self.background.configure(index // 3, words, tick)
            if first >= 0:
                self.queue.push(first, AT_BACKGROUND, index // 3, self.background.generation[index // 3])
        elif kind == READOUT:
            self.madc.touch()
        elif kind == PPU_CONTROL and words[0] & 1:
            self._fault(PPU_CONTROL_ADDRESS + (index << 24), False, False)

    cdef void board_moved(self, int64_t tick) noexcept nogil:
        """What drives the debug lines may have changed: another voltage at a pad, another switch to one."""
        cdef int k
        self._catch_up(tick)
        self.cadc.inputs.pads_moved()
        if self.cadc.inputs.columns.n_joined:
            self.cadc.inputs.refresh_lines(self.analog)
            for k in range(512):
                self._switch_lines(k)

    cdef void _switch_lines(self, int neuron) noexcept nogil:
        """Connects the lines of a neuron as the switches of its column say. A debug line that nothing holds at the supply has no effect."""
        cdef int switches = self.cadc.inputs.columns.currents[neuron], line
        for line in range(2):
            if switches & DEBUG_EXC << line and not self.cadc.inputs.lines[2 + line] > SUPPLY_FLOOR:
                switches &= ~(DEBUG_EXC << line)
                self.n_joined_elsewhere += 1
        self.analog.switch_column(neuron, switches)

    cdef void _trigger(self, const RegionInfo* region, uint32_t index, uint32_t data, int64_t tick) noexcept nogil:
        """A write that does something and keeps nothing."""
        cdef uint32_t event
        cdef int fired, bus, entry
        if region.kind == PADI_EVENT:
            fired = self.padi.trigger(index, data, &event)
            for bus in range(4):
                if fired >> bus & 1:
                    self.queue.push(tick + PADI_WRITE_TO_PULSE, AT_PADI, 4 * index + bus, event)
        elif region.kind == NEURON_RESET:
            self.analog.fire(neuron_of(index), tick + NEURON_RESET_DELAY)
        elif region.kind == NEURON_RESET_QUAD:
            for entry in range(4):
                self.analog.fire(((index >> 6) << 8) + 8 * (index & 31) + 2 * entry + (index >> 5 & 1), tick + NEURON_RESET_DELAY)
        elif region.kind == COUNTER_RESET:
            self.backends.counter[neuron_of(index)] = 0
        else:
            self.madc.control(data, tick)

    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil:
        """The word an omnibus read returns: what was written, 0 where only writes are known or nothing is."""
        cdef uint32_t cell = self.map.find(address)
        cdef const RegionInfo* region
        if cell == 0:
            self._fault(address, True, True)
            return 0
        region = &self.map.region[(cell >> 24) - 1]
        if region.kind == UNMODELLED:
            self._fault(address, True, False)
            return 0
        if region.kind in (COUNTER_READ, DROP_COUNTER, EVENT_COUNTER):
            self.advance(tick)
        elif region.kind == CADC_SAMPLE:
            return self._convert(address, cell & 0xffffff, tick)
        return self._read_block(region, cell & 0xffffff)

    cdef uint32_t _convert(self, uint32_t address, uint32_t index, int64_t tick) noexcept nogil:
        """A read of converter samples, which may trigger a conversion. The omnibus waits for its end: `now` is then later than `tick`."""
        cdef int hemisphere = index >> 16 & 1
        self.advance(tick)
        if not index & CADC_BUFFERED:
            tick = self.cadc.start(self.analog, hemisphere, max(tick, self.now))
            if self.cadc.n_internal:
                self._fault(address, True, False)
            self.advance(tick)
        return self.cadc.word(index)

    cdef uint32_t _read_block(self, const RegionInfo* region, uint32_t index) noexcept nogil:
        cdef int kind = region.kind
        if kind == SYNAPSE_FULL:
            return self.synapses.read_full(index >> 1, index & 1)
        if kind == SYNAPSE_WEIGHT or kind == SYNAPSE_LABEL:
            return self.synapses.read_plane(kind - SYNAPSE_WEIGHT, index)
        if kind == SYNAPSE_CALIB:
            return self.synapses.read_plane(2 + (index & 1), index >> 1)
        if kind == CAPMEM:
            return self.analog.capmem_data[index]
        if kind == NEURON:
            return self.analog.neuron_config_data[index]
        if kind == BACKEND:
            return self.analog.neuron_backend_data[4 * neuron_of(index >> 2) + (index & 3)]
        if kind == BACKEND_COMMON:
            return self.analog.backend_common_data[index]
        if kind == COUNTER_READ:
            return self.backends.counter[neuron_of(index)]
        if kind == DROP_COUNTER:
            return self.crossbar.drops[index]
        if kind == EVENT_COUNTER:
            return self.crossbar.events[index]
        if kind == CADC_SAMPLE:
            return self.cadc.word(index)
        if not region.readable and kind in (PADI_EVENT, NEURON_RESET, NEURON_RESET_QUAD, COUNTER_RESET, MADC_CONTROL):
            return 0
        return self.word[region.base + index]

    cdef uint32_t peek(self, uint32_t address) noexcept nogil:
        """A stored word without any effect of reading it."""
        cdef uint32_t cell = self.map.find(address)
        return self._read_block(&self.map.region[(cell >> 24) - 1], cell & 0xffffff) if cell else 0

    cdef void poke(self, uint32_t address, uint32_t data) noexcept nogil:
        """Sets a stored word without any effect of writing it; only for registers kept in the plain storage."""
        cdef uint32_t cell = self.map.find(address)
        if cell and self.map.region[(cell >> 24) - 1].kind == STORED:
            self.word[self.map.region[(cell >> 24) - 1].base + (cell & 0xffffff)] = data & _kept(&self.map.region[(cell >> 24) - 1], cell & 0xffffff)

    # -- events

    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil:
        """A spike label from the FPGA arrives at the crossbar."""
        self.link_free = max(self.link_free, tick, self.now)
        self.queue.push(self.link_free, AT_CROSSBAR, L2_INPUT + (label >> 14), label & 0x3fff)
        self.link_free += LINK_PERIOD

    cdef void _dispatch(self, const Event* event, int64_t horizon) noexcept nogil:
        if event.kind == AT_CROSSBAR:
            self._route(event.where, <uint32_t>event.what, event.tick)
        elif event.kind == AT_PADI:
            self.padi.deliver(self.analog, event.where, <uint32_t>event.what, event.tick)
        elif event.kind == AT_OUT:
            self._flush_samples(event.tick - 1)
            self._emit(event.tick, <uint16_t>event.what, OUT_SPIKE)
        else:
            self._background(event, horizon)

    cdef void _route(self, int source, uint32_t label, int64_t tick) noexcept nogil:
        cdef int64_t departure[OUTPUTS]
        cdef int taken = self.crossbar.route(source, label, tick, departure), output
        for output in range(L2_OUTPUT):
            if taken >> output & 1 and self.padi.accepts_spl1(output):
                self.queue.push(departure[output] + PADI_TO_PULSE, AT_PADI, output, label & 0x7ff)
        for output in range(L2_OUTPUT, OUTPUTS):
            if taken >> output & 1:
                self.queue.push(departure[output] + TO_STAMP, AT_OUT, output, (output - L2_OUTPUT) << 14 | label)

    cdef void _background(self, const Event* event, int64_t horizon) noexcept nogil:
        """The end of a period of a background source; periods without event up to the horizon are passed at once."""
        cdef bint fires = False
        cdef uint32_t label
        cdef int64_t tick = event.tick, following = event.tick
        if event.what != self.background.generation[event.where]:
            return
        while not fires and following <= horizon:
            tick = following
            following = self.background.advance(event.where, tick, &fires, &label)
        if fires:
            self.queue.push(tick, AT_CROSSBAR, BACKGROUND_INPUT + event.where, label)
        self.queue.push(following, AT_BACKGROUND, event.where, event.what)

    # -- time

    cdef void advance(self, int64_t tick) noexcept nogil:
        """Everything up to and including `tick` happens."""
        cdef int64_t target
        cdef Event event
        while True:
            target = tick
            if self.queue.due(tick - 1):
                target = self.queue.first().tick
            if target - self.analog.now >= GRID_TICKS:
                self._run_analog(target)
            elif self.queue.due(tick):
                event = self.queue.pop()
                self._dispatch(&event, tick)
            else:
                break
        self._flush_samples(tick)
        self.now = max(self.now, tick)

    cdef void _catch_up(self, int64_t tick) noexcept nogil:
        """Brings the chip up to `tick` if anything can have happened since."""
        if tick - self.analog.now >= GRID_TICKS or self.queue.due(tick):
            self.advance(tick)

    cdef void _run_analog(self, int64_t tick) noexcept nogil:
        """Lets the analog core run towards `tick`, not past a spike nor past what the converter must look at."""
        if self.madc.watches(self.analog):
            tick = min(tick, self.analog.now + MADC_SPAN)
        if self.cadc.busy:
            tick = min(tick, self.analog.now + GRID_TICKS)
        self.analog.run(tick)
        if self.cadc.busy:
            self.cadc.look(self.analog)
        if self.analog.n_spikes:
            self._collect_spikes()
        if self.madc.watches(self.analog):
            self.madc.sample(self.analog, self.analog.now)

    cdef void _collect_spikes(self) noexcept nogil:
        cdef int i, neuron
        cdef uint32_t label
        cdef int64_t arrives
        for i in range(self.analog.n_spikes):
            neuron = self.analog.spikes[i].neuron
            arrives = self.backends.spike(self.analog, neuron, self.analog.spikes[i].tick, &label)
            if arrives >= 0:
                self.queue.push(arrives, AT_CROSSBAR, (neuron & 255) >> 5, label)
        self.analog.clear_spikes()

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
        for neuron in range(512):
            self.analog.switch_column(neuron, 0)
        self.systime_offset = -(tick >> 1)

    # -- output

    cdef void clear_out(self) noexcept nogil:
        """Whoever took the events calls this."""
        self.n_out = 0

    cdef void _emit(self, int64_t tick, uint16_t body, int kind) noexcept nogil:
        if self.n_out == self.out_capacity:
            self.out_capacity = 2 * self.out_capacity if self.out_capacity else 1024
            self.out = <OutEvent*>realloc(self.out, self.out_capacity * sizeof(OutEvent))
            if self.out == NULL:
                abort()
        self.out[self.n_out].tick, self.out[self.n_out].body, self.out[self.n_out].kind = tick, body, <uint8_t>kind
        self.n_out += 1

    cdef void _flush_samples(self, int64_t tick) noexcept nogil:
        """Converter samples with stamps up to a tick leave the chip."""
        if self.madc.state == RECORDING and not self.madc.watches(self.analog):
            self.madc.sample(self.analog, tick)
        while self.madc.head < self.madc.tail and self.madc.samples[self.madc.head].tick <= tick:
            self._emit(self.madc.samples[self.madc.head].tick, self.madc.samples[self.madc.head].body, OUT_MADC)
            self.madc.head += 1
        if self.madc.head == self.madc.tail:
            self.madc.head = self.madc.tail = 0

    # -- what went wrong

    cdef void _fault(self, uint32_t address, bint is_read, bint undefined) noexcept nogil:
        self.n_faults += 1
        with gil:
            key = (address, bool(is_read), bool(undefined))
            if key not in self.fault_counts and len(self.fault_counts) < FAULTS_LOGGED:
                problem, access = "undefined" if undefined else "unmodelled", "read" if is_read else "write"
                _log.warning("%s %s at chip address %#010x", problem, access, address)
            if key in self.fault_counts or len(self.fault_counts) < FAULTS_COUNTED:
                self.fault_counts[key] = self.fault_counts.get(key, 0) + 1
            self.new_faults.append(key)
            if len(self.new_faults) > FAULTS_KEPT:
                del self.new_faults[0]

    cdef void _watch(self, uint32_t address, uint32_t cell) noexcept nogil:
        """A register with settings that may be without effect was written."""
        cdef const RegionInfo* region = &self.map.region[(cell >> 24) - 1]
        with gil:
            name = self.map.regions[(cell >> 24) - 1].container
            enum, word = (cell & 0xffffff) // <uint32_t>region.words, (cell & 0xffffff) % <uint32_t>region.words
            found = refused(name, enum, word, self._stored(name, enum))
            if found is not None:
                self.n_faults += 1
                self.new_faults.append((address, found))

    def _stored(self, name, enum=None):
        """Words uint32[coordinates, words] that a container's registers hold, at all coordinates or one, without any effect of reading."""
        container = getattr(haldls, name)
        addresses = container.write_addresses(None if enum is None else [enum])
        cdef const uint32_t[::1] place = addresses.ravel()
        words = np.empty(place.shape[0], np.uint32)
        cdef uint32_t[::1] word = words
        cdef Py_ssize_t i
        for i in range(place.shape[0]):
            word[i] = self.peek(place[i])
        return words.reshape(addresses.shape)

    @property
    def faults(self):
        """{(address, is_read, is_undefined): count} of accesses to addresses without a (modelled) register, for the first 65536 of them;
        the first 100 are logged to `hicannx.chip`, once each."""
        return dict(self.fault_counts)

    @property
    def last_fault(self):
        """The latest such access as (address, is_read, is_undefined), or a refused setting as (address, `Unmodelled`); None: there was none."""
        return self.new_faults[len(self.new_faults) - 1] if self.new_faults else None

    def fault_error(self, instruction):
        """The error of strict mode for the latest fault."""
        address, *what = self.last_fault
        if len(what) == 1:
            return UnmodelledSetting(what[0].place, what[0].feature, what[0].why, address, instruction)
        is_read, undefined = what
        return (UndefinedAccess if undefined else UnmodelledAccess)(address, instruction, is_read)

    def unmodelled(self):
        """Everything that is set now and has no effect in the model: [`sim.chip.settings.Unmodelled`] of place, feature, why, refused."""
        return report(self._stored)

    def begin_run(self, int run):
        """Takes the trial noise of run number `run`."""
        self.madc.begin_run(run)
        self.cadc.begin_run(run)

    def accuracy(self, where=None, coordinate=None):
        """Rows of the register table (`sim.rows.Row`) of an address, a container or a coordinate; of the whole chip for None.

        See `sim.rows.RegisterTable`. KeyError for what is no register of the chip.
        """
        return chip_registers()(where, coordinate)

    @property
    def events(self):
        """What happened to events at every hop on the chip: `chip.events.summary()`."""
        return Events(lambda: chip_hops(self.events_summary()))

    def events_summary(self):
        """All counters of events since construction; `events` shows them per hop."""
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
            "link_free": longs(&self.link_free, sizeof(self.link_free)), "out": view(self.out, self.n_out * sizeof(OutEvent), "u1"),
        }

    def resize_arrays(self, sizes):
        """Room for events of so many bytes."""
        self.clear_out()
        while self.n_out < <Py_ssize_t>(sizes["out"] // sizeof(OutEvent)):
            self._emit(0, 0, 0)

    def blocks(self):
        """{name: block} of everything on the chip that has state of its own."""
        return {
            "analog": self.analog, "synapses": self.synapses, "crossbar": self.crossbar, "drivers": self.drivers, "padi": self.padi,
            "pulse_lengths": self.drivers.lengths,
            "backends": self.backends, "background": self.background, "madc": self.madc, "queue": self.queue,
            "cadc": self.cadc, "cadc_inputs": self.cadc.inputs, "columns": self.cadc.inputs.columns,
        }


cdef int64_t LINK_PERIOD = TIMING["link_event_period"].value
cdef int64_t PADI_TO_PULSE = TIMING["padi_to_pulse"].value
cdef int64_t TO_STAMP = TIMING["crossbar_to_stamp"].value
cdef int64_t PADI_WRITE_TO_PULSE = TIMING["padi_write_to_pulse"].value
cdef int64_t NEURON_RESET_DELAY = TIMING["neuron_reset_write"].value
cdef uint32_t SYSTIME_BASE = the_map().base_of("SystimeSyncBase")
cdef uint32_t PPU_CONTROL_ADDRESS = PPUControlRegister.write_addresses()[0, 0]
cdef double SUPPLY_FLOOR = number("synapse_supply_floor")
cdef uint32_t CADC_BUFFERED = 1 << 15  # bit of the CADCSampleQuadOnDLS enum
cdef int FAULTS_KEPT = 1024
cdef int FAULTS_LOGGED = 100
cdef int FAULTS_COUNTED = 65536
