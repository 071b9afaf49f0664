"""calix' targets as they were before they came from `pyccalix` (up to its commit `ab1b62c6`): dataclasses, plain numbers, quantities.

These are what hxtorch `3bfc7aa` and contemporaries read from stored results. (facts: clients/hxtorch_jaxsnn 1.1)
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

from hicannx.calibration.kinds import Kind

__all__ = ["filled"]

NUMBERS = ("leak", "reset", "threshold", "membrane_capacitance")
TIMES = ("tau_mem", "tau_syn", "refractory_time", "holdoff_time")


def filled(made: Any, kind: Kind) -> Any:
    """A default target of calix with the values of a kind's, one number where all circuits have the same."""
    target = kind.target()
    neurons: Any = getattr(target, "neuron_target", None)
    if neurons is not None:
        _fill_neurons(made.neuron_target, neurons)
    sensors: Any = getattr(target, "correlation_target", None)
    if sensors is not None:
        home = import_module("calix.spiking.correlation")
        made.correlation_target = home.CorrelationCalibTarget(float(sensors.amplitude), _microseconds(sensors.time_constant))
    return made


def _fill_neurons(made: Any, neurons: Any) -> None:
    for name in NUMBERS:
        known_as = "target_leak_read" if name == "leak" and hasattr(made, "target_leak_read") else name
        if hasattr(neurons, name):
            setattr(made, known_as, _single(getattr(neurons, name).to_numpy().astype(np.int64)))
    for name in TIMES:
        if hasattr(neurons, name):
            setattr(made, name, _microseconds(_single(getattr(neurons, name).to_numpy())))
    made.synapse_dac_bias = int(neurons.synapse_dac_bias)
    made.i_synin_gm = int(neurons.cuba_synin.i_synin_gm if hasattr(neurons, "cuba_synin") else neurons.i_synin_gm)


def _single(values: Any) -> Any:
    """The value that all have, or all values."""
    return values.flat[0].item() if (values == values.flat[0]).all() else values


def _microseconds(seconds: Any) -> Any:
    return seconds * 1e6 * import_module("quantities").us
