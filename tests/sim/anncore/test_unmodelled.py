"""What is not modelled is reported."""

from collections.abc import Callable

import pytest

from hicannx_sim.anncore.parameters import UNMODELLED


def test_plain_neurons_report_nothing(kit: Callable) -> None:
    k = kit()
    for neuron in range(512):
        k.neuron(neuron, {"enable_fire": 1, "enable_exponential": 1, "connect_soma": 1})
    assert k.core.unmodelled() == []


@pytest.mark.parametrize("field", UNMODELLED)
def test_switched_on_feature_is_reported_with_its_neuron(kit: Callable, field: str) -> None:
    k = kit()
    k.neuron(345, {}, {field: 1})
    assert k.core.unmodelled() == [(345, field)]
