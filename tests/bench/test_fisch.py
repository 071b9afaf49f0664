"""Programs on the level of the wire: building from arrays and from objects, responses, spikes; beside numpy doing the same shifts."""

import numpy as np
import pytest

import fisch
from fisch import Omnibus, SpikePack1ToChip, SpikePack2ToChip, SpikePack3ToChip, WaitUntil
from halco import OmnibusAddress, SpikePack1ToChipOnDLS, WaitUntilOnFPGA

N = 1_000_000
OBJECTS = 100_000
rng = np.random.default_rng(5)
ADDRESSES = rng.integers(0, 1 << 32, N, dtype=np.uint32)
WORDS = rng.integers(0, 1 << 32, N, dtype=np.uint32)
LABELS = rng.integers(0, 1 << 16, (N, 3), dtype=np.uint32)
ZEROS = np.zeros(N, np.uint32)


def rate(benchmark, count):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info["million per second"] = round(count / benchmark.stats.stats.median / 1e6, 1)


def built(action):
    """Number of messages of a program that consists of one action."""
    builder = fisch.PlaybackProgramBuilder()
    action(builder)
    return builder.done().size_to_fpga


@pytest.mark.benchmark(group="fisch builder, arrays")
@pytest.mark.parametrize(
    ("action", "messages"),
    [
        (lambda builder: builder.read_array(Omnibus, ADDRESSES), 1),
        (lambda builder: builder.write_array(Omnibus, ADDRESSES, WORDS), 2),
        (lambda builder: builder.write_array(WaitUntil, ZEROS, WORDS), 1),
        (lambda builder: builder.write_array(SpikePack1ToChip, ZEROS, LABELS[:, :1]), 1),
        (lambda builder: builder.write_array(SpikePack2ToChip, ZEROS, LABELS[:, :2]), 1),
        (lambda builder: builder.write_array(SpikePack3ToChip, ZEROS, LABELS), 1),
    ],
    ids=["omnibus reads", "omnibus writes", "waits", "spike pack 1", "spike pack 2", "spike pack 3"],
)
def test_arrays(benchmark, action, messages):
    assert benchmark(built, action) == messages * N
    rate(benchmark, N)


@pytest.mark.benchmark(group="fisch builder, arrays")
def test_arrays_numpy(benchmark):
    """What the reads are measured against."""
    words = benchmark(lambda: ADDRESSES | np.uint64(0x0B00001F00000000))
    rate(benchmark, N)
    assert words[0] == 0x0B00001F00000000 | int(ADDRESSES[0])


@pytest.fixture(scope="module")
def objects():
    """Lists as a script holds them: coordinates and containers."""
    addresses = [OmnibusAddress(i) for i in range(OBJECTS)]
    return addresses, [Omnibus(i) for i in range(OBJECTS)]


@pytest.mark.benchmark(group="fisch builder, objects")
@pytest.mark.parametrize("verb", ["reads", "writes", "single writes"])
def test_objects(benchmark, objects, verb):
    addresses, configs = objects

    def singly(builder):
        for address, config in zip(addresses, configs, strict=True):
            builder.write(address, config)

    actions = {
        "reads": lambda builder: builder.read(addresses),
        "writes": lambda builder: builder.write(addresses, configs),
        "single writes": singly,
    }
    assert benchmark(built, actions[verb]) == OBJECTS * (1 if verb == "reads" else 2)
    rate(benchmark, OBJECTS)


@pytest.mark.benchmark(group="fisch builder, objects")
def test_spike_train_of_objects(benchmark):
    """Wait and spike, one call each."""
    times, spikes = [WaitUntil(10 * i) for i in range(OBJECTS)], [SpikePack1ToChip([i % 65536]) for i in range(OBJECTS)]
    timer, chip = WaitUntilOnFPGA(), SpikePack1ToChipOnDLS()

    def train(builder):
        for time, spike in zip(times, spikes, strict=True):
            builder.write(timer, time)
            builder.write(chip, spike)

    assert benchmark(built, train) == 2 * OBJECTS
    rate(benchmark, OBJECTS)


@pytest.fixture(scope="module")
def answers():
    """The words that answer N omnibus reads."""
    return np.append(WORDS | np.uint64(1 << 56), np.uint64(0x02 << 56))


@pytest.mark.benchmark(group="fisch responses")
def test_responses(benchmark, answers):
    """From the words of the stream to a program whose tickets are valid."""
    builder = fisch.PlaybackProgramBuilder()
    ticket = builder.read_array(Omnibus, ADDRESSES)
    program = builder.done()

    def process():
        decoder = fisch.ResponseDecoder()
        decoder.push(answers)
        program.take(decoder)

    benchmark(process)
    rate(benchmark, N)
    assert program.tickets_valid() and np.array_equal(ticket.to_numpy(), WORDS)


@pytest.mark.benchmark(group="fisch responses")
@pytest.mark.parametrize("way", ["to_numpy", "get"])
def test_tickets(benchmark, answers, way):
    count = N if way == "to_numpy" else OBJECTS
    builder = fisch.PlaybackProgramBuilder()
    ticket = builder.read_array(Omnibus, ADDRESSES[:count])
    program, decoder = builder.done(), fisch.ResponseDecoder()
    decoder.push(answers[:count])
    program.take(decoder)
    assert len(benchmark(getattr(ticket, way))) == count
    rate(benchmark, count)


@pytest.mark.benchmark(group="fisch responses")
@pytest.mark.parametrize("count", [1, 2, 3])
def test_spikes(benchmark, count):
    """Recorded spikes, in packs of one to three, with a time annotation each."""
    packs = N // 3
    writer = fisch.ResponseWriter()
    for i in range(1000):
        writer.annotate(1000 + 10 * i)
        writer.append(9 + count, 0)
    writer.flush()
    words = np.tile(writer.words(), packs // 1000)

    def decode():
        decoder = fisch.ResponseDecoder()
        decoder.push(words)
        return decoder.spikes

    assert len(benchmark(decode)) == packs // 1000 * 1000 * count
    rate(benchmark, packs * count)
