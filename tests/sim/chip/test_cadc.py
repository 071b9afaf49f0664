"""The parallel converter: conversion law, inputs, timing, pattern and noise, speed of the ramp."""

import numpy as np
import pytest

from halco import CADCChannelConfigOnDLS, CapMemCellOnCapMemBlock, EntryOnQuad, NeuronConfigBlockOnDLS, iter_all
from haldls import (
    CADCChannelConfig,
    CADCConfig,
    CADCSampleQuad,
    CapMemBlockConfig,
    CapMemCell,
    ColumnCorrelationQuad,
    CommonCorrelationConfig,
    NeuronConfig,
    PadMultiplexerConfig,
)
from hicannx_sim.base.numbers import number

CELLS = 3120
SETTLED = 50_000_000  # ticks
CONVERSION = 2 * (1 + 100 + 20 + 256)  # ticks: sense delay, reset wait, dead time, ramp
READ = CADCSampleQuad.read_addresses()[:, 0].astype(int)


def cell(bench, name, codes):
    """A cell of all four memory blocks: one code, or one per block."""
    for block in range(4):
        code = codes if isinstance(codes, int) else int(codes[block])
        bench.put(CapMemCell(code), block * CELLS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum()))


def neuron_cell(bench, neuron, row, code):
    bench.put(CapMemCell(code), neuron // 128 * CELLS + row * 130 + neuron % 128)


def switches(bench, quads=range(128), **closed):
    """The same switches for all columns of some quads: internal, debug, cadc_neuron_readout."""
    switch = ColumnCorrelationQuad.ColumnCorrelationSwitch()
    for name, on in closed.items():
        for channel in ("causal", "acausal"):
            setattr(switch, f"enable_{name}_{channel}", on)
    quad = ColumnCorrelationQuad()
    for entry in range(4):
        quad.set_switch(EntryOnQuad(entry), switch)
    for number_ in quads:
        bench.put(quad, number_)


def power(bench, offset=60, slope=350):
    """Converters as after the default calibration of an ideal chip."""
    for half in range(2):
        bench.put(CADCConfig(enable=True), half)
        bench.put(CommonCorrelationConfig(), half)
    for name, code in (("cadc_v_bias_ramp_buf", 400), ("cadc_i_bias_comp", 1022), ("cadc_i_bias_vreset_buf", 1022)):
        cell(bench, name, code)
    cell(bench, "cadc_v_ramp_offset", offset)
    cell(bench, "cadc_i_ramp_slope", slope)
    for channel in range(1024):
        bench.put(CADCChannelConfig(), channel)


def neurons(bench, codes, source="membrane"):
    """All neurons at leak potentials (codes by neuron), seen by the converters."""
    cell(bench, "neuron_i_bias_readout_amp", 110)
    config = NeuronConfig(enable_readout_amplifier=True, membrane_capacitor_size=63)
    config.readout_source = getattr(NeuronConfig.ReadoutSource, source)
    for neuron, code in enumerate(np.broadcast_to(codes, 512)):
        bench.put(config, neuron)
        neuron_cell(bench, neuron, 0, int(code))
        neuron_cell(bench, neuron, 8, 500)
    switches(bench, internal=True, cadc_neuron_readout=True)
    bench.chip.advance(bench.chip.now + SETTLED)


def debug_line(bench, code):
    """All channels on the debug line, which shows a cell of the first memory block."""
    mux = PadMultiplexerConfig()
    mux.capmem_v_out_mux[0] = True
    mux.capmem_v_out_mux_to_capmem_intermediate_mux = mux.capmem_intermediate_mux_to_pad = True
    mux.cadc_debug_causal_to_synapse_intermediate_mux = mux.cadc_debug_acausal_to_synapse_intermediate_mux = True
    mux.synapse_intermediate_mux_to_pad = True
    bench.put(mux)
    bench.put(CapMemBlockConfig(debug_readout_enable=True, debug_capmem_coord=CapMemCellOnCapMemBlock.stp_v_charge_0))
    cell(bench, "stp_v_charge_0", code)
    switches(bench, debug=True)


def address(half=0, buffered=0, kind=0, row=0, quad=0):
    return int(READ[(((half * 2 + buffered) * 2 + kind) * 256 + row) * 64 + quad])


def convert(bench, half=0):
    """One conversion: [causal or acausal, column]."""
    bench.read(address(half))
    return bench.chip.fabric.cadc.read()[half].astype(int)


def expected(volts):
    return np.clip(np.floor((np.asarray(volts) - number("cadc_offset")) / number("cadc_lsb") + 20 + 0.5), 0, 255)


def leak(code):
    return number("leak_offset") + number("leak_slope") * np.asarray(code)


def test_all_neurons_are_seen_on_the_scale_of_the_default_calibration(bench):
    power(bench)
    codes = 400 + np.random.default_rng(1).permutation(512)
    neurons(bench, codes)
    for half in range(2):
        for samples in convert(bench, half):
            np.testing.assert_allclose(samples, expected(leak(codes[256 * half : 256 * half + 256])), atol=1)


def test_a_quad_holds_every_second_column(bench):
    power(bench)
    neurons(bench, 400 + np.arange(512))
    samples = convert(bench, 1)
    for kind, quad in ((0, 0), (1, 5), (0, 31), (1, 32), (0, 63)):
        word = bench.read(address(1, 1, kind, quad=quad))
        columns = 8 * (quad % 32) + quad // 32 + 2 * np.arange(4)
        assert [word >> shift & 255 for shift in (24, 16, 8, 0)] == samples[kind][columns].tolist()


def test_buffered_reads_return_the_last_conversion(bench):
    power(bench)
    neurons(bench, 500)
    word = bench.read(address())
    for neuron in range(256):
        neuron_cell(bench, neuron, 0, 700)
    bench.chip.advance(bench.chip.now + SETTLED)
    assert bench.read(address(buffered=1)) == word
    assert bench.read(address(kind=1, row=17)) != word
    assert bench.read(address(buffered=1)) != word
    assert bench.read(address(half=1, buffered=1)) == 0


@pytest.mark.parametrize("source", ["exc_synin", "inh_synin", "adaptation"])
def test_other_voltages_of_the_neurons(bench, source):
    power(bench)
    neurons(bench, 600, source)
    level = {"adaptation": bench.chip.fabric.analog.voltage(0, 3)}.get(source, number("synapse_line_rest"))
    np.testing.assert_array_equal(convert(bench), expected(level))


def test_debug_line_carries_the_memory_to_all_channels(bench):
    power(bench)
    for code, value in ((70, 20), (310, 120), (550, 220)):
        debug_line(bench, code)
        for half in range(2):
            np.testing.assert_array_equal(convert(bench, half), value)


def test_debug_line_carries_the_pad(bench):
    power(bench)
    mux = PadMultiplexerConfig(synapse_intermediate_mux_to_pad=True)
    mux.cadc_debug_causal_to_synapse_intermediate_mux = True
    bench.put(mux, 1)
    switches(bench, debug=True)
    bench.chip.fabric.columns.lines.set_pad(1, 0.6)
    causal, acausal = convert(bench)
    assert set(causal) == {120} and set(acausal) == {0}
    bench.chip.fabric.columns.lines.set_pad(1, 0.7)
    assert set(convert(bench)[0]) == set(expected([0.7]))


def test_two_sources_average(bench):
    power(bench)
    neurons(bench, 600)
    debug_line(bench, 310)
    switches(bench, debug=True, cadc_neuron_readout=True)
    np.testing.assert_allclose(convert(bench), expected((0.6 + leak(600)) / 2), atol=1)


def test_correlation_sensors_show_their_level_after_a_reset(bench):
    power(bench)
    cell(bench, "syn_i_bias_corout", 600)
    cell(bench, "syn_i_bias_store", 70)
    switches(bench, quads=[3], internal=True)
    causal, acausal = convert(bench)
    assert (causal == 200).sum() == (acausal == 200).sum() == 4
    assert bench.chip.faults.counts == {}
    assert bench.chip.fabric.counters()["cadc_correlation"] == 8


def test_inputs_that_nothing_drives_read_as_ground(bench):
    power(bench)
    np.testing.assert_array_equal(convert(bench), 0)
    assert bench.chip.fabric.counters()["cadc_floating"] == 512
    neurons(bench, 600)
    cell(bench, "syn_i_bias_corout", 600)
    cell(bench, "syn_i_bias_store", 70)
    cell(bench, "neuron_i_bias_readout_amp", [0, 110, 110, 110])
    left, right = np.split(convert(bench), 2, axis=1)
    assert set(left.ravel()) == {200}  # the sensors, as the amplifiers are off
    assert 0 < right.min() <= right.max() < 200


@pytest.mark.parametrize(
    ("name", "value"),
    [("cadc_i_bias_comp", 255), ("cadc_v_bias_ramp_buf", 255), ("cadc_i_bias_vreset_buf", 255), ("enable", 0)],
)
def test_without_bias_or_power_there_is_no_conversion(bench, name, value):
    power(bench)
    neurons(bench, 600)
    if name == "enable":
        bench.put(CADCConfig(enable=False), 0)
    else:
        cell(bench, name, 0)
    np.testing.assert_array_equal(convert(bench), value)


def test_readings_fall_with_offset_and_slope_codes(bench):
    power(bench)
    debug_line(bench, 310)
    for name in ("cadc_v_ramp_offset", "cadc_i_ramp_slope"):
        readings = []
        for code in range(50, 500, 50):
            cell(bench, name, code)
            readings.append(convert(bench)[0, 0])
        assert (np.diff(readings) <= 0).all() and readings[0] > readings[-1]
        power(bench)


def test_slope_of_a_quadrant_is_that_of_its_own_cell(bench):
    power(bench, slope=[350, 700, 350, 350])
    debug_line(bench, 310)
    left, right = np.split(convert(bench), 2, axis=1)
    assert set(left.ravel()) == {120} and set(right.ravel()) == {60}


def test_ramp_offset_can_come_from_the_other_half(bench):
    power(bench, offset=[60, 0, 60, 60])
    debug_line(bench, 310)
    assert len(set(convert(bench).ravel())) == 2
    common = CommonCorrelationConfig()
    common.cadc_v_offset_assignment = [0, 0]
    bench.put(common, 0)
    assert set(convert(bench).ravel()) == {120}


def test_digital_offset_is_added_and_limited(bench):
    power(bench)
    debug_line(bench, 310)
    for channel, offset in ((0, 7), (1, -128), (300, 127), (511, -1)):
        bench.put(CADCChannelConfig(offset=offset), channel)
    samples = convert(bench).ravel()
    assert samples[[0, 1, 300, 511, 2]].tolist() == [127, 0, 247, 119, 120]
    debug_line(bench, 550)
    assert convert(bench).ravel()[300] == 255


def test_range_is_limited(bench):
    power(bench)
    for code, value in ((0, 0), (900, 255)):
        debug_line(bench, code)
        np.testing.assert_array_equal(convert(bench), value)


def test_a_conversion_takes_its_time(bench):
    power(bench)
    neurons(bench, 600)
    start = bench.chip.now
    bench.read(address())
    assert 0 <= bench.chip.now - start - CONVERSION < 50
    bench.put(CADCConfig(enable=True, reset_wait=0, dead_time=0), 0)
    start = bench.chip.now
    bench.read(address())
    assert 0 <= bench.chip.now - start - 2 * 257 < 50


def test_a_channel_sees_its_input_when_the_ramp_crosses_it(bench):
    """Inputs in motion: each sample lies on the trace of its neuron, at the time of the count that it shows."""
    power(bench)
    start = np.linspace(450, 1000, 256).astype(int)
    neurons(bench, np.tile(start, 2))
    for neuron in range(256):
        neuron_cell(bench, neuron, 0, int(start[255 - neuron]))
        neuron_cell(bench, neuron, 8, 1000)
    begin = bench.chip.now
    samples = convert(bench)[0]
    other = type(bench)()
    power(other)
    neurons(other, np.tile(start, 2))
    for neuron in range(256):
        neuron_cell(other, neuron, 0, int(start[255 - neuron]))
        neuron_cell(other, neuron, 8, 1000)
    traces = {}
    for tick in range(begin, begin + CONVERSION + 100, 50):
        other.chip.advance(tick)
        traces[other.chip.fabric.analog.now] = [other.chip.fabric.analog.voltage(neuron, 0) for neuron in range(256)]
    ticks, volts = np.array(list(traces)), np.array(list(traces.values()))
    crossing = begin + 2 * 121 + 2 * samples
    seen = [np.interp(crossing[n], ticks, volts[:, n]) for n in range(256)]
    np.testing.assert_allclose(samples, expected(seen), atol=1)
    moved = np.abs(expected(volts[0]) - samples)
    assert moved.max() > 20  # the time matters


def test_a_spike_within_the_conversion_is_seen_by_those_that_cross_later(bench):
    power(bench)
    neurons(bench, 800)
    from haldls import CommonNeuronBackendConfig, NeuronBackendConfig, NeuronReset

    for half in range(2):
        bench.put(CommonNeuronBackendConfig(enable_clocks=True), half)
    for neuron in range(2):
        neuron_cell(bench, neuron, 1, 450)
        neuron_cell(bench, neuron, 9, 1022)
        config = NeuronConfig(enable_readout_amplifier=True, membrane_capacitor_size=63, enable_reset_multiplication=True)
        bench.put(config, neuron)
        bench.put(NeuronBackendConfig(refractory_time=255), neuron)
    tick = bench.chip.now + 1000
    bench.put(NeuronReset(), 0, tick=tick)
    bench.read(address(), tick)
    samples = bench.chip.fabric.cadc.read()[0, 0].astype(int)
    assert samples[1] == samples[2] > samples[0] + 50


def test_spikes_from_the_link_wait_for_the_end_of_a_conversion(bench):
    """And are stamped in order."""
    power(bench)
    bench.read(address(), 10_000)
    bench.chip.spikes(np.arange(5, dtype=np.uint16), [10_100] * 5)
    found = bench.spikes(20_000)
    assert len(found) == 5 and (np.diff(found["tick"]) > 0).all()
    assert found["tick"][0] > 10_000 + CONVERSION


def quadrant_of_channels():
    return np.array([int(channel.toNeuronConfigBlockOnDLS().toEnum()) for channel in iter_all(CADCChannelConfigOnDLS)])


def both(bench):
    return np.concatenate([convert(bench, half).ravel() for half in range(2)])


@pytest.mark.parametrize("serial", range(4))
def test_a_typical_chip_can_be_calibrated(make_bench, serial):
    """The calibration's own procedure, and its limits."""
    bench, quadrant = make_bench("typical", serial), quadrant_of_channels()
    power(bench)

    def search(name, code, target):
        debug_line(bench, code)
        low, high = np.zeros(4, int), np.full(4, 1022)
        for _ in range(10):
            middle = (low + high) // 2
            cell(bench, name, middle)
            reading = both(bench)
            above = np.array([reading[quadrant == block].mean() for block in range(4)]) > target
            low, high = np.where(above, middle, low), np.where(above, high, middle)
        return middle

    offset = search("cadc_v_ramp_offset", 70, 20)
    slope = search("cadc_i_ramp_slope", 550, 220)
    assert (offset > 1).all() and (offset < 1021).all() and (slope > 1).all() and (slope < 1021).all()
    debug_line(bench, 310)
    reading = both(bench)
    assert 3 < reading.std() < 20
    offsets = np.median(reading) - reading
    for channel, value in enumerate(offsets):
        bench.put(CADCChannelConfig(offset=int(value)), channel)
    reading = both(bench)
    means = [reading[quadrant == block].mean() for block in range(len(list(iter_all(NeuronConfigBlockOnDLS))))]
    assert reading.std() < 3 and np.ptp(means) < 5 and 88 < min(means) <= max(means) < 168
    for code, value in ((70, 20), (190, 70), (550, 220)):
        debug_line(bench, code)
        assert both(bench).mean() == pytest.approx(value, abs=5)


def test_noise(make_bench):
    bench = make_bench("typical")
    power(bench)
    debug_line(bench, 310)
    samples = np.array([convert(bench) for _ in range(400)]).reshape(400, 512)
    white = samples - samples[:, :128].mean(axis=1)[:, None]
    assert np.sqrt(samples.var(axis=0).mean()) == pytest.approx(np.hypot(0.8, 0.5), rel=0.1)
    assert np.sqrt(white[:, :128].var(axis=0).mean()) == pytest.approx(0.8, rel=0.1)
    left, right = samples[:, :128].mean(axis=1), samples[:, 128:256].mean(axis=1)
    assert abs(np.corrcoef(left, right)[0, 1]) < 0.2
    assert np.corrcoef(left, samples[:, 256:384].mean(axis=1))[0, 1] > 0.8  # one ramp for both types


@pytest.mark.parametrize(("slope", "lsb_volts"), [(350, 4.5e-3), (255, 3.28e-3)])
def test_neurons_are_noisier_than_a_debug_line(make_bench, slope, lsb_volts):
    """The mean of both channels of a neuron, as calibrations read it: with hagen's range 1.0 .. 2.5 LSB, 1.2 asked."""
    bench = make_bench("typical")
    power(bench, slope=slope)
    neurons(bench, 600)
    samples = np.array([convert(bench) for _ in range(300)]).reshape(300, 2, 256)
    noise = np.sqrt(samples.mean(axis=1).var(axis=0).mean())
    assert noise == pytest.approx(np.sqrt(0.8**2 / 2 + 0.5**2 + (2.9e-3 / lsb_volts) ** 2), rel=0.1)
    assert slope == 350 or 1.0 < noise < 1.4
    causal, acausal = np.moveaxis(samples - samples.mean(axis=0), 1, 0)
    assert (causal * acausal).mean() == pytest.approx(0.5**2 + (2.9e-3 / lsb_volts) ** 2, rel=0.15)


def test_pattern_and_noise_are_reproducible(make_bench):
    def run(serial, seed, number_=0):
        bench = make_bench("typical", serial, seed)
        bench.chip.fabric.begin_run(number_)
        power(bench)
        debug_line(bench, 310)
        bench.chip.advance(1_000_000)
        return convert(bench).ravel()

    first = run(1, 1)
    np.testing.assert_array_equal(first, run(1, 1))
    assert (first != run(1, 2)).any() and (first != run(1, 1, 3)).any()
    assert np.corrcoef(first, run(1, 2))[0, 1] > 0.9 > np.corrcoef(first, run(2, 1))[0, 1]


def test_converting_does_not_change_what_neurons_do(make_bench):
    def run(reads):
        bench = make_bench("typical")
        power(bench)
        neurons(bench, 600)
        start = bench.chip.now
        for neuron in range(512):
            neuron_cell(bench, neuron, 0, 700)
        for k in range(reads):
            bench.read(address(), start + 5000 * k)
        bench.chip.advance(start + 100_000)
        return [bench.chip.fabric.analog.voltage(neuron, 0) for neuron in range(512)]

    assert run(0) == run(15)


def test_reset_clears_samples_and_ends_conversions(bench):
    power(bench)
    debug_line(bench, 310)
    convert(bench)
    bench.chip.reset(bench.chip.now)
    assert not bench.chip.fabric.cadc.read().any()
    bench.read(address())
    assert not bench.chip.fabric.cadc.read().any()
