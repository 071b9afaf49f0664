"""What is compared: rates, and how irregular spikes are."""

from typing import Any

import numpy as np
from emulation import Spikes
from network import Network

LEAST = 3
"""Intervals of a neuron whose irregularity counts."""


def measure(network: Network, spikes: Spikes, begin: float, end: float) -> dict[str, Any]:
    """Between two times in ms: mean rates [Hz] of all neurons and of each population, mean coefficient of variation of intervals."""
    within = (spikes.times >= begin) & (spikes.times < end)
    times, neurons = spikes.times[within], spikes.neurons[within]
    rates = np.bincount(neurons, minlength=network.neurons) / (end - begin) * 1000
    return {
        "rate": round(float(rates.mean()), 3),
        "cv": round(irregularity(times, neurons), 3),
        "populations": {name: round(float(rates[one].mean()), 3) for name, one in network.members().items()},
    }


def irregularity(times: np.ndarray, neurons: np.ndarray) -> float:
    """Mean over neurons of the coefficient of variation of their intervals; 0 if there are none with enough intervals."""
    order = np.lexsort((times, neurons))
    who, intervals = neurons[order][1:], np.diff(times[order])
    same = np.diff(neurons[order]) == 0
    who, intervals = who[same], intervals[same]
    size = int(neurons.max(initial=0)) + 1
    count = np.bincount(who, minlength=size)
    enough = count >= LEAST
    if not enough.any():
        return 0.0
    mean = np.bincount(who, intervals, size)[enough] / count[enough]
    square = np.bincount(who, intervals**2, size)[enough] / count[enough]
    return float(np.mean(np.sqrt(np.maximum(square - mean**2, 0)) / mean))
