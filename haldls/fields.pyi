from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from haldls._core import Container

Bits = str | Sequence[str] | Callable[[int], str] | None

class Field:
    name: str
    doc: str
    unit: str
    slot: int
    count: int
    repeat: int
    type: Any
    choices: dict[int, Any] | None
    write_bits: list[str] | None
    read_bits: list[str] | None
    defaults: list[int]
    offset: int
    code: tuple[tuple[int, ...], tuple[int, ...]] | None
    allowed: frozenset[int] | None
    is_signed: bool
    readonly: bool
    def __init__(
        self,
        type: Any,
        bits: Bits = None,
        *,
        read: Bits | object = ...,
        default: Any = None,
        unit: str = "",
        doc: str = "",
        offset: int = 0,
        code: Any = None,
        is_signed: bool = False,
        allowed: Iterable[Any] | None = None,
        readonly: bool = False,
    ) -> None: ...
    @overload
    def __get__(self, container: None, owner: type) -> Self: ...
    @overload
    def __get__(self, container: object, owner: type) -> Any: ...
    def __set__(self, container: object, value: Any) -> None: ...
    def fits_any_register(self) -> bool: ...
    def check(self, container: Container) -> None: ...
    def is_default(self, container: Container) -> bool: ...
    def text(self, container: Container) -> str: ...

class Array(Field):
    index: Any
    copies: bool
    def __init__(
        self,
        index: Any,
        type: Any,
        bits: Bits = None,
        *,
        read: Bits | object = ...,
        default: Any = None,
        unit: str = "",
        doc: str = "",
        offset: int = 0,
        copies: bool = False,
    ) -> None: ...
    def accessors(self, name: str) -> tuple[Callable[..., Any], Callable[..., None]]: ...

class ArrayView:
    def __len__(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def max_size(self) -> int: ...
    @property
    def empty(self) -> bool: ...
    def __getitem__(self, index: Any) -> Any: ...
    def __setitem__(self, index: Any, value: Any) -> None: ...
    def __iter__(self) -> Iterator[Any]: ...
    def front(self) -> Any: ...
    def back(self) -> Any: ...
    def at(self, index: Any) -> Any: ...
    def fill(self, value: Any) -> None: ...
    def to_numpy(self) -> NDArray[np.int64] | NDArray[np.bool_]: ...
    def from_numpy(self, values: ArrayLike) -> None: ...

class Group(Field):
    index: Any
    parts: list[Field]
    def __init__(
        self,
        index: Any,
        type: Any,
        bits: Callable[[int], Mapping[str, str | Sequence[str]]] | None = None,
        *,
        default: Callable[[int], Mapping[str, Any]] | None = None,
        doc: str = "",
        unit: str = "",
    ) -> None: ...
    def get(self, container: Container, index: Any) -> Any: ...
    def set(self, container: Container, index: Any, value: Container) -> None: ...
    def accessors(self, name: str) -> tuple[Callable[..., Any], Callable[..., None]]: ...

def tree_of(cls: type, values: NDArray[np.int64]) -> dict[str, Any]: ...
def flat_tree(cls: type, tree: Any) -> NDArray[np.int64]: ...
