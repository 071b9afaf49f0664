# ruff: noqa: F403
# mypy: implicit-reexport
"""Registers under their original import name; see `haldls`."""

from fisch.backends import Backend
from haldls.registers import *

__variant__ = "pybind11"


class BackendContainerList:
    """The ways to reach registers, in the order of `Backend`."""

    backends: tuple[Backend, ...] = tuple(Backend)
