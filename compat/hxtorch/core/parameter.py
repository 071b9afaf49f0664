"""See `grenade.modules.parameters`."""

from grenade.modules import HXBaseParameter, HXParameter, MixedHXModelParameter

__all__ = ["HXBaseParameter", "HXParameter", "MixedHXModelParameter"]
