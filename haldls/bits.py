"""The bit-map notation of register fields.

A field's place is written most significant bit first, as a datasheet would: `"w1[3:0] w2[5:2]"` puts the upper half of an
8-bit value into bits 3..0 of word 1 and the lower half into bits 5..2 of word 2. Words are counted in access order.

    w0[7:0]     bits 7..0, same order          w0[0:3]     bit-reversed
    ~w0[7:0]    stored inverted                w0[5]       a single bit
"""

import re
from typing import NamedTuple

_SEGMENT = re.compile(r"(~?)w(\d+)\[(\d+)(?::(\d+))?\]")


class Piece(NamedTuple):
    """`width` consecutive value bits from `source` on that stand in `word` from bit `target` on, inverted or not."""

    word: int
    source: int
    target: int
    width: int
    inverted: bool


def parse(text: str) -> list[Piece]:
    """The pieces of a bit map, least significant first. Raises ValueError naming what cannot be read."""
    pieces: list[Piece] = []
    source = 0
    for segment in reversed(text.split()):
        match = _SEGMENT.fullmatch(segment)
        if match is None:
            raise ValueError(f"not a bit map segment: {segment!r} in {text!r}")
        word, first, last = int(match[2]), int(match[3]), int(match[4] or match[3])
        inverted, width = bool(match[1]), abs(first - last) + 1
        if first >= last:
            pieces.append(Piece(word, source, last, width, inverted))
        else:  # [0:3]: value bit 0 goes to the highest word bit
            pieces += [Piece(word, source + bit, last - bit, 1, inverted) for bit in range(width)]
        source += width
    return pieces


def width(pieces: list[Piece]) -> int:
    """Number of value bits that a bit map holds."""
    return sum(piece.width for piece in pieces)
