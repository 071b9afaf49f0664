"""A virtual chip calibrated to parameters of neurons that differ from circuit to circuit, without a file."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from haldls.lola import Chip
from hicannx.calibration import model_engine
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.options import SpikingCalibOptions
from hicannx.calibration.store import chip_of_identifier
from hicannx.calibration.targets import SpikingCalibTarget
from stadls import convert_to_chip

__all__ = ["chip_for"]

POTENTIALS = ("leak", "reset", "threshold", "membrane_capacitance")
TIMES = ("tau_mem", "refractory_time", "holdoff_time")


def chip_for(identifier: str, values: dict[str, NDArray[np.float64]]) -> Chip:
    """The configuration of a virtual chip.

    identifier    of its connection
    values        {name: one per circuit}: leak, reset, threshold [reads], tau_mem, tau_syn, refractory_time, holdoff_time [s],
                  membrane_capacitance, i_synin_gm, synapse_dac_bias [codes]; the last two are those of the first circuit for all
    Raises CalibrationError for a chip that is not virtual, for values out of range, and for what only a search can do.
    """
    chip = chip_of_identifier(identifier)
    target = _target(values)
    return convert_to_chip(model_engine.spiking(chip, target, SpikingCalibOptions()).cocos, Chip())


def _target(values: dict[str, NDArray[np.float64]]) -> SpikingCalibTarget:
    target = SpikingCalibTarget()
    neurons: Any = target.neuron_target
    try:
        for name in POTENTIALS:
            setattr(neurons, name, type(getattr(neurons, name))(np.rint(values[name]).astype(int).tolist()))
        for name in TIMES:
            setattr(neurons, name, type(getattr(neurons, name))(values[name].tolist()))
        neurons.tau_syn = type(neurons.tau_syn)(np.stack([values["tau_syn"]] * 2, axis=1).tolist())
        neurons.synapse_dac_bias = int(values["synapse_dac_bias"][0])
        neurons.cuba_synin.i_synin_gm = int(values["i_synin_gm"][0])
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise CalibrationError(f"parameters of neurons that cannot be calibrated to: {error}") from None
    return target
