from libc.stdint cimport int32_t, int64_t, uint8_t, uint64_t

from hicannx_sim.base.growing cimport Growing

cdef extern from "sim/anncore/kernel/arithmetic.h":
    const double NODE_UNIT
    int32_t nearest(double x) noexcept nogil

cdef extern from "sim/anncore/kernel/core.h":
    enum:
        NEURONS, EXCITATORY, INHIBITORY, INPUTS, PROBES
        CONNECT_RIGHT, CONNECT_BOTTOM, CONNECT_SOMA, CONNECT_SOMA_RIGHT, CONNECT_CONDUCTANCE
        FIRE_MASTER, FIRE_SLAVE, FIRE_BOTTOM, FIRE_RIGHT

    ctypedef struct Common:
        double middle
        int32_t fade_from
        float rail, rail_inverse
        int32_t node_low, node_high
        float octaves, slope_inverse, longest
        double line_opening, line_limit, bypass_step, line_rest, line_gain, comparator_noise
        int64_t comparator_delay
        int32_t sticks

    ctypedef struct Amplifier:
        double target, slew, inverse, rate

    ctypedef struct Input:
        double shift, strength, rate, step, slope, middle

    ctypedef struct Neuron:
        Amplifier leak, reset
        double drift, threshold
        Input input[2]
        double exp_potential, exp_strength, exp_limit
        double w_rest, w_gain, w_potential, w_strength, w_rate, w_jump
        int64_t reset_ticks, refractory_ticks
        int32_t clocked, fires, comparator, silent, counted, pause, held, exponential, adaptation, modulation, bypass
        double capacitance, conductance
        int32_t switches, fire_switches

    ctypedef struct SpikeRecord:
        int64_t tick
        int32_t neuron

    ctypedef struct Probe:
        int32_t neuron, source

    ctypedef struct Pulse:
        pass

    ctypedef struct State:
        Neuron neuron[512]
        int64_t now
        int64_t steps, block_steps, pulses, missed
        Probe probe[PROBES]

    ctypedef struct Core:
        State s
        Common common
        int32_t jumping, counting, level
        uint64_t noise_key
        const uint8_t* weights
        const uint8_t* labels
        const float* gains
        Growing pulses, fires, spikes
        double (*normal)(uint64_t key, uint64_t counter) noexcept nogil

    int kernel_level(int wanted) noexcept nogil
    void core_free(Core* core) noexcept nogil
    void core_load(Core* core, int neuron) noexcept nogil
    void core_lines(Core* core, int neuron) noexcept nogil
    void core_hold(Core* core, int neuron) noexcept nogil
    void core_connect(Core* core) noexcept nogil
    void core_leave_cycle(Core* core, int neuron) noexcept nogil
    int64_t core_tell(Core* core, int neuron, int counted) noexcept nogil
    void core_restored(Core* core) noexcept nogil
    void core_clear(Core* core, int64_t tick) noexcept nogil
    void core_place(Core* core, int neuron) noexcept nogil
    void core_pulse(Core* core, int64_t tick, int row, int address, double charge, int mode) noexcept nogil
    void core_fire(Core* core, int neuron, int64_t tick) noexcept nogil
    int64_t core_run(Core* core, int64_t until) noexcept nogil
    int64_t core_quiet(const Core* core) noexcept nogil
    const char* core_problem(const Core* core) noexcept nogil
    double core_voltage(Core* core, int neuron, int source) noexcept nogil
    void core_voltages(Core* core, int row, const uint8_t* sources, double* volts) noexcept nogil
    void core_watch(Core* core, int slot, int neuron, int source) noexcept nogil
    double core_probe(const Core* core, int slot, int64_t tick) noexcept nogil
