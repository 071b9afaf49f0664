"""The way of events: link, crossbar, PADI bus, synapse driver, row, synapse, line of the neuron; and from the crossbar to the host."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from haldls import NeuronConfig
from hicannx_sim.base.numbers import number
from hicannx_sim.chip.crossbar import wiring
from hicannx_sim.trust.explain.finding import Attempt, Obstacle, Path
from hicannx_sim.trust.explain.view import View, cell_of, cell_on_chip

Flags = NDArray[np.bool_]

_WIRING: Final = wiring()
_FROM_NEURONS, _FROM_LINK, _BUSES = range(8), range(8, 12), 8
"""Inputs of the crossbar, and its outputs to PADI buses, which come first."""
_MEMBRANE: Final = int(NeuronConfig.ReadoutSource.membrane)
_BUS_OF_DRIVER: Final = np.array([driver // 128 * 4 + driver % 4 for driver in range(256)])
_SIDES: Final = (("excitatory", "exc", 1), ("inhibitory", "inh", 2))


def _plural(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


# ------------------------------------------------------------------------------------------------------------ link and crossbar
def _lost_on_the_link(view: View) -> Iterator[Attempt]:
    path = view.fpga["event path"]["to chip"]
    if path["lost: no link"] and not path["passed"]:
        yield Attempt(f"{_plural(path['lost: no link'], 'spike')} of the host did not reach the chip")


def _source(number: int) -> str:
    if number in _FROM_NEURONS:
        return f"neurons at event output {number}"
    return "the host" if number in _FROM_LINK else f"background source {number - _FROM_LINK.stop}"


def _unrouted(view: View) -> Iterator[Attempt]:
    """Inputs of the crossbar whose events all went nowhere, as did those of all inputs that the same neurons or the host could use."""
    entered, lost = view.counts["crossbar_in"], view.counts["crossbar_unrouted"]
    for group in (_FROM_NEURONS, _FROM_LINK, *([source] for source in range(_FROM_LINK.stop, len(entered)))):
        counted = group == _FROM_NEURONS and view.evidence["spike_counter_reads"]
        if counted or sum(entered[n] for n in group) > sum(lost[n] for n in group):
            continue
        for source in (n for n in group if entered[n]):
            label = int(view.evidence["unrouted_labels"][source])
            count = _plural(entered[source], "event")
            yield Attempt(
                f"{count} of {_source(source)} came to crossbar input {source} and went nowhere (latest label {label:#x})", source
            )


def passes(view: View, source: int) -> bool:
    """Whether some node lets some event of an input of the crossbar pass."""
    mask, target = view.field("CrossbarNode", "mask"), view.field("CrossbarNode", "target")
    return any(not target[node] & ~mask[node] for node in _nodes(view, source))


def heard(view: View) -> Flags:
    """Neurons some of whose events can leave the crossbar, bool[512]: of others nobody wants spikes."""
    return np.tile(np.repeat([passes(view, output) for output in _FROM_NEURONS], 32), 2)


def _nodes(view: View, source: int) -> list[int]:
    """All nodes of an input: of the host's events those to buses with drivers in use first, of others the one towards the host."""

    def rank(node: int) -> tuple[bool, int]:
        output = _WIRING[node][1]
        heard = source >= _FROM_LINK.start and output < _BUSES and len(_drivers(view, output)) > 0
        return not heard, -output

    return sorted((node for node, (entry, _) in enumerate(_WIRING) if entry == source), key=rank)


def _choosy(view: View, source: int) -> list[int]:
    """Nodes of an input that let some labels pass, but none of those that came."""
    mask, target = view.field("CrossbarNode", "mask"), view.field("CrossbarNode", "target")
    return [node for node in _nodes(view, source) if not target[node] & ~mask[node]]


def _not_recorded(view: View) -> Iterator[Attempt]:
    """Whoever measures with the parallel converter may well do without events."""
    if any(view.evidence["cadc_conversions"]):
        return
    for kind, what in (("spikes", "spike"), ("madc", "MADC sample")):
        events = view.fpga["events"][kind]
        if events["not recorded"] and not events["recorded"] and not view.fpga["events wanted after all"]:
            yield Attempt(f"{_plural(events['not recorded'], what)} came to the FPGA and none was recorded")


