from libc.stdint cimport int64_t, uint32_t, uint64_t

from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.correlation.sensors cimport CorrelationSensors

cdef enum:
    NEURONS = 512
    CONFIG_WORDS = 6
    BACKEND_WORDS = 4


cdef inline int neuron_of(int backend) noexcept nogil:
    """AtomicNeuronOnDLS enum of a backend, reset or spike counter coordinate's enum (facts: coordinates, exact)."""
    return (backend & 127) | (backend >> 8 & 1) << 7 | (backend >> 7 & 1) << 8


cdef struct NeuronChanges:
    uint32_t of_neuron[NEURONS]     # times that a word of NeuronConfig or NeuronBackendConfig took another value
    uint64_t config                 # the same over all NeuronConfig
    uint64_t cells                  # writes to the analog memory


cdef class NeuronRegisters:
    """Registers of the neurons and of the analog memory. Their words are the analog core's; whoever derives something from them compares
    `changes` with what they were at that time."""
    cdef NeuronChanges changes
    cdef readonly AnalogCore analog
    cdef CorrelationSensors sensors     # those of row 0 are reset with a quad of neurons

    cdef attach(self, Omnibus bus)
    cdef void reset(self) noexcept nogil
    cdef bint put(self, int neuron, uint32_t* word, uint32_t data, uint32_t mask) noexcept nogil
    cdef void put_config(self, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil
    cdef void put_cell(self, uint32_t index, uint32_t data, uint32_t mask) noexcept nogil
