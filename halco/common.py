"""Coordinates every chip needs: sides, directions, parity, the unique thing, and the address of a host."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Any

from halco.conversions import at, to
from halco.kinds import Coordinate, iter_all
from halco.value import Enum, Linear, X, Y

__all__ = [
    "Coordinate", "Direction", "Enum", "IPv4", "Orientation", "Parity", "Side", "SideHorizontal", "SideVertical", "Unique", "X", "Y",
    "bottom", "east", "horizontal", "iter_all", "left", "north", "right", "south", "top", "unique", "vertical", "west",
]  # fmt: skip


class _Worded(Linear):
    """A choice that prints as a bare word."""

    _words: tuple[str, ...] = ()

    def __init_subclass__(cls, words: tuple[str, ...], **others: Any) -> None:
        super().__init_subclass__(size=len(words), **others)
        cls._words = words

    def __repr__(self) -> str:
        return self._words[self]


class SideHorizontal(_Worded, words=("left", "right")):
    """Left or right."""


class SideVertical(_Worded, words=("top", "bottom")):
    """Top or bottom."""


class Unique(_Worded, words=("unique",)):
    """The one and only: for interfaces that want a coordinate of something there is just one of."""


class Orientation(_Worded, words=("horizontal", "vertical")):
    """Direction of a line without its sense."""


class Direction(_Worded, words=("north", "east", "south", "west")):
    """Point of the compass, clockwise from north."""

    toOrientation = to(lambda e: 1 - e % 2)


class Parity(_Worded, words=("even", "odd")):
    """Even or odd."""

    even = at(0)
    odd = at(1)

    @classmethod
    def from_number(cls, number: int) -> Parity:
        """Parity of any integer."""
        return cls(int(number) % 2)


Side = SideHorizontal
left, right = SideHorizontal(0), SideHorizontal(1)
top, bottom = SideVertical(0), SideVertical(1)
north, east, south, west = Direction(0), Direction(1), Direction(2), Direction(3)
horizontal, vertical = Orientation(0), Orientation(1)
unique = Unique()
"""The only position of `Unique`."""


class IPv4:
    """Address of a host: from four bytes, an unsigned integer or another address; `from_string` takes dotted notation."""

    __slots__ = ("_address",)

    def __init__(self, address: int | Iterable[int] | IPv4 = 0) -> None:
        value = address.to_ulong() if isinstance(address, IPv4) else address
        self._address = IPv4Address(value if isinstance(value, int) else bytes(value))

    @classmethod
    def from_string(cls, text: str) -> IPv4:
        """Address in dotted notation; ValueError (ipaddress.AddressValueError) if it is none."""
        return cls(int(IPv4Address(text)))

    @classmethod
    def any(cls) -> IPv4:
        """0.0.0.0"""
        return cls(0)

    @classmethod
    def broadcast(cls) -> IPv4:
        """255.255.255.255"""
        return cls(0xFFFFFFFF)

    @classmethod
    def loopback(cls) -> IPv4:
        """127.0.0.1"""
        return cls(0x7F000001)

    @staticmethod
    def netmask(address: IPv4) -> IPv4:
        """Mask of the address' class: 8, 16 or 24 bits for A, B and C, all bits for the rest."""
        sizes = ((address.is_class_a(), 8), (address.is_class_b(), 16), (address.is_class_c(), 24))
        bits = next((size for fits, size in sizes if fits), 32)
        return IPv4(0xFFFFFFFF << (32 - bits) & 0xFFFFFFFF)

    def to_string(self) -> str:
        """Dotted notation."""
        return str(self._address)

    def to_bytes(self) -> list[int]:
        """The four bytes, most significant first."""
        return list(self._address.packed)

    def to_ulong(self) -> int:
        """The address as one 32 bit number."""
        return int(self._address)

    def is_class_a(self) -> bool:
        """Whether the leading bit is 0."""
        return self.to_ulong() >> 31 == 0b0

    def is_class_b(self) -> bool:
        """Whether the leading bits are 10."""
        return self.to_ulong() >> 30 == 0b10

    def is_class_c(self) -> bool:
        """Whether the leading bits are 110."""
        return self.to_ulong() >> 29 == 0b110

    def is_multicast(self) -> bool:
        """Whether the leading bits are 1110."""
        return self.to_ulong() >> 28 == 0b1110

    def is_loopback(self) -> bool:
        """Whether the address is in 127.0.0.0/8."""
        return self.to_ulong() >> 24 == 127

    def is_unspecified(self) -> bool:
        """Whether the address is 0.0.0.0."""
        return self.to_ulong() == 0

    def __eq__(self, other: object) -> bool:
        return self._address == other._address if isinstance(other, IPv4) else NotImplemented

    def __lt__(self, other: IPv4) -> bool:
        return self._address < other._address

    def __le__(self, other: IPv4) -> bool:
        return self._address <= other._address

    def __hash__(self) -> int:
        return self.to_ulong()

    def __repr__(self) -> str:
        return f"IPv4({self._address})"

    def __reduce__(self) -> tuple[type[IPv4], tuple[int]]:
        return IPv4, (self.to_ulong(),)
