from libc.stdint cimport int64_t, uint32_t, uint64_t
from haldls._core cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.synapse_driver cimport BUSES, SynapseDrivers


cdef class PADIBuses:
    """The eight PADI buses (4 * hemisphere + bus) between the crossbar and the synapse drivers."""
    cdef Layout layout
    cdef SynapseDrivers drivers
    cdef bint spl1[BUSES]
    cdef double charge[BUSES]
    cdef int64_t period[BUSES]
    cdef uint64_t n_spl1
    cdef uint64_t n_blocked             # from the crossbar, on a bus without enable_spl1
    cdef uint64_t n_written
    cdef uint64_t n_write_lost          # register events on a bus with enable_spl1

    cdef void configure(self, int hemisphere, const uint32_t* word) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef bint accepts_spl1(self, int bus) noexcept nogil
    cdef int trigger(self, int hemisphere, uint32_t word, uint32_t* event) noexcept nogil
    cdef void deliver(self, AnalogCore core, int bus, uint32_t event, int64_t tick) noexcept nogil
