"""No sequence of words crashes or hangs the model, legal or not: afterwards the next program is answered as it should be.

Small here. Ten million words, as `fuzz_words.py` runs them, with

    HICANNX_FUZZ_WORDS=10000000 pytest tests/fuzz

and with address and undefined-behaviour sanitizers, beside datagrams, files and packets, with `make soak FIGURES=sanitized SCALE=10`.
"""

import logging
import os

import numpy as np
import pytest
from fuzz_words import campaign, check, drawn, read, write
from hypothesis import given, settings
from hypothesis import strategies as st
from word_streams import Generator

import hicannx_sim as sim

WORDS = int(os.environ.get("HICANNX_FUZZ_WORDS", "60000"))

any_word = st.integers(0, (1 << 64) - 1)
message = st.builds(lambda header, payload: header << 56 | payload, st.integers(0, 15), st.integers(0, (1 << 56) - 1))
near = st.builds(
    lambda base, offset, is_read: 0x0B << 56 | is_read << 36 | 15 << 32 | (base + offset) & 0xFFFFFFFF,
    st.sampled_from([0, 0x40000, 0x80000, 0xC0000, 0x110000, 0x122000, 0x130000, 0x140000, 0x2000000, 0x2C00000, 0x80000000, 0x88000000]),
    st.integers(-2, 300),
    st.integers(0, 1),
)
data = st.integers(0, (1 << 32) - 1).map(lambda word: 0x0C << 56 | word)


@pytest.fixture(autouse=True)
def quiet():
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@given(words=st.lists(st.one_of(message, any_word, near, st.tuples(near, data)), max_size=40), strict=st.booleans(), jboa=st.booleans())
@settings(max_examples=60, deadline=None)
def test_any_words(words, strict, jboa):
    flat = [word for entry in words for word in (entry if isinstance(entry, tuple) else (entry,))]
    system = sim.System(sim.VirtualChip(1), strict=strict, setup="jboa" if jboa else "cube")
    system.execute(np.array([0x0B << 56 | 15 << 32 | 0x88000009, 0x0C << 56 | 2000, 0x0A << 56], np.uint64))
    check(system, np.array([word for word in flat if word >> 56 != 5 or word & 0xFFFFFFFF < 1 << 20], np.uint64))


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
def test_random_programs(strict):
    assert campaign(drawn(WORDS // 2, 7, 2000), 7, strict) >= WORDS // 2


def test_kept_programs_are_those_that_were_drawn(tmp_path):
    file = tmp_path / "programs.npz"
    write(file, drawn(2000, 3, 600))
    assert [one.tolist() for one in read(file)] == [one.tolist() for one in drawn(2000, 3, 600)]


def test_same_words_same_answer():
    """Nothing depends on what memory held before."""
    programs = [np.append(Generator(seed).program(600), np.uint64(0x0A << 56)) for seed in range(6)]
    answers = []
    for _ in range(2):
        system = sim.System(sim.VirtualChip(3), seed=4)
        answers.append([system.execute(program) if all(program >> np.uint64(56) < 16) else None for program in programs])
    for one, other in zip(*answers, strict=True):
        np.testing.assert_array_equal(one, other)
