"""The arguments of a run: what is to be executed in each snippet, checked to fit together. (facts: clients/grenade 2.8)"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from grenade.common import ChipOnConnection, ExecutionInstanceID
from grenade.errors import InputError
from grenade.execution.hooks import ChipHooks, ExecutionInstanceHooks
from grenade.execution.realtime import Snippet, Usage
from grenade.network.between_instances import Forwarding
from grenade.network.graph import Hardware, NetworkGraph
from grenade.signal_flow import InputData, InputDataSnippet, OutputData, OutputDataSnippet, SpikesToChip
from halco.value import shown
from haldls import Timer
from haldls.lola import Chip

Configs = Mapping[ExecutionInstanceID, Mapping[ChipOnConnection, Chip]]
Hooks = Mapping[ExecutionInstanceID, ExecutionInstanceHooks]


@dataclass
class Experiment:
    """What is to be executed, one item per snippet."""

    graphs: list[NetworkGraph]
    configs: list[Configs]
    inputs: InputData
    hooks: Hooks
    output: OutputData = field(default_factory=OutputData)
    """What was recorded so far."""

    @classmethod
    def of(cls, graphs: Any, configs: Any, inputs: Any, hooks: Any) -> Experiment:
        """Of the arguments of `run`. Raises InputError or TypeError if they do not make an experiment."""
        graphs = [graphs] if isinstance(graphs, NetworkGraph) else _listed(graphs, "a NetworkGraph is needed for each snippet")
        configs = [configs] if isinstance(configs, Mapping) else _listed(configs, "a configuration of each chip is needed for each snippet")
        inputs = InputData([inputs]) if isinstance(inputs, InputDataSnippet) else inputs
        for graph in graphs:
            if not isinstance(graph, NetworkGraph):
                raise TypeError(f"a NetworkGraph is needed for each snippet, not {shown(graph)}")
        if not isinstance(inputs, InputData):
            raise TypeError(f"inputs are an InputData, not {shown(inputs)}")
        sizes = len(graphs), len(configs), len(inputs.snippets)
        if len(set(sizes)) != 1 or not graphs:
            raise InputError("one graph, configuration and input are needed for each snippet: there are {}, {} and {}".format(*sizes))
        if not inputs.valid():
            raise InputError("all inputs of an experiment are for the same number of batch entries; these are not")
        return cls(graphs, configs, inputs, hooks or {}, OutputData([OutputDataSnippet() for _ in graphs]))

    def instances(self) -> list[ExecutionInstanceID]:
        """Execution instances, which all snippets have, in the order of their execution. Raises InputError if they differ."""
        found = _in_order(self.graphs[0])
        for number, graph in enumerate(self.graphs):
            if _in_order(graph) != found:
                raise InputError(f"snippet {number} has other execution instances than snippet 0")
        return found

    def hardware(self, instance: ExecutionInstanceID) -> list[Hardware]:
        """Settings of the networks of all snippets."""
        return [graph.hardware[instance] for graph in self.graphs]

    def chip_hooks(self, instance: ExecutionInstanceID, chip: ChipOnConnection) -> ChipHooks:
        """What the user adds to the program of a chip."""
        hooks = self.hooks.get(instance, ExecutionInstanceHooks())
        if not isinstance(hooks, ExecutionInstanceHooks):
            raise TypeError(f"hooks are ExecutionInstanceHooks for each instance, not {shown(hooks)}")
        return hooks.chips.get(chip, ChipHooks())

    def snippet(self, number: int, instance: ExecutionInstanceID, configured: Chip) -> Snippet:
        """A snippet, with the configuration that was made for it."""
        return Snippet(configured, self._usage(number, instance), self._spikes(number, instance), self._runtimes(number, instance))

    def check_duration(self, instance: ExecutionInstanceID, snippets: list[Snippet]) -> None:
        """Raises InputError if all snippets together last longer than the FPGA's timer counts."""
        for entry in range(self.inputs.batch_size()):
            _cycles(sum(snippet.duration(entry) for snippet in snippets), f"batch entry {entry} of {instance!r}")

    def config(self, number: int, instance: ExecutionInstanceID, chip: ChipOnConnection) -> Chip:
        """Configuration of a chip in a snippet, as the user gives it."""
        chips = self.configs[number].get(instance, {})
        if chip not in chips:
            raise InputError(f"no configuration for {instance!r}, {chip!r} in snippet {number}")
        if not isinstance(chips[chip], Chip):
            raise TypeError(f"the configuration of a chip is a lola.Chip, not {shown(chips[chip])}")
        return chips[chip]

    def _spikes(self, number: int, instance: ExecutionInstanceID) -> list[SpikesToChip]:
        """Input spikes of a snippet by batch entry. Raises InputError if there are sources and no input for them."""
        snippet = self.inputs.snippets[number]
        found = snippet.data.get(instance, [])
        translation = self.graphs[number].graph_translation.execution_instances.get(instance)
        if not found and snippet.data and translation is not None and translation.event_input_vertex is not None:
            raise InputError(f"Graph requests unprovided input. (snippet {number} has external sources in {instance!r} and no spikes)")
        if translation is None or not translation.forwarded:
            return found
        return [self._with_forwarded(number, translation.forwarded, found, entry) for entry in range(self.inputs.batch_size())]

    def _with_forwarded(
        self, number: int, forwarded: Mapping[ExecutionInstanceID, Forwarding], found: list[SpikesToChip], entry: int
    ) -> SpikesToChip:
        """Input of one batch entry together with the spikes that other execution instances have sent in it."""
        parts = [(found[entry].times, found[entry].labels)] if found else []
        for instance, forwarding in forwarded.items():
            spikes = self.output.snippets[number].data[instance].spikes
            if spikes is not None:
                parts.append(forwarding(spikes[entry].times, spikes[entry].labels))
        times, labels = (np.concatenate([part[column] for part in parts]) for column in range(2))
        order = np.argsort(times, kind="stable")
        return SpikesToChip(times[order], labels[order].astype(np.uint16))

    def _runtimes(self, number: int, instance: ExecutionInstanceID) -> list[int | None]:
        """Runtime of a snippet by batch entry; None if its last spike ends it."""
        given = self.inputs.snippets[number].runtime
        if not given:
            return [None] * self.inputs.batch_size()
        return [None if instance not in entry else _cycles(entry[instance], f"snippet {number}") for entry in given]

    def _usage(self, number: int, instance: ExecutionInstanceID) -> Usage:
        hardware = self.graphs[number].hardware[instance]
        translation = self.graphs[number].graph_translation.execution_instances.get(instance)
        return Usage(
            events=bool(hardware.madc) or (translation is not None and translation.event_output_vertex is not None),
            madc=bool(hardware.madc),
            cadc=frozenset(hardware.cadc or ()),
            cadc_on_dram=hardware.cadc is not None and hardware.cadc_on_dram,
            plasticity=bool(hardware.rules),
        )


def _listed(given: Any, needed: str) -> list[Any]:
    if not isinstance(given, Iterable):
        raise TypeError(f"{needed}, not {shown(given)}")
    return list(given)


def _cycles(value: Any, name: str) -> int:
    """A number of FPGA cycles that the timer can count. Raises InputError."""
    cycles = int(value)
    if not 0 <= cycles <= Timer.Value.max:
        text = f"{name} is to run for {_ms(cycles)}, {cycles} cycles of the FPGA"
        raise InputError(f"{text}; its timer counts from 0 to {_ms(Timer.Value.max)}")
    return cycles


def _ms(cycles: int) -> str:
    return f"{cycles / 1000 / int(Timer.Value.fpga_clock_cycles_per_us):g} ms"


def _in_order(graph: NetworkGraph) -> list[ExecutionInstanceID]:
    """Execution instances, those that wait for spikes of others last."""
    return [*dict.fromkeys([*graph.network.topologically_sorted_execution_instance_ids, *graph.hardware])]
