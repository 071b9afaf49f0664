"""Vectors as events of hagen mode; see `hicannx.calibration.programs`."""

from hicannx.calibration.programs import send_vectors

__all__ = ["send_vectors"]
