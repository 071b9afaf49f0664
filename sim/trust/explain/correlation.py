"""From pulses to what the correlation sensors store, and from there to the CADC."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from halco import DACChannelOnBoard
from hicannx_sim.base.numbers import number
from hicannx_sim.trust.explain.finding import Attempt, Obstacle, Path
from hicannx_sim.trust.explain.view import View, cell_of

_LEAST_MEASURE: Final = number("correlation_measure_volts") - 1 / number("correlation_amplitude_slope")
"""v_res_meas [V] without which nothing is stored."""
_LEAST_RESET: Final = number("correlation_reset_volts") - number("correlation_reset_level")
"""v_reset [V] without which every level is below ground."""
_LABELS: Final = 64


def _stored_nothing(view: View) -> Iterator[Attempt]:
    """Halves with pulses of both sides whose sensors hold nothing."""
    for half, (fired, stored) in enumerate(zip(view.evidence["correlation_fired"], view.evidence["correlation_stored"], strict=True)):
        pulsed = view.evidence["addressed"][256 * half : 256 * half + 256].any()
        if pulsed and fired and not stored and view.wants_correlation(half):
            yield Attempt(f"the correlation sensors of half {half} stored nothing of pulses on its rows and {fired} of its neurons", half)


def _unbiased(name: str) -> Any:
    return lambda view, half: [cell_of(name, q) for q in (2 * half, 2 * half + 1) if not view.cells(name)[q]]


def _no_measure_voltage(view: View, _: Any) -> Iterable[int]:
    low = view.evidence["correlation_volts"][1] <= _LEAST_MEASURE
    return [int(DACChannelOnBoard.v_res_meas.toEnum())] if low else []


def _other_labels(view: View, half: int) -> Iterable[int]:
    """Rows with pulses, if no synapse there has their address."""
    rows = np.flatnonzero(view.evidence["addressed"][256 * half : 256 * half + 256]) + 256 * half
    return [] if view.hit[rows].any() else [int(row) * _LABELS for row in rows]


def _ground(view: View) -> Iterator[Attempt]:
    """Halves whose sensors were looked at and can show nothing but ground."""
    for half, seen in enumerate(view.evidence["correlation_seen"]):
        if seen and view.wants_correlation(half):
            yield Attempt(f"{seen} samples of correlation sensors of half {half} show ground", half)


def _no_reset_voltage(view: View, _: Any) -> Iterable[int]:
    return [int(DACChannelOnBoard.mux_dac_25.toEnum())] if view.evidence["correlation_volts"][0] <= _LEAST_RESET else []


def _not_connected(view: View) -> Iterator[Attempt]:
    """Halves whose sensors were reset and hold something, while every conversion looked elsewhere (nowhere: see `converters`)."""
    evidence = view.evidence
    for half, stored in enumerate(evidence["correlation_stored"]):
        looked = view.field("ColumnCorrelationQuad", "switch")[64 * half : 64 * half + 64].any() and evidence["cadc_conversions"][half]
        if stored and looked and view.counts["correlation_resets"] and not evidence["correlation_seen"][half]:
            yield Attempt(f"no conversion of the CADC of half {half} saw its correlation sensors, which hold something", half)


PATHS: Final = (
    Path(
        _stored_nothing,
        (
            Obstacle("CapMemCell", "a current (syn_i_bias_store)", "the sensors have no bias to store", _unbiased("syn_i_bias_store")),
            Obstacle("CapMemCell", "a current (syn_i_bias_ramp)", "the traces of the sensors have no bias", _unbiased("syn_i_bias_ramp")),
            Obstacle(
                "DACChannel",
                f"more than {_LEAST_MEASURE:.2f} V, usually 0.9 V (lola: DACChannelBlock.set_voltage)",
                "the board supplies too little v_res_meas",
                _no_measure_voltage,
            ),
            Obstacle(
                "SynapseQuad",
                "labels equal to the addresses that are sent",
                "no synapse of these rows has an address that was sent",
                _other_labels,
            ),
        ),
    ),
    Path(
        _ground,
        (
            Obstacle(
                "CapMemCell", "a current (syn_i_bias_corout)", "the outputs of the sensors have no bias", _unbiased("syn_i_bias_corout")
            ),
            Obstacle(
                "DACChannel",
                f"more than {_LEAST_RESET:.2f} V, usually 1.85 V (lola: DACChannelBlock.set_voltage)",
                "the board supplies too little v_reset",
                _no_reset_voltage,
            ),
        ),
    ),
    Path(
        _not_connected,
        (
            Obstacle(
                "ColumnCorrelationQuad",
                "enable_internal_causal and _acausal = True, enable_cadc_neuron_readout and enable_debug = False",
                "the switches of the columns connect other things to the channels, or nothing",
                lambda view, half: range(64 * half, 64 * half + 64),
            ),
        ),
        late=True,
    ),
)
