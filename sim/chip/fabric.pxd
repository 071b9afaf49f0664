from libc.stdint cimport int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from hicannx_sim.anncore.core cimport AnalogCore
from hicannx_sim.base.growing cimport Growing
from hicannx_sim.chip.background cimport BackgroundSources
from hicannx_sim.chip.cadc cimport CADC
from hicannx_sim.chip.columns cimport ColumnSwitches
from hicannx_sim.chip.correlation cimport CorrelationPulses
from hicannx_sim.chip.crossbar cimport Crossbar
from hicannx_sim.chip.madc cimport MADC
from hicannx_sim.chip.neuron_backend cimport NeuronBackends
from hicannx_sim.chip.neurons cimport NeuronRegisters
from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.padi cimport PADIBuses
from hicannx_sim.chip.queue cimport Event, EventQueue
from hicannx_sim.chip.references cimport References
from hicannx_sim.chip.synapse_driver cimport SynapseDrivers
from hicannx_sim.chip.synram cimport SynapseMemory
from hicannx_sim.chip.watch cimport Watch
from hicannx_sim.correlation.sensors cimport CorrelationSensors


cdef enum OutKind:
    OUT_SPIKE = 0
    OUT_MADC = 1


cdef struct OutEvent:
    int64_t tick        # time stamp given on chip [2 ns]
    uint16_t body       # spike: 16-bit label; MADC: channel << 10 | value
    uint8_t kind        # OutKind


cdef struct FabricState:
    int64_t now                         # everything up to and including this tick has happened
    int64_t link_free                   # tick from which the link hands over another event


cdef class Fabric:
    """Neurons, synapses, drivers, crossbar, background sources and converters with what goes on between them."""
    cdef FabricState s
    cdef Growing out                    # OutEvent: what has left the chip and has not been taken yet, in time order
    # -- blocks
    cdef readonly AnalogCore analog
    cdef readonly CorrelationSensors sensors
    cdef readonly CorrelationPulses correlation
    cdef readonly NeuronRegisters neurons
    cdef readonly SynapseMemory synapses
    cdef readonly Crossbar crossbar
    cdef readonly SynapseDrivers drivers
    cdef readonly PADIBuses padi
    cdef readonly NeuronBackends backends
    cdef readonly BackgroundSources background
    cdef readonly ColumnSwitches columns
    cdef readonly References references
    cdef readonly MADC madc
    cdef readonly CADC cadc
    cdef readonly Watch watch           # who looks
    cdef EventQueue queue

    cdef attach(self, Omnibus bus)
    cpdef uint64_t activity(self)
    cdef void reset(self, int64_t tick)
    # ticks never decrease
    cdef void spike(self, uint16_t label, int64_t tick) noexcept nogil
    cdef void advance(self, int64_t tick) noexcept nogil
    cdef void catch_up(self, int64_t tick) noexcept nogil
    cdef void clear_out(self) noexcept nogil
    cdef int64_t refused(self) noexcept nogil

    cdef void _run_analog(self, int64_t tick) noexcept nogil
    cdef void _collect_spikes(self) noexcept nogil
    cdef void _dispatch(self, const Event* event, int64_t horizon) noexcept nogil
    cdef void _route(self, int source, uint32_t label, int64_t tick) noexcept nogil
    cdef void _background(self, const Event* event, int64_t horizon) noexcept nogil
    cdef void _emit(self, int64_t tick, uint16_t body, int kind) noexcept nogil
    cdef void _flush_samples(self, int64_t tick) noexcept nogil
