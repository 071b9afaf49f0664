"""hxtorch's core under its original name: conversions and the connection of the process. Needs no torch."""

import subprocess
import sys

import numpy as np
import pytest

import _hxtorch_core as core
import hicannx
from grenade.hardware import HARDWARE
from grenade.observables import Spikes
from haldls.lola import Chip
from hicannx.calibration.kinds import KINDS
from hicannx.calibration.making import make
from hicannx.calibration.store import Store
from hicannx_sim import VirtualChip

WEIGHTS = np.array([[1, -2, 0], [63, 5, 70]])


@pytest.fixture(autouse=True)
def released():
    yield
    core.release_hardware()
    HARDWARE.chip = Chip()


# ------------------------------------------------------------------------------------------------------------ connections
def rows(connections):
    return [(one.index_pre[0], one.index_post[0], int(one.weight)) for one in connections]


def test_every_entry_of_a_matrix_is_a_connection_row_by_row():
    found = core.weight_to_connection(WEIGHTS)
    assert rows(found) == [(0, 0, 1), (1, 0, 2), (2, 0, 0), (0, 1, 63), (1, 1, 5), (2, 1, 70)]
    assert len(found) == 6 and rows(found[:2]) == rows(found)[:2] and found[-1] == [*found][-1]
    assert all(int(one.index_pre[1]) == int(one.index_post[1]) == 0 for one in found)


def test_real_weights_are_cut():
    assert rows(core.weight_to_connection(np.array([[1.9, -2.9]]))) == [(0, 0, 1), (1, 0, 2)]


def test_listed_connections_are_targets_and_sources():
    assert rows(core.weight_to_connection(np.array([3, -4]), [[7, 8], [1, 2]])) == [(1, 7, 3), (2, 8, 4)]


@pytest.mark.parametrize(
    "weight, connections, text",
    [
        (np.ones(3), None, "a matrix"),
        (np.ones((2, 2)), [[0], [0]], "Only 1D weight"),
        (np.ones(2), [[0], [0]], "does not match number of connections"),
        (np.ones(1), [[0], [0], [0]], "Only 2D connection lists"),
        (np.ones(1), [[0], [0, 1]], "does not match number of connections"),
        (np.array([[1, np.nan]]), None, "weights are numbers, not nan"),
    ],
)
def test_weights_of_another_form_are_refused(weight, connections, text):
    with pytest.raises(RuntimeError, match=text):
        core.weight_to_connection(weight, connections)


# ------------------------------------------------------------------------------------------------------------ spikes
def test_spikes_are_sorted_by_neuron_and_keep_their_order():
    found = core.dense_spikes_to_list((np.array([[0, 2, 1, 3, 1, 1]]), np.array([[0.5, 0.25, 1.5, 1.0, 0.75, 2.0]])), 4)
    assert found == [[[0.5], [1.5, 0.75, 2.0], [0.25], [1.0]]] and len(found) == 1 and found[0][1] == [1.5, 0.75, 2.0]


def test_places_that_are_not_used_are_left_out():
    found = core.dense_spikes_to_list((np.array([[0, -1], [2, 1]]), np.array([[1, np.inf], [2, 3]])), 2)
    assert found == [[[1.0], []], [[], [3.0]]]


def test_the_earliest_spikes_of_a_population_in_microseconds():
    spikes = Spikes.of([(250, 0, 3), (125, 0, 5), (375, 0, 1)], 2, 8)
    neurons, times = core.extract_n_spikes(spikes, 4, 2)
    assert neurons.tolist() == [[5, 3, -1, -1], [-1] * 4]
    assert times.tolist() == [[1.0, 2.0, np.inf, np.inf], [np.inf] * 4] and times.dtype == np.float32
    assert core.extract_n_spikes(spikes, 1, 3)[0].tolist() == [[5], [-1]]


# ------------------------------------------------------------------------------------------------------------ hardware
def test_without_a_connection_there_is_no_name():
    core.release_hardware()
    with pytest.raises(RuntimeError, match="No connection present"):
        core.get_unique_identifier()


def test_a_connection_is_opened_and_replaced_and_closed(monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "7")
    core.init_hardware()
    first = HARDWARE.executor
    assert core.get_unique_identifier() == ["hxcube0fpga0chip7_1"] == core.get_unique_identifier(core.HWDBPath())
    core.init_hardware_minimal()
    assert HARDWARE.executor is not first and len(first) == 0
    core.release_hardware()
    core.release_hardware()


def test_the_chip_of_matrix_products(monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "7")
    core.init_hardware(ann=True)
    assert HARDWARE.chip == hicannx.calibrated_chip("hagen", 7)
    path = make(Store(), KINDS["hagen_synin"], VirtualChip(7))
    core.init_hardware(core.CalibrationPath(str(path)))
    assert HARDWARE.chip == hicannx.calibrated_chip("hagen_synin", 7)
    core.init_hardware(core.CalibrationPath("/wang/data/calibration/hicann-dls-sr-hx/hxcube0fpga0chip7_1/stable/latest/hagen_cocolist.pbin"))
    assert HARDWARE.chip == hicannx.calibrated_chip("hagen", 7), "the path of the laboratory"
    core.init_hardware()
    assert HARDWARE.chip != Chip(), "an opened connection alone changes nothing"
    core.init_hardware_minimal()
    assert HARDWARE.chip == Chip()


def test_a_calibration_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RuntimeError, match=r"Failed to open calibration at .*none.pbin"):
        core.init_hardware(calibration_path=core.CalibrationPath(str(tmp_path / "none.pbin")))


def test_torch_is_not_needed():
    code = "import _hxtorch_core, sys; sys.exit('torch' in sys.modules or 'jax' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
