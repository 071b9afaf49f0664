"""What can be seen and done of a chip behind a connection where it is a model: the names that handles offer.

Who has the model installs what stands behind them, under the entry point group `fisch.insight`; nothing here knows it. Its own class says
what each of them gives (`hicannx.Insight`).
"""

from collections.abc import Iterable
from typing import Any, Protocol


class Insight(Protocol):
    """One chip."""

    def report(self) -> str:
        """What one should know before believing the runs so far; empty if there is nothing to say."""

    def explain(self) -> list[Any]:
        """Why something that the runs so far attempted did not happen."""

    def events(self) -> Any:
        """What happened to events at every hop between playback program and trace."""

    def counters(self) -> dict[str, Any]:
        """Everything that is counted, by name."""

    def unmodelled(self) -> list[Any]:
        """Everything that is set now and has no effect in the model."""

    def accuracy(self, register: Any) -> Any:
        """How far a register can be trusted."""

    def listing(self, program: Any) -> Any:
        """A program, a builder or words as people read them."""

    def contents(self, container: type[Any], coordinate: Any = None) -> Any:
        """A register as it stands, without any effect of reading it and without a program."""

    def observe(
        self,
        *,
        membrane: Iterable[int] = (),
        excitatory: Iterable[int] = (),
        inhibitory: Iterable[int] = (),
        adaptation: Iterable[int] = (),
        every: float = 1.0,
        events: Iterable[str] = ("neuron",),
        accesses: bool = False,
        instructions: int = 0,
    ) -> Any:
        """Observes from now on, without effect on what is computed."""

    def frame(self) -> bytes:
        """A look at the whole chip at this moment."""

    def snapshot(self, compress: bool = False) -> bytes:
        """The whole state as bytes."""

    def restore(self, state: bytes) -> None:
        """Becomes what a snapshot was taken of."""

    def keep_history(self, runs: int = 10) -> None:
        """Keeps the states before the last runs from now on."""

    def rewind(self, runs: int = 1) -> None:
        """Takes the last runs back."""

    def pause(self) -> None:
        """Time on the chip stands still."""

    def step(self, instructions: int = 0, us: float = 0) -> None:
        """So many instructions, or so much time, and it stands still again."""

    def resume(self) -> None:
        """Time goes on."""

    def inject(self, *faults: Any, seed: int = 0) -> None:
        """Lets things go wrong from now on."""

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
