from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t

from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.chip.background cimport BackgroundSources
from hicannx_sim.chip.cadc cimport CADC
from hicannx_sim.chip.crossbar cimport Crossbar
from hicannx_sim.chip.madc cimport MADC
from hicannx_sim.chip.neuron_backend cimport NeuronBackends
from hicannx_sim.chip.padi cimport PADIBuses
from hicannx_sim.chip.queue cimport Event, EventQueue
from hicannx_sim.chip.synapse_driver cimport SynapseDrivers


cdef enum:
    # kinds of events, in the order in which those of one tick are processed
    AT_BACKGROUND       # where: source, what: generation
    AT_CROSSBAR         # where: input, what: 14-bit label
    AT_PADI             # where: bus, what: event
    AT_OUT              # where: link output, what: 16-bit label

cdef enum OutKind:
    OUT_SPIKE = 0
    OUT_MADC = 1


cdef struct OutEvent:
    int64_t tick        # time stamp given on chip [2 ns]
    uint16_t body       # spike: 16-bit label; MADC: channel << 10 | value
    uint8_t kind        # OutKind


cdef class Fabric:
    # -- what has left the chip and has not been taken yet, in time order
    cdef OutEvent* out
    cdef Py_ssize_t n_out
    cdef Py_ssize_t out_capacity
    cdef readonly int64_t now           # everything up to and including this tick has happened

    # -- blocks
    cdef readonly AnalogCore analog
    cdef readonly Crossbar crossbar
    cdef readonly SynapseDrivers drivers
    cdef readonly PADIBuses padi
    cdef readonly NeuronBackends backends
    cdef readonly BackgroundSources background
    cdef readonly MADC madc
    cdef readonly CADC cadc
    cdef EventQueue queue
    cdef int64_t link_free              # tick from which the link hands over another event

    # -- called by the FPGA side; ticks never decrease
    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil
    cdef void advance(self, int64_t tick) noexcept nogil
    cdef void clear_out(self) noexcept nogil

    cdef void _catch_up(self, int64_t tick) noexcept nogil
    cdef void _run_analog(self, int64_t tick) noexcept nogil
    cdef void _collect_spikes(self) noexcept nogil
    cdef void _dispatch(self, const Event* event, int64_t horizon) noexcept nogil
    cdef void _route(self, int source, uint32_t label, int64_t tick) noexcept nogil
    cdef void _background(self, const Event* event, int64_t horizon) noexcept nogil
    cdef void _emit(self, int64_t tick, uint16_t body, int kind) noexcept nogil
    cdef void _flush_samples(self, int64_t tick) noexcept nogil
