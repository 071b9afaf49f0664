"""The examples in the docstrings run."""

import doctest
from types import ModuleType

import pytest

import hicannx_sim.anncore
import hicannx_sim.base.mismatch
import hicannx_sim.base.noise
import hicannx_sim.base.numbers
import hicannx_sim.base.virtual_chip


@pytest.mark.parametrize(
    "module",
    [hicannx_sim.anncore, hicannx_sim.base.mismatch, hicannx_sim.base.noise, hicannx_sim.base.numbers, hicannx_sim.base.virtual_chip],
    ids=lambda module: module.__name__,
)
def test_examples(module: ModuleType) -> None:
    result = doctest.testmod(module)
    assert result.failed == 0
    assert result.attempted > 0
