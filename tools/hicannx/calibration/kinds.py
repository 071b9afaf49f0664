"""The default calibrations: those that the real system makes every night, and the one of every week, with targets and file names.

(facts: calix_expectations 6)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from hicannx.calibration import model_engine
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.options import (
    CalibOptions,
    CorrelationCalibOptions,
    HagenCalibOptions,
    HagenSyninCalibOptions,
    SpikingCalibOptions,
)
from hicannx.calibration.sensors import are_known
from hicannx.calibration.targets import CalibTarget, CorrelationCalibTarget, HagenCalibTarget, HagenSyninCalibTarget, SpikingCalibTarget

__all__ = ["KINDS", "Kind", "kind_of"]

NIGHTLY, WEEKLY = "latest", "latest-weekly"


@dataclass(frozen=True)
class Kind:
    """One default calibration.

    name       how its files are called: `<name>_cocolist.pbin`
    folder     of its files
    summary    what the chip is for then
    target, options    made anew by each call
    compute    finds it from the model's numbers: compute(chip, target, options)
    """

    name: str
    folder: str
    summary: str
    target: Callable[[], CalibTarget]
    options: Callable[[], CalibOptions]
    compute: Callable[[Any, Any, Any], model_engine.Found]

    @property
    def can_be_computed(self) -> bool:
        """Whether the model's numbers say all that is needed; otherwise only a search finds it."""
        target = self.target()
        return not isinstance(target, SpikingCalibTarget) or target.correlation_target is None or are_known()

    def digest(self) -> str:
        """Of target and options: changes with them."""
        return sha256(self.target().__getstate__()[0] + self.options().__getstate__()[0]).hexdigest()[:12]


def _spiking2() -> SpikingCalibTarget:
    """Faster and stronger than the first: short time constants, more current for each event, a higher threshold."""
    target = SpikingCalibTarget()
    neurons = target.neuron_target
    neurons.leak.fill(80)
    neurons.reset.fill(80)
    neurons.threshold.fill(150)
    neurons.tau_mem.fill(6e-6)
    neurons.tau_syn.fill([6e-6, 6e-6])
    neurons.synapse_dac_bias = 1000
    return target


def _correlation() -> SpikingCalibTarget:
    """Slower neurons, and correlation sensors that reach far."""
    target = SpikingCalibTarget()
    neurons = target.neuron_target
    neurons.leak.fill(100)
    neurons.reset.fill(80)
    neurons.threshold.fill(130)
    neurons.tau_mem.fill(20e-6)
    neurons.tau_syn.fill([5e-6, 5e-6])
    neurons.synapse_dac_bias = 1000
    neurons.cuba_synin.i_synin_gm = 400
    sensors = CorrelationCalibTarget()
    sensors.amplitude, sensors.time_constant = 1.5, 30e-6
    target.correlation_target = sensors
    return target


def _correlation_options() -> SpikingCalibOptions:
    options = SpikingCalibOptions()
    sensors = options.correlation_options
    sensors.calibrate_synapses = True
    sensors.branches = CorrelationCalibOptions.Branches.CAUSAL
    sensors.default_amp_calib = 1
    sensors.v_res_meas = 0.95
    return options


KINDS = {
    kind.name: kind
    for kind in (
        Kind("hagen", NIGHTLY, "vectors, integrated on membranes", HagenCalibTarget, HagenCalibOptions, model_engine.hagen),
        Kind(
            "hagen_synin",
            NIGHTLY,
            "vectors, integrated on the lines of the synaptic inputs",
            HagenSyninCalibTarget,
            HagenSyninCalibOptions,
            model_engine.hagen_synin,
        ),
        Kind("spiking", NIGHTLY, "spiking neurons", SpikingCalibTarget, SpikingCalibOptions, model_engine.spiking),
        Kind("spiking2", NIGHTLY, "faster spiking neurons with stronger inputs", _spiking2, SpikingCalibOptions, model_engine.spiking),
        Kind("correlation", WEEKLY, "spiking neurons with correlation sensors", _correlation, _correlation_options, model_engine.spiking),
    )
}
"""All of them by name."""


def kind_of(name: str) -> Kind:
    """One of them. Raises CalibrationError for a name that is not known."""
    found = KINDS.get(str(name).replace("-", "_"))
    if found is None:
        raise CalibrationError(f"{name!r} is no calibration; there are: {', '.join(KINDS)}")
    return found
