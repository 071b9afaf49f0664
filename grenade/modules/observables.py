"""What a run has recorded of a population."""

from __future__ import annotations

from dataclasses import dataclass

from grenade.observables import CADC, MADC, Spikes

__all__ = ["Observables"]


@dataclass
class Observables:
    """Recordings of a population by kind; None for what is not recorded. See `grenade.observables`."""

    spikes: Spikes | None = None
    cadc: CADC | None = None
    madc: MADC | None = None

    def set_data(self, spikes: Spikes | None = None, cadc: CADC | None = None, madc: MADC | None = None) -> None:
        """Takes over what a run has recorded."""
        self.spikes, self.cadc, self.madc = spikes, cadc, madc
