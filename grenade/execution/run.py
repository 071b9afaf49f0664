"""Execution of networks: from graphs, configurations and inputs to what was recorded. (facts: clients/grenade 2.8, 3.6)

Each execution instance runs on one chip. First what differs from the chip's known state is written, then the programs run; afterwards
the state is what the last snippet has left behind. A run that fails leaves an unknown state, so the next one writes everything.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fisch import Connection, MultiConnection
from grenade.common import ChipOnConnection, ConnectionOnExecutor, ExecutionInstanceID
from grenade.errors import GrenadeError, InputError
from grenade.execution import cutting, health, processors, recordings
from grenade.execution.assembly import Assembled, BetweenEntries, assemble
from grenade.execution.chip_state import ChipState, Writes
from grenade.execution.connection import ExecutorConnection, JITGraphExecutor
from grenade.execution.hooks import ChipHooks, ExecutionInstanceHooks
from grenade.execution.ppu_program import made_for
from grenade.execution.realtime import Snippet, Usage, borders, realtime_duration
from grenade.network.graph import Hardware, NetworkGraph
from grenade.signal_flow import (
    ExecutionHealthInfo,
    ExecutionInstanceOutput,
    ExecutionTimeInfo,
    InputData,
    InputDataSnippet,
    OutputData,
    OutputDataSnippet,
    SpikesToChip,
)
from halco import BarrierOnFPGA, ChipOnDLS, HemisphereOnDLS, PPUMemoryOnDLS, SynapseWeightMatrixOnDLS, SynramOnDLS, TimerOnDLS
from halco.value import shown
from haldls import Barrier, Timer
from haldls.lola import Chip, SynapseMatrix
from stadls import PlaybackProgramBuilder

__all__ = ["ExecutionError", "run"]

_log = logging.getLogger("grenade.execution")
CAPMEM_SETTLING = 100_000 * int(Timer.Value.fpga_clock_cycles_per_us)
"""Time that the capacitive memory needs after a change [FPGA cycles]."""

Configs = Mapping[ExecutionInstanceID, Mapping[ChipOnConnection, Chip]]
Hooks = Mapping[ExecutionInstanceID, ExecutionInstanceHooks]


class ExecutionError(GrenadeError):
    """An experiment could not be executed. What the chip holds is unknown; the next run writes everything anew."""


def run(
    executor: JITGraphExecutor | MultiConnection | Connection,
    network_graphs: Sequence[NetworkGraph] | NetworkGraph,
    configs: Sequence[Configs] | Configs,
    inputs: InputData | InputDataSnippet,
    hooks: Hooks | None = None,
) -> OutputData:
    """Executes snippets one after the other without a gap; of graphs and configurations there is one each per snippet.

    executor   connections that remember what is on their chips, or a plain open connection, which is initialised anew on every call
    Raises InputError if the arguments do not fit together, ExecutionError if a program fails, and what the configuration raises.
    """
    begin = time.perf_counter()
    if not isinstance(executor, JITGraphExecutor):
        _log.warning("networks are executed by a JITGraphExecutor; a plain connection is deprecated and is initialised on every run")
        executor = JITGraphExecutor([executor], enable_differential_config=False)
    experiment = _Experiment.of(network_graphs, configs, inputs, hooks)
    output = OutputData([OutputDataSnippet() for _ in experiment.graphs], ExecutionTimeInfo(), ExecutionHealthInfo())
    for instance in experiment.instances():
        _Instance(executor, experiment, instance).execute(output)
    assert output.execution_time_info is not None
    output.execution_time_info.execution_duration = timedelta(seconds=time.perf_counter() - begin)
    for snippet in output.snippets:
        snippet.execution_time_info = output.execution_time_info
    _log.info("executed %d snippets in %s", len(output.snippets), output.execution_time_info.execution_duration)
    return output


# ----------------------------------------------------------------------------------------------------------------------- arguments
@dataclass
class _Experiment:
    """What is to be executed, one item per snippet."""

    graphs: list[NetworkGraph]
    configs: list[Configs]
    inputs: InputData
    hooks: Hooks

    @classmethod
    def of(cls, graphs: Any, configs: Any, inputs: Any, hooks: Any) -> _Experiment:
        graphs = [graphs] if isinstance(graphs, NetworkGraph) else list(graphs)
        configs = [configs] if isinstance(configs, Mapping) else list(configs)
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
        return cls(graphs, configs, inputs, hooks or {})

    def instances(self) -> list[ExecutionInstanceID]:
        """Execution instances, which all snippets have. Raises InputError if they do not."""
        found = list(self.graphs[0].hardware)
        for number, graph in enumerate(self.graphs):
            if list(graph.hardware) != found:
                raise InputError(f"snippet {number} has other execution instances than snippet 0")
        return found

    def config(self, number: int, instance: ExecutionInstanceID, chip: ChipOnConnection) -> Chip:
        """Configuration of a chip in a snippet."""
        chips = self.configs[number].get(instance, {})
        if chip not in chips:
            raise InputError(f"no configuration for {instance!r}, {chip!r} in snippet {number}")
        if not isinstance(chips[chip], Chip):
            raise TypeError(f"the configuration of a chip is a lola.Chip, not {shown(chips[chip])}")
        return chips[chip]

    def spikes(self, number: int, instance: ExecutionInstanceID) -> list[SpikesToChip]:
        """Input spikes of a snippet by batch entry. Raises InputError if there are sources and no input for them."""
        snippet = self.inputs.snippets[number]
        found = snippet.data.get(instance, [])
        translation = self.graphs[number].graph_translation.execution_instances.get(instance)
        if not found and snippet.data and translation is not None and translation.event_input_vertex is not None:
            raise InputError(f"Graph requests unprovided input. (snippet {number} has external sources in {instance!r} and no spikes)")
        return found

    def runtimes(self, number: int, instance: ExecutionInstanceID) -> list[int | None]:
        """Runtime of a snippet by batch entry; None if its last spike ends it."""
        given = self.inputs.snippets[number].runtime
        if not given:
            return [None] * self.inputs.batch_size()
        return [None if instance not in entry else int(entry[instance]) for entry in given]


def _usage(hardware: Hardware, graph: NetworkGraph, instance: ExecutionInstanceID) -> Usage:
    translation = graph.graph_translation.execution_instances.get(instance)
    return Usage(
        events=bool(hardware.madc) or (translation is not None and translation.event_output_vertex is not None),
        madc=bool(hardware.madc),
        cadc=frozenset(hardware.cadc or ()),
        cadc_on_dram=hardware.cadc is not None and hardware.cadc_on_dram,
        plasticity=bool(hardware.rules),
    )


# ------------------------------------------------------------------------------------------------------------------------ execution
class _Instance:
    """One execution instance of an experiment on its chip."""

    def __init__(self, executor: JITGraphExecutor, experiment: _Experiment, instance: ExecutionInstanceID) -> None:
        self.experiment, self.instance = experiment, instance
        place = experiment.graphs[0].hardware[instance].chip_on_executor
        self.number: ConnectionOnExecutor = place.connection_on_executor
        self.chip: ChipOnConnection = place.chip_on_connection
        self.connection: ExecutorConnection = executor.connection(self.number)
        self.hooks = self._hooks()
        self.snippets = [self._snippet(number) for number in range(len(experiment.graphs))]
        self.connection.configurations[self.chip].end_of_run()
        self.program = made_for(self.snippets, self._hardware(), self.hooks.write_ppu_symbols, experiment.inputs.batch_size())
        if self.program is not None:
            for snippet in self.snippets:
                snippet.chip = self.program.load_into(snippet.chip)

    def _hooks(self) -> ChipHooks:
        given = self.experiment.hooks.get(self.instance, ExecutionInstanceHooks())
        return given.chips.get(self.chip, ChipHooks())

    def _hardware(self) -> list[Hardware]:
        return [graph.hardware[self.instance] for graph in self.experiment.graphs]

    def _snippet(self, number: int) -> Snippet:
        graph = self.experiment.graphs[number]
        hardware = graph.hardware[self.instance]
        chip = self.connection.configurations[self.chip].get(self.experiment.config(number, self.instance, self.chip), hardware)
        usage = _usage(hardware, graph, self.instance)
        return Snippet(chip, usage, self.experiment.spikes(number, self.instance), self.experiment.runtimes(number, self.instance))

    # -------------------------------------------------------------------------------------------------------- before
    def execute(self, output: OutputData) -> None:
        """Runs it and adds what it gives to the output."""
        inputs = self.experiment.inputs
        wait = int(inputs.inter_batch_entry_wait.get(self.instance, 0))
        between = BetweenEntries(wait, inputs.inter_batch_entry_routing_disabled.get(self.instance, True))
        state = self.connection.states[self.chip]
        before = self.connection.execution_durations()[self.chip]
        symbols = None if self.program is None else self.program.symbols
        memories = {} if self.program is None else self.program.memories()
        assembled = assemble(self.snippets, inputs.batch_size(), self.hooks, self._setup(), symbols, memories, between)
        try:
            for program in assembled.programs:
                self.connection.run({self.chip: program})
                state.follow(program.words)
            if self.program is not None:
                self._read_back(state)
        except RuntimeError as error:
            state.forget()
            raise ExecutionError(f"At least one playback program execution was not successful. ({error})") from error
        except BaseException:
            state.forget()
            raise
        self._account(output, before)
        self._hand_out(output, assembled)

    def _setup(self) -> PlaybackProgramBuilder:
        """What has to be written before the experiment."""
        state = self.connection.states[self.chip]
        builder = PlaybackProgramBuilder()
        if not self.connection.differential or not self.hooks.pre_static_config.empty():
            state.forget()
        builder.merge_back(self.hooks.pre_static_config)
        if self.program is not None:
            processors.hold(builder)
        changes = [state.update(*content) for content in self._contents()]
        for writes in changes:
            if len(writes):
                builder.merge_back(writes.builder())
        if any(writes.change_capmem() for writes in changes):
            _wait_for_capmem(builder)
        if self.program is not None:
            processors.start(builder, self.program.symbols)
        return builder

    def _contents(self) -> Iterator[tuple[Any, Any]]:
        """Coordinates, and what stands on them when the experiment begins."""
        yield ChipOnDLS(), self.snippets[0].chip
        dram = None if self.program is None else self.program.dram()
        if dram is not None:
            yield dram

    # -------------------------------------------------------------------------------------------------------- after
    def _read_back(self, state: ChipState) -> None:
        """Looks what the processors have left of their memories and of the synaptic weights."""
        builder = PlaybackProgramBuilder()
        memories = [builder.read(PPUMemoryOnDLS(number)) for number in range(PPUMemoryOnDLS.size)]
        plastic = any(snippet.usage.plasticity for snippet in self.snippets)
        weights = [builder.read(SynapseWeightMatrixOnDLS(number)) for number in range(SynapseWeightMatrixOnDLS.size if plastic else 0)]
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        self.connection.run({self.chip: builder.done()})
        for memory in memories:
            state.found(Writes(*memory.get().write_access(memory.get_coordinate())))
        for number, matrix in enumerate(weights):  # weights have addresses of their own: they are written with the rest of the synapses
            synapses = SynapseMatrix(self.snippets[-1].chip.synapse_blocks[number].matrix)
            synapses.weights = matrix.get().values
            state.found(Writes(*synapses.write_access(SynramOnDLS(number))))

    def _account(self, output: OutputData, before: timedelta) -> None:
        assert output.execution_time_info is not None
        chips = output.execution_time_info.execution_duration_per_hardware.setdefault(self.number, {})
        spent = self.connection.execution_durations()[self.chip] - before
        chips[self.chip] = chips.get(self.chip, timedelta(0)) + spent

    def _hand_out(self, output: OutputData, assembled: Assembled) -> None:
        assert output.execution_time_info is not None and output.execution_health_info is not None
        seconds = sum(realtime_duration(entry.placed.sections) for entry in assembled.entries)
        output.execution_time_info.realtime_duration_per_execution_instance[self.instance] = {self.chip: timedelta(seconds=seconds)}
        counters = ExecutionHealthInfo.ExecutionInstance({self.chip: health.counted(assembled.health)})
        output.execution_health_info.execution_instances[self.instance] = counters
        spikes, samples = cutting.all_spikes(assembled.programs), cutting.all_samples(assembled.programs)
        for number, snippet in enumerate(self.snippets):
            one = output.snippets[number]
            one.pre_execution_chips[self.instance] = {self.chip: Chip(snippet.chip)}
            one.data[self.instance] = self._recorded(assembled, number, spikes, samples)
        if self.program is not None:
            self._of_processors(assembled, output)
        self._report(output, assembled)

    def _recorded(self, assembled: Assembled, number: int, spikes: Any, samples: Any) -> ExecutionInstanceOutput:
        snippet, found = self.snippets[number], ExecutionInstanceOutput()
        if not snippet.usage.events:
            return found
        places = [(*borders(entry.placed.sections[number]), snippet.runtime[i]) for i, entry in enumerate(assembled.entries)]
        found.spikes = [cutting.spikes_between(spikes, *place) for place in places]
        if snippet.usage.madc:
            found.madc = [cutting.samples_between(samples, *place) for place in places]
        return found

    def _of_processors(self, assembled: Assembled, output: OutputData) -> None:
        """Adds what the processors have recorded."""
        assert self.program is not None
        for entry in assembled.entries:
            memories = {key: recordings.memory_of(tickets) for key, tickets in entry.memories.items()}
            samples = {
                key: self.program.program.cadc.decode(memory) for key, memory in memories.items() if isinstance(key, HemisphereOnDLS)
            }
            started = next(
                (section for section, snippet in zip(entry.placed.sections, self.snippets, strict=True) if snippet.usage.cadc), None
            )
            for number, (hardware, section) in enumerate(zip(self._hardware(), entry.placed.sections, strict=True)):
                found = output.snippets[number].data[self.instance]
                if hardware.cadc is not None:
                    found.cadc = [*(found.cadc or []), recordings.cadc_samples(samples, hardware.cadc, section, started)]
                for descriptor, rule in hardware.rules.items():
                    if rule.rule.recording is not None:
                        recorded = recordings.plasticity(self.program, memories, number, descriptor)
                        found.plasticity.setdefault(int(descriptor), []).append(recorded)

    def _report(self, output: OutputData, assembled: Assembled) -> None:
        for number, entry in enumerate(assembled.entries):
            for section in entry.placed.sections:
                for command in section.commands:
                    command.report()
            if entry.scheduler is not None:
                entry.scheduler.report()
            while len(output.read_ppu_symbols) <= number:
                output.read_ppu_symbols.append({})
            if entry.symbols:
                output.read_ppu_symbols[number][self.instance] = {self.chip: processors.symbol_contents(entry.symbols)}


def _wait_for_capmem(builder: PlaybackProgramBuilder) -> None:
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), Timer.Value(CAPMEM_SETTLING))
