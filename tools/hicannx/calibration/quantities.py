"""What calibrated circuits do, and what they would do with equal codes: from the writes of a calibration, by the model's numbers."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halco import (
    AtomicNeuronOnDLS,
    CADCChannelConfigOnDLS,
    CapMemBlockOnDLS,
    CapMemCellOnCapMemBlock,
    CapMemCellOnDLS,
    SynapseDriverOnDLS,
    iter_all,
)
from hicannx.calibration.circuits import NeuronCircuits, capmem_volts
from hicannx.calibration.converters import Converters
from hicannx.calibration.drivers import hagen_pulses, plasticity_pulses, synapse_strengths
from hicannx.calibration.kinds import Kind
from hicannx.calibration.model_engine import THRESHOLD_READ
from hicannx.calibration.sensors import Sensors
from hicannx_sim import VirtualChip
from stadls import DumperDone

__all__ = ["Quantity", "quantities"]

CELL = CapMemCellOnCapMemBlock
Array = NDArray[Any]


@dataclass(frozen=True)
class Quantity:
    """One thing that a calibration makes equal.

    before     with the median code of all circuits in each of them
    after      as calibrated
    target     what it should be, None where it is the median of all
    codes      what was found
    """

    name: str
    unit: str
    before: Array
    after: Array
    codes: Array
    target: float | None = None


def quantities(kind: Kind, chip: VirtualChip, cocos: DumperDone) -> list[Quantity]:
    """All that a calibration of this kind makes equal, in the order of the page."""
    writes, target = dict(cocos.tolist()), kind.target()
    found = [_converters(chip, writes), _synapses(chip, writes)]
    if getattr(target, "correlation_target", None) is not None:
        found += _sensors(chip, target, kind.options())
    neurons = getattr(target, "neuron_target", None)
    if neurons is not None:
        found += _neurons(chip, writes, neurons, kind.name == "hagen")
    if kind.name.startswith("hagen"):
        found.append(_hagen_drivers(chip, writes))
    else:
        found.append(_plastic_drivers(chip, writes, kind.options()))
    return found


def _cells(writes: dict[Any, Any], cell: Any) -> Array:
    return np.array([int(writes[CapMemCellOnDLS(cell, block)].value) for block in iter_all(CapMemBlockOnDLS)])


def _medians(codes: Array) -> Array:
    return np.full(codes.shape, np.median(codes))


def _pair(name: str, unit: str, of: Callable[[Array], Array], codes: Array, target: float | None = None) -> Quantity:
    """A quantity that follows from its codes by `of`."""
    return Quantity(name, unit, of(_medians(codes)), of(codes), codes, target)


def _configured(chip: VirtualChip, writes: dict[Any, Any]) -> Converters:
    channels = np.array([int(writes[place].offset) for place in iter_all(CADCChannelConfigOnDLS)])
    return Converters.configured(chip, _cells(writes, CELL.cadc_v_ramp_offset), _cells(writes, CELL.cadc_i_ramp_slope), channels)


def _converters(chip: VirtualChip, writes: dict[Any, Any]) -> Quantity:
    """All channels at 0.6 V, about the middle of what they can read."""
    found, volts = _configured(chip, writes), float(capmem_volts(310))
    plain = Converters.configured(chip, _medians(found.ramp_offset), _medians(found.ramp_slope), np.zeros_like(found.channel_offset))
    before, after = (one.channel_zero + one.channel_gain * volts for one in (plain, found))
    return Quantity("channels of the converters at 0.6 V", "reads", before, after, found.channel_offset)


def _synapses(chip: VirtualChip, writes: dict[Any, Any]) -> Quantity:
    return _pair(
        "strength of synapses by quadrant", "codes", lambda codes: synapse_strengths(chip, codes), _cells(writes, CELL.syn_i_bias_dac)
    )


def _sensors(chip: VirtualChip, target: Any, options: Any) -> list[Quantity]:
    """Before: quadrants are calibrated, all synapses have the same bits."""
    plain = copy.deepcopy(options.correlation_options)
    plain.calibrate_synapses = False
    before, after = (Sensors.calibrated(chip, target.correlation_target, one) for one in (plain, options.correlation_options))
    wanted = target.correlation_target
    return [
        Quantity(
            "amplitude of correlation sensors", "reads", before.amplitudes.ravel(), after.amplitudes.ravel(), after.amplitude_bits.ravel(),
            float(wanted.amplitude),
        ),
        Quantity(
            "time constant of correlation sensors", "us", 1e6 * before.time_constants.ravel(), 1e6 * after.time_constants.ravel(),
            after.time_bits.ravel(), 1e6 * float(wanted.time_constant),
        ),
    ]  # fmt: skip


def _drivers(writes: dict[Any, Any], name: str) -> Array:
    return np.array([int(getattr(writes[place], name)) for place in iter_all(SynapseDriverOnDLS)])


def _hagen_drivers(chip: VirtualChip, writes: dict[Any, Any]) -> Quantity:
    ramp, codes = _cells(writes, CELL.stp_i_ramp), _drivers(writes, "hagen_dac_offset")
    return _pair("pulses of drivers at activation 15", "of the longest", lambda trims: hagen_pulses(chip, ramp, trims, 15), codes)


def _plastic_drivers(chip: VirtualChip, writes: dict[Any, Any], options: Any) -> Quantity:
    ramp, codes, volts = _cells(writes, CELL.stp_i_ramp), _drivers(writes, "offset"), options.stp_options.v_stp.to_numpy()
    return _pair("pulses of drivers with plasticity", "of the longest", lambda trims: plasticity_pulses(chip, ramp, trims, volts), codes)


def _neurons(chip: VirtualChip, writes: dict[Any, Any], target: Any, is_hagen: bool) -> list[Quantity]:
    neurons = [writes[place] for place in iter_all(AtomicNeuronOnDLS)]
    value = {name: _values(neurons, *name.split(".")) for name in NAMES}
    circuits, reads = NeuronCircuits(chip, value["membrane_capacitance.capacitance"]), _configured(chip, writes).reads
    leak, bias, division = value["leak.v_leak"], value["leak.i_bias"], value["leak.enable_division"]
    conductance, rest = circuits.leak_conductance(bias, division), circuits.leak_volts(leak)

    def reset(codes: Array) -> Array:
        return reads(circuits.reset_volts(codes, rest, conductance, value["reset.i_bias"]))

    def largest_reads(codes: Array) -> Array:
        return reads(circuits.threshold_volts(codes)) + THRESHOLD_READ

    found = [
        _pair("resting potential", "reads", lambda codes: reads(circuits.leak_volts(codes)), leak, _wanted(target.leak)),
        _pair("reset potential", "reads", reset, value["reset.v_reset"], _wanted(target.leak if is_hagen else target.reset)),
    ]
    if not is_hagen:
        threshold = value["threshold.v_threshold"]
        found.append(_pair("threshold", "reads", largest_reads, threshold, _wanted(target.threshold)))
        found.append(_membrane(circuits, bias, division, target))
    return [*found, *(one for side in range(2) for one in _input(circuits, value, side, target))]


def _wanted(array: Any) -> float:
    return float(np.median(array.to_numpy()))


def _usual(codes: Array, switch: Array) -> tuple[Array, Array]:
    """The switch as most circuits have it, and the median code of those, for all."""
    usual = np.round(switch.mean())
    return np.full(codes.shape, np.median(codes[switch == usual])), np.full(codes.shape, usual)


def _membrane(circuits: NeuronCircuits, bias: Array, division: Array, target: Any) -> Quantity:
    before, after = (1e6 * circuits.membrane_tau(*one) for one in (_usual(bias, division), (bias, division)))
    return Quantity("time constant of the membrane", "us", before, after, bias, 1e6 * _wanted(target.tau_mem))


def _input(circuits: NeuronCircuits, value: dict[str, Array], side: int, target: Any) -> list[Quantity]:
    part = ("excitatory", "inhibitory")[side]
    tau, high, gm, shift = (value[f"{part}_input.{name}"] for name in OF_INPUT)
    before, after = (1e6 * circuits.line_tau(side, *one) for one in (_usual(tau, high), (tau, high)))
    return [
        Quantity(f"time constant of the {part} line", "us", before, after, tau, 1e6 * float(np.median(target.tau_syn.to_numpy()[:, side]))),
        _pair(f"strength of the {part} input", "codes", lambda codes: circuits.strength(side, codes), gm),
        _pair(f"offset of the {part} input", "mV", lambda codes: 1e3 * circuits.shift_volts(side, codes), shift, 0.0),
    ]


OF_INPUT = ("i_bias_tau", "enable_high_resistance", "i_bias_gm", "i_shift_reference")
NAMES = (
    "membrane_capacitance.capacitance", "leak.v_leak", "leak.i_bias", "leak.enable_division", "reset.v_reset", "reset.i_bias",
    "threshold.v_threshold", *(f"{part}_input.{name}" for part in ("excitatory", "inhibitory") for name in OF_INPUT),
)  # fmt: skip


def _values(neurons: list[Any], part: str, name: str) -> Array:
    return np.array([int(getattr(getattr(neuron, part), name)) for neuron in neurons])
