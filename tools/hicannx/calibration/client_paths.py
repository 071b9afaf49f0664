"""Clients find the calibrations of virtual chips where they look for those of real ones.

pynn-brainscales and hxtorch look below a fixed absolute path for the folder of the chip's identifier. If there is none, what they ask for
paths is answered with the store's, where all calibrations of the chip then are. Nothing of the user's is changed, and a file that is
there counts. The connection to nothing has a file as well in the laboratory; elsewhere `chip_from_nightly` gives the calibration of an
ideal chip. A file that one of their functions reads is told of if it belongs to another chip or model, as far as that is known.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from fisch.environment import setting
from fisch.registry import chosen_kind
from fisch.zero_mock import ZeroMockConnection
from haldls.lola import Chip
from hicannx.calibration import calix_engine
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS, Kind
from hicannx.calibration.making import calibrated_chip, make
from hicannx.calibration.store import NATIVE, SYSTEM, Store, Stored, beside, chip_of_identifier, name_misfits
from hicannx_sim import Mode, VirtualChip

__all__ = ["answered", "check", "install"]

HELPERS = {
    "pynn_brainscales.brainscales2.helper": ("nightly_calib_path",),
    "hxtorch.spiking.utils.calib_helper": ("nightly_calib_path", "nightly_calix_native_path"),
}
"""Modules of clients, and their functions that give paths."""
READERS = ("chip_from_file", "calib_from_calix_native", "target_from_calix_native")
"""Their functions that read the file of a path."""
CHIP = "chip_from_nightly"


def install() -> None:
    """From now on (and if they are loaded already) the clients' helpers are answered as above."""
    for name in HELPERS.keys() & sys.modules.keys():
        _answer(sys.modules[name])
    if not any(isinstance(one, _Finder) for one in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def answered(path: Path) -> Path:
    """A path as the real system has it, or the store's in its place if it does not exist and names a virtual chip."""
    parts = path.parts
    if path.exists() or SYSTEM not in parts:
        return path
    identifier, *rest = parts[parts.index(SYSTEM) + 1 :]
    try:
        chip = chip_of_identifier(identifier)
    except CalibrationError:
        return path
    store = Store()
    for kind in KINDS.values():
        known = store.known(kind, chip)
        asked = path.name == f"{kind.name}_{NATIVE}" and calix_engine.is_there()  # for the version of calix that is there
        if kind.can_be_computed and (not _complete(store, kind, chip, known) or (asked and known is not None and known.engine == "model")):
            make(store, kind, chip)
        store.show_weekly(kind, chip)
    return store.place(chip).joinpath(*rest[1:])  # rest: "stable", folder, file


def _complete(store: Store, kind: Kind, chip: VirtualChip, known: Stored | None) -> bool:
    """Whether all files of a calibration are there, calix' own result as well if calix is: clients look for any of them beside the path."""
    return known is not None and (store.file(kind, chip, NATIVE).exists() or not calix_engine.is_there())


def check(path: Path) -> None:
    """Warns (CalibrationWarning) if a file is known to belong to another chip than the environment's or to another version of the model, or
    to have been replaced."""
    known = beside(path)
    if known is not None and known.kind in KINDS:
        name_misfits(path, known, KINDS[known.kind], _expected(known))


def _expected(known: Stored) -> VirtualChip:
    """The chip that is used here, or one of several. Which one another process has is not asked."""
    if chosen_kind(os.environ)[0] != "model":
        return VirtualChip(known.serial, Mode(known.mode))
    serials = setting(os.environ, "HICANNX_CHIP")
    return VirtualChip(known.serial if known.serial in serials else serials[0], Mode(setting(os.environ, "HICANNX_MODE")))


def _answer(module: ModuleType) -> None:
    """Puts the answers in the place of the helper's functions, once."""
    for name in HELPERS[module.__name__]:
        _answer_path(module, name)
    for name in READERS:
        _check_before(module, name)
    path, chip = (getattr(module, name, None) for name in ("nightly_calib_path", CHIP))
    if path is not None and chip is not None and not hasattr(chip, "__wrapped__"):
        setattr(module, CHIP, _chip(chip, path))


def _answer_path(module: ModuleType, name: str) -> None:
    original: Callable[..., Path] | None = getattr(module, name, None)
    if original is None or hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def path(*arguments: Any, **keywords: Any) -> Path:
        return answered(original(*arguments, **keywords))

    setattr(module, name, path)


def _check_before(module: ModuleType, name: str) -> None:
    original: Callable[..., Any] | None = getattr(module, name, None)
    if original is None or hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def read(path: str | Path, *arguments: Any, **keywords: Any) -> Any:
        check(Path(path))
        return original(path, *arguments, **keywords)

    setattr(module, name, read)


def _chip(original: Callable[[], Chip], path: Callable[[], Path]) -> Callable[[], Chip]:
    @wraps(original)
    def chip() -> Chip:
        file = path()
        if ZeroMockConnection.identifier in file.parts and not file.exists():
            return calibrated_chip(serial=0, mode=Mode.IDEAL)
        return original()

    return chip


class _Finder(MetaPathFinder):
    """Finds the helpers as everybody does, and sees to each when it has been loaded."""

    def __init__(self) -> None:
        self._looking: set[str] = set()

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name not in HELPERS or name in self._looking:
            return None
        self._looking.add(name)
        try:
            spec = find_spec(name)
        finally:
            self._looking.discard(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader(Loader):
    def __init__(self, inner: Loader) -> None:
        self._inner = inner

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        _answer(module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
