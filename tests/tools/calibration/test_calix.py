"""With calix itself, where Python finds it: result objects of computed calibrations are its own.

These tests are left out without a checkout of calix (commit e573081 or later) on PYTHONPATH.
"""

import pickle
import warnings

import numpy as np
import pytest

with warnings.catch_warnings(action="ignore"):
    calix = pytest.importorskip("calix", reason="calix is not on PYTHONPATH")

from calix.common.base import WriteRecordingPlaybackProgramBuilder

from hicannx.calibration import calix_engine
from hicannx.calibration.kinds import KINDS
from hicannx_sim import VirtualChip

ALSO_OF_CALIX = {"SynramOnDLS", "NeuronConfigOnDLS", "NeuronBackendConfigOnDLS"}
"""What calix writes before the neurons when it integrates on lines, and what they or a user's weights replace."""


def writes_of(result):
    recorder = WriteRecordingPlaybackProgramBuilder()
    result.apply(recorder)
    return {place: one for place, one in recorder.done()[1].tolist() if type(place).__name__ != "TimerOnDLS"}


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.can_be_computed])
def test_a_result_object_writes_what_was_computed(name):
    kind = KINDS[name]
    found = kind.compute(VirtualChip(7), kind.target(), kind.options())
    result = pickle.loads(calix_engine.native(kind, found))
    mine = {place: one for place, one in found.cocos.tolist() if type(place).__name__ != "TimerOnDLS"}
    its = writes_of(result)
    assert all(its[place] == one for place, one in mine.items())
    left = {type(place).__name__ for place in its.keys() - mine.keys()}
    assert left <= (ALSO_OF_CALIX if name in ("hagen_synin", "correlation") else set())
    if hasattr(result, "neuron_result"):
        assert np.array_equal(~result.neuron_result.success_mask, found.failed["neurons"])


def test_targets_of_the_default_calibrations_are_those_of_calix():
    recorders = pytest.importorskip("calix.scripts.calix_generate_default_calibration")
    names = {"hagen": "HagenCalibRecorder", "hagen_synin": "HagenSyninCalibRecorder", "spiking": "SpikingCalibRecorder",
             "spiking2": "SpikingCalibRecorder2"}  # fmt: skip
    weekly = pytest.importorskip("calix.scripts.calix_generate_weekly_calibration").CorrelationCalibRecorder
    for name, recorder in {**{name: getattr(recorders, one) for name, one in names.items()}, "correlation": weekly}.items():
        assert recorder.calibration_type == name
        assert recorder.calibration_target.__getstate__()[0] == KINDS[name].target().__getstate__()[0]
        if hasattr(recorder, "calibration_options") and name == "correlation":
            assert recorder.calibration_options == KINDS[name].options()
