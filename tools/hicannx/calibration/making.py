"""Calibrations of virtual chips, made when they are first asked for."""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING

from fisch.environment import serial_setting, setting
from haldls.lola import Chip
from hicannx.calibration import calix_engine
from hicannx.calibration.kinds import Kind, kind_of
from hicannx.calibration.model_version import get_repo_state, model_version
from hicannx.calibration.store import Store, Stored
from hicannx.calibration.success import common_failures
from hicannx_sim import Mode, VirtualChip
from stadls import DumperDone, convert_to_chip

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger("hicannx.calibration")

__all__ = ["calibrated_chip", "calibration_writes", "make"]


def calibration_writes(kind: str = "spiking", serial: int | None = None, mode: Mode | str | None = None) -> DumperDone:
    """The writes that calibrate a virtual chip, as calix' results make them.

    kind      "spiking", "spiking2", "hagen", "hagen_synin" or "correlation"
    serial, mode    of the chip; what is not given comes from HICANNX_CHIP and HICANNX_MODE

    What is not in the store yet is computed from the model's numbers, in less than a second, and kept if the folder can be written. Raises
    CalibrationError for a kind that does not exist.

    >>> len(calibration_writes("spiking", 7).tolist()) > 512
    True
    """
    chosen, chip, store = kind_of(kind), _chip(serial, mode), Store()
    try:
        if store.known(chosen, chip) is None:
            make(store, chosen, chip)
        return store.get(chosen, chip)
    except OSError as error:
        _log.warning("calibrations cannot be kept in %s (HICANNX_CALIBRATIONS names another folder): %s", store.folder, error)
        return chosen.compute(chip, chosen.target(), chosen.options()).cocos


def calibrated_chip(kind: str = "spiking", serial: int | None = None, mode: Mode | str | None = None) -> Chip:
    """The whole configuration of a calibrated virtual chip: a default one with the writes of `calibration_writes`.

    >>> chip = calibrated_chip("spiking", 7)
    >>> bool(chip.neuron_block.atomic_neurons[0].threshold.enable)
    True
    """
    return convert_to_chip(calibration_writes(kind, serial, mode), Chip())


def _chip(serial: int | None, mode: Mode | str | None) -> VirtualChip:
    number = serial_setting(os.environ) if serial is None else serial
    return VirtualChip(number, mode or setting(os.environ, "HICANNX_MODE"))  # type: ignore[arg-type]  # or its name


def make(store: Store, kind: Kind, chip: VirtualChip, engine: str = "model") -> Path:
    """Makes a calibration and puts it into a store. engine: "model" computes it, "calix" searches for it on the chip."""
    start = time.process_time()
    native: bytes | None
    if engine == "calix":
        found, native = calix_engine.search(kind, chip)
    else:
        target, options = kind.target(), kind.options()
        found = kind.compute(chip, target, options)
        native = calix_engine.native(kind, found) if calix_engine.is_there() else None
    failures = {**common_failures(found.cocos), **found.failed}
    stored = Stored(
        kind.name, chip.serial, chip.mode.value, model_version(), kind.digest(), engine, get_repo_state(),
        {name: mask.nonzero()[0].tolist() for name, mask in failures.items()}, round(time.process_time() - start, 2),
    )  # fmt: skip
    return store.put(kind, chip, stored, found.cocos, native)
