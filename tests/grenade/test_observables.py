"""Observables of a run as arrays: on grids of time, as they came, the first spikes of each batch entry."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grenade.observables import CADC, MADC, ObservableError, Spikes

US = 125  # cycles


def cadc(*rows, batch_size=1, neurons=1):
    return CADC.of([*rows], batch_size, neurons)


# ------------------------------------------------------------------------------------------------------------------ spikes
def test_a_spike_stands_at_the_nearest_point_of_the_grid():
    spikes = Spikes.of([(0, 0, 0), (2 * US + US // 2 - 1, 0, 1), (2 * US + US // 2 + 1, 1, 0)], 2, 2)
    grid = spikes.dense(5e-6, 1e-6)
    assert grid.dtype == np.uint8 and grid.shape == (6, 2, 2)
    assert np.argwhere(grid).tolist() == [[0, 0, 0], [2, 0, 1], [3, 1, 0]]


def test_spikes_beyond_the_grid_are_not_on_it():
    assert Spikes.of([(-2 * US, 0, 0), (5 * US, 0, 0), (6 * US, 0, 0)], 1, 1).dense(5e-6, 1e-6).ravel().tolist() == [0, 0, 0, 0, 0, 1]


def test_several_spikes_at_one_point_are_one():
    assert Spikes.of([(US, 0, 0), (US + 1, 0, 0)], 1, 1).dense(3e-6, 1e-6).ravel().tolist() == [0, 1, 0, 0]


@given(runtime=st.floats(1e-6, 1e-3), step=st.floats(1e-7, 1e-5))
def test_points_of_a_grid_are_counted_in_single_precision(runtime, step):
    points = int(np.ceil(np.float32(runtime) / np.float32(step))) + 1
    assert len(Spikes.of([], 1, 1).dense(runtime, step)) == points


def test_the_first_spikes_go_by_neuron_or_by_time():
    spikes = Spikes.of([(30, 0, 0), (10, 0, 1), (20, 0, 1), (5, 1, 1)], 2, 2)
    neurons, times = spikes.first(2)
    assert neurons.tolist() == [[0, 1], [1, -1]] and times.tolist() == [[30, 10], [5, np.inf]]
    neurons, times = spikes.first(2, by_time=True)
    assert neurons.tolist() == [[1, 1], [1, -1]] and times.tolist() == [[10, 20], [5, np.inf]]
    assert neurons.dtype == np.int32 and times.dtype == np.float32
    with pytest.raises(ObservableError, match="-1 spikes"):
        spikes.first(-1)


def test_spikes_after_the_end_do_not_count():
    neurons, times = Spikes.of([(30, 0, 0), (10, 0, 1)], 1, 2).first(2, until=29)
    assert neurons.tolist() == [[1, -1]] and times.tolist() == [[10, np.inf]]


@pytest.mark.parametrize("row, text", [((0, 2, 0), "batch entry 2; there are 2"), ((0, 0, -1), "neuron -1; there are 3")])
def test_what_is_of_nobody_is_refused(row, text):
    with pytest.raises(ObservableError, match=text):
        Spikes.of([(0, 0, 0), row], 2, 3)


@pytest.mark.parametrize("rows", [[(1, 2)], [(1.5, 0, 0)], [1, 2, 3]])
def test_rows_of_another_kind_are_refused(rows):
    with pytest.raises(ObservableError, match="times, entries, neurons"):
        Spikes.of(rows, 1, 1)


# ------------------------------------------------------------------------------------------------------------------ CADC
def test_values_are_interpolated_between_samples_and_held_outside():
    values = cadc((10, 1 * US, 0, 0), (30, 3 * US, 0, 0)).dense(5e-6, 1e-6).ravel()
    assert values.dtype == np.float32 and values.tolist() == pytest.approx([10, 10, 20, 30, 30, 30])


def test_the_nearest_sample():
    samples = cadc((10, 1 * US, 0, 0), (30, 4 * US, 0, 0))
    assert samples.dense(5e-6, 1e-6, "nn").ravel().tolist() == [10, 10, 10, 30, 30, 30]


def test_samples_that_are_equally_near_are_told_apart_by_rounding():
    """Points and the earlier sample are held in single precision, the later sample in double. (facts: clients/hxtorch_jaxsnn 2.6)"""
    step, found, wanted = np.float32(2e-6), [], []
    for point in range(1, 40):
        samples = cadc((10, (2 * point - 1) * US, 0, 0), (30, (2 * point + 1) * US, 0, 0))
        found.append(int(samples.dense(80e-6, 2e-6, "nn")[point, 0, 0]))
        at, before, after = np.float32(point) * step, np.float32((2 * point - 1) / 1e6), (2 * point + 1) / 1e6
        wanted.append(10 if float(abs(at - before)) < abs(float(at) - after) else 30)
    assert found == wanted and len(set(wanted)) == 2


def test_neurons_and_batch_entries_have_samples_of_their_own():
    rows = [(10 * entry + neuron, US * (sample + 1), entry, neuron) for sample in range(2) for entry in range(2) for neuron in range(3)]
    dense = cadc(*rows, batch_size=2, neurons=3).dense(2e-6, 1e-6)
    assert dense.shape == (3, 2, 3) and (dense == [[0, 1, 2], [10, 11, 12]]).all()


@given(st.data())
def test_interpolation_is_that_of_numpy(data):
    times = np.array(sorted(data.draw(st.sets(st.integers(0, 20 * US), min_size=1, max_size=30))))
    values = np.array(data.draw(st.lists(st.integers(-128, 127), min_size=len(times), max_size=len(times))))
    dense = cadc(*((v, t, 0, 0) for v, t in zip(values.tolist(), times.tolist(), strict=True))).dense(20e-6, 1e-6).ravel()
    expected = np.interp(np.arange(len(dense)) * US, times, values)
    assert dense == pytest.approx(expected, abs=0.01)


def test_without_a_step_it_is_the_mean_one():
    samples = cadc(*((0, 2 * US * sample, 0, neuron) for sample in range(5) for neuron in range(2)), neurons=2)
    assert samples.step() == pytest.approx(2e-6)


def test_raw_samples_are_cut_to_the_fewest():
    rows = [(1, 10, 0, 0), (2, 20, 0, 0), (3, 10, 0, 1)]
    values, times = cadc(*rows, neurons=2).raw()
    assert values.tolist() == [[[1, 3]]] and times.tolist() == [[[10, 10]]]
    assert values.dtype == np.float32 and times.dtype == np.int32


def test_a_neuron_without_samples_is_named():
    with pytest.raises(ObservableError, match="no sample of neuron 1 in batch entry 0"):
        cadc((1, 1, 0, 0), neurons=2).dense(1e-6, 1e-6)


def test_other_ways_of_interpolation_are_refused():
    with pytest.raises(ObservableError, match=r"'cubic' is not supported.*'linear', 'nn'"):
        cadc((1, 1, 0, 0)).dense(1e-6, 1e-6, "cubic")


@pytest.mark.parametrize("runtime, step", [(0, 1e-6), (1e-6, 0), (-1e-6, 1e-6), (np.nan, 1e-6)])
def test_times_are_positive(runtime, step):
    with pytest.raises(ObservableError, match="above 0 s"):
        cadc((1, 1, 0, 0)).dense(runtime, step)


# ------------------------------------------------------------------------------------------------------------------ MADC
def test_samples_of_the_fast_converter_by_batch_entry():
    raw = MADC.of([(5, 1, 0, 7), (6, 2, 0, 7), (7, 3, 0, 7), (8, 1, 1, 7), (9, 2, 1, 7)], 2, 8).raw()
    assert raw.shape == (2, 2, 2) and raw.dtype == np.float32
    assert raw[0].tolist() == [[1, 1], [2, 2]] and raw[1].tolist() == [[5, 8], [6, 9]]


def test_rows_come_back_as_they_were_given():
    rows = [(5, 1, 0, 7), (-6, 2, 0, 3)]
    assert CADC.of(rows, 1, 8).rows() == rows


def test_one_sample_has_no_step():
    with pytest.raises(ObservableError, match="the time between samples is known from two on"):
        cadc((3, 10, 0, 0)).step()