def _untimed(view: View) -> Iterator[Attempt]:
    for kind, what in (("spikes", "spike"), ("madc", "MADC sample")):
        events = view.fpga["events"][kind]
        if events["recorded"] and events["without time"] == events["recorded"]:
            yield Attempt(f"{_plural(events['recorded'], what)} came without a time")


def _repeating_sources(view: View) -> Iterator[Attempt]:
    random = view.field("BackgroundSpikeSource", "enable") & view.field("BackgroundSpikeSource", "enable_random")
    stuck = np.flatnonzero((random != 0) & (view.field("BackgroundSpikeSource", "seed") == 0))
    if len(stuck) and view.counts["background"]:
        yield Attempt(f"{_plural(len(stuck), 'random background source')} drew the same label in every period", stuck)


# ------------------------------------------------------------------------------------------------------------ PADI buses and drivers
def _used(view: View, chosen: bool) -> Flags:
    """Drivers that somebody configured, bool[256]: receiver, rows with a mode. If there is none, those of rows with weights, unless events
    that came back to the host were all that was wanted; `chosen`: the bus was chosen for events in any case.
    """
    weighted: Flags = (view.weights.reshape(256, 512) > 0).max(axis=1)
    receives, mode = view.field("SynapseDriverConfig", "enable_receiver") != 0, view.modes.reshape(256, 2).any(axis=1)
    found: Flags = receives | mode
    if not found.any() and (chosen or not any(view.counts["crossbar_out"][8:])):
        return weighted
    return found


def _drivers(view: View, bus: int, chosen: bool = True) -> NDArray[Any]:
    """Configured drivers of a bus."""
    return np.flatnonzero(_used(view, chosen) & (bus == _BUS_OF_DRIVER))


def _deaf_buses(view: View) -> Iterator[Attempt]:
    """Buses with drivers in use, which took no event of those that came."""
    for bus, (deaf, events) in enumerate(zip(view.evidence["padi_blocked"], view.evidence["padi_events"], strict=True)):
        if deaf and not events and len(_drivers(view, bus, chosen=False)):
            yield Attempt(f"{_plural(deaf, 'event')} came to PADI bus {bus % 4} of half {bus // 4}, which took none", bus)


def _unreached(view: View) -> Iterator[Attempt]:
    """Buses with drivers in use to which no node let an event through, while no row got any."""
    sources = [source for source, entered in enumerate(view.counts["crossbar_in"]) if entered > view.counts["crossbar_unrouted"][source]]
    if not sources or view.evidence["addressed"].any():
        return
    for bus in range(8):
        nodes = [node for node, way in enumerate(_WIRING) if way[1] == bus and way[0] in sources]
        arrived = view.evidence["padi_blocked"][bus] + view.evidence["padi_events"][bus]
        if nodes and not arrived and view.field("SynapseDriverConfig", "enable_receiver")[bus == _BUS_OF_DRIVER].any():
            yield Attempt(f"no event came to PADI bus {bus % 4} of half {bus // 4}, where synapse drivers wait", nodes)


def _register_events(view: View) -> Iterator[Attempt]:
    for bus, (lost, events) in enumerate(zip(view.evidence["padi_register_lost"], view.evidence["padi_events"], strict=True)):
        if lost and not events:
            yield Attempt(f"{_plural(lost, 'event')} of PADIEvent for bus {bus % 4} of half {bus // 4} were ignored", bus)


def _ignored_by_drivers(view: View) -> Iterator[Attempt]:
    """Buses on which no driver responded to anything."""
    for bus, (events, lost) in enumerate(zip(view.evidence["padi_events"], view.evidence["driver_unmatched"], strict=True)):
        if events and lost == events and len(_drivers(view, bus)):
            selected = [n for n in range(32) if view.evidence["selected"][bus] >> n & 1]
            where = f"{_plural(events, 'event')} on PADI bus {bus % 4} of half {bus // 4} (row select addresses {selected})"
            yield Attempt(f"no synapse driver took the {where}", bus)


def _receivers_off(view: View, bus: int) -> Iterable[int]:
    drivers, on = _drivers(view, bus), view.field("SynapseDriverConfig", "enable_receiver") != 0
    return [] if on[drivers].any() else drivers


def _other_addresses(view: View, bus: int) -> Iterable[int]:
    return [int(driver) for driver in _drivers(view, bus) if view.field("SynapseDriverConfig", "enable_receiver")[driver]]


