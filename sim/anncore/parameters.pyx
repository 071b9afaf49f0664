"""From registers and analog memory to the parameters of a neuron (facts: behaviour 1, 3, 4, 10; numbers in `hicannx_sim.base.numbers`).

All in volts as read, microseconds, picofarads, microamperes and microsiemens, so that current / capacitance is a slope in V/us.
"""

import numpy as np

from libc.string cimport memset

from haldls import CommonNeuronBackendConfig, NeuronBackendConfig, NeuronConfig

from halco import CapMemCellOnCapMemBlock, CapMemRowOnCapMemBlock

from hicannx_sim.base.capmem cimport CAPMEM_COLUMNS
from hicannx_sim.base.clock cimport GRID_TICKS, TICK_NS
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.numbers import number

cdef enum:
    LEAK_POTENTIAL, RESET_POTENTIAL, THRESHOLD, LEAK_FACTOR, RESET_FACTOR, CAPACITANCE, SYN_TAU, INH_TAU, SYN_OFFSET, INH_OFFSET
    SYN_GM, INH_GM, SYN_MODULATION, INH_MODULATION, SYN_REFERENCE, INH_REFERENCE, INTERCONNECTION, PSEUDO_LEAKAGE, ADAPTATION_FACTOR, ADAPTATION_REST, EXPONENTIAL, N_DEVIATIONS

cdef _offsets = {
    LEAK_POTENTIAL: ("leak_potential", ""), RESET_POTENTIAL: ("reset_potential", ""), THRESHOLD: ("threshold", ""),
    CAPACITANCE: ("membrane_capacitance", ""), SYN_OFFSET: ("synapse_offset", "excitatory"), INH_OFFSET: ("synapse_offset", "inhibitory"),
    SYN_REFERENCE: ("leak_potential", "excitatory reference"), INH_REFERENCE: ("leak_potential", "inhibitory reference"),
    PSEUDO_LEAKAGE: ("pseudo_leakage", ""), ADAPTATION_REST: ("leak_potential", "adaptation"), EXPONENTIAL: ("exponential", ""),
}
cdef _factors = {
    LEAK_FACTOR: ("leak_conductance", ""), RESET_FACTOR: ("reset_conductance", ""), SYN_TAU: ("synapse_tau", "excitatory"),
    INH_TAU: ("synapse_tau", "inhibitory"), SYN_GM: ("synapse_gm", "excitatory"), INH_GM: ("synapse_gm", "inhibitory"),
    SYN_MODULATION: ("synapse_gm", "excitatory modulation"), INH_MODULATION: ("synapse_gm", "inhibitory modulation"),
    ADAPTATION_FACTOR: ("adaptation", ""), INTERCONNECTION: ("compartment_conductance", ""),
}

UNMODELLED = ("enable_bayesian_0", "enable_bayesian_1")
"""Fields whose effect on a neuron is not modelled when they are set, in the order of the bits of `Parameters.unmodelled`."""


