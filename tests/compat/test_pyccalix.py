"""The compiled module of calix: what calix and those who call it rely on (facts: calix_expectations 6)."""

import copy
import pickle
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import quantities as pq

import pyccalix
from dlens_vx_v3 import hal, halco
from haldls import SerializationError

OPTIONS = [
    "CADCCalibOptions", "CorrelationCalibOptions", "HagenCalibOptions", "HagenSyninCalibOptions", "NeuronCalibOptions", "STPCalibOptions",
    "SpikingCalibOptions", "SynapseDriverCalibOptions",
]  # fmt: skip
TARGETS = [
    "CADCCalibTarget", "CorrelationCalibTarget", "HagenCalibTarget", "HagenNeuronCalibTarget", "HagenSyninCalibTarget", "NeuronCalibTarget",
    "STPCalibTarget", "SpikingCalibTarget",
]  # fmt: skip
ALL = [getattr(pyccalix, name) for name in (*OPTIONS, *TARGETS)]
NEURON = halco.AtomicNeuronOnDLS(3)


def made_of(data):
    """What a state of these bytes and nothing else stands for: the state of the original's pickles."""
    made = pyccalix.NeuronCalibOptions.__new__(pyccalix.NeuronCalibOptions)
    made.__setstate__((data,))
    return made


@pytest.mark.parametrize("name", OPTIONS)
def test_options_have_a_common_base(name):
    assert issubclass(getattr(pyccalix, name), pyccalix.CalibOptions)


@pytest.mark.parametrize("name", TARGETS)
def test_targets_have_a_common_base(name):
    assert issubclass(getattr(pyccalix, name), pyccalix.CalibTarget)


def test_defaults():
    assert pyccalix.CADCCalibTarget().dynamic_range.to_tuple() == (70, 550)
    assert pyccalix.CADCCalibTarget().read_range.to_tuple() == (20, 220)
    assert pyccalix.HagenCalibTarget().cadc_target.dynamic_range.to_tuple() == (150, 500)
    assert pyccalix.HagenSyninCalibTarget().cadc_target.dynamic_range.to_tuple() == (150, 340)
    assert pyccalix.HagenSyninCalibTarget().synapse_dac_bias == 800
    assert pyccalix.HagenNeuronCalibTarget().synapse_dac_bias == 1022
    assert pyccalix.NeuronCalibTarget().cuba_synin.i_synin_gm == 500
    assert pyccalix.NeuronCalibTarget().tau_icc is None
    assert pyccalix.SpikingCalibTarget().correlation_target is None
    assert list(pyccalix.STPCalibTarget().v_recover_0) == [400] * 4
    assert pyccalix.SynapseDriverCalibOptions().offset_test_activation == 3
    assert pyccalix.SpikingCalibOptions().refine_potentials is None
    assert pyccalix.CorrelationCalibOptions().branches is pyccalix.CorrelationCalibOptions.Branches.BOTH


@pytest.mark.parametrize("kind", ALL)
def test_a_copy_is_equal_and_its_own(kind):
    made = kind()
    for other in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made))):
        assert other == made and other is not made and repr(other) == repr(made)


def test_pickles_bear_the_original_name():
    assert b"pyccalix" in pickle.dumps(pyccalix.SpikingCalibTarget()) and b"hicannx" not in pickle.dumps(pyccalix.SpikingCalibTarget())


def test_a_pickle_loads_in_a_new_process(tmp_path: Path):
    target = pyccalix.SpikingCalibTarget()
    target.neuron_target.leak[NEURON] = 99
    target.correlation_target = pyccalix.CorrelationCalibTarget()
    (tmp_path / "target.pkl").write_bytes(pickle.dumps(target))
    script = (
        "import pickle, pathlib, sys; made = pickle.loads(pathlib.Path(sys.argv[1]).read_bytes());"
        "print(made.neuron_target.leak[3].value(), made.correlation_target)"
    )
    shown = subprocess.run([sys.executable, "-c", script, tmp_path / "target.pkl"], capture_output=True, text=True, check=True).stdout
    assert shown == "99 CorrelationCalibTarget(amplitude=0.5, time_constant=TimeInS(5e-06))\n"


