# ruff: noqa: F403
# mypy: implicit-reexport
"""The original's private twin of `pygrenade_vx.network`, which scripts import by name."""

from grenade.network import *
