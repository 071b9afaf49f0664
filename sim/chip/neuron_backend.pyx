"""Neuron backends: from a fired neuron to an event on one of the eight event outputs (facts: registers/behaviour, neurons; behavioural).

Event output = column // 32; label = event output in bits [10:8], the neuron's address_out in [7:0]. A spike is counted if enable_fire of the
neuron is set and its block has event registers and clocks enabled and is not held in reset; it leaves if enable_spike_out is set, too.
Without the analog supplies nothing fires.
"""

from libc.string cimport memset
from hicannx_sim.base.state cimport ints, longs, view

from haldls import CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig
from hicannx_sim.base.numbers import number


cdef class NeuronBackends:
    def __init__(self):
        self.layout, self.common_layout = NeuronBackendConfig.layout("Omnibus"), CommonNeuronBackendConfig.layout("Omnibus")
        self.neuron_layout = NeuronConfig.layout("Omnibus")
        if max(self.layout.n_slots, self.common_layout.n_slots, self.neuron_layout.n_slots) > 64:
            raise ValueError("a neuron container has more fields than the model expects")
        self.latency, self.period = number("neuron_to_crossbar"), number("neuron_output_period")
        self.depth, self.powered = number("fifo_depth"), True
        self.reset()

    cdef void reset(self) noexcept nogil:
        memset(self.dirty, 1, sizeof(self.dirty))
        memset(self.running, 0, sizeof(self.running))
        memset(self.counter, 0, sizeof(self.counter))
        memset(self.busy_until, 0, sizeof(self.busy_until))

    cdef void touch(self, int neuron) noexcept nogil:
        self.dirty[neuron] = True

    cdef void configure(self, int block, const uint32_t* words) noexcept nogil:
        cdef int64_t slots[64]
        self.common_layout.decode(words, slots)
        self.running[block] = slots[REGISTERS] != 0 and slots[CLOCKS] != 0 and slots[FORCE_RESET] == 0

    cdef int64_t spike(self, AnalogCore core, int neuron, int64_t tick, uint32_t* label) noexcept nogil:
        """When the spike of a neuron arrives at the crossbar, and its label; -1 if it goes nowhere."""
        cdef int64_t slots[64]
        cdef int output = (neuron & 255) >> 5
        cdef int64_t arrives
        if not self.powered:
            return -1
        if self.dirty[neuron]:
            self.layout.decode(core.neuron_backend_data + 4 * neuron, slots)
            self.address[neuron], self.spike_out[neuron] = <uint8_t>slots[ADDRESS], slots[SPIKE_OUT] != 0
            self.neuron_layout.decode(core.neuron_config_data + 6 * neuron, slots)
            self.fires[neuron] = slots[FIRE] != 0
            self.dirty[neuron] = False
        if self.fires[neuron] and self.running[(neuron & 255) >> 7]:
            self.counter[neuron] = (self.counter[neuron] + 1 & 0xff) | (self.counter[neuron] & 0x100) | (self.counter[neuron] + 1 & 0x100)
        if not (self.fires[neuron] and self.spike_out[neuron] and self.running[(neuron & 255) >> 7]):
            self.n_silent += 1
            return -1
        self.n_spikes += 1
        arrives = max(tick + self.latency, self.busy_until[output])
        if arrives - tick - self.latency > self.depth * self.period:
            self.n_lost += 1
            return -1
        self.busy_until[output] = arrives + self.period
        label[0] = output << 8 | self.address[neuron]
        return arrives

    def arrays(self):
        """Counters and queues, and which blocks run; all else follows from the register words."""
        return {
            "powered": ints(&self.powered, sizeof(self.powered)), "running": ints(self.running, sizeof(self.running)), "counter": view(self.counter, sizeof(self.counter), "u2"),
            "busy_until": longs(self.busy_until, sizeof(self.busy_until)), "n_spikes": longs(&self.n_spikes, sizeof(self.n_spikes)),
            "n_silent": longs(&self.n_silent, sizeof(self.n_silent)), "n_lost": longs(&self.n_lost, sizeof(self.n_lost)),
        }

    def restored(self):
        """The words may have changed."""
        memset(self.dirty, 1, sizeof(self.dirty))


cdef int ADDRESS = NeuronBackendConfig.layout("Omnibus").slot("address_out")
cdef int SPIKE_OUT = NeuronBackendConfig.layout("Omnibus").slot("enable_spike_out")
cdef int FIRE = NeuronConfig.layout("Omnibus").slot("enable_fire")
cdef int REGISTERS = CommonNeuronBackendConfig.layout("Omnibus").slot("enable_event_registers")
cdef int CLOCKS = CommonNeuronBackendConfig.layout("Omnibus").slot("enable_clocks")
cdef int FORCE_RESET = CommonNeuronBackendConfig.layout("Omnibus").slot("force_reset")
