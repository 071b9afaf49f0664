"""Routing of networks onto the chip."""

from grenade.network.routing.router import GreedyRouter, PortfolioRouter

__all__ = ["GreedyRouter", "PortfolioRouter"]
