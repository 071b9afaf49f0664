"""The experiment itself: what happens on a chip at which cycle of the FPGA's timer. (facts: clients/grenade 3.6)

A batch entry consists of snippets that follow one another without a gap. Each has its own configuration and input; recordings that both of
two neighbours have go on between them. All times are FPGA cycles of 8 ns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

import numpy as np

from grenade.execution import converters, processors
from grenade.execution.processors import Symbols
from grenade.ppu import Status
from grenade.signal_flow import SpikesToChip
from halco import ChipOnDLS, CommonNeuronBackendConfigOnDLS, EventRecordingConfigOnFPGA, HemisphereOnDLS, NullPayloadReadableOnFPGA
from haldls import CommonNeuronBackendConfig, EventRecordingConfig, NullPayloadReadable, Timer
from haldls.lola import Chip
from stadls import AbsoluteTimePlaybackProgramBuilder, AbsoluteTimePlaybackProgramContainerTicket

PER_US = int(Timer.Value.fpga_clock_cycles_per_us)
NEURON_RESET = PER_US
"""Time for which all neurons are held in reset before the experiment."""
AFTER_NEURON_RESET = 4 * PER_US
"""From the end of the neurons' reset to the experiment."""
BEFORE_EXPERIMENT = PER_US
"""From the last preparation to the experiment."""
AFTER_EXPERIMENT = PER_US
"""From the end of the experiment to stopping recordings."""
AFTER_MADC_START = 10 * PER_US
"""From starting the fast converter on."""
CADC_WAIT = 15 * PER_US
"""From the command that starts the periodic recording to the experiment."""
SWITCH = 2
"""What switching the recording of events takes."""

Marker = AbsoluteTimePlaybackProgramContainerTicket[NullPayloadReadable]


@dataclass(frozen=True)
class Usage:
    """What a snippet needs while it runs.

    events         spikes or samples of the fast converter come back
    madc           the fast converter samples
    cadc           hemispheres whose columns are sampled periodically by the processors
    cadc_on_dram   these samples go to the FPGA's DRAM, not to its block RAM
    plasticity     plasticity rules run
    """

    events: bool = False
    madc: bool = False
    cadc: frozenset[HemisphereOnDLS] = frozenset()
    cadc_on_dram: bool = False
    plasticity: bool = False

    @property
    def processors(self) -> bool:
        """Whether a program has to run on the processors."""
        return bool(self.cadc) or self.plasticity


@dataclass
class Snippet:
    """Part of an experiment on one chip: its configuration, what it needs, and for each batch entry spikes and runtime.

    runtime   cycles, None if the last spike ends it
    """

    chip: Chip
    usage: Usage
    spikes: list[SpikesToChip]
    runtime: list[int | None]

    def duration(self, entry: int) -> int:
        """Cycles that a batch entry lasts: its runtime, or longer if spikes are sent after that."""
        times = self.spikes[entry].times if self.spikes else np.empty(0, np.int64)
        return max(self.runtime[entry] or 0, int(times[-1]) + 1 if len(times) else 0)


@dataclass
class Section:
    """One snippet of one batch entry as it was placed: the begin and duration of its experiment, and what will tell about it.

    begin      relative to the begin of the first snippet's experiment
    markers    reads at begin and end whose FPGA times are those of the borders
    """

    begin: int = 0
    duration: int = 0
    markers: tuple[Marker, Marker] | None = None
    commands: list[processors.Command] = field(default_factory=list)


@dataclass
class Placed:
    """One batch entry: its instructions, and its snippets."""

    builder: AbsoluteTimePlaybackProgramBuilder
    sections: list[Section]


NO_USAGE = Usage()


def place(
    snippets: Sequence[Snippet], entry: int, symbols: Symbols | None, inside: AbsoluteTimePlaybackProgramBuilder, last_entry: bool
) -> Placed:
    """Puts all snippets of a batch entry on the time axis, and the user's instructions from the begin of the first one on.

    inside   the user's instructions; moved if this is the last entry, otherwise copied
    """
    builder, sections = AbsoluteTimePlaybackProgramBuilder(), []
    preparation = 0
    begin = 0
    for number, snippet in enumerate(snippets):
        before = snippets[number - 1].usage if number else NO_USAGE
        after = snippets[number + 1].usage if number + 1 < len(snippets) else NO_USAGE
        placing = _Placing(snippet, entry, before, after, symbols, _scheduled(snippets[number:], entry))
        placing.prepare()
        if number == 0:
            preparation = placing.now
            begin = preparation + _reset_neurons(builder, preparation, snippet.chip)
            start = begin
        else:
            _change(builder, begin, snippets[number - 1].chip, snippet.chip)
        placing.experiment()
        placing.builder += Timer.Value(begin - placing.preparation)
        builder.merge(placing.builder)
        placing.section.begin = begin - start
        sections.append(placing.section)
        begin += placing.section.duration
    _merge(builder, inside, start, last_entry)
    if len(snippets) > 1 and not last_entry:
        _change(builder, begin, snippets[-1].chip, snippets[0].chip)
    return Placed(builder, sections)


def _scheduled(snippets: Sequence[Snippet], entry: int) -> int:
    """How long plasticity rules go on: over all snippets in a row that have some."""
    return sum(snippet.duration(entry) for snippet in takewhile(lambda one: one.usage.plasticity, snippets))


