"""What a calibration of a virtual chip depends on beside its serial number: the version of the model, and its mode."""

import os
from functools import cache
from hashlib import sha256
from importlib import import_module

from fisch.environment import setting
from hicannx_sim.base.numbers import TABLE

__all__ = ["get_repo_state", "model_version"]

CIRCUITS = 2
"""Counted up whenever the circuits compute something else from the same numbers."""


@cache
def model_version() -> str:
    """Changes with every number and circuit of the model; a calibration made with another version may not fit.

    >>> len(model_version())
    12
    """
    numbers = ",".join(f"{name}={entry.value!r}" for name, entry in sorted(TABLE.items()))
    return sha256(f"{CIRCUITS};{numbers}".encode()).hexdigest()[:12]


def get_repo_state() -> str:
    """What else the results in a cache of calibrations depend on: this software, the model and its mode."""
    metadata = import_module("importlib.metadata")  # takes as long as a tenth of the whole stack
    mode = setting(os.environ, "HICANNX_MODE")
    return f"hicannx {metadata.version('hicannx')}, model {model_version()}, {mode}"
