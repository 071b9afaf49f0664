"""The examples in the docstrings."""

import doctest
from importlib import import_module

import pytest

MODULES = ["haldls", "haldls.pll", "haldls.madc", "haldls.ppu", "haldls.serialization", "haldls.serialization.table"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    failed, tried = doctest.testmod(import_module(name))
    assert tried and not failed
