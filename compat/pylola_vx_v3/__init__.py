# ruff: noqa: F403
# mypy: implicit-reexport
"""The composed containers of the third chip revision under their original import name; see `haldls.lola`."""

from haldls.lola.composed import *

__variant__ = "pybind11"
