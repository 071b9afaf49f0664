"""calix as the engine of calibrations, and its result objects, where it can be imported.

calix is no dependency: it is used from wherever Python finds it. It searches in the version with targets of `pyccalix` (`e573081` and
later); result objects are made for `ab1b62c6` as well, whose targets are dataclasses.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np

from fisch import ConnectionHandle
from halco import (
    AtomicNeuronOnDLS,
    CADCChannelConfigOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    SynapseDriverOnDLS,
    SynramOnDLS,
    iter_all,
)
from haldls import SynapseDriverConfig
from hicannx.calibration.calix_targets import filled
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import Kind
from hicannx.calibration.model_engine import Found
from hicannx_sim import ModelConnection, VirtualChip
from stadls import DumperDone

__all__ = ["is_there", "native", "search"]

CELL = CapMemCellOnCapMemBlock
HOMES = {"hagen": "HagenCalib", "hagen_synin": "HagenSyninCalib"}


def _class(kind: Kind, what: str) -> Any:
    """calix' class for the target or the result of a kind."""
    home, name = ("calix.hagen", HOMES[kind.name]) if kind.name in HOMES else ("calix.spiking", "SpikingCalib")
    try:
        found = getattr(import_module(home), name + what)
    except ImportError as error:
        raise CalibrationError(f"calix cannot be imported ({error}): put the folder src/py of its checkout on PYTHONPATH") from None
    return found


def search(kind: Kind, chip: VirtualChip) -> tuple[Found, bytes]:
    """calix' own search on a chip that has just been powered on, and its result as a pickle. Takes minutes."""
    target = _target(kind)
    if not hasattr(type(target), "_members"):
        raise CalibrationError("this calix keeps its targets to itself: its commit e573081 or a later one is needed")
    base = import_module("calix.common.base")
    with ConnectionHandle.of([ModelConnection(chip.serial, chip.mode.value)]) as connection:
        result = target.calibrate(base.StatefulConnection(connection), kind.options())
    return Found(_writes(result), _failed(result)), pickle.dumps(result)


def _target(kind: Kind) -> Any:
    """calix' own target object, with the values of the kind's."""
    made = _class(kind, "Target")()
    if not hasattr(type(made), "_members"):
        return filled(made, kind)
    made.__setstate__(kind.target().__getstate__())
    return made


def _writes(result: Any) -> DumperDone:
    """What a result writes, in the order in which calix stores it."""
    recorder = import_module("calix.common.base").WriteRecordingPlaybackProgramBuilder()
    result.apply(recorder)
    writes: DumperDone = recorder.done()[1]
    return writes


def _failed(result: Any) -> dict[str, Any]:
    failed = {}
    if hasattr(result, "neuron_result"):
        failed["neurons"] = ~result.neuron_result.success_mask
    if hasattr(result, "stp_result"):
        offsets = SynapseDriverConfig.Offset
        failed["drivers"] = np.isin(result.stp_result.offsets, (offsets.min, offsets.max))
    else:
        success = result.synapse_driver_result.success
        failed["drivers"] = ~np.array([success[place] for place in iter_all(SynapseDriverOnDLS)], dtype=bool)
    failed["channels"] = ~np.asarray(result.cadc_result.success, dtype=bool)
    return failed


# ------------------------------------------------------------------------------------------------- result objects of what was computed
def native(kind: Kind, found: Found) -> bytes:
    """calix' result object with what was found otherwise, as a pickle."""
    target, options = _target(kind), kind.options()
    writes = dict(found.cocos.tolist())
    parts: dict[str, Any] = {"cadc_result": _converters(target, options, writes)}
    if kind.name in HOMES:
        parts["synapse_driver_result"] = _hagen_drivers(options, writes, found)
    else:
        parts["stp_result"] = _plasticity(target, options, writes)
    if kind.name == "hagen_synin":
        parts["syn_i_bias_dac"] = _quadrants(writes, CELL.syn_i_bias_dac)
    else:
        parts["neuron_result"] = _neurons(target, options, writes, found)
    if getattr(target, "correlation_target", None) is not None:
        parts["correlation_result"] = _sensors(target, options, writes)
    return pickle.dumps(_class(kind, "Result")(target=target, options=options, **parts))


def _quadrants(writes: dict[Any, Any], cell: Any) -> Any:
    return np.array([int(writes[CapMemCellOnDLS(cell, block)].value) for block in iter_all(CapMemBlockOnDLS)])


