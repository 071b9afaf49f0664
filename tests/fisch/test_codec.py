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
        assert f"{message.group}::{message.name}" == name
        assert (message.header, message.payload_bits) == (int(row["header"], 16), row["payload_bits"])
        assert message.bytes * 8 == row["word_bits"]
    assert [sum(row["rec"] == "instr" and row["dir"] == side for row in UT) for side in ("to_fpga", "from_fpga")] == [16, 13]


def test_compiled_code_uses_the_same_numbers():
    text = (Path(fisch.__file__).parent / "ut.pxd").read_text()
    numbers = {name: int(value, 0) for name, value in re.findall(r"^    (\w+) = (\w+)$", text, re.M)}

    def constant(prefix: str, group: str, name: str) -> str:
        words = re.sub(r"(?<=[a-z])(?=[A-Z\d])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()
        start = next((start for start in ("JTAG_", "OMNIBUS_") if start.strip("_").lower() in group), "")
        return prefix + start + words

    expected = {f"JTAG_{name}": value for name, value in ut.JTAG_INSTRUCTION.items() if name not in {f"PHY{n}" for n in range(1, 8)}}
    expected |= {constant("TO_", message.group, message.name): message.header for message in ut.TO_FPGA}
    expected |= {constant("FROM_", message.group, message.name): message.header for message in ut.FROM_FPGA}
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
    assert decoder.madc_samples.tolist() == [tuple(sample) for sample in row["madc"]]
    assert decoder.spike_pack_counts == tuple(row["spike_pack_counts"])
    assert decoder.madc_pack_counts == tuple(row["madc_pack_counts"])
    assert len(decoder.highspeed_link_notifications) == len(row["highspeed"])


@pytest.mark.parametrize("row", RESPONSES, ids=lambda row: str(row["k"]))
def test_event_streams_are_packed_as_the_original_does(row):
    assert list(written([(header, number(payload)) for header, payload in row["messages"]])) == list(words_of(row["phywords"]))


# ------------------------------------------------------------------------------------------------------------------------ round trips
def from_fpga_messages() -> st.SearchStrategy[tuple[int, int]]:
    return st.sampled_from(ut.FROM_FPGA).flatmap(lambda m: st.tuples(st.just(m.header), st.integers(0, 2**m.payload_bits - 1)))


def reference(messages) -> dict[str, list]:
    """What a list of messages means, message by message and by the book."""
    result = {name: [] for name in ("omnibus", "jtag", "loopback", "spikes", "madc_samples", "highspeed_link_notifications", "timeouts")}
    time = 0
    for header, payload in messages:
        time = (time + 1) % 2**43
        name = ut.FROM_FPGA[header].name
        events = [payload >> 24 * i & 0xFFFFFF for i in range(ut.FROM_FPGA[header].payload_bits // 24)][::-1]
        chip_times = [(time & ~0x7F) + (event >> 17) for event in events]
        chip_times = [(chip - 128 if chip > time else chip) % 2**43 for chip in chip_times]
        if name == "Systime":
            time = payload
        elif name == "Sysdelta":
            time = (time + payload) % 2**43
        elif name.startswith("Spike"):
            result["spikes"] += [(event & 0xFFFF, time, chip) for event, chip in zip(events, chip_times, strict=True)]
        elif name.startswith("MADC"):
            result["madc_samples"] += [(event & 0x3FF, event >> 10 & 1, time, chip) for event, chip in zip(events, chip_times, strict=True)]
        elif name == "TimeoutNotification":
            result["timeouts"].append((payload & 0xFFFFFFFF, payload >> 32 & 0x7F, payload >> 39, time))
        else:
            key = {0: "jtag", 1: "omnibus", 2: "loopback", 3: "highspeed_link_notifications"}[header]
            result[key].append((payload, time))
    return result


def possible(message: tuple[int, int]) -> bool:
    """Time-out notifications beyond the range of the original's types are errors, tested elsewhere."""
    return message[0] != 4 or (message[1] >> 32 & 0x7F <= 96 and message[1] >> 39 <= 52)


MESSAGES = st.lists(from_fpga_messages().filter(possible), max_size=12)
FILL = st.lists(st.integers(2**63, 2**64 - 1), max_size=2)


@settings(deadline=None, max_examples=60)
@given(groups=st.lists(st.tuples(MESSAGES, FILL), max_size=6), data=st.data())
def test_any_stream_in_any_pieces(groups, data):
    """Messages in groups, each group flushed and followed by fill words, pushed in pieces of any size."""
    parts = []
    for messages, fill in groups:
        parts += [written(messages), np.array(fill, np.uint64)]
    words = np.concatenate([np.empty(0, np.uint64), *parts])
    cuts = data.draw(st.lists(st.integers(0, len(words)), max_size=5))
    decoder = decoded(words, cuts)
    for name, rows_ in reference([message for messages, _ in groups for message in messages]).items():
        assert getattr(decoder, name).tolist() == rows_, name
    assert decoder.position == 8 * len(words)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 2**43 - 1) | st.integers(0, 1000), st.integers(0, 2**32 - 1)), max_size=40))
def test_annotated_messages_carry_their_time(stamps):
    writer = fisch.ResponseWriter()
    for time, data in stamps:
        writer.annotate(time)
        writer.omnibus(data)
        assert writer.time == time
    writer.flush()
    assert decoded(writer.words()).omnibus.tolist() == [(data, time) for time, data in stamps]


