"""Populations: sources that the host drives, and neurons on the chip."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from grenade import network
from grenade.common import ChipOnConnection, ChipOnExecutor, ConnectionOnExecutor
from grenade.errors import GrenadeError
from grenade.modules.observables import Observables
from grenade.modules.parameters import HXBaseParameter, HXParameter
from grenade.network.recordings import NeuronRecording
from halco import AtomicNeuronOnLogicalNeuron, CompartmentOnLogicalNeuron, DLSGlobal, LogicalNeuronCompartments, LogicalNeuronOnDLS

if TYPE_CHECKING:
    from grenade.modules.experiment import Experiment

__all__ = ["DEFAULTS", "InputPopulation", "Morphology", "Population", "SingleCompartmentNeuron"]

DEFAULTS: dict[str, float] = {
    "tau_syn": 10e-6,
    "tau_mem": 10e-6,
    "threshold": 125,
    "leak": 80,
    "reset": 80,
    "i_synin_gm": 500,
    "membrane_capacitance": 63,
    "refractory_time": 1e-6,
    "synapse_dac_bias": 600,
    "holdoff_time": 0,
}
"""Parameters of neurons on the chip: times in s, potentials in reads of the CADC, the rest in codes. (facts: clients/hxtorch_jaxsnn 4.1)"""

RECEPTORS = {network.Receptor(network.Receptor.ID(), kind) for kind in network.Receptor.Type}


class Morphology:
    """Shape of a neuron: `compartments` says which circuits it consists of."""

    def __init__(self, compartments: LogicalNeuronCompartments) -> None:
        self.compartments = compartments


class SingleCompartmentNeuron(Morphology):
    """A neuron of one circuit."""

    def __init__(self, size: int = 1) -> None:
        if size != 1:
            raise GrenadeError(f"a neuron has one circuit here, not {size}; for others give a Morphology of their compartments")
        super().__init__(LogicalNeuronCompartments({CompartmentOnLogicalNeuron(): [AtomicNeuronOnLogicalNeuron()]}))


class Module:
    """What both kinds of populations and projections have in common: `changed_input_data` says if the next run needs new data of it."""

    changed_input_data: bool = True

    def __init__(self, experiment: Experiment, chip_coordinate: DLSGlobal | None = None) -> None:
        self.experiment = experiment
        self.chip_coordinate = chip_coordinate
        chip = 0 if chip_coordinate is None else int(chip_coordinate)
        self.chip_on_executor = ChipOnExecutor(ChipOnConnection(chip), ConnectionOnExecutor())
        self.descriptor: Any = None
        experiment.register(self)

    def add_to(self, builder: network.NetworkBuilder) -> None:
        """Adds it to a network, which gives it its `descriptor`."""
        raise NotImplementedError


class InputPopulation(Module):
    """Sources whose spikes come from the host. Subclasses give the times."""

    _observables_factory: ClassVar[type[Any]] = Observables

    def __init__(
        self, size: int, experiment: Experiment, chip_coordinate: DLSGlobal | None = None, enable_spike_loopback: bool = False
    ) -> None:
        """enable_spike_loopback: spikes are recorded as they come back from the chip."""
        self.size, self.enable_spike_loopback = size, enable_spike_loopback
        self.hw_observables = self._observables_factory()
        super().__init__(experiment, chip_coordinate)

    def get_spike_times(self) -> Sequence[Sequence[Sequence[float]]]:
        """Times [us] since the begin of the batch entry, by batch entry and source."""
        raise NotImplementedError("a population of sources says when they spike: override get_spike_times")

    def add_to(self, builder: network.NetworkBuilder) -> None:
        kind = network.ExternalSourcePopulation
        self.descriptor = builder.add(kind([kind.Neuron(self.enable_spike_loopback)] * self.size, self.chip_on_executor))


class Population(Module):
    """Neurons on the chip."""

    _observables_factory: ClassVar[type[Any]] = Observables

    def __init__(
        self,
        size: int,
        experiment: Experiment,
        chip_coordinate: DLSGlobal | None = None,
        *,
        enable_spike_recording: bool = True,
        enable_cadc_recording: bool = False,
        enable_cadc_recording_placement_in_dram: bool = False,
        enable_madc_recording: bool = False,
        record_neuron_id: int | None = None,
        placement_constraint: Sequence[LogicalNeuronOnDLS] | None = None,
        neuron_structure: Morphology | None = None,
        **parameters: HXBaseParameter | Any,
    ) -> None:
        """parameters: of the names in `DEFAULTS`, one value each, or one per neuron.

        record_neuron_id        which neuron the fast converter samples
        placement_constraint    where the neurons lie; without it they lie behind those of the populations before
        """
        unknown = parameters.keys() - DEFAULTS.keys()
        if unknown:
            raise TypeError(f"a population has no parameter {', '.join(sorted(unknown))}; it has {', '.join(DEFAULTS)}")
        if size < 1:
            raise GrenadeError(f"a population has neurons, not {size}")
        if enable_madc_recording and (record_neuron_id is None or not 0 <= record_neuron_id < size):
            raise GrenadeError(f"record_neuron_id says which of {size} neurons the fast converter samples, it is {record_neuron_id}")
        if placement_constraint is not None and len(placement_constraint) < size:
            raise GrenadeError(f"placement_constraint has {len(placement_constraint)} places for {size} neurons")
        self.size, self.parameters = size, {**{name: HXParameter(value) for name, value in DEFAULTS.items()}, **parameters}
        self.enable_spike_recording, self.enable_cadc_recording = enable_spike_recording, enable_cadc_recording
        self.enable_cadc_recording_placement_in_dram = enable_cadc_recording_placement_in_dram
        self.enable_madc_recording, self.record_neuron_id = enable_madc_recording, record_neuron_id
        self.placement_constraint, self.neuron_structure = placement_constraint, neuron_structure or SingleCompartmentNeuron()
        self.hw_observables = self._observables_factory()
        self.places: list[LogicalNeuronOnDLS] = []
        super().__init__(experiment, chip_coordinate)

    def add_to(self, builder: network.NetworkBuilder) -> None:
        neurons = [self._neuron(place) for place in self.places]
        self.descriptor = builder.add(network.Population(neurons, self.chip_on_executor))

    def _neuron(self, place: LogicalNeuronOnDLS) -> network.Population.Neuron:
        kind = network.Population.Neuron
        first = kind.Compartment.SpikeMaster(0, self.enable_spike_recording)
        compartments = {
            number: kind.Compartment(first if int(number) == 0 else None, [set(RECEPTORS) for _ in circuits])
            for number, circuits in place.get_placed_compartments().items()
        }
        return kind(place, compartments)

    def recorded(self, neurons: Sequence[int]) -> list[NeuronRecording.Neuron]:
        """Membranes of some of its neurons, for a recording."""
        kind = network.AtomicNeuronOnExecutionInstance
        return [NeuronRecording.Neuron(kind(self.descriptor, number)) for number in neurons]
