"""Recordings of analog signals: the fast converter (MADC), the converters of all columns (CADC), the chip's pads."""

from __future__ import annotations

from dataclasses import dataclass

from grenade.common import ChipOnExecutor, EntityOnChip, placed
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.projections import population
from grenade.values import Entity, attribute, count, exactly, listed, made, mapped, truth
from halco import CompartmentOnLogicalNeuron, PadOnDLS
from haldls.lola import AtomicNeuron

Source = AtomicNeuron.Readout.Source


@dataclass(order=True)
class AtomicNeuronOnExecutionInstance(Entity):
    """One neuron circuit of a population, counted inside it."""

    population: PopulationOnExecutionInstance = attribute(population, default=PopulationOnExecutionInstance())
    neuron_on_population: int = attribute(count, default=0)
    compartment_on_neuron: CompartmentOnLogicalNeuron = attribute(made(CompartmentOnLogicalNeuron), default=CompartmentOnLogicalNeuron())
    atomic_neuron_on_compartment: int = attribute(count, default=0)

    def __str__(self) -> str:
        return (
            f"circuit {self.atomic_neuron_on_compartment} of compartment {int(self.compartment_on_neuron)} "
            f"of neuron {self.neuron_on_population} of population {int(self.population)}"
        )


@dataclass
class NeuronRecording(EntityOnChip):
    """Base of recordings of neurons."""

    @dataclass
    class Neuron(Entity):
        """Which circuit, and which of its signals."""

        coordinate: AtomicNeuronOnExecutionInstance = attribute(
            exactly(AtomicNeuronOnExecutionInstance), default_factory=AtomicNeuronOnExecutionInstance
        )
        source: Source = attribute(exactly(Source), default=Source.membrane)

    neurons: list[Neuron] = attribute(listed(exactly(Neuron)), default_factory=list)
    chip_on_executor: ChipOnExecutor = placed()


@dataclass
class MADCRecording(NeuronRecording):
    """Continuous recording of one neuron, or of two that take turns sample by sample."""


@dataclass
class CADCRecording(EntityOnChip):
    """Periodic recording of many neurons by the plasticity processors, into the FPGA's block RAM or DRAM."""

    Neuron = NeuronRecording.Neuron

    neurons: list[NeuronRecording.Neuron] = attribute(listed(exactly(NeuronRecording.Neuron)), default_factory=list)
    placement_on_dram: bool = attribute(truth, default=False)
    chip_on_executor: ChipOnExecutor = placed()


@dataclass
class PadRecording(EntityOnChip):
    """Neurons whose signals lead to the chip's pads."""

    @dataclass
    class Source(Entity):
        """Which neuron, and whether through the readout chain's buffer."""

        neuron: NeuronRecording.Neuron = attribute(exactly(NeuronRecording.Neuron), default_factory=NeuronRecording.Neuron)
        enable_buffered: bool = attribute(truth, default=False)

    recordings: dict[PadOnDLS, Source] = attribute(mapped(made(PadOnDLS), exactly(Source)), default_factory=dict)
    chip_on_executor: ChipOnExecutor = placed()
