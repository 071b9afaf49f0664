"""Matrix products on the chip (hagen mode): activations as lengths of pulses, signed weights as pairs of synapses, sums on membranes."""

from grenade.hagen.errors import HagenError, OperandError
from grenade.hagen.product import MatrixProduct, MembraneRecording

__all__ = ["HagenError", "MatrixProduct", "MembraneRecording", "OperandError"]
