"""Populations and projections; see `grenade.modules`."""
