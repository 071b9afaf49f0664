# ruff: noqa: F403, F405
# mypy: implicit-reexport
"""Coordinates: typed, ranged, convertible indices of everything on the chip, its FPGA and its board.

>>> from halco import AtomicNeuronOnDLS, NeuronColumnOnDLS, NeuronRowOnDLS
>>> neuron = AtomicNeuronOnDLS(NeuronColumnOnDLS(3), NeuronRowOnDLS.bottom)
>>> neuron.toEnum(), neuron.toCapMemBlockOnDLS()
(Enum(259), CapMemBlockOnDLS(2))

Every coordinate is a class; out of range raises RangeError (an OverflowError and a RuntimeError), a position that does not exist
or has no counterpart CoordinateError (a ValueError and a RuntimeError).
"""

from importlib.util import find_spec
from typing import Any

if find_spec("halco.value") is None:
    raise ImportError("halco: the compiled modules are missing here; build them with `make .venv/built`, or start Python in another folder")

from halco.common import *
from halco.conversions import resolve_in
from halco.hemisphere import PerHemisphere as PerHemisphere
from halco.kinds import *
from halco.positions import *
from halco.retired import *
from halco.typed_array import *
from halco.value import *

resolve_in(globals())


def __getattr__(name: str) -> Any:
    """`EnumRanged_<size>_`, the class of positions in an enumeration of that size."""
    size = name.removeprefix("EnumRanged_").removesuffix("_")
    if size.isdigit() and name == f"EnumRanged_{size}_":
        return ranged_enum(int(size))
    raise AttributeError(f"halco has no {name}")
