"""What happened to events at every hop of their way, since power-on.

>>> from hicannx_sim import System
>>> summary = System().events.summary()
>>> summary["neurons"].sent, summary.lost
(0, 0)
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hop:
    """Events at one place. Those sent into it are delivered to the next one, filtered (nobody there wanted them), arbitrated away (another
    source has the bus) or dropped (no room, no link); the rest is on its way. One event may be delivered to several places."""

    name: str
    sent: int
    delivered: int
    filtered: int = 0
    arbitrated_away: int = 0
    dropped: int = 0


class Summary:
    """The hops in the order of the way; by name with `[]`. As text a table of those that saw events."""

    def __init__(self, hops: Iterable[Hop]) -> None:
        self.hops = tuple(hops)

    def __iter__(self) -> Iterator[Hop]:
        return iter(self.hops)

    def __len__(self) -> int:
        return len(self.hops)

    def __getitem__(self, name: str) -> Hop:
        for hop in self.hops:
            if hop.name == name:
                return hop
        raise KeyError(f"no hop {name!r} on the way of events; there are: {', '.join(hop.name for hop in self.hops)}")

    @property
    def lost(self) -> int:
        """Events dropped and arbitrated away at any hop."""
        return sum(hop.dropped + hop.arbitrated_away for hop in self.hops)

    def __str__(self) -> str:
        columns = ("sent", "delivered", "filtered", "arbitrated_away", "dropped")
        lines = [f"{'':24}" + "".join(f"{column.replace('_', ' '):>17}" for column in columns)]
        lines += [f"{hop.name:24}" + "".join(f"{getattr(hop, column):17}" for column in columns) for hop in self.hops if hop.sent]
        return "\n".join(lines)


class Events:
    """The way of events through a chip or a system; `hops` counts them now."""

    def __init__(self, hops: Callable[[], Iterable[Hop]]) -> None:
        self._hops = hops

    def summary(self) -> Summary:
        """All hops, since power-on."""
        return Summary(self._hops())


def chip_hops(counts: dict[str, Any]) -> Iterator[Hop]:
    """The hops on the chip, from its counters (`Chip.events_summary`)."""
    neurons, silent, lost = (counts[f"neuron_{name}"] for name in ("spikes", "spikes_not_enabled", "output_lost"))
    yield Hop("neurons", neurons + silent, neurons - lost, filtered=silent, dropped=lost)
    yield Hop("background sources", counts["background"], counts["background"])
    for source, (entered, unrouted) in enumerate(zip(counts["crossbar_in"], counts["crossbar_unrouted"], strict=True)):
        yield Hop(f"crossbar input {source}", entered, entered - unrouted, filtered=unrouted)
    for output, (passed, dropped) in enumerate(zip(counts["crossbar_out"], counts["crossbar_lost"], strict=True)):
        yield Hop(f"crossbar output {output}", passed + dropped, passed, dropped=dropped)
    deaf, away = counts["padi_blocked"], counts["padi_register_lost"]
    on_buses = counts["padi_from_crossbar"] + counts["padi_from_register"]
    yield Hop("PADI buses", on_buses + deaf + away, on_buses, filtered=deaf, arbitrated_away=away)
    yield Hop("synapse drivers", on_buses, on_buses - counts["driver_unmatched"], filtered=counts["driver_unmatched"])
    yield Hop("synapse rows", counts["row_pulses"], counts["row_pulses"])
    missed = counts["synapses_missed"]
    yield Hop("synapses", counts["synapse_pulses"], counts["synapse_pulses"] - missed, filtered=missed)


def _ways_besides(path: dict[str, dict[str, int]]) -> Iterator[Hop]:
    """Where spikes go that reached the FPGA, beside the trace: they are sent to the chip again from there."""
    serial, network = path["serial"], path["between FPGAs"]
    silent, busy = serial["without output route"], serial["dropped: line busy"]
    yield Hop("serial line out", serial["sent"] + silent + busy, serial["sent"], filtered=silent, dropped=busy)
    unrouted = serial["without input route"] + serial["ignored: receiver off"]
    yield Hop("serial line in", serial["received"] + unrouted, serial["received"], filtered=unrouted)
    silent, busy = network["without output entry"], network["lost: queue full"]
    yield Hop("network out", network["sent"] + silent + busy, network["sent"], filtered=silent, dropped=busy)
    unrouted = network["without input entry"]
    yield Hop("network in", network["received"] + unrouted, network["received"], filtered=unrouted)


def system_hops(counts: dict[str, Any], chip: dict[str, Any]) -> Iterator[Hop]:
    """All hops from the playback program through the chip to the trace, from the FPGA's counters and the chip's."""
    for name, direction in (("link to chip", "to chip"), ("link from chip", "from chip")):
        path = counts["event path"][direction]
        dropped = sum(count for what, count in path.items() if what != "passed")
        hop = Hop(name, path["passed"] + dropped, path["passed"], dropped=dropped)
        if direction == "to chip":
            yield hop
            yield from chip_hops(chip)
        else:
            yield hop
    yield from _ways_besides(counts["event path"])
    for kind, events in counts["events"].items():
        recorded, gated = events["recorded"], events["not recorded"]
        dropped = sum(events.values()) - recorded - gated
        yield Hop(f"trace of {kind}", recorded + gated + dropped, recorded, filtered=gated, dropped=dropped)
