"""The command `hicannx record`: a script with an observer beside it, and what it saw in files of other tools."""

import os
import sys
from argparse import Namespace
from typing import Final

from fisch.environment import TABLE
from hicannx import traces
from hicannx.doctor import run_script
from hicannx.errors import HicannxError
from hicannx.ppu_debug import programs_of, symbols_of
from hicannx_sim import ModelConnection, System
from hicannx_sim.chip.watch import KINDS_OF_EVENTS
from hicannx_sim.debugger.listing import Symbols
from hicannx_sim.observe import Observables, Recording
from hicannx_sim.observe.observation import SOURCES

FILES: Final = ("vcd", "perfetto", "hdf5", "nwb", "speedscope")


def main(chosen: Namespace) -> int:
    """Exit status: that of the script."""
    if not chosen.script.is_file():
        raise HicannxError(f"{chosen.script}: there is no such script")
    if not any(getattr(chosen, name) for name in FILES):
        raise HicannxError(f"nothing to write: give one of {', '.join('--' + name for name in FILES)}, before the script")
    files = [path.resolve() for name in FILES if (path := getattr(chosen, name))]
    if twice := [path for path in files if files.count(path) > 1]:
        raise HicannxError(f"{twice[0]} cannot be a file of two kinds")
    for name, variable in TABLE.items():
        if variable.of == "choice of the connection":
            os.environ.pop(name, None)
    top, bottom = programs_of(chosen)
    symbols = symbols_of(top), symbols_of(bottom)
    potentials = {source: getattr(chosen, source) for source in SOURCES}
    wanted = Observables.of(
        {**potentials, "every": chosen.every / 1000, "events": KINDS_OF_EVENTS, "accesses": True, "instructions": chosen.instructions}
    )
    recordings: list[Recording] = []

    def opened(system: System) -> None:
        recordings.append(system.observe(wanted))

    ModelConnection.opened.append(opened)
    try:
        status = run_script(chosen.script, chosen.arguments)
    finally:
        ModelConnection.opened.remove(opened)
    if len(recordings) <= chosen.chip:
        raise HicannxError(f"the script connected to {len(recordings)} chips, so there is no chip {chosen.chip}")
    _write(recordings[chosen.chip], chosen, symbols)
    return status


def _write(recording: Recording, chosen: Namespace, symbols: tuple[Symbols, Symbols]) -> None:
    seen = recording.stop()
    for name in FILES:
        if path := getattr(chosen, name):
            write = getattr(traces, name)
            write(seen, path, symbols) if name in ("vcd", "perfetto", "speedscope") else write(seen, path)
            print(f"{path}: {path.stat().st_size} bytes", file=sys.stderr)
