"""The examples in the documentation of the model's modules run."""

import doctest
from importlib import import_module

import pytest

INNER = ("setup.connection", "setup.system", "trust.accuracy", "trust.hops", "trust.registers")
MODULES = ("hicannx_sim", *(f"hicannx_sim.{name}" for name in INNER))


@pytest.mark.parametrize("name", MODULES)
def test_examples(name):
    failed, tried = doctest.testmod(import_module(name))
    assert tried > 0 and failed == 0
