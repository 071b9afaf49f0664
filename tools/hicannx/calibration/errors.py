"""Errors of calibrations: one shallow tree on RuntimeError, as the original raises it for what does not fit."""

from hicannx.errors import HicannxError

__all__ = ["CalibrationError", "VectorError"]


class CalibrationError(HicannxError, RuntimeError):
    """Something about a calibration does not fit."""


class VectorError(CalibrationError, ValueError):
    """An array of another length than it has to have, or of something else than whole numbers."""
