"""The examples in the docstrings do what they say."""

import doctest

import pytest

import stadls
from stadls import absolute_time, builder, chip_conversion, chip_init, dumper, events, listing, lookup, reinit, serialization

MODULES = [stadls, absolute_time, builder, chip_conversion, chip_init, dumper, events, listing, lookup, reinit, serialization]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples(module: object) -> None:
    result = doctest.testmod(module)  # type: ignore[arg-type]
    assert result.attempted > 0 and result.failed == 0
