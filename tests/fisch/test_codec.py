"""Wire words against the original's: every message, streams in both directions, and what the driver decodes from a stream."""

import gzip
import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fisch
from fisch import ut

GOLDEN = Path(__file__).parents[1] / "golden"


def rows(name: str) -> list[dict]:
    with gzip.open(GOLDEN / name, "rt") as file:
        return [json.loads(line) for line in file]


UT = rows("ut_messages.jsonl.gz")
RESPONSES = rows("responses.jsonl.gz")


def number(text: str) -> int:
    return int(text, 16) if text else 0


def words_of(texts: list[str]) -> np.ndarray:
    return np.array([int(text, 16) for text in texts], np.uint64)


def written(messages) -> np.ndarray:
    writer = fisch.ResponseWriter()
    for header, payload in messages:
        writer.append(header, payload)
    writer.flush()
    return writer.words()


def decoded(words, cuts=()) -> fisch.ResponseDecoder:
    decoder = fisch.ResponseDecoder()
    for part in np.split(words, sorted(cuts)):
        decoder.push(part)
    return decoder


def test_dictionaries_are_the_originals():
    for row in (row for row in UT if row["rec"] == "instr"):
        message = (ut.TO_FPGA if row["dir"] == "to_fpga" else ut.FROM_FPGA)[row["index"]]
        name = re.sub(r"<(\d)ul>", r"\1", row["instr"])
        assert (f"{message.group}::{message.name}", message.header, message.payload_bits) == (name, int(row["header"], 16), row["payload_bits"])
        assert message.bytes * 8 == row["word_bits"]
    assert [sum(row["rec"] == "instr" and row["dir"] == side for row in UT) for side in ("to_fpga", "from_fpga")] == [16, 13]


def test_compiled_code_uses_the_same_numbers():
    text = (Path(fisch.__file__).parent / "_ut.pxd").read_text()
    numbers = {name: int(value, 0) for name, value in re.findall(r"^    (\w+) = (\w+)$", text, re.M)}

    def constant(prefix: str, group: str, name: str) -> str:
        words = re.sub(r"(?<=[a-z])(?=[A-Z\d])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()
        start = {"to_fpga_jtag": "JTAG_", "jtag_from_hicann": "JTAG_", "omnibus_to_fpga": "OMNIBUS_", "omnibus_from_fpga": "OMNIBUS_"}.get(group, "")
        return prefix + start + words

    expected = {constant("TO_", m.group, m.name): m.header for m in ut.TO_FPGA} | {constant("FROM_", m.group, m.name): m.header for m in ut.FROM_FPGA}
    expected |= {f"JTAG_{name}": value for name, value in ut.JTAG_INSTRUCTION.items() if name not in {f"PHY{n}" for n in range(1, 8)}}
    assert numbers == expected


@pytest.mark.parametrize("row", [row for row in UT if row["rec"] == "vec" and row["dir"] == "to_fpga"], ids=lambda row: row["raw"])
def test_message_to_fpga(row):
    words = words_of(row["phywords"])
    assert list(fisch.encode_to_fpga([row["index"]], [number(row["payload"])])) == list(words)
    if "decode_error" in row:
        with pytest.raises(fisch.WireError, match=r"JTAG scan of \d+ bits in word 0"):
            fisch.decode_to_fpga(words)
    else:
        headers, payloads = fisch.decode_to_fpga(words)
        assert (headers[0], payloads[0]) == (row["index"], number(row["payload"]))


@pytest.mark.parametrize("row", [row for row in UT if row["rec"] == "vec" and row["dir"] == "from_fpga"], ids=lambda row: row["raw"])
def test_message_from_fpga(row):
    assert list(written([(row["index"], number(row["payload"]))])) == list(words_of(row["phywords"]))


@pytest.mark.parametrize("row", [row for row in UT if row["rec"] == "stream"], ids=lambda row: f"{row['dir']}-{len(row['messages'])}")
def test_stream(row):
    messages = [(header, number(payload)) for header, payload in row["messages"]]
    words = words_of(row["phywords"])
    if row["dir"] == "from_fpga":
        assert list(written(messages)) == list(words)
    else:
        headers, payloads = zip(*messages, strict=True)
        assert list(fisch.encode_to_fpga(headers, payloads)) == list(words)


@pytest.mark.parametrize("row", RESPONSES, ids=lambda row: str(row["k"]))
@pytest.mark.parametrize("step", [1, 3, 10**6])
def test_events_as_the_original_decodes_them(row, step):
    words = words_of(row["phywords"])
    decoder = decoded(words, range(step, len(words), step))
    assert decoder.spikes.tolist() == [tuple(spike) for spike in row["spikes"]]
    assert [(int(s["value"]), int(s["channel"]), int(s["fpga_time"]), int(s["chip_time"])) for s in decoder.madc_samples] == [tuple(s) for s in row["madc"]]
    assert decoder.spike_pack_counts == tuple(row["spike_pack_counts"])
    assert decoder.madc_pack_counts == tuple(row["madc_pack_counts"])
    assert len(decoder.highspeed_link_notifications) == len(row["highspeed"])


@pytest.mark.parametrize("row", RESPONSES, ids=lambda row: str(row["k"]))
def test_event_streams_are_packed_as_the_original_does(row):
    assert list(written([(header, number(payload)) for header, payload in row["messages"]])) == list(words_of(row["phywords"]))
