"""Result objects for calix, with classes in the place of its own that keep what they are given."""

from __future__ import annotations

import pickle
import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from halco import AtomicNeuronOnDLS, CADCChannelConfigOnDLS, SynapseDriverOnDLS, SynramOnDLS, iter_all
from haldls import SynapseDriverConfig
from hicannx.calibration import calix_engine
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS
from hicannx_sim import VirtualChip


def target():
    """As calix had them before they came from pyccalix."""
    neurons = SimpleNamespace(target_leak_read=None)
    return SimpleNamespace(neuron_target=neurons, cadc_target="cadc", stp_target="stp", correlation_target=None)


MADE = {"Target": target, "Result": SimpleNamespace}


def sensors(amplitude, time_constant):
    return SimpleNamespace(amplitude=amplitude, time_constant=time_constant)


@pytest.fixture
def calix(monkeypatch):
    """Modules by name; what is not among their members is a plain object with the arguments as its attributes."""
    members = {
        "calix": {},
        "calix.hagen": {f"Hagen{kind}Calib{what}": MADE[what] for kind in ("", "Synin") for what in MADE},
        "calix.spiking": {f"SpikingCalib{what}": MADE[what] for what in MADE},
        "calix.common": {},
        "calix.common.base": {"StatefulConnection": lambda connection: connection},
        "calix.common.cadc": {"CADCCalibResult": SimpleNamespace},
        "calix.hagen.neuron_dataclasses": {"NeuronCalibResult": SimpleNamespace},
        "calix.hagen.synapse_driver": {"SynapseDriverCalibResult": SimpleNamespace},
        "calix.spiking.synapse_driver": {"STPCalibResult": SimpleNamespace},
        "calix.spiking.correlation": {"CorrelationCalibTarget": sensors, "CorrelationCalibResult": SimpleNamespace},
    }
    modules = {name: ModuleType(name) for name in members}
    for name, module in modules.items():
        vars(module).update(members[name])
        monkeypatch.setitem(sys.modules, name, module)
    return modules


@pytest.mark.parametrize("name", ["hagen", "hagen_synin", "spiking", "correlation"])
def test_a_result_has_what_was_computed_and_what_was_asked_for(calix, name):
    kind = KINDS[name]
    found = kind.compute(VirtualChip(7), kind.target(), kind.options())
    result, writes = pickle.loads(calix_engine.native(kind, found)), dict(found.cocos.tolist())
    offsets = [int(writes[place].offset) for place in iter_all(CADCChannelConfigOnDLS)]
    assert result.cadc_result.channel_offset.tolist() == offsets and result.cadc_result.target == "cadc"
    if name == "hagen_synin":
        assert len(result.syn_i_bias_dac) == 4 and not hasattr(result, "neuron_result")
    else:
        asked, wanted = result.target.neuron_target, kind.target().neuron_target
        assert result.neuron_result.neurons == {place: writes[place] for place in iter_all(AtomicNeuronOnDLS)}
        assert [not one for one in result.neuron_result.success.values()] == found.failed["neurons"].tolist()
        assert asked.tau_mem.rescale("us").magnitude == pytest.approx(1e6 * wanted.tau_mem.to_numpy().flat[0])
        assert np.all(asked.target_leak_read == wanted.leak.to_numpy()) and asked.synapse_dac_bias == int(wanted.synapse_dac_bias)
    if name in ("spiking", "correlation"):
        drivers = [int(writes[place].offset) for place in iter_all(SynapseDriverOnDLS)]
        assert result.stp_result.offsets.tolist() == drivers
    else:
        assert len(result.synapse_driver_result.success) == SynapseDriverOnDLS.size
    if name == "correlation":
        amplitudes = np.concatenate([writes[half].amp_calibs.to_numpy().T for half in iter_all(SynramOnDLS)])
        assert np.array_equal(result.correlation_result.amp_calib, amplitudes)
        assert result.target.correlation_target.amplitude == float(kind.target().correlation_target.amplitude)


def test_calix_is_there_if_its_result_objects_can_be_made(calix, monkeypatch):
    monkeypatch.setattr(calix_engine, "find_spec", lambda name: object())
    assert calix_engine.is_there()
    del calix["calix.spiking"].SpikingCalibTarget
    assert not calix_engine.is_there()
    monkeypatch.setitem(sys.modules, "calix.spiking", None)
    assert not calix_engine.is_there()
    with pytest.raises(CalibrationError, match="put the folder src/py of its checkout on PYTHONPATH"):
        calix_engine.native(KINDS["spiking"], None)


def test_an_earlier_calix_does_not_search(calix):
    with pytest.raises(CalibrationError, match="this calix keeps its targets to itself: its commit e573081 or a later one is needed"):
        calix_engine.search(KINDS["spiking"], VirtualChip(7))


def result(**parts):
    """What a search gives: nothing to write, and what has succeeded."""
    return SimpleNamespace(apply=lambda recorder: None, cadc_result=SimpleNamespace(success=[True, False]), **parts)


@pytest.mark.parametrize("name", ["spiking", "hagen_synin"])
def test_what_a_search_could_not_calibrate_is_counted(calix, name):
    limit, drivers = int(SynapseDriverConfig.Offset.max), list(iter_all(SynapseDriverOnDLS))
    parts = {
        "spiking": {
            "neuron_result": SimpleNamespace(success_mask=np.array([True, False])),
            "stp_result": SimpleNamespace(offsets=np.array([0, 7, limit])),
        },
        "hagen_synin": {"synapse_driver_result": SimpleNamespace(success={place: int(place.toEnum()) != 3 for place in drivers})},
    }
    failed = calix_engine._failed(result(**parts[name]))
    assert failed["channels"].tolist() == [False, True]
    if name == "spiking":
        assert failed["neurons"].tolist() == [False, True] and failed["drivers"].tolist() == [True, False, True]
    else:
        assert np.flatnonzero(failed["drivers"]).tolist() == [3]
