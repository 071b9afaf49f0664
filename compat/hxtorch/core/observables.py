"""See `grenade.modules.observables`."""

from grenade.modules import Observables as HXObservables

__all__ = ["HXObservables"]
