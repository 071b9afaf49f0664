import builtins
import enum
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Generic, Self, TypedDict, TypeVar, Unpack, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from halco import Value
from haldls.layout import Container

Bits = str | Sequence[str] | Callable[[int], str] | None
Integer = int | np.integer[Any]
Flag = bool | np.bool_  # at run time whatever has a truth value as a number has; a checker asks for what is meant

G = TypeVar("G")  # what reading gives
S = TypeVar("S")  # what can be assigned
I = TypeVar("I")  # index of an array
C = TypeVar("C")  # a structure or container
V = TypeVar("V", bound=Value)
W = TypeVar("W", bound=Value)
E = TypeVar("E", bound=enum.Enum)

class _Options(TypedDict, total=False):
    read: Bits | object
    default: Any
    unit: str
    doc: str
    offset: int
    code: Any
    is_signed: bool
    allowed: Iterable[Any] | None
    readonly: bool

class _ArrayOptions(TypedDict, total=False):
    read: Bits | object
    default: Any
    unit: str
    doc: str
    offset: int
    copies: bool

class Field(Generic[G, S]):
    __name__: str
    name: str
    doc: str
    unit: str
    owner: builtins.type
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
    @overload
    def __init__(self: Field[bool, Flag], type: builtins.type[bool], bits: Bits = None, **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(self: Field[V, V | Integer], type: builtins.type[V], bits: Bits = None, **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(self: Field[E, E], type: builtins.type[E], bits: Bits = None, **options: Unpack[_Options]) -> None: ...
    @overload
    def __init__(
        self: Field[V | W, V | W | Integer],
        type: tuple[builtins.type[V], builtins.type[W]],
        bits: Bits = None,
        **options: Unpack[_Options],
    ) -> None: ...
    @overload
    def __get__(self, container: None, owner: builtins.type) -> Self: ...
    @overload
    def __get__(self, container: object, owner: builtins.type) -> G: ...
    def __set__(self, container: object, value: S) -> None: ...
    def place(self, container: object) -> str: ...
    def takes(self) -> str: ...
    def fits_any_register(self) -> bool: ...
    def check(self, container: Container) -> None: ...
    def is_default(self, container: Container) -> bool: ...
    def nested(self, values: NDArray[np.int64]) -> Any: ...
    def flattened(self, tree: Any) -> NDArray[np.int64]: ...
    def text(self, container: Container) -> str: ...

class View(Generic[I, G, S]):
    def __len__(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def max_size(self) -> int: ...
    @property
    def empty(self) -> bool: ...
    @overload
    def __getitem__(self, index: I | int) -> G: ...
    @overload
    def __getitem__(self, index: slice) -> list[G]: ...
    @overload
    def __setitem__(self, index: I | int, value: S) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[S]) -> None: ...
    def __iter__(self) -> Iterator[G]: ...
    def front(self) -> G: ...
    def back(self) -> G: ...
    def at(self, index: I | int) -> G: ...
    def fill(self, value: S) -> None: ...

class ArrayView(View[I, G, S]):
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]: ...
    def to_numpy(self) -> NDArray[Any]: ...
    def from_numpy(self, values: ArrayLike) -> None: ...

class Array(Field[ArrayView[I, G, S], Iterable[S]], Generic[I, G, S]):
    index: Any
    copies: bool
    @overload
    def __init__(
        self: Array[V, bool, Flag], index: builtins.type[V], type: builtins.type[bool], bits: Bits = None, **options: Unpack[_ArrayOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Array[V, W, W | Integer], index: builtins.type[V], type: builtins.type[W], bits: Bits = None, **options: Unpack[_ArrayOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Array[int, W, W | Integer], index: int, type: builtins.type[W], bits: Bits = None, **options: Unpack[_ArrayOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Array[V, E, E], index: builtins.type[V], type: builtins.type[E], bits: Bits = None, **options: Unpack[_ArrayOptions]
    ) -> None: ...
    @overload
    def __init__(
        self: Array[V, Any, Any], index: builtins.type[V], type: tuple[Any, Any], bits: Bits = None, **options: Unpack[_ArrayOptions]
    ) -> None: ...
    def accessors(self, name: str) -> tuple[Callable[[Any, I | int], G], Callable[[Any, I | int, S], None]]: ...

class Group(Field[list[C], Iterable[C]], Generic[I, C]):
    index: Any
    parts: list[Field[Any, Any]]
    def __init__(
        self: Group[V, C],
        index: builtins.type[V],
        type: builtins.type[C],
        bits: Callable[[int], Mapping[str, str | Sequence[str]]] | None = None,
        *,
        default: Callable[[int], Mapping[str, Any]] | None = None,
        doc: str = "",
        unit: str = "",
    ) -> None: ...
    def position(self, index: I | int) -> int: ...
    def get(self, container: Any, index: I | int) -> C: ...
    def set(self, container: Any, index: I | int, value: C) -> None: ...
    def accessors(self, name: str) -> tuple[Callable[[Any, I | int], C], Callable[[Any, I | int, C], None]]: ...

def tree_of(cls: type, values: NDArray[np.int64]) -> dict[str, Any]: ...
def flat_tree(cls: type, tree: Any) -> NDArray[np.int64]: ...
