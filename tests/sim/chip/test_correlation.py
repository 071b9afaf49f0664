"""Correlation sensors: what pulses store, how it is reset, and what the parallel converter shows of it."""

import numpy as np
import pytest
from correlation_reference import ACAUSAL, CAUSAL, pairs, shown
from held_out_correlation import COLUMNS, ROWS, draw

from halco import CapMemBlockOnDLS, CapMemCellOnCapMemBlock, EntryOnQuad
from haldls import (
    BlockPostPulse,
    CADCChannelConfig,
    CADCConfig,
    CADCSampleQuad,
    CapMemCell,
    ColumnCorrelationQuad,
    CommonCorrelationConfig,
    CommonNeuronBackendConfig,
    CommonPADIBusConfig,
    CorrelationReset,
    NeuronBackendConfig,
    NeuronConfig,
    NeuronReset,
    NeuronResetQuad,
    PADIEvent,
    SynapseCorrelationCalibQuad,
    SynapseDriverConfig,
    SynapseLabelQuad,
)
from hicannx_sim import System
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip
from hicannx_sim.correlation import LEVELS

US = 500  # ticks
LABEL = 15
CELLS = 3120


def cell(bench, name, code, blocks=range(CapMemBlockOnDLS.size)):
    for block in blocks:
        bench.put(CapMemCell(code), block * CELLS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum()))


def label(bench, value, rows=range(512), quads=range(64)):
    quad = SynapseLabelQuad()
    quad.values[:] = [value] * 4
    for row in rows:
        for column in quads:
            bench.put(quad, 64 * row + column)


def calibrate(bench, row, amp, time):
    quad = SynapseCorrelationCalibQuad()
    quad.amp_calibs[:], quad.time_calibs[:] = [amp] * 4, [time] * 4
    for column in range(64):
        bench.put(quad, 64 * row + column)


def configure(bench, store=70, ramp=80, rows=(), refractory=20):
    """Drivers of rows that answer to their own row select address, neurons that fire when they are reset, biases as software sets them."""
    for name, code in (("syn_i_bias_store", store), ("syn_i_bias_ramp", ramp), ("syn_i_bias_corout", 600)):
        cell(bench, name, code)
    for half in range(2):
        bench.put(CommonCorrelationConfig(), half)
        bench.put(CommonPADIBusConfig(), half)
        bench.put(CommonNeuronBackendConfig(), half)
    driver = SynapseDriverConfig(enable_receiver=True, enable_address_out=True, row_address_compare_mask=31)
    driver.row_mode_bottom = driver.row_mode_top = SynapseDriverConfig.RowMode.excitatory
    for number in range(256):
        bench.put(driver, number)
    for neuron in range(512):
        bench.put(NeuronConfig(enable_fire=True), neuron)
        bench.put(NeuronBackendConfig(refractory_time=refractory), neuron)
    label(bench, LABEL, rows)
    bench.chip.advance(bench.chip.now + US)


