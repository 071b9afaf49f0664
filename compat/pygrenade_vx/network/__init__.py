# ruff: noqa: F403
# mypy: implicit-reexport
"""Networks; see `grenade.network`."""

from _pygrenade_vx_network import *
from pygrenade_vx.network import abstract as abstract
from pygrenade_vx.network import routing as routing
