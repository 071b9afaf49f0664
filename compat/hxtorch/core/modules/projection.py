"""See `grenade.modules.projections`."""

from grenade.modules import Projection, ProjectionConnection

__all__ = ["Projection", "ProjectionConnection"]