def _silent_rows(view: View) -> Iterator[Attempt]:
    """Buses whose drivers took events and made no pulse."""
    addressed = view.evidence["addressed"].reshape(256, 2).any(axis=1)
    for bus, (events, lost) in enumerate(zip(view.evidence["padi_events"], view.evidence["driver_unmatched"], strict=True)):
        if events > lost and not addressed[bus == _BUS_OF_DRIVER].any():
            yield Attempt(
                f"synapse drivers took {_plural(events - lost, 'event')} on PADI bus {bus % 4} of half {bus // 4} and made no pulse", bus
            )


def _rows_off(view: View, bus: int) -> Iterable[int]:
    receives = (view.field("SynapseDriverConfig", "enable_receiver") != 0) & (bus == _BUS_OF_DRIVER)
    return np.flatnonzero(receives & ~view.modes.reshape(256, 2).any(axis=1))


# ------------------------------------------------------------------------------------------------------------ synapses
def _missed(weighted: bool) -> Any:
    """Pulses none of which met a synapse with its label and a weight, on rows with some weight or with none at all."""

    def attempts(view: View) -> Iterator[Attempt]:
        count = view.counts["synapse_pulses"]
        if (view.hit.any() or not view.weights.any()) and (view.wants_correlation(0) or view.wants_correlation(1)):
            return  # for the sensors a synapse needs no weight
        if count and view.counts["synapses_missed"] == count and not (view.hit & (view.weights > 0)).any():
            rows = np.flatnonzero(view.evidence["addressed"])
            sent = [address for address in range(64) if any(int(view.evidence["addressed"][row]) >> address & 1 for row in rows)]
            if view.weights[rows].any() == weighted:
                pulses = _plural(count, "pulse")
                yield Attempt(f"{pulses} on rows of synapses met no synapse with their address and a weight (addresses {sent})", rows)

    return attempts


