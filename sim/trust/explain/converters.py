"""From a membrane to samples of the MADC and of the CADC."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from hicannx_sim.base.numbers import number
from hicannx_sim.trust.explain.finding import Attempt, Obstacle, Path
from hicannx_sim.trust.explain.view import View, cell_of, cell_on_chip

_MADC_FLOOR, _CADC_FLOOR = int(number("madc_bias_floor")), int(number("cadc_bias_floor"))
_MADC_CELLS: Final = (
    "readout_ac_mux_i_bias",
    "readout_madc_in_500na",
    "readout_sc_amp_i_bias",
    "readout_sc_amp_v_ref",
    "readout_pseudo_diff_v_ref",
)
_CADC_CELLS: Final = ("cadc_i_bias_comp", "cadc_v_bias_ramp_buf", "cadc_i_bias_vreset_buf", "cadc_i_ramp_slope")
_QUADS_OF_A_ROW: Final = 64
_MADC_SWITCHES: Final = (
    "signal_selection_connect_active_mux",
    "enable_active_mux_amplifiers",
    "signal_selection_connect_preamp",
    "connect_preamp_to_madc",
)


# ------------------------------------------------------------------------------------------------------------ MADC
def _no_samples(view: View) -> Iterator[Attempt]:
    starts = view.counts["madc_starts"]
    if starts and not view.counts["madc_samples"]:
        yield Attempt(f"0 samples of the MADC after {starts} start{'' if starts == 1 else 's'}", view.counts["madc_starts_ignored"])


def _never_started(view: View) -> Iterator[Attempt]:
    if view.evidence["madc_awake"] and not view.counts["madc_starts"]:
        yield Attempt("0 samples of the MADC, which is awake")


def _noise(view: View) -> Iterator[Attempt]:
    """Samples of nothing, while a part of the way to a neuron or to a pad stands."""
    count = view.counts["madc_samples"]
    if count and view.counts["madc_idle_samples"] == count and (_reading(view).any() or _lines(view).any() or _pads(view).any()):
        yield Attempt(f"all {count} samples of the MADC are noise of an open input")


def _reading(view: View) -> Any:
    """Neurons that show something at their readout, bool[512]."""
    return (view.neuron("enable_readout_amplifier") != 0) | (view.neuron("enable_readout") != 0)


def _lines(view: View) -> Any:
    """Lines of neurons that a source multiplexer selects, int64[multiplexer, parity of the column, hemisphere]."""
    sources = [view.field("ReadoutSourceSelection", f"buffer.neuron_{parity}").reshape(2, 2) for parity in ("even", "odd")]
    return np.stack(sources, axis=1)


def _selected(view: View) -> Any:
    """Neurons on a selected line, bool[512]."""
    selected = _lines(view).any(axis=0)
    neurons = np.arange(512)
    return selected[neurons % 2, neurons // 256] != 0


def _pads(view: View) -> Any:
    """Pads whose line to the readout a source multiplexer selects, bool[2]."""
    return np.array([view.field("ReadoutSourceSelection", f"buffer.{line}").any() for line in ("debug_plus", "debug_minus")])


def _open_pads(view: View, _: Any) -> Iterable[int]:
    return np.flatnonzero(_pads(view) & (view.field("PadMultiplexerConfig", "debug_to_pad").ravel() == 0))


def _wrong_line(view: View, _: Any) -> Iterable[int]:
    """The multiplexer, if neither a pad nor a line with a neuron that reads out is selected."""
    return [0] if not _pads(view).any() and not (_selected(view) & _reading(view)).any() and _reading(view).any() else []


def _neurons_without(name: str) -> Any:
    """Neurons on a selected line, if all lack the switch; those that have the other switch of the readout come first."""

    def places(view: View, _: Any) -> Iterable[int]:
        on, selected, reading = view.neuron(name) != 0, _selected(view), _reading(view)
        if (on & selected & reading).any() or (reading.any() and not (reading & selected).any()):
            return []
        return np.flatnonzero(selected & reading) if reading.any() else np.flatnonzero(selected)

    return places


def _weak_amplifiers(view: View, _: Any) -> Iterable[int]:
    neurons = np.flatnonzero(_selected(view) & _reading(view))
    quadrants = sorted({int(n) // 128 for n in neurons})
    return [cell_of("neuron_i_bias_readout_amp", q) for q in quadrants if not view.cells("neuron_i_bias_readout_amp")[q]]


def _weak_chain(view: View, _: Any) -> Iterable[int]:
    return [cell_on_chip(name) for name in _MADC_CELLS if not _MADC_FLOOR <= view.code(name) < 1023]


def _open(name: str) -> Any:
    return lambda view, _: [] if view.field("MADCConfig", name)[0] else [0]


def _no_preamplifier(view: View, _: Any) -> Iterable[int]:
    return [0] if view.evidence["madc_without_preamplifier"] == view.counts["madc_idle_samples"] else []


# ------------------------------------------------------------------------------------------------------------ CADC
def _read(view: View, half: int) -> bool:
    """Whether somebody wanted to know more than how long a conversion takes: read many columns, or prepared a ramp or inputs."""
    ramp = any(view.cells(name)[2 * half : 2 * half + 2].any() for name in _CADC_CELLS)
    switches = view.field("ColumnCorrelationQuad", "switch")[64 * half : 64 * half + 64].any()
    amplifiers = view.neuron("enable_readout_amplifier")[256 * half : 256 * half + 256].any()
    return bool(view.evidence["cadc_read"][half] >= _QUADS_OF_A_ROW or ramp or switches or amplifiers)


def _zeros(view: View) -> Iterator[Attempt]:
    """Hemispheres none of whose conversions had a converter."""
    for half, (started, off) in enumerate(zip(view.evidence["cadc_conversions"], view.evidence["cadc_off"], strict=True)):
        if started and off == started and _read(view, half):
            yield Attempt(f"all {started} conversions of the CADC of half {half} gave 0", half)


def _flat(view: View) -> Iterator[Attempt]:
    """Hemispheres whose conversions ended without a signal in any channel, or without a ramp."""
    floating, biased = view.evidence["cadc_floating"], view.evidence["cadc_biased"]
    for half, (started, off) in enumerate(zip(view.evidence["cadc_conversions"], view.evidence["cadc_off"], strict=True)):
        ran = started - off
        if ran and _read(view, half) and (floating[half] == 512 * ran or not any(biased[2 * half : 2 * half + 2])):
            yield Attempt(f"all {ran} conversions of the CADC of half {half} gave the same in all columns", half)


def _weak_ramp(name: str) -> Any:
    floor = 1 if name == "cadc_i_ramp_slope" else _CADC_FLOOR
    return lambda view, half: [cell_of(name, q) for q in (2 * half, 2 * half + 1) if view.cells(name)[q] < floor]


def _open_columns(view: View, half: int) -> Iterable[int]:
    switches = view.field("ColumnCorrelationQuad", "switch")[64 * half : 64 * half + 64]
    return [] if switches.any() else range(64 * half, 64 * half + 64)


def _columns_of_neurons(view: View, half: int) -> Any:
    return any(
        view.field("ColumnCorrelationQuad", f"switch.enable_cadc_neuron_readout_{kind}")[64 * half : 64 * half + 64].any()
        for kind in ("causal", "acausal")
    )


def _no_readout(view: View, half: int) -> Iterable[int]:
    neurons = np.arange(256 * half, 256 * half + 256)
    return neurons if _columns_of_neurons(view, half) and not view.neuron("enable_readout_amplifier")[neurons].any() else []


def _no_readout_bias(view: View, half: int) -> Iterable[int]:
    quadrants = [2 * half, 2 * half + 1]
    none = _columns_of_neurons(view, half) and not view.cells("neuron_i_bias_readout_amp")[quadrants].any()
    return [cell_of("neuron_i_bias_readout_amp", q) for q in quadrants] if none else []


# ------------------------------------------------------------------------------------------------------------ the tables
_AMPLIFIER: Final = Obstacle(
    "NeuronConfig",
    "enable_readout_amplifier = True (lola: readout.enable_amplifier)",
    "no neuron there has its readout amplifier on",
    _neurons_without("enable_readout_amplifier"),
    "AtomicNeuronOnDLS",
)

PATHS: Final = (
    Path(
        _no_samples,
        (
            Obstacle(
                "MADCControl",
                "wake_up = True, some time before start_recording",
                "the converter is off",
                lambda view, ignored: [0] if ignored else [],
            ),
            Obstacle(
                "MADCConfig",
                "number_of_samples > 0, or MADCControl with enable_continuous_sampling = True",
                "it shall take no samples",
                lambda view, ignored: [] if ignored or view.field("MADCConfig", "number_of_samples")[0] else [0],
            ),
            Obstacle(
                "Timer.Value",
                "a later time to wait for after the start (builder.block_until)",
                "the program ended before the first one",
                lambda view, ignored: [] if ignored or not view.evidence["madc_records"] else [0],
                "TimerOnDLS",
            ),
        ),
        nearest=True,
    ),
    Path(_never_started, (Obstacle("MADCControl", "start_recording = True", "nobody started it", lambda *_: [0]),), late=True),
    Path(
        _noise,
        (
            Obstacle(
                "ReadoutSourceSelection",
                "neuron_even or neuron_odd of the neuron's half at the selected input (lola: ReadoutChain.input_mux)",
                "no line with a neuron that reads out is selected",
                _wrong_line,
            ),
            Obstacle("PadMultiplexerConfig", "debug_to_pad = True", "the pad is not connected to its line to the readout", _open_pads),
            _AMPLIFIER,
            Obstacle(
                "NeuronConfig",
                "enable_readout = True (lola: readout.enable_buffered_access)",
                "no neuron there is connected to its line",
                _neurons_without("enable_readout"),
                "AtomicNeuronOnDLS",
            ),
            Obstacle(
                "CapMemCell", "a current (neuron_i_bias_readout_amp)", "the neurons' readout amplifiers have no bias", _weak_amplifiers
            ),
            *(
                Obstacle("MADCConfig", f"{name} = True (lola: ReadoutChain)", "the chain is open there", _open(name))
                for name in _MADC_SWITCHES
            ),
            Obstacle(
                "CapMemCell",
                f"codes from {_MADC_FLOOR} to 1022 (lola: ReadoutChain)",
                "biases and references of the readout chain are missing",
                _weak_chain,
            ),
            Obstacle("MADCControl", "enable_pre_amplifier = True", "the preamplifier is off", _no_preamplifier),
        ),
    ),
    Path(_zeros, (Obstacle("CADCConfig", "enable = True", "the converter is off", lambda view, half: [half]),)),
    Path(
        _flat,
        (
            *(
                Obstacle("CapMemCell", f"a current or voltage ({name})", "the ramp or its comparators have no bias", _weak_ramp(name))
                for name in _CADC_CELLS
            ),
            Obstacle(
                "ColumnCorrelationQuad",
                "enable_cadc_neuron_readout_causal and _acausal = True (of correlation sensors: enable_internal_causal and _acausal)",
                "the channels are connected to nothing",
                _open_columns,
            ),
            Obstacle(
                "NeuronConfig",
                "enable_readout_amplifier = True (lola: readout.enable_amplifier)",
                "no neuron has its readout amplifier on",
                _no_readout,
                "AtomicNeuronOnDLS",
            ),
            Obstacle(
                "CapMemCell", "a current (neuron_i_bias_readout_amp)", "the neurons' readout amplifiers have no bias", _no_readout_bias
            ),
        ),
    ),
)
"""Samples that do not come, or mean nothing."""
