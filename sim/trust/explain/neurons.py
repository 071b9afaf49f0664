"""From a membrane at its threshold to an event."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np

from hicannx_sim.trust.explain.events import heard, looked_at
from hicannx_sim.trust.explain.finding import Attempt, Obstacle, Path
from hicannx_sim.trust.explain.view import View, cell_of

_RISING, _TOO_WEAK, _AT_REST = "still on their way up", "that got events", "without events"
_SWITCHES: Final = ("enable_threshold_comparator", "enable_fire", "enable_spike_out")
_MARGIN: Final = 0.1
"""V by which the pattern of a chip may move leak potential and threshold against each other."""


def _neurons(found: Any) -> str:
    return f"{len(found)} neuron{'' if len(found) == 1 else 's'}"


def _stimulated(view: View) -> Any:
    """Neurons whose weighted synapses got events, bool[512]."""
    return (view.hit & (view.weights > 0)).reshape(2, 256, 256).any(axis=1).reshape(512)


def _silent(watched: bool) -> Any:
    """Neurons that are on their way to fire and never did: their membrane stands over the threshold, or its rest does, or events came.

    watched: those that have not all that spikes need while somebody looks at membranes, or uses the parallel converter. Perhaps these are
    all that is wanted, and for sure if nothing compares a membrane with the threshold while events come, or if no neuron sends spikes while
    the parallel converter is used.
    """

    def attempts(view: View) -> Iterator[Attempt]:
        if view.counts["neuron_spikes"]:
            return
        comparator, fire, out = (view.neuron(name) != 0 for name in _SWITCHES)
        converts, seen = any(view.evidence["cadc_conversions"]), looked_at(view)
        if converts and not out.any():
            return
        over, stimulated = (view.membranes > view.thresholds) | (view.resting > view.thresholds + _MARGIN), _stimulated(view)
        wanted = (comparator | fire & out) & (view.row("v_threshold") > 0) & heard(view) & (over | stimulated)
        incomplete = (seen | converts) & ~(comparator & out)
        neurons = np.flatnonzero(wanted & (incomplete & ~(seen & stimulated & ~comparator) if watched else ~incomplete))
        if len(neurons):
            yield Attempt(f"0 spikes of {_neurons(neurons)} with something to fire about", neurons)

    return attempts


def _below(view: View) -> Iterator[Attempt]:
    """Neurons that could fire, everything else being on, and whose membrane alone is below the threshold: by what became of it."""
    if view.counts["neuron_spikes"]:
        return
    on = np.all([view.neuron(name) != 0 for name in _SWITCHES], axis=0) & (view.membranes < view.thresholds) & _own(view) & heard(view)
    rests_below, stimulated = view.resting <= view.thresholds, _stimulated(view)
    for chosen, why in ((~rests_below, _RISING), (rests_below & stimulated, _TOO_WEAK), (rests_below & ~stimulated, _AT_REST)):
        neurons = np.flatnonzero(on & chosen)
        if len(neurons):
            now, rest, threshold = (potential[neurons[0]] for potential in (view.membranes, view.resting, view.thresholds))
            volts = f"the first one's membrane is at {now:.2f} V, its rest at {rest:.2f} V, its threshold at {threshold:.2f} V"
            yield Attempt(f"0 spikes of {_neurons(neurons)} {why} ({volts})", (why, neurons))


def _halves(name: str, blocking: int) -> Any:
    """Common backends of the neurons (west 0, east 1) whose field has the value that blocks."""

    def places(view: View, neurons: Any) -> Iterable[int]:
        halves = sorted({int(n) % 256 // 128 for n in neurons})
        return [half for half in halves if view.field("CommonNeuronBackendConfig", name)[half] == blocking]

    return places


def _registers_off(view: View, neurons: Any) -> Iterable[int]:
    """Unless somebody counts spikes where they are."""
    return [] if view.evidence["spike_counter_reads"] else _halves("enable_event_registers", 0)(view, neurons)


def _off(name: str) -> Any:
    return lambda view, neurons: [n for n in neurons if not view.neuron(name)[n]]


def _kept_back(view: View, neurons: Any) -> Iterable[int]:
    """Unless somebody counts spikes where they are."""
    return [] if view.evidence["spike_counter_reads"] else [n for n in neurons if not view.neuron("enable_spike_out")[n]]


def _without_leak(view: View, neurons: Any) -> Iterable[int]:
    never = _alone(view) & (view.row("i_bias_leak") == 0) & (view.membranes < view.thresholds) & (view.resting > view.thresholds)
    return [cell_of("i_bias_leak", int(n)) for n in neurons if never[n]]


def _alone(view: View) -> Any:
    """Neurons that are connected to no other, bool[512]."""
    return sum(view.neuron(f"connect_{name}") for name in ("soma", "soma_right", "membrane_right", "bottom")) == 0


def _own(view: View) -> Any:
    """Neurons that are connected to no other and follow their membrane, bool[512]."""
    return _alone(view) & ((view.neuron("enable_bypass_excitatory") | view.neuron("enable_bypass_inhibitory")) == 0)


def _restless(view: View) -> Iterator[Attempt]:
    """Neurons that fired and whose membrane stays over the threshold, as nothing pulls it below."""
    on = view.neuron("enable_threshold_comparator") & view.neuron("enable_fire")
    found = np.flatnonzero((on != 0) & _own(view) & (view.membranes > view.thresholds))
    if len(found) and view.counts["neuron_spikes"]:
        yield Attempt(f"{_neurons(found)} over the threshold whatever happens: as many spikes as the refractory time allows", found)


def _never_reset(view: View, neurons: Any) -> Iterable[int]:
    return [cell_of("i_bias_reset", int(n)) for n in neurons if not view.row("i_bias_reset")[n]]


def _reset_too_high(view: View, neurons: Any) -> Iterable[int]:
    high = view.resets > view.thresholds + _MARGIN
    return [cell_of("v_reset", int(n)) for n in neurons if high[n] and view.row("i_bias_reset")[n]]


def _without_capacitor(view: View) -> Iterator[Attempt]:
    """Neurons that leak and fire by a membrane of their own."""
    fires = view.neuron("enable_threshold_comparator") & view.neuron("enable_fire")
    leaks = (fires != 0) & (view.row("i_bias_leak") > 0) & _own(view)
    found = np.flatnonzero(leaks & (view.neuron("membrane_capacitor_size") == 0))
    if len(found) and view.counts["neuron_spikes"]:
        yield Attempt(f"{_neurons(found)} on a membrane that follows every current at once", found)


def _cells_of(why: str, row: str) -> Any:
    """A neuron's cell of a row, if that is why it does not fire."""
    return lambda view, where: [cell_of(row, int(n)) for n in where[1]] if where[0] == why else []


