"""Omnibus accesses on the chip: which block a register belongs to and what reading and writing it does.

Writes that change what neurons or events see first bring the chip up to their tick.
"""

import logging

from libc.stdint cimport uint16_t

import numpy as np

from hicannx_sim.chip.columns cimport DEBUG_EXC, column_of
from hicannx_sim.chip.fabric cimport AT_BACKGROUND, AT_PADI
from hicannx_sim.chip.neuron_backend cimport neuron_of
from hicannx_sim.chip.omnibus cimport (
    BACKEND, BACKEND_COMMON, BACKGROUND, CADC_SAMPLE, CAPMEM, COLUMN_CURRENT, COUNTER_READ, COUNTER_RESET, CROSSBAR_NODE,
    CROSSBAR_OUTPUT, DEBUG_LINES, DRIVER, DROP_COUNTER, EVENT_COUNTER, MADC_CONTROL, NEURON, NEURON_RESET, NEURON_RESET_QUAD,
    PADI_CONFIG, PADI_EVENT, PPU_CONTROL, PPU_MEMORY, PPU_STATUS, READOUT, STORED, SYNAPSE_CALIB, SYNAPSE_FULL, SYNAPSE_LABEL, SYNAPSE_WEIGHT, UNMODELLED,
    the_map)

import haldls
from hicannx_sim.chip.processor_fault import ProcessorFault
from hicannx_sim.chip.references import current_factor
from hicannx_sim.chip.settings import refused
from hicannx_sim.base.numbers import number
from hicannx_sim.base.errors import ProcessorAccess, UndefinedAccess, UnmodelledAccess, UnmodelledSetting

_log = logging.getLogger("hicannx.chip")

cdef uint32_t[16] LANES
for _enables in range(16):
    LANES[_enables] = sum(0xff << (8 * _lane) for _lane in range(4) if _enables >> _lane & 1)


cdef inline uint32_t _kept(const RegionInfo* region, uint32_t index) noexcept nogil:
    """The bits that exist in a word of a region."""
    return region.keep[0] if region.words == 1 else region.keep[index % <uint32_t>region.words]


