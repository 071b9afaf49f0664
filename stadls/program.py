"""Playback programs: the words to the FPGA, and after a run what came back."""

from __future__ import annotations

from typing import Any, Self

from fisch import Target
from fisch.program import CLASSES, Program
from halco.value import shown
from haldls import HighspeedLinkNotification
from stadls.events import MADCSampleVector, SpikeVector, link_notification
from stadls.listing import Listing

__all__ = ["PlaybackProgram"]


class PlaybackProgram(Program[SpikeVector, MADCSampleVector]):
    """Made by `PlaybackProgramBuilder.done`, executed by `run`. Running it again replaces what came back before.

    Besides what all programs have (`fisch.program.Program`):
    unsupported_targets   targets that refuse one of its accesses
    """

    spikes_type = SpikeVector
    madc_samples_type = MADCSampleVector

    def __init__(self) -> None:
        super().__init__()
        self.unsupported_targets: set[Target] = set()

    @property
    def highspeed_link_notifications(self) -> list[HighspeedLinkNotification]:
        """What the PHYs of the link reported during the run."""
        return [link_notification(int(row["value"]), int(row["fpga_time"])) for row in self.links]

    def same_instructions(self) -> Self:
        made = super().same_instructions()
        made.unsupported_targets = set(self.unsupported_targets)
        return made

    def state(self) -> dict[str, Any]:
        """Everything there is to know about the program, as plain values and arrays by name: what is stored of it."""
        return {
            "unsupported_targets": sorted(target.name for target in self.unsupported_targets),
            "expected": [self.expected[kind] for kind in CLASSES],
            "ran": self.ran,
            **self.arrays(),
        }

    def take_state(self, state: dict[str, Any]) -> None:
        """Takes over what `state` gave; the program stays as it was if that is no state.

        Raises KeyError for an incomplete one, TypeError for other things than a truth value, names of targets and numbers of responses,
        and what `take_arrays` raises.
        """
        ran, targets, expected = state["ran"], state["unsupported_targets"], state["expected"]
        if type(ran) is not bool:
            raise TypeError(f"ran is True or False, not {shown(ran)}")
        if not isinstance(targets, list) or not set(map(str, targets)) <= set(Target.__members__):
            raise TypeError(f"unsupported_targets is a list of {', '.join(Target.__members__)}, not {shown(targets)}")
        if not isinstance(expected, list) or len(expected) != len(CLASSES) or any(type(one) is not int or one < 0 for one in expected):
            raise TypeError(f"expected is a list of {len(CLASSES)} numbers of responses, not {shown(expected)}")
        made = PlaybackProgram()
        made.take_arrays(state)
        made.ran, made.unsupported_targets = ran, {Target[name] for name in targets}
        made.expected = dict(zip(CLASSES, expected, strict=True))
        vars(self).update(vars(made))

    def __str__(self) -> str:
        """What is written, read and waited for, and when (`stadls.Listing`)."""
        return str(Listing(self.words))

    def _repr_html_(self) -> str:
        return Listing(self.words)._repr_html_()

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, {'ran' if self.ran else 'not run'})"
