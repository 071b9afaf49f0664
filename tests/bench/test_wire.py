"""Messages per second on the wire, beside plain numpy doing the same shifts and masks."""

import numpy as np
import pytest

from fisch import ResponseDecoder, ResponseWriter, decode_to_fpga, encode_omnibus_writes, encode_to_fpga, ut
from fisch.decoder import OMNIBUS_DTYPE

MESSAGES = 1_000_000
rng = np.random.default_rng(7)
ADDRESSES = rng.integers(0, 1 << 32, MESSAGES // 2, dtype=np.uint32)
DATA = rng.integers(0, 1 << 32, MESSAGES // 2, dtype=np.uint32)


def numpy_encode(addresses, data):
    words = np.empty(2 * len(addresses), dtype=np.uint64)
    words[0::2] = np.uint64(0x0B << 56 | 0xF << 32) | addresses
    words[1::2] = np.uint64(0x0C << 56) | data
    return words


def numpy_decode(words):
    return (words >> np.uint64(56)).astype(np.uint8), words & np.uint64((1 << 56) - 1)


def rate(benchmark):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info["million messages per second"] = round(MESSAGES / benchmark.stats.stats.median / 1e6, 1)


@pytest.mark.benchmark(group="encode")
@pytest.mark.parametrize("encode", [encode_omnibus_writes, numpy_encode], ids=["fisch", "numpy"])
def test_encode(benchmark, encode):
    words = benchmark(encode, ADDRESSES, DATA)
    rate(benchmark)
    assert np.array_equal(words, numpy_encode(ADDRESSES, DATA))


@pytest.mark.benchmark(group="decode what goes to the FPGA")
@pytest.mark.parametrize("decode", [decode_to_fpga, numpy_decode], ids=["fisch", "numpy"])
def test_decode_to_fpga(benchmark, decode):
    headers, payloads = benchmark(decode, numpy_encode(ADDRESSES, DATA))
    rate(benchmark)
    assert headers[0] == 0x0B and payloads[1] == DATA[0]


def numpy_encode_any(headers, payloads):
    return headers.astype(np.uint64) << np.uint64(56) | payloads


@pytest.mark.benchmark(group="encode any messages")
@pytest.mark.parametrize("encode", [encode_to_fpga, numpy_encode_any], ids=["fisch", "numpy"])
def test_encode_any(benchmark, encode):
    """Kinds of messages in any order; fisch also checks that every payload fits."""
    headers, payloads = rng.integers(0, 16, MESSAGES).astype(np.uint8), rng.integers(0, 2, MESSAGES).astype(np.uint64)
    headers[headers == 3] = 0x0C  # scans have a shortest length
    payloads[(headers == 0) | (headers == 4)] = 0
    words = benchmark(encode, headers, payloads)
    rate(benchmark)
    assert np.array_equal(words, numpy_encode_any(headers, payloads))


@pytest.fixture(scope="module")
def answers():
    """The words that answer as many omnibus reads."""
    writer = ResponseWriter()
    for value in range(1000):
        writer.omnibus(value)
    writer.flush()
    return np.tile(writer.words(), MESSAGES // 1000)


def fisch_decode_responses(words):
    decoder = ResponseDecoder()
    decoder.push(words)
    return decoder.omnibus


def numpy_decode_responses(words):
    """What is known to be omnibus data only: no other messages, no message across words, no fill words, no time annotation."""
    rows = np.empty(len(words), OMNIBUS_DTYPE)
    rows["data"] = words & np.uint64(0xFFFFFFFF)
    rows["fpga_time"] = np.arange(1, len(words) + 1)
    assert ((words >> np.uint64(56)) == 1).all()
    return rows


@pytest.mark.benchmark(group="decode what comes from the FPGA")
@pytest.mark.parametrize("decode", [fisch_decode_responses, numpy_decode_responses], ids=["fisch", "numpy"])
def test_decode_responses(benchmark, answers, decode):
    rows = benchmark(decode, answers)
    rate(benchmark)
    assert np.array_equal(rows, numpy_decode_responses(answers)) and rows["data"][1999] == 999


@pytest.mark.benchmark(group="decode what comes from the FPGA")
def test_decode_mixed_responses(benchmark):
    """All kinds of messages in random order, most of them across words: the worst that can come."""
    writer = ResponseWriter()
    for header in rng.integers(0, len(ut.FROM_FPGA), MESSAGES // 100):
        if header == 4:
            writer.timeout(5, 3, 2)
        else:
            writer.append(int(header), int(rng.integers(0, 1 << min(ut.FROM_FPGA[header].payload_bits, 62))))
    writer.flush()
    words = np.tile(writer.words(), 100)

    def decode():
        decoder = ResponseDecoder()
        decoder.push(words)
        return sum(decoder.spike_pack_counts)

    assert benchmark(decode) > MESSAGES // 10
    rate(benchmark)
