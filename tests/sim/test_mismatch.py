"""Fixed pattern: a function of serial, parameter and coordinate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.numbers import TABLE, number
from hicannx_sim.base.virtual_chip import Mode, VirtualChip

NEURONS = np.arange(512)


def test_ideal_chip_has_none() -> None:
    chip = VirtualChip(3, "ideal")
    assert (deviation(chip, "threshold", NEURONS) == 0).all()
    assert (factor(chip, "leak_conductance", NEURONS) == 1).all()


@given(st.permutations(range(16)), st.integers(0, 2**32 - 1))
def test_neither_order_nor_company_matter(order: list[int], serial: int) -> None:
    chip = VirtualChip(serial)
    whole = deviation(chip, "threshold", range(16))
    assert deviation(chip, "threshold", order).tolist() == whole[order].tolist()
    assert float(deviation(chip, "threshold", order[0])) == whole[order[0]]


def test_a_chip_stays_the_same_chip() -> None:
    assert deviation(VirtualChip(42), "threshold", [0, 511]).tolist() == [0.057683195033337596, 0.029228239328045993]


@pytest.mark.parametrize("parameter", ["leak_potential", "threshold", "synapse_offset"])
def test_spread_is_that_of_the_table(parameter: str) -> None:
    values = deviation(VirtualChip(5), parameter, np.arange(100_000))
    assert values.std() == pytest.approx(number(f"mismatch_{parameter}"), rel=0.01)
    assert abs(values.mean()) < 5 * values.std() / np.sqrt(values.size)


def test_chips_parameters_and_parts_are_independent() -> None:
    patterns = [
        deviation(VirtualChip(1), "threshold", NEURONS),
        deviation(VirtualChip(2), "threshold", NEURONS),
        deviation(VirtualChip(1), "leak_potential", NEURONS),
        deviation(VirtualChip(1), "threshold", NEURONS, "other"),
    ]
    correlation = np.corrcoef(patterns) - np.eye(4)
    assert np.abs(correlation).max() < 5 / np.sqrt(512)


def test_factors_stay_positive() -> None:
    values = factor(VirtualChip(9), "synapse_tau", np.arange(1_000_000))
    assert values.min() == number("mismatch_floor")


def test_unknown_parameter_is_named() -> None:
    with pytest.raises(KeyError, match="mismatch_colour"):
        deviation(VirtualChip(1), "colour", 0)


def test_virtual_chip_refuses_what_it_cannot_be() -> None:
    with pytest.raises(ConfigurationError, match="4294967296"):
        VirtualChip(2**32)
    with pytest.raises(ConfigurationError, match="excellent"):
        VirtualChip(1, "excellent")  # type: ignore[arg-type]
    assert VirtualChip(1, "ideal") == VirtualChip(1, Mode.IDEAL)


def test_every_mismatch_is_in_the_table() -> None:
    assert sum(name.startswith("mismatch_") for name in TABLE) >= 14