cdef class Parameters:
    """Derives the parameters of single neurons of one chip, including its fixed pattern."""

    def __init__(self, chip):
        self.chip = chip
        self.config, self.backend = NeuronConfig.layout("Omnibus"), NeuronBackendConfig.layout("Omnibus")
        self.common = CommonNeuronBackendConfig.layout("Omnibus")
        if max(self.config.n_slots, self.backend.n_slots, self.common.n_slots) > 64:
            raise ValueError("a neuron container has more fields than the model expects")
        self.deviations = np.zeros((512, N_DEVIATIONS))
        neurons = np.arange(512)
        for column, (name, part) in _offsets.items():
            self.deviations[:, column] = deviation(chip, name, neurons, part)
        for column, (name, part) in _factors.items():
            self.deviations[:, column] = factor(chip, name, neurons, part)
        cdef double[:, ::1] view = self.deviations
        self.deviation = &view[0, 0]
        self.dac_factors = factor(chip, "synapse_dac", np.arange(4))
        for quadrant in range(4):
            self.dac_factor[quadrant] = self.dac_factors[quadrant]

    cdef void derive(self, int neuron, const uint32_t* config, const uint32_t* backend, const int64_t* common,
                     const uint16_t* cells, int switches, Neuron* out) noexcept nogil:
        """Fill what the configuration decides; the progress of the neuron stays. common: the decoded register of its backend block; cells: the
        codes of its analog memory block."""
        cdef int64_t c[64]
        cdef int64_t b[64]
        cdef const double* d = self.deviation + neuron * N_DEVIATIONS
        cdef const uint16_t* cell = cells + neuron % 128
        cdef double capacitance
        cdef int side
        self.config.decode(config, c)
        self.backend.decode(backend, b)
        capacitance = CAPACITANCE_PER_CODE * (c[CAPACITOR] + CAPACITANCE_INTRINSIC + d[CAPACITANCE])
        _membrane(out, c, d, cell, capacitance)
        for side in range(INPUTS):
            _line(&self.open_lines[neuron][side], side, c, d, cell, DAC_STEP * self.dac_factor[neuron // 128] * cells[CELL_DAC])
            _input(&out.input[side], side, c, d, cell, capacitance)
        self.known[neuron] = True
        self.connect_lines(neuron, switches, out)
        _exponential(out, c, d, cell, capacitance)
        _adaptation(out, c, b, d, cell, capacitance, common[CLOCK_ADAPTATION])
        _spikes(out, c, b, common)
        self.abilities[neuron] = _abilities(c, b)
        _abled(out, self.abilities[neuron], common)
        _connections(out, c, b, d, cell, capacitance)

    cdef void connect_lines(self, int neuron, int switches, Neuron* out) noexcept nogil:
        """As `derive` for a neuron that is `known` and whose words and cells are as they were when that was last called."""
        cdef const InputLine* line = self.open_lines[neuron]
        cdef int side
        for side in range(INPUTS):
            out.input[side].rate = CLAMP_RATE if switches & SUPPLY_EXC << side else line[side].rate
            out.input[side].step = line[side].step if switches & SYNAPSES_EXC << side else 0.0

    cdef void forget(self) noexcept nogil:
        """Words and cells of neurons have got values of which nothing was told."""
        memset(self.known, 0, sizeof(self.known))

    cdef void hold(self, int neuron, const int64_t* common, Neuron* out) noexcept nogil:
        """As `derive` for a neuron whose words and cells are as they were when that was last called, but for the forced reset in `common`."""
        _abled(out, self.abilities[neuron], common)

    cdef uint32_t unmodelled(self, const uint32_t* backend) noexcept nogil:
        """Bit per entry of `UNMODELLED` that is set in the words."""
        cdef int64_t slots[64]
        cdef uint32_t mask = 0
        cdef int k
        self.backend.decode(backend, slots)
        for k in range(N_UNMODELLED):
            mask |= <uint32_t> (slots[unmodelled_slot[k]] != 0) << k
        return mask


cdef inline double _clip(double x, double low, double high) noexcept nogil:
    return low if x < low else high if x > high else x


cdef inline double _leak_transfer(int code) noexcept nogil:
    """Voltage behind a leak-like source follower."""
    return LEAK_OFFSET + LEAK_SLOPE * code


cdef inline double _adaptation_transfer(int code) noexcept nogil:
    """Voltage behind a leak-like source follower."""
    return ADAPT_OFFSET + ADAPT_SLOPE * code


cdef void _amplifier(Amplifier* out, double target, double conductance, double capacitance, bint degeneration, bint division,
                     bint multiplication) noexcept nogil:
    """The leak and reset amplifier with its switches. One that crosses its linear range within a step is linear: it could not land."""
    cdef double reach = LINEAR_RANGE
    if degeneration:
        conductance *= DEGENERATION_CONDUCTANCE
        reach *= DEGENERATION_RANGE
    if division:
        conductance /= CONDUCTANCE_STEP
    if multiplication:
        conductance *= CONDUCTANCE_STEP
    if conductance / capacitance * STEP_US > EDGE:
        reach = UNLIMITED
    out.target = _clip(target, AMPLIFIER_LOW, RAIL_HIGH)
    out.rate, out.slew = conductance / capacitance, 0.5 * conductance * reach / capacitance
    out.inverse = 1.0 / (EDGE * reach)


cdef void _membrane(Neuron* out, const int64_t* c, const double* d, const uint16_t* cell, double capacitance) noexcept nogil:
    _amplifier(&out.leak, _leak_transfer(cell[V_LEAK]) + d[LEAK_POTENTIAL], LEAK_CONDUCTANCE * cell[I_LEAK] * d[LEAK_FACTOR], capacitance,
               c[LEAK_DEGENERATION], c[LEAK_DIVISION], c[LEAK_MULTIPLICATION])
    _amplifier(&out.reset, RESET_OFFSET + RESET_SLOPE * cell[V_RESET] + d[RESET_POTENTIAL],
               RESET_CONDUCTANCE * cell[I_RESET] * d[RESET_FACTOR], capacitance,
               c[RESET_DEGENERATION], c[RESET_DIVISION], c[RESET_MULTIPLICATION])
    out.threshold = THRESHOLD_OFFSET + THRESHOLD_SLOPE * cell[V_THRESHOLD] + d[THRESHOLD]
    cdef double current = 0.0
    if c[OFFSET]:
        current = OFFSET_CURRENT * cell[I_OFFSET] * (-1.0 if c[OFFSET_INVERT] else 1.0)
    if c[INPUT_ENABLE[EXCITATORY]] or c[INPUT_ENABLE[INHIBITORY]]:
        current += PSEUDO * d[PSEUDO_LEAKAGE]
    out.drift = current / capacitance


cdef inline double _line_rate(int code, bint high_resistance, bint small, double spread) noexcept nogil:
    """1 / time constant of a synaptic line [1/us]. Without bias the resistor still leaks."""
    cdef double tau = (TAU_HIGH if high_resistance else TAU_NORMAL) / (code if code else LINE_LEAKAGE)
    return 1.0 / (tau * spread * (SMALL_CAPACITANCE if small else 1.0))


cdef void _line(InputLine* out, int side, const int64_t* c, const double* d, const uint16_t* cell, double step) noexcept nogil:
    cdef bint small = c[SMALL[side]] != 0
    out.rate = _line_rate(cell[I_SYN_TAU[side]], c[HIGH_RESISTANCE[side]], small, d[SYN_TAU + side])
    out.step = step / SMALL_CAPACITANCE if small else step


cdef void _input(Input* out, int side, const int64_t* c, const double* d, const uint16_t* cell, double capacitance) noexcept nogil:
    """The amplifier between the line of a synaptic input and the membrane."""
    out.strength = 0.5 * LIMIT * CURRENT * cell[I_GM[side]] * d[SYN_GM + side] / capacitance if c[INPUT_ENABLE[side]] else 0.0
    if side == INHIBITORY:
        out.strength = -out.strength
    out.middle = _leak_transfer(cell[V_REFERENCE[side]]) + d[SYN_REFERENCE + side]
    out.slope = 0.0
    if c[MODULATED[side]] and c[INPUT_ENABLE[side]]:
        out.slope = -0.5 * LIMIT * MODULATION * CURRENT * cell[I_MODULATION[side]] * d[SYN_MODULATION + side] / capacitance
    out.shift = -(SHIFT * (cell[I_SHIFT[side]] - SHIFT_NEUTRAL) + d[SYN_OFFSET + side]) * GM / (EDGE * LIMIT)


cdef void _exponential(Neuron* out, const int64_t* c, const double* d, const uint16_t* cell, double capacitance) noexcept nogil:
    out.exponential = c[EXPONENTIAL_ENABLE] != 0
    out.exp_potential = _leak_transfer(cell[V_EXP]) + d[EXPONENTIAL]
    out.exp_strength = EXP_CURRENT * CURRENT * cell[I_EXP] / capacitance if out.exponential else 0.0
    out.exp_limit = EXP_LIMIT / capacitance


cdef void _adaptation(Neuron* out, const int64_t* c, const int64_t* b, const double* d, const uint16_t* cell, double capacitance,
                      int64_t clock) noexcept nogil:
    cdef double pulse = 2.0 * (1 << clock) / BACKEND_MHZ
    out.adaptation = c[ADAPTATION_ENABLE] != 0
    out.w_rest = _clip(_adaptation_transfer(cell[V_ADAPT_REF]) + d[ADAPTATION_REST], NODE_LOW, NODE_HIGH)
    out.w_potential = _adaptation_transfer(cell[V_ADAPT_LEAK])
    out.w_gain = (-ADAPT_A if c[ADAPTATION_INVERT_A] else ADAPT_A) * cell[I_ADAPT_A] * d[ADAPTATION_FACTOR] / ADAPT_CONDUCTANCE
    out.w_rate = cell[I_ADAPT_TAU] * d[ADAPTATION_FACTOR] / ADAPT_TAU
    out.w_strength = ADAPT_CONDUCTANCE / capacitance if out.adaptation else 0.0
    out.w_jump = (-ADAPT_JUMP if c[ADAPTATION_INVERT_B] else ADAPT_JUMP) * cell[I_ADAPT_B] * pulse if b[ADAPTATION_PULSE] else 0.0


cdef void _spikes(Neuron* out, const int64_t* c, const int64_t* b, const int64_t* g) noexcept nogil:
    cdef int64_t cycle = 4 << g[CLOCK_FAST if b[INPUT_CLOCK] else CLOCK_SLOW], refractory = max(b[REFRACTORY], 1)
    out.modulation = out.input[EXCITATORY].slope != 0.0 or out.input[INHIBITORY].slope != 0.0
    out.comparator = c[COMPARATOR] != 0
    out.pause = c[PAUSE] != 0
    out.refractory_ticks = refractory * cycle
    out.reset_ticks = max(refractory - (31 - 2 * b[HOLDOFF]), 1) * cycle


cdef enum:
    # what a neuron can do by its own configuration; the two lowest bits say which pulses make it fire
    BYPASSES = 3, FIRES = 4, SENDS = 8


cdef uint8_t _abilities(const int64_t* c, const int64_t* b) noexcept nogil:
    return ((1 if c[BYPASS_EXC] else 0) | (2 if c[BYPASS_INH] else 0) | (FIRES if c[FIRE] else 0) | (SENDS if b[SPIKE_OUT] else 0))


cdef void _abled(Neuron* out, uint8_t abilities, const int64_t* g) noexcept nogil:
    """What it does while its block lets it."""
    out.held = g[FORCE_RESET] != 0
    out.clocked = g[CLOCKS] != 0 and not out.held
    out.fires = out.clocked and abilities & FIRES != 0  # 0 or 1: it is an index as well
    out.counted = out.fires
    out.silent = not (out.fires and g[REGISTERS] != 0 and abilities & SENDS)
    out.bypass = abilities & BYPASSES if out.fires else 0


cdef void _connections(Neuron* out, const int64_t* c, const int64_t* b, const double* d, const uint16_t* cell, double capacitance) noexcept nogil:
    cdef int k
    out.capacitance, out.conductance, out.switches, out.fire_switches = capacitance, 0.0, 0, 0
    for k in range(N_SWITCHES):
        out.switches |= (c[SWITCH[k]] != 0) << k
    for k in range(N_FIRE_SWITCHES):
        out.fire_switches |= (b[FIRE_SWITCH[k]] != 0) << k
    if not out.switches & CONNECT_CONDUCTANCE:
        return
    out.conductance = COMPARTMENT_CONDUCTANCE * cell[I_CONDUCTANCE] * d[INTERCONNECTION]
    if c[CONDUCTANCE_DIVISION]:
        out.conductance /= COMPARTMENT_STEP
    if c[CONDUCTANCE_MULTIPLICATION]:
        out.conductance *= COMPARTMENT_STEP


cdef int _slot(container, name):
    return container.layout("Omnibus").slot(name)


cdef int _row(name):
    return int(getattr(CapMemRowOnCapMemBlock, name)) * CAPMEM_COLUMNS


cdef enum:
    N_UNMODELLED = 2

cdef int unmodelled_slot[N_UNMODELLED]
for _k, _name in enumerate(UNMODELLED):
    unmodelled_slot[_k] = _slot(NeuronBackendConfig, _name)

cdef int CAPACITOR = _slot(NeuronConfig, "membrane_capacitor_size")
cdef int LEAK_DEGENERATION = _slot(NeuronConfig, "enable_leak_degeneration")
cdef int LEAK_DIVISION = _slot(NeuronConfig, "enable_leak_division")
cdef int LEAK_MULTIPLICATION = _slot(NeuronConfig, "enable_leak_multiplication")
cdef int RESET_DEGENERATION = _slot(NeuronConfig, "enable_reset_degeneration")
cdef int RESET_DIVISION = _slot(NeuronConfig, "enable_reset_division")
cdef int RESET_MULTIPLICATION = _slot(NeuronConfig, "enable_reset_multiplication")
cdef int OFFSET = _slot(NeuronConfig, "enable_membrane_offset")
cdef int OFFSET_INVERT = _slot(NeuronConfig, "invert_membrane_offset")
cdef int[2] INPUT_ENABLE, HIGH_RESISTANCE, SMALL, MODULATED
for _k, _name in enumerate(("excitatory", "inhibitory")):
    INPUT_ENABLE[_k] = _slot(NeuronConfig, f"enable_synaptic_input_{_name}")
    HIGH_RESISTANCE[_k] = _slot(NeuronConfig, f"enable_synaptic_input_{_name}_high_resistance")
    SMALL[_k] = _slot(NeuronConfig, f"enable_synaptic_input_{_name}_small_capacitance")
    MODULATED[_k] = _slot(NeuronConfig, f"enable_synaptic_input_{_name}_coba_mode")
cdef int EXPONENTIAL_ENABLE = _slot(NeuronConfig, "enable_exponential")
cdef int ADAPTATION_ENABLE = _slot(NeuronConfig, "enable_adaptation")
cdef int ADAPTATION_INVERT_A = _slot(NeuronConfig, "invert_adaptation_a")
cdef int ADAPTATION_INVERT_B = _slot(NeuronConfig, "invert_adaptation_b")
cdef enum:
    N_SWITCHES = 5, N_FIRE_SWITCHES = 4

cdef int[N_SWITCHES] SWITCH     # in the order of the bits CONNECT_... and FIRE_...
cdef int[N_FIRE_SWITCHES] FIRE_SWITCH
for _k, _name in enumerate(("connect_membrane_right", "connect_bottom", "connect_soma", "connect_soma_right", "enable_multicomp_conductance")):
    SWITCH[_k] = _slot(NeuronConfig, _name)
for _k, _name in enumerate(("enable_neuron_master", "enable_neuron_slave", "connect_fire_bottom", "connect_fire_to_right")):
    FIRE_SWITCH[_k] = _slot(NeuronBackendConfig, _name)
cdef int CONDUCTANCE_DIVISION = _slot(NeuronConfig, "enable_divide_multicomp_conductance_bias")
cdef int CONDUCTANCE_MULTIPLICATION = _slot(NeuronConfig, "enable_multiply_multicomp_conductance_bias")
cdef int FIRE = _slot(NeuronConfig, "enable_fire")
cdef int COMPARATOR = _slot(NeuronConfig, "enable_threshold_comparator")
cdef int PAUSE = _slot(NeuronConfig, "enable_pause")
cdef int BYPASS_EXC = _slot(NeuronConfig, "enable_bypass_excitatory")
cdef int BYPASS_INH = _slot(NeuronConfig, "enable_bypass_inhibitory")
cdef int ADAPTATION_PULSE = _slot(NeuronBackendConfig, "enable_adaptation_pulse")
cdef int REFRACTORY = _slot(NeuronBackendConfig, "refractory_time")
cdef int HOLDOFF = _slot(NeuronBackendConfig, "reset_holdoff")
cdef int INPUT_CLOCK = _slot(NeuronBackendConfig, "select_input_clock")
cdef int REGISTERS = _slot(CommonNeuronBackendConfig, "enable_event_registers")
cdef int SPIKE_OUT = _slot(NeuronBackendConfig, "enable_spike_out")
cdef int CLOCKS = _slot(CommonNeuronBackendConfig, "enable_clocks")
cdef int FORCE_RESET = _slot(CommonNeuronBackendConfig, "force_reset")
cdef int CLOCK_SLOW = _slot(CommonNeuronBackendConfig, "clock_scale_slow")
cdef int CLOCK_FAST = _slot(CommonNeuronBackendConfig, "clock_scale_fast")
cdef int CLOCK_ADAPTATION = _slot(CommonNeuronBackendConfig, "clock_scale_adaptation_pulse")

cdef int I_CONDUCTANCE = _row("i_bias_nmda")
cdef int V_LEAK = _row("v_leak"), V_RESET = _row("v_reset"), V_THRESHOLD = _row("v_threshold"), V_EXP = _row("v_exp")
cdef int V_ADAPT_LEAK = _row("v_adapt_leak"), V_ADAPT_REF = _row("v_adapt_ref")
cdef int I_LEAK = _row("i_bias_leak"), I_RESET = _row("i_bias_reset"), I_EXP = _row("i_bias_exp"), I_OFFSET = _row("i_mem_offset")
cdef int[2] I_SYN_TAU, I_SHIFT, I_GM, I_MODULATION, V_REFERENCE
for _k, _name in enumerate(("exc", "inh")):
    I_SYN_TAU[_k], I_SHIFT[_k], I_GM[_k], I_MODULATION[_k] = (
        _row(f"i_bias_synin_{_name}_{_part}") for _part in ("tau", "shift", "gm", "coba"))
    V_REFERENCE[_k] = _row(f"e_synin_{_name}_rev")
cdef int I_ADAPT_TAU = _row("i_bias_adapt_tau"), I_ADAPT_A = _row("i_bias_adapt_a"), I_ADAPT_B = _row("i_bias_adapt_b")
cdef int CELL_DAC = CapMemCellOnCapMemBlock.syn_i_bias_dac.toEnum().value()

SHARED_CELLS = (CELL_DAC,)
"""Cells of an analog memory block that the parameters of all its neurons depend on."""

cdef double LEAK_OFFSET = number("leak_offset"), LEAK_SLOPE = number("leak_slope")
cdef double RESET_OFFSET = number("reset_offset"), RESET_SLOPE = number("reset_slope")
cdef double THRESHOLD_OFFSET = number("threshold_offset"), THRESHOLD_SLOPE = number("threshold_slope")
cdef double AMPLIFIER_LOW = number("amplifier_low"), RAIL_HIGH = number("rail_high")
cdef double NODE_LOW = number("node_low"), NODE_HIGH = number("node_high")
cdef double CAPACITANCE_PER_CODE = number("membrane_capacitance_per_code") * 1e12
cdef double CAPACITANCE_INTRINSIC = number("membrane_capacitance_intrinsic")
cdef double LEAK_CONDUCTANCE = number("leak_conductance_per_code") * 1e6
cdef double RESET_CONDUCTANCE = number("reset_conductance_per_code") * 1e6
cdef double CONDUCTANCE_STEP = number("conductance_step"), LINEAR_RANGE = number("leak_linear_range")
cdef double DEGENERATION_RANGE = number("degeneration_range"), DEGENERATION_CONDUCTANCE = number("degeneration_conductance")
cdef double OFFSET_CURRENT = number("offset_current_per_code") * 1e6, PSEUDO = number("pseudo_leakage") * 1e6
cdef double CURRENT = number("capmem_current_per_code") * 1e6
cdef double DAC_STEP = number("synapse_line_step") * number("capmem_current_per_code") * 1e6
cdef double TAU_NORMAL = number("synapse_tau_normal"), TAU_HIGH = number("synapse_tau_high_resistance")
cdef double CLAMP_RATE = 1.0 / number("synapse_tau_supply")
cdef double LINE_LEAKAGE = number("synapse_leakage"), SMALL_CAPACITANCE = number("synapse_small_capacitance")
cdef double COMPARTMENT_CONDUCTANCE = number("compartment_conductance_per_code") * 1e6, COMPARTMENT_STEP = number("compartment_step")
cdef double MODULATION = number("coba_modulation")
cdef double GM = number("synapse_gm"), LIMIT = number("synapse_current_limit"), SHIFT = number("synapse_shift_per_code"), SHIFT_NEUTRAL = number("synapse_shift_neutral")
cdef double EXP_CURRENT = number("exponential_current"), EXP_LIMIT = number("exponential_limit") * 1e6
cdef double ADAPT_TAU = number("adaptation_tau"), ADAPT_A = number("adaptation_a") * 1e6, ADAPT_JUMP = number("adaptation_jump")
cdef double ADAPT_OFFSET = number("adaptation_offset"), ADAPT_SLOPE = number("adaptation_slope")
cdef double ADAPT_CONDUCTANCE = number("adaptation_conductance") * 1e6
cdef double BACKEND_MHZ = number("backend_clock") * 1e-6
cdef double EDGE = number("amplifier_edge")
cdef double STEP_US = GRID_TICKS * TICK_NS * 1e-3, UNLIMITED = 1e3
