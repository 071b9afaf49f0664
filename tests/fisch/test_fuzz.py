"""Words that nobody meant: only typed errors, at the place they name, and everything works again after `clear`."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fisch
from fisch import dump, ut

WORDS = st.lists(st.integers(0, 2**64 - 1), max_size=60)
LIKELY = st.lists(st.tuples(st.integers(0, 0x10), st.integers(0, 2**56 - 1)).map(lambda parts: parts[0] << 56 | parts[1]), max_size=60)
FINE = np.array([0x0500000000000010, 0x01000000CAFEBABE, 0x0200000000000000], np.uint64)
MANY = 1_000_000


def works(decoder):
    decoder.clear()
    assert decoder.push(FINE) == 1
    assert decoder.omnibus.tolist() == [(0xCAFEBABE, 17)]
    assert decoder.position == 8 * len(FINE) and not len(decoder.spikes) and not len(decoder.timeouts)


def before_error(words):
    """Messages that a slow and simple reader finds, and where it stops (None: nowhere)."""
    found, stop = [], None
    try:
        for position, message, payload in dump.from_fpga_messages(words):
            late = message.name == "TimeoutNotification" and (
                payload >> 32 & 0x7F > ut.TRACE_STALLS_MAX or payload >> 39 > ut.OMNIBUS_READS_MAX
            )
            if late:
                return found, position
            found.append(message.header)
    except fisch.WireError as error:
        stop = error.position
    return found, stop


def counted(decoder):
    counts = [len(decoder.jtag), len(decoder.omnibus), len(decoder.loopback), len(decoder.highspeed_link_notifications)]
    return [*counts, len(decoder.timeouts), *decoder.madc_pack_counts, *decoder.spike_pack_counts]


def pushed(decoder, words, cuts=()):
    """Byte at which the decoder stops, None if it takes everything."""
    try:
        for part in np.split(words, sorted(cuts)):
            decoder.push(part)
    except fisch.WireError as error:
        assert str(error.position) in str(error)
        return error.position
    return None


@settings(deadline=None, max_examples=500)
@given(WORDS | LIKELY, st.lists(st.integers(0, 60), max_size=4))
def test_any_words_from_the_fpga(numbers, cuts):
    """The same messages and the same error as a reader that goes byte by byte."""
    words = np.array(numbers, np.uint64)
    decoder = fisch.ResponseDecoder()
    stop = pushed(decoder, words, [min(cut, len(words)) for cut in cuts])
    found, expected = before_error(words)
    assert stop == expected
    assert counted(decoder) == [found.count(header) for header in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 12)]
    if stop is not None:
        with pytest.raises(fisch.WireError):
            decoder.push(FINE)
    works(decoder)


@settings(deadline=None, max_examples=500)
@given(WORDS | LIKELY)
def test_any_words_to_the_fpga(numbers):
    words = np.array(numbers, np.uint64)
    bad = [i for i, word in enumerate(numbers) if word >> 56 > 15 or (word >> 56 == 3 and not 3 <= word >> 40 & 0xFEFF <= 33)]
    if bad:
        with pytest.raises(fisch.WireError) as caught:
            fisch.decode_to_fpga(words)
        assert caught.value.position == bad[0]
        words = words[: bad[0]]
    headers, payloads = fisch.decode_to_fpga(words)
    assert headers.tolist() == [int(word) >> 56 for word in words]
    assert payloads.tolist() == [int(word) & (1 << ut.TO_FPGA[int(word) >> 56].payload_bits) - 1 for word in words]


@pytest.mark.parametrize("headers", [256, 13])
def test_a_million_random_words_from_the_fpga(headers):
    """Pure noise, and noise that starts with possible headers; every error is followed by a fresh start behind it."""
    generator = np.random.default_rng(headers)
    words = generator.integers(0, 2**64, MANY, dtype=np.uint64)
    words = words & np.uint64(2**56 - 1) | generator.integers(0, headers, MANY, dtype=np.uint64) << np.uint64(56)
    decoder = fisch.ResponseDecoder()
    start = restarts = 0
    while start < MANY:
        stop = pushed(decoder, words[start : start + 4096])
        start += 4096 if stop is None else stop // 8 + 1
        restarts += 1
        decoder.clear()
    assert restarts > 50_000
    works(decoder)


@pytest.mark.parametrize("valid", [True, False])
def test_a_million_random_words_to_the_fpga(valid):
    generator = np.random.default_rng(1)
    words = generator.integers(0, 2**64, MANY, dtype=np.uint64)
    if not valid:
        with pytest.raises(fisch.WireError):
            fisch.decode_to_fpga(words)
        return
    headers = generator.integers(0, 16, MANY).astype(np.uint8)
    widths = np.array([(1 << message.payload_bits) - 1 for message in ut.TO_FPGA], np.uint64)
    payloads = words & widths[headers]
    scans = headers == 3
    payloads[scans] = payloads[scans] & np.uint64(1 << 48 | (1 << 33) - 1) | generator.integers(
        3, 34, scans.sum(), dtype=np.uint64
    ) << np.uint64(40)
    again = fisch.decode_to_fpga(fisch.encode_to_fpga(headers, payloads))
    assert np.array_equal(again[0], headers) and np.array_equal(again[1], payloads)


# ------------------------------------------------------------------------------------------------------------------------- properties
@pytest.mark.parametrize("message", ut.TO_FPGA, ids=lambda message: message.name)
@given(st.data())
def test_every_message_to_the_fpga_comes_back(message, data):
    payload = data.draw(st.integers(0, (1 << message.payload_bits) - 1))
    if message.name == "Data" and message.group == "to_fpga_jtag":
        payload = data.draw(st.integers(0, 1)) << 48 | data.draw(st.integers(3, 33)) << 40 | payload & 2**33 - 1
    (word,) = fisch.encode_to_fpga([message.header], [payload])
    headers, payloads = fisch.decode_to_fpga([word])
    assert (headers[0], payloads[0]) == (message.header, payload)
    assert sum(field.get(payload) << field.low for field in message.fields) == payload


@pytest.mark.parametrize("message", ut.FROM_FPGA, ids=lambda message: message.name)
@given(st.data())
def test_every_message_from_the_fpga_comes_back(message, data):
    payload = data.draw(st.integers(0, (1 << message.payload_bits) - 1))
    writer = fisch.ResponseWriter()
    writer.append(message.header, payload)
    writer.flush()
    assert [(found.header, content) for _, found, content in dump.from_fpga_messages(writer.words())] == [(message.header, payload)]


STEPS = st.integers(0, 3) | st.integers(0, 600) | st.integers(0, 2**43 - 1)


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**43 - 1), st.lists(st.tuples(STEPS, st.sampled_from([1, 2, 3])), max_size=40), st.data())
def test_time_annotation(start, steps, data):
    """Spike packs at times that never decrease, also over the end of the 43 bits, cut anywhere: all of them carry their time."""
    writer, expected, time = fisch.ResponseWriter(), [], start
    for step, count in steps:
        time = (time + step) % 2**43
        writer.annotate(time)
        ages = sorted(data.draw(st.lists(st.integers(0, 127), min_size=count, max_size=count)))
        stamps = [(time - age) % 2**43 for age in ages]
        spikes = [(stamp % 128) << 17 | label for label, stamp in enumerate(stamps)]
        writer.append(9 + count, sum(spike << 24 * (count - 1 - i) for i, spike in enumerate(spikes)))
        assert writer.time == time
        expected += [(label, time, stamp) for label, stamp in enumerate(stamps)]
    writer.flush()
    words = writer.words()
    decoder = fisch.ResponseDecoder()
    assert pushed(decoder, words, data.draw(st.lists(st.integers(0, len(words)), max_size=4))) is None
    assert decoder.spikes.tolist() == expected


@pytest.mark.parametrize("before", [1, 2, 5, 200])
def test_time_starts_again_after_43_bits(before):
    writer = fisch.ResponseWriter()
    writer.systime(2**43 - before)
    for _ in range(before + 2):
        writer.omnibus(0)
    writer.flush()
    decoder = fisch.ResponseDecoder()
    decoder.push(writer.words())
    assert decoder.omnibus["fpga_time"].tolist() == [(2**43 - before + i) % 2**43 for i in range(1, before + 3)]
    assert writer.time == decoder.time == 2
