"""Functions that behave as compiled ones do."""

from __future__ import annotations

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Operation(Generic[P, R]):
    """A function that does not become a method where it stands in a class: clients keep operations there."""

    def __init__(self, function: Callable[P, R]) -> None:
        self._function = function
        update_wrapper(self, function)

    def __call__(self, *arguments: P.args, **keywords: P.kwargs) -> R:
        return self._function(*arguments, **keywords)

    def __repr__(self) -> str:
        return f"<operation {self._function.__name__}>"

    def __reduce__(self) -> str:
        return self._function.__name__
