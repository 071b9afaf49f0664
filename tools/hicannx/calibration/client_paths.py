"""Clients find the calibrations of virtual chips where they look for those of real ones.

pynn-brainscales looks below a fixed absolute path for the folder of the chip's identifier. If there is none, its `nightly_calib_path` is
answered with the store's, where all calibrations of the chip then are. Nothing of the user's is changed, and a file that is there counts.
The connection to nothing has a file as well in the laboratory; elsewhere its `chip_from_nightly` gives the calibration of an ideal chip.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from fisch.zero_mock import ZeroMockConnection
from haldls.lola import Chip
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import KINDS
from hicannx.calibration.making import calibrated_chip, make
from hicannx.calibration.store import SYSTEM, Store, chip_of_identifier
from hicannx_sim import Mode

__all__ = ["answered", "install"]

HELPER = "pynn_brainscales.brainscales2.helper"
PATH, CHIP = "nightly_calib_path", "chip_from_nightly"


def install() -> None:
    """From now on (and if it is loaded already) the client's helper is answered as above."""
    if HELPER in sys.modules:
        _answer(sys.modules[HELPER])
    elif not any(isinstance(one, _Finder) for one in sys.meta_path):
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
        if store.known(kind, chip) is None and kind.can_be_computed:
            make(store, kind, chip)
    return store.place(chip).joinpath(*rest[1:])  # rest: "stable", folder, file


def _answer(module: ModuleType) -> None:
    """Puts the answers in the place of the helper's functions, once."""
    original: Callable[..., Path] | None = getattr(module, PATH, None)
    if original is None or hasattr(original, "__wrapped__"):
        return

    @wraps(original)
    def path(*arguments: Any, **keywords: Any) -> Path:
        return answered(original(*arguments, **keywords))

    setattr(module, PATH, path)
    if hasattr(module, CHIP):
        setattr(module, CHIP, _chip(getattr(module, CHIP), path))


def _chip(original: Callable[[], Chip], path: Callable[[], Path]) -> Callable[[], Chip]:
    @wraps(original)
    def chip() -> Chip:
        file = path()
        if ZeroMockConnection.identifier in file.parts and not file.exists():
            return calibrated_chip(serial=0, mode=Mode.IDEAL)
        return original()

    return chip


class _Finder(MetaPathFinder):
    """Finds the helper as everybody does, and sees to it when it has been loaded."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != HELPER:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
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
