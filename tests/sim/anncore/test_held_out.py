"""Parameters that nobody has looked at before, against the equations solved by SciPy to 1e-10.

`pytest tests/sim/anncore/test_held_out.py --seeds 50` tries as many draws of each kind; `--first-seed` others than those of the suite.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from circuit_equations import TICK_US, Circuit, Network
from held_out_circuits import CLOCK, KINDS, Draw, draw

RANGE = 1.0
"""Of a membrane [V]."""
UPSWING_US = 0.02
"""By which an upswing may be early or late, as spikes may."""


@pytest.fixture
def seeds(request: pytest.FixtureRequest) -> range:
    first = request.config.getoption("first_seed")
    return range(first, first + request.config.getoption("seeds"))


def configure(k: Any, drawn: Draw) -> None:
    k.common(clock_scale_adaptation_pulse=CLOCK)
    for neuron, (config, cells, backend) in drawn.circuits.items():
        k.neuron(neuron, config, backend, **cells)
    k.shared("syn_i_bias_dac", drawn.dac)
    k.core.voltage(0, 0)
    for tick, circuit, side in drawn.events:
        neuron = list(drawn.circuits)[circuit]
        row = 256 * (neuron // 256) + 2 * circuit + side
        k.core.weights[row, neuron % 256] = drawn.weight
        k.core.row_pulse(k.core.now + tick, row, 0, 1.0, 1 + side)


def equations(k: Any, drawn: Draw) -> Network:
    """From the state that the model is in."""
    potentials = np.zeros(max(drawn.nodes) + 1)
    potentials[drawn.nodes] = [k.core.voltage(neuron, 0) for neuron in drawn.circuits]
    adaptation = np.array([k.core.voltage(neuron, 3) for neuron in drawn.circuits])
    return Network([Circuit(*parts, CLOCK) for parts in drawn.circuits.values()], potentials, adaptation, list(drawn.nodes), drawn.links)


def play(k: Any, drawn: Draw) -> tuple[np.ndarray, np.ndarray]:
    """The model's potentials of all circuits at the ends of steps, and its spikes [us]."""
    start, volts, spikes = k.core.now, [], []
    for tick in range(start + 50, start + round(drawn.us * 500) + 1, 50):
        while k.core.run(tick) < tick:
            pass
        spikes += [(int(t) - start) * TICK_US for t in k.core.spike_array()["tick"]]
        volts.append([k.core.voltage(neuron, 0) for neuron in drawn.circuits])
    return np.array(volts), np.array(spikes)


def both(kit: Callable, drawn: Draw) -> tuple[np.ndarray, np.ndarray, Network, np.ndarray]:
    """Potentials and spikes of the model; the equations' end, and their potentials."""
    k = kit()
    configure(k, drawn)
    reference = equations(k, drawn)
    volts, spikes = play(k, drawn)
    expected = reference.run(drawn.us, [(tick * TICK_US, circuit, side, drawn.step(circuit, side)) for tick, circuit, side in drawn.events])
    return volts, spikes, reference, expected["v"][:, drawn.nodes]


def silenced(drawn: Draw) -> Draw:
    for config, _, _ in drawn.circuits.values():
        config["enable_threshold_comparator"] = 0
    return drawn


def below_threshold(drawn: Draw, expected: np.ndarray) -> np.ndarray:
    """Steps up to the first in which a circuit that could fire would."""
    first = next(iter(drawn.circuits.values()))
    crossed = np.flatnonzero(expected[:, 0] >= Circuit(*first).threshold)
    return np.arange(len(expected)) < (crossed[0] if crossed.size else len(expected))


@pytest.mark.parametrize("kind", KINDS)
def test_membranes_below_their_thresholds_are_right_to_a_thousandth_of_their_range(kit: Callable, kind: str, seeds: range) -> None:
    for seed in seeds:
        drawn = silenced(draw(kind, seed))
        volts, _, _, expected = both(kit, drawn)
        allowed = 1e-3 * RANGE + UPSWING_US * np.abs(np.gradient(expected, 0.1, axis=0))
        assert (np.abs(volts - expected) <= allowed)[below_threshold(drawn, expected)].all(), (kind, seed)


NOT_YET = {"tonic", "bursting", "transient", "joined", "chain of five"}
UPSWING = pytest.mark.xfail(
    reason="a fast upswing is some 10 ns early or late, which makes many intervals wrong, mostly by less than 1 %", strict=False
)


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=UPSWING) if kind in NOT_YET else kind for kind in KINDS])
def test_intervals_are_right_to_20_ns_or_a_thousandth(kit: Callable, kind: str, seeds: range) -> None:
    """Of 99 % of them."""
    right: list[bool] = []
    for seed in seeds:
        drawn = draw(kind, seed)
        _, spikes, reference, _ = both(kit, drawn)
        wanted = np.array([time for time, _ in reference.spikes])
        common = min(spikes.size, wanted.size)
        assert abs(spikes.size - wanted.size) <= 1, (kind, seed)
        found, intervals = np.diff(spikes[:common], prepend=0.0), np.diff(wanted[:common], prepend=0.0)
        right += (np.abs(found - intervals) <= np.maximum(0.02, 1e-3 * intervals) + 1e-9).tolist()
    assert np.mean(right) >= 0.99
