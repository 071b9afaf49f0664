"""With calix itself, where Python finds it: result objects of computed calibrations are its own.

These tests are left out without a checkout of calix on PYTHONPATH, the last one with one before commit e573081.
"""

import pickle
import warnings

import numpy as np
import pytest

with warnings.catch_warnings(action="ignore"):
    calix = pytest.importorskip("calix", reason="calix is not on PYTHONPATH")

from calix.common.base import WriteRecordingPlaybackProgramBuilder
from calix.spiking import SpikingCalibTarget

from hicannx.calibration import calix_engine
from hicannx.calibration.kinds import KINDS
from hicannx_sim import VirtualChip
from stadls import PlaybackProgramBuilderDumper

EARLIER = not hasattr(SpikingCalibTarget, "_members")
ALSO_OF_CALIX = {"SynramOnDLS", "NeuronConfigOnDLS", "NeuronBackendConfigOnDLS"}
"""What calix writes before the neurons when it integrates on lines, and what they or a user's weights replace."""


def writes_of(result):
    """Of sensors with a plain dumper: calix' own recorder notes objects and not values, so one half would get the other's matrix."""
    if getattr(result, "correlation_result", None) is None:
        recorder = WriteRecordingPlaybackProgramBuilder()
        result.apply(recorder)
        writes = recorder.done()[1]
    else:
        dumper = PlaybackProgramBuilderDumper()
        result.apply(dumper)
        writes = dumper.done()
    return {place: one for place, one in writes.tolist() if type(place).__name__ != "TimerOnDLS"}


def contents(one):
    """What of a write is of a calibration: of synapses not the labels by which calix measured."""
    return (one.amp_calibs, one.time_calibs) if hasattr(one, "amp_calibs") else one


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if kind.can_be_computed])
def test_a_result_object_writes_what_was_computed(name):
    kind = KINDS[name]
    found = kind.compute(VirtualChip(7), kind.target(), kind.options())
    result = pickle.loads(calix_engine.native(kind, found))
    mine = {place: one for place, one in found.cocos.tolist() if type(place).__name__ != "TimerOnDLS"}
    its = writes_of(result)
    assert all(contents(its[place]) == contents(one) for place, one in mine.items())
    left = {type(place).__name__ for place in its.keys() - mine.keys()}
    assert left <= (ALSO_OF_CALIX if name in ("hagen_synin", "correlation") else set())
    if hasattr(result, "neuron_result"):
        assert np.array_equal(~result.neuron_result.success_mask, found.failed["neurons"])


@pytest.mark.skipif(EARLIER, reason="this calix has targets of its own")
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


@pytest.mark.skipif(not EARLIER, reason="this calix has the targets of pyccalix")
def test_targets_of_an_earlier_calix_say_the_same():
    recorders = pytest.importorskip("calix.scripts.calix_generate_default_calibration")
    weekly = pytest.importorskip("calix.scripts.calix_generate_weekly_calibration").CorrelationCalibRecorder
    recorded = [recorders.HagenCalibRecorder, recorders.HagenSyninCalibRecorder, recorders.SpikingCalibRecorder,
                recorders.SpikingCalibRecorder2, weekly]  # fmt: skip
    for recorder in recorded:
        wanted, made = recorder.calibration_target, calix_engine._target(KINDS[recorder.calibration_type])
        assert repr(_plain(made)) == repr(_plain(wanted)), recorder.calibration_type


def _plain(target):
    """Values of a target, times in microseconds."""
    if hasattr(target, "__dataclass_fields__"):
        return {name: _plain(getattr(target, name)) for name in target.__dataclass_fields__}
    if hasattr(target, "units"):
        return np.round(target.rescale("us").magnitude, 6).tolist()
    return (target.lower, target.upper) if hasattr(target, "lower") else target
