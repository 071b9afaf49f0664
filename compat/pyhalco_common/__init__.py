# ruff: noqa: F401
# mypy: implicit-reexport
"""Coordinates common to all chips under their original import name; see `halco`."""

from halco import (
    Coordinate,
    Direction,
    Enum,
    IPv4,
    Orientation,
    Parity,
    Side,
    SideHorizontal,
    SideVertical,
    Unique,
    X,
    Y,
    bottom,
    east,
    horizontal,
    iter_all,
    left,
    north,
    right,
    south,
    top,
    unique,
    vertical,
    west,
)

__variant__ = "pybind11"
