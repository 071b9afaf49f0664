"""Opening and closing of the process' connection. (facts: clients/hxtorch_jaxsnn 2.1)"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from grenade.common import ConnectionOnExecutor
from grenade.errors import GrenadeError
from grenade.hardware import HARDWARE
from haldls.lola import Chip
from hicannx.calibration.client_paths import answered, check
from stadls import DumperDone, convert_to_chip, from_portablebinary

CALIBRATIONS = Path("/wang/data/calibration/hicann-dls-sr-hx")
"""Where the laboratory's calibrations lie."""

_log = logging.getLogger("hxtorch.load_and_apply_calibration")


class CalibrationFileError(GrenadeError):
    """A calibration that cannot be read."""


@dataclass
class HWDBPath:
    """Where the hardware database lies (None: the one that the connection uses), and which of the nightly calibrations are meant."""

    path: str | None = None
    version: str = "stable/latest"


@dataclass
class CalibrationPath:
    """Path of a calibration, a portable binary (`.pbin`)."""

    value: str


def init_hardware(
    hwdb_path: HWDBPath | CalibrationPath | None = None, ann: bool = False, *, calibration_path: CalibrationPath | None = None
) -> None:
    """Opens what the environment asks for, in place of a connection that is open already.

    ann    the chip of matrix products gets the nightly calibration for them
    calibration_path    (or the only argument) a calibration for the chip of matrix products
    """
    calibration = hwdb_path if isinstance(hwdb_path, CalibrationPath) else calibration_path
    if calibration is not None:
        HARDWARE.chip = _calibrated(answered(Path(calibration.value)))
    HARDWARE.open()
    if ann and not isinstance(hwdb_path, CalibrationPath):
        database = hwdb_path or HWDBPath()
        HARDWARE.chip = _calibrated(answered(CALIBRATIONS / get_unique_identifier(database)[0] / database.version / "hagen_cocolist.pbin"))


def init_hardware_minimal() -> None:
    """Opens what the environment asks for; the chip of matrix products is a default one."""
    HARDWARE.chip = Chip()
    HARDWARE.open()


def release_hardware() -> None:
    """Closes the connection; without one nothing happens."""
    HARDWARE.release()


def get_unique_identifier(hwdb_path: HWDBPath | None = None) -> list[str]:
    """Names of the chips behind the connection."""
    return HARDWARE.executor.get_unique_identifier(None if hwdb_path is None else hwdb_path.path)[ConnectionOnExecutor()]


def _calibrated(path: Path) -> Chip:
    """A default chip with the writes of a calibration."""
    _log.info('loading calibration from "%s"', path)
    try:
        content, cocos = path.read_bytes(), DumperDone()
    except OSError as error:
        raise CalibrationFileError(f"Failed to open calibration at {path}. ({error.strerror})") from None
    check(path)
    from_portablebinary(cocos, content)
    return convert_to_chip(cocos)
