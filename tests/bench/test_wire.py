"""Messages per second on the wire, beside plain numpy doing the same shifts and masks."""

import numpy as np
import pytest

from fisch import ResponseDecoder, ResponseWriter, decode_to_fpga, encode_omnibus_writes

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


@pytest.mark.benchmark(group="decode what comes from the FPGA")
def test_decode_responses(benchmark):
    writer = ResponseWriter()
    for value in range(1000):
        writer.omnibus(value)
    writer.flush()
    words = np.tile(writer.words(), MESSAGES // 1000)

    def decode():
        decoder = ResponseDecoder()
        decoder.push(words)
        return decoder.omnibus

    answers = benchmark(decode)
    rate(benchmark)
    assert len(answers) == MESSAGES and answers["data"][1999] == 999
