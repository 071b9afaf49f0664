"""The numbers of the analog circuits.

Voltages are "as read": the voltage a converter sees at its input, with the readout amplifier taken as gain 1.
"""

from hicannx_sim.base.numbers.entry import Certainty, Number

M, D, A = Certainty.MEASURED, Certainty.DERIVED, Certainty.ASSUMED

_CAPMEM = {
    "capmem_refresh_off": Number(1023, "code", "behaviour 1: the code that stops the refresh, the cell keeps its value", M),
    "capmem_current_per_code": Number(1.0e-9, "A", "behaviour 0", D),
    "reference_board_volts": Number(1.25, "V", "half of the DAC's full scale makes the board's reference current nominal", A),
    "capmem_refresh_period": Number(1e-3, "s", "behaviour 1: a new value is visible not before the next refresh, at most 1 ms later", A),
    "capmem_voltage_settling": Number(2e-3, "s", "behaviour 1: time constant; software waits 20 ms", A),
    "capmem_current_settling": Number(3e-3, "s", "behaviour 1: time constant; software waits 20 ms", A),
    "capmem_crosstalk": Number(0.02, "code", "behaviour 1: per cell of a block with the same code above the next number", A),
    "capmem_crosstalk_from": Number(100, "cells", "behaviour 1", A),
    "capmem_voltage_offset": Number(0.019, "V", "behaviour 0: codes 70 .. 550 are some 0.15 to 1.05 V", D),
    "capmem_voltage_per_code": Number(1.875e-3, "V", "behaviour 0", D),
}

_POTENTIALS = {
    "leak_offset": Number(-0.32, "V", "behaviour 0: MADC = 0.79 code - 180", D),
    "leak_slope": Number(1.20e-3, "V/code", "behaviour 0", D),
    "reset_offset": Number(-0.43, "V", "behaviour 0: MADC = 0.88 code - 250", D),
    "reset_slope": Number(1.34e-3, "V/code", "behaviour 0", D),
    "threshold_offset": Number(0.045, "V", "behaviour 0: MADC = 0.99 code + 60", D),
    "threshold_slope": Number(1.505e-3, "V/code", "behaviour 0", D),
    "amplifier_low": Number(0.13, "V", "behaviour 3.3: lowest membrane seen; leak and reset pull no lower", A),
    "rail_low": Number(0.09, "V", "behaviour 3.3: where the published curve of inhibition over weights levels off", D),
    "rail_high": Number(1.17, "V", "behaviour 3.3: 90 nA against a leak of 10 us end at a CADC reading of 228", D),
    "rail_width": Number(0.12, "V", "behaviour 4.2: currents fade out over this distance from a rail", A),
    "node_low": Number(0.02, "V", "behaviour 3.3: no node leaves the supply", A),
    "node_high": Number(1.2, "V", "behaviour 3.3: supply voltage", M),
}

_MEMBRANE = {
    "membrane_capacitance_per_code": Number(35.0e-15, "F", "behaviour 3.1: 2.2 pF / 63", M),
    "membrane_capacitance_intrinsic": Number(4.0, "code", "behaviour 3.1: two tests of the calibration ask for 3.2 to 4.6", D),
    "leak_conductance_per_code": Number(1.57e-9, "S", "behaviour 3.2", D),
    "reset_conductance_per_code": Number(1.27e-9, "S", "behaviour 3.4: 0.23 us at code 1012 with multiplication in a published trace", D),
    "conductance_step": Number(8.0, "1", "behaviour 3.2: factor of the multiplication and division switches", M),
    "leak_linear_range": Number(0.34, "V", "behaviour 3.2: four sources, 0.33 to 0.35 fits all; calix measured 3.7", D),
    "degeneration_range": Number(2.0, "1", "behaviour 3.2: linear range grows by this", A),
    "degeneration_conductance": Number(0.5, "1", "behaviour 3.2: conductance shrinks by this", A),
    "amplifier_edge": Number(1.5, "1", "an amplifier saturates at this many linear ranges; shape of the curve in the kernel", A),
    "offset_current_per_code": Number(0.09e-9, "A", "behaviour 3.6: rheobase and response to a step, as published", D),
    "pseudo_leakage": Number(20.0e-12, "A", "behaviour 3.2: sigma of the residual current of connected synaptic inputs", A),
}

_COMPARTMENTS = {
    "compartment_conductance_per_code": Number(2.9e-9, "S", "calix measured 3.2: 0.1 us at the largest code, 5 us within the range", D),
    "compartment_step": Number(4.0, "1", "analog model 10: factor of the switches that multiply and divide", M),
}

