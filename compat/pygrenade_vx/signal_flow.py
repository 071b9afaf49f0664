# ruff: noqa: F403
# mypy: implicit-reexport
"""See `grenade`; the names are those of `_pygrenade_vx_signal_flow`."""

from _pygrenade_vx_signal_flow import *
