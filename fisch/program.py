"""Playback programs: the words to the FPGA, and after a run what came back. (facts: transport 4)

`Program` is what programs of all levels have in common, `PlaybackProgram` the one on the level of the wire.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar, Generic, Self, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from fisch._to_fpga import decode_to_fpga
from fisch.backends import Responses
from fisch.decoder import ResponseDecoder
from fisch.dump import message_lines, to_fpga_lines
from fisch.errors import WireError
from fisch.events import EventVector, LinkVector, MADCSampleVector, SpikeVector, TimeoutVector
from halco import MADCSamplePackFromFPGAOnDLS, SpikePackFromFPGAOnDLS
from halco.typed_array import ArrayError, TypedArray
from halco.value import shown

CLASSES = (Responses.OMNIBUS, Responses.JTAG, Responses.LOOPBACK)
CONTEXT = 10
"""Instructions before the one in question that a report shows."""

_log = logging.getLogger("fisch.PlaybackProgram")


S = TypeVar("S", bound=EventVector[Any])
M = TypeVar("M", bound=EventVector[Any])


class Program(Generic[S, M]):
    """Made by a builder's `done`, executed by `run`. Running it again replaces what came back before.

    words                       instructions, uint64[n], without the halt that closes every run
    expected                    responses that the instructions cause, per class
    ran                         whether it holds the responses of a run
    spikes, madc_samples        recorded events
    links, timeouts             what the FPGA reported by itself, as rows of the decoder
    spikes_pack_counts          messages with one to three spikes, by SpikePackFromFPGAOnDLS
    madc_samples_pack_counts    messages with one to three samples, by MADCSamplePackFromFPGAOnDLS
    """

    spikes_type: ClassVar[type[EventVector[Any]]]
    madc_samples_type: ClassVar[type[EventVector[Any]]]
    _spikes: S
    _madc_samples: M

    def __init__(self) -> None:
        self.words: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self.expected: dict[int, int] = dict.fromkeys(CLASSES, 0)
        self.clear_from_fpga_messages()

    def same_instructions(self) -> Self:
        """A program with the same instructions that has not run."""
        made = type(self)()
        made.words, made.expected = self.words, dict(self.expected)
        return made

    # ------------------------------------------------------------------------------------------------------------------ responses
    @property
    def spikes(self) -> S:
        """The spikes that were recorded."""
        return self._spikes

    @property
    def madc_samples(self) -> M:
        """The samples that were recorded."""
        return self._madc_samples

    @property
    def spikes_pack_counts(self) -> TypedArray:
        """How many messages with one, two and three spikes there were."""
        return self._spikes_pack_counts

    @property
    def madc_samples_pack_counts(self) -> TypedArray:
        """How many messages with one, two and three samples there were."""
        return self._madc_samples_pack_counts

    def clear_from_fpga_messages(self) -> None:
        """Forgets all responses: tickets are not valid any more."""
        self.take(ResponseDecoder())
        self.ran = False

    def take(self, decoder: ResponseDecoder) -> None:
        """Takes over what a decoder has understood. The halt's echo is not a response."""
        self.ran = True
        self._data: dict[int, NDArray[np.uint32]] = {}
        self._times: dict[int, NDArray[np.uint64]] = {}
        for kind in CLASSES:
            self._data[kind], self._times[kind] = decoder.responses(kind)
        self.links, self.timeouts = decoder.highspeed_link_notifications, decoder.timeouts
        self.take_events(decoder.spikes, decoder.madc_samples, decoder.spike_pack_counts, decoder.madc_pack_counts)

    def take_events(self, spikes: NDArray[Any], samples: NDArray[Any], spike_packs: Any, sample_packs: Any) -> None:
        """Takes over rows of recorded events, and in how many messages of one, two and three they came."""
        self._spikes, self._madc_samples = cast(S, self.spikes_type(spikes)), cast(M, self.madc_samples_type(samples))
        self._spikes_pack_counts = TypedArray(int, SpikePackFromFPGAOnDLS, spike_packs)
        self._madc_samples_pack_counts = TypedArray(int, MADCSamplePackFromFPGAOnDLS, sample_packs)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The instructions and everything that came back, by name."""
        return {
            "words": self.words,
            **{f"data{int(kind)}": self._data[kind] for kind in CLASSES},
            **{f"times{int(kind)}": self._times[kind] for kind in CLASSES},
            "spikes": self.spikes.to_numpy(),
            "madc_samples": self.madc_samples.to_numpy(),
            "spikes_pack_counts": self.spikes_pack_counts.to_numpy(),
            "madc_samples_pack_counts": self.madc_samples_pack_counts.to_numpy(),
            "links": self.links,
            "timeouts": self.timeouts,
        }

    def take_arrays(self, arrays: dict[str, Any]) -> None:
        """Takes over what `arrays` gave.

        Raises KeyError if something is missing, ArrayError for arrays of another type or length and words that are no messages,
        RangeError for events with times or values that there cannot be. The program is then left half changed.
        """
        for name, like in type(self)().arrays().items():
            _require_like(name, arrays[name], like)
        for kind in CLASSES:
            if len(arrays[f"data{int(kind)}"]) != len(arrays[f"times{int(kind)}"]):
                raise ArrayError(f"each of the {kind.name.lower()} responses has one time")
        _require_messages(arrays["words"])
        self.words, self.links, self.timeouts = arrays["words"], arrays["links"], arrays["timeouts"]
        self._data = {kind: arrays[f"data{int(kind)}"] for kind in CLASSES}
        self._times = {kind: arrays[f"times{int(kind)}"] for kind in CLASSES}
        self.take_events(arrays["spikes"], arrays["madc_samples"], arrays["spikes_pack_counts"], arrays["madc_samples_pack_counts"])
        for events in (self.spikes, self.madc_samples):
            events.require_in_range()

    def n_responses(self, kind: int) -> int:
        """Responses of a class (`fisch.Responses`) that have arrived."""
        return len(self._data[kind])

    def response_data(self, kind: int) -> NDArray[np.uint32]:
        """Responses of a class in the order of the reads, uint32[n]; of JTAG data the lower 32 bits."""
        return self._data[kind]

    def response_times(self, kind: int) -> NDArray[np.uint64]:
        """Their stamps in FPGA cycles, uint64[n]."""
        return self._times[kind]

    def tickets_valid(self) -> bool:
        """Whether exactly the expected number of responses arrived."""
        return not self.missing_responses()

    def missing_responses(self) -> str:
        """Of which classes how many responses arrived instead of how many; empty if all is well."""
        counts = [(kind, self.n_responses(kind), self.expected[kind]) for kind in CLASSES]
        return ", ".join(f"{got} of {expected} {kind.name.lower()} responses" for kind, got, expected in counts if got != expected)

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
        """Whether instructions and responses are the same."""
        if not isinstance(other, Program) or type(other) is not type(self):
            return NotImplemented
        if self.expected != other.expected or not np.array_equal(self.words, other.words):
            return False
        return all(np.array_equal(mine, theirs) for mine, theirs in zip(self.arrays().values(), other.arrays().values(), strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"PlaybackProgram(to FPGA size: {self.size_to_fpga}, from FPGA size: {self.size_from_fpga})"

    def __str__(self) -> str:
        return message_lines(self.words)


def _require_like(name: str, array: Any, like: NDArray[Any]) -> None:
    """Raises ArrayError unless the array is one of the same type; counts of packs are three numbers."""
    counts = name.endswith("counts")
    if not isinstance(array, np.ndarray) or array.ndim != 1 or (array.dtype.kind not in "iu" if counts else array.dtype != like.dtype):
        raise ArrayError(f"{name} is an array of {like.dtype}, not {shown(array)}")
    if counts and len(array) != len(like):
        raise ArrayError(f"{name} holds {len(like)} numbers, not {len(array)}")
    if counts and array.min() < 0:
        raise ArrayError(f"{name} counts messages, {array.min()} is none of their numbers")


def _require_messages(words: NDArray[np.uint64]) -> None:
    try:
        decode_to_fpga(words)
    except WireError as error:
        raise ArrayError(f"words are messages to the FPGA: {error}") from None


class PlaybackProgram(Program[SpikeVector, MADCSampleVector]):
    """A program on the level of the wire, made by `fisch.PlaybackProgramBuilder.done`."""

    spikes_type = SpikeVector
    madc_samples_type = MADCSampleVector

    @property
    def highspeed_link_notifications(self) -> LinkVector:
        """What the PHYs of the link reported."""
        return LinkVector(self.links)

    @property
    def timeout_notifications(self) -> TimeoutVector:
        """Instructions that ran into the instruction timeout."""
        return TimeoutVector(self.timeouts)

    def run_ok(self, fpga_identifier: str = "") -> bool:
        """Whether the FPGA reported no error; what it reported goes to the log, with the instructions before it."""
        if not len(self.timeouts):
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
