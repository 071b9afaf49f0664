"""Pulse lengths of the synapse drivers: short-term plasticity and hagen mode, seen as steps on the synaptic lines."""

import numpy as np
import pytest

from halco import CapMemCellOnCapMemBlock, CapMemCellOnDLS
from haldls import (
    CapMemCell,
    CommonPADIBusConfig,
    CommonSTPConfig,
    PADIEvent,
    SynapseDriverConfig,
    SynapseQuad,
)
from hicannx_sim.base.numbers import number

CELLS = 3120
EXCITATORY = SynapseDriverConfig.RowMode.excitatory
FULL = 63 * number("synapse_line_step") * 0.8  # one event of full length, weight 63, DAC bias 800 [V]


def cell(bench, name, code):
    for block in range(4):
        bench.put(CapMemCell(code), block * CELLS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum()))


def volts(code):
    return number("capmem_voltage_offset") + number("capmem_voltage_per_code") * code


def setup(bench, i_ramp=600, dac_bias=820):
    """Floating lines of the first neurons, one synapse per row: row r acts on the neuron of column r % 4 (quad 0: columns 0, 2, 4, 6)."""
    for name, code in (("stp_i_ramp", i_ramp), ("stp_i_calib", i_ramp), ("stp_i_bias_comparator", 1022), ("syn_i_bias_dac", 800)):
        cell(bench, name, code)
    for dac in (CapMemCellOnDLS.hagen_ibias_dac_top, CapMemCellOnDLS.hagen_ibias_dac_bottom):
        bench.put(CapMemCell(dac_bias), int(dac.toEnum()))
    bench.connect_synapses()
    synapses = SynapseQuad()
    synapses.weights = [63] * 4
    for row in range(512):
        bench.put(synapses, 64 * row)
    bench.chip.advance(bench.chip.now + 100_000)


def driver(bench, number_=0, **fields):
    config = SynapseDriverConfig(enable_receiver=True, row_mode_bottom=EXCITATORY, offset=7, enable_stp=True)
    for name, value in fields.items():
        setattr(config, name, value)
    bench.put(config, number_)


def hagen(bench, number_=0, dac_offset=33, **fields):
    usual = {"enable_hagen_modulation": True, "enable_hagen_dac": True, "enable_address_out": False, "hagen_dac_offset": dac_offset}
    driver(bench, number_, **usual | fields)


