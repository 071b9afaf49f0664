# ruff: noqa: F403
# mypy: implicit-reexport
"""Coordinates common to all chips under their original import name; see `halco`."""

from halco.common import *

__variant__ = "pybind11"
