"""Populations and projections of event-based training, independent of its framework; see `grenade.modules`."""
