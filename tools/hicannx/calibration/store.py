"""Where calibrations of virtual chips are kept, with file names and folders as on the real system.

    <store>/<mode>-<model version>/hicann-dls-sr-hx/<identifier>/stable/latest/spiking_cocolist.pbin

The store is the folder that HICANNX_CALIBRATIONS names, else `hicannx/calibrations` in the user's data folder. Beside each calibration lies
`<name>.json`: of which chip it is, how it was made, for which target and by which version of the model.
"""

from __future__ import annotations

import gzip
import os
import re
import warnings
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from threading import get_ident
from typing import Any

import msgspec

from fisch.environment import setting
from hicannx.calibration.errors import CalibrationError
from hicannx.calibration.kinds import WEEKLY, Kind
from hicannx.calibration.model_version import model_version
from hicannx_sim import Mode, ModelConnection, VirtualChip
from stadls import DumperDone, SerializationError, from_portablebinary, to_json, to_portablebinary

__all__ = ["CalibrationWarning", "Store", "Stored", "beside", "chip_of_identifier", "name_misfits", "read", "was_replaced"]

SYSTEM = "hicann-dls-sr-hx"
NATIVE = "calix-native.pkl"
FILES = ("cocolist.pbin", "cocolist.json.gz", NATIVE)


class CalibrationWarning(UserWarning):
    """A calibration belongs to another chip, or was made with another version of the model."""


class Stored(msgspec.Struct, frozen=True):
    """What is known of a stored calibration.

    target     digest of target and options
    engine     "calix": searched for on the chip; "model": computed from the model's numbers
    failed     {kind of circuit: numbers of those that did not succeed}
    seconds    processor time that it took
    content    digest of the portable binary; nothing in notes of earlier versions
    """

    kind: str
    serial: int
    mode: str
    model: str
    target: str
    engine: str
    software: str
    failed: dict[str, list[int]] = {}
    seconds: float = 0.0
    content: str = ""

    def __str__(self) -> str:
        version = "this version" if self.model == model_version() else f"version {self.model}, not this one"
        return f"{self.kind} of chip {self.serial} ({self.mode}), by {self.engine}, for {version} of the model"

    @property
    def time(self) -> str:
        """Its processor seconds, as people read them."""
        return f"{self.seconds:.{2 if self.seconds < 1 else 0}f}"

    def misfits(self, kind: Kind, chip: VirtualChip) -> list[str]:
        """In what the calibration differs from what is wanted, in words."""
        wanted = {"serial": chip.serial, "mode": chip.mode.value, "model": model_version(), "target": kind.digest()}
        names = {"serial": "chip", "mode": "mode", "model": "version of the model", "target": "target"}
        return [f"{names[name]} {getattr(self, name)} and not {value}" for name, value in wanted.items() if getattr(self, name) != value]


