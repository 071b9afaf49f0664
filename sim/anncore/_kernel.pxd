from libc.stdint cimport int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "sim/anncore/kernel/core.h":
    enum:
        NEURONS, BLOCKS, LANES, GRID_TICKS, NEVER

    ctypedef struct Common:
        double rail_low, rail_high, rail_inverse, node_low, node_high, octaves
        double line_limit, bypass_step, line_rest, line_gain, comparator_noise
        int64_t comparator_delay

    ctypedef struct Amplifier:
        double target, slew, inverse, rate

    ctypedef struct Neuron:
        Amplifier leak, reset
        double drift, threshold
        double exc_scale, exc_shift, exc_strength, exc_rate, exc_step
        double inh_scale, inh_shift, inh_strength, inh_rate, inh_step
        double exp_potential, exp_strength, exp_limit
        double w_rest, w_gain, w_potential, w_strength, w_rate, w_jump
        int64_t reset_ticks, refractory_ticks
        int32_t clocked, fires, comparator, pause, held, exponential, adaptation, bypass

    ctypedef struct SpikeRecord:
        int64_t tick
        int32_t neuron

    ctypedef struct Probe:
        int32_t neuron, source

    ctypedef struct Block:
        pass

    ctypedef struct Pulse:
        pass

    ctypedef struct Core:
        Block block[8]
        Neuron neuron[512]
        Common common
        int64_t now
        int32_t parity
        int32_t features[8]
        int32_t awake[8]
        int32_t bypass[8]
        int32_t jumping, level
        uint64_t noise_key
        double due[512]
        double next_due[8]
        int64_t steps, block_steps
        const uint8_t* weights
        const uint8_t* labels
        const float* gains
        SpikeRecord* spikes
        SpikeRecord* fires
        Pulse* pulses
        int32_t pulse_first, pulse_end, fire_first, fire_end
        int32_t n_spikes
        int64_t overruns
        Probe probe[2]
        double (*normal)(uint64_t key, uint64_t counter) noexcept nogil

    int kernel_level(int wanted) noexcept nogil
    void core_load(Core* core, int neuron) noexcept nogil
    void core_clear(Core* core, int64_t tick) noexcept nogil
    void core_place(Core* core, int neuron) noexcept nogil
    int core_pulse(Core* core, int64_t tick, int row, int address, double charge, int mode) noexcept nogil
    int core_fire(Core* core, int neuron, int64_t tick) noexcept nogil
    int64_t core_run(Core* core, int64_t until) noexcept nogil
    double core_voltage(const Core* core, int neuron, int source) noexcept nogil
    void core_voltages(const Core* core, int row, const uint8_t* sources, double* volts) noexcept nogil
    void core_watch(Core* core, int slot, int neuron, int source) noexcept nogil
    double core_probe(const Core* core, int slot, int64_t tick) noexcept nogil
