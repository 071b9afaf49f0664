"""Resets and post-synaptic pulses of the correlation sensors (facts: analog model 6, registers/behaviour, synapse array; behavioural).

A neuron that fires (by itself, or by NeuronReset or NeuronResetQuad) sends a pulse to the sensors of its column, unless its post_overwrite is
set; BlockPostPulse sends one to all columns of a half of the chip. Pre-synaptic pulses come from the synapse drivers. CorrelationReset resets both
sensors of four synapses for reset_duration and three more PPU cycles. NeuronResetQuad also resets those of row 0, as on the chip.

Not modelled: resets to another voltage (reset_mode), the length of post-synaptic pulses, operations of the Bayesian extension.
"""

from hicannx_sim.chip.columns cimport column_of
from hicannx_sim.chip.queue cimport AT_POST
from hicannx_sim.correlation.sensors cimport BOTH

from hicannx_sim.base.numbers import number

cdef enum:
    BLOCK = 512         # of sources of post-synaptic pulses: the first one that is a block of neurons


cdef class CorrelationPulses:
    def __init__(self, CorrelationSensors sensors not None, EventQueue queue not None):
        self.sensors, self.queue = sensors, queue

    cdef attach(self, Omnibus bus):
        bus.serve("CorrelationReset", <void*> self, _reset, NULL)
        bus.serve("BlockPostPulse", <void*> self, _pulse_block, NULL)

    def connect_board(self, volts):
        """The board supplies what `volts` returns: v_reset and v_res_meas. Without a board they are nominal."""
        self.board_volts = volts
        self.follow_board()

    cdef void follow_board(self):
        """The board's voltages may have changed."""
        if self.board_volts is not None:
            self.sensors.set_voltages(*self.board_volts())

    cdef void fired(self, int neuron, int64_t tick) noexcept nogil:
        """A neuron has fired whose pulses reach its sensors."""
        if self.sensors.fired(neuron >> 8, 1):
            self.queue.push(tick + POST_PULSE, AT_POST, neuron >> 8, neuron)

    cdef void pulse_block(self, int block, int64_t tick) noexcept nogil:
        """A pulse for all neurons of a block (west 0, east 1)."""
        cdef bint top = self.sensors.fired(0, 128), bottom = self.sensors.fired(1, 128)
        if top or bottom:
            self.queue.push(tick + POST_PULSE, AT_POST, 2 + block, BLOCK + block)

    cdef void deliver(self, int source, int64_t tick) noexcept nogil:
        """The pulse of a neuron, or of 512 + block, is there."""
        cdef int first = 128 * (source - BLOCK), neuron
        if source < BLOCK and self.sensors.stores(source >> 8):
            self.sensors.post(source, tick)
        elif source >= BLOCK:
            for neuron in range(BLOCK):
                if neuron & 128 == first and self.sensors.stores(neuron >> 8):
                    self.sensors.post(neuron, tick)


cdef void _reset(void* block, uint32_t quad, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    """Both sensors of the four synapses of a quad (SynapseQuadOnDLS enum)."""
    cdef int entry
    for entry in range(4):
        (<CorrelationPulses> block).sensors.reset(quad >> 6, column_of(quad & 63, entry), BOTH)


cdef void _pulse_block(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<CorrelationPulses> block).pulse_block(index, tick)


cdef int64_t POST_PULSE = number("post_pulse")
