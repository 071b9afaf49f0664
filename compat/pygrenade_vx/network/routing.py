# ruff: noqa: F403
# mypy: implicit-reexport
"""Routing of networks; see `grenade.network.routing`."""

from _pygrenade_vx_network_routing import *
