"""The hardware: board, FPGA and chip behind one stream of 64-bit words.

>>> import numpy as np, sim
>>> system = sim.System(sim.VirtualChip(serial=42), seed=1)
>>> [hex(word) for word in system.execute(np.array([0x0A << 56], np.uint64))]
['0x200000000000000']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.connection import ModelConnection
    from sim.errors import (
        AccessError,
        ConfigurationError,
        ProtocolError,
        SimError,
        SnapshotError,
        UndefinedAccess,
        UnmodelledAccess,
        UnmodelledScan,
        UnmodelledSetting,
    )
    from sim.system import System
    from sim.virtual_chip import Mode, Quirk, VirtualChip

_HOMES = {
    "AccessError": "errors",
    "ConfigurationError": "errors",
    "Mode": "virtual_chip",
    "ModelConnection": "connection",
    "ProtocolError": "errors",
    "Quirk": "virtual_chip",
    "SimError": "errors",
    "SnapshotError": "errors",
    "System": "system",
    "UndefinedAccess": "errors",
    "UnmodelledAccess": "errors",
    "UnmodelledScan": "errors",
    "UnmodelledSetting": "errors",
    "VirtualChip": "virtual_chip",
}

__all__ = [
    "AccessError",
    "ConfigurationError",
    "Mode",
    "ModelConnection",
    "ProtocolError",
    "Quirk",
    "SimError",
    "SnapshotError",
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
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    return getattr(import_module(f"sim.{_HOMES[name]}"), name)
