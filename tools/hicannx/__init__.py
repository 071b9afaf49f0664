"""What is this emulator's own: virtual chips by serial number, and how far each register can be trusted.

>>> import hicannx
>>> hicannx.VirtualChip(serial=42).mode.value
'typical'
>>> hicannx.accuracy("NeuronConfig").accuracy.name
'BEHAVIOURAL'

The layers of the real system stand beside it: halco, haldls, haldls.lola, fisch, stadls. The same on the command line: `hicannx --help`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hicannx.connecting import connect
    from hicannx.ppu_debug import debug, ppu_profile, ppu_trace
    from hicannx.trust import Accuracy, Trust, accuracy
    from hicannx_sim import Mode, VirtualChip

_HOMES = {
    "Accuracy": "hicannx.trust",
    "Mode": "hicannx_sim",
    "Trust": "hicannx.trust",
    "VirtualChip": "hicannx_sim",
    "accuracy": "hicannx.trust",
    "connect": "hicannx.connecting",
    "debug": "hicannx.ppu_debug",
    "ppu_profile": "hicannx.ppu_debug",
    "ppu_trace": "hicannx.ppu_debug",
}

__all__ = ["Accuracy", "Mode", "Trust", "VirtualChip", "accuracy", "connect", "debug", "ppu_profile", "ppu_trace"]


def __getattr__(name: str) -> Any:
    """Public names are loaded when first used: the command line starts without the model."""
    if name not in _HOMES:
        raise AttributeError(f"module 'hicannx' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
