"""What a user of the Python layers feels: import, building a program, an idle wait on the chip."""

import subprocess
import sys
import time

import numpy as np
import pytest

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta


@pytest.mark.benchmark(group="cold import")
@pytest.mark.parametrize("statement", ["from dlens_vx_v3 import hal, halco, hxcomm, lola, sta", "import numpy"], ids=["stack", "numpy"])
def test_import(benchmark, statement):
    """Whole processes: the start of Python (some 15 ms) is in both."""
    benchmark.pedantic(subprocess.run, args=([sys.executable, "-c", statement],), kwargs={"check": True}, rounds=5)


def write_rate(benchmark, count):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info["million writes per second"] = round(count / benchmark.stats.stats.median / 1e6, 2)


@pytest.mark.benchmark(group="write containers, one by one")
def test_write(benchmark):
    """`builder.write` of a container of four words."""
    config, coordinates = hal.NeuronBackendConfig(), list(halco.iter_all(halco.NeuronBackendConfigOnDLS))

    def build():
        builder = sta.PlaybackProgramBuilder()
        for coordinate in coordinates:
            builder.write(coordinate, config)
        return builder

    builder = benchmark(build)
    write_rate(benchmark, len(coordinates))
    assert builder.size_to_fpga() == 512 * 4 * 2


@pytest.mark.benchmark(group="write containers, one by one")
def test_write_by_numpy(benchmark):
    """The words of each container copied into an array, once per container: the least that a loop over numpy can do."""
    config, coordinates = hal.NeuronBackendConfig(), list(halco.iter_all(halco.NeuronBackendConfigOnDLS))
    one = sta.PlaybackProgramBuilder()
    one.write(coordinates[0], config)
    prepared = one.words

    def build():
        words = np.empty(8 * len(coordinates), np.uint64)
        for index in range(len(coordinates)):
            words[8 * index : 8 * index + 8] = prepared
        return words

    assert len(benchmark(build)) == 512 * 4 * 2
    write_rate(benchmark, len(coordinates))


@pytest.fixture(scope="module")
def chip():
    """A connection to a chip that has been brought up."""
    with hxcomm.ManagedConnection() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, [builder.done()])
        yield connection


def waiting(microseconds):
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(microseconds * 125))
    return builder


@pytest.mark.benchmark(group="idle chip")
@pytest.mark.parametrize("microseconds", [0, 20_000], ids=["no wait", "20 ms"])
def test_idle_wait(benchmark, chip, microseconds):
    program = waiting(microseconds).done()
    benchmark(sta.run, chip, [program])


@pytest.mark.benchmark(group="idle chip")
def test_register_writes(benchmark, chip):
    """Posted writes to the chip, executed by the model."""
    writes = 100_000
    builder = sta.PlaybackProgramBuilder()
    for _ in range(writes // 4):
        builder.write(halco.NeuronBackendConfigOnDLS(0), hal.NeuronBackendConfig())
    program = builder.done()
    benchmark(sta.run, chip, [program])
    write_rate(benchmark, writes)


def test_time_of_a_wait_is_real(chip):
    """The wait that costs nothing is a wait nevertheless: the chip's timer has advanced."""
    builder = waiting(20_000)
    ticket = builder.read(halco.TimerOnDLS())
    start = time.perf_counter()
    sta.run(chip, [builder.done()])
    assert time.perf_counter() - start < 0.5
    assert np.isclose(int(ticket.get().value), 20_000 * 125, atol=50)


# ---------------------------------------------------------------------------------------------------------- programs from arrays
SPIKES = 1_000_000


@pytest.fixture(scope="module")
def train():
    """A million spikes with times up to the end of the timer's first minute, sorted, and the same ones shuffled."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.integers(0, 60 * SPIKES, SPIKES)).astype(np.uint32)
    labels = rng.integers(0, 1 << 16, SPIKES).astype(np.uint16)
    order = rng.permutation(SPIKES)
    return {"sorted": (times, labels), "shuffled": (times[order], labels[order])}


def numpy_does_the_same(times, labels):
    """Sorting by time and filling an array of two words per spike: what the train cannot do without."""
    order = np.argsort(times, kind="stable")
    words = np.empty((len(times), 2), np.uint64)
    words[:, 0] = times[order] + np.uint64(5 << 56)
    words[:, 1] = labels[order] + np.uint64(13 << 56)
    return words


@pytest.mark.benchmark(group="a million spikes")
@pytest.mark.parametrize("order", ["sorted", "shuffled"])
def test_spike_train(benchmark, train, order):
    def build():
        builder = sta.PlaybackProgramBuilder()
        builder.write_spikes(*train[order])
        return builder

    assert SPIKES < benchmark(build).size_to_fpga() <= 2 * SPIKES


@pytest.mark.benchmark(group="a million spikes")
@pytest.mark.parametrize("order", ["sorted", "shuffled"])
def test_spike_train_by_numpy(benchmark, train, order):
    assert len(benchmark(numpy_does_the_same, *train[order])) == SPIKES


# ------------------------------------------------------------------------------------------------------------------- whole chips
@pytest.fixture(scope="module")
def dumped():
    """A whole chip as one container, and as the single registers of it that a calibration writes."""
    whole, single = sta.PlaybackProgramBuilderDumper(), sta.PlaybackProgramBuilderDumper()
    whole.write(halco.ChipOnDLS(), lola.Chip())
    for container in (hal.CapMemCell, hal.NeuronConfig, hal.NeuronBackendConfig, hal.CADCChannelConfig, hal.SynapseDriverConfig):
        for coordinate in halco.iter_all(container.coordinate):
            single.write(coordinate, container())
    return {"whole chip": whole.done(), "single registers": single.done()}


@pytest.mark.benchmark(group="convert to chip")
@pytest.mark.parametrize("kind", ["whole chip", "single registers"])
def test_convert_to_chip(benchmark, dumped, kind):
    assert isinstance(benchmark(sta.convert_to_chip, dumped[kind]), lola.Chip)


@pytest.mark.benchmark(group="store")
@pytest.mark.parametrize("form", ["portablebinary", "json"])
@pytest.mark.parametrize("kind", ["whole chip", "single registers"])
def test_store_and_restore(benchmark, dumped, kind, form):
    def there_and_back():
        restored = sta.DumperDone()
        getattr(sta, f"from_{form}")(restored, getattr(sta, f"to_{form}")(dumped[kind]))
        return restored

    assert benchmark(there_and_back) == dumped[kind]


@pytest.mark.benchmark(group="run an empty program")
def test_an_empty_program(benchmark, chip):
    program = sta.PlaybackProgramBuilder().done()
    benchmark(sta.run, chip, [program])
    assert program.ran


@pytest.mark.benchmark(group="run an empty program")
def test_an_empty_program_by_numpy(benchmark):
    """The array calls that a run cannot do without: a halt behind the program, its echo, and one look at what came back."""
    program = np.empty(0, np.uint64)

    def run():
        words = np.append(program, np.uint64(0x0A << 56))
        answer = np.full(1, 0x02 << 56, np.uint64)
        return words[-1] >> np.uint64(56) == 0x0A and bool((answer >> np.uint64(56) == 2).all())

    assert benchmark(run)


@pytest.mark.benchmark(group="write a synapse matrix")
def test_write_synapse_matrix(benchmark):
    matrix = lola.SynapseMatrix()

    def build():
        builder = sta.PlaybackProgramBuilder()
        builder.write(halco.SynramOnDLS(0), matrix)
        return builder

    assert benchmark(build).size_to_fpga() == 65536
