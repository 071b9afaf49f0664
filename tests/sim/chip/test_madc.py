"""The fast converter: state machine, rate, counts, dummy data, signal path."""

import numpy as np
import pytest

from haldls import CapMemCell, MADCConfig, MADCControl, NeuronConfig, PadMultiplexerConfig, ReadoutSourceSelection
from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.numbers import number
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip

TO_STAMP = number("madc_to_stamp")
READOUT_CELLS = [1689, 1819, 1949, 908, 4028]  # ac_mux_i_bias, madc_in_500na, sc_amp_i_bias, sc_amp_v_ref, pseudo_diff_v_ref
READOUT_AMPLIFIER = 18 * 130 + 128
V_LEAK, I_LEAK = 0, 8 * 130  # cell of column 0


def wake(bench, tick=0):
    bench.put(MADCControl(wake_up=True, enable_pre_amplifier=True), tick=tick)


def start(bench, tick, **others):
    """One recording: the start bit is taken back at once."""
    for begins in (True, False):
        bench.put(MADCControl(start_recording=begins, enable_pre_amplifier=True, **others), tick=tick)


def stop(bench, tick, **others):
    bench.put(MADCControl(stop_recording=True, enable_pre_amplifier=True, **others), tick=tick)


@pytest.mark.parametrize(
    ("adjust", "scaling", "scale", "period"),
    [(5, False, 0, 17), (0, False, 9, 12), (7, False, 0, 19), (5, True, 0, 34), (0, True, 10, 264), (5, True, 99, 3400)],
)
def test_sample_rate(bench, adjust, scaling, scale, period):
    bench.put(MADCConfig(enable_dummy_data=True, sample_duration_adjust=adjust, enable_madc_clock_scaling=scaling,
                         madc_clock_scale_value=scale, number_of_samples=500))  # fmt: skip
    wake(bench)
    start(bench, 1000)
    samples = bench.samples(1000 + 600 * period)
    assert len(samples) == 500
    np.testing.assert_array_equal(samples["tick"], 1000 + TO_STAMP + period * np.arange(500))


def test_dummy_data_is_the_sample_counter(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=5000))
    wake(bench)
    start(bench, 1000)
    np.testing.assert_array_equal(bench.samples(200_000)["body"], np.arange(5000) & 1023)


def test_default_rate_is_thirty_megasamples(bench):
    bench.put(MADCConfig(enable_dummy_data=True))
    wake(bench)
    start(bench, 1000, enable_continuous_sampling=True)
    count = len(bench.samples(1000 + 500_000))
    assert count == pytest.approx(29_412, abs=5)


def test_a_slower_clock_slows_the_samples(bench):
    bench.chip.fabric.madc.set_clock(400e6)
    bench.put(MADCConfig(enable_dummy_data=True))
    wake(bench)
    start(bench, 1000, enable_continuous_sampling=True)
    assert len(bench.samples(501_000)) == pytest.approx(400e6 / 17 * 1e-3, abs=5)


