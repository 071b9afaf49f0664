"""The examples in the docstrings run."""

import doctest
from importlib import import_module

import pytest

MODULES = ("hicannx", "hicannx.connecting", "hicannx.systems", "hicannx.trust", "hicannx.registers.diagram", "hicannx_sim.trust.accuracy")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried and not failed