_SPIKE = {
    "backend_clock": Number(250.0e6, "Hz", "behaviour 3.4", M),
    "comparator_delay": Number(30.0e-9, "s", "behaviour 3.5", A),
    "comparator_noise": Number(1.0e-3, "V", "behaviour 3.5: sigma, drawn once per crossing", A),
}

_SYNAPSE = {
    "synapse_line_step": Number(0.22e-3, "V per weight unit and uA", "calix measured 3.4: largest hagen amplitude of some 30 LSB", D),
    "synapse_line_limit": Number(0.33, "V", "calix measured 3.4: near it synapses draw less; two sources disagree how", D),
    "synapse_line_rest": Number(0.58, "V", "behaviour 4.1: reading of a line at rest", A),
    "synapse_line_gain": Number(0.85, "1", "behaviour 4.1: source follower of the line readout", A),
    "synapse_tau_normal": Number(200.0, "us code", "calix measured 3.5: 0.3 us is in reach of all neurons", D),
    "synapse_tau_high_resistance": Number(1600.0, "us code", "calix measured 3.5: eight times the normal one", D),
    "synapse_leakage": Number(1.0, "code", "calix expectations 1.2: at bias 0 a line recovers before the next program, holds for us", A),
    "synapse_tau_supply": Number(0.05, "us", "behaviour 4.1: a line that a debug line connects to the supply", A),
    "synapse_supply_floor": Number(1.1, "V", "behaviour 4.1: lines rest near 1.2 V; a debug line must stand as high to reset them", A),
    "synapse_small_capacitance": Number(0.6, "1", "behaviour 0; time constant shrinks and step grows by this", A),
    "synapse_gm": Number(11.6, "S/A", "behaviour 4.2: PSP of 0.78 MADC LSB per weight unit, over line step and bias", D),
    "synapse_current_limit": Number(2.0, "1", "behaviour 4.3: bias currents at which an input saturates; not public", A),
    "synapse_shift_neutral": Number(310.0, "code", "behaviour 4.3", A),
    "synapse_shift_per_code": Number(0.4e-3, "V", "behaviour 4.3", A),
    "coba_modulation": Number(5.0, "1/V", "calix measured 3.3: input's bias per modulating bias and volt from its reference", D),
    "synapse_bypass_step": Number(50.0e-3, "V", "behaviour 5: line step that fires a bypassed neuron", A),
}

_EXPONENTIAL = {
    "exponential_slope": Number(35.0e-3, "V", "behaviour 10", A),
    "exponential_current": Number(0.2, "1", "behaviour 10: current at V = V_exp per bias current", A),
    "exponential_limit": Number(1.5e-6, "A", "behaviour 10", A),
}

_ADAPTATION = {
    "adaptation_tau": Number(13000.0, "us code", "behaviour 10", A),
    "adaptation_offset": Number(-0.08, "V", "behaviour 10: code 500 agrees with code 700 of the leak", D),
    "adaptation_slope": Number(1.2e-3, "V/code", "behaviour 10: follows the leak code by code", D),
    "adaptation_a": Number(7.7e-9, "S per code", "behaviour 10: the adaptation follows 0.77 of a step of the membrane at code 10", D),
    "adaptation_jump": Number(0.4e-3, "V per code and us", "behaviour 10", A),
    "adaptation_conductance": Number(100.0e-9, "S", "behaviour 10: adapted and first height of a step", D),
}

_READOUT = {
    "madc_offset": Number(-0.046, "V", "behaviour 9.2", D),
    "madc_lsb": Number(1.52e-3, "V", "behaviour 9.2", D),
    "madc_noise": Number(1.2, "LSB", "behaviour 9.3", M),
    "madc_noise_slow": Number(1.5, "LSB", "behaviour 9.3: wander with 100 us correlation", M),
    "neuron_readout_noise": Number(2.9e-3, "V", "behaviour 9.3: white noise and wander of a neuron at the MADC; makes 1.2 LSB in hagen", D),
    "cadc_offset": Number(0.15, "V", "behaviour 0: reads 20 LSB", D),
    "cadc_lsb": Number(4.5e-3, "V", "behaviour 0", D),
}