def _converters(target: Any, options: Any, writes: dict[Any, Any]) -> Any:
    result = import_module("calix.common.cadc").CADCCalibResult(target=target.cadc_target, options=options.cadc_options)
    result.v_ramp_offset, result.i_ramp_slope = (_quadrants(writes, cell) for cell in (CELL.cadc_v_ramp_offset, CELL.cadc_i_ramp_slope))
    result.channel_offset = np.array([int(writes[channel].offset) for channel in iter_all(CADCChannelConfigOnDLS)])
    result.success = np.ones(CADCChannelConfigOnDLS.size, dtype=bool)
    return result


def _neurons(target: Any, options: Any, writes: dict[Any, Any], found: Found) -> Any:
    places = list(iter_all(AtomicNeuronOnDLS))
    others = {place: one for place, one in writes.items() if _is_of_neurons(place)}
    success = {place: not failed for place, failed in zip(places, found.failed["neurons"].tolist(), strict=True)}
    return import_module("calix.hagen.neuron_dataclasses").NeuronCalibResult(
        target=target.neuron_target, options=options.neuron_options,
        neurons={place: writes[place] for place in places}, cocos=others, success=success,
    )  # fmt: skip


OF_NEURONS = ("ColumnCorrelationQuadOnDLS", "ColumnCurrentQuadOnDLS", "CommonCorrelationConfigOnDLS", "CommonNeuronBackendConfigOnDLS")
CELLS_OF_NEURONS = ("neuron_v_bias_casc_n", "neuron_i_bias_readout_amp", "neuron_i_bias_leak_source_follower",
                    "neuron_i_bias_spike_comparator", "neuron_i_bias_synin_drop", "syn_i_bias_dac")  # fmt: skip


def _is_of_neurons(place: Any) -> bool:
    """Whether calix counts what stands there among a neuron calibration's."""
    if not isinstance(place, CapMemCellOnDLS):
        return type(place).__name__ in OF_NEURONS
    shared = {getattr(CELL, name) for name in CELLS_OF_NEURONS}
    buffers = (CapMemCellOnDLS.readout_out_amp_i_bias_0, CapMemCellOnDLS.readout_out_amp_i_bias_1)
    return place.toCapMemCellOnCapMemBlock() in shared or place in buffers


def _hagen_drivers(options: Any, writes: dict[Any, Any], found: Found) -> Any:
    places = list(iter_all(SynapseDriverOnDLS))
    cells = [CapMemCellOnDLS(cell, block) for block in iter_all(CapMemBlockOnDLS) for cell in (CELL.stp_i_ramp, CELL.stp_i_calib)]
    return import_module("calix.hagen.synapse_driver").SynapseDriverCalibResult(
        target=None, options=options.synapse_driver_options, capmem_cells=_part(writes, cells),
        synapse_driver_configs=_part(writes, places),
        success={place: not failed for place, failed in zip(places, found.failed["drivers"].tolist(), strict=True)},
    )  # fmt: skip


def _part(writes: dict[Any, Any], places: Iterable[Any]) -> dict[Any, Any]:
    return {place: writes[place] for place in places}


def _sensors(target: Any, options: Any, writes: dict[Any, Any]) -> Any:
    made = import_module("calix.spiking.correlation").CorrelationCalibResult(
        target=target.correlation_target, options=options.correlation_options
    )
    made.i_bias_ramp, made.i_bias_store = (_quadrants(writes, cell) for cell in (CELL.syn_i_bias_ramp, CELL.syn_i_bias_store))
    halves = [writes[half] for half in iter_all(SynramOnDLS)]
    made.amp_calib, made.time_calib = (
        np.concatenate([getattr(half, name).to_numpy().T for half in halves]) for name in ("amp_calibs", "time_calibs")
    )
    return made


def _plasticity(target: Any, options: Any, writes: dict[Any, Any]) -> Any:
    offsets = np.array([int(writes[place].offset) for place in iter_all(SynapseDriverOnDLS)])
    return import_module("calix.spiking.synapse_driver").STPCalibResult(
        target=target.stp_target, options=options.stp_options, offsets=offsets
    )


def is_there() -> bool:
    """Whether Python finds a calix whose result objects can be made."""
    if find_spec("calix") is None:
        return False
    try:
        return hasattr(import_module("calix.spiking"), "SpikingCalibTarget")
    except ImportError:
        return False
