"""The numbers of the HostARQ protocol and its configuration frame. (facts: transport 6)

A frame is one UDP datagram, everything big endian: acknowledged sequence number (32 bits), own sequence number (32), packet id (16),
number of payload words (16), payload words (64 each). A datagram of 4 bytes acknowledges only, or asks for a reset if it goes to the reset
port.
"""

from collections.abc import Sequence

from fisch.errors import ConnectionFailedError

SEQUENCE_NUMBERS = 256
WINDOW = 128  # frames that may be unacknowledged
MAX_WORDS = 180  # payload of a frame [64-bit words]
HEADER_BYTES = 12
DATA_PORT = 1234
RESET_PORT = 45054
RESET_FRAME = bytes.fromhex("abababab")

PID_UT = 0x0010  # playback messages, both directions
PID_FLUSH = 0x8000  # the last frame of a host
PID_LOOPBACK = 0x8001  # to be sent back as it is
PID_CFG = 0x8002  # the FPGA's answer to a reset

# What an FPGA of ours tells a host beyond the protocol, in a datagram that every other host drops: where a frame has its length stands one
# that no datagram has. The head is followed by one letter and a text.
NOTICE_HEAD = b"hx notice:\xff\xff"
NOTICE_LENGTH = 400  # bytes at most
TAKEN_OVER = "T"  # this session is over; the text is the address of whoever has connected since
REFUSED = "R"  # an instruction of the present program was not executed; the text says why
OUT_OF_ORDER = "X"  # no program is executed any more; the text says why
ENDED = "E"  # nobody serves the FPGA any more; the text says why

_FIXED = (SEQUENCE_NUMBERS, WINDOW, MAX_WORDS)


def notice(kind: str, text: str) -> bytes:
    """The datagram that tells a host something."""
    return (NOTICE_HEAD + kind.encode() + text.encode())[:NOTICE_LENGTH]


def configuration_frames(info: str) -> list[list[int]]:
    """Payloads of the configuration frames that announce `info`, an ASCII text (empty: no text)."""
    text = info.encode("ascii") + b"\0" if info else b""
    text += b"\0" * (-len(text) % 8)
    letters = [int.from_bytes(text[i : i + 8], "big") for i in range(0, len(text), 8)]
    words = [*_FIXED, len(letters), *letters]
    return [words[i : i + MAX_WORDS] for i in range(0, len(words), MAX_WORDS)]


def configuration_length(first: Sequence[int]) -> int:
    """Number of payload words of all configuration frames together; `first` is the payload of the first one.

    Raises ConnectionFailedError when the FPGA counts frames or words differently.
    """
    if len(first) <= len(_FIXED):
        raise ConnectionFailedError(f"Response packet length too small: the FPGA's configuration frame has {len(first)} words")
    if tuple(first[:3]) != _FIXED:
        raise ConnectionFailedError(
            "Settings mismatch between Host and FPGA: sequence numbers, window and frame length are "
            f"{', '.join(map(str, first[:3]))} there and {', '.join(map(str, _FIXED))} here"
        )
    return len(_FIXED) + 1 + first[3]


def configuration_text(words: Sequence[int]) -> str:
    """The text in the joined payloads of all configuration frames, up to its first NUL."""
    letters = b"".join(int(word).to_bytes(8, "big") for word in words[4:])
    return letters.split(b"\0", 1)[0].decode("ascii", "replace")