class Store:
    """A folder of calibrations. Without an argument: the user's."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _users_folder()

    def place(self, chip: VirtualChip) -> Path:
        """The folder with the calibrations of a chip, by the present version of the model."""
        identifier = ModelConnection(chip.serial, chip.mode.value).identifier
        return self.folder / f"{chip.mode.value}-{model_version()}" / SYSTEM / identifier / "stable"

    def file(self, kind: Kind, chip: VirtualChip, file: str = FILES[0]) -> Path:
        """Where a file of a calibration lies, if it is there."""
        return self.place(chip) / kind.folder / f"{kind.name}_{file}"

    def known(self, kind: Kind, chip: VirtualChip) -> Stored | None:
        """What is known of a stored calibration; None if there is none, or none for this target."""
        found = _stored(self.place(chip) / kind.folder / f"{kind.name}.json")
        return found if found is not None and not found.misfits(kind, chip) and self.file(kind, chip).exists() else None

    def put(self, kind: Kind, chip: VirtualChip, stored: Stored, cocos: DumperDone, native: bytes | None) -> Path:
        """Writes all files of a calibration; each is whole or not there. Gives the path of the portable binary."""
        binary = to_portablebinary(cocos)
        note = msgspec.structs.replace(stored, content=_digest(binary))
        contents = {
            self.file(kind, chip, FILES[1]): gzip.compress(to_json(cocos).encode(), 6, mtime=0),
            self.file(kind, chip, FILES[0]): binary,
            self.place(chip) / kind.folder / f"{kind.name}.json": msgspec.json.encode(note) + b"\n",
        }
        if native is not None:
            contents[self.file(kind, chip, FILES[2])] = native
        for path, content in contents.items():
            _write(path, content)
        self.show_weekly(kind, chip)
        return self.file(kind, chip)

    def show_weekly(self, kind: Kind, chip: VirtualChip) -> None:
        """Links to the files of a calibration in the weekly folder, where notebooks look for those of every night, too."""
        place = self.place(chip)
        for file in place.glob(f"{kind.folder}/{kind.name}[_.]*") if kind.folder != WEEKLY else ():
            with suppress(OSError):  # it is there, or nothing can be written: then the other folder is not less than it was
                (place / WEEKLY).mkdir(exist_ok=True)
                (place / WEEKLY / file.name).symlink_to(Path("..") / kind.folder / file.name)

    def get(self, kind: Kind, chip: VirtualChip) -> DumperDone:
        """The writes of a stored calibration."""
        return read(self.file(kind, chip), kind, chip)


def read(path: Path, kind: Kind, chip: VirtualChip) -> DumperDone:
    """The writes in a portable binary. Warns (CalibrationWarning) if it is known to belong to another chip, model or target, or if it was
    replaced. Raises CalibrationError if it is damaged."""
    cocos = DumperDone()
    try:
        from_portablebinary(cocos, path.read_bytes())
    except SerializationError as error:
        anew = f"hicannx calibrate {chip.serial} --kind {kind.name} --mode {chip.mode.value} --again"
        raise CalibrationError(f"{path} is damaged: {error}. What `{anew}` makes takes its place") from error
    known = beside(path)
    if known is not None:
        name_misfits(path, known, kind, chip)
    return cocos


def name_misfits(path: Path, known: Stored, kind: Kind, chip: VirtualChip) -> None:
    """Warns (CalibrationWarning, where the caller was called) of everything in which a file differs from what is wanted."""
    for misfit in known.misfits(kind, chip):
        warnings.warn(f"{path}: this calibration is of {misfit}", CalibrationWarning, stacklevel=4)
    if was_replaced(path, known):
        text = f"{path}: this is not the calibration that was stored under its name ({known}): it was changed or replaced"
        warnings.warn(text, CalibrationWarning, stacklevel=4)


def was_replaced(path: Path, known: Stored) -> bool:
    """Whether a portable binary is another one than its note tells of."""
    return path.name.endswith(FILES[0]) and path.exists() and known.content not in ("", _digest(path.read_bytes()))


def beside(path: Path) -> Stored | None:
    """What is known of the calibration that a file belongs to, from the note beside it; None if there is none."""
    name = next((path.name.removesuffix(f"_{file}") for file in FILES if path.name.endswith(f"_{file}")), "")
    return _stored(path.with_name(f"{name}.json")) if name else None


def _stored(path: Path) -> Stored | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Stored)
    except (OSError, msgspec.DecodeError):
        return None


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:12]


def _write(path: Path, content: bytes) -> None:
    """Others see the old file or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.{get_ident()}")
    part.write_bytes(content)
    part.replace(path)


def _users_folder() -> Path:
    named: Any = setting(os.environ, "HICANNX_CALIBRATIONS")
    if named:
        return Path(named)
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "hicannx" / "calibrations"


def chip_of_identifier(identifier: str, mode: str | None = None) -> VirtualChip:
    """The virtual chip that a connection's identifier names. Raises CalibrationError for another kind of identifier."""
    found = re.fullmatch(r"(?:hxcube|jboa)\d+fpga\d+chip(\d+)_1", identifier)
    if found is None:
        raise CalibrationError(f"{identifier!r} is not the identifier of a virtual chip")
    return VirtualChip(int(found[1]), Mode(mode or setting(os.environ, "HICANNX_MODE")))
