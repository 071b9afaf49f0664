"""Records of what is computed on the chip, to be computed again at one go. (facts: clients/hxtorch_jaxsnn 2.3)"""

from __future__ import annotations

from collections.abc import Sequence
from weakref import WeakSet

import torch

from _hxtorch_perceptron._operation import Operation
from _hxtorch_perceptron._rounding import rounded
from grenade.hagen import HagenError
from grenade.hagen.steps import Step, load, run, save
from grenade.hardware import HARDWARE

_tracing: WeakSet[InferenceTracer]


class InferenceTracer:
    """Records the steps between `start` and `stop`, which writes them into a file. Each has to take what the one before has given."""

    def __init__(self, filename: str) -> None:
        self.filename = str(filename)
        self._steps: list[Step] = []
        self._last: torch.Tensor | None = None

    def start(self) -> None:
        """Begins anew."""
        self._steps, self._last = [], None
        _tracing.add(self)

    def stop(self) -> list[str]:
        """Writes the file; names of the steps. RuntimeError if it was not started."""
        if self not in _tracing:
            raise HagenError("this tracer does not record anything: start it first")
        _tracing.discard(self)
        save(self._steps, self.filename)
        return [step.name for step in self._steps]

    def check(self, value: torch.Tensor) -> None:
        """RuntimeError if a step takes something else than the last one has given."""
        if self._last is not None and not torch.equal(value, self._last):
            raise HagenError(
                f"Last traced output(shape: {list(self._last.shape)}) does not match given input(shape: {list(value.shape)})."
                " (between steps that are recorded nothing else may be computed)"
            )

    def add(self, steps: Sequence[Step], given: torch.Tensor) -> None:
        """Takes steps, and what they have given."""
        self._steps += steps
        self._last = given.detach().clone()


_tracing = WeakSet()


def is_tracing() -> bool:
    """Whether anybody records."""
    return bool(_tracing)


def check(value: torch.Tensor) -> None:
    """To be called before a step, with what it takes. RuntimeError as `InferenceTracer.check`."""
    for tracer in list(_tracing):
        tracer.check(value.detach())


def add(steps: Sequence[Step], given: torch.Tensor) -> None:
    """To be called after steps, with what they have given."""
    for tracer in list(_tracing):
        tracer.add(steps, given)


@Operation
def inference_trace(input: torch.Tensor, filename: str) -> torch.Tensor:
    """What the steps in a file make of an input, [column] or [entry, column]."""
    check(input)
    if input.dim() not in (1, 2):
        raise HagenError(f"inference_trace can only operate on 1D or 2D input. (not {input.dim()} dimensions)")
    steps = load(filename)
    if not steps:
        raise HagenError(f"Empty trace can't be run. ({filename})")
    values = input.detach().cpu().double().numpy().reshape(-1, input.shape[-1])
    found = run(steps, HARDWARE.executor, HARDWARE.chip, rounded(values) if steps[0].name == "mac" else values)
    given = torch.from_numpy(found.copy()).reshape(*input.shape[:-1], found.shape[-1])
    given = given if given.dtype == torch.int64 and steps[-1].name == "argmax" else given.float()
    add(steps, given)
    return given.to(input.device)
