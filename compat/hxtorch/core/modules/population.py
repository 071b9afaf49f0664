"""See `grenade.modules.populations`."""

from grenade.modules import InputPopulation, Population

__all__ = ["InputPopulation", "Population"]
