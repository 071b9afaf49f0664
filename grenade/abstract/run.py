"""Execution of mapped topologies. (facts: clients/grenade 2.12, 3.6)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from fisch import Connection, MultiConnection
from grenade import execution
from grenade.abstract.identifiers import ExecutionInstanceOnExecutor
from grenade.abstract.instance_network import InstanceNetwork
from grenade.abstract.mapped import MappedInputData, MappedInstanceData, MappedTopology
from grenade.abstract.results import INSTANCE, ExecutionInstanceGlobal, InstanceOutput
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.common import ChipOnConnection, ConnectionOnExecutor, ExecutionInstanceID, Time
from grenade.errors import InputError
from grenade.execution import ExecutionInstanceHooks, JITGraphExecutor
from grenade.network import InputGenerator, PopulationOnNetwork
from grenade.signal_flow import InputData, InputDataSnippet, OutputData
from halco.value import shown

Executor = JITGraphExecutor | MultiConnection | Connection
Hooks = Mapping[ExecutionInstanceOnExecutor, ExecutionInstanceHooks]


def run(
    executor: Executor, topologies: Sequence[MappedTopology], inputs: Sequence[MappedInputData], hooks: Hooks | None = None
) -> list[list[InstanceOutput]]:
    """Executes snippets one after the other without a gap; of topologies and inputs there is one each per snippet.

    Execution instances run in their order; spikes that one has recorded for another are sent to that one. Gives for each snippet what
    `MappedTopology.map_root_output_data` takes. Raises InputError if the arguments do not fit together, and what `grenade.execution.run`
    raises.
    """
    executor = as_executor(executor)
    numbers = {len(topology.instances) for topology in topologies}
    if len(topologies) != len(inputs) or len(numbers) > 1:
        raise InputError(f"one topology and one input are needed per snippet, all with the same execution instances ({sorted(numbers)})")
    outputs: list[list[InstanceOutput]] = [[] for _ in topologies]
    for number in range(numbers.pop() if numbers else 0):
        key = ExecutionInstanceOnExecutor(ExecutionInstanceID(number))
        for snippet, output in enumerate(_run_instance(executor, topologies, inputs, number, (hooks or {}).get(key), outputs)):
            outputs[snippet].append(output)
    return outputs


def as_executor(executor: Executor) -> JITGraphExecutor:
    """The executor, or one of an open connection, whose chips are initialised anew. Raises TypeError for anything else."""
    if isinstance(executor, JITGraphExecutor):
        return executor
    if isinstance(executor, MultiConnection | Connection):
        return JITGraphExecutor([executor], enable_differential_config=False)
    raise TypeError(f"topologies are executed by what `with ManagedJITGraphExecutor() as executor` gives, not by {shown(executor)}")


def _run_instance(
    executor: JITGraphExecutor,
    topologies: Sequence[MappedTopology],
    inputs: Sequence[MappedInputData],
    number: int,
    hooks: ExecutionInstanceHooks | None,
    before: list[list[InstanceOutput]],
) -> list[InstanceOutput]:
    """Runs all snippets of one execution instance."""
    made = [topology.instances[number].made for topology in topologies]
    mapped = [snippet[number] for snippet in inputs]
    data = InputData([_input(*each) for each in zip(made, mapped, before, strict=True)])
    data.inter_batch_entry_wait = {INSTANCE: mapped[-1].runtimes.inter_batch_entry_wait}
    data.inter_batch_entry_routing_disabled = {INSTANCE: mapped[-1].runtimes.inter_batch_entry_routing_disabled}
    configs = [{INSTANCE: {ChipOnConnection(): one.chip}} for one in mapped]
    output = execution.run(executor, [one.graph for one in mapped], configs, data, {} if hooks is None else {INSTANCE: hooks})
    return [_output(number, *each, output) for each in zip(made, mapped, output.snippets, strict=True)]


def _input(made: InstanceNetwork, mapped: MappedInstanceData, before: list[InstanceOutput]) -> InputDataSnippet:
    """Spikes and runtimes of one snippet."""
    size = mapped.runtimes.batch_size()
    generator = InputGenerator(mapped.graph, size)
    for population in made.sent:
        section = made.sections[population]
        if section.vertex in mapped.spikes:
            cycles = [entry[section.first : section.stop] for entry in mapped.spikes[section.vertex]]
        else:
            cycles = _recorded(made, population, size, before)
        generator.add_cycles(cycles, PopulationOnNetwork(population))
    snippet = generator.done()
    snippet.runtime = [_runtime(mapped.runtimes, entry) for entry in range(size)]
    return snippet


def _runtime(runtimes: ClockCycleTimeDomainRuntimes, entry: int) -> dict[ExecutionInstanceID, Time]:
    value = runtimes.values[entry]
    return {} if value is None else {INSTANCE: value}


def _recorded(made: InstanceNetwork, population: int, size: int, before: list[InstanceOutput]) -> list[list[Any]]:
    """Spikes of a section that has run before, by batch entry and cell."""
    section = made.sections[population]
    source = next(one for one in before if one.number == section.instance)
    number = next(at for at, one in enumerate(source.made.sections) if (one.vertex, one.first) == (section.vertex, section.first))
    empty = np.empty(0, np.int64)
    found = []
    for batch in range(size):
        times = source.spikes(batch)
        found.append([times.get((number, cell, 0), empty) for cell in range(section.size)])
    return found


def _output(number: int, made: InstanceNetwork, mapped: MappedInstanceData, data: Any, output: OutputData) -> InstanceOutput:
    results, times, health = ExecutionInstanceGlobal(), output.execution_time_info, output.execution_health_info
    if times is not None:
        results.device_usage_duration = dict(times.execution_duration_per_hardware.get(ConnectionOnExecutor(), {}))
        results.realtime_duration = dict(times.realtime_duration_per_execution_instance.get(INSTANCE, {}))
    results.execution_health_info = None if health is None else health.execution_instances.get(INSTANCE)
    results.read_ppu_symbols = [entry.get(INSTANCE, {}) for entry in output.read_ppu_symbols]
    results.pre_execution_chips = data.pre_execution_chips.get(INSTANCE, {})
    return InstanceOutput(number, made, mapped.graph, data, results, mapped.runtimes.batch_size())
