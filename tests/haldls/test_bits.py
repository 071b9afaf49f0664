"""The bit-map notation."""

import pytest

from haldls.bits import Piece, parse, width


def test_parts_are_read_most_significant_first() -> None:
    assert parse("w1[3:0] ~w2[5:2]") == (Piece(2, 0, 2, 4, True), Piece(1, 4, 0, 4, False))


def test_reversed_bits_become_single_ones() -> None:
    assert parse("w0[24:26]") == (Piece(0, 0, 26, 1, False), Piece(0, 1, 25, 1, False), Piece(0, 2, 24, 1, False))


def test_constants_take_a_place_in_the_value_but_none_in_the_words() -> None:
    assert parse("w0[31] 1") == (Piece(-1, 0, 0, 1, False), Piece(0, 1, 31, 1, False))
    assert parse("w0[31] 0") == (Piece(0, 1, 31, 1, False),)


def test_byte_enables() -> None:
    assert parse("be0[3]") == (Piece(0, 0, 3, 1, False, True),)


@pytest.mark.parametrize(("text", "bits"), [("w0[31:0]", 32), ("w1[10:0] w0[31:0]", 43), ("w0[0:3]", 4), ("w0[2] 0 0", 3), ("", 0)])
def test_width(text: str, bits: int) -> None:
    assert width(parse(text)) == bits


@pytest.mark.parametrize("text", ["w[3]", "w0[3", "x0[3]", "w0[a]", "2"])
def test_what_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="not a bit map segment"):
        parse(text)