def step(bench, number_=0, address=0, after_us=0.0):
    """Relative length of one pulse, from the step on the excitatory line of the first column."""
    hemisphere = number_ // 128
    neuron = 256 * hemisphere
    bench.chip.advance(bench.chip.now + round(after_us * 500) // 50 * 50 + 50)
    before = bench.chip.fabric.analog.voltage(neuron, 1)
    event = PADIEvent(event_address=address, row_select_address=number_ % 128 // 4)
    event.fire_bus = [bus == number_ % 4 for bus in range(4)]
    bench.put(event, hemisphere)
    bench.chip.advance(bench.chip.now + 200)
    bench.chip.advance(bench.chip.now + 50)
    drop = (before - bench.chip.fabric.analog.voltage(neuron, 1)) / number("synapse_line_gain")
    deviation = (number("synapse_line_rest") - before) / number("synapse_line_gain")
    return drop / FULL / (1 - deviation / number("synapse_line_limit"))  # synapses draw the less, the lower their line is


def test_without_plasticity_a_pulse_has_its_full_length(bench):
    setup(bench)
    driver(bench, enable_stp=False)
    assert step(bench) == pytest.approx(1, rel=2e-3)


def calibrated(bench, number_=0):
    """Lengths of all activations, each from a line that has come to rest."""
    return np.array([step(bench, number_, 32 - activation, after_us=8000) for activation in range(1, 32)])


def test_hagen_mode_is_linear_in_the_activation(bench):
    """Amplitudes 0.9 x / 31 of the largest, as the calibration aims at."""
    setup(bench)
    hagen(bench)
    np.testing.assert_allclose(calibrated(bench) / number("hagen_pulse"), 0.9 * np.arange(1, 32) / 31, atol=0.02)


def test_hagen_mode_needs_its_dac(bench):
    setup(bench)
    hagen(bench, enable_hagen_dac=False)
    lengths = calibrated(bench)
    assert np.ptp(lengths) < 0.01 and lengths.min() > 0.9


def test_full_length_is_reached_with_a_strong_ramp_and_no_offset(make_bench):
    """Of all drivers of a typical chip: this is how the calibration finds the largest amplitude."""
    bench = make_bench("typical")
    setup(bench, i_ramp=1022)
    lengths = []
    for number_ in range(0, 256, 5):
        hagen(bench, number_, dac_offset=0)
        step(bench, number_, 1)
        lengths.append(bench.chip.fabric.drivers.length(bench.chip.fabric.analog, number_, 1, bench.chip.now))
    assert np.mean(np.array(lengths) > 0.98) > 0.95


@pytest.mark.parametrize(("cells", "more"), [({"i_ramp": 700}, True), ({"dac_bias": 1000}, False)])
def test_ramp_current_lengthens_and_dac_bias_shortens_weak_pulses(bench, make_bench, cells, more):
    setup(bench)
    hagen(bench)
    other = make_bench()
    setup(other, **cells)
    hagen(other)
    usual, changed = step(bench, address=32 - 6), step(other, address=32 - 6)
    assert changed > usual + 0.03 if more else changed < usual - 0.03


@pytest.mark.parametrize(("field", "largest"), [("hagen_dac_offset", 63), ("offset", 15)])
def test_offsets_shorten_pulses(bench, field, largest):
    setup(bench)
    lengths = []
    for value in range(0, largest + 1, largest // 3):
        hagen(bench, **{"dac_offset": 35} | {field: value}) if field == "offset" else hagen(bench, dac_offset=value)
        lengths.append(step(bench, address=16))
    assert (np.diff(lengths) < -0.05).all()


def test_wrong_settings_leave_no_linear_range(bench):
    """The hardware test's own counter-example."""
    setup(bench, i_ramp=400)
    hagen(bench, dac_offset=31)
    lengths = calibrated(bench)
    assert (lengths[:5] < 0.01).all() and lengths[-1] > 0.5


def test_a_lower_voltage_makes_a_longer_pulse(bench):
    setup(bench)
    lengths = []
    for code in (50, 100, 180, 330, 400):
        cell(bench, "stp_v_charge_0", code)
        cell(bench, "stp_v_recover_0", code)
        driver(bench)
        step(bench, after_us=200_000)
        lengths.append(step(bench, after_us=200_000))
    assert (np.diff(lengths) < -0.05).all()
    assert lengths[0] > 0.9 and lengths[-1] < 0.15


def targets(bench, pair, charge, recover):
    cell(bench, f"stp_v_charge_{pair}", charge)
    cell(bench, f"stp_v_recover_{pair}", recover)


def train(bench, number_=0, period_us=10, count=12):
    return np.array([step(bench, number_, after_us=200_000 if k == 0 else period_us) for k in range(count)])


@pytest.mark.parametrize(("pair", "charge", "recover", "direction"), [(0, 100, 400, 1), (1, 330, 50, -1)])
def test_facilitation_and_depression(bench, pair, charge, recover, direction):
    """The default pairs of target voltages."""
    setup(bench)
    targets(bench, pair, charge, recover)
    driver(bench, select_target_voltages=pair)
    lengths = train(bench)
    assert (np.diff(lengths) * direction > 0).all()
    assert (lengths[-1] - lengths[0]) * direction > 0.3
    end = volts(charge) + (volts(recover) - volts(charge)) * 0.8**12
    assert bench.chip.fabric.drivers.lengths.potentials()[0] == pytest.approx(end, rel=0.02)


def test_utilization_sets_how_fast(bench):
    setup(bench)
    targets(bench, 0, 100, 400)
    second = []
    for utilization in (0, 5, 15):
        driver(bench, utilization=utilization)
        second.append(train(bench, count=2)[1])
    assert second[0] < second[1] < second[2]


@pytest.mark.parametrize(("speed", "recovery"), [(0, 15), (3, 3), (5, 0)])
def test_recovery(bench, speed, recovery):
    """After n events and a pause, the voltage has come back by exp(-pause / tau)."""
    setup(bench)
    targets(bench, 0, 100, 400)
    bench.put(CommonSTPConfig(enable_recovery_clock=True, recovery_clock_speed=speed), 0)
    driver(bench, enable_recovery=True, recovery=recovery)
    tau = 4 * 2**speed * (1 + recovery) / 8
    train(bench, period_us=1, count=10)
    start = bench.chip.fabric.drivers.lengths.potentials()[0]
    step(bench, after_us=tau)
    pause = tau + 0.6  # the event itself takes its time
    recovered = volts(400) + (start - volts(400)) * np.exp(-pause / tau)
    expected = recovered + 0.2 * (volts(100) - recovered)
    assert bench.chip.fabric.drivers.lengths.potentials()[0] == pytest.approx(expected, abs=0.25 * abs(expected - start) + 0.01)


@pytest.mark.parametrize(("clock", "enable"), [(False, True), (True, False)])
def test_without_clock_or_enable_there_is_no_recovery(bench, clock, enable):
    setup(bench)
    targets(bench, 0, 100, 400)
    bench.put(CommonSTPConfig(enable_recovery_clock=clock, recovery_clock_speed=0), 0)
    driver(bench, enable_recovery=enable)
    train(bench, count=20)
    start = bench.chip.fabric.drivers.lengths.potentials()[0]
    step(bench, after_us=100)
    assert bench.chip.fabric.drivers.lengths.potentials()[0] == pytest.approx(start, abs=0.02)


def test_voltages_come_from_the_drivers_own_quadrant(bench):
    """Even drivers belong to the left half, odd ones to the right."""
    setup(bench)
    targets(bench, 0, 180, 180)
    for block in (1, 3):
        for name in ("stp_v_charge_0", "stp_v_recover_0"):
            bench.put(CapMemCell(330), block * CELLS + int(getattr(CapMemCellOnCapMemBlock, name).toEnum()))
    for number_ in (0, 1, 128, 129):
        driver(bench, number_)
        train(bench, number_, count=1)
    found = bench.chip.fabric.drivers.lengths.potentials()[[0, 1, 128, 129]]
    np.testing.assert_allclose(found, volts(np.array([180, 330, 180, 330])), rtol=1e-3)


def test_extension_lengthens_the_pulse_by_its_steps(bench):
    setup(bench)
    targets(bench, 0, 180, 180)
    driver(bench)
    step(bench)
    plain = step(bench, after_us=200_000)
    bench.put(CommonPADIBusConfig(dacen_pulse_extension=[3, 0, 0, 0]), 0)
    assert step(bench, after_us=200_000) == pytest.approx(plain + 3, rel=0.01)


def lengths_of(bench, address=0, **fields):
    """Of all drivers, at rest between the same two voltages."""
    for number_ in range(256):
        driver(bench, number_, **fields)
    now = bench.chip.now
    return np.array(
        [bench.chip.fabric.drivers.length(bench.chip.fabric.analog, number_, address, now + 50_000_000) for number_ in range(256)]
    )


def quadrants():
    driver_ = np.arange(256)
    return driver_ // 128 * 2 + driver_ % 2


@pytest.mark.parametrize("serial", range(3))
def test_the_offset_calibration_halves_the_spread_of_a_typical_chip(make_bench, serial):
    """v_stp 180, ramp 600: more than 1 LSB less than before and below 2 LSB, at 23 LSB for the full length."""
    bench = make_bench("typical", serial)
    setup(bench)
    targets(bench, 0, 180, 180)
    found = np.array([lengths_of(bench, offset=offset) for offset in range(16)])
    usual = found[7]
    target = np.array([np.median(usual[quadrants() == block]) for block in range(4)])[quadrants()]
    best = np.abs(found - target).argmin(axis=0)
    after = found[best, np.arange(256)]
    for block in range(4):
        mine = quadrants() == block
        assert 23 * usual[mine].std() - 23 * after[mine].std() > 1
        assert 23 * after[mine].std() < 2
    assert np.mean((best > 0) & (best < 15)) > 0.95


def test_every_driver_differs_and_the_same_chip_is_the_same(make_bench):
    def run(serial, mode="typical"):
        bench = make_bench(mode, serial)
        setup(bench)
        targets(bench, 0, 180, 180)
        return lengths_of(bench)

    np.testing.assert_array_equal(run(1), run(1))
    assert np.corrcoef(run(1), run(2))[0, 1] < 0.5
    assert np.ptp(run(1, "ideal")) == 0


def test_events_are_counted(bench):
    setup(bench)
    driver(bench)
    driver(bench, 4, enable_stp=False)
    for _ in range(3):
        step(bench)
    step(bench, 4)
    assert bench.chip.fabric.counters()["events_modulated"] == 3
