# ruff: noqa: F403
# mypy: implicit-reexport
"""Abstract topologies on BrainScaleS-2; see `grenade.abstract`."""

from _pygrenade_vx_network_abstract import *
from pygrenade_vx.network.abstract import frontend as frontend
from pygrenade_vx.network.abstract import reverse_mapping as reverse_mapping
from pygrenade_vx.network.abstract import utils as utils
