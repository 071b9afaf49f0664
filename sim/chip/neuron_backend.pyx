"""Neuron backends: from a fired neuron to an event on one of the eight event outputs (facts: registers/behaviour, neurons; behavioural).

Event output = column // 32; label = event output in bits [10:8], the neuron's address_out in [7:0]. A spike is counted if enable_fire of the
neuron is set and its block has clocks enabled and is not held in reset; it leaves if enable_spike_out and the block's event registers are
enabled, too. That counters and post-synaptic pulses do without the event registers is derived: the published network that plays Pong
learns from both while they are off (facts: clients/grenade 1.5, 3.5).
Without the analog supplies nothing fires.
"""

from libc.string cimport memset

from hicannx_sim.chip.neurons cimport BACKEND_WORDS, CONFIG_WORDS, neuron_of

from haldls import CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


cdef class NeuronBackends:
    def __init__(self, NeuronRegisters neurons not None):
        self.neurons = neurons
        self.layout, self.common_layout = NeuronBackendConfig.layout("Omnibus"), CommonNeuronBackendConfig.layout("Omnibus")
        self.neuron_layout = NeuronConfig.layout("Omnibus")
        if max(self.layout.n_slots, self.common_layout.n_slots, self.neuron_layout.n_slots) > 64:
            raise ValueError("a neuron container has more fields than the model expects")
        self.latency, self.period = number("neuron_to_crossbar"), number("neuron_output_period")
        self.depth = number("fifo_depth")
        self.supply(True)
        self.reset()

    cdef void reset(self) noexcept nogil:
        cdef int neuron
        for neuron in range(NEURONS):
            self.count(neuron)
        memset(self.s.running, 0, sizeof(self.s.running))
        memset(self.s.passing, 0, sizeof(self.s.passing))
        memset(self.s.counter, 0, sizeof(self.s.counter))
        memset(self.s.busy_until, 0, sizeof(self.s.busy_until))

    cdef attach(self, Omnibus bus):
        bus.keep("CommonNeuronBackendConfig", self.neurons.analog.backend_common_data, 4 * sizeof(uint32_t), <void*> self, _configure)
        bus.serve("SpikeCounterRead", <void*> self, NULL, _read_counter)
        bus.serve("SpikeCounterReset", <void*> self, _reset_counter, NULL)

    cdef void configure(self, int block) noexcept nogil:
        """The common register of a block (west 0, east 1) was written."""
        cdef int64_t slots[64]
        self.common_layout.decode(self.neurons.analog.backend_common_data + 2 * block, slots)
        self.s.running[block] = slots[CLOCKS] != 0 and slots[FORCE_RESET] == 0
        self.s.passing[block] = self.s.running[block] and slots[REGISTERS] != 0
        self.neurons.analog.touch_backend_common(block)

    cdef void _decode(self, int neuron) noexcept nogil:
        cdef int64_t slots[64]
        self.layout.decode(self.neurons.analog.neuron_backend_data + BACKEND_WORDS * neuron, slots)
        self.address[neuron], self.spike_out[neuron] = <uint8_t>slots[ADDRESS], slots[SPIKE_OUT] != 0
        self.overwritten[neuron] = slots[POST_OVERWRITE] != 0
        self.neuron_layout.decode(self.neurons.analog.neuron_config_data + CONFIG_WORDS * neuron, slots)
        self.fires[neuron] = slots[FIRE] != 0
        self.seen[neuron] = self.neurons.changes.of_neuron[neuron]

    cdef int64_t spike(self, int neuron, int64_t tick, uint32_t* label) noexcept nogil:
        """When the spike of a neuron arrives at the crossbar, and its label; -1 if it goes nowhere."""
        cdef int output = (neuron & 255) >> 5
        cdef int64_t arrives
        if not self.s.powered:
            return -1
        if self.seen[neuron] != self.neurons.changes.of_neuron[neuron]:
            self._decode(neuron)
        if self.fires[neuron] and self.s.running[(neuron & 255) >> 7]:
            self.s.counter[neuron] = (self.s.counter[neuron] + 1 & 0xff) | (self.s.counter[neuron] & 0x100) | (self.s.counter[neuron] + 1 & 0x100)
        if not (self.fires[neuron] and self.spike_out[neuron] and self.s.passing[(neuron & 255) >> 7]):
            self.s.n_silent += 1
            return -1
        self.s.n_spikes += 1
        arrives = max(tick + self.latency, self.s.busy_until[output])
        if arrives - tick - self.latency > self.depth * self.period:
            self.s.n_lost += 1
            return -1
        self.s.busy_until[output] = arrives + self.period
        label[0] = output << 8 | self.address[neuron]
        return arrives

    cdef void count(self, int neuron) noexcept nogil:
        """Takes over spikes of a neuron that nobody has been handed, because they leave no other trace."""
        cdef int64_t counted = self.neurons.analog.tell(neuron, True)
        cdef int64_t total = counted + (self.s.counter[neuron] & 0xff)
        if self.seen[neuron] != self.neurons.changes.of_neuron[neuron]:
            self._decode(neuron)
        if not self.overwritten[neuron]:
            self.s.n_pulsed[neuron >> 8] += counted
        self.s.n_silent += counted + self.neurons.analog.tell(neuron, False)
        self.s.counter[neuron] = (total & 0xff) | (self.s.counter[neuron] & 0x100) | (0x100 if total > 0xff else 0)

    cdef void supply(self, bint powered) noexcept nogil:
        """The neurons' supplies. Without them nothing fires."""
        cdef int neuron
        for neuron in range(NEURONS):
            self.count(neuron)
        self.s.powered = powered

    def silent(self) -> int:
        """Spikes so far that went nowhere."""
        for neuron in range(NEURONS):
            self.count(neuron)
        return self.s.n_silent

    cdef bint pulses(self, int neuron) noexcept nogil:
        """Whether a spike of the neuron, which the backend has just seen, sends a pulse to the correlation sensors of its synapses."""
        return self.s.powered and self.fires[neuron] and self.s.running[(neuron & 255) >> 7] and not self.overwritten[neuron]

    cdef uint32_t read_counter(self, int neuron) noexcept nogil:
        self.count(neuron)
        self.s.n_counter_reads += 1
        return self.s.counter[neuron]

    def arrays(self):
        """Counters and queues, and which blocks run; all else follows from the register words."""
        return fields(<BackendState[:1]> &self.s)

    def restored(self):
        """The words may have changed."""
        for neuron in range(NEURONS):
            self.seen[<int>neuron] = self.neurons.changes.of_neuron[<int>neuron] - 1


cdef void _configure(void* block, uint32_t coordinate, const uint32_t* words, int64_t tick) noexcept nogil:
    (<NeuronBackends> block).configure(coordinate)


cdef uint32_t _read_counter(void* block, uint32_t index) noexcept nogil:
    return (<NeuronBackends> block).read_counter(neuron_of(index))


cdef void _reset_counter(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<NeuronBackends> block).count(neuron_of(index))
    (<NeuronBackends> block).s.counter[neuron_of(index)] = 0


cdef int ADDRESS = NeuronBackendConfig.layout("Omnibus").slot("address_out")
cdef int SPIKE_OUT = NeuronBackendConfig.layout("Omnibus").slot("enable_spike_out")
cdef int POST_OVERWRITE = NeuronBackendConfig.layout("Omnibus").slot("post_overwrite")
cdef int FIRE = NeuronConfig.layout("Omnibus").slot("enable_fire")
cdef int REGISTERS = CommonNeuronBackendConfig.layout("Omnibus").slot("enable_event_registers")
cdef int CLOCKS = CommonNeuronBackendConfig.layout("Omnibus").slot("enable_clocks")
cdef int FORCE_RESET = CommonNeuronBackendConfig.layout("Omnibus").slot("force_reset")
