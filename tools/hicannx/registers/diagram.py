"""Words drawn bit by bit: one letter per field, dots for bits that are nothing's."""

from collections.abc import Iterable, Mapping
from string import ascii_lowercase, ascii_uppercase

from hicannx.registers.fields import Bits

LETTERS = ascii_lowercase + ascii_uppercase + "0123456789"
WORD_BITS = 32


def keys(rows: Iterable[str]) -> dict[str, str]:
    """A letter for each row, as far as there are letters."""
    return dict(zip(dict.fromkeys(rows), LETTERS, strict=False))


def draw(words: int, bits: Iterable[tuple[Bits, str]], constants: Mapping[int, int]) -> str:
    """The words as text, most significant bit first; `bits` come with their letters, bits that are always set are drawn as "=".

    >>> print(draw(1, [(Bits(0, 7, 4, 0), "a"), (Bits(0, 0, 0, 0), "b")], {0: 2}))
         31       23       15       7      0
    w0   ........ ........ ........ aaaa..=b
    """
    cells = [["."] * WORD_BITS for _ in range(words)]
    for word, mask in constants.items():
        for bit in range(WORD_BITS):
            if mask >> bit & 1:
                cells[word][bit] = "="
    for piece, letter in bits:
        cells[piece.word][piece.low : piece.high + 1] = [letter] * (piece.high - piece.low + 1)
    head = "     31       23       15       7      0"
    return "\n".join([head, *(_line(word, row) for word, row in enumerate(cells))])


def _line(word: int, cells: list[str]) -> str:
    text = "".join(reversed(cells))
    return f"{f'w{word}':<5}" + " ".join(text[start : start + 8] for start in range(0, WORD_BITS, 8))
