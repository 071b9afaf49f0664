"""What the dimensions of an index stand for. Units have no content: two of one kind are equal."""

from __future__ import annotations


class DimensionUnit:
    """Base of all units."""

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) if isinstance(other, DimensionUnit) else NotImplemented

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class CellOnPopulationDimensionUnit(DimensionUnit):
    """Cells of a population."""


class CompartmentOnNeuronDimensionUnit(DimensionUnit):
    """Compartments of a neuron."""


class ReceptorOnCompartmentDimensionUnit(DimensionUnit):
    """Receptors of a compartment."""


class AtomicNeuronOnCompartmentDimensionUnit(DimensionUnit):
    """Neuron circuits of a compartment."""


CELL, COMPARTMENT = CellOnPopulationDimensionUnit(), CompartmentOnNeuronDimensionUnit()
RECEPTOR, CIRCUIT = ReceptorOnCompartmentDimensionUnit(), AtomicNeuronOnCompartmentDimensionUnit()