def test_stored_form_is_a_portable_binary():
    assert pyccalix.CADCCalibOptions().__getstate__()[0] == b"\1" + 4 * b"\0" + b"\1"
    options = pyccalix.NeuronCalibOptions()
    options.readout_neuron = halco.AtomicNeuronOnDLS(259)
    stored = b"\1" + 4 * b"\0" + b"\0" + struct.pack("<3Q", 3, 1, 259)
    assert options.__getstate__()[0] == stored
    assert made_of(stored) == options
    assert made_of(b"\0" + 4 * b"\0" + b"\0" + struct.pack(">3Q", 3, 1, 259)) == options


@pytest.mark.parametrize("length", [0, 3, 6, 29])
def test_a_stored_form_that_ends_early_is_an_error(length):
    with pytest.raises(SerializationError, match="bytes"):
        made_of((b"\1" + 4 * b"\0" + b"\0" + struct.pack("<3Q", 3, 1, 259))[:length])


RAW = pyccalix.NeuronCalibTarget().__getstate__()[0]
PLACED = b"\1" + 4 * b"\0" + b"\0" + struct.pack("<3Q", 3, 1, 259)
VARIANT = RAW.index(struct.pack("<iI", 2, 0))


@pytest.mark.parametrize(
    "kind, data, offset, text",
    [
        (pyccalix.NeuronCalibOptions, b"\7" + PLACED[1:], 0, "begin with 1"),
        (pyccalix.NeuronCalibOptions, PLACED[:1] + b"\2" + PLACED[2:], 1, "only version 0 of NeuronCalibOptions"),
        (pyccalix.NeuronCalibOptions, PLACED[:5] + b"\2" + PLACED[6:], 5, "0 or 1, not 2"),
        (pyccalix.NeuronCalibOptions, PLACED[:6] + b"\5" + PLACED[7:], 5, "readout_neuron: neuron 259 is not at x 5, y 1"),
        (pyccalix.NeuronCalibOptions, PLACED + b"\0\0", 30, "2 bytes follow"),
        (pyccalix.NeuronCalibTarget, RAW[:VARIANT] + struct.pack("<i", -1) + RAW[VARIANT + 4 :], VARIANT, "cuba_synin: .*-1 is none"),
        (pyccalix.NeuronCalibTarget, RAW[:VARIANT] + struct.pack("<i", 3) + RAW[VARIANT + 4 :], VARIANT, "cuba_synin: .*3 is none"),
        (pyccalix.NeuronCalibTarget, RAW[:5] + struct.pack("<Q", 300) + RAW[13:], 5, "leak: range overflow: 300"),
        (pyccalix.CorrelationCalibOptions, b"\1" + 4 * b"\0" + b"\x09" + 100 * b"\0", 5, "branches: 9"),
    ],
)
def test_a_damaged_stored_form_is_an_error_and_changes_nothing(kind, data, offset, text):
    made = kind()
    with pytest.raises(SerializationError, match=text) as caught:
        made.__setstate__((data,))
    assert caught.value.offset == offset and made == kind()


@pytest.mark.parametrize(
    "state", [None, (), ("text",), (RAW, 3), (RAW, {"note": 1}), (RAW, {}, 5), (RAW, {}, {"leek": 1}), (RAW, {}, {"tau_icc": [1.0]})]
)
def test_another_state_is_an_error(state):
    made = pyccalix.NeuronCalibTarget()
    with pytest.raises(SerializationError, match="NeuronCalibTarget"):
        made.__setstate__(state)
    assert made == pyccalix.NeuronCalibTarget()


