import builtins
import enum
from collections.abc import Iterable, Mapping
from typing import Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from halco import Value
from haldls.fields import Field, Integer, View

C = TypeVar("C")  # a structure or container
E = TypeVar("E", bound=enum.Enum)
G = TypeVar("G")  # what reading an element gives
S = TypeVar("S")  # what an element can be set to
I = TypeVar("I")  # index
V = TypeVar("V", bound=Value)
W = TypeVar("W", bound=Value)
N = TypeVar("N", bound=Value)

class Member(Field[C, C]):
    def __init__(self, type: builtins.type[C], doc: str = "") -> None: ...

class Members(Field["MembersView[I, C]", Iterable[C]], Generic[I, C]):
    index: Any
    size: int
    def __init__(self: Members[V, C], index: builtins.type[V], type: builtins.type[C], doc: str = "") -> None: ...

class MembersView(View[I, C, C]): ...

class Coded(Field[E, E]):
    codes: dict[enum.Enum, int]
    aliases: dict[int, int]
    def __init__(
        self,
        type: builtins.type[E],
        codes: Mapping[E, int],
        *,
        aliases: Mapping[int, int] | None = None,
        default: Any = None,
        doc: str = "",
    ) -> None: ...

class Numbers(Field["NumbersView[I, G, S]", Iterable[S]], Generic[I, G, S]):
    index: tuple[Any, ...]
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    @overload
    def __init__(
        self: Numbers[V, N, N | Integer],
        index: builtins.type[V],
        type: builtins.type[N],
        *,
        default: Any = None,
        doc: str = "",
        unit: str = "",
    ) -> None: ...
    @overload
    def __init__(
        self: Numbers[V, NumbersView[W, N, N | Integer], Iterable[N | Integer]],
        index: tuple[builtins.type[V], builtins.type[W]],
        type: builtins.type[N],
        *,
        default: Any = None,
        doc: str = "",
        unit: str = "",
    ) -> None: ...

class NumbersView(View[I, G, S]):
    shape: tuple[int, ...]
    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]: ...
    def to_numpy(self) -> NDArray[Any]: ...
    def from_numpy(self, values: Any) -> None: ...
    def fill(self, value: S | Value | Integer) -> None: ...
