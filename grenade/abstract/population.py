"""Populations: cells of one type, with a place each in a space of their own."""

from __future__ import annotations

from typing import ClassVar

from grenade.abstract.data import BatchedPortData, Parameterization, PortData, TimeDomainRuntimes
from grenade.abstract.dimension_units import CELL
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import TimeDomainOnTopology
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.abstract.sequences import MultiIndexSequence
from grenade.abstract.vertex import Port, PortType, Vertex, checked


class CellParameterSpace:
    """Base of what is possible for `size()` cells; data of a run chooses among it."""

    Parameterization: ClassVar[type[Parameterization]] = Parameterization

    def size(self) -> int:
        """Number of cells."""
        raise NotImplementedError


class CellDynamics(BatchedPortData):
    """Base of what happens to `size()` cells in time."""

    def size(self) -> int:
        """Number of cells."""
        raise NotImplementedError


class Cell:
    """Base of types of cells. `data` names the kind of data for each port that takes some."""

    ParameterSpace: ClassVar[type[CellParameterSpace]] = CellParameterSpace
    Dynamics: ClassVar[type[CellDynamics]] = CellDynamics

    def get_input_ports(self) -> list[Port]:
        """Ports that each cell has; their channels are those of one cell."""
        raise NotImplementedError

    def get_output_ports(self) -> list[Port]:
        """Ports that each cell has; their channels are those of one cell."""
        raise NotImplementedError

    def data(self) -> dict[int, type[PortData]]:
        """Kind of data for each port that takes some."""
        raise NotImplementedError

    def check_parameter_space(self, parameter_space: CellParameterSpace) -> None:
        """Raises TopologyError if it is not one of this type of cells."""
        if not isinstance(parameter_space, self.ParameterSpace):
            given = type(parameter_space).__qualname__
            raise TopologyError(f"a {type(self).__name__} has a parameter space of its own kind, not a {given}")


class Population(Vertex):
    """Cells of one type. `shape` is the sequence of their places, one unit of cells for each dimension."""

    def __init__(
        self, cell: Cell, shape: MultiIndexSequence, parameter_space: CellParameterSpace, time_domain: TimeDomainOnTopology | None = None
    ) -> None:
        self._cell: Cell = checked(Cell, cell, "Population.cell")
        self._shape: MultiIndexSequence = checked(MultiIndexSequence, shape, "Population.shape")
        self._parameter_space: CellParameterSpace = checked(CellParameterSpace, parameter_space, "Population.parameter_space")
        self.time_domain = checked(TimeDomainOnTopology, time_domain, "Population.time_domain")
        self._check(cell, shape, parameter_space)

    def _check(self, cell: Cell, shape: MultiIndexSequence, parameter_space: CellParameterSpace) -> None:
        cell.check_parameter_space(parameter_space)
        if shape.size() != parameter_space.size():
            raise TopologyError(f"a population of {shape.size()} cells has a parameter space of as many, not of {parameter_space.size()}")
        if any(unit != CELL for unit in shape.units):
            raise TopologyError(f"all dimensions of a population's shape are CellOnPopulationDimensionUnit, not {list(shape.units)}")
        if not shape.is_injective():
            raise TopologyError("two cells of a population have the same place")
        self._ports: tuple[list[Port], list[Port]] | None = None

    def size(self) -> int:
        """Number of cells."""
        return self._shape.size()

    def get_cell(self) -> Cell:
        """Type of the cells."""
        return self._cell

    def get_shape(self) -> MultiIndexSequence:
        """Places of the cells."""
        return self._shape

    def get_parameter_space(self) -> CellParameterSpace:
        """What is possible for the cells."""
        return self._parameter_space

    def set_cell(self, cell: Cell) -> None:
        """Replaces the type of the cells. Raises TopologyError if the parameter space does not fit it."""
        self._check(checked(Cell, cell, "Population.cell"), self._shape, self._parameter_space)
        self._cell = cell

    def set_shape(self, shape: MultiIndexSequence) -> None:
        """Replaces the places of the cells. Raises TopologyError if their number differs."""
        self._check(self._cell, checked(MultiIndexSequence, shape, "Population.shape"), self._parameter_space)
        self._shape = shape

    def set_parameter_space(self, parameter_space: CellParameterSpace) -> None:
        """Replaces what is possible. Raises TopologyError if it is for other cells or another number of them."""
        self._check(self._cell, self._shape, checked(CellParameterSpace, parameter_space, "Population.parameter_space"))
        self._parameter_space = parameter_space

    def get_input_ports(self) -> list[Port]:
        return self._both()[0]

    def get_output_ports(self) -> list[Port]:
        return self._both()[1]

    def _both(self) -> tuple[list[Port], list[Port]]:
        if self._ports is None:
            self._ports = self._spread(self._cell.get_input_ports()), self._spread(self._cell.get_output_ports())
        return self._ports

    def _spread(self, ports: list[Port]) -> list[Port]:
        """Ports of all cells."""
        product = self._shape.cartesian_product
        return [port if port.type is PortType.data else port._replace(channels=product(port.channels)) for port in ports]

    def check_data(self, port: int, data: PortData) -> None:
        kind = self._cell.data().get(port)
        if kind is None or not isinstance(data, kind):
            wanted = "no data" if kind is None else f"a {kind.__qualname__}"
            at = f"port {port} of a population of {type(self._cell).__name__}"
            raise TopologyError(f"{at} takes {wanted}, not a {type(data).__qualname__}")
        if isinstance(data, Parameterization | CellDynamics) and data.size() != self.size():
            raise TopologyError(f"a population of {self.size()} cells takes data for as many at port {port}, not for {data.size()}")

    def check_runtimes(self, runtimes: TimeDomainRuntimes) -> None:
        if not isinstance(runtimes, ClockCycleTimeDomainRuntimes):
            raise TopologyError(f"cells on a chip run for ClockCycleTimeDomainRuntimes, not for {type(runtimes).__name__}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Population):
            return NotImplemented
        names = ("_shape", "_cell", "_parameter_space", "time_domain")
        return self is other or all(getattr(self, name) == getattr(other, name) for name in names)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Population({self.size()} x {type(self._cell).__name__})"