# A channel counts until its ramp, which starts at `cadc_ramp_start` + code * capmem_voltage_per_code of cadc_v_ramp_offset, crosses its
# input: (V - start) * cadc_ramp_gain / code of cadc_i_ramp_slope. The default calibration (V = 0.15 V reads 20 with slope 350, then 1.05 V
# reads 220) fixes (0.15 V - start) * gain = 20 * 350, and that it leaves the slope at 350 makes the reading exactly
# `cadc_offset` + LSB * `cadc_lsb`.
_CADC = {
    "cadc_ramp_gain": Number(77_778.0, "LSB code/V", "behaviour 7: 7000 / 0.09 V", D),
    "cadc_ramp_start": Number(-0.0525, "V", "behaviour 7: makes 60 the calibrated code of cadc_v_ramp_offset", A),
    "cadc_bias_floor": Number(100, "code", "behaviour 7: comparator, ramp and reset buffer do not work with less", A),
    "cadc_noise": Number(0.8, "LSB", "behaviour 7: sigma per channel and conversion", A),
    "cadc_noise_common": Number(0.5, "LSB", "behaviour 7: sigma per quadrant and conversion", A),
    "cadc_floating_input": Number(0.0, "V", "an input that nothing drives", A),
}

# A pair of pulses a time dt apart stores amplitude / code of syn_i_bias_store * exp(-dt code of syn_i_bias_ramp / tau). LSB are those of
# the calibrated converter, `cadc_lsb`.
_CORRELATION = {
    "correlation_amplitude": Number(35.0, "LSB code", "behaviour 6: default code 70 belongs to 0.5 LSB per pair", D),
    "correlation_tau": Number(400.0, "us code", "behaviour 6: default code 80 belongs to 5 us", D),
    "correlation_measure_volts": Number(0.9, "V", "behaviour 6: v_res_meas of the default calibration, at which the above holds", M),
    "correlation_amplitude_slope": Number(8.0, "1/V", "behaviour 6: growth of the amplitude with v_res_meas", A),
    "correlation_reset_volts": Number(1.85, "V", "behaviour 6: v_reset of the default calibration", M),
    "correlation_reset_level": Number(0.96, "V", "behaviour 6: reads 200 after a reset; that it follows v_reset one to one is assumed", D),
    "correlation_store_floor": Number(50.0, "code", "behaviour 6: with less of syn_i_bias_store the level after a reset drops", M),
    "correlation_store_floor_slope": Number(5.0, "1/V", "behaviour 6: a larger v_res_meas helps; the floor is gone 0.2 V higher", A),
    "correlation_store_drop": Number(80.0, "LSB", "behaviour 6: that drop without any bias; linear in between", A),
    "correlation_linear": Number(100.0, "LSB", "behaviour 6: linear up to here", A),
    "correlation_stop": Number(160.0, "LSB", "behaviour 6: hard stop; software discards more", M),
    "correlation_reset_time": Number(0.1, "us", "time constant of a reset: 0.8 us by default suffice, 0.03 us do not, behaviour 6", A),
    "correlation_amp_calib_0": Number(1.0, "1", "behaviour 6", D),
    "correlation_amp_calib_1": Number(0.8, "1", "behaviour 6: falls with the code", A),
    "correlation_amp_calib_2": Number(0.65, "1", "behaviour 6", A),
    "correlation_amp_calib_3": Number(0.55, "1", "behaviour 6", A),
    "correlation_time_calib_0": Number(1.0, "1", "behaviour 6", D),
    "correlation_time_calib_1": Number(0.85, "1", "behaviour 6: falls with the code", A),
    "correlation_time_calib_2": Number(0.7, "1", "behaviour 6", A),
    "correlation_time_calib_3": Number(0.6, "1", "behaviour 6", A),
    "correlation_branch_ratio": Number(1.05, "1", "behaviour 6: acausal over causal amplitude of a chip that is not ideal", A),
    "correlation_gradient": Number(0.1, "1", "behaviour 6: amplitude from the left to the right end of a row", A),
    "correlation_noise": Number(1.15, "LSB", "behaviour 6: with the converter's noise 1.5 LSB per read", D),
}

