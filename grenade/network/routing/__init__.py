"""Routing of networks onto the chip."""

from grenade.errors import UnsuccessfulRouting
from grenade.network.routing.router import GreedyRouter, PortfolioRouter

__all__ = ["GreedyRouter", "PortfolioRouter", "UnsuccessfulRouting"]
