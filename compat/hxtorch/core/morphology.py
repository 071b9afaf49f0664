"""See `grenade.modules.populations`."""

from grenade.modules import Morphology, SingleCompartmentNeuron

__all__ = ["Morphology", "SingleCompartmentNeuron"]
