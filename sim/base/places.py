"""Where fields stand in the words of a register: bit positions, read from the containers of haldls.

>>> import haldls
>>> bits_of(haldls.SpikeIOConfig, "enable_tx")
Bits(word=0, shift=16, width=1, inverted=False, offset=0)
>>> bits_of(haldls.PLLClockOutputBlock, "clock_output.select_adpll", 2).shift
18
>>> bits_of(haldls.ShiftRegister, "enable_vdd", 2).mask == 1 << 18
True
>>> bits_of(haldls.ShiftRegister, "enable_led", 1).get([0])
1
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from haldls.bits import parse


class Bits(NamedTuple):
    """`width` bits from `shift` on in one word of a container, inverted or not, which hold a value plus `offset`."""

    word: int
    shift: int
    width: int
    inverted: bool = False
    offset: int = 0

    @property
    def mask(self) -> int:
        """These bits in their word."""
        return ((1 << self.width) - 1) << self.shift

    def get(self, words: Sequence[int]) -> int:
        """The value in a container's words, without sign."""
        word = ~words[self.word] if self.inverted else words[self.word]
        return ((word & self.mask) >> self.shift) - self.offset


def bits_of(container: Any, field: str, index: int = 0) -> Bits:
    """The bits of a field of a container: of an array the `index`-th value, of a group (`group.part`) that of its `index`-th member.

    ValueError if they do not stand together in one word.
    """
    name, _, part = field.partition(".")
    found = next(each for each in container.fields() if each.name == name)
    if part:
        parts = [each.name for each in found.parts]
        index = index * len(parts) + parts.index(part)
    pieces = [piece for piece in parse((found.write_bits or found.read_bits)[index]) if piece.word >= 0]
    if len(pieces) != 1:
        raise ValueError(f"{container.__name__}.{field} is spread over {len(pieces)} places")
    (piece,) = pieces
    return Bits(piece.word, piece.target, piece.width, piece.inverted, found.offset)
