"""Experiments in a few lines: what is recorded is what the chip did, and the printed script does the same."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import halco
from hicannx import lab
from hicannx.lab.chips import fired_by


@pytest.fixture
def bench():
    with lab.Bench(serial=0, mode="ideal") as bench:
        yield bench


def test_the_membrane_follows_the_leak_potential(bench):
    heights = []
    for code in (500, 700, 900):
        bench.neuron(300).leak.v_leak = code
        heights.append(bench.record(300, us=30).values.mean())
    assert np.diff(heights) == pytest.approx(200 * 0.79, rel=0.05)


def test_a_recording_lasts_as_long_as_asked(bench):
    trace = bench.record(5, us=100)
    assert trace.times[0] == 0 and trace.times[-1] == pytest.approx(100, abs=15) and np.all(np.diff(trace.times) > 0)
    assert trace.volts == pytest.approx(lab.volts(trace.values)) and lab.codes(lab.volts(77.0)) == pytest.approx(77.0)


@pytest.mark.parametrize("neuron", [0, 31, 32, 255, 256, 300, 511])
def test_stimuli_move_the_membrane_when_they_come(bench, neuron):
    trace = bench.stimulate(neuron, us=160, excitatory=[40], inhibitory=[100])
    rest, up, down = (trace.values[(trace.times > start) & (trace.times < start + 20)].mean() for start in (15, 43, 103))
    assert up > rest + 15 and down < rest - 15
    assert not len(trace.spikes)


def test_the_potential_grows_with_the_weight(bench):
    heights = [np.ptp(bench.stimulate(300, us=60, weight=weight, inhibitory=[20]).values) for weight in (0, 20, 62, 126, 300)]
    assert heights[0] < 15 and np.all(np.diff(heights) > 15)


@pytest.mark.parametrize("neuron", [0, 257, 300, 511])
def test_spikes_are_those_of_the_neuron(bench, neuron):
    for number in (neuron, (neuron + 256) % 512, (neuron + 1) % 512):  # its neighbours fire, too
        settings = bench.neuron(number)
        settings.leak.v_leak, settings.threshold.enable, settings.threshold.v_threshold = 1000, True, 343
    trace = bench.record(neuron, us=200)
    above = trace.values > (trace.values.min() + trace.values.max()) / 2
    resets = trace.times[1:][above[:-1] & ~above[1:]]
    assert len(trace.spikes) > 5 and len(resets) == pytest.approx(len(trace.spikes), abs=1)
    assert np.all(np.abs(resets[:, None] - trace.spikes).min(axis=1) < 1)


def test_a_stronger_current_makes_it_fire_faster(bench):
    settings = bench.neuron(3)
    settings.leak.v_leak, settings.threshold.v_threshold = 600, 300
    curve = bench.f_i_curve(3, range(0, 1001, 250))
    assert curve.y[0] == 0 and np.all(np.diff(curve.y) > 0) and curve.y[-1] > 100


def test_a_sweep_gives_a_trace_for_each_code(bench):
    traces = bench.sweep([400, 900], lambda settings, code: setattr(settings.leak, "v_leak", code), 9, us=20)
    assert traces[1].values.mean() > traces[0].values.mean() + 300


@pytest.mark.parametrize("source", ["membrane", "exc_synin", "inh_synin", "adaptation"])
def test_other_potentials(bench, source):
    trace = bench.record(8, us=20, source=source)
    assert trace.source == source and len(trace.values) > 300


def test_plots_return_their_axes(bench):
    settings = bench.neuron(0)
    settings.leak.v_leak, settings.threshold.enable, settings.threshold.v_threshold = 1000, True, 343
    axes = bench.stimulate(0, us=50, excitatory=[10, 20]).plot()
    assert axes.get_xlabel() == "time [us]" and {"spikes", "excitatory"} == {one.get_text() for one in axes.get_legend().get_texts()}
    again = lab.Curve("title", "x", "y", np.arange(3.0), np.arange(3.0)).plot(axes)
    assert again is axes and axes.get_title() == "title"


def test_the_script_does_the_same(bench, tmp_path: Path):
    settings = bench.neuron(300)
    settings.leak.v_leak, settings.threshold.enable, settings.threshold.v_threshold = 720, True, 400
    trace = bench.stimulate(300, us=60, weight=100, excitatory=range(10, 30))
    script = bench.script().replace('print(samples["value"])', 'np.save("values.npy", samples["value"])')
    assert "hicannx" not in script
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    chosen = {"HICANNX_CHIP": "0", "HICANNX_MODE": "ideal"}
    subprocess.run([sys.executable, "script.py"], cwd=tmp_path, check=True, timeout=60, env=chosen)
    assert len(trace.spikes) and np.array_equal(np.load(tmp_path / "values.npy"), trace.values)


def test_addresses_tell_all_neurons_apart():
    labels = []
    for number in range(512):
        column, row = number % 256, number // 256
        labels.append(column // 32 << 8 | column % 32 + 32 * row)
    assert np.array_equal(fired_by(np.array(labels)), np.arange(512))


@pytest.mark.parametrize("neuron", [-1, 512, "three", 1.5, None])
def test_a_neuron_that_is_not_there(bench, neuron):
    with pytest.raises(lab.LabError, match=f"neuron {neuron!r}"):
        bench.record(neuron, us=10)


def test_what_is_refused(bench):
    refused = [
        (lambda: bench.record(0, us=0), "1 .. 100000 us"),
        (lambda: bench.record(0, us=10, source="soma"), "membrane"),
        (lambda: bench.stimulate(0, us=10, dopamine=[1]), "excitatory and inhibitory"),
        (lambda: bench.stimulate(0, us=10, weight=1009, excitatory=[1]), "0 .. 1008"),
        (lambda: bench.stimulate(0, us=10, excitatory=[11]), "event at 11"),
        (bench.script, "nothing was recorded"),
        (lambda: lab.volts(3, "ADC"), "MADC and CADC"),
        (lambda: lab.Bench(bench.connection, serial=3), "serial"),
    ]
    for attempt, words in refused:
        with pytest.raises(lab.LabError, match=words):
            attempt()


def test_a_bench_on_an_open_connection(bench):
    with lab.Bench(bench.connection, chip=lab.plain()) as other:
        assert len(other.record(halco.AtomicNeuronOnDLS(halco.common.Enum(4)), us=20).values)
    assert len(bench.record(4, us=20).values)


def test_a_calibration_makes_neurons_alike() -> None:
    neurons = (0, 100, 300, 500)

    def spread(calibration: str | None) -> float:
        with lab.Bench(serial=7, calibration=calibration) as bench:
            return float(np.std([bench.record(neuron, us=20).values.mean() for neuron in neurons]))

    assert spread("spiking") < spread(None) / 2


def test_calibrations_that_a_bench_does_not_have() -> None:
    with pytest.raises(lab.LabError, match="calibration 'hagen': for a bench there are spiking and spiking2"):
        lab.Bench(calibration="hagen")
    with pytest.raises(lab.LabError, match="calibration 'spiking': a chip is given"):
        lab.Bench(chip=lab.plain(), calibration="spiking")
