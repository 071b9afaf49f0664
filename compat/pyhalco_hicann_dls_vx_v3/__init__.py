# ruff: noqa: F401, F403
# mypy: implicit-reexport
"""Coordinates of the third chip revision under their original import name; see `halco`."""

import halco as _halco
import pyhalco_common as common
from halco.common import Coordinate, iter_all
from halco.positions import *
from halco.retired import *

__variant__ = "pybind11"


def __getattr__(name: str) -> type[_halco.RangedEnum]:
    """`EnumRanged_<size>_`: positions in an enumeration of that size."""
    if name.startswith("EnumRanged_"):
        return getattr(_halco, name)  # type: ignore[no-any-return]
    raise AttributeError(f"pyhalco_hicann_dls_vx_v3 has no {name}")
