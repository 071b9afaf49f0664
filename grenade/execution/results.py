"""What an executed instance gives, put into the output of the run. (facts: clients/grenade 2.3, 3.7)"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade import ppu
from grenade.common import ChipOnConnection
from grenade.execution import cutting, health, processors, recordings
from grenade.execution.assembly import Assembled, Entry
from grenade.execution.instance import Instance
from grenade.execution.ppu_program import RunProgram
from grenade.execution.realtime import borders, realtime_duration
from grenade.signal_flow import ExecutionHealthInfo, ExecutionInstanceOutput, ExecutionTimeInfo, OutputData
from halco import HemisphereOnDLS
from haldls.lola import Chip


class WrittenChips(Mapping[ChipOnConnection, Chip]):
    """Configurations by chip; whoever asks for one gets a copy of its own, which few do."""

    def __init__(self, shared: Mapping[ChipOnConnection, Chip]) -> None:
        self._shared, self._copies = shared, dict[ChipOnConnection, Chip]()

    def __getitem__(self, chip: ChipOnConnection) -> Chip:
        if chip not in self._copies:
            self._copies[chip] = Chip(self._shared[chip])
        return self._copies[chip]

    def __iter__(self) -> Iterator[ChipOnConnection]:
        return iter(self._shared)

    def __len__(self) -> int:
        return len(self._shared)


def hand_out(instance: Instance, assembled: Assembled, output: OutputData) -> None:
    """Adds everything that the programs brought back, and announces in the log what went wrong on the processors."""
    spikes, samples = cutting.all_spikes(assembled.programs), cutting.all_samples(assembled.programs)
    for number, snippet in enumerate(instance.snippets):
        one = output.snippets[number]
        one.pre_execution_chips[instance.instance] = WrittenChips({instance.chip: snippet.chip})
        one.data[instance.instance] = _events(instance, assembled, number, spikes, samples)
    for position, entry in enumerate(assembled.entries):
        if instance.program is not None:
            _recorded(instance, instance.program, entry, output)
        _symbols(instance, position, entry, output)
        _report(entry, instance.program)
    _summarise(instance, assembled, output)


def _events(instance: Instance, assembled: Assembled, number: int, spikes: Any, samples: Any) -> ExecutionInstanceOutput:
    """Spikes and samples of the fast converter of one snippet, by batch entry."""
    snippet, found = instance.snippets[number], ExecutionInstanceOutput()
    if not snippet.usage.events:
        return found
    places = [(*borders(entry.placed.sections[number]), snippet.runtime[i]) for i, entry in enumerate(assembled.entries)]
    found.spikes = [cutting.spikes_between(spikes, *place) for place in places]
    if snippet.usage.madc:
        alternating = len(instance.hardware[number].madc) > 1
        found.madc = [cutting.samples_between(samples, *place, alternating) for place in places]
    return found


def _recorded(instance: Instance, program: RunProgram, entry: Entry, output: OutputData) -> None:
    """What the processors have recorded in one batch entry."""
    memories = {key: recordings.memory_of(tickets) for key, tickets in entry.memories.items()}
    samples = _samples(program, memories)
    sections = list(zip(instance.snippets, entry.placed.sections, strict=True))
    first = next((section for snippet, section in sections if snippet.usage.cadc), entry.placed.sections[0])
    for number, (hardware, section) in enumerate(zip(instance.hardware, entry.placed.sections, strict=True)):
        found = output.snippets[number].data[instance.instance]
        if hardware.cadc is not None:
            found.cadc = [*(found.cadc or []), recordings.cadc_samples(samples, hardware.cadc, section, first)]
        for descriptor, rule in hardware.rules.items():
            if rule.rule.recording is not None:
                found.plasticity.setdefault(int(descriptor), []).append(recordings.plasticity(program, memories, number, descriptor))


def _samples(program: RunProgram, memories: Mapping[Any, NDArray[np.uint8]]) -> dict[HemisphereOnDLS, ppu.Samples]:
    """Periodic samples by hemisphere."""
    memory = program.program.cadc
    return {} if memory is None else {key: memory.decode(data) for key, data in memories.items() if isinstance(key, HemisphereOnDLS)}


def _symbols(instance: Instance, position: int, entry: Entry, output: OutputData) -> None:
    """Variables that a hook asked for."""
    if not entry.symbols:
        return
    while len(output.read_ppu_symbols) <= position:
        output.read_ppu_symbols.append({})
    output.read_ppu_symbols[position][instance.instance] = {instance.chip: processors.symbol_contents(entry.symbols)}


def _report(entry: Entry, program: RunProgram | None) -> None:
    for section in entry.placed.sections:
        for command in section.commands:
            command.report()
    if entry.scheduler is not None and program is not None:
        entry.scheduler.report(program.program.recorded_runs)


def _summarise(instance: Instance, assembled: Assembled, output: OutputData) -> None:
    """Durations and counters."""
    times, info = output.execution_time_info or ExecutionTimeInfo(), output.execution_health_info or ExecutionHealthInfo()
    seconds = sum(realtime_duration(entry.placed.sections) for entry in assembled.entries)
    times.realtime_duration_per_execution_instance[instance.instance] = {instance.chip: timedelta(seconds=seconds)}
    counters = ExecutionHealthInfo.ExecutionInstance({instance.chip: health.counted(assembled.health)})
    info.execution_instances[instance.instance] = counters
