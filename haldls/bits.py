"""The bit-map notation of register fields.

A field's place is written most significant bit first, as a datasheet would: `"w1[3:0] w2[5:2]"` puts the upper half of an
8-bit value into bits 3..0 of word 1 and the lower half into bits 5..2 of word 2. Words are counted in access order.

    w0[7:0]     bits 7..0, same order          w0[0:3]     bit-reversed
    ~w0[7:0]    stored inverted                w0[5]       a single bit
    be0[3]      byte enable lane 3 of word 0   1 or 0      a value bit that is not stored and always reads so
"""

import re
from functools import cache
from typing import NamedTuple

_SEGMENT = re.compile(r"(~?)(w|be)(\d+)\[(\d+)(?::(\d+))?\]")


class Piece(NamedTuple):
    """`width` consecutive value bits from `source` on that stand in `word` from bit `target` on, inverted or not.

    `lane`: the piece stands in the byte enables of the word. `word` is -1 for a constant one, which stands nowhere.
    """

    word: int
    source: int
    target: int
    width: int
    inverted: bool
    lane: bool = False


@cache
def parse(text: str) -> tuple[Piece, ...]:
    """The pieces of a bit map, least significant first. Raises ValueError naming what cannot be read."""
    pieces: list[Piece] = []
    source = 0
    for segment in reversed(text.split()):
        found = _constant(segment, source) if segment in ("0", "1") else _stored(segment, source, text)
        pieces += found
        source += sum(piece.width for piece in found) or 1
    return tuple(pieces)


def _constant(segment: str, source: int) -> list[Piece]:
    return [Piece(-1, source, 0, 1, False)] if segment == "1" else []


def _stored(segment: str, source: int, text: str) -> list[Piece]:
    match = _SEGMENT.fullmatch(segment)
    if match is None:
        raise ValueError(f"not a bit map segment: {segment!r} in {text!r}")
    word, first, last = int(match[3]), int(match[4]), int(match[5] or match[4])
    inverted, lane, width = bool(match[1]), match[2] == "be", abs(first - last) + 1
    if first >= last:
        return [Piece(word, source, last, width, inverted, lane)]
    return [Piece(word, source + bit, last - bit, 1, inverted, lane) for bit in range(width)]  # [0:3]: value bit 0 goes highest


def width(pieces: tuple[Piece, ...]) -> int:
    """Number of value bits that a bit map holds."""
    return max((piece.source + piece.width for piece in pieces), default=0)
