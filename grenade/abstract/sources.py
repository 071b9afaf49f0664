"""Cells that only send spikes: from the host, from the chip's generators, from the FPGA's serial link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from grenade.abstract.data import Parameterization, PortData
from grenade.abstract.dimension_units import COMPARTMENT
from grenade.abstract.errors import TopologyError
from grenade.abstract.population import Cell, CellDynamics, CellParameterSpace
from grenade.abstract.sequences import CuboidMultiIndexSequence
from grenade.abstract.vertex import ONE, Port, PortType
from grenade.common import Time
from grenade.network.populations import SpikeIOSourcePopulation
from grenade.values import Entity, attribute, count, exactly, listed, made
from halco import SpikeIOAddress
from haldls.background import BackgroundSpikeSource

DATA_PORT = 0
"""Number of the input port of all sources."""


class _SizedParameterSpace(CellParameterSpace):
    """Anything that the cells can do, for a number of them."""

    def __init__(self, size: int) -> None:
        self._size = count(size)

    def size(self) -> int:
        """Number of cells."""
        return self._size

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(self) is type(other) else NotImplemented

    __hash__ = None  # type: ignore[assignment]


class SpikeSource(Cell):
    """Base of cells that only send spikes: one compartment, no input but data."""

    def get_input_ports(self) -> list[Port]:
        return [Port(PortType.data, ONE)]

    def get_output_ports(self) -> list[Port]:
        return [Port(PortType.spike, CuboidMultiIndexSequence([1], [COMPARTMENT]), shared=True)]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other)

    __hash__ = None  # type: ignore[assignment]


class ExternalSourceNeuron(SpikeSource):
    """Sources whose spikes come from the host."""

    class ParameterSpace(_SizedParameterSpace):
        """Any spikes, for a number of sources."""

    class Dynamics(CellDynamics):
        """Spikes by batch entry and source: lists of times in FPGA cycles since the begin of the snippet."""

        def __init__(self, spike_times: Iterable[Iterable[Iterable[Any]]]) -> None:
            self.spike_times = [[[_time(time) for time in source] for source in entry] for entry in spike_times]
            if len({len(entry) for entry in self.spike_times}) > 1:
                raise TopologyError(f"all batch entries are for the same number of sources, not {[*map(len, self.spike_times)]}")

        def size(self) -> int:
            """Number of sources."""
            return len(self.spike_times[0]) if self.spike_times else 0

        def batch_size(self) -> int:
            """Number of batch entries."""
            return len(self.spike_times)

        def __eq__(self, other: object) -> bool:
            return self.spike_times == other.spike_times if isinstance(other, type(self)) else NotImplemented

        __hash__ = None  # type: ignore[assignment]

    def data(self) -> dict[int, type[PortData]]:
        return {DATA_PORT: self.Dynamics}


def _time(value: Any) -> int:
    number = int(value)
    if number < 0 or (number != value and not isinstance(value, Time)):
        raise TopologyError(f"a spike at {value}; times are FPGA cycles of 8 ns, 0 or more, since the begin of the snippet")
    return number


class PoissonSourceNeuron(SpikeSource):
    """Sources that are labels of the chip's generators of background spikes, which draw them at random."""

    class ParameterSpace(_SizedParameterSpace):
        """Any settings, for a number of sources."""

        class Parameterization(Parameterization):
            """Settings of the generator for a number of sources; units and meaning are those of `BackgroundSpikeSource`."""

            _kinds = {"period": BackgroundSpikeSource.Period, "rate": BackgroundSpikeSource.Rate, "seed": BackgroundSpikeSource.Seed}
            period: BackgroundSpikeSource.Period
            rate: BackgroundSpikeSource.Rate
            seed: BackgroundSpikeSource.Seed

            def __init__(self, size: int) -> None:
                vars(self)["_size"] = count(size)
                self.period, self.rate, self.seed = (kind() for kind in self._kinds.values())  # type: ignore[assignment]

            if not TYPE_CHECKING:  # a checker would take any name

                def __setattr__(self, name: str, value: Any) -> None:
                    if name not in self._kinds:
                        raise AttributeError(f"a generator has {', '.join(self._kinds)}, no {name}")
                    vars(self)[name] = made(self._kinds[name])(value)

            def size(self) -> int:
                """Number of sources."""
                return vars(self)["_size"]  # type: ignore[no-any-return]

            def __eq__(self, other: object) -> bool:
                return vars(self) == vars(other) if isinstance(other, type(self)) else NotImplemented

            __hash__ = None  # type: ignore[assignment]

    def data(self) -> dict[int, type[PortData]]:
        return {DATA_PORT: self.ParameterSpace.Parameterization}


class SpikeIOSourceNeuron(SpikeSource):
    """Sources whose spikes arrive at the FPGA's serial link."""

    @dataclass
    class Parameterization(Entity, Parameterization):
        """Settings of the link, and the label that each source has on it."""

        config: SpikeIOSourcePopulation.Config = attribute(
            exactly(SpikeIOSourcePopulation.Config), default_factory=SpikeIOSourcePopulation.Config
        )
        labels: list[SpikeIOAddress] = attribute(listed(made(SpikeIOAddress)), default_factory=list)

        def size(self) -> int:
            """Number of sources."""
            return len(self.labels)

    class ParameterSpace(_SizedParameterSpace):
        """Any settings, for a number of sources."""

    def data(self) -> dict[int, type[PortData]]:
        return {DATA_PORT: self.Parameterization}
