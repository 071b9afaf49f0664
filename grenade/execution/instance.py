"""One execution instance of an experiment on its chip: prepared, executed, and the chip's state kept. (facts: clients/grenade 3.6)

First what differs from the chip's known state is written, then the programs run. A run that fails leaves an unknown state, so the next one
writes everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fisch import JboaSetupEntry
from grenade.common import ChipOnConnection, ConnectionOnExecutor, ExecutionInstanceID
from grenade.errors import GrenadeError
from grenade.execution import processors
from grenade.execution.assembly import Assembled, BetweenEntries, assemble
from grenade.execution.chip_state import ChipState, Writes
from grenade.execution.configure import ConfigurationError, configured_fpga
from grenade.execution.connection import ExecutorConnection, JITGraphExecutor
from grenade.execution.experiment import Experiment
from grenade.execution.ppu_program import made_for
from grenade.execution.realtime import Snippet
from halco import (
    BarrierOnFPGA,
    ChipOnDLS,
    FPGAOnChipAndSinglechipFPGA,
    PPUMemoryOnDLS,
    SpikeIOConfigOnFPGA,
    SynapseWeightMatrixOnDLS,
    SynramOnDLS,
    TimerOnDLS,
)
from haldls import Barrier, SpikeIOConfig, Timer
from haldls.lola import SynapseMatrix
from stadls import InstructionTimeoutError, PlaybackProgram, PlaybackProgramBuilder

CAPMEM_SETTLING = 100_000 * int(Timer.Value.fpga_clock_cycles_per_us)
"""Time that the capacitive memory needs after a change [FPGA cycles]."""


class ExecutionError(GrenadeError):
    """An experiment could not be executed. What the chip holds is unknown; the next run writes everything anew."""


@contextmanager
def forgotten_on_failure(state: ChipState) -> Iterator[None]:
    """After a failure nobody knows what the chip holds. Raises ExecutionError if a program fails."""
    try:
        yield
    except GrenadeError:
        state.forget()
        raise
    except RuntimeError as error:
        state.forget()
        raise ExecutionError(f"At least one playback program execution was not successful. ({error})") from error
    except BaseException:
        state.forget()
        raise


class Instance:
    """One execution instance: its chip, its snippets, the program of its processors if it needs one."""

    def __init__(self, executor: JITGraphExecutor, experiment: Experiment, instance: ExecutionInstanceID) -> None:
        self.experiment, self.instance, self.hardware = experiment, instance, experiment.hardware(instance)
        place = self.hardware[0].chip_on_executor
        self.number: ConnectionOnExecutor = place.connection_on_executor
        self.chip: ChipOnConnection = place.chip_on_connection
        self.connection: ExecutorConnection = executor.connection(self.number)
        self.hooks = experiment.chip_hooks(instance, self.chip)
        self.snippets = self._configured()
        self.program = made_for(self.snippets, self.hardware, self.hooks, experiment.inputs.batch_size())
        if self.program is not None:
            for snippet in self.snippets:
                snippet.chip = self.program.load_into(snippet.chip)

    def _configured(self) -> list[Snippet]:
        known, snippets = self.connection.configurations[self.chip], []
        for number, hardware in enumerate(self.hardware):
            chip = known.get(self.experiment.config(number, self.instance, self.chip), hardware)
            snippets.append(self.experiment.snippet(number, self.instance, chip))
        known.end_of_run()
        self.experiment.check_duration(self.instance, snippets)
        return snippets

    @property
    def plastic(self) -> bool:
        """Whether plasticity rules run."""
        return any(snippet.usage.plasticity for snippet in self.snippets)

    def execute(self) -> Assembled:
        """Runs it. Raises ExecutionError if a program fails."""
        state = self.connection.states[self.chip]
        with forgotten_on_failure(state):
            assembled = self._assembled(state)
            for program in assembled.programs:
                self._run(program)
                state.follow(program.words)
            if self.program is not None:
                self._read_back(state, assembled)
        return assembled

    def _run(self, program: PlaybackProgram) -> None:
        try:
            self.connection.run({self.chip: program})
        except InstructionTimeoutError as error:
            if self.program is None or not processors.still_busy(program, error.instruction, self.program.symbols):
                raise
            rules = " or ".join(str(number) for number in sorted({rule.id for rule in self.program.program.rules}))
            busy = f"the processors were still busy: plasticity rule {rules} does not end, or takes too long"
            raise ExecutionError(f"At least one playback program execution was not successful. ({busy})") from error

    # ------------------------------------------------------------------------------------------------------------ before
    def _assembled(self, state: ChipState) -> Assembled:
        inputs, program = self.experiment.inputs, self.program
        wait = int(inputs.inter_batch_entry_wait.get(self.instance, 0))
        between = BetweenEntries(wait, inputs.inter_batch_entry_routing_disabled.get(self.instance, True))
        symbols, memories = (None, {}) if program is None else (program.symbols, program.memories())
        return assemble(self.snippets, inputs.batch_size(), self.hooks, self._setup(state), symbols, memories, between)

    def _setup(self, state: ChipState) -> PlaybackProgramBuilder:
        """What has to be written before the experiment."""
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
        yield from self._fpga()
        dram = None if self.program is None else self.program.dram()
        if dram is not None:
            yield dram

    def _fpga(self) -> Iterator[tuple[Any, Any]]:
        """The FPGA's serial link for external events, closed if nobody needs it. FPGAs of several chips have none."""
        used = next((hardware.spikeio for hardware in self.hardware if hardware.spikeio is not None), None)
        if isinstance(self.connection.entry(self.chip), JboaSetupEntry):
            if used is not None:
                raise ConfigurationError(f"{self.instance!r} has sources on the FPGA's serial link, which this setup does not have")
        elif used is None:
            yield SpikeIOConfigOnFPGA(), SpikeIOConfig()
        else:
            yield FPGAOnChipAndSinglechipFPGA(), configured_fpga(used)

    # ------------------------------------------------------------------------------------------------------------ after
    def _read_back(self, state: ChipState, assembled: Assembled) -> None:
        """Looks what the processors have left of their memories and of the synaptic weights."""
        builder = PlaybackProgramBuilder()
        tickets = [builder.read(PPUMemoryOnDLS(number)) for number in range(PPUMemoryOnDLS.size)]
        weights = [builder.read(SynapseWeightMatrixOnDLS(number)) for number in range(SynapseWeightMatrixOnDLS.size if self.plastic else 0)]
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        self.connection.run({self.chip: builder.done()})
        recorded = [ticket for entry in assembled.entries[-1:] for tickets in entry.memories.values() for ticket in tickets]
        for ticket in (*tickets, *recorded):
            state.found(Writes(*ticket.get().write_access(ticket.get_coordinate())))
        for number, matrix in enumerate(weights):  # weights have addresses of their own: they are written with the rest of the synapses
            synapses = SynapseMatrix(self.snippets[-1].chip.synapse_blocks[number].matrix)
            synapses.weights = matrix.get().values
            state.found(Writes(*synapses.write_access(SynramOnDLS(number))))


def _wait_for_capmem(builder: PlaybackProgramBuilder) -> None:
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), Timer.Value(CAPMEM_SETTLING))