def test_continuous_sampling_ends_with_stop(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    wake(bench)
    start(bench, 1000, enable_continuous_sampling=True)
    stop(bench, 1000 + 17 * 100)
    assert len(bench.samples(100_000)) == 101


def test_a_start_right_after_stop_and_number_gives_a_second_recording(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    wake(bench)
    for tick in (1000, 2000):
        start(bench, tick)
    assert bench.samples(100_000)["body"].tolist() == 2 * list(range(10))


def test_samples_and_spikes_leave_in_time_order(bench):
    bench.put(MADCConfig(enable_dummy_data=True))
    wake(bench)
    start(bench, 1000, enable_continuous_sampling=True)
    bench.chip.spikes(np.arange(300, dtype=np.uint16), np.arange(1000, 31_000, 100))
    bench.chip.advance(40_000)
    out = bench.chip.take_out()
    assert set(out["kind"].tolist()) == {0, 1}
    assert (np.diff(out["tick"]) >= 0).all()


def test_power_up_takes_its_time(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=1, powerup_wait_value=400))
    wake(bench, 1000)
    start(bench, 1100)
    assert bench.samples(5000)["tick"].tolist() == [1400 + TO_STAMP]


def test_a_start_bit_that_stands_begins_the_next_recording_without_a_gap(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    wake(bench)
    bench.put(MADCControl(start_recording=True), tick=1000)
    bench.put(MADCControl(), tick=1000 + 17 * 25)
    samples = bench.samples(100_000)
    assert samples["body"].tolist() == 3 * list(range(10))
    assert set(np.diff(samples["tick"]).tolist()) == {17}


def test_a_wake_up_bit_that_stands_wakes_again(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    control = MADCControl(wake_up=True, start_recording=True, enable_power_down_after_sampling=True)
    bench.put(control, tick=1000)
    assert len(bench.samples(1000 + 3 * (96 + 170) + 96)) == 30


def test_a_stop_bit_that_stands_keeps_recordings_from_beginning(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    wake(bench)
    bench.put(MADCControl(start_recording=True, stop_recording=True), tick=1000)
    assert len(bench.samples(5000)) == 0
    bench.put(MADCControl(start_recording=True), tick=6000)
    assert len(bench.samples(6000 + 17 * 9 + TO_STAMP)) == 10


def test_a_start_without_power_does_nothing(bench):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    start(bench, 1000)
    assert len(bench.samples(10_000)) == 0
    assert bench.chip.fabric.counters()["madc_starts_ignored"] == 1


@pytest.mark.parametrize("power_down", [False, True])
def test_power_down_after_sampling(bench, power_down):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=10))
    wake(bench)
    start(bench, 1000, enable_power_down_after_sampling=power_down)
    assert len(bench.samples(10_000)) == 10
    start(bench, 20_000)
    assert len(bench.samples(50_000)) == (0 if power_down else 10)


@pytest.mark.parametrize(
    ("first", "length", "pattern"),
    [(0, 0, [0] * 8), (1, 0, [1] * 8), (0, 1, [0, 0, 1, 0, 1, 0, 1, 0]), (1, 2, [1, 1, 1, 0, 0, 1, 1, 0])],
)
def test_channels_lag_behind_the_active_mux_by_a_sample(bench, first, length, pattern):
    bench.put(MADCConfig(enable_dummy_data=True, number_of_samples=8, active_mux_initially_selected_input=first,
                         active_mux_input_select_length=length))  # fmt: skip
    wake(bench)
    start(bench, 1000)
    assert (bench.samples(10_000)["body"] >> 10).tolist() == pattern


def connect(bench, neurons, buffer=0, biased=True):
    """Neurons (enums) of the top row on readout buffer `buffer`."""
    selection = ReadoutSourceSelection()
    multiplexer = selection.get_buffer(buffer)
    multiplexer.neuron_even = [True, False]
    selection.set_buffer(buffer, multiplexer)
    bench.put(selection)
    for neuron in neurons:
        bench.put(NeuronConfig(enable_readout=True, enable_readout_amplifier=True, membrane_capacitor_size=63), neuron)
    for cell in READOUT_CELLS if biased else []:
        bench.put(CapMemCell(500 if cell < 3000 and cell != 908 else 400), cell)
    for block in range(4):
        bench.put(CapMemCell(110), block * 3120 + READOUT_AMPLIFIER)


def leak(bench, neuron, code):
    """Membrane of a neuron of the top left block to a leak potential."""
    bench.put(CapMemCell(code), V_LEAK + neuron)
    bench.put(CapMemCell(500), I_LEAK + neuron)


def record(bench, tick, count=300, config=None):
    bench.put(config or MADCConfig(number_of_samples=count), tick=tick)
    wake(bench, tick)
    start(bench, tick + 10_000)
    return bench.samples(tick + 20_000 + 40 * count)["body"]


@pytest.mark.parametrize(("neuron", "code"), [(2, 700), (44, 500)])
def test_a_membrane_is_seen_on_the_converters_scale(bench, neuron, code):
    connect(bench, [neuron])
    leak(bench, neuron, code)
    samples = record(bench, 500_000)
    expected = (-0.32 + 1.2e-3 * code + 0.046) / 1.52e-3
    assert samples == pytest.approx(expected, abs=3)


@pytest.mark.parametrize("pad", [0, 1])
def test_a_voltage_at_a_pad_is_seen(make_bench, pad):
    """0.1 V to 1 V in three steps as calibrations characterise the converter: a straight line, and little noise."""
    bench = make_bench("typical")
    connect(bench, [])
    bench.put(PadMultiplexerConfig(debug_to_pad=True), pad)
    selection = ReadoutSourceSelection()
    multiplexer = selection.get_buffer(0)
    multiplexer.neuron_even = [False, False]
    setattr(multiplexer, ("debug_plus", "debug_minus")[pad], True)
    selection.set_buffer(0, multiplexer)
    bench.put(selection)
    bench.put(MADCConfig())
    wake(bench)
    start(bench, 10_000, enable_continuous_sampling=True)
    means, volts = [], [0.1, 0.4, 0.7, 1.0]
    for step, volt in enumerate(volts):
        bench.samples(20_000 + 10_000 * step)
        bench.chip.fabric.columns.lines.set_pad(pad, volt)
        samples = bench.samples(25_000 + 10_000 * step)["body"][8:].astype(int)
        assert 0 < samples.std() < 2
        means.append(samples.mean())
    slope, zero = np.polyfit(volts, means, 1)
    assert means == pytest.approx(zero + slope * np.array(volts), abs=3)
    assert slope == pytest.approx(1 / 1.52e-3, rel=4 * 0.04)


def test_a_pad_that_nobody_drives_shows_nothing(bench):
    connect(bench, [])
    bench.put(PadMultiplexerConfig(debug_to_pad=True), 0)
    selection = ReadoutSourceSelection()
    multiplexer = selection.get_buffer(0)
    multiplexer.debug_plus = True
    selection.set_buffer(0, multiplexer)
    bench.put(selection)
    assert record(bench, 500_000).std() > 50


@pytest.mark.parametrize("neurons", [[2, 10], [2, 10, 44], [2, 4, 6, 8, 10, 12, 14, 16]])
def test_neurons_that_a_line_joins_are_averaged(bench, neurons):
    connect(bench, neurons)
    codes = [450 + 60 * place for place in range(len(neurons))]
    for neuron, code in zip(neurons, codes, strict=True):
        leak(bench, neuron, code)
    assert record(bench, 500_000).mean() == pytest.approx((-0.32 + 1.2e-3 * np.mean(codes) + 0.046) / 1.52e-3, abs=3)


def test_two_channels_show_two_lines(bench):
    connect(bench, [2], 0)
    selection = ReadoutSourceSelection()
    for buffer, line in ((0, "neuron_even"), (1, "neuron_odd")):
        multiplexer = selection.get_buffer(buffer)
        setattr(multiplexer, line, [True, False])
        selection.set_buffer(buffer, multiplexer)
    bench.put(selection)
    bench.put(NeuronConfig(enable_readout=True, enable_readout_amplifier=True, membrane_capacitor_size=63), 3)
    leak(bench, 2, 700)
    leak(bench, 3, 500)
    samples = record(bench, 500_000, config=MADCConfig(number_of_samples=300, active_mux_input_select_length=1))
    for channel, code in ((1, 700), (0, 500)):
        values = samples[1:][samples[1:] >> 10 == channel] & 1023
        assert values.mean() == pytest.approx((-0.32 + 1.2e-3 * code + 0.046) / 1.52e-3, abs=3)


@pytest.mark.parametrize("broken", ["no bias", "no neuron", "no preamplifier connection"])
def test_without_a_signal_path_the_samples_are_noise(bench, broken):
    connect(bench, [] if broken == "no neuron" else [2], biased=broken != "no bias")
    leak(bench, 2, 700)
    connected = broken != "no preamplifier connection"
    samples = record(bench, 500_000, config=MADCConfig(number_of_samples=300, signal_selection_connect_preamp=connected))
    assert samples.mean() == pytest.approx(512, abs=30)
    assert samples.std() == pytest.approx(100, rel=0.2)


def test_noise_of_a_typical_chip(make_bench):
    bench = make_bench("typical")
    connect(bench, [2])
    leak(bench, 2, 700)
    samples = record(bench, 500_000, count=3000)
    assert 1.0 < np.diff(samples.astype(float)).std() / np.sqrt(2) < 1.5
    assert samples.std() < 3


def test_same_seed_same_samples(make_bench):
    def run(serial, seed, number=0):
        bench = make_bench("typical", serial, seed)
        bench.chip.fabric.begin_run(number)
        connect(bench, [2])
        leak(bench, 2, 700)
        return record(bench, 500_000).tolist()

    assert run(1, 1) == run(1, 1)
    assert run(1, 1) != run(1, 2)
    assert run(1, 1) != run(1, 1, 5)
    assert abs(np.mean(run(1, 1)) - np.mean(run(2, 1))) > 1


def test_looking_in_between_changes_nothing(make_bench):
    def run(step):
        bench = make_bench("typical")
        connect(bench, [2])
        leak(bench, 2, 700)
        bench.put(MADCConfig(number_of_samples=1000))
        wake(bench)
        start(bench, 1000)
        return np.concatenate([bench.samples(tick) for tick in range(0, 30_000, step)])

    np.testing.assert_array_equal(run(29_999), run(333))


def test_first_samples_mean_nothing_on_a_chip_with_this_quirk(make_bench):
    """Those of the first 8 us; afterwards they are what they are on any chip."""
    found = {}
    for quirks in ([], ["madc start"]):
        bench = make_bench()
        bench.chip = Chip(VirtualChip(7, "ideal", quirks), 1)
        connect(bench, [2])
        leak(bench, 2, 700)
        found[bool(quirks)] = record(bench, 500_000, count=600).astype(int)
    invalid = found[True] != found[False]
    assert found[False].std() < 3 and found[True][:230].std() > 50
    assert invalid[:230].mean() > 0.95 and not invalid[8 * 500 // 17 + 1 :].any()


def test_first_samples_mean_nothing_whatever_the_period_becomes(make_bench):
    """8 us from the start of the recording, also when the samples become slower or faster meanwhile."""
    for other in (MADCConfig(sample_duration_adjust=7), MADCConfig(enable_madc_clock_scaling=True, madc_clock_scale_value=9)):
        bench = make_bench()
        bench.chip = Chip(VirtualChip(7, "ideal", ["madc start"]), 1)
        connect(bench, [2])
        leak(bench, 2, 700)
        bench.put(MADCConfig(), tick=500_000)
        wake(bench, 500_000)
        start(bench, 510_000, enable_continuous_sampling=True)
        bench.put(other, tick=512_000)
        samples = bench.samples(530_000)
        late = samples["tick"] - TO_STAMP - 510_000 >= 4000
        assert samples["body"][late].astype(int).std() < 3
        assert samples["body"][~late].astype(int).std() > 50


def test_unknown_quirks_are_refused():
    with pytest.raises(ConfigurationError, match=r"'limp'.*there are: 'capmem settling', 'madc start', 'capmem crosstalk', 'stuck"):
        VirtualChip(7, "ideal", ["limp"])
