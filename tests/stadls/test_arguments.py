"""Arguments of methods are taken as they are meant or refused by name: nothing is cut off, wrapped around or read as something else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import haldls
from halco import DACChannelOnBoard, HemisphereOnDLS, PPUMemoryBlockOnPPU, RangeError, SpikeLabel, TimerOnDLS
from haldls import Timer, lola
from stadls import AbsoluteTimePlaybackProgramBuilder, PlaybackProgramBuilder, SpikeTrainError

WRONG_CALLS: list[tuple[str, Any, tuple[Any, ...], type[Exception], str]] = [
    ("times of a kind", PlaybackProgramBuilder().write_spikes, ([SpikeLabel(3)], [3]), SpikeTrainError, "times takes"),
    ("labels of a kind", PlaybackProgramBuilder().write_spikes, ([3], [Timer.Value(3)]), SpikeTrainError, "labels takes"),
    ("fractions among times", PlaybackProgramBuilder().write_spikes, ([Timer.Value(1), 2.5], [3, 4]), SpikeTrainError, "not 2.5"),
    ("fractional time", AbsoluteTimePlaybackProgramBuilder().write, (3.5, TimerOnDLS(), Timer()), TypeError, "the time of a command"),
    (
        "time of a kind",
        AbsoluteTimePlaybackProgramBuilder().write,
        (SpikeLabel(3), TimerOnDLS(), Timer()),
        TypeError,
        "the time of a command",
    ),
    ("class for container", PlaybackProgramBuilder().write, (TimerOnDLS(), Timer), TypeError, "not its class"),
    ("fractional words", haldls.NeuronConfig().decode, ([1.5] * 6,), TypeError, "words are integers"),
    ("long words", haldls.NeuronConfig().decode, ([2**32] * 6,), RangeError, "32 bits"),
    ("negative words", haldls.NeuronConfig().decode, ([-1] * 6,), RangeError, "32 bits"),
    ("no voltage", lola.DACChannelBlock().set_voltage, (DACChannelOnBoard.mux_dac_25, float("nan")), RangeError, "takes 0 to"),
    ("text as voltage", lola.DACChannelBlock().set_voltage, (DACChannelOnBoard.mux_dac_25, "1"), RangeError, "takes 0 to"),
    ("no output", haldls.ADPLL().calculate_output_frequency, (5,), TypeError, "dco"),
    ("fractional column", lola.Morphology().connect_soma_line, (0.5, 2, 0), TypeError, "NeuronColumnOnLogicalNeuron"),
    ("no circuits", lola.Morphology().create_compartment, (5,), TypeError, "a list of AtomicNeuronOnLogicalNeuron"),
    ("no block", haldls.PPUMemory().set_block, (PPUMemoryBlockOnPPU(0, 1), 5), TypeError, "a PPUMemoryBlock is needed"),
    ("no interval", haldls.PPUMemory().get_block, (5,), TypeError, "a PPUMemoryBlockOnPPU is needed"),
    ("fractional place", haldls.PPUMemoryBlock(2).get_subblock, (0.5, 1), TypeError, "the first of the words"),
    ("fractional length", haldls.PPUMemoryBlock(2).get_subblock, (0, 1.5), TypeError, "PPUMemoryBlockSize"),
    ("foreign block", lola.ExternalPPUMemoryBlock(2).set_subblock, (0, haldls.PPUMemoryBlock(1)), TypeError, "ExternalPPUMemoryBlock"),
    ("fractional bytes", lola.ExternalPPUMemoryBlock(2).from_numpy, (np.array([1.5]),), TypeError, "values of bytes"),
    ("large bytes", lola.ExternalPPUMemoryBlock(2).from_numpy, (np.array([256]),), RangeError, "256 > max"),
    ("fractional size", haldls.PPUMemoryBlock, (2.5,), TypeError, "PPUMemoryBlockSize"),
]


@pytest.mark.parametrize(("call", "arguments", "error", "text"), [row[1:] for row in WRONG_CALLS], ids=[row[0] for row in WRONG_CALLS])
def test_arguments_are_not_bent_into_shape(call: Any, arguments: tuple[Any, ...], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text):
        call(*arguments)


@pytest.mark.parametrize("wrong", [2, -1, 1.0, "1", None, HemisphereOnDLS(1)])
def test_parts_of_an_address_are_refused_by_name(wrong: Any) -> None:
    event = haldls.PADIEvent()
    with pytest.raises((TypeError, RangeError), match=r"PADIEvent\.hagen_address"):
        event.hagen_address = wrong
    assert event == haldls.PADIEvent()
