from libc.stdint cimport int64_t, uint32_t, uint64_t

from haldls.layout cimport Layout
from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.crossbar cimport Crossbar
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.queue cimport EventQueue
from hicannx_sim.chip.synapse_driver cimport BUSES, SynapseDrivers


cdef struct PADIState:
    uint32_t words[2]               # CommonPADIBusConfig
    bint spl1[BUSES]
    double charge[BUSES]
    int64_t period[BUSES]
    uint64_t n_spl1[BUSES]          # from the crossbar
    uint64_t n_blocked[BUSES]       # the same, on a bus without enable_spl1
    uint64_t n_written[BUSES]
    uint64_t n_write_lost[BUSES]    # register events on a bus with enable_spl1


cdef class PADIBuses:
    """The eight PADI buses (4 * hemisphere + bus) between the crossbar and the synapse drivers."""
    cdef PADIState s
    cdef Layout layout
    cdef SynapseDrivers drivers
    cdef Crossbar crossbar
    cdef EventQueue queue

    cdef attach(self, Omnibus bus)
    cdef void configure(self, int hemisphere, const uint32_t* word) noexcept nogil
    cdef void reset(self) noexcept nogil
    cdef bint accepts_spl1(self, int bus) noexcept nogil
    cdef void trigger(self, int hemisphere, uint32_t word, int64_t tick) noexcept nogil
    cdef void deliver(self, AnalogCore core, int bus, uint32_t event, int64_t tick) noexcept nogil
