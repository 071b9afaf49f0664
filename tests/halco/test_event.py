"""Labels of spikes and their parts."""

import copy
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halco import NeuronEventOutputOnDLS, NeuronLabel, RangeError, SpikeIOOutputRouteOnFPGA, SpikeLabel, SPL1Address

PARTS = {
    "spl1_address": (14, 2),
    "neuron_label": (0, 14),
    "padi_label": (0, 10),
    "neuron_event_output": (8, 3),
    "neuron_backend_address_out": (0, 8),
    "row_select_address": (6, 5),
    "synapse_label": (0, 6),
}


@given(st.integers(0, 0xFFFF), st.sampled_from(sorted(PARTS)), st.integers(0, 0xFFFF))
def test_each_part_has_its_bits(number, part, new):
    low, width = PARTS[part]
    new %= 1 << width
    label = SpikeLabel(number)
    assert int(getattr(label, part)) == number >> low & (1 << width) - 1
    assert getattr(label, f"get_{part}")() == getattr(label, part)
    setattr(label, part, new)
    assert int(label) == number & ~(((1 << width) - 1) << low) | new << low
    getattr(label, f"set_{part}")(type(getattr(label, part))((new + 1) % (1 << width)))
    assert int(getattr(label, part)) == (new + 1) % (1 << width)


def test_parts_have_types_and_ranges():
    label = SpikeLabel()
    label.neuron_event_output = NeuronEventOutputOnDLS(5)
    label.spl1_address = SPL1Address(3)
    assert label.neuron_event_output == NeuronEventOutputOnDLS(5) and label.neuron_label == NeuronLabel(0x500)
    assert label == SpikeLabel(0xC500) and repr(label) == "SpikeLabel(50432)"
    assert SpikeLabel.PADILabel.max == 1023
    with pytest.raises(RangeError):
        label.synapse_label = 64
    with pytest.raises(RangeError):
        SpikeLabel(0x10000)
    assert label.toSpikeIOOutputRouteOnFPGA() == SpikeIOOutputRouteOnFPGA(0xC500)


def test_changing_a_copy_leaves_the_label_alone():
    label = SpikeLabel(0x1234)
    for copied in (copy.copy(label), copy.deepcopy(label), SpikeLabel(label), pickle.loads(pickle.dumps(label))):
        copied.synapse_label = 0
        assert label == SpikeLabel(0x1234) != copied


def test_parts_of_a_label_are_refused_by_name() -> None:
    label = SpikeLabel(0x1234)
    for wrong in (3.5, "3", None, SPL1Address(1), 1 << 14, -1):
        for assign in (label.set_neuron_label, lambda value: setattr(label, "neuron_label", value)):
            with pytest.raises((TypeError, OverflowError), match=r"SpikeLabel\.neuron_label"):
                assign(wrong)
    with pytest.raises(AttributeError, match="'lable'"):
        label.lable = 3  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="'x'"):
        NeuronEventOutputOnDLS(3).x = 3  # type: ignore[attr-defined]
    assert label == SpikeLabel(0x1234)
