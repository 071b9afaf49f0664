from collections.abc import Callable, Iterable
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from haldls.layout import Layout, Schema

class Step:
    layout: Layout
    at: Callable[[NDArray[np.int64]], NDArray[np.int64]]
    count: int
    def __new__(
        cls, layout: Layout, at: Any, index: NDArray[np.int64], shift: list[int] | None = None, mask: list[int] | None = None
    ) -> Self: ...
    def read_into(self, container: Any, part: Any, repetition: int = 0) -> None: ...
    def made_from(self, container: Any, repetition: int = 0) -> Any: ...

class CompositeLayout(Layout):
    steps: list[Step]
    def build(self, n_slots: int, steps: Iterable[Step]) -> CompositeLayout: ...
    def step(self, container: Any) -> Step: ...

class Composition(Schema):
    parts: tuple[Any, ...]
    def build(self, fields: list[Any], parts: Any) -> Composition: ...

def slots_of(container: Any) -> int: ...