def _reset_neurons(builder: AbsoluteTimePlaybackProgramBuilder, time: int, chip: Chip) -> int:
    """Holds all neurons in reset for a moment, so that they start from there; returns how long it is until the experiment."""
    for force, when in ((True, time), (False, time + NEURON_RESET)):
        for number in range(CommonNeuronBackendConfigOnDLS.size):
            config = CommonNeuronBackendConfig(chip.neuron_block.backends[number])
            config.force_reset = force
            builder.write(Timer.Value(when), CommonNeuronBackendConfigOnDLS(number), config)
    return NEURON_RESET + AFTER_NEURON_RESET


def _change(builder: AbsoluteTimePlaybackProgramBuilder, time: int, old: Chip, new: Chip) -> None:
    """Writes what differs between two configurations."""
    if new is not old and new != old:
        builder.write(Timer.Value(time), ChipOnDLS(), new, old)


def _merge(builder: AbsoluteTimePlaybackProgramBuilder, inside: AbsoluteTimePlaybackProgramBuilder, time: int, move: bool) -> None:
    if inside.empty():
        return
    if not move:
        builder.merge(inside + Timer.Value(time))
        return
    inside += Timer.Value(time)
    builder.merge(inside)


class _Placing:
    """One snippet of one batch entry, in cycles from the begin of its own preparation."""

    def __init__(self, snippet: Snippet, entry: int, before: Usage, after: Usage, symbols: Symbols | None, scheduled: int) -> None:
        self.usage, self.before, self.after, self.symbols = snippet.usage, before, after, symbols
        self.spikes = snippet.spikes[entry] if snippet.spikes else None
        self.duration, self.scheduled = snippet.duration(entry), scheduled
        self.builder, self.section, self.now, self.preparation = AbsoluteTimePlaybackProgramBuilder(), Section(), 0, 0

    # -------------------------------------------------------------------------------------------------------- before
    def prepare(self) -> None:
        """Starts what is not going on already; `now` is then the begin of the experiment."""
        usage, before = self.usage, self.before
        if usage.events and not before.events:
            self._record_events(True)
        if usage.plasticity and not before.plasticity:
            self._tell_runtime()
        if usage.madc and not before.madc:
            converters.start(self.builder, self.now)
            self.now += converters.DURATION + AFTER_MADC_START
        if usage.cadc and not before.cadc:
            self._command(Status.periodic_read)
            self.now += CADC_WAIT
        if not self.builder.empty():
            self.now += BEFORE_EXPERIMENT
        self.preparation = self.now

    def _record_events(self, enable: bool) -> None:
        config = EventRecordingConfig(enable_event_recording=enable)
        self.builder.write(Timer.Value(self.now), EventRecordingConfigOnFPGA(), config)
        self.now += SWITCH

    def _tell_runtime(self) -> None:
        assert self.symbols is not None  # rules have a program
        processors.tell_runtime(self.builder, self.now, self.symbols, self.scheduled)
        self.now += processors.RUNTIME_DURATION

    def _command(self, status: Status, expected: Status = Status.idle) -> None:
        assert self.symbols is not None  # what gives commands has a program
        self.section.commands.append(processors.command(self.builder, self.now, self.symbols, status, expected))
        self.now += processors.COMMAND_DURATION

    # -------------------------------------------------------------------------------------------------------- experiment and after
    def experiment(self) -> None:
        """Sends the spikes, waits for the end and stops what is not needed afterwards."""
        begin = self._mark()
        if self.usage.plasticity and not self.before.plasticity:
            self._command(Status.scheduler)
        self._send()
        self.now += self.duration
        self.section.duration = self.now - self.preparation
        end = self._mark()
        if self.usage.events:
            self.section.markers = begin, end
        self.now += AFTER_EXPERIMENT
        self._stop()

    def _mark(self) -> Marker:
        ticket = self.builder.read(Timer.Value(self.now), NullPayloadReadableOnFPGA())
        self.now += 1
        return ticket

    def _send(self) -> None:
        if self.spikes is not None and len(self.spikes.times):
            self.builder.write_spikes(self.spikes.times + self.now, self.spikes.labels)

    def _stop(self) -> None:
        if self.usage.cadc and not self.after.cadc:
            self._command(Status.stop_periodic_read, Status.periodic_read)
        if self.usage.madc and not self.after.madc:
            converters.stop(self.builder, self.now)
            self.now += converters.DURATION
        if self.usage.events and not self.after.events:
            self._record_events(False)


def realtime_duration(sections: Sequence[Section]) -> float:
    """Seconds between the borders of all snippets, as the FPGA saw them. Only after the run."""
    cycles = sum(int(end.fpga_time) - int(begin.fpga_time) for one in sections if one.markers for begin, end in [one.markers])
    return cycles / PER_US * 1e-6


def borders(section: Section) -> tuple[int, int]:
    """FPGA times of begin and end. Only after the run, and only if events are recorded."""
    assert section.markers is not None
    begin, end = section.markers
    return int(begin.fpga_time), int(end.fpga_time)


__all__: list[Any] = ["Placed", "Section", "Snippet", "Usage", "borders", "place", "realtime_duration"]
