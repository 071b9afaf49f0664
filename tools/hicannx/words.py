"""Words, JTAG scans and HostARQ frames by name, bit by bit: for whoever looks at a bus or builds something by hand.

The layouts are those of `fisch.ut` and `fisch.arq.protocol`; bits are of the library bitstring (`pip install 'hicannx[words]'`).

>>> word = make("Address", address=0x16001E, byte_enables=15, is_read=True)
>>> hex(word)
'0xb00001f0016001e'
>>> explain(word)
'omnibus_to_fpga::Address(address=0x16001e, byte_enables=0xf, is_read=0x1)'
>>> bits(word)["is_read"].bin, bits(word)["address"].hex
('1', '0016001e')
>>> [hex(one) for one in scan("OMNIBUS_DATA", 0xCAFE, 32)]
['0x200000000000006', '0x30020000000cafe']
>>> unframe(frame([word], sequence=7)).sequence
7
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from fisch import ut
from fisch.arq import protocol
from hicannx.errors import HicannxError
from hicannx.tables import show
from hicannx.traces.needed import library

_NAMES: Final = Counter(message.name for message in ut.TO_FPGA)
MESSAGES: Final = {(one.name if _NAMES[one.name] == 1 else f"{one.group}::{one.name}"): one for one in ut.TO_FPGA}
"""By name, with the group where several have the same one."""
WORD: Final = ut.WORD_BITS
PIDS: Final = {"UT": protocol.PID_UT, "FLUSH": protocol.PID_FLUSH, "LOOPBACK": protocol.PID_LOOPBACK, "CFG": protocol.PID_CFG}
"""Kinds of frames."""
HEAD: Final = (("acknowledge", 32), ("sequence", 32), ("pid", 16), ("length", 16))
"""Fields of a frame before its words, and their bits. (facts: transport 6)"""


class WordError(HicannxError, ValueError):
    """There is no such word, field or frame; the text says what there is."""


class Frame(NamedTuple):
    """A HostARQ frame: acknowledged and own sequence number, kind, and words."""

    acknowledge: int
    sequence: int
    pid: int
    words: tuple[int, ...]


def message_of(name: str) -> ut.Message:
    """A kind of message to the FPGA. Raises WordError."""
    if name not in MESSAGES:
        raise WordError(f"there is no message {name!r}; there are {', '.join(MESSAGES)}")
    return MESSAGES[name]


def make(name: str, **fields: int) -> int:
    """The word of a message to the FPGA; fields that are not given are 0. Raises WordError for names and values that it does not have."""
    message = message_of(name)
    known = {field.name: field for field in message.fields}
    word = message.header << WORD - ut.HEADER_BITS
    for given, value in fields.items():
        if given not in known:
            raise WordError(f"{name} has no field {given!r}, only {', '.join(known) or 'none'}")
        width = known[given].high - known[given].low + 1
        if not 0 <= value < 1 << width:
            raise WordError(f"{given} of {name} is {value}, and has to be 0 .. {(1 << width) - 1}")
        word |= int(value) << known[given].low
    return word


def parse(word: int) -> tuple[ut.Message, int]:
    """Which message a word is, and its payload. Raises WordError for what is none."""
    if not 0 <= word < 1 << WORD:
        raise WordError(f"{word:#x} has no {WORD} bits")
    header = word >> WORD - ut.HEADER_BITS
    if header >= len(ut.TO_FPGA):
        raise WordError(f"{word:#018x}: there is no message with the header {header:#04x}")
    return ut.TO_FPGA[header], word & (1 << WORD - ut.HEADER_BITS) - 1


def explain(word: int) -> str:
    """A word with its fields by name."""
    message, payload = parse(word)
    return message.describe(payload)


def bits(word: int) -> dict[str, Any]:
    """Header and fields of a word as bitstring.Bits, by name; "word" is all of it. Raises MissingLibraryError without bitstring."""
    message, _ = parse(word)
    whole = library("bitstring", "words").Bits(uint=word, length=WORD)
    found = {"word": whole, "header": whole[: ut.HEADER_BITS]}
    return found | {field.name: whole[WORD - 1 - field.high : WORD - field.low] for field in message.fields}


def scan(instruction: str, data: int, width: int, keep_response: bool = False) -> list[int]:
    """The words that scan `width` bits, 3 .. 33, into the data register that a JTAG instruction selects."""
    if instruction not in ut.JTAG_INSTRUCTION:
        raise WordError(f"there is no JTAG instruction {instruction!r}; there are {', '.join(ut.JTAG_INSTRUCTION)}")
    if not 3 <= width <= 33 or not 0 <= data < 1 << width:
        raise WordError(f"{data:#x} in {width} bits: a scan has 3 .. 33 bits, and its data fit")
    first = make("Ins", instruction=ut.JTAG_INSTRUCTION[instruction])
    return [first, make("to_fpga_jtag::Data", data=data, bits=width, keep_response=keep_response)]


def frame(words: Sequence[int], sequence: int = 0, acknowledge: int = 0, kind: str = "UT") -> bytes:
    """The datagram of a HostARQ frame with these words, at most 180."""
    if kind not in PIDS:
        raise WordError(f"there is no kind of frame {kind!r}; there are {', '.join(PIDS)}")
    if len(words) > protocol.MAX_WORDS or not all(0 <= word < 1 << WORD for word in words):
        raise WordError(f"a frame has at most {protocol.MAX_WORDS} words of {WORD} bits")
    values = {"acknowledge": acknowledge, "sequence": sequence, "pid": PIDS[kind], "length": len(words)}
    if any(not 0 <= values[name] < 1 << width for name, width in HEAD):
        raise WordError("sequence numbers of a frame have 32 bits")
    pack = library("bitstring", "words").pack
    return bytes(
        pack(", ".join(f"uint:{width}={name}" for name, width in HEAD), **values).bytes
        + b"".join(word.to_bytes(8, "big") for word in words)
    )


def unframe(data: bytes) -> Frame:
    """What a datagram says. Raises WordError if it is no frame with words."""
    if len(data) < protocol.HEADER_BYTES:
        raise WordError(f"{len(data)} bytes are no frame, whose head has {protocol.HEADER_BYTES}")
    whole = library("bitstring", "words").Bits("0x" + data.hex())
    ends = [*accumulate(width for _, width in HEAD)]
    acknowledge, sequence, pid, length = (whole[end - width : end].uint for end, (_, width) in zip(ends, HEAD, strict=True))
    body = data[protocol.HEADER_BYTES :]
    if len(body) != 8 * length:
        raise WordError(f"the frame says that it has {length} words, and has {len(body)} bytes behind its head")
    return Frame(acknowledge, sequence, pid, tuple(int.from_bytes(body[k : k + 8], "big") for k in range(0, len(body), 8)))


# -- the command
def main(chosen: Namespace) -> int:
    """`hicannx words`."""
    if chosen.action == "list":
        show(("message", "header", "fields"), [_row(name, message) for name, message in MESSAGES.items()])
    elif chosen.action == "make":
        fields = [*map(_field, chosen.fields)]
        if twice := [name for name, count in Counter(name for name, _ in fields).items() if count > 1]:
            raise WordError(f"{twice[0]} is given twice")
        print(f"{make(chosen.message, **dict(fields)):#018x}")
    else:
        for text in chosen.words or sys.stdin.read().split():
            _show(_number(text))
    return 0


def _row(name: str, message: ut.Message) -> tuple[str, str, str]:
    fields = ", ".join(f"{field.name}[{field.high}:{field.low}]" for field in message.fields)
    return name, f"{message.header:#04x}", fields


def _show(word: int) -> None:
    message, payload = parse(word)
    print(f"{word:#018x}  {message.describe(payload)}")
    rows = [(field.name, f"[{field.high}:{field.low}]", f"{field.get(payload):0{field.high - field.low + 1}b}", f"{field.get(payload):#x}")
            for field in message.fields]  # fmt: skip
    if rows:
        show(("field", "bits", "binary", "value"), rows)


def _number(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise WordError(f"{text!r} is no number; hexadecimal ones begin with 0x") from None


def _field(text: str) -> tuple[str, int]:
    name, equals, value = text.partition("=")
    if not equals:
        raise WordError(f"{text!r}: a field is given as name=value")
    return name, _number(value)
