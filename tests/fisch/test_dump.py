"""Messages as text."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

import fisch
from fisch import dump


def test_programs_as_text():
    words = np.array([0x0B00001F8800000C, 0x0900000000000001, 0x0D00000000001111], np.uint64)
    assert list(dump.to_fpga_lines(words)) == [
        "omnibus_to_fpga::Address(address=0x8800000c, byte_enables=0xf, is_read=0x1)",
        "system::Reset(asserted=0x1)",
        "event_to_fpga::SpikePack1(label0=0x1111)",
    ]


def test_messages_from_the_fpga_are_found_again():
    with gzip.open(Path(__file__).parents[1] / "golden" / "responses.jsonl.gz", "rt") as file:
        rows = [json.loads(line) for line in file]
    for row in rows:
        words = np.array([int(word, 16) for word in row["phywords"]], np.uint64)
        found = [(message.header, payload) for _, message, payload in dump.from_fpga_messages(words)]
        assert found == [(header, int(payload, 16)) for header, payload in row["messages"]]


def test_responses_as_text():
    words = np.array([0x0CAA1111BB2222CC, 0x3333010000000000, 0x0007800000000000], np.uint64)
    lines = ["event_from_fpga::SpikePack3(spike0=0xaa1111, spike1=0xbb2222, spike2=0xcc3333)", "omnibus_from_fpga::Data(data=0x7)"]
    assert list(dump.from_fpga_lines(words)) == lines
    with pytest.raises(fisch.WireError, match="byte 8 "):
        list(dump.from_fpga_lines(np.array([1 << 56, 14 << 56], np.uint64)))
