"""Both networks, on chips and in NEST: what is measured, and where NEST's part is kept for those who do not have it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mapper
import microcircuit
import peer
import random_network
from emulation import Emulation, Spikes
from measures import measure
from network import Network, Numbers
from tqdm import tqdm

from hicannx import events, multichip_of

KEPT = Path(__file__).with_name("nest.json")
TRANSIENT = 200.0
"""ms at the beginning that do not count."""


@dataclass
class Point:
    """A network on chips and in NEST: see `measures.measure`; for a second of biological time `seconds` of processor time, of this process,
    and `wall` seconds by the clock."""

    name: str
    chips: dict[str, Any]
    nest: dict[str, Any] | None
    spikes: Spikes


@dataclass
class Mapped:
    """A network, what its mapping has lost, and its points."""

    network: Network
    chips: int
    losses: dict[str, tuple[int, int]]
    points: list[Point]
    ms: float


class Runs:
    """Runs for so many ms after the transient. peers: whether NEST runs anew; else it is read what it did before."""

    def __init__(self, ms: float, peers: bool) -> None:
        self.ms, self.peers = ms, peers
        self.kept: dict[str, Any] = json.loads(KEPT.read_text()) if KEPT.exists() else {}

    def point(self, emulation: Emulation, name: str, times: Numbers | None = None, sources: Numbers | None = None) -> Point:
        """One run, and NEST's."""
        whole, before = TRANSIENT + self.ms, _lost(emulation)
        spikes = emulation.run(whole, times, sources)
        seconds = emulation.seconds / whole * 1000
        found = measure(emulation.network, spikes, TRANSIENT, whole)
        found |= {"seconds": round(seconds, 2), "wall": round(emulation.wall / whole * 1000, 2)}
        found |= {"lost": _lost(emulation) - before, "sent": len(spikes.times)}
        if self.peers:
            ran = peer.run(emulation, whole, times, sources)
            made = measure(emulation.network, ran.spikes, TRANSIENT, whole)
            self.kept[name] = made | {"seconds": round(ran.seconds, 2), "ms": self.ms, "version": ran.version}
            KEPT.write_text(json.dumps(self.kept, indent=1) + "\n")
        return Point(name, found, self.kept.get(name), spikes)

    def random(self, points: list[tuple[float, float]]) -> Mapped:
        """The balanced random network at some (g, eta)."""
        done: dict[tuple[float, float], Point] = {}
        for g in sorted({g for g, _ in points}):
            network = random_network.network(g)
            places = mapper.place(network)
            with Emulation(network, places) as emulation:
                emulation.boot()
                for eta in tqdm([eta for one, eta in points if one == g], desc=f"g {g}", disable=None):
                    given = random_network.external_spikes(eta, TRANSIENT + self.ms, g)
                    done[g, eta] = self.point(emulation, f"random network, g {g:g}, eta {eta:g}", *given)
        return Mapped(network, len(places), mapper.losses(network, places), [done[one] for one in points], self.ms)

    def microcircuit(self) -> Mapped:
        """The cortical microcircuit."""
        network = microcircuit.network()
        places = mapper.place(network)
        with Emulation(network, places) as emulation:
            emulation.boot()
            return Mapped(network, len(places), mapper.losses(network, places), [self.point(emulation, network.name)], self.ms)


def _lost(emulation: Emulation) -> int:
    """Spikes that the ways between the FPGAs have lost."""
    lost = multichip_of(emulation.connection).counters["lost: queue full"]
    return lost + sum(events(emulation.connection, chip)["network out"].dropped for chip in range(len(emulation.places)))
