"""Registers of the neurons and of the analog memory, and artificial spikes (facts: registers/behaviour, neurons; analog model 1; behavioural).

A word that is written anew with what it holds changes nothing. The analog core follows a change before it next steps.
"""

from libc.stdint cimport uint16_t

from hicannx_sim.base.capmem cimport CAPMEM_CELLS
from hicannx_sim.chip.columns cimport column_of

from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef class NeuronRegisters:
    def __init__(self, AnalogCore analog not None, CorrelationSensors sensors not None):
        self.analog, self.sensors = analog, sensors
        self.reset()

    cdef void reset(self) noexcept nogil:
        """Any word may have changed."""
        cdef int neuron
        for neuron in range(NEURONS):
            self.changes.of_neuron[neuron] += 1
        self.changes.config += 1
        self.changes.cells += 1

    cdef attach(self, Omnibus bus):
        bus.serve("CapMemCell", <void*> self, _write_cell, _read_cell)
        bus.serve("NeuronConfig", <void*> self, _write_config, _read_config)
        bus.serve("NeuronBackendConfig", <void*> self, _write_backend, _read_backend)
        bus.serve("NeuronReset", <void*> self, _fire, NULL)
        bus.serve("NeuronResetQuad", <void*> self, _fire_quad, NULL)

    cdef bint put(self, int neuron, uint32_t* word, uint32_t data, uint32_t mask) noexcept nogil:
        """Writes a word of a neuron; whether it took another value."""
        cdef uint32_t before = word[0]
        word[0] = (before & ~mask) | (data & mask)
        if word[0] == before:
            return False
        self.changes.of_neuron[neuron] += 1
        self.analog.touch_neuron(neuron)
        return True

    cdef void put_config(self, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil:
        self.changes.config += self.put(index // CONFIG_WORDS, self.analog.neuron_config_data + index, data, mask)

    cdef void put_cell(self, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil:
        cdef uint16_t* code = self.analog.capmem_data + index
        code[0] = <uint16_t>((code[0] & ~mask) | (data & mask))
        self.changes.cells += 1
        self.analog.touch_capmem(index // CAPMEM_CELLS, index % CAPMEM_CELLS)

    def arrays(self):
        """How often registers have changed; the words are the analog core's."""
        return fields(<NeuronChanges[:1]> &self.changes)


cdef void _write_cell(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<NeuronRegisters> block).put_cell(index, data, mask)


cdef uint32_t _read_cell(void* block, uint32_t index) noexcept nogil:
    return (<NeuronRegisters> block).analog.capmem_data[index]


cdef void _write_config(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<NeuronRegisters> block).put_config(index, data, mask)


cdef uint32_t _read_config(void* block, uint32_t index) noexcept nogil:
    return (<NeuronRegisters> block).analog.neuron_config_data[index]


cdef inline uint32_t* _backend(void* block, uint32_t index) noexcept nogil:
    """The backend's words stand in the order of the neurons."""
    return (<NeuronRegisters> block).analog.neuron_backend_data + BACKEND_WORDS * neuron_of(index // BACKEND_WORDS) + index % BACKEND_WORDS


cdef void _write_backend(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<NeuronRegisters> block).put(neuron_of(index // BACKEND_WORDS), _backend(block, index), data, mask)


cdef uint32_t _read_backend(void* block, uint32_t index) noexcept nogil:
    return _backend(block, index)[0]


cdef void _fire(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<NeuronRegisters> block).analog.fire(neuron_of(index), tick + RESET_DELAY)


cdef void _fire_quad(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    cdef int entry, neuron
    for entry in range(4):
        neuron = (index >> 6) * 256 + column_of(index & 63, entry)
        (<NeuronRegisters> block).analog.fire(neuron, tick + RESET_DELAY)
        (<NeuronRegisters> block).sensors.neuron_reset(neuron)


cdef int64_t RESET_DELAY = number("neuron_reset_write")
