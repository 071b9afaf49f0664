"""The examples in the docstrings do what they say."""

import doctest

import pytest

from fisch import access, builder, containers, decoder, dump, events, words


@pytest.mark.parametrize("module", [decoder, words, access, builder, containers, dump, events], ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
