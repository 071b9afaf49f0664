"""Parameters that nobody has looked at before, against the equations solved by SciPy to 1e-10.

`pytest tests/sim/anncore/test_held_out.py --seeds 50` tries as many draws of each kind; `--first-seed` others than those of the suite.
"""

from collections.abc import Callable
from itertools import pairwise
from math import ceil
from typing import Any

import numpy as np
import pytest
from circuit_equations import TICK_US, Circuit, Network
from held_out_circuits import CLOCK, KINDS, Draw, draw

from hicannx_sim.base.numbers import number

STEP = 50
"""Ticks of the model's grid."""
RANGE = 1.0
"""Of a membrane [V]."""
UPSWING_US = 0.02
"""By which an upswing may be early or late, as spikes may."""


LATEST = 5.0
"""How long after the model's spike the equations are asked for theirs [us]."""


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


def network(drawn: Draw, volts: np.ndarray, adaptation: np.ndarray) -> Network:
    """The equations of a draw, from potentials and adaptation of its circuits on."""
    potentials = np.zeros(max(drawn.nodes) + 1)
    potentials[drawn.nodes] = volts
    circuits = [Circuit(*parts, CLOCK) for parts in drawn.circuits.values()]
    return Network(circuits, potentials, adaptation.copy(), list(drawn.nodes), drawn.links)


def equations(k: Any, drawn: Draw) -> Network:
    """From the state that the model is in."""
    volts, adaptation = (np.array([k.core.voltage(neuron, source) for neuron in drawn.circuits]) for source in (0, 3))
    return network(drawn, volts, adaptation)


class Played:
    """What the model does: its state at the ends of steps (potentials, adaptation and lines of all circuits), and its spikes [us]."""

    def __init__(self, k: Any, drawn: Draw) -> None:
        self.drawn, start, neurons = drawn, k.core.now, list(drawn.circuits)
        states: list[list[list[float]]] = []
        spikes: list[float] = []
        for tick in range(start + STEP, start + round(drawn.us * 500) + 1, STEP):
            while k.core.run(tick) < tick:
                pass
            spikes += [(int(t) - start) * TICK_US for t in k.core.spike_array()["tick"]]
            states.append([[k.core.voltage(neuron, source) for source in (0, 3, 1, 2)] for neuron in neurons])
        self.states, self.spikes = np.array(states), np.array(spikes)

    def at(self, step: int, fired: float) -> Network:
        """The equations from the model's state after so many steps on, the first circuit's last spike given."""
        state = self.states[step - 1]
        made = network(self.drawn, state[:, 0], state[:, 1])
        made.lines = (number("synapse_line_rest") - state[:, 2:]) / number("synapse_line_gain")
        made.time = step * STEP * TICK_US
        made.resets_until[0], made.ready_at[0] = fired + made.circuits[0].reset_time, fired + made.circuits[0].refractory
        return made


def both(kit: Callable, drawn: Draw) -> tuple[np.ndarray, np.ndarray, Network, np.ndarray]:
    """Potentials and spikes of the model; the equations' end, and their potentials."""
    k = kit()
    configure(k, drawn)
    reference = equations(k, drawn)
    played = Played(k, drawn)
    expected = reference.run(drawn.us, pulses(drawn, 0.0, drawn.us))
    return played.states[:, :, 0], played.spikes, reference, expected["v"][:, drawn.nodes]


def pulses(drawn: Draw, begin: float, end: float) -> list[tuple[float, int, int, float]]:
    """Those between two times, as the equations take them."""
    timed = [(tick * TICK_US, circuit, side, drawn.step(circuit, side)) for tick, circuit, side in drawn.events]
    return [pulse for pulse in timed if begin - 1e-9 <= pulse[0] < end]


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
        limit = 1e-3 * RANGE + UPSWING_US * np.abs(np.gradient(expected, 0.1, axis=0))
        assert (np.abs(volts - expected) <= limit)[below_threshold(drawn, expected)].all(), (kind, seed)


def allowed(intervals: np.ndarray) -> np.ndarray:
    return np.maximum(UPSWING_US, 1e-3 * intervals) + 1e-9


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_that_begin_where_the_model_is_are_right_to_20_ns_or_a_thousandth(kit: Callable, kind: str, seeds: range) -> None:
    """99 % of them. The equations go on from the model's state at the end of the step in which it has fired."""
    found: list[float] = []
    wanted: list[float] = []
    for seed in seeds:
        k, drawn = kit(), draw(kind, seed)
        configure(k, drawn)
        played = Played(k, drawn)
        for before, after in pairwise(played.spikes):
            step = ceil(before / (STEP * TICK_US) - 1e-9)
            reference = played.at(step, before)
            reference.run(after + LATEST, pulses(drawn, reference.time, after + LATEST))
            found.append(after - before)
            wanted.append(reference.spikes[0][0] - before if reference.spikes else np.inf)
    wrong = np.abs(np.array(found) - wanted)
    assert (wrong <= allowed(np.array(wanted))).mean() >= 0.99


SENSITIVE = pytest.mark.xfail(reason="4 ns, an edge of the backend's clock, change later intervals by many times that", strict=False)
NOT_YET = {"tonic", "bursting", "transient", "joined", "chain of five"}


@pytest.mark.parametrize("kind", [pytest.param(kind, marks=SENSITIVE) if kind in NOT_YET else kind for kind in KINDS])
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
        right += (np.abs(found - intervals) <= allowed(intervals)).tolist()
    assert np.mean(right) >= 0.99
