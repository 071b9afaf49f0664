"""What is this emulator's own: virtual chips by serial number, what their systems report, and how far each register can be trusted.

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
    __version__: str
    from hicannx import faults, traces
    from hicannx.calibration.making import calibrated_chip, calibration_writes
    from hicannx.configuration import FieldDifference, configuration_diff, configuration_of
    from hicannx.connecting import connect
    from hicannx.errors import HicannxError, NotAModelError, UnknownRegisterError
    from hicannx.insight import Insight, Observer, observe
    from hicannx.page.server import view
    from hicannx.ppu_debug import debug, ppu_profile, ppu_trace
    from hicannx.sweeps import sweep
    from hicannx.systems import (
        clear_faults,
        events,
        explain,
        inject,
        keep_history,
        multichip_of,
        report,
        restore,
        rewind,
        snapshot,
        system_of,
        systems_of,
        unmodelled,
        write_spikes,
    )
    from hicannx.trust import Accuracy, Trust, accuracy
    from hicannx_sim import Mode, System, VirtualChip
    from hicannx_sim.observe import Observation, register_name
    from hicannx_sim.trust.explain import Finding
    from stadls import Entry, Listing

_HOMES = {
    "hicannx.calibration.making": "calibrated_chip calibration_writes",
    "hicannx.configuration": "FieldDifference configuration_diff configuration_of",
    "hicannx.connecting": "connect",
    "hicannx.insight": "Insight Observer observe",
    "hicannx.errors": "HicannxError NotAModelError UnknownRegisterError",
    "hicannx.ppu_debug": "debug ppu_profile ppu_trace",
    "hicannx.sweeps": "sweep",
    "hicannx.systems": "clear_faults events explain inject keep_history multichip_of report restore rewind snapshot system_of systems_of "
    "unmodelled write_spikes",
    "hicannx.page.server": "view",
    "hicannx.trust": "Accuracy Trust accuracy",
    "hicannx_sim.observe": "Observation register_name",
    "hicannx_sim.trust.explain": "Finding",
    "hicannx_sim": "Mode System VirtualChip",
    "stadls": "Entry Listing",
}

__all__ = [
    "Accuracy", "Entry", "FieldDifference", "Finding", "HicannxError", "Insight", "Listing", "Mode", "NotAModelError", "Observation",
    "Observer", "System", "Trust", "UnknownRegisterError", "VirtualChip", "accuracy", "calibrated_chip", "calibration_writes",
    "clear_faults", "configuration_diff", "configuration_of", "connect", "debug", "events", "explain", "faults", "inject", "keep_history",
    "multichip_of", "observe", "ppu_profile", "ppu_trace", "register_name", "report", "restore", "rewind", "snapshot", "sweep", "system_of",
    "systems_of", "traces", "unmodelled", "view", "write_spikes",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Public names are loaded when first used: the command line starts without the model."""
    if name == "__version__":
        return import_module("importlib.metadata").version("hicannx")
    if name in ("faults", "traces"):
        return import_module(f"hicannx.{name}")
    for home, names in _HOMES.items():
        if name in names.split():
            return getattr(import_module(home), name)
    raise AttributeError(f"module 'hicannx' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
