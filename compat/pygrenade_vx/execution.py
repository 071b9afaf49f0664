# ruff: noqa: F403
# mypy: implicit-reexport
"""See `grenade`; the names are those of `_pygrenade_vx_execution`."""

from _pygrenade_vx_execution import *