def _cells(row: str) -> Any:
    """A neuron's cell of a row."""
    return lambda view, neurons: [cell_of(row, int(n)) for n in neurons]


def _dead(name: str, rows: tuple[str, ...]) -> Any:
    """Neurons that work with a circuit which is on and whose biases are all 0."""

    def attempts(view: View) -> Iterator[Attempt]:
        at_work = (view.neuron("enable_threshold_comparator") & view.neuron("enable_fire")) | view.neuron("enable_readout_amplifier")
        off = np.all([view.row(row) == 0 for row in rows], axis=0)
        found = np.flatnonzero((view.neuron(f"enable_{name}") != 0) & (at_work != 0) & (view.row("i_bias_leak") > 0) & off)
        if len(found):
            yield Attempt(f"the {name} of {_neurons(found)} is on and does nothing", found)

    return attempts


def _no_reference(view: View) -> Iterator[Attempt]:
    internal, external = (view.field("ReferenceGeneratorConfig", f"enable_{name}")[0] for name in ("internal_reference", "reference_input"))
    if internal or external:
        return
    if view.row("i_bias_leak").any():
        yield Attempt("neurons have biases and no circuit of theirs has a current")


_TO_FIRE: Final = (
    Obstacle("CommonNeuronBackendConfig", "enable_clocks = True", "the backends have no clock", _halves("enable_clocks", 0)),
    Obstacle("CommonNeuronBackendConfig", "enable_event_registers = True", "spikes stop there", _registers_off),
    Obstacle("CommonNeuronBackendConfig", "force_reset = False", "the backends are held in reset", _halves("force_reset", 1)),
    Obstacle(
        "NeuronConfig",
        "enable_threshold_comparator = True (lola: threshold.enable)",
        "nothing compares the membrane with the threshold",
        _off("enable_threshold_comparator"),
        "AtomicNeuronOnDLS",
    ),
    Obstacle(
        "NeuronConfig",
        "enable_fire = True (lola: event_routing)",
        "the comparator does not fire",
        _off("enable_fire"),
        "AtomicNeuronOnDLS",
    ),
    Obstacle(
        "NeuronBackendConfig",
        "enable_spike_out = True (lola: event_routing)",
        "the backend keeps its spikes",
        _kept_back,
        "AtomicNeuronOnDLS",
    ),
    Obstacle("CapMemCell", "a current (i_bias_leak)", "the membrane never gets to its leak potential", _without_leak),
)
"""What spikes need."""

