# ruff: noqa: F403
# mypy: implicit-reexport
"""See `grenade`; the names are those of `pygrenade_common` and `_pygrenade_vx_common`."""

from _pygrenade_vx_common import *
from pygrenade_common import *
