"""Tracks for https://ui.perfetto.dev (and chrome://tracing), in the JSON that both open.

One group each for the playback program (runs and their waits, accesses of the host and over JTAG, with index of the instruction), the
processors (functions,
from the
recorded instructions, and accesses), events (crossbar inputs, PADI buses, link outputs, neurons) and potentials (volts).
"""

import json
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np

from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.chip.watch import KINDS_OF_ACCESSES, ORIGINS, PROBLEMS
from hicannx_sim.debugger.listing import NO_SYMBOLS, Symbols
from hicannx_sim.observe import Observation, register_name

GROUPS: Final = ("playback", "processors", "events", "potentials")
WAIT: Final = 1.0
"""us without an access from which on a program is said to wait."""
CYCLE: Final = 4 / TICKS_PER_US
"""us that an access is shown for: an FPGA cycle."""
STEMS: Final = {"crossbar": "crossbar input", "padi": "PADI bus", "out": "link output", "neuron": "neuron"}
Slice = dict[str, Any]


def perfetto(observation: Observation, path: Path, symbols: tuple[Symbols, Symbols] = (NO_SYMBOLS, NO_SYMBOLS)) -> None:
    """Writes the tracks of an observation. symbols: of the programs of the top and the bottom processor."""
    tracks = _Tracks()
    events = [
        *_playback(observation, tracks),
        *_accesses(observation, tracks),
        *_functions(observation, symbols, tracks),
        *_events(observation, tracks),
        *_potentials(observation),
    ]
    path.write_text(json.dumps({"displayTimeUnit": "ns", "traceEvents": [*tracks.names(), *events]}))


class _Tracks:
    """Numbers of the tracks in each group, by their names."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str, str], int] = {}

    def of(self, group: str, name: str) -> dict[str, int]:
        number = self._numbers.setdefault((group, name), len(self._numbers) + 1)
        return {"pid": GROUPS.index(group) + 1, "tid": number}

    def names(self) -> Iterator[Slice]:
        for number, group in enumerate(GROUPS, 1):
            yield {"ph": "M", "name": "process_name", "pid": number, "args": {"name": group}}
            yield {"ph": "M", "name": "process_sort_index", "pid": number, "args": {"sort_index": number}}
        for (group, name), number in self._numbers.items():
            yield {"ph": "M", "name": "thread_name", "pid": GROUPS.index(group) + 1, "tid": number, "args": {"name": name}}


def _accesses(observation: Observation, tracks: _Tracks) -> Iterator[Slice]:
    for access in observation.accesses:
        kind, origin = int(access["kind"]), ORIGINS[access["origin"]]
        processor = origin.startswith("ppu")
        where = tracks.of("processors", f"accesses of {origin}") if processor else tracks.of("playback", f"accesses of {origin}")
        about: dict[str, Any] = {"data": f"{access['data']:#010x}", "address": f"{access['address']:#010x}"}
        about |= {"pc": f"{access['place']:#x}"} if processor else {"instruction": int(access["place"])}
        about |= {"problem": PROBLEMS[access["problem"]]} if access["problem"] else {}
        name = f"{KINDS_OF_ACCESSES[kind]} {register_name(int(access['address']), kind)}"
        yield {"ph": "X", "name": name, "ts": int(access["tick"]) / TICKS_PER_US, "dur": CYCLE, "args": about, **where}


def _playback(observation: Observation, tracks: _Tracks) -> Iterator[Slice]:
    """Runs of the host, as far as they access anything, and in them the times in which they wait."""
    mine = observation.accesses[observation.accesses["origin"] == ORIGINS.index("host")]
    edges = [0, *(np.flatnonzero(np.diff(mine["place"]) < 0) + 1).tolist(), len(mine)] if len(mine) else []
    for number, (begin, end) in enumerate(pairwise(edges)):
        ticks, places = mine["tick"][begin:end], mine["place"][begin:end]
        where = tracks.of("playback", "runs")
        about = {"instructions": f"{places[0]} .. {places[-1]}"}
        span = {"ts": int(ticks[0]) / TICKS_PER_US, "dur": int(ticks[-1] - ticks[0]) / TICKS_PER_US + CYCLE}
        yield {"ph": "X", "name": f"run {number}", "args": about, **span, **where}
        for gap in np.flatnonzero(np.diff(ticks) > WAIT * TICKS_PER_US).tolist():
            span = {"ts": int(ticks[gap]) / TICKS_PER_US + CYCLE, "dur": int(ticks[gap + 1] - ticks[gap]) / TICKS_PER_US - CYCLE}
            about = {"instructions": f"{places[gap] + 1} .. {places[gap + 1] - 1}"}
            yield {"ph": "X", "name": f"waits {span['dur']:.1f} us", "args": about, **span, **where}


def spans(instructions: Any, symbols: Symbols) -> Iterator[tuple[str, int, int]]:
    """(function, first tick, tick of the last instruction) of instructions in a row that belong to one symbol."""
    rows = zip(instructions["tick"].tolist(), instructions["entry"]["pc"].tolist(), strict=True)
    named: Iterable[tuple[str, int]] = ((symbols.name(pc), tick) for tick, pc in rows)
    for name, group in groupby(named, lambda row: row[0]):
        ticks = [tick for _, tick in group]
        yield name, ticks[0], ticks[-1]


def _functions(observation: Observation, symbols: tuple[Symbols, Symbols], tracks: _Tracks) -> Iterator[Slice]:
    for ppu, found, names in zip(("top", "bottom"), observation.instructions, symbols, strict=True):
        for name, first, last in spans(found, names):
            yield {
                "ph": "X", "name": name, "ts": first / TICKS_PER_US, "dur": (last - first + 2) / TICKS_PER_US,
                **tracks.of("processors", f"functions of ppu {ppu}"),
            }  # fmt: skip


def _events(observation: Observation, tracks: _Tracks) -> Iterator[Slice]:
    for kind, stem in STEMS.items():
        for event in observation.of_kind(kind):
            name = "spike" if kind == "neuron" else f"label {event['what']}"
            yield {
                "ph": "i",
                "s": "t",
                "name": name,
                "ts": int(event["tick"]) / TICKS_PER_US,
                **tracks.of("events", f"{stem} {event['where']}"),
            }


def _potentials(observation: Observation) -> Iterator[Slice]:
    pid = GROUPS.index("potentials") + 1
    for column, (source, neuron) in enumerate(observation.potentials):
        for time, volts in zip(observation.times.tolist(), observation.volts[:, column].tolist(), strict=True):
            yield {"ph": "C", "name": f"{source} {neuron} [V]", "ts": time, "pid": pid, "args": {"V": round(volts, 6)}}