# A driver's pulse lasts 1 - (V - start) / (reach * code of stp_i_ramp) of its full length, which is that of a plain pulse but in hagen
# mode. At stp_i_ramp = 600 the default pairs of plasticity voltages (codes 50 .. 400) span lengths 0.95 .. 0.1, and 31 steps of the hagen
# DAC (bias 820) span 0.9: activation x gives 0.9 x / 31 of the largest amplitude, as the calibration wants it, with hagen_dac_offset 7
# codes above its middle.
_DRIVER = {
    "stp_ramp_start": Number(0.0734, "V", "behaviour 5.2: capacitive memory code 29", A),
    "stp_ramp_reach": Number(1.2875e-3, "V/code", "behaviour 5.1, 5.2: 412 codes of voltage at stp_i_ramp = 600", A),
    "stp_offset_step": Number(7.5e-5, "V/code", "calix measured 3.8: per step, times stp_i_calib; 15 span all drivers but one in 500", D),
    "hagen_pulse": Number(1.3, "1", "calix measured 3.4: full length in hagen mode over that of a plain pulse; makes the gain of 0.002", D),
    "hagen_dac_step": Number(2.735e-5, "V/code", "behaviour 5.1: times hagen_ibias_dac; 12 codes of voltage at 820", A),
    "hagen_dac_offset_step": Number(10.7e-3, "V", "behaviour 5.1: 63 steps span the pattern", A),
    "hagen_dac_offset_middle": Number(26.0, "code", "behaviour 5.1: at offset 0 all drivers reach the full length", A),
    "stp_use": Number(0.2, "1", "behaviour 5.2: utilization 0", M),
    "stp_use_step": Number(0.02, "1", "behaviour 5.2: per code of utilization", A),
    "stp_recovery_clock": Number(0.5, "us", "behaviour 5.2: times 2^speed and 1 + recovery", A),
    "stp_leakage": Number(10_000.0, "us", "towards v_recover without recovery", A),
    "stp_bias_floor": Number(100, "code", "with a weaker comparator a pulse has its full length", A),
}

_MISMATCH = {
    "mismatch_leak_potential": Number(27e-3, "V", "behaviour 11", A),
    "mismatch_reset_potential": Number(35e-3, "V", "behaviour 11", A),
    "mismatch_threshold": Number(22e-3, "V", "behaviour 11", A),
    "mismatch_leak_conductance": Number(0.22, "1", "behaviour 11", A),
    "mismatch_reset_conductance": Number(0.22, "1", "behaviour 11: as the leak", A),
    "mismatch_membrane_capacitance": Number(0.5, "code", "behaviour 3.1", A),
    "mismatch_synapse_tau": Number(0.25, "1", "behaviour 11", A),
    "mismatch_synapse_offset": Number(12e-3, "V", "behaviour 11", A),
    "mismatch_synapse_gm": Number(0.15, "1", "behaviour 11", A),
    "mismatch_synapse_dac": Number(0.08, "1", "behaviour 11: per quadrant", A),
    "mismatch_synapse_weight": Number(0.04, "1", "behaviour 11: equal columns differ by 5.5 %, with noise and neurons", D),
    "mismatch_compartment_conductance": Number(0.25, "1", "behaviour 11", A),
    "mismatch_pseudo_leakage": Number(1.0, "1", "behaviour 3.2: multiple of pseudo_leakage", A),
    "mismatch_adaptation": Number(0.22, "1", "as the leak conductance", A),
    "mismatch_exponential": Number(27e-3, "V", "as the leak potential", A),
    "mismatch_cadc_offset": Number(6.0, "LSB", "behaviour 7, 11: per channel", A),
    "mismatch_cadc_gain": Number(0.01, "1", "behaviour 7: per channel", A),
    "mismatch_correlation_amplitude": Number(0.505, "octaves", "behaviour 6, 11: lognormal with 0.35, per sensor", A),
    "mismatch_correlation_tau": Number(0.361, "octaves", "behaviour 6, 11: lognormal with 0.25, per sensor", A),
    "mismatch_correlation_offset": Number(45e-3, "V", "calix measured 3.1: 10 LSB, so that no level falls below 120", D),
    "mismatch_cadc_ramp_start": Number(20e-3, "V", "behaviour 1: per quadrant, offsets of memory cell and buffer", A),
    "mismatch_driver_ramp": Number(93e-3, "V", "behaviour 5.2, 11: 12 % of the full pulse length at stp_i_ramp = 600", D),
    "mismatch_driver_strength": Number(0.06, "1", "calix measured 4: largest hagen amplitudes of drivers differ by about 2 of 30 LSB", D),
    "mismatch_driver_ramp_current": Number(0.04, "1", "behaviour 1: per quadrant", A),
    "mismatch_cadc_slope": Number(0.04, "1", "behaviour 1: per quadrant", A),
    "mismatch_floor": Number(0.2, "1", "a factor never falls below this", A),
}

CIRCUITS: dict[str, Number] = {
    **_CAPMEM, **_POTENTIALS, **_MEMBRANE, **_COMPARTMENTS, **_SPIKE, **_SYNAPSE, **_EXPONENTIAL, **_ADAPTATION, **_READOUT, **_CADC,
    **_CORRELATION, **_DRIVER, **_MISMATCH,
}  # fmt: skip
