"""The cortical microcircuit of Potjans and Diesmann (2014) with a tenth of its neurons and of their inputs; a constant current stands for
what comes from outside. (facts: clients/reference_networks 2)"""

import numpy as np
from network import Cell, Network, Scale

FULL = {"23e": 20683, "23i": 5834, "4e": 21915, "4i": 5479, "5e": 4850, "5i": 1065, "6e": 14395, "6i": 2948}
PROBABILITIES = (
    (0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0, 0.0076, 0),
    (0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0, 0.0042, 0),
    (0.0077, 0.0059, 0.0497, 0.135, 0.0067, 0.0003, 0.0453, 0),
    (0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0, 0.1057, 0),
    (0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0),
    (0.0548, 0.0269, 0.0257, 0.0022, 0.06, 0.3158, 0.0086, 0),
    (0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252),
    (0.0364, 0.001, 0.0034, 0.0005, 0.0277, 0.008, 0.0658, 0.1443),
)
"""Of a connection, [target][source]."""
PART = 0.1
CELL = Cell(rest=-65.0, reset=-65.0, threshold=-50.0, tau_m=10.0, tau_excitatory=2.2, tau_inhibitory=2.2, refractory=2.0)
REST_WITH_DRIVE = (-42.52, -43.93, -35.5, -38.31, -36.9, -38.31, -24.26, -35.5)
"""mV; where each population would rest with what comes from outside."""
EXCITATORY_US = (0.000303139, 0.000321473, 0.000334374, 0.000325535, 0.000330689, 0.000336596, 0.000341609, 0.000342977)
INHIBITORY_US = (0.02265111, 0.02112101, 0.02024846, 0.02083072, 0.0204834, 0.02011174, 0.01981637, 0.01973876)
"""Conductances of synapses in uS, by target."""
CAPACITANCE = 250.0
"""pF; of a membrane of the conductances' model."""
REVERSAL = {"excitatory": 50.0, "inhibitory": -150.0}
MEAN_POTENTIAL = (CELL.reset + CELL.threshold) / 2
"""Where the conductances are turned into currents."""
EXCITATORY_WEIGHT, INHIBITORY_WEIGHT = 9, 63
"""Of the strongest synapses."""


def _amplitudes(conductances: tuple[float, ...], reversal: float) -> np.ndarray:
    """mV/ms by target: uS times mV are nA."""
    return np.array(conductances) * abs(reversal - MEAN_POTENTIAL) * 1000 / CAPACITANCE


EXCITATORY = _amplitudes(EXCITATORY_US, REVERSAL["excitatory"])
INHIBITORY = _amplitudes(INHIBITORY_US, REVERSAL["inhibitory"])
SCALE = Scale(
    us_per_ms=1,
    volts_per_mv=3e-3,
    rest_volts=0.62,
    excitatory=EXCITATORY.max() / EXCITATORY_WEIGHT,
    inhibitory=INHIBITORY.max() / INHIBITORY_WEIGHT,
    capacitor=12,
    strength=90,
)


def in_degrees() -> np.ndarray:
    """Synapses of a neuron of the full network, [target, source]."""
    sizes = np.array(list(FULL.values()), float)
    return np.log(1 - np.array(PROBABILITIES)) / np.log(1 - 1 / np.outer(sizes, sizes)) / sizes[:, None]


def network(seed: int = 1) -> Network:
    """The network."""
    draw, sizes = np.random.default_rng(seed), [int(PART * size) for size in FULL.values()]
    starts, neurons = np.cumsum([0, *sizes]), sum(sizes)
    counts = np.rint(in_degrees() * PART * np.array(sizes)[:, None]).astype(int)
    ends = [
        (source, target, draw.integers(0, sizes[source], count) + starts[source], draw.integers(0, sizes[target], count) + starts[target])
        for target, row in enumerate(counts)
        for source, count in enumerate(row)
    ]
    codes = {True: np.rint(EXCITATORY / SCALE.excitatory).astype(int), False: np.rint(INHIBITORY / SCALE.inhibitory).astype(int)}
    sign = [name.endswith("e") for name in FULL]
    return Network(
        "cortical microcircuit at 10 %",
        dict(zip(FULL, sizes, strict=True)),
        neurons,
        CELL,
        SCALE,
        np.repeat(sign, sizes),
        np.concatenate([pre for _, _, pre, _ in ends]),
        np.concatenate([post for *_, post in ends]),
        np.concatenate([np.full(len(pre), codes[sign[source]][target]) for source, target, pre, _ in ends]),
        np.repeat(np.array(REST_WITH_DRIVE) - CELL.rest, sizes),
    )