PATHS: Final = (
    Path(
        _no_reference,
        (
            Obstacle(
                "ReferenceGeneratorConfig",
                "enable_internal_reference = True",
                "the analog memory has no reference current",
                lambda *_: [0],
            ),
        ),
    ),
    Path(
        _restless,
        (
            Obstacle("CapMemCell", "a current (i_bias_reset; lola: reset.i_bias)", "nothing resets the membrane", _never_reset),
            Obstacle(
                "CapMemCell", "less than the threshold (v_reset; lola: reset.v_reset)", "the reset ends over the threshold", _reset_too_high
            ),
        ),
    ),
    Path(
        _without_capacitor,
        (
            Obstacle(
                "NeuronConfig",
                "membrane_capacitor_size > 0 (lola: membrane_capacitance.capacitance)",
                "no capacitor is connected to the membrane",
                lambda view, neurons: neurons,
                "AtomicNeuronOnDLS",
            ),
        ),
    ),
    Path(_silent(watched=False), _TO_FIRE),
    Path(_silent(watched=True), _TO_FIRE, late=True),
    Path(
        _below,
        (
            Obstacle(
                "CapMemCell",
                "a larger current (i_bias_leak; lola: leak.i_bias)",
                "the program ended before the membrane got to its threshold",
                _cells_of(_RISING, "i_bias_leak"),
            ),
            Obstacle(
                "CapMemCell",
                "less (v_threshold; lola: threshold.v_threshold)",
                "weights, syn_i_bias_dac and the synaptic input's bias are too small for it, or the events came too late",
                _cells_of(_TOO_WEAK, "v_threshold"),
            ),
            Obstacle(
                "CapMemCell",
                "less than the rest (v_threshold; lola: threshold.v_threshold)",
                "nothing drives the membrane to its threshold",
                _cells_of(_AT_REST, "v_threshold"),
            ),
        ),
        late=True,
        alone=True,
    ),
    *(
        Path(
            _dead(name, rows),
            (
                Obstacle(
                    "CapMemCell",
                    f"a current ({' or '.join(rows)}; lola: {name})",
                    "its biases are 0",
                    _cells(rows[0]),
                ),
            ),
            late=True,
        )
        for name, rows in (("adaptation", ("i_bias_adapt_a", "i_bias_adapt_b")), ("exponential", ("i_bias_exp",)))
    ),
)
"""Neurons that do not fire, or not as they are told to."""
