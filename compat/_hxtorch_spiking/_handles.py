"""Observables of a population as tensors. (facts: clients/hxtorch_jaxsnn 2.6)"""

from __future__ import annotations

from typing import Any, ClassVar, Generic, Self, TypeVar, overload

import torch

from grenade import observables
from grenade.network import NetworkGraph, PopulationOnNetwork
from grenade.observables import CADC, MADC, Observed, Spikes
from grenade.signal_flow import OutputData

T = TypeVar("T", bound=Observed)
Rows = list[tuple[int, ...]]


class _Handle(Generic[T]):
    """Observations of a population, all batch entries together. `observed` holds them as arrays."""

    _kind: ClassVar[type[Observed]]
    observed: T

    def __init__(self, data: Rows, batch_size: int, population_size: int) -> None:
        self.set_data(data, batch_size, population_size)

    @classmethod
    def of(cls, observed: T) -> Self:
        """A handle of arrays."""
        handle = cls.__new__(cls)
        handle.observed = observed
        return handle

    @property
    def batch_size(self) -> int:
        """Number of batch entries."""
        return self.observed.batch_size

    @property
    def population_size(self) -> int:
        """Number of neurons."""
        return self.observed.population_size

    def get_data(self) -> Rows:
        """The observations as tuples."""
        return self.observed.rows()

    def set_data(self, data: Rows, batch_size: int, population_size: int) -> None:
        """Takes other observations."""
        self.observed = self._kind.of(data, batch_size, population_size)  # type: ignore[assignment]


class SpikeHandle(_Handle[Spikes]):
    """Spikes: tuples of time [FPGA cycles], batch entry, neuron."""

    _kind = Spikes

    def to_dense(self, runtime: float, dt: float) -> torch.Tensor:
        """1 (uint8) in the step nearest to each spike, [step, batch entry, neuron]; ceil(runtime / dt) + 1 steps, times in s."""
        return torch.from_numpy(self.observed.dense(runtime, dt))


class CADCHandle(_Handle[CADC]):
    """Samples of the parallel converters: tuples of value (-128 .. 127), time [FPGA cycles], batch entry, neuron."""

    _kind = CADC

    @overload
    def to_dense(self, runtime: float, dt: float, mode: str = ...) -> torch.Tensor: ...
    @overload
    def to_dense(self, runtime: float, dt: str = ..., *, mode: str = ...) -> tuple[torch.Tensor, float]: ...
    def to_dense(self, runtime: float, dt: Any = None, mode: str = "linear") -> Any:
        """Values (float32) in steps of `dt`, [step, batch entry, neuron]; ceil(runtime / dt) + 1 steps, times in s.

        Without `dt`, (runtime, mode): in steps of the mean time between samples, together with that.
        mode    "linear" or "nn": interpolated or of the nearest sample
        """
        if dt is None or isinstance(dt, str):
            step = self.observed.step()
            return torch.from_numpy(self.observed.dense(runtime, step, dt or mode)), step
        return torch.from_numpy(self.observed.dense(runtime, dt, mode))

    def to_raw(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Values (float32) and times (int32, FPGA cycles) as they came, [sample, batch entry, neuron]."""
        values, times = self.observed.raw()
        return torch.from_numpy(values), torch.from_numpy(times)


class MADCHandle(_Handle[MADC]):
    """Samples of the fast converter: tuples of value, time [FPGA cycles], batch entry, neuron."""

    _kind = MADC

    def to_raw(self) -> torch.Tensor:
        """Times [FPGA cycles] and values (float32), [time or value, sample, batch entry]."""
        return torch.from_numpy(self.observed.raw())


def extract_spikes(data: OutputData, network_graph: NetworkGraph) -> dict[PopulationOnNetwork, SpikeHandle]:
    """Spikes of every population with recorded neurons."""
    return {population: SpikeHandle.of(one) for population, one in observables.spikes(data, network_graph).items()}


def extract_cadc(data: OutputData, network_graph: NetworkGraph) -> dict[PopulationOnNetwork, CADCHandle]:
    """Samples of the parallel converters of every population that is recorded."""
    return {population: CADCHandle.of(one) for population, one in observables.cadc(data, network_graph).items()}


def extract_madc(data: OutputData, network_graph: NetworkGraph) -> dict[PopulationOnNetwork, MADCHandle]:
    """Samples of the fast converter by the population of its neuron. RuntimeError for two neurons that take turns."""
    return {population: MADCHandle.of(one) for population, one in observables.madc(data, network_graph).items()}