cdef class Registers(Fabric):
    """What the omnibus reaches."""

    def __init__(self, chip, seed):
        super().__init__(chip, seed)
        self.map, self.synapses = the_map(), SynapseMemory(self.analog)
        self.words = np.zeros(self.map.n_words, np.uint32)
        cdef uint32_t[::1] words = self.words
        self.word = &words[0]
        self._lend_words()
        self.fault_counts, self.new_faults, self.acting = {}, [], -1

    cdef _lend_words(self):
        """Blocks that read their registers in the plain storage."""
        self.drivers.lengths.common_words = self.word + <uint32_t>self.map.base_of("CommonSTPConfig")
        self.drivers.words = self.word + <uint32_t>self.map.base_of("SynapseDriverConfig")
        self.madc.config_words = self.word + <uint32_t>self.map.base_of("MADCConfig")
        self.madc.source_words = self.word + <uint32_t>self.map.base_of("ReadoutSourceSelection")
        self.cadc.config_words = self.word + <uint32_t>self.map.base_of("CADCConfig")
        self.cadc.channel_words = self.word + <uint32_t>self.map.base_of("CADCChannelConfig")
        self.cadc.common_words = self.word + <uint32_t>self.map.base_of("CommonCorrelationConfig")
        self.cadc.inputs.pad_words = self.word + <uint32_t>self.map.base_of("PadMultiplexerConfig")
        self.cadc.inputs.block_words = self.word + <uint32_t>self.map.base_of("CapMemBlockConfig")
        self.cadc.inputs.columns.correlation_words = self.word + <uint32_t>self.map.base_of("ColumnCorrelationQuad")
        self.cadc.inputs.columns.current_words = self.word + <uint32_t>self.map.base_of("ColumnCurrentQuad")

    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        """An omnibus write arrives: word address, word, byte enables (bit 0 = least significant byte)."""
        cdef uint32_t cell = self.map.find(address), mask = LANES[byte_enables & 15]
        cdef const RegionInfo* region
        cdef uint32_t* word
        if self.active:
            self.advance(tick)
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
        elif kind == PPU_MEMORY:
            self.store_sram(index >> 12, index & 0xfff, (self.load_sram(index >> 12, index & 0xfff) & ~mask) | (data & mask))
        elif kind in (PADI_EVENT, NEURON_RESET, NEURON_RESET_QUAD, COUNTER_RESET, MADC_CONTROL):
            self._trigger(region, index, data & LANES[byte_enables], tick)
        else:
            word = self.word + region.base + index
            word[0] = (word[0] & ~mask) | (data & mask)
            self._write_stored(region, index, tick)

    cdef void _write_image(self, const RegionInfo* region, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil:
        """Configuration that lives in the analog core. What is written anew changes nothing."""
        cdef int neuron = -1
        cdef uint32_t* word
        cdef uint32_t before
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
        before = word[0]
        word[0] = (before & ~mask) | (data & mask)
        if word[0] == before:
            return
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
        elif kind == PPU_CONTROL:
            self.control_processor(index, tick)

    cdef void board_moved(self, int64_t tick) noexcept nogil:
        """What comes from the board may have changed: another voltage at a pad or at the reference, another switch to one."""
        cdef int k
        self._catch_up(tick)
        with gil:
            self._refer()
        self.cadc.inputs.pads_moved()
        if self.cadc.inputs.columns.n_joined:
            self.cadc.inputs.refresh_lines(self.analog)
            for k in range(512):
                self._switch_lines(k)

    cdef void _refer(self):
        """The currents of the analog memory follow the reference."""
        words = self._stored("ReferenceGeneratorConfig")
        self.analog.set_reference(current_factor(words, 0.0 if self.reference_source is None else self.reference_source()))

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
        if self.active:
            self.advance(tick)
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

    cdef bint converts(self, uint32_t address) noexcept nogil:
        """Reading there starts a conversion."""
        cdef uint32_t cell = self.map.find(address)
        return cell != 0 and self.map.region[(cell >> 24) - 1].kind == CADC_SAMPLE and not cell & CADC_BUFFERED

    cdef int converters_of(self, uint32_t address) noexcept nogil:
        """Hemisphere whose converters such an address belongs to."""
        return self.map.find(address) >> 16 & 1

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
        if kind == PPU_MEMORY:
            return self.load_sram(index >> 12, index & 0xfff)
        if kind == PPU_STATUS:
            return self.processor_sleeps(index)
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

    # -- the processors, which stand above

    cdef void control_processor(self, int number, int64_t tick) noexcept nogil:
        pass

    cdef bint processor_sleeps(self, int number) noexcept nogil:
        return False

    cdef uint32_t load_sram(self, int number, uint32_t index) noexcept nogil:
        return 0

    cdef void store_sram(self, int number, uint32_t index, uint32_t word) noexcept nogil:
        pass

    # -- what went wrong

    cdef void _fault(self, uint32_t address, bint is_read, bint undefined) noexcept nogil:
        with gil:
            key = (address, bool(is_read), bool(undefined))
            if key not in self.fault_counts and (address, not is_read, bool(undefined)) not in self.fault_counts and len(self.fault_counts) < FAULTS_COUNTED:
                problem, access = "undefined" if undefined else "unmodelled", "read" if is_read else "write"
                _log.warning("%s %s at chip address %#010x", problem, access, address)
            if key in self.fault_counts or len(self.fault_counts) < FAULTS_COUNTED:
                self.fault_counts[key] = self.fault_counts.get(key, 0) + 1
            self.note_fault(key)

    cdef void note_fault(self, object fault):
        """Strict mode raises for the latest one."""
        self.n_faults += 1
        self.new_faults.append(fault)
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
                self.note_fault((address, found))
                self.within = self.acting >= 0

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
        these are logged to `hicannx.chip`, once per address."""
        return dict(self.fault_counts)

    @property
    def last_fault(self):
        """The latest such access as (address, is_read, is_undefined), a refused setting as (address, `Unmodelled`), or a `ProcessorFault`; None: there was none."""
        return self.new_faults[len(self.new_faults) - 1] if self.new_faults else None

    def fault_error(self, instruction):
        """The error of strict mode for the latest fault."""
        if isinstance(self.last_fault, ProcessorFault):
            return ProcessorAccess(self.last_fault, instruction)
        address, *what = self.last_fault
        if len(what) == 1:
            return UnmodelledSetting(what[0].place, what[0].feature, what[0].why, address, -1 if self.within else instruction)
        is_read, undefined = what
        return (UndefinedAccess if undefined else UnmodelledAccess)(address, instruction, is_read)


cdef int64_t PADI_WRITE_TO_PULSE = number("padi_write_to_pulse")
cdef int64_t NEURON_RESET_DELAY = number("neuron_reset_write")
cdef double SUPPLY_FLOOR = number("synapse_supply_floor")
cdef uint32_t CADC_BUFFERED = 1 << 15  # bit of the CADCSampleQuadOnDLS enum
