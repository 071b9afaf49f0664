"""The hardware: board, FPGA and chip behind one stream of 64-bit words.

>>> import numpy as np, hicannx_sim as sim
>>> system = sim.System(sim.VirtualChip(serial=42), seed=1)
>>> [hex(word) for word in system.execute(np.array([0x0A << 56], np.uint64))]
['0x200000000000000']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hicannx_sim.base.errors import (
        AccessError,
        ConfigurationError,
        OutOfMemoryError,
        ProtocolError,
        SimError,
        SnapshotError,
        StreamLimitError,
        UndefinedAccess,
        UnmodelledAccess,
        UnmodelledScan,
        UnmodelledSetting,
    )
    from hicannx_sim.base.virtual_chip import Mode, Quirk, VirtualChip
    from hicannx_sim.setup.connection import ModelConnection
    from hicannx_sim.setup.system import System

_HOMES = {
    "AccessError": "base.errors",
    "ConfigurationError": "base.errors",
    "Mode": "base.virtual_chip",
    "ModelConnection": "setup.connection",
    "OutOfMemoryError": "base.errors",
    "ProtocolError": "base.errors",
    "Quirk": "base.virtual_chip",
    "SimError": "base.errors",
    "SnapshotError": "base.errors",
    "StreamLimitError": "base.errors",
    "System": "setup.system",
    "UndefinedAccess": "base.errors",
    "UnmodelledAccess": "base.errors",
    "UnmodelledScan": "base.errors",
    "UnmodelledSetting": "base.errors",
    "VirtualChip": "base.virtual_chip",
}

__all__ = [
    "AccessError",
    "ConfigurationError",
    "Mode",
    "ModelConnection",
    "OutOfMemoryError",
    "ProtocolError",
    "Quirk",
    "SimError",
    "SnapshotError",
    "StreamLimitError",
    "System",
    "UndefinedAccess",
    "UnmodelledAccess",
    "UnmodelledScan",
    "UnmodelledSetting",
    "VirtualChip",
]


def __getattr__(name: str) -> Any:
    """Public names are loaded when first used: a part of the model can be had without the rest."""
    if name not in _HOMES:
        raise AttributeError(f"module 'hicannx_sim' has no attribute {name!r}")
    return getattr(import_module(f"hicannx_sim.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
