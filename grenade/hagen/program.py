"""Instructions of a run: for each batch entry reset, baseline, events and reading, all entries at once. (facts: clients/hxtorch_jaxsnn 2.4)

All times are FPGA cycles of 8 ns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fisch import PLAYBACK_MEMORY_SIZE
from fisch.backends import Responses
from grenade.execution import converters
from grenade.hagen.converters import Reading
from grenade.hagen.events import Numbers, Sending, Words, waits
from grenade.hagen.limits import RESULT_MAX, RESULT_MIN
from halco import BarrierOnFPGA, CommonNeuronBackendConfigOnDLS, EventRecordingConfigOnFPGA, NullPayloadReadableOnFPGA, TimerOnDLS
from haldls import Barrier, CommonNeuronBackendConfig, EventRecordingConfig, Timer
from haldls.lola import Chip
from stadls import AbsoluteTimePlaybackProgramBuilder, PlaybackProgram, PlaybackProgramBuilder

PER_US = int(Timer.Value.fpga_clock_cycles_per_us)
RESET = 2 * PER_US
"""Time for which all neurons are held in reset; the membrane follows in 0.2 us."""
BEFORE_BASELINE = 5 * PER_US
"""From the end of the reset to the baseline."""
BEFORE_EVENTS = 3 * PER_US
"""From the end of the second reset to the first event."""
AFTER_EVENTS = PER_US
"""From the last event to the reading."""
BEFORE_MARKER = RESET + BEFORE_EVENTS + PER_US
"""A little more than lies between the start of a recording and the first event."""
LIMIT = PLAYBACK_MEMORY_SIZE // 2
"""Instructions of one program; every response is followed by a time, so the other half is left for the trace."""


@dataclass(frozen=True)
class Part:
    """Some entries of the batch and the program that multiplies them."""

    entries: slice
    program: PlaybackProgram


class Run:
    """What is sent and read in a run, and when.

    wait       FPGA cycles from one event to the next
    recorded   whether the fast converter records the membrane of a neuron
    """

    def __init__(self, chip: Chip, sending: Sending, reading: Reading, wait: int, recorded: bool) -> None:
        self._chip, self._sending, self._reading, self._wait, self._recorded = chip, sending, reading, max(wait, 1), recorded
        self._before, self._after = self._until_events(), self._from_reading()
        self._per_event = 2 if wait > 1 else 1
        self._lengths = len(self._before) + self._per_event * sending.events + 1 + len(self._after)

    # ------------------------------------------------------------------------------------------------------------ programs
    def parts(self) -> Iterator[Part]:
        """The programs, each of as many entries as the playback memory takes, at least one."""
        ends, begin = np.cumsum(self._lengths), 0
        while begin < len(ends):
            done = int(ends[begin - 1]) if begin else 0
            end = max(int(np.searchsorted(ends, done + LIMIT, "right")), begin + 1)
            yield Part(slice(begin, end), self._program(slice(begin, end)))
            begin = end

    def _program(self, entries: slice) -> PlaybackProgram:
        made, number = PlaybackProgram(), entries.stop - entries.start
        made.words = self._words(entries)
        made.expected[Responses.OMNIBUS] = 2 * len(self._reading.words) * number
        if self._recorded:
            made.words = np.concatenate((_recording(True), made.words, _recording(False)))
            made.expected[Responses.LOOPBACK] = number
        return made

    def _words(self, entries: slice) -> Words:
        """The instructions of each entry: what is the same for all before, events with waits, a wait, and what is the same after."""
        lengths, events = self._lengths[entries], self._sending.events[entries]
        ends, words = np.cumsum(lengths), np.empty(int(lengths.sum()), np.uint64)
        words[(ends - lengths)[:, None] + np.arange(len(self._before))] = self._before
        words[(ends - len(self._after))[:, None] + np.arange(len(self._after))] = self._after
        begin = RESET + BEFORE_EVENTS
        words[ends - len(self._after) - 1] = waits(begin + events * self._wait + AFTER_EVENTS)
        number = np.arange(int(events.sum())) - np.repeat(np.cumsum(events) - events, events)
        places = np.repeat(ends - lengths + len(self._before), events) + self._per_event * number
        words[places + self._per_event - 1] = self._sending.packs(entries)
        if self._per_event > 1:
            words[places] = waits(begin + (number + 1) * self._wait)
        return words

    # ------------------------------------------------------------------------------------------------------------ the same for all
    def _until_events(self) -> Words:
        """Reset, baseline, reset again."""
        builder = PlaybackProgramBuilder()
        self._reset(builder)
        builder.block_until(TimerOnDLS(), Timer.Value(RESET + BEFORE_BASELINE))
        reading = self._read()
        again = PlaybackProgramBuilder()
        if self._recorded:
            again.merge_back(_at_once(converters.start))
        self._reset(again)
        again.block_until(TimerOnDLS(), Timer.Value(RESET + BEFORE_EVENTS))
        if self._recorded:
            again.read(NullPayloadReadableOnFPGA())
        return np.concatenate((builder.words, reading, again.words))

    def _reset(self, builder: PlaybackProgramBuilder) -> None:
        builder.write(TimerOnDLS(), Timer())
        for force in (True, False):
            for number in range(CommonNeuronBackendConfigOnDLS.size):
                config = CommonNeuronBackendConfig(self._chip.neuron_block.backends[number])
                before = CommonNeuronBackendConfig(config)
                config.force_reset, before.force_reset = force, not force
                builder.write(CommonNeuronBackendConfigOnDLS(number), config, before)
            if force:
                builder.block_until(TimerOnDLS(), Timer.Value(RESET))

    def _read(self) -> Words:
        """A conversion, and the next instruction after its last sample has come."""
        builder = PlaybackProgramBuilder()
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        return np.concatenate((self._reading.words, builder.words))

    def _from_reading(self) -> Words:
        if not self._recorded:
            return self._read()
        return np.concatenate((self._read(), _at_once(converters.stop).words))

    # ------------------------------------------------------------------------------------------------------------ results
    def results(self, part: Part) -> dict[int, NDArray[np.int16]]:
        """Samples less their baselines, -128 to 127, {hemisphere: [entry, column]}. Only after the run."""
        responses = part.program.response_data(Responses.OMNIBUS).reshape(-1, 2, len(self._reading.words))
        baseline, found = (self._reading.samples(responses[:, number]) for number in range(2))
        return {side: np.clip(samples - baseline[side], RESULT_MIN, RESULT_MAX) for side, samples in found.items()}

    def recorded(self, part: Part) -> tuple[Numbers, Numbers, Numbers]:
        """Samples of the fast converter: entry, FPGA cycles since its first event, value; each int64[n]. Only after the run."""
        begins = part.program.response_times(Responses.LOOPBACK).astype(np.int64)
        samples = part.program.madc_samples.to_numpy()
        times = samples["fpga_time"].astype(np.int64)
        entry = np.maximum(np.searchsorted(begins - BEFORE_MARKER, times, "right") - 1, 0)
        return part.entries.start + entry, times - begins[entry], samples["value"].astype(np.int64)


def _recording(enable: bool) -> Words:
    """Wakes the fast converter up and has its samples recorded, or not any more."""
    builder = PlaybackProgramBuilder()
    if enable:
        converters.arm(builder)
    builder.write(EventRecordingConfigOnFPGA(), EventRecordingConfig(enable_event_recording=enable))
    return builder.words


def _at_once(what: Callable[[AbsoluteTimePlaybackProgramBuilder, int], None]) -> PlaybackProgramBuilder:
    builder = AbsoluteTimePlaybackProgramBuilder()
    what(builder, 0)
    return builder.done()
