"""The examples in the docstrings run."""

import doctest
from types import ModuleType

import pytest

import sim.anncore
import sim.mismatch
import sim.noise
import sim.physics
import sim.virtual_chip


@pytest.mark.parametrize(
    "module", [sim.anncore, sim.mismatch, sim.noise, sim.physics, sim.virtual_chip], ids=lambda module: module.__name__
)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted > 0
