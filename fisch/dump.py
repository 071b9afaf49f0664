"""Programs and responses as text, one message per line. For people: the wire path itself never makes objects of messages."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fisch import ut
from fisch._to_fpga import decode_to_fpga
from fisch.errors import WireError


def to_fpga_lines(words: NDArray[np.uint64]) -> Iterator[str]:
    """One line per word to the FPGA."""
    for header, payload in zip(*decode_to_fpga(words), strict=True):
        yield ut.TO_FPGA[header].describe(int(payload))


def from_fpga_messages(words: NDArray[np.uint64]) -> Iterator[tuple[int, ut.Message, int]]:
    """Byte offset, kind and payload of each message from the FPGA; an unfinished last message is left out."""
    stream = np.ascontiguousarray(words, dtype=np.uint64).astype(">u8").tobytes()
    position = 0
    while position < len(stream):
        header = stream[position]
        if header & ut.COMMA:
            position += 8 - position % 8
            continue
        if header >= len(ut.FROM_FPGA):
            raise WireError(f"Unknown UT message header: {header} (byte {position} from the FPGA)", position)
        message = ut.FROM_FPGA[header]
        end = position + message.bytes
        if end <= len(stream):
            payload = int.from_bytes(stream[position + 1 : end]) & (1 << message.payload_bits) - 1
            yield position, message, payload
        position = end


def from_fpga_lines(words: NDArray[np.uint64]) -> Iterator[str]:
    """One line per message from the FPGA.

    >>> list(from_fpga_lines(np.array([0x0200000000000001], np.uint64)))
    ['from_fpga_system::Loopback(tick=0x1)']
    """
    for _, message, payload in from_fpga_messages(words):
        yield message.describe(payload)


LISTED_MAX = 1000
"""Instructions that `message_lines` shows."""


def message_lines(words: NDArray[np.uint64], most: int = LISTED_MAX) -> str:
    """One instruction per line, the first `most` of them."""
    lines = list(to_fpga_lines(words[:most]))
    if len(words) > most:
        lines.append(f"... and {len(words) - most} more")
    return "\n".join(lines)
