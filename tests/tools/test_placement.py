"""Arrays of registers in an address space."""

import pytest

from hicannx.registers.addresses import Axis, Pattern
from hicannx.registers.placement import Bundle, Item, Register, Repeated, apart, items_of


def pattern(offsets, *axes):
    return Pattern(tuple(range(len(offsets))), tuple(offsets), tuple(Axis(f"axis{i}", *axis) for i, axis in enumerate(axes)))


def test_words_side_by_side_repeat_together():
    (item,) = items_of("neuron", ["a", "b"], pattern((0x100, 0x101), (256, 4), (2, 0x8000)))
    assert (item.address, item.end) == (0x100, 0x101 + 255 * 4 + 0x8000 + 1)
    assert item.what == Repeated(Repeated(Bundle((("word0", 0, Register("a")), ("word1", 1, Register("b")))), (256,), 4), (2,), 0x8000)


def test_words_far_apart_repeat_on_their_own_inside():
    (item,) = items_of("quad", ["a", "b"], pattern((0, 0x40), (64, 1), (256, 0x80)))
    inner = Bundle((("word0", 0, Repeated(Register("a"), (64,), 1)), ("word1", 0x40, Repeated(Register("b"), (64,), 1))))
    assert item.what == Repeated(inner, (256,), 0x80)


def test_dimensions_without_gap_are_one_array():
    (item,) = items_of("quad", ["a"], pattern((0,), (64, 1), (256, 64)))
    assert item.what == Repeated(Register("a"), (256, 64), 1)


def test_an_axis_that_counts_downwards_is_unrolled():
    items = items_of("channel", ["a"], pattern((0x800,), (128, 2), (2, -0x800)))
    assert [(item.name, item.address) for item in items] == [("channel_0", 0x800), ("channel_1", 0)]


def test_words_that_interleave_are_items_of_their_own():
    items = items_of("odd", ["a", "b"], pattern((0, 5), (8, 3)))
    assert [item.name for item in items] == ["odd_word0", "odd_word1"]


def test_what_encloses_others_is_split():
    wide = Item("wide", 0, Repeated(Register("a"), (2,), 0x1000))
    narrow = Item("narrow", 0x10, Repeated(Register("b"), (4,), 1))
    placed = apart([wide, narrow])
    found = [(item.name, item.address, item.end) for item in placed]
    assert found == [("wide_0", 0, 1), ("narrow", 0x10, 0x14), ("wide_1", 0x1000, 0x1001)]


def test_two_words_at_one_address_are_an_error():
    with pytest.raises(ValueError, match="overlaps"):
        apart([Item("one", 4, Register("a")), Item("other", 4, Register("b"))])
