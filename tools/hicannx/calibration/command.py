"""`hicannx calibrate`: makes the default calibrations of virtual chips and keeps them in the store."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS, Kind, kind_of
from hicannx.calibration.making import make
from hicannx.calibration.store import Store, Stored
from hicannx.calibration.success import COUNTS, table
from hicannx.progress import progress_bar
from hicannx_sim import VirtualChip

__all__ = ["main"]


def main(chosen: Namespace) -> int:
    """Makes what is asked for and not there yet, and tells one line for each; then the report, if it is wanted."""
    store, chips = Store(chosen.output), [VirtualChip(serial, chosen.mode) for serial in chosen.serials or [0]]
    kinds = [kind_of(name) for name in chosen.kind or KINDS]
    kinds = [kind for kind in kinds if chosen.kind or chosen.engine == "calix" or kind.can_be_computed]
    for chip, kind in _with_progress([(chip, kind) for chip in chips for kind in kinds]):
        known = store.known(kind, chip)
        if known is None or chosen.again or known.engine != chosen.engine:
            _make(store, kind, chip, chosen.engine)
            known = store.known(kind, chip)
        print(f"chip {chip.serial}  {kind.name:12}{_told(known)}  {store.file(kind, chip)}", flush=True)
    if chosen.table:
        print(table(known for chip in chips for kind in kinds if (known := store.known(kind, chip))))
    if chosen.report is not None:
        print(f"report: {_reported(store, kinds, chips, chosen.report)}")
    return 0


def _make(store: Store, kind: Kind, chip: VirtualChip, engine: str) -> None:
    try:
        make(store, kind, chip, engine)
    except OSError as error:
        what = f"{store.folder} cannot be written ({error.strerror})"
        raise CalibrationError(f"{what}: name another folder with --output or HICANNX_CALIBRATIONS") from error


def _reported(store: Store, kinds: list[Kind], chips: list[VirtualChip], folder: Path) -> Path:
    """Where the page is."""
    try:
        page: Path = import_module("hicannx.calibration.report").write(store, kinds, chips, folder)
    except OSError as error:
        raise CalibrationError(f"{folder} cannot be written ({error.strerror}): name another folder with --report") from error
    return page


def _told(known: Stored | None) -> str:
    """How it was made, and how many circuits did not succeed."""
    if known is None:
        return "not made"
    failed = "".join(f", {len(places)} of {COUNTS[name]} {name} failed" for name, places in known.failed.items() if places)
    return f"{known.engine}, {known.time} s{failed}"


def _with_progress(steps: list[tuple[VirtualChip, Kind]]) -> Iterable[tuple[VirtualChip, Kind]]:
    """The steps, with a bar on a terminal if tqdm is installed."""
    bar = progress_bar(steps, unit="calibration")
    return steps if bar is None else _described(bar)


def _described(bar: Any) -> Iterator[tuple[VirtualChip, Kind]]:
    for chip, kind in bar:
        bar.set_description(f"chip {chip.serial} {kind.name}")
        yield chip, kind
