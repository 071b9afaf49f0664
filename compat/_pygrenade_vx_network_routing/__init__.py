"""The original's private twin of `pygrenade_vx.network.routing`, which scripts import by name."""

from grenade.network.routing import GreedyRouter, PortfolioRouter, UnsuccessfulRouting

__all__ = ["GreedyRouter", "PortfolioRouter", "UnsuccessfulRouting"]
