from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.omnibus cimport Omnibus
from hicannx_sim.chip.queue cimport EventQueue
from hicannx_sim.correlation.sensors cimport CorrelationSensors


cdef class CorrelationPulses:
    """What resets the correlation sensors, and where their post-synaptic pulses come from."""
    cdef CorrelationSensors sensors
    cdef EventQueue queue
    cdef object board_volts             # called for the board's v_reset and v_res_meas; None: they are nominal

    cdef attach(self, Omnibus bus)
    cdef void follow_board(self)
    cdef void fired(self, int neuron, int64_t tick) noexcept nogil
    cdef void pulse_block(self, int block, int64_t tick) noexcept nogil
    cdef void deliver(self, int source, int64_t tick) noexcept nogil