@pytest.mark.parametrize("ahead, extra", [(1, []), (2, [6]), (257, [6]), (258, [5]), (0, [5])])
def test_annotation_is_the_shortest(ahead, extra):
    writer = fisch.ResponseWriter()
    writer.systime(1000)
    writer.annotate(1000 + ahead)
    writer.omnibus(1)
    assert [int(word >> np.uint64(56)) for word in writer.words()] == [5, *extra, 1]


def test_bytes_after_a_comma_do_not_matter():
    stream = "0500000123456789 0caa1111bb2222cc 333301000000cafe babe020000000000 0000ffffffffffff 0200000000000001"
    decoder = decoded(words_of(stream.split()))
    assert decoder.omnibus["data"].tolist() == [0xCAFEBABE]
    assert decoder.loopback["tick"].tolist() == [0, 1]
    assert decoder.halts == 1


def test_clear_starts_a_new_run():
    decoder = decoded(words_of(["0caa1111bb2222cc"]))
    decoder.clear()
    decoder.push(words_of(["01000000cafebabe"]))
    assert decoder.omnibus.tolist() == [(0xCAFEBABE, 1)]
    assert len(decoder.spikes) == 0 and decoder.spike_pack_counts == (0, 0, 0)


def test_large_streams_straddle_internal_blocks():
    """Longer than any internal block, of a length that never meets its borders."""
    writer = fisch.ResponseWriter()
    for i in range(20000):
        writer.append(0x0C, i)
        writer.append(0x01, i)
    writer.flush()
    decoder = decoded(writer.words())
    assert decoder.omnibus["data"].tolist() == list(range(20000))
    assert decoder.spikes["label"][2::3].tolist() == [i & 0xFFFF for i in range(20000)]


# ----------------------------------------------------------------------------------------------------------------------------- errors
@pytest.mark.parametrize("before", [0, 1, 5])
def test_unknown_header_from_fpga_names_the_byte(before):
    words = np.concatenate([written([(0x0C, 0)] * before + [(0x01, 7)]), words_of(["0d00000000000000"])])
    offset = 8 * len(words) - 8
    decoder = fisch.ResponseDecoder()
    with pytest.raises(fisch.WireError, match=rf"Unknown UT message header: 13 \(byte {offset} from the FPGA\)") as caught:
        decoder.push(words)
    assert caught.value.position == offset
    assert decoder.omnibus["data"].tolist() == [7]
    with pytest.raises(fisch.WireError):
        decoder.push(words_of(["01000000cafebabe"]))


@pytest.mark.parametrize("stalls, reads, fine", [(96, 52, True), (97, 0, False), (0, 53, False)])
def test_time_out_notification_out_of_range(stalls, reads, fine):
    words = written([(0x04, reads << 39 | stalls << 32 | 1234)])
    if fine:
        assert decoded(words).timeouts.tolist() == [(1234, stalls, reads, 1)]
    else:
        with pytest.raises(fisch.WireError, match="byte 0"):
            decoded(words)


def test_unknown_header_to_fpga_names_the_word():
    with pytest.raises(fisch.WireError, match=r"header: 16 \(word 2 to the FPGA\)") as caught:
        fisch.decode_to_fpga(words_of(["0400000000000000", "0a00000000000000", "1000000000000000"]))
    assert caught.value.position == 2
    with pytest.raises(fisch.WireError, match="header: 16"):
        fisch.encode_to_fpga([16], [0])


@pytest.mark.parametrize("bits, fine", [(2, False), (3, True), (33, True), (34, False)])
def test_length_of_jtag_scans(bits, fine):
    words = np.array([0x04 << 56, 0x03 << 56 | 1 << 48 | bits << 40], np.uint64)
    if fine:
        assert fisch.decode_to_fpga(words)[0].tolist() == [4, 3]
    else:
        with pytest.raises(fisch.WireError, match=f"JTAG scan of {bits} bits in word 1"):
            fisch.decode_to_fpga(words)


def test_payload_too_wide():
    with pytest.raises(fisch.WireError, match="payload 0x20 of word 0 does not fit Barrier"):
        fisch.encode_to_fpga([7], [0x20])
    with pytest.raises(fisch.WireError, match="does not fit Sysdelta"):
        fisch.ResponseWriter().append(6, 256)


# ---------------------------------------------------------------------------------------------------------------------------- buffers
@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 15)), max_size=50))
def test_omnibus_writes(accesses):
    address, data, enables = np.array(accesses, np.uint32).reshape(-1, 3).T
    headers, payloads = fisch.decode_to_fpga(fisch.encode_omnibus_writes(address, data, enables.astype(np.uint8)))
    assert headers.tolist() == [0x0B, 0x0C] * len(accesses)
    assert payloads[::2].tolist() == [e << 32 | a for a, _, e in accesses]
    assert payloads[1::2].tolist() == data.tolist()


def test_omnibus_reads():
    assert list(fisch.encode_omnibus_reads([0x8800000C])) == [0x0B00001F8800000C]


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="2 addresses, 1 words"):
        fisch.encode_omnibus_writes([1, 2], [3])


def test_word_buffer_grows_and_forgets():
    buffer = fisch.WordBuffer()
    parts = [np.arange(n, dtype=np.uint64) for n in (0, 1, 63, 1000)]
    for part in parts:
        buffer.append(part)
    assert len(buffer) == 1064
    assert np.array_equal(buffer.to_numpy(), np.concatenate(parts))
    buffer.clear()
    assert len(buffer) == 0 and len(buffer.to_numpy()) == 0


def test_messages_describe_themselves():
    assert ut.TO_FPGA[0x0B].describe(0x1F8800000C) == "omnibus_to_fpga::Address(address=0x8800000c, byte_enables=0xf, is_read=0x1)"
