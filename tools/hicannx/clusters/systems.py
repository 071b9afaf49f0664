"""Chips of a setup whose FPGAs are distributed over processes: all of them ask, and the one that has the chip answers for all."""

from typing import Any, Final

from hicannx.asked import AskedSystem
from hicannx.errors import HicannxError
from hicannx_sim.setup.multichip import MultichipSetup

HOLD_UP: Final = ("pause", "step", "resume", "frame")
"""They are for a thread beside the one that runs programs; processes would wait for each other at different calls."""


class NotTogetherError(HicannxError):
    """Something that several processes cannot do together."""


class ClusterSystem(AskedSystem):
    """An FPGA with its chip, wherever it is. All processes make the same calls."""

    def __init__(self, group: MultichipSetup, number: int) -> None:
        self._group, self._number = group, number

    def __repr__(self) -> str:
        return f"ClusterSystem(FPGA {self._number}, chip {self._group.serials[self._number]})"

    def _ask(self, question: str, data: bytes = b"", **options: Any) -> bytes:
        if question in HOLD_UP:
            raise NotTogetherError(
                f"{question}: chips that are distributed over processes cannot be looked at while a program runs: use one process"
            )
        return self._group.ask(self._number, question, data, **options)
