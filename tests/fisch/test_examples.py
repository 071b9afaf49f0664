"""The examples in the docstrings do what they say."""

import doctest

import pytest

from fisch import _decoder, _words, access, builder, containers, dump, events


@pytest.mark.parametrize("module", [_decoder, _words, access, builder, containers, dump, events], ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted > 0 and result.failed == 0
