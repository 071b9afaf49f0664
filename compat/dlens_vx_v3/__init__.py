"""The one import of most scripts: `from dlens_vx_v3 import hal, halco, hxcomm, lola, sta`.

Each name is one of the original packages; it is imported when it is first used. Messages of the log from WARN on are shown if nobody has
configured where they go.
"""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

from pylogging._appenders import configure_if_nobody_did

_PACKAGES = {
    "hal": "pyhaldls_vx_v3",
    "halco": "pyhalco_hicann_dls_vx_v3",
    "logger": "pylogging",
    "lola": "pylola_vx_v3",
    "sta": "pystadls_vx_v3",
    "hxcomm": "pyhxcomm_vx",
}

__all__ = ["hal", "halco", "hxcomm", "logger", "lola", "sta"]

if TYPE_CHECKING:
    from dlens_vx_v3 import hal, halco, hxcomm, logger, lola, sta

configure_if_nobody_did()


def __getattr__(name: str) -> ModuleType:
    if name not in _PACKAGES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{name}")
    globals()[name] = module
    return module


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