def test_a_class_is_versioned_once_in_the_stored_form():
    """A range of codes and one of reads are two classes; the second range of codes needs no version any more."""
    stored = pyccalix.CADCCalibTarget().__getstate__()[0]
    assert stored == b"\1" + 4 * b"\0" + 4 * b"\0" + struct.pack("<2Q", 70, 550) + 4 * b"\0" + struct.pack("<2Q", 20, 220)
    inputs = pyccalix.HagenCalibOptions().__getstate__()[0]
    assert len(inputs) == 1 + 4 + (4 + 1) + (4 + 1) + 1 + (4 + 1)


def test_parts_are_changed_in_place_and_copied_when_assigned():
    target, neurons = pyccalix.SpikingCalibTarget(), pyccalix.NeuronCalibTarget()
    target.neuron_target = neurons
    neurons.leak.fill(90)
    assert target.neuron_target.leak[NEURON] == 80
    target.neuron_target.leak.fill(91)
    assert target.neuron_target.leak.to_numpy().tolist() == [91] * 512
    target.neuron_target.tau_syn[NEURON].fill(6e-6)
    assert target.neuron_target.tau_syn.to_numpy()[3].tolist() == [6e-6, 6e-6]
    target.correlation_target = pyccalix.CorrelationCalibTarget()
    target.correlation_target.amplitude = 1.5
    assert target.correlation_target.amplitude == 1.5
    target.neuron_target.cuba_synin = pyccalix.NeuronCalibTarget.UncalibratedCubaSynapticInput()
    target.neuron_target.cuba_synin.i_synin_gm[NEURON].fill(600)
    assert target.neuron_target.cuba_synin.i_synin_gm.to_numpy()[3].tolist() == [600, 600]


def test_rows_have_a_class_of_their_own_and_are_parts_of_their_array():
    hagen, neurons = pyccalix.HagenNeuronCalibTarget, pyccalix.NeuronCalibTarget
    strengths = neurons.UncalibratedCubaSynapticInput
    for array, row in [
        (hagen().tau_syn, hagen.TauSynOnNeuron),
        (neurons().tau_syn, neurons.TauSynPerNeuron),
        (strengths().i_synin_gm, strengths.ISyninGMOnNeuron),
        (neurons().coba_synin.e_coba_reversal, neurons.CalibratedCobaSynapticInput.PotentialOnNeuron),
    ]:
        array[NEURON] = row([7, 8])
        part = array[NEURON]
        part[halco.SynapticInputOnNeuron.excitatory] = 9
        assert type(part) is row and [float(one) for one in array[NEURON]] == [9, 8]
        assert type(copy.copy(part)) is type(pickle.loads(pickle.dumps(part))) is row


def test_everything_that_was_set_is_in_a_pickle():
    target = pyccalix.NeuronCalibTarget()
    target.coba_synin.e_coba_reversal[NEURON][1] = 30.5
    target.coba_synin.e_coba_reference[NEURON][0] = np.inf
    target.tau_icc = pyccalix.NeuronCalibTarget.PerNeuronTimeConstant([7e-6] * 512)
    target.cuba_synin = pyccalix.NeuronCalibTarget.CalibratedCubaSynapticInput()
    target.cuba_synin.i_synin_gm.from_numpy(np.array([180, 250]))
    target.membrane_capacitance[NEURON] = 20
    whole = pyccalix.SpikingCalibTarget()
    whole.neuron_target = target
    again = pickle.loads(pickle.dumps(whole)).neuron_target
    assert again == target
    assert list(again.coba_synin.e_coba_reversal[NEURON]) == [None, 30.5]
    assert again.tau_icc[NEURON] == 7e-6
    assert list(again.cuba_synin.i_synin_gm) == [180, 250]


class TopLevel(pyccalix.CalibTarget):
    """As calix derives a base of its own."""

    def __init__(self):
        pyccalix.CalibTarget.__init__(self)


class Derived(TopLevel, pyccalix.SpikingCalibTarget):
    """As calix derives its targets from both, with attributes of its own."""

    def __init__(self):
        TopLevel.__init__(self)
        pyccalix.SpikingCalibTarget.__init__(self)


