"""What the transport refuses, in words that name it, and what counts as equal."""

from __future__ import annotations

import numpy as np
import pytest

from fisch.arq import protocol
from fisch.arq.bitfile import read_bitfile_info
from fisch.dump import message_lines
from fisch.environment import Addresses
from fisch.errors import BitfileError, ConnectionFailedError, ProgramError, UsageError
from fisch.program import ArrayError
from fisch.read_back import writes_of
from fisch.registry import insight_into
from fisch.service import messages
from fisch.word_access_type import Omnibus
from stadls import PlaybackProgram


def test_bitfiles_that_are_too_old() -> None:
    with pytest.raises(BitfileError, match=r"Bitfile protocol version -1 too old\. Must be at least"):
        read_bitfile_info("version: -1\ncompatible_until: 1\n")


def test_configuration_frames_that_are_too_short() -> None:
    with pytest.raises(ConnectionFailedError, match="the FPGA's configuration frame has 2 words"):
        protocol.configuration_length([1, 2])


def test_long_programs_are_listed_up_to_a_number_of_instructions() -> None:
    words = np.full(5, 0x0B00000F0016001E, np.uint64)
    lines = message_lines(words, most=2).splitlines()
    assert len(lines) == 3 and lines[-1] == "... and 3 more" and len(message_lines(words).splitlines()) == 5


def test_the_embedded_model_has_no_address() -> None:
    assert Addresses()(" model ") == [] and Addresses()("127.0.0.1") == ["127.0.0.1"]


def test_programs_and_events_are_equal_to_their_kind_only() -> None:
    one = PlaybackProgram()
    assert one == PlaybackProgram() and one != 3
    spikes = PlaybackProgram().spikes
    assert spikes == PlaybackProgram().spikes and spikes != PlaybackProgram().madc_samples and spikes != []


def test_arrays_of_a_program_fit_together() -> None:
    arrays = PlaybackProgram().arrays()
    name = next(name for name in arrays if name.startswith("times"))
    with pytest.raises(ArrayError, match=r"each of the .* responses has one time"):
        PlaybackProgram().take_arrays({**arrays, name: np.zeros(1, arrays[name].dtype)})
    counts = arrays["spikes_pack_counts"].copy()
    counts[1] = -2
    with pytest.raises(ArrayError, match="spikes_pack_counts counts messages, -2 is none of their numbers"):
        PlaybackProgram().take_arrays({**arrays, "spikes_pack_counts": counts})


def test_reads_that_were_not_answered() -> None:
    read = np.array([0x0B00001F0016001E | 1 << 36], np.uint64)
    with pytest.raises(ProgramError, match=r"0 of .* reads of a snapshot were answered"):
        writes_of(read, np.zeros(0, np.uint64))


def test_frames_of_the_service_are_binary_and_whole_words() -> None:
    with pytest.raises(messages.MessageError, match="a frame of text; messages are binary"):
        messages.reply("text")  # type: ignore[arg-type]
    with pytest.raises(messages.MessageError, match="9 bytes are no whole number of words"):
        messages.to_words(bytes(9))
    assert messages.to_words(messages.to_bytes(np.array([3, 1 << 63], np.uint64))).tolist() == [3, 1 << 63]


def test_words_have_four_bytes_to_enable() -> None:
    word = Omnibus(Omnibus.Word(7))
    with pytest.raises(UsageError, match="a word has 4 bytes, not 3 byte enables"):
        word.byte_enables = (True, False, True)
    assert word.byte_enables == (True,) * 4 and word == Omnibus(Omnibus.Word(7)) != Omnibus(Omnibus.Word(8)) and word != 7


def test_nothing_looks_into_a_model_if_nothing_is_installed_that_could(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: ())
    with pytest.raises(UsageError, match="nothing is installed that looks into models: pip install hicannx"):
        insight_into(None, 0)  # type: ignore[arg-type]
