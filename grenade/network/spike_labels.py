"""Labels of all sources of a network, made when somebody asks for them. (facts: clients/grenade 3.2)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.network import Network
from grenade.network.populations import BackgroundSourcePopulation, Population
from grenade.network.routing.labels import label_of_neuron
from grenade.network.routing_result import RoutingResult
from halco import CompartmentOnLogicalNeuron, SpikeLabel

Labels = dict[CompartmentOnLogicalNeuron, list[SpikeLabel | None]]


class SpikeLabels(Mapping[PopulationOnExecutionInstance, list[Labels]]):
    """Per population and source {compartment: labels}.

    Neurons on the chip have one label per circuit, None for circuits that send nothing; background sources one per hemisphere; sources
    from outside one per bus that they reach.
    """

    def __init__(self, network: Network.ExecutionInstance, routing: RoutingResult.ExecutionInstance) -> None:
        self._network = network
        self._routing = routing

    def __getitem__(self, number: PopulationOnExecutionInstance) -> list[Labels]:
        population = self._network.populations[number]
        if isinstance(population, Population):
            return [self._of_neuron(neuron) for neuron in population.neurons]
        if isinstance(population, BackgroundSourcePopulation):
            hemispheres = [labels for _, labels in sorted(self._routing.background_labels.get(number, {}).items())]
            return [{CompartmentOnLogicalNeuron(): [labels[i] for labels in hemispheres]} for i in range(len(population.neurons))]
        return [{CompartmentOnLogicalNeuron(): [*labels]} for labels in self._routing.external_labels[number]]

    def _of_neuron(self, neuron: Population.Neuron) -> Labels:
        places = neuron.coordinate.get_placed_compartments()
        return {index: [self._of_circuit(int(circuit)) for circuit in circuits] for index, circuits in places.items()}

    def _of_circuit(self, circuit: int) -> SpikeLabel | None:
        address = int(self._routing.neuron_addresses[circuit])
        return None if address < 0 else label_of_neuron(circuit, address)

    def __iter__(self) -> Iterator[PopulationOnExecutionInstance]:
        return iter(self._network.populations)

    def __len__(self) -> int:
        return len(self._network.populations)
