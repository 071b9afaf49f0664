"""Digital latencies and rates of the chip, most in ticks of 2 ns; with them what the converters need besides their circuits.

The public sources give totals only (facts: analog model 13): host spike to synapse 250 ns, neuron spike to FPGA time stamp 250 ns,
neuron to neuron 80 ns, PADI register write to pulse 100 ns, all of them assumptions. The split between the stages is ours.
"""

from hicannx_sim.base.numbers.entry import Certainty, Number


def _assumed(value: float, meaning: str, source: str, unit: str = "ticks") -> Number:
    return Number(value, unit, source, Certainty.ASSUMED, meaning)


def _derived(value: float, meaning: str, source: str, unit: str = "ticks") -> Number:
    return Number(value, unit, source, Certainty.DERIVED, meaning)


CHIP: dict[str, Number] = {
    "neuron_to_crossbar": _assumed(10, "threshold crossing to crossbar input", "share of the 80 ns from neuron to neuron"),
    "crossbar": _assumed(10, "crossbar input to crossbar output", "share of the 80 ns from neuron to neuron"),
    "padi_to_pulse": _assumed(20, "crossbar output to synapse pulse", "share of the 80 ns from neuron to neuron"),
    "crossbar_to_stamp": _assumed(
        30,
        "crossbar L2 output to the on-chip time stamp",
        "share of the 250 ns from neuron to FPGA; keeps neuron to stamp at one analog grid step",
    ),
    "padi_write_to_pulse": _assumed(50, "PADI event register write to synapse pulse", "facts: analog model 13"),
    "neuron_reset_write": _assumed(0, "neuron reset register write to artificial fire", "no source"),
    "post_pulse": _assumed(
        50,
        "a neuron's fire, or a write that makes it fire, to the pulse at its correlation sensors",
        "as long as a write to PADI takes, so that the delay of two writes is that of their pulses",
    ),
    "link_event_period": _derived(2, "two events entering from the link", "250 Mevent/s burst, facts: analog model 12 (recalled)"),
    "neuron_output_period": _derived(2, "two events of one neuron event output", "one per 250 MHz clock"),
    "l2_period": _derived(2, "two events at one L2 output", "one per 250 MHz clock"),
    "slow_l2_period": _assumed(4, "two events at an L2 output with enable_slow", "meaning of the bit unknown, half rate"),
    "padi_period": _derived(4, "two events on one PADI bus", "125 MHz, facts: analog model 5"),
    "extended_padi_period": _assumed(8, "two events on a bus with extended timing", "back-to-back events excluded, facts: analog model 5"),
    "fifo_depth": _assumed(32, "events waiting at one crossbar or neuron event output before drops", "no source", "events"),
    "pulse_base": _derived(1, "length of a synapse pulse without extension", "facts: analog model 5, one 4 ns step per extension", "steps"),
    "madc_to_stamp": _assumed(60, "MADC sampling instant to time stamp", "conversion takes at least 12 clocks; rest unknown"),
    "madc_clock": _derived(500_000_000, "MADC clock with default PLL settings", "facts: analog model 13", "Hz"),
    "madc_offset_spread": _assumed(30, "sigma of the MADC offset between chips", "facts: analog model 9.2", "LSB"),
    "madc_gain_spread": _assumed(0.04, "sigma of the MADC gain between chips", "facts: analog model 9.2", "1"),
    "madc_wander_time": _derived(50_000, "correlation time of the slow MADC noise", "100 us, facts: analog model 9.3"),
    "madc_idle_level": _assumed(512, "mean MADC sample without a working signal path", "facts: analog model 8", "LSB"),
    "madc_idle_spread": _assumed(100, "sigma of such samples", "facts: analog model 8", "LSB"),
    "madc_invalid_time": _derived(4000, "first samples, which mean nothing on a chip with this quirk", "8 us, facts: analog model 8"),
    "madc_bias_floor": _assumed(
        100,
        "codes of the readout bias and reference cells below this leave no working signal path",
        "500 and 400 are used, facts: analog model 8",
        "codes",
    ),
    "cadc_count": _derived(2, "one count of the parallel converter's ramp", "250 MHz, facts: analog model 7"),
    "cadc_counts": _derived(256, "length of the ramp", "8 bit, facts: analog model 7; the ramp is assumed never to end early", "counts"),
    "correlation_reset_extra": _derived(
        3, "a reset of correlation sensors lasts so much longer than reset_duration", "facts: analog model 6", "PPU cycles"
    ),
    "ppu_cycle": _derived(2, "unit of reset_wait, dead_time, sense_delay and reset_duration", "facts: registers/containers"),
    "ppu_omnibus": _assumed(16, "a processor's access until it reaches a register on the chip; as long back", "no source"),
    "ppu_parallel_bus": _derived(
        16, "a vector to or from the synapse array, both ways", "20 cycles with `sync`, 11 to 12 of them the core's, facts: isa_scalar 6"
    ),
    "ppu_far_write": _derived(52, "a vector until it is in the FPGA's memory", "38 cycles with `sync`, facts: isa_scalar 6"),
    "ppu_far_read": _derived(664, "a vector from the FPGA's memory, both ways", "344 cycles with `sync`, facts: isa_scalar 6"),
    "madc_conversion": _derived(12, "fewest MADC clocks per sample", "facts: registers/behaviour, clocks and time", "MADC clocks"),
}