def pre(bench, row, tick, address=LABEL):
    """A pulse on the two rows of the driver of row 0..511, 50 ticks after the write."""
    driver = row % 256 // 2
    event = PADIEvent(event_address=address, row_select_address=driver // 4)
    event.fire_bus = [bus == driver % 4 for bus in range(4)]
    bench.put(event, row // 256, tick=tick - 50)


def post(bench, neuron, tick):
    """A post-synaptic pulse of a neuron, 50 ticks after the write."""
    column = neuron & 255
    bench.put(NeuronReset(), (column >> 7) << 8 | neuron >> 8 << 7 | column & 127, tick=tick - 50)


def play(bench, pulses, start=None):
    """(us, function, arguments) in the order of their times, counted from now."""
    start = bench.chip.now + 50 * US if start is None else start
    for time, send, place in sorted(pulses, key=lambda pulse: pulse[0]):
        send(bench, place, start + round(time * US))
    bench.chip.advance(start + round(max(time for time, _, _ in pulses) * US) + US)


def stored(bench):
    return bench.chip.fabric.sensors.stored()


def converters(bench):
    """Converters as after the default calibration of an ideal chip, connected to the sensors."""
    switch = ColumnCorrelationQuad.ColumnCorrelationSwitch(enable_internal_causal=True, enable_internal_acausal=True)
    quad = ColumnCorrelationQuad()
    for entry in range(4):
        quad.set_switch(EntryOnQuad(entry), switch)
    for number in range(128):
        bench.put(quad, number)
    for half in range(2):
        bench.put(CADCConfig(enable=True), half)
    for name, code in (("cadc_v_bias_ramp_buf", 400), ("cadc_i_bias_comp", 1022), ("cadc_i_bias_vreset_buf", 1022),
                       ("cadc_v_ramp_offset", 60), ("cadc_i_ramp_slope", 350)):  # fmt: skip
        cell(bench, name, code)
    for channel in range(1024):
        bench.put(CADCChannelConfig(), channel)


TRIGGER = CADCSampleQuad.read_addresses()[:, 0].astype(int)


def read(bench, row):
    """int[2, 256]: samples of the causal and acausal channels for a row 0..511."""
    bench.read(int(TRIGGER[(row >> 8 << 16) + ((row & 255) << 6)]))
    return bench.chip.fabric.cadc.read()[row >> 8].astype(int)


# -- what is stored


@pytest.mark.parametrize("mode", ["ideal", "typical"])
@pytest.mark.parametrize("instructions", range(len(LEVELS)))
def test_random_trains_store_what_the_equations_say(mode, instructions, make_bench):
    """Labels that differ within a row, rows that see several addresses, pulses that meet in one tick."""
    bench = make_bench(mode)
    bench.chip.fabric.sensors.instructions = instructions
    configure(bench)
    random = np.random.default_rng(3)
    labels = random.integers(0, 3, (256, 256)).astype(np.uint8)
    for row in range(0, 40):
        for quad in range(64):
            content = SynapseLabelQuad()
            content.values[:] = labels[row, columns_of(quad)].tolist()
            bench.put(content, 64 * (256 + row) + quad)
    labels[40:] = 0
    start = bench.chip.now + 10 * US
    chosen = [(int(tick), 0, int(row), int(address)) for tick, row, address in zip(
        start + 4 * random.integers(0, 25 * US, 400), random.integers(0, 20, 400), random.integers(0, 3, 400), strict=True)]  # fmt: skip
    chosen += [(int(tick), 1, int(column), 0) for tick, column in zip(
        start + 4 * random.integers(0, 25 * US, 300), random.integers(0, 256, 300), strict=True)]  # fmt: skip
    pulses_pre, pulses_post, refractory = [], [], {}
    for tick, kind, place, address in sorted(chosen):
        if kind == 0:
            pre(bench, 256 + 2 * place, tick, address)
            pulses_pre += [(tick, 2 * place, address), (tick, 2 * place + 1, address)]
        elif tick - refractory.get(place, -US) > US:
            post(bench, 256 + place, tick)
            refractory[place] = tick
            pulses_post.append((tick, place))
    bench.chip.advance(start + 101 * US)
    amplitude, tau = bench.chip.fabric.sensors.parameters()
    expected = pairs(pulses_pre, pulses_post, labels, amplitude[:, 256:], tau[:, 256:])
    found = stored(bench)
    assert expected[CAUSAL].max() > 1 and expected[ACAUSAL].max() > 1
    np.testing.assert_allclose(found[:, 256:], expected, rtol=2e-4, atol=1e-6)
    assert not found[:, :256].any()


def columns_of(quad):
    return 8 * (quad & 31) + 2 * np.arange(4) + (quad >> 5)


def synapses(bench, drawn):
    """Labels and calibration bits of the first rows and columns."""
    for row in range(ROWS):
        for quad in (quad for quad in range(64) if columns_of(quad)[0] < COLUMNS):
            labels, bits, at = SynapseLabelQuad(), SynapseCorrelationCalibQuad(), columns_of(quad)
            labels.values[:] = drawn.labels[row, at].tolist()
            bits.amp_calibs[:], bits.time_calibs[:] = drawn.amp[row, at].tolist(), drawn.time[row, at].tolist()
            bench.put(labels, 64 * row + quad)
            bench.put(bits, 64 * row + quad)


def test_what_random_settings_and_trains_store_and_show_is_right_to_half_an_lsb(make_bench, request):
    """On a chip without mismatch, from the codes alone; `--seeds`, `--first-seed`: other draws."""
    first = request.config.getoption("first_seed")
    for seed in range(first, first + request.config.getoption("seeds")):
        drawn, bench = draw(seed), make_bench("ideal")
        configure(bench, store=drawn.store, ramp=drawn.ramp)
        converters(bench)
        synapses(bench, drawn)
        bench.chip.fabric.sensors.set_voltages(1.85, drawn.volts)
        baseline = np.array([read(bench, row) for row in range(ROWS)])[:, :, :COLUMNS]
        start = bench.chip.now + 10 * US
        pulses = [(tick, pre, 2 * driver, (address,)) for tick, driver, address in drawn.pre]
        pulses += [(tick, post, column, ()) for tick, column in drawn.post]
        for tick, send, place, address in sorted(pulses, key=lambda pulse: pulse[0]):
            send(bench, place, start + tick, *address)
        bench.chip.advance(start + max(tick for tick, *_ in pulses) + US)
        expected, found = drawn.stored(), stored(bench)[:, :ROWS, :COLUMNS]
        assert expected.max() > 0.1, seed
        np.testing.assert_allclose(found, expected, rtol=1e-3, atol=0.01, err_msg=str(seed))
        seen = baseline - np.array([read(bench, row) for row in range(ROWS)])[:, :, :COLUMNS]
        assert np.abs(seen.transpose(1, 0, 2) - shown(expected)).max() <= 0.5 + 0.01 + 1e-3 * 160, seed


def test_amplitude_and_time_constant_follow_biases_and_calibration_bits(bench):
    configure(bench, store=140, ramp=40)
    cell(bench, "syn_i_bias_store", 35, blocks=[1])
    calibrate(bench, 3, amp=2, time=1)
    amplitude, tau = bench.chip.fabric.sensors.parameters()
    np.testing.assert_allclose(amplitude[:, 0, :128], 0.25, rtol=1e-3)
    np.testing.assert_allclose(amplitude[:, 0, 128:], 1.0, rtol=1e-3)
    np.testing.assert_allclose(tau[:, [0, 511]], 10.0, rtol=1e-3)
    np.testing.assert_allclose(amplitude[:, 3, :128], 0.25 * 0.65, rtol=1e-3)
    np.testing.assert_allclose(tau[:, 3], 8.5, rtol=1e-3)


def test_a_typical_chip_differs_from_sensor_to_sensor_as_software_allows():
    """30th and 70th percentile of a quadrant within a factor of 2 of the target, medians near it."""
    chip = Chip(VirtualChip(11), 1)
    chip.fabric.sensors.parameters()
    bench_cells = [block * CELLS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum()) for block in range(4)
                   for name in ("syn_i_bias_store", "syn_i_bias_ramp")]  # fmt: skip
    for at, code in zip(bench_cells, [70, 80] * 4, strict=True):
        chip.write_all(CapMemCell.write_addresses([at])[0], CapMemCell(code).encode())
    amplitude, tau = chip.fabric.sensors.parameters()
    for values, target in ((amplitude, 0.5), (tau, 5.0)):
        low, middle, high = np.percentile(values, [30, 50, 70])
        assert target / 1.5 < low < middle < high < 1.5 * target
        assert abs(middle / target - 1) < 0.1
    assert 1.0 < np.median(amplitude[ACAUSAL]) / np.median(amplitude[CAUSAL]) < 1.1
    assert abs(np.corrcoef(amplitude[0].ravel(), tau[0].ravel())[0, 1]) < 0.02


@pytest.mark.parametrize(("delay", "branch", "expected"), [(1, CAUSAL, 12.3), (5, CAUSAL, 5.5), (-1, ACAUSAL, 12.3), (-5, ACAUSAL, 5.5)])
def test_thirty_pairs_as_software_measures_them(bench, delay, branch, expected):
    configure(bench, rows=[20, 21])
    converters(bench)
    baseline = read(bench, 20)
    np.testing.assert_array_equal(baseline, 200)
    pulses = [(500 * n, pre, 20) for n in range(30)] + [(500 * n + delay, post, 7) for n in range(30)]
    play(bench, pulses)
    lowered = baseline - read(bench, 20)
    assert abs(lowered[branch, 7] - expected) <= 1
    assert lowered[1 - branch, 7] == 0 and not np.delete(lowered, 7, axis=1).any()
    assert abs(stored(bench)[branch, 20, 7] - expected) < 0.05


def test_140_pairs_of_half_an_lsb(bench):
    configure(bench, rows=[20])
    play(bench, [(500 * n, pre, 20) for n in range(140)] + [(500 * n + 10, post, 7) for n in range(140)])
    assert abs(stored(bench)[CAUSAL, 20, 7] - 9.5) < 0.05


def test_each_pulse_meets_the_latest_of_the_other_side(bench):
    configure(bench, rows=[0])
    play(bench, [(0, pre, 0), (2, pre, 0), (3, post, 9), (7, post, 9), (8, pre, 0)])
    half = 0.5
    causal, acausal = half * (np.exp(-1 / 5) + np.exp(-5 / 5)), half * np.exp(-1 / 5)
    np.testing.assert_allclose(stored(bench)[:, 0, 9], [causal, acausal], rtol=1e-3)


def test_only_synapses_with_the_label_see_a_pulse(bench):
    configure(bench, rows=[4])
    label(bench, 16, rows=[4], quads=[0])  # columns 0, 2, 4, 6
    play(bench, [(0, pre, 4), (1, post, 2), (1, post, 3), (2, pre, 4)])
    assert (stored(bench)[:, 4, [2, 3]] > 0).tolist() == [[False, True], [False, True]]


def test_a_label_that_is_written_acts_from_the_next_pulse_on(bench):
    configure(bench, rows=[4])
    play(bench, [(0, pre, 4), (1, post, 3)])
    label(bench, 16, rows=[4])
    before = stored(bench)
    play(bench, [(1000, pre, 4), (1001, post, 3)])
    np.testing.assert_array_equal(stored(bench), before)
    assert before[CAUSAL, 4, 3] > 0


@pytest.mark.parametrize("bias", ["syn_i_bias_store", "syn_i_bias_ramp"])
def test_without_a_bias_nothing_is_stored_and_nothing_happens(bench, bias):
    configure(bench, rows=[4])
    cell(bench, bias, 0)
    play(bench, [(0, pre, 4), (1, post, 3), (2, pre, 4)])
    assert not stored(bench).any()
    assert bench.chip.fabric.sensors.arrays()["n_pre"] == 0


def test_rows_that_are_off_and_neurons_that_do_not_fire_send_nothing(bench):
    configure(bench, rows=[4, 5])
    driver = SynapseDriverConfig(enable_receiver=True, enable_address_out=True, row_address_compare_mask=31)
    driver.row_mode_bottom = SynapseDriverConfig.RowMode.disabled
    driver.row_mode_top = SynapseDriverConfig.RowMode.inhibitory
    bench.put(driver, 2)
    bench.put(NeuronConfig(enable_fire=False), 6)
    play(bench, [(0, pre, 4), (1, post, 3), (1, post, 6), (2, pre, 4)])
    seen = stored(bench)[:, 4:6][..., [3, 6]] > 0
    assert seen.tolist() == [[[False, False], [True, False]], [[False, False], [True, False]]]


def test_a_block_post_pulse_reaches_all_columns_of_a_half(bench):
    configure(bench, rows=[4])
    bench.put(NeuronBackendConfig(post_overwrite=True), 5)
    play(bench, [(0, pre, 4), (1, lambda bench, block, tick: bench.put(BlockPostPulse(), block, tick=tick - 50), 1)])
    np.testing.assert_allclose(stored(bench)[CAUSAL, 4, 128:], 0.5 * np.exp(-1 / 5), rtol=1e-3)
    assert not stored(bench)[CAUSAL, 4, :128].any()


def test_with_post_overwrite_only_block_post_pulses_count(bench):
    configure(bench, rows=[4])
    bench.put(NeuronBackendConfig(post_overwrite=True, refractory_time=20), 5)
    play(bench, [(0, pre, 4), (1, post, 5)])
    assert not stored(bench).any()
    play(bench, [(1000, pre, 4), (1001, lambda bench, block, tick: bench.put(BlockPostPulse(), block, tick=tick - 50), 0)])
    assert stored(bench)[CAUSAL, 4, 5] > 0.4


def test_neurons_that_fire_by_themselves_send_pulses(bench):
    """Artificial and own spikes take the same way: the recorded spikes tell when."""
    configure(bench, rows=[4])
    config = NeuronConfig(enable_fire=True, enable_threshold_comparator=True, membrane_capacitor_size=63)
    bench.put(config, 3)
    for row, code in ((0, 1000), (1, 500), (2, 350), (8, 300), (9, 1000)):  # leak, reset, threshold; leak and reset bias
        bench.put(CapMemCell(code), row * 130 + 3)
    bench.chip.advance(bench.chip.now + 200 * US)
    play(bench, [(20 * n, pre, 4) for n in range(100)])
    assert (stored(bench)[:, 4, 3] > 0.5).all()
    assert not stored(bench)[:, 4, 4].any()


# -- reset


def paired(bench, rows=(0, 4)):
    configure(bench, rows=rows)
    for row in rows:
        play(bench, [(0, pre, row), (1, post, 3), (1, post, 4), (2, pre, row)])


def test_a_reset_forgets_both_branches_of_a_quad(bench):
    paired(bench)
    before = stored(bench)
    bench.put(CorrelationReset(), 64 * 4 + 32)  # columns 1, 3, 5, 7
    left = stored(bench)
    assert (before[:, [0, 4]][..., [3, 4]] > 0.3).all()
    assert (left[:, 4, 3] < 1e-3).all()
    np.testing.assert_array_equal(left[:, 4, 4], before[:, 4, 4])
    np.testing.assert_array_equal(left[:, 0], before[:, 0])


def test_a_short_reset_leaves_most(bench):
    paired(bench)
    before = stored(bench)[:, 4, 3]
    bench.put(CommonCorrelationConfig(reset_duration=5), 0)
    bench.put(CorrelationReset(), 64 * 4 + 32)
    np.testing.assert_allclose(stored(bench)[:, 4, 3] / before, np.exp(-0.032 / 0.1), rtol=1e-3)


def test_resetting_a_quad_of_neurons_resets_the_sensors_of_row_0(bench):
    paired(bench)
    before = stored(bench)
    bench.put(NeuronResetQuad(), 32)
    after = stored(bench)
    assert (before[:, 0, [3, 4]] > 0.3).all()
    assert (after[:, 0, 3] < 1e-3).all()
    np.testing.assert_array_equal(after[:, 0, 4], before[:, 0, 4])
    np.testing.assert_array_equal(after[:, 4], before[:, 4])


# -- what the converter shows


def test_the_reading_is_linear_and_then_stops(bench):
    """Pairs of 35 LSB: 5 us apart nothing else than their number counts."""
    configure(bench, store=1, ramp=8, rows=[20])  # 35 LSB a pair, 50 us
    bench.chip.fabric.sensors.set_voltages(1.85, 1.1)  # no drop of the level at weak biases
    cell(bench, "syn_i_bias_store", 4)
    converters(bench)
    baseline = read(bench, 20)[CAUSAL, 7]
    for n in range(1, 12):
        play(bench, [(2000, pre, 20), (2001, post, 7)])
        expected = shown(np.array(n * 35 / 4 * (1 + 8 * 0.2) * np.exp(-1 / 50)))
        assert abs(baseline - read(bench, 20)[CAUSAL, 7] - expected) <= 1
    assert expected == 160


def test_only_the_row_that_is_read_is_shown(bench):
    configure(bench, rows=[20, 21, 256 + 20])
    converters(bench)
    play(bench, [(0, pre, 20), *[(40 * n + 1, post, 7) for n in range(1)]])
    cell(bench, "syn_i_bias_store", 2)
    play(bench, [(1000, pre, 20), (1001, post, 7)])
    fresh = read(bench, 30)[CAUSAL, 7]
    assert fresh - read(bench, 20)[CAUSAL, 7] > 10
    assert read(bench, 256 + 20)[CAUSAL, 7] == fresh


def test_the_level_follows_the_reset_voltage_of_the_board_and_weak_store_biases(bench):
    configure(bench)
    converters(bench)
    levels = {}
    for volts in ((1.85, 0.9), (1.65, 0.9), (0.0, 0.0)):
        bench.chip.fabric.sensors.set_voltages(*volts)
        levels[volts] = read(bench, 9)[0, 0]
    assert levels[1.85, 0.9] == 200
    assert abs(levels[1.65, 0.9] - (200 - 0.2 / 0.0045)) <= 1
    assert levels[0.0, 0.0] == 0
    bench.chip.fabric.sensors.set_voltages(1.85, 0.9)
    cell(bench, "syn_i_bias_store", 25)
    assert abs(read(bench, 9)[0, 0] - 160) <= 1
    cell(bench, "syn_i_bias_corout", 0)
    assert read(bench, 9)[0, 0] == 0


def test_levels_of_a_typical_chip_differ_and_each_read_has_noise(make_bench):
    bench = make_bench("typical")
    configure(bench)
    converters(bench)
    reads = np.array([read(bench, 9) for _ in range(30)])
    assert 8 < reads.mean(axis=0).std() < 16
    assert 1.2 < reads.std(axis=0).mean() < 1.8
    assert reads.min() > 120


# -- what must make no difference


def history(bench, look):
    configure(bench, rows=[20, 21])
    converters(bench)
    random = np.random.default_rng(5)
    start = bench.chip.now + US
    for tick in np.cumsum(random.integers(40, 3000, 300)):
        if random.random() < 0.5:
            pre(bench, 20, start + int(tick), LABEL + int(random.integers(0, 2)))
        else:
            post(bench, int(random.integers(0, 20)), start + int(tick))
        look(bench)
    bench.chip.advance(start + 1_000_000)
    return stored(bench), read(bench, 20)


def test_who_looks_changes_nothing(make_bench):
    silent = history(make_bench("typical"), lambda bench: None)

    def look(bench):
        bench.chip.advance(bench.chip.now + 13)
        bench.chip.fabric.sensors.parameters()

    watched = history(make_bench("typical"), look)
    for a, b in zip(silent, watched, strict=True):
        np.testing.assert_array_equal(a, b)
    assert silent[0].max() > 1


def test_all_instruction_sets_store_the_same_bytes(make_bench):
    def of(level):
        bench = make_bench("typical")
        bench.chip.fabric.sensors.instructions = level
        return history(bench, lambda bench: None)[0].tobytes()

    assert len({of(level) for level in range(len(LEVELS))}) == 1


def test_times_long_ago_are_forgotten_and_new_ones_still_count(bench):
    """Beyond the range in which times are kept: several seconds of hardware time."""
    configure(bench, rows=[20])
    for second in range(4):
        play(bench, [(0, pre, 20), (1, post, 7)], start=bench.chip.now + second * 1_000_000 * US + US)
    np.testing.assert_allclose(stored(bench)[:, 20, 7], [4 * 0.5 * np.exp(-1 / 5), 0], rtol=1e-3, atol=1e-6)


def test_a_snapshot_holds_what_is_stored_and_when_pulses_came(make_bench):
    """The same goes on in a system that takes over the state, whether its own sensors were in use or not."""
    system, other = System(VirtualChip(3)), System(VirtualChip(3))
    for one in (system, other):
        one.chip.fabric.correlation.connect_board(lambda: (1.85, 0.9))
    bench, resumed = make_bench(chip=system.chip), make_bench(chip=other.chip)
    empty = system.snapshot()
    configure(bench, rows=[20])
    start = bench.chip.now + 50 * US
    pre(bench, 20, start)
    bench.chip.advance(start)
    kept = system.snapshot()
    assert len(kept) > len(empty) + 1_000_000
    other.restore(kept)
    for one in (bench, resumed):
        post(one, 7, start + US)
        one.chip.advance(start + 2 * US)
    assert stored(bench)[CAUSAL, 20, 7] > 0.1
    np.testing.assert_array_equal(stored(resumed), stored(bench))
    other.restore(empty)
    assert not stored(resumed).any()
    assert len(other.snapshot()) == len(empty)


def test_rows_of_one_label_and_of_several_store_alike(make_bench):
    """Rows whose synapses all have the label take another way than rows that have others besides."""
    results = []
    for others in ((), (63,)):
        bench = make_bench("typical")
        configure(bench, rows=[4, 5])
        for quad in others:
            label(bench, 16, rows=range(512), quads=[quad])
        play(bench, [(0, pre, 4), (1, post, 3), (2, pre, 4), (4, post, 3)])
        results.append(stored(bench)[:, 4:6, :200])
    np.testing.assert_array_equal(*results)
    assert results[0].max() > 0.1


def test_labels_of_a_whole_row_that_change_between_two_pulses(bench):
    configure(bench, rows=[4])
    play(bench, [(0, pre, 4)])
    label(bench, 16, rows=[4])
    post(bench, 3, bench.chip.now + 60)
    bench.chip.advance(bench.chip.now + US)
    assert not stored(bench).any()
