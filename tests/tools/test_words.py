"""Words, scans and frames by name, against the wire format's own reader and writer."""

import runpy
from pathlib import Path

import numpy as np
import pytest

import halco
import haldls as hal
from fisch.dump import to_fpga_lines
from hicannx.cli import main
from hicannx.words import MESSAGES, WordError, bits, explain, frame, make, parse, scan, unframe
from stadls import PlaybackProgramBuilder

EXAMPLE = Path(__file__).parents[2] / "examples" / "words.py"


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_is_what_was_put_into_it(name: str) -> None:
    message = MESSAGES[name]
    fields = {field.name: (1 << field.high - field.low + 1) - 1 - number for number, field in enumerate(message.fields)}
    fields = {field: 33 if field == "bits" else max(value, 0) for field, value in fields.items()}  # of a scan, there are 3 .. 33
    word = make(name, **fields)
    assert parse(word)[0] is message and explain(word) == next(to_fpga_lines(np.array([word], np.uint64)))
    assert {field.name: field.get(parse(word)[1]) for field in message.fields} == fields


def test_words_of_a_program() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.CrossbarOutputConfigOnDLS(), hal.CrossbarOutputConfig())
    first, second = builder.words.tolist()
    address = int(hal.CrossbarOutputConfig.write_addresses([0])[0, 0])
    assert first == make("Address", address=address, byte_enables=15) and parse(second)[0].name == "Data"


def test_bits() -> None:
    bitstring = pytest.importorskip("bitstring")
    found = bits(make("Address", address=0x16001E, byte_enables=5))
    assert isinstance(found["address"], bitstring.Bits)
    assert (found["address"].uint, found["byte_enables"].bin, found["is_read"].bin, len(found["word"])) == (0x16001E, "0101", "0", 64)


def test_frames() -> None:
    pytest.importorskip("bitstring")
    words = [make("Setup"), make("WaitUntil", time=100)]
    data = frame(words, sequence=3, acknowledge=2)
    assert len(data) == 12 + 16 and data[:4] == b"\0\0\0\2" and data[8:12] == b"\0\x10\0\2"
    assert unframe(data) == (2, 3, 0x10, tuple(words))


@pytest.mark.parametrize(
    "wrong, text",
    [
        (lambda: make("Adress"), "there is no message 'Adress'; there are Init"),
        (lambda: make("Address", adress=1), "Address has no field 'adress', only address"),
        (lambda: make("Barrier", jtag=2), r"jtag of Barrier is 2, and has to be 0 \.\. 1"),
        (lambda: make("Setup", time=1), "Setup has no field 'time', only none"),
        (lambda: parse(0x7F << 56), "there is no message with the header 0x7f"),
        (lambda: parse(1 << 64), "has no 64 bits"),
        (lambda: scan("IDCODES", 0, 32), "there is no JTAG instruction 'IDCODES'; there are EXTEST"),
        (lambda: scan("IDCODE", 4, 2), r"0x4 in 2 bits: a scan has 3 \.\. 33 bits"),
        (lambda: frame([0] * 181), "at most 180 words"),
        (lambda: frame([], kind="X"), "no kind of frame 'X'; there are UT"),
        (lambda: unframe(b"short"), "5 bytes are no frame"),
        (lambda: unframe(bytes(11) + b"\2" + bytes(8)), "says that it has 2 words, and has 8 bytes"),
    ],
)
def test_what_there_is_not(wrong: object, text: str) -> None:
    pytest.importorskip("bitstring")
    with pytest.raises(WordError, match=text):
        wrong()  # type: ignore[operator]


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["words", "make", "Address", "address=0x16001e", "byte_enables=15"]) == 0
    assert capsys.readouterr().out == "0x0b00000f0016001e\n"
    assert main(["words", "show", "0x0b00000f0016001e"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].endswith("Address(address=0x16001e, byte_enables=0xf, is_read=0x0)") and shown[3].split() == [
        "byte_enables",
        "[35:32]",
        "1111",
        "0xf",
    ]
    assert main(["words", "list"]) == 0 and "WaitUntil" in capsys.readouterr().out
    assert main(["words", "show", "b00"]) == 1 and "'b00' is no number" in capsys.readouterr().err


def test_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("bitstring")
    runpy.run_path(str(EXAMPLE))
    answer = capsys.readouterr().out.splitlines()[-1]
    assert "0x" in answer and len(answer.split(",")) >= 2
