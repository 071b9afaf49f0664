"""Where a processor's time went, for https://www.speedscope.app."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from hicannx.ppu_debug import ppu_profile
from hicannx.traces.perfetto_file import spans
from hicannx_sim.debugger.listing import NO_SYMBOLS, Symbols
from hicannx_sim.observe import Observation

SCHEMA: Final = "https://www.speedscope.app/file-format-schema.json"
NS_PER_TICK, NS_PER_CYCLE = 2, 4


def speedscope(what: ppu_profile | Observation, path: Path, symbols: tuple[Symbols, Symbols] = (NO_SYMBOLS, NO_SYMBOLS)) -> None:
    """Writes a profile (cycles by function), or of an observation with `instructions` what was executed when, by processor.

    symbols   of the programs of the top and the bottom processor, for an observation; a profile has its own
    """
    names: list[str] = []
    profiles = _of_observation(what, symbols, names) if isinstance(what, Observation) else [_of_profile(what, names)]
    document = {"$schema": SCHEMA, "exporter": "hicannx", "shared": {"frames": [{"name": name} for name in names]}, "profiles": profiles}
    path.write_text(json.dumps(document))


def _frame(name: str, names: list[str]) -> int:
    if name not in names:
        names.append(name)
    return names.index(name)


def _of_profile(profile: ppu_profile, names: list[str]) -> dict[str, Any]:
    weights = [NS_PER_CYCLE * row.cycles for row in profile.rows]
    return {
        "type": "sampled", "name": "cycles by function", "unit": "nanoseconds", "startValue": 0, "endValue": sum(weights),
        "samples": [[_frame(row.symbol, names)] for row in profile.rows], "weights": weights,
    }  # fmt: skip


def _of_observation(observation: Observation, symbols: Sequence[Symbols], names: list[str]) -> list[dict[str, Any]]:
    made = []
    for ppu, found, known in zip(("top", "bottom"), observation.instructions, symbols, strict=True):
        every = [(_frame(name, names), NS_PER_TICK * first, NS_PER_TICK * (last + 2)) for name, first, last in spans(found, known)]
        events: list[dict[str, Any]] = [
            {"type": kind, "frame": frame, "at": at} for frame, first, last in every for kind, at in (("O", first), ("C", last))
        ]
        ends = (events[0]["at"], max(event["at"] for event in events)) if events else (0, 0)
        made.append(
            {"type": "evented", "name": f"ppu {ppu}", "unit": "nanoseconds", "startValue": ends[0], "endValue": ends[1], "events": events}
        )
    return made
