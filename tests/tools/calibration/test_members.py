"""What members of targets and options take, and how long arrays are shown."""

from __future__ import annotations

import numpy as np
import pytest

from halco import NeuronConfigOnDLS
from haldls import CapMemCell
from hicannx.calibration.options import CorrelationCalibOptions, HagenCalibOptions, NeuronCalibOptions, SynapseDriverCalibOptions
from pyccalix import SpikingCalibTarget


@pytest.mark.parametrize(
    "options, name, value, text",
    [
        (SynapseDriverCalibOptions, "offset_test_activation", CapMemCell.Value(3), "takes a SynapseLabel or an integer"),
        (NeuronCalibOptions, "readout_neuron", NeuronConfigOnDLS(), "takes an AtomicNeuronOnDLS, not NeuronConfigOnDLS"),
        (HagenCalibOptions, "neuron_disable_leakage", "no", "takes True or False, not 'no'"),
        (CorrelationCalibOptions, "branches", 3, r"takes a .*Branches, not 3"),
    ],
)
def test_values_of_another_kind_are_refused_and_change_nothing(options, name, value, text):
    made = options()
    before = getattr(made, name)
    with pytest.raises(TypeError, match=text):
        setattr(made, name, value)
    assert getattr(made, name) == before and made == options()


def test_arrays_are_shown_by_what_is_the_same_everywhere_or_by_their_first_elements():
    neurons = SpikingCalibTarget().neuron_target
    assert "80 everywhere" in repr(neurons)
    leak = neurons.leak.to_numpy().copy()
    leak[2] = 90
    neurons.leak = leak.tolist()
    shown = repr(neurons)
    assert "leak=[" in shown and ", 90, " not in repr(SpikingCalibTarget().neuron_target) and "...]" in shown
    other = SpikingCalibTarget().neuron_target
    other.leak = neurons.leak
    assert np.array_equal(other.leak.to_numpy(), leak) and other.leak is not neurons.leak
