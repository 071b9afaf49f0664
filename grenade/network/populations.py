"""Populations: what sends spikes. On-chip neurons, the host, the chip's background sources, the FPGA's serial link."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from grenade.common import ChipOnExecutor, EntityOnChip, placed
from grenade.values import Entity, attribute, count, exactly, listed, made, mapped, optional, truth
from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, HemisphereOnDLS, LogicalNeuronOnDLS, PADIBusOnPADIBusBlock, SpikeIOAddress
from halco.value import BaseType
from haldls.background import BackgroundSpikeSource
from haldls.spikeio import SpikeIOConfig


@dataclass(unsafe_hash=True)
class Receptor(Entity):
    """Where on a neuron a synapse acts: `type` is the line it pulls on, `id` tells several of one type apart."""

    class ID(BaseType, maximum=(1 << 63) - 1):
        """Number that tells receptors of one type apart."""

    class Type(enum.Enum):
        """Line of a neuron that a synapse pulls on."""

        excitatory = 0
        inhibitory = 1

    id: ID = attribute(made(ID), default=ID())
    type: Type = attribute(exactly(Type), default=Type.excitatory)

    def __copy__(self) -> Receptor:
        made = object.__new__(Receptor)
        vars(made).update(vars(self))
        return made


@dataclass
class Population(EntityOnChip):
    """Neurons on the chip."""

    @dataclass
    class Neuron(Entity):
        """A logical neuron at its place, and its compartments."""

        @dataclass
        class Compartment(Entity):
            """One compartment: who sends its spikes, if it has any, and which receptors each of its circuits has."""

            @dataclass
            class SpikeMaster(Entity):
                """Which of a compartment's circuits sends its spikes (its place in the compartment), and whether these are recorded."""

                neuron_on_compartment: int = attribute(count)
                enable_record_spikes: bool = attribute(truth)

            spike_master: SpikeMaster | None = attribute(optional(exactly(SpikeMaster)))
            receptors: list[set[Receptor]] = attribute(listed(set))

        coordinate: LogicalNeuronOnDLS = attribute(exactly(LogicalNeuronOnDLS))
        compartments: dict[CompartmentOnLogicalNeuron, Compartment] = attribute(
            mapped(made(CompartmentOnLogicalNeuron), exactly(Compartment))
        )

        def faults(self) -> list[str]:
            """What is wrong with it, in words; nothing if its compartments fit its shape."""
            shape = self.coordinate.get_placed_compartments()
            if list(shape) != list(self.compartments):
                return [f"its compartments are {[*map(int, self.compartments)]}, its coordinate has {[*map(int, shape)]}"]
            return [fault for index, circuits in shape.items() for fault in _faults(int(index), self.compartments[index], len(circuits))]

        def valid(self) -> bool:
            """Whether the compartments fit the coordinate's shape."""
            return not self.faults()

    neurons: list[Neuron] = attribute(listed(exactly(Neuron)), default_factory=list)
    chip_on_executor: ChipOnExecutor = placed()

    def valid(self) -> bool:
        """Whether every neuron is valid and no circuit is used twice."""
        return all(neuron.valid() for neuron in self.neurons) and len(self.get_atomic_neurons()) == self.get_atomic_neurons_size()

    def get_atomic_neurons(self) -> set[AtomicNeuronOnDLS]:
        """Circuits in use."""
        return {circuit for neuron in self.neurons for circuit in neuron.coordinate.get_atomic_neurons()}

    def get_atomic_neurons_size(self) -> int:
        """Number of circuits over all neurons."""
        return sum(len(neuron.coordinate.get_atomic_neurons()) for neuron in self.neurons)


def _faults(index: int, compartment: Population.Neuron.Compartment, circuits: int) -> list[str]:
    found = []
    if compartment.spike_master is not None and compartment.spike_master.neuron_on_compartment >= circuits:
        at = compartment.spike_master.neuron_on_compartment
        found.append(f"compartment {index} has {circuits} circuits, so its spike master cannot be circuit {at}")
    if len(compartment.receptors) != circuits:
        found.append(f"compartment {index} has {circuits} circuits, but {len(compartment.receptors)} sets of receptors")
    return found


class SourceNeuron(Entity):
    """Base of sources that are not in the neuron array."""

    enable_record_spikes: bool


@dataclass
class ExternalSourcePopulation(EntityOnChip):
    """Sources whose spikes come from the host."""

    @dataclass
    class Neuron(SourceNeuron):
        """One source; its recorded spikes are those that come back from the chip."""

        enable_record_spikes: bool = attribute(truth, default=False)

    neurons: list[Neuron] = attribute(listed(exactly(Neuron)), default_factory=list)
    chip_on_executor: ChipOnExecutor = placed()


@dataclass
class BackgroundSourcePopulation(EntityOnChip):
    """Sources that are labels of the chip's background generators: one generator per hemisphere, each on a bus of its own."""

    @dataclass
    class Neuron(SourceNeuron):
        """One source, which is one label of the generators."""

        enable_record_spikes: bool = attribute(truth, default=False)

    @dataclass
    class Config(Entity):
        """Settings of the generators; units and meaning are those of `BackgroundSpikeSource`."""

        period: BackgroundSpikeSource.Period = attribute(made(BackgroundSpikeSource.Period), default=BackgroundSpikeSource.Period())
        rate: BackgroundSpikeSource.Rate = attribute(made(BackgroundSpikeSource.Rate), default=BackgroundSpikeSource.Rate())
        seed: BackgroundSpikeSource.Seed = attribute(made(BackgroundSpikeSource.Seed), default=BackgroundSpikeSource.Seed())
        enable_random: bool = attribute(truth, default=False)

    neurons: list[Neuron] = attribute(listed(exactly(Neuron)), default_factory=list)
    coordinate: dict[HemisphereOnDLS, PADIBusOnPADIBusBlock] = attribute(
        mapped(made(HemisphereOnDLS), made(PADIBusOnPADIBusBlock)), default_factory=dict
    )
    config: Config = attribute(exactly(Config), default_factory=Config)
    chip_on_executor: ChipOnExecutor = placed()


@dataclass
class SpikeIOSourcePopulation(EntityOnChip):
    """Sources whose spikes arrive at the FPGA's serial link."""

    @dataclass
    class Neuron(SourceNeuron):
        """One source, known by its label on the link."""

        label: SpikeIOAddress = attribute(made(SpikeIOAddress))
        enable_record_spikes: bool = attribute(truth, default=False)

    @dataclass
    class Config(Entity):
        """Settings of the link, shared by all populations on it."""

        enable_internal_loopback: bool = attribute(truth, default=True)
        data_rate_scaler: SpikeIOConfig.DataRateScaler = attribute(
            made(SpikeIOConfig.DataRateScaler), default_factory=lambda: SpikeIOConfig.DataRateScaler()
        )

    neurons: list[Neuron] = attribute(listed(exactly(Neuron)), default_factory=list)
    config: Config = attribute(exactly(Config), default_factory=Config)
    chip_on_executor: ChipOnExecutor = placed()


AnyPopulation = Population | ExternalSourcePopulation | BackgroundSourcePopulation | SpikeIOSourcePopulation
