"""The examples in the documentation of the model's modules run."""

import doctest
from importlib import import_module

import pytest

MODULES = ("sim", "sim.accuracy", "sim.connection", "sim.hops", "sim.registers", "sim.system")


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried > 0 and failed == 0