def test_a_derived_class_keeps_its_attributes():
    made = Derived()
    made.note = "mine"
    made.neuron_target.reset.fill(60)
    again = pickle.loads(pickle.dumps(made))
    assert type(again) is Derived and again.note == "mine" and again.neuron_target.reset[NEURON] == 60


@pytest.mark.parametrize(
    "change, error, text",
    [
        (lambda one: one.tau_mem.__setitem__(NEURON, 20 * pq.us), TypeError, "plain number of s"),
        (lambda one: one.tau_mem.from_numpy(np.full(512, 20) * pq.us), TypeError, "not a quantity in us"),
        (lambda one: one.tau_syn.from_numpy(np.full((2, 512), 1e-6)), ValueError, r"\(512, 2\) is needed, not \(2, 512\)"),
        (lambda one: one.tau_syn.fill(1e-6), TypeError, "a row of 2 numbers is needed, one for each SynapticInputOnNeuron, not 1e-06"),
        (lambda one: one.tau_syn.__setitem__(NEURON, 1e-6), TypeError, "not iterable|a row"),
        (lambda one: setattr(one, "leak", [80] * 511), RuntimeError, "511"),
        (lambda one: one.leak.fill(256), OverflowError, "256"),
        (lambda one: one.leak.__setitem__(halco.SynapticInputOnNeuron(0), 1), TypeError, "AtomicNeuronOnDLS"),
        (lambda one: one.tau_mem.__setitem__(512, 1.0), IndexError, "512"),
        (lambda one: one.tau_mem.__setitem__(halco.SynapticInputOnNeuron(0), 1.0), TypeError, "AtomicNeuronOnDLS"),
        (lambda one: setattr(one, "synapse_dac_bias", 1023), OverflowError, "synapse_dac_bias.*1023"),
        (lambda one: setattr(one, "cuba_synin", 500), TypeError, "cuba_synin: takes one of"),
        (lambda one: setattr(one, "tau_mem", [1.0] * 3), ValueError, "tau_mem: 3 values for 512"),
        (lambda one: setattr(one, "coba_synin", None), TypeError, "coba_synin"),
        (lambda one: setattr(one, "taumem", 1.0), AttributeError, "taumem"),
    ],
)
def test_what_does_not_fit_is_an_error_and_changes_nothing(change, error, text):
    target = pyccalix.NeuronCalibTarget()
    with pytest.raises(error, match=text):
        change(target)
    assert target == pyccalix.NeuronCalibTarget()


def test_a_range_cannot_be_the_wrong_way_round():
    with pytest.raises(ValueError, match=r"550.* down to .*70"):
        pyccalix.CADCCalibTarget.DynamicRange(550, 70)


def test_a_priority_has_to_be_a_share():
    options = pyccalix.CorrelationCalibOptions()
    options.check()
    options.time_constant_priority = 1.5
    with pytest.raises(IndexError, match=r"time_constant_priority.*1\.5"):
        options.check()


def test_units():
    assert pyccalix.TimeInS(10.0).as_quantity() == 10.0 * pq.s
    assert pyccalix.PotentialInVolt(1.5).as_quantity() == 1.5 * pq.V
    assert pyccalix.NeuronCalibTarget().tau_syn.as_quantity().shape == (512, 2)
    assert pyccalix.TimeInS(2.0) < 3 and pyccalix.TimeInS(2.0) * 2 == pyccalix.TimeInS(4.0)
    with pytest.raises(TypeError):
        _ = pyccalix.TimeInS(2.0) < pyccalix.PotentialInVolt(3.0)


def test_a_cache_key_tells_models_apart(monkeypatch):
    typical = pyccalix.helpers.get_repo_state()
    monkeypatch.setenv("HICANNX_MODE", "ideal")
    assert typical != pyccalix.helpers.get_repo_state()


def test_the_label_of_an_activation():
    assert pyccalix.SynapseDriverCalibOptions().offset_test_activation == hal.SynapseQuad.Label(3)
