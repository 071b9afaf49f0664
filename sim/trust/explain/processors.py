"""Programs of the plasticity processors that do not run."""

from collections.abc import Iterator
from typing import Final

from hicannx_sim.trust.explain.finding import Attempt, Obstacle, Path
from hicannx_sim.trust.explain.view import View

_BRANCH: Final = 18
"""Primary opcode of the branch that stands at the reset address of every program."""
_LEAST_BYTES: Final = 32
_START: Final = 0
"""Address at which a processor starts."""


def _idle(view: View) -> Iterator[Attempt]:
    """Processors with a program in their memory that never started."""
    for number, core in enumerate(view.chip.processors.cores):
        if not view.chip.processors.starts[number] and core.peek(0) >> 26 == _BRANCH and sum(map(bool, core.memory())) > _LEAST_BYTES:
            yield Attempt(f"the program in the memory of PPU {number} ran no instruction", number)


def _astray(view: View) -> Iterator[Attempt]:
    """Processors that started on a memory in which no program stands."""
    for number, core in enumerate(view.chip.processors.cores):
        if any(entry.address == _START for entry in core.undecoded_words()) and not any(core.memory()[:_LEAST_BYTES]):
            yield Attempt(f"PPU {number} started at an address that holds nothing", number)


PATHS: Final = (
    Path(
        _astray,
        (
            Obstacle(
                "PPUMemory",
                "a program, before inhibit_reset",
                "its memory is empty where programs begin",
                lambda view, number: [number],
            ),
        ),
    ),
    Path(
        _idle,
        (
            Obstacle(
                "PPUControlRegister",
                "inhibit_reset = True",
                "the processor is held in reset",
                lambda view, number: [] if view.field("PPUControlRegister", "inhibit_reset")[number] else [number],
            ),
            Obstacle(
                "PPUControlRegister",
                "force_clock_off = False",
                "its clock is off",
                lambda view, number: [number] if view.field("PPUControlRegister", "force_clock_off")[number] else [],
            ),
        ),
        late=True,
    ),
)
"""Processors that do nothing."""
