"""Experiments: all modules together on the process' connection."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from grenade import network, observables
from grenade.common import ExecutionInstanceID, Time
from grenade.errors import GrenadeError, InputError
from grenade.execution import run
from grenade.hardware import HARDWARE
from grenade.modules.parameters import values
from grenade.modules.populations import InputPopulation, Module, Population
from grenade.modules.projections import Projection
from grenade.network.routing import PortfolioRouter
from grenade.network.spike_times import SpikeTimes
from grenade.signal_flow import InputData, InputDataSnippet, OutputData
from halco import AtomicNeuronOnDLS, LogicalNeuronOnDLS
from haldls.lola import Chip
from stadls import DumperDone, convert_to_chip, from_portablebinary

__all__ = ["ExecutionInstance", "Experiment"]

INSTANCE = ExecutionInstanceID()
CIRCUITS = AtomicNeuronOnDLS.size
PER_SECOND = int(Time.fpga_clock_cycles_per_us) * 1e6


class ExecutionInstance:
    """The chip of an experiment: `chip` is its configuration. None: the experiment calibrates it to the parameters of its populations."""

    def __init__(self) -> None:
        self.chip: Chip | None = None

    def load_calib(self, path: str | Path) -> Chip:
        """Takes the chip of a calibration, a portable binary."""
        cocos = DumperDone()
        from_portablebinary(cocos, Path(path).read_bytes())
        self.chip = convert_to_chip(cocos)
        return self.chip


class Experiment:
    """Modules that run together. What is given for a run is read from them when it begins."""

    def __init__(self, inter_batch_entry_wait: int = 0) -> None:
        """inter_batch_entry_wait: shortest time between batch entries [FPGA cycles]."""
        self.inter_batch_entry_wait = inter_batch_entry_wait
        self.default_execution_instance = ExecutionInstance()
        self._modules: list[Module] = []
        self._graph: network.NetworkGraph | None = None
        self._calibrated: tuple[bytes, Chip] | None = None
        self._complete = False

    def register(self, module: Module) -> None:
        """Takes a module in; modules do that themselves."""
        self._modules.append(module)
        self._complete, self._graph = False, None

    def run(self, runtime_in_s: float) -> None:
        """Executes all modules; what was recorded is then in `hw_observables` of each population.

        GrenadeError (a RuntimeError) for what does not fit together or on the chip, without a connection as well.
        """
        executor, cycles = HARDWARE.executor, round(runtime_in_s * PER_SECOND)
        if cycles <= 0:
            raise InputError(f"an experiment runs for a time above 0 s, not for {runtime_in_s} s")
        self._place()
        chip = self.default_execution_instance.chip or self._chip()
        graph = self._network_graph()
        snippet = self._input(graph)
        snippet.runtime = [{INSTANCE: Time(cycles)}] * max(snippet.batch_size(), 1)
        inputs = InputData([snippet], {INSTANCE: Time(self.inter_batch_entry_wait)})
        (at,) = {module.chip_on_executor for module in self._modules}
        self._distribute(run(executor, graph, {INSTANCE: {at.chip_on_connection: chip}}, inputs), graph)
        for module in self._modules:
            module.changed_input_data = False

    def _of(self, kind: type[Any]) -> list[Any]:
        return [module for module in self._modules if isinstance(module, kind)]

    # -------------------------------------------------------------------------------------------------------------- chip
    def _place(self) -> None:
        """Gives every neuron its circuits."""
        if self._complete:
            return
        taken: set[int] = set()
        free = iter(range(CIRCUITS))
        populations = self._of(Population)
        for population in sorted(populations, key=lambda one: one.placement_constraint is None):
            population.places = []
            fixed = population.placement_constraint
            candidates = iter(fixed) if fixed is not None else self._candidates(population, free)
            while len(population.places) < population.size:
                place = next(candidates, None)
                if place is None:
                    raise GrenadeError(f"there is no room for a population of {population.size} neurons on the chip")
                circuits = {int(one) for one in place.get_atomic_neurons()}
                if not circuits & taken:
                    population.places.append(place)
                    taken |= circuits
                elif fixed is not None:
                    raise GrenadeError(f"{place} is in use already: placement_constraint names places of other neurons")
        self._complete = True

    @staticmethod
    def _candidates(population: Population, free: Any) -> Any:
        return (LogicalNeuronOnDLS(population.neuron_structure.compartments, AtomicNeuronOnDLS(number)) for number in free)

    def _chip(self) -> Chip:
        """Calibrated to the present parameters."""
        targets = self.targets()
        key = b"".join(name.encode() + array.tobytes() for name, array in targets.items())
        if self._calibrated is None or self._calibrated[0] != key:
            self._calibrated = key, self.calibrated(targets)
        return self._calibrated[1]

    def targets(self) -> dict[str, Any]:
        """What the chip is to be calibrated to: per parameter an array over all circuits, those that nobody uses like the first one in use.

        GrenadeError if populations differ in what is common to all circuits.
        """
        found: dict[str, Any] = {}
        populations = self._of(Population)
        if not populations:
            raise GrenadeError("there is no population on the chip whose parameters it could be calibrated to: load a calibration")
        for name in populations[0].parameters:
            array = np.full(CIRCUITS, np.nan)
            for population in populations:
                of_neurons = values(name, population.parameters[name], population.size)
                for place, value in zip(population.places, of_neurons.tolist(), strict=True):
                    array[[int(circuit) for circuit in place.get_atomic_neurons()]] = value
            found[name] = np.where(np.isnan(array), array[~np.isnan(array)][0], array)
        for name in ("i_synin_gm", "synapse_dac_bias"):
            if len(np.unique(found[name])) > 1:
                raise GrenadeError(f"{name} is common to all neurons of a chip: give all populations the same value")
        return found

    def calibrated(self, targets: dict[str, Any]) -> Chip:
        """A chip that is calibrated to `targets`; to be overridden by whoever can."""
        raise GrenadeError("a calibration is needed: default_execution_instance.load_calib(path), or its chip")

    # -------------------------------------------------------------------------------------------------------------- network
    def _network_graph(self) -> network.NetworkGraph:
        """The routed network with the present weights."""
        if self._graph is not None and not any(module.changed_input_data for module in self._of(Projection)):
            return self._graph
        builder = network.NetworkBuilder()
        for module in chain(self._of(InputPopulation), self._of(Population), self._of(Projection)):
            module.add_to(builder)
        self._add_recordings(builder)
        made = builder.done()
        if self._graph is not None and not network.requires_routing(made, self._graph):
            network.update_network_graph(self._graph, made)
        else:
            self._graph = network.build_network_graph(made, PortfolioRouter()(made))
        return self._graph

    def _add_recordings(self, builder: network.NetworkBuilder) -> None:
        sampled = [one for one in self._of(Population) if one.enable_cadc_recording]
        if len({one.enable_cadc_recording_placement_in_dram for one in sampled}) > 1:
            raise GrenadeError("samples of all populations go to one memory: enable_cadc_recording_placement_in_dram for all or for none")
        if sampled:
            neurons = [neuron for one in sampled for neuron in one.recorded(range(one.size))]
            first = sampled[0]
            builder.add(network.CADCRecording(neurons, first.enable_cadc_recording_placement_in_dram, first.chip_on_executor))
        fast = [one for one in self._of(Population) if one.enable_madc_recording]
        if len(fast) > 1:
            raise GrenadeError("the fast converter samples one neuron: enable_madc_recording for one population")
        for one in fast:
            builder.add(network.MADCRecording(one.recorded([one.record_neuron_id]), one.chip_on_executor))

    def _input(self, graph: network.NetworkGraph) -> InputDataSnippet:
        """Spikes of all sources."""
        sources = self._of(InputPopulation)
        times = [one.get_spike_times() for one in sources]
        sizes = {len(entries) for entries in times}
        if len(sizes) > 1:
            raise InputError(f"all populations of sources have the same number of batch entries; they have {sorted(sizes)}")
        generator = network.InputGenerator(graph, max(sizes, default=1))
        for one, entries in zip(sources, times, strict=True):
            generator.add(_milliseconds(entries, one.size), one.descriptor)
        return generator.done()

    def _distribute(self, output: OutputData, graph: network.NetworkGraph) -> None:
        spikes, cadc, madc = (extract(output, graph) for extract in (observables.spikes, observables.cadc, observables.madc))
        for one in chain(self._of(InputPopulation), self._of(Population)):
            at = one.descriptor
            one.hw_observables.set_data(spikes=spikes.get(at), cadc=cadc.get(at), madc=madc.get(at))


def _milliseconds(entries: Any, sources: int) -> SpikeTimes:
    """Times by batch entry and source, in us, as the input of a network takes them."""
    if isinstance(entries, SpikeTimes):
        return SpikeTimes(entries.entries, entries.sources, entries.times / np.float32(1000), entries.shape)
    for entry in entries:
        if len(entry) != sources:
            raise InputError(f"there are {sources} sources, times for {len(entry)} were given")
    counts = [len(times) for entry in entries for times in entry]
    which = np.repeat(np.arange(len(counts)), counts)
    flat = np.array([time for entry in entries for times in entry for time in times], np.float32)
    return SpikeTimes(which // max(sources, 1), which % max(sources, 1), flat / np.float32(1000), (len(entries), sources))
