"""The examples in the docstrings."""

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize("name", ["haldls", "haldls.pll", "haldls.madc", "haldls.ppu", "haldls.serialize"])
def test_examples(name: str) -> None:
    failed, tried = doctest.testmod(import_module(name))
    assert tried and not failed
