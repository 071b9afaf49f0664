"""Playback programs on the level of the wire: the words to the FPGA, and after a run what came back. (facts: transport 4)"""

from __future__ import annotations

import logging
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fisch._decoder import ResponseDecoder
from fisch.backends import Responses
from fisch.dump import message_lines, to_fpga_lines
from fisch.events import LinkVector, MADCSampleVector, SpikeVector, TimeoutVector
from halco import MADCSamplePackFromFPGAOnDLS, SpikePackFromFPGAOnDLS
from halco.typed_array import TypedArray

CLASSES = (Responses.OMNIBUS, Responses.JTAG, Responses.LOOPBACK)
CONTEXT = 10
"""Instructions before the one in question that a report shows."""

_log = logging.getLogger("fisch.PlaybackProgram")


class PlaybackProgram:
    """Made by `PlaybackProgramBuilder.done`, executed by `run`. Running it again replaces what came back before.

    words      instructions, uint64[n], without the halt that closes every run
    expected   responses that the instructions cause, per class
    """

    def __init__(self) -> None:
        self.words: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self.expected: dict[int, int] = dict.fromkeys(CLASSES, 0)
        self.clear_from_fpga_messages()

    # ------------------------------------------------------------------------------------------------------------------ responses
    def clear_from_fpga_messages(self) -> None:
        """Forgets all responses: tickets are not valid any more."""
        self.take(ResponseDecoder())

    def take(self, decoder: ResponseDecoder) -> None:
        """Takes over what a decoder has understood. The halt's echo is not a response."""
        self._data: dict[int, NDArray[np.uint32]] = {}
        self._times: dict[int, NDArray[np.uint64]] = {}
        for kind in CLASSES:
            self._data[kind], self._times[kind] = decoder.responses(kind)
        self.spikes = SpikeVector(decoder.spikes)
        self.madc_samples = MADCSampleVector(decoder.madc_samples)
        self.highspeed_link_notifications = LinkVector(decoder.highspeed_link_notifications)
        self.timeout_notifications = TimeoutVector(decoder.timeouts)
        self.spikes_pack_counts = TypedArray(int, SpikePackFromFPGAOnDLS, decoder.spike_pack_counts)
        self.madc_samples_pack_counts = TypedArray(int, MADCSamplePackFromFPGAOnDLS, decoder.madc_pack_counts)

    def n_responses(self, kind: int) -> int:
        """Responses of a class (`fisch.Responses`) that have arrived."""
        return len(self._data[kind])

    def response_data(self, kind: int) -> NDArray[np.uint32]:
        """Responses of a class in the order of the reads, uint32[n]."""
        return self._data[kind]

    def response_times(self, kind: int) -> NDArray[np.uint64]:
        """Their stamps in FPGA cycles, uint64[n]."""
        return self._times[kind]

    def tickets_valid(self) -> bool:
        """Whether exactly the expected number of responses arrived."""
        return all(self.n_responses(kind) == self.expected[kind] for kind in CLASSES)

    def run_ok(self, fpga_identifier: str = "") -> bool:
        """Whether the FPGA reported no error; what it reported goes to the log, with the instructions before it."""
        if not len(self.timeout_notifications):
            return True
        first = self.timeout_notifications[0]
        index = int(first.value)
        lines = [
            f"{fpga_identifier} instruction timeout at {first.fpga_time!r}, instruction {index} of {len(self.words)}, "
            f"{int(first.trace_stall)} trace stalls, {int(first.omnibus_reads)} omnibus reads in flight".strip(),
        ]
        if index > len(self.words):
            lines.append("There is no such instruction in the program.")
        else:
            start = max(index - CONTEXT, 0)
            lines += [f"Instruction({start + i}): {line}" for i, line in enumerate(to_fpga_lines(self.words[start : index + 1]))]
        _log.error("%s", "\n".join(lines))
        return False

    # ---------------------------------------------------------------------------------------------------------------- the program
    def empty(self) -> bool:
        """Whether there is not a single instruction."""
        return not len(self.words)

    @property
    def size_to_fpga(self) -> int:
        """Number of instructions."""
        return len(self.words)

    @property
    def size_from_fpga(self) -> int:
        """Number of expected responses."""
        return sum(self.expected.values())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PlaybackProgram):
            return NotImplemented
        arrays = all(np.array_equal(mine, theirs) for mine, theirs in zip(self._arrays(), other._arrays(), strict=True))
        return arrays and self.expected == other.expected

    __hash__ = None  # type: ignore[assignment]

    def _arrays(self) -> list[NDArray[Any]]:
        events = (self.spikes, self.madc_samples, self.highspeed_link_notifications, self.timeout_notifications)
        return [self.words, *self._data.values(), *self._times.values(), *(vector.to_numpy() for vector in events)]

    def __repr__(self) -> str:
        return f"PlaybackProgram(to FPGA size: {self.size_to_fpga}, from FPGA size: {self.size_from_fpga})"

    def __str__(self) -> str:
        return message_lines(self.words)
