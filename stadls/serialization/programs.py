"""Stored programs that have not run: their instructions, and how many responses they expect. (facts: serialization 8)"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fisch import Responses, WireError, decode_to_fpga, encode_to_fpga
from fisch.ut import TO_FPGA
from haldls.serialization import Reader, Writer, nodes
from haldls.serialization.layouts import Values
from stadls.program import PlaybackProgram
from stadls.serialization.targets import read_targets, write_targets

PROGRAM, IMPLEMENTATION = "stadls::vx::PlaybackProgram", "fisch::vx::PlaybackProgram"
DETAILS = "fisch::vx::detail::PlaybackProgramImpl"
IMPLEMENTATION_VERSION = 3
SHARED = 1 << 31 | 1
"""Number of the first object that more than one may point to, which follows."""

QUEUES = (Responses.JTAG, Responses.LOOPBACK, Responses.OMNIBUS)
"""The classes of responses in the original's order: by the last kind of register that answers with them (derived from the order of its
registers)."""

LISTS = ("m_spike_response_queue", "m_madc_sample_response_queue", "m_highspeed_link_notification_response_queue")
PACKS = ("m_spike_pack_counts", "m_madc_sample_pack_counts")
TIMEOUTS = "m_timeout_notification_response_queue"

COUNT = nodes.number(8, False, 0, (1 << 63) - 1)
PACK_COUNTS, EXPECTED = nodes.array(3, COUNT), nodes.row(3, COUNT)


def _payload(bits: int) -> nodes.Node:
    number = nodes.number(8, False, 0, (1 << bits) - 1)
    return nodes.record({"ut_message_payload": nodes.record({"bitset_words": nodes.row(1, number)} if bits else {})})


INSTRUCTIONS = nodes.sequence(nodes.variant([_payload(message.payload_bits) for message in TO_FPGA]))
HAS_PAYLOAD = np.array([message.payload_bits > 0 for message in TO_FPGA])


def _values(words: NDArray[np.uint64]) -> Values:
    """Number of the words, then of each of them its kind and its payload, if it has one."""
    headers, payloads = decode_to_fpga(words)
    sizes = 1 + HAS_PAYLOAD[headers]
    starts = 1 + np.cumsum(sizes) - sizes
    values = np.zeros(1 + int(sizes.sum()), dtype=np.int64)
    values[0], values[starts] = len(words), headers
    with_payload = sizes > 1
    values[starts[with_payload] + 1] = payloads[with_payload].astype(np.int64)
    return values


def _words(values: Values) -> NDArray[np.uint64]:
    """The words that `_values` was given. Raises WireError for a payload that no such word can have."""
    headers, payloads = np.zeros(values[0], dtype=np.uint8), np.zeros(values[0], dtype=np.uint64)
    position, plain, has_payload = 1, values.tolist(), HAS_PAYLOAD.tolist()
    for i in range(plain[0]):
        headers[i] = plain[position]
        if has_payload[plain[position]]:
            position += 1
            payloads[i] = plain[position]
        position += 1
    return encode_to_fpga(headers, payloads)


AROUND = ("value.m_program_impl", "ptr_wrapper", "data", "m_impl", "ptr_wrapper", "data")
"""The objects around the contents of a program."""


def write_program(archive: Writer, program: PlaybackProgram) -> None:
    """A program without responses."""
    archive.open("value0")
    archive.version(PROGRAM)
    archive.open("value.m_program_impl")
    archive.open("ptr_wrapper")
    archive.number("id", SHARED, 4)
    archive.open("data")
    archive.version(IMPLEMENTATION, IMPLEMENTATION_VERSION)
    archive.open("m_impl")
    archive.open("ptr_wrapper")
    archive.number("valid", 1, 1)
    archive.open("data")
    archive.version(DETAILS)
    _write_contents(archive, program)
    for _ in AROUND:
        archive.close()
    write_targets(archive, program.unsupported_targets)
    archive.close()


def _write_contents(archive: Writer, program: PlaybackProgram) -> None:
    archive.value("m_instructions", INSTRUCTIONS, _values(program.words))
    for kind in QUEUES:
        archive.open("queue")
        archive.version(f"queue of {kind.name}")
        for name in ("messages", "times"):
            _write_empty(archive, name)
        archive.close()
    for name in LISTS:
        _write_empty(archive, name)
    for name in PACKS:
        archive.value(name, PACK_COUNTS, np.zeros(3, dtype=np.int64))
    archive.value("m_queue_expected_size", EXPECTED, np.array([program.expected[kind] for kind in QUEUES]))
    _write_empty(archive, TIMEOUTS)


def _write_empty(archive: Writer, name: str) -> None:
    archive.sequence(name, 0)
    archive.close()


def read_program(archive: Reader, program: PlaybackProgram) -> None:
    """Replaces everything in a program. One that holds responses is refused: how they are stored is not known."""
    made = PlaybackProgram()
    archive.open("value0")
    archive.version(PROGRAM)
    archive.open("value.m_program_impl")
    archive.open("ptr_wrapper")
    if archive.number("id", 4) != SHARED:
        archive.fail("the program was moved from: there is nothing in it")
    archive.open("data")
    archive.version(IMPLEMENTATION, IMPLEMENTATION_VERSION)
    archive.open("m_impl")
    archive.open("ptr_wrapper")
    if archive.number("valid", 1) != 1:
        archive.fail("the program was moved from: there is nothing in it")
    archive.open("data")
    archive.version(DETAILS)
    _read_contents(archive, made)
    for _ in AROUND:
        archive.close()
    made.unsupported_targets = read_targets(archive)
    archive.close()
    archive.done()
    vars(program).update(vars(made))


def _read_contents(archive: Reader, program: PlaybackProgram) -> None:
    values = archive.value("m_instructions", INSTRUCTIONS)
    try:
        program.words = _words(values)
        decode_to_fpga(program.words)
    except WireError as error:
        archive.fail(str(error))
    for kind in QUEUES:
        archive.open("queue")
        archive.version(f"queue of {kind.name}")
        for name in ("messages", "times"):
            _read_empty(archive, name)
        archive.close()
    for name in LISTS:
        _read_empty(archive, name)
    for name in PACKS:
        if archive.value(name, PACK_COUNTS).any():
            _refuse_responses(archive)
    program.expected.update(zip(QUEUES, archive.value("m_queue_expected_size", EXPECTED).tolist(), strict=True))
    _read_empty(archive, TIMEOUTS)


def _read_empty(archive: Reader, name: str) -> None:
    archive.sequence(name)
    if archive.more():
        _refuse_responses(archive)


def _refuse_responses(archive: Reader) -> None:
    archive.fail("it holds the responses of a run; how those are stored is not known")
