"""Playback programs: the words to the FPGA, and after a run what came back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fisch import ResponseDecoder, Responses, Target
from fisch.dump import message_lines
from haldls import HighspeedLinkNotification
from stadls.events import MADCSampleVector, SpikeVector, link_notification

CLASSES = (Responses.OMNIBUS, Responses.JTAG, Responses.LOOPBACK)


class PlaybackProgram:
    """Made by `PlaybackProgramBuilder.done`, executed by `run`. Running it again replaces what came back before.

    words                instructions, uint64[n], without the halt that closes every run
    expected             responses that the instructions cause, per class
    unsupported_targets  targets that refuse one of its accesses
    """

    spikes_type = SpikeVector
    madc_samples_type = MADCSampleVector

    def __init__(self) -> None:
        self.words: NDArray[np.uint64] = np.zeros(0, np.uint64)
        self.unsupported_targets: set[Target] = set()
        self.expected: dict[int, int] = dict.fromkeys(CLASSES, 0)
        self.ran = False
        self.clear()

    def clear(self) -> None:
        """Forgets all responses: tickets are not valid any more."""
        self.ran = False
        self._data: dict[int, NDArray[np.uint32]] = {kind: np.zeros(0, np.uint32) for kind in CLASSES}
        self._times: dict[int, NDArray[np.uint64]] = {kind: np.zeros(0, np.uint64) for kind in CLASSES}
        self._take_events(ResponseDecoder())

    def same_instructions(self) -> PlaybackProgram:
        """A program with the same instructions that has not run."""
        made = PlaybackProgram()
        made.words, made.unsupported_targets, made.expected = self.words, set(self.unsupported_targets), dict(self.expected)
        return made

    def take(self, decoder: ResponseDecoder) -> None:
        """Takes over the responses of a run. The halt's echo is not one of them."""
        self.ran = True
        loopback = decoder.loopback[decoder.loopback["tick"] == 1]
        for kind, rows, name in (
            (Responses.OMNIBUS, decoder.omnibus, "data"),
            (Responses.JTAG, decoder.jtag, "data"),
            (Responses.LOOPBACK, loopback, "tick"),
        ):
            self._data[kind] = rows[name].astype(np.uint32)  # of JTAG data the lower 32 bits
            self._times[kind] = rows["fpga_time"].astype(np.uint64)
        self._take_events(decoder)

    def state(self) -> dict[str, Any]:
        """Everything there is to know about the program, as plain values and arrays by name: what is stored of it."""
        return {
            "words": self.words,
            "unsupported_targets": sorted(target.name for target in self.unsupported_targets),
            "expected": [self.expected[kind] for kind in CLASSES],
            "ran": self.ran,
            **{f"data{int(kind)}": self._data[kind] for kind in CLASSES},
            **{f"times{int(kind)}": self._times[kind] for kind in CLASSES},
            **self._events(),
        }

    def take_state(self, state: dict[str, Any]) -> None:
        """Takes over what `state` gave. Raises KeyError for an incomplete one."""
        made = PlaybackProgram()
        made.words, made.ran = state["words"], bool(state["ran"])
        made.unsupported_targets = {Target[name] for name in state["unsupported_targets"]}
        made.expected = dict(zip(CLASSES, state["expected"], strict=True))
        made._data = {kind: state[f"data{int(kind)}"] for kind in CLASSES}
        made._times = {kind: state[f"times{int(kind)}"] for kind in CLASSES}
        made.spikes, made.madc_samples = SpikeVector(state["spikes"]), MADCSampleVector(state["madc_samples"])
        made.spikes_pack_counts, made.madc_samples_pack_counts = state["spikes_pack_counts"], state["madc_samples_pack_counts"]
        made._links, made.timeouts = state["links"], state["timeouts"]
        vars(self).update(vars(made))

    def _events(self) -> dict[str, NDArray[Any]]:
        return {
            "spikes": self.spikes.to_numpy(),
            "madc_samples": self.madc_samples.to_numpy(),
            "spikes_pack_counts": self.spikes_pack_counts,
            "madc_samples_pack_counts": self.madc_samples_pack_counts,
            "links": self._links,
            "timeouts": self.timeouts,
        }

    def _take_events(self, decoder: ResponseDecoder) -> None:
        self.spikes = SpikeVector(decoder.spikes)
        self.madc_samples = MADCSampleVector(decoder.madc_samples)
        self.spikes_pack_counts = np.array(decoder.spike_pack_counts, np.uint64)
        self.madc_samples_pack_counts = np.array(decoder.madc_pack_counts, np.uint64)
        self._links = decoder.highspeed_link_notifications
        self.timeouts = decoder.timeouts

    @property
    def highspeed_link_notifications(self) -> list[HighspeedLinkNotification]:
        """What the PHYs of the link reported during the run."""
        return [link_notification(int(row["value"]), int(row["fpga_time"])) for row in self._links]

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
        return np.array_equal(self.words, other.words) and self.expected == other.expected and self._same_responses(other)

    def _same_responses(self, other: PlaybackProgram) -> bool:
        arrays = all(np.array_equal(mine, theirs) for mine, theirs in zip(self._arrays(), other._arrays(), strict=True))
        return arrays and self.spikes == other.spikes and self.madc_samples == other.madc_samples

    def _arrays(self) -> list[NDArray[Any]]:
        return [*self._data.values(), *self._times.values(), self._links, self.timeouts]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"PlaybackProgram(to FPGA size: {self.size_to_fpga}, from FPGA size: {self.size_from_fpga}, {'ran' if self.ran else 'not run'})"
        )

    def __str__(self) -> str:
        return message_lines(self.words)