def _addresses_kept_back(view: View, rows: Any) -> Iterable[int]:
    drivers = sorted({int(row) // 2 for row in rows if view.weights[row].any()})
    return [driver for driver in drivers if not view.field("SynapseDriverConfig", "enable_address_out")[driver]]


def _other_labels(view: View, rows: Any) -> Iterable[int]:
    return [row for row in rows if view.weights[row].any() and view.field("SynapseDriverConfig", "enable_address_out")[row // 2]]


def _without_current(view: View) -> Iterator[Attempt]:
    """Synapses whose neurons wait for them, got events while they were configured as they are, and nothing of those, on either side: unless
    somebody is interested in what comes to the lines of synapses.
    """
    if not view.evidence["addressed"].any() or view.counts["neuron_spikes"] or view.evidence["line_watched"]:
        return
    hit = view.hit & (view.weights > 0)
    pulse = view.evidence["latest_pulse"]
    for side, _, bit in _SIDES:
        rows = (view.modes & bit != 0).reshape(2, 256, 1)
        got = (hit.reshape(2, 256, 256) & rows).any(axis=1).reshape(512) & (view.evidence["configured_at"] < pulse)
        sends = (view.neuron("enable_fire") & view.neuron("enable_spike_out") != 0) & heard(view)
        neurons = np.flatnonzero(got & ((view.neuron("enable_threshold_comparator") != 0) | sends | looked_at(view, pulse)))
        if len(neurons) and not _on_debug_lines(view, side)[neurons].any() and not _bypassed(view, side)[neurons].any():
            yield Attempt(
                f"{side} synapses of {_plural(len(neurons), 'neuron')} got events that fit and cannot act on a membrane", (side, neurons)
            )


def looked_at(view: View, since: int = 0) -> Flags:
    """Neurons whose membranes a converter has seen since a tick, bool[512]."""
    parallel = np.repeat([latest > since for latest in view.evidence["cadc_latest"]], 256) & (view.neuron("enable_readout_amplifier") != 0)
    single = (view.neuron("enable_readout") != 0) & (view.evidence["madc_latest"] > since)
    seen: Flags = (parallel | single) & (view.neuron("readout_source") == _MEMBRANE)
    return seen


def _switches(view: View, name: str) -> NDArray[Any]:
    """A switch of the columns' currents, int64[512] by neuron."""
    quads = view.field("ColumnCurrentQuad", f"switch.{name}").reshape(2, 2, 32, 4)
    return quads.transpose(0, 2, 3, 1).reshape(512)


def _on_debug_lines(view: View, side: str) -> NDArray[Any]:
    return _switches(view, f"enable_debug_{side}")


def _bypassed(view: View, side: str) -> NDArray[Any]:
    return view.neuron(f"enable_bypass_{side}")


def _of_all(neurons: Any, blocked: Any) -> Any:
    """Neurons, if all of them are blocked."""
    return neurons if blocked[neurons].all() else neurons[:0]


def _open_switches(view: View, where: Any) -> Iterable[int]:
    side, neurons = where
    found = _of_all(neurons, _switches(view, f"enable_synaptic_current_{side}") == 0)
    return dict.fromkeys(int(n) // 256 * 64 + int(n) % 2 * 32 + int(n) % 256 // 8 for n in found)


def _no_dac_bias(view: View, where: Any) -> Iterable[int]:
    quadrants = sorted({int(n) // 128 for n in where[1]})
    return [cell_of("syn_i_bias_dac", q) for q in quadrants] if not view.cells("syn_i_bias_dac")[quadrants].any() else []


def _input_off(side: str) -> Any:
    def places(view: View, where: Any) -> Iterable[int]:
        return _of_all(where[1], view.neuron(f"enable_synaptic_input_{side}") == 0) if where[0] == side else []

    return places


def _no_input_bias(side: str, row: str) -> Any:
    def places(view: View, where: Any) -> Iterable[int]:
        biased = view.row(row) | view.neuron(f"enable_synaptic_input_{side}_coba_mode")
        return [cell_of(row, int(n)) for n in _of_all(where[1], biased == 0)] if where[0] == side else []

    return places


def _of_side(side: str, test: Any) -> Any:
    return lambda view, where: test(view, where) if where[0] == side else []


# ------------------------------------------------------------------------------------------------------------ hagen mode
def _unmodulated(view: View) -> Iterator[Attempt]:
    pulsed = view.evidence["addressed"].reshape(256, 2).any(axis=1)
    drivers = np.flatnonzero(pulsed & (view.field("SynapseDriverConfig", "enable_hagen_modulation") != 0))
    if len(drivers):
        yield Attempt(
            f"{_plural(len(drivers), 'synapse driver')} in hagen mode made pulses of the same length whatever the activation", drivers
        )


def _unset(name: str) -> Any:
    return lambda view, drivers: [driver for driver in drivers if not view.field("SynapseDriverConfig", name)[driver]]


def _weak_quadrants(cell: str, floor: int) -> Any:
    """Quadrants with such drivers whose cell is below `floor`."""

    def places(view: View, drivers: Any) -> Iterable[int]:
        quadrants = sorted({int(driver) // 128 * 2 + int(driver) % 2 for driver in drivers})
        return [cell_of(cell, q) for q in quadrants if view.cells(cell)[q] < floor]

    return places


def _no_hagen_dac(view: View, drivers: Any) -> Iterable[int]:
    halves = sorted({int(driver) // 128 for driver in drivers})
    cells = ["hagen_ibias_dac_top", "hagen_ibias_dac_bottom"]
    return [cell_on_chip(cells[half]) for half in halves if not view.code(cells[half])]


_STP_FLOOR: Final = int(number("stp_bias_floor"))


# ------------------------------------------------------------------------------------------------------------ the tables
PATHS: Final = (
    Path(
        _lost_on_the_link,
        (
            Obstacle(
                "CommonPhyConfigFPGA",
                "enable_phy, and PhyConfigFPGA and PhyConfigChip at both ends (sta.SystemInit)",
                "no PHY is up",
                lambda *_: [0],
            ),
        ),
    ),
    Path(
        _unrouted,
        (
            Obstacle("CrossbarNode", "mask and target for which label & mask == target", "its open nodes want other labels", _choosy),
            Obstacle(
                "CrossbarNode", "mask and target that let the label pass, such as CrossbarNode()", "every node is closed for it", _nodes
            ),
        ),
        nearest=True,
    ),
    Path(
        _not_recorded,
        (Obstacle("EventRecordingConfig", "enable_event_recording = True", "event recording is off", lambda *_: [0]),),
    ),
    Path(
        _untimed,
        (
            Obstacle(
                "SystimeSync",
                "do_sync = True, with the link up (sta.SystemInit)",
                "the system time was not synchronised, so that times of events are those of an unknown clock",
                lambda *_: [0],
            ),
        ),
    ),
    Path(
        _repeating_sources,
        (Obstacle("BackgroundSpikeSource", "seed > 0", "the random generator stands still at 0", lambda view, stuck: stuck),),
    ),
    Path(
        _deaf_buses,
        (
            Obstacle(
                "CommonPADIBusConfig",
                "enable_spl1 of this bus = True",
                "the bus listens to PADIEvent and not to the crossbar",
                lambda view, bus: [bus // 4],
            ),
        ),
    ),
    Path(
        _unreached,
        (
            Obstacle(
                "CrossbarNode",
                "mask and target that let the label pass, such as CrossbarNode()",
                "the nodes to it are closed",
                lambda view, nodes: nodes,
            ),
        ),
        late=True,
    ),
    Path(
        _register_events,
        (
            Obstacle(
                "CommonPADIBusConfig", "enable_spl1 of this bus = False", "the bus listens to the crossbar", lambda view, bus: [bus // 4]
            ),
        ),
    ),
    Path(
        _ignored_by_drivers,
        (
            Obstacle("SynapseDriverConfig", "enable_receiver = True", "the receivers are off", _receivers_off),
            Obstacle(
                "SynapseDriverConfig",
                "row_address_compare_mask without the bits in which the sent row select address and the driver's number on its bus differ",
                "these drivers listen to other row select addresses",
                _other_addresses,
            ),
        ),
        nearest=True,
    ),
    Path(_silent_rows, (Obstacle("SynapseDriverConfig", "row_mode_top and row_mode_bottom", "both rows are disabled", _rows_off),)),
    Path(
        _missed(weighted=False),
        (
            Obstacle(
                "SynapseQuad",
                "weights above 0 (lola: SynapseRow)",
                "all weights of these rows are 0",
                lambda view, rows: rows,
                "SynapseRowOnDLS",
            ),
        ),
        late=True,
    ),
    Path(
        _missed(weighted=True),
        (
            Obstacle("SynapseDriverConfig", "enable_address_out = True", "the drivers send address 0 or 32 instead", _addresses_kept_back),
            Obstacle(
                "SynapseQuad",
                "the labels that are sent (lola: SynapseRow)",
                "the labels of all weighted synapses differ",
                _other_labels,
                "SynapseRowOnDLS",
            ),
        ),
        nearest=True,
    ),
    Path(
        _without_current,
        (
            *(
                Obstacle(
                    "ColumnCurrentQuad",
                    f"enable_synaptic_current_{side} = True",
                    "the switches between synapses and neuron are open",
                    _of_side(side, _open_switches),
                )
                for side, _, _ in _SIDES
            ),
            Obstacle("CapMemCell", "a current (syn_i_bias_dac)", "without bias synapses give no current", _no_dac_bias),
            *(
                Obstacle(
                    "NeuronConfig",
                    f"enable_synaptic_input_{side} = True",
                    "the neuron's synaptic input is off",
                    _input_off(side),
                    "AtomicNeuronOnDLS",
                )
                for side, _, _ in _SIDES
            ),
            *(
                Obstacle(
                    "CapMemCell",
                    f"a current (i_bias_synin_{short}_gm)",
                    "without bias the synaptic input gives no current",
                    _no_input_bias(side, f"i_bias_synin_{short}_gm"),
                )
                for side, short, _ in _SIDES
            ),
        ),
    ),
    Path(
        _unmodulated,
        (
            Obstacle("SynapseDriverConfig", "enable_stp = True", "only with it the comparator ends a pulse", _unset("enable_stp")),
            Obstacle(
                "SynapseDriverConfig", "enable_hagen_dac = True", "without the DAC all activations are the same", _unset("enable_hagen_dac")
            ),
            Obstacle(
                "CapMemCell",
                "a current (stp_i_bias_comparator)",
                "the comparator is too weak",
                _weak_quadrants("stp_i_bias_comparator", _STP_FLOOR),
            ),
            Obstacle("CapMemCell", "a current (stp_i_ramp)", "the ramp does not rise", _weak_quadrants("stp_i_ramp", 1)),
            Obstacle("CapMemCell", "a current (hagen_ibias_dac)", "the DAC has no bias", _no_hagen_dac),
        ),
        late=True,
    ),
)
"""The way of events."""
