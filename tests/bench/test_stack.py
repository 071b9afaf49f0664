"""What a user of the Python layers feels: import, building a program, an idle wait on the chip."""

import subprocess
import sys
import time

import numpy as np
import pytest
from dlens_vx_v3 import hal, halco, hxcomm, sta


@pytest.mark.benchmark(group="cold import")
@pytest.mark.parametrize("statement", ["from dlens_vx_v3 import hal, halco, hxcomm, lola, sta", "import numpy"], ids=["stack", "numpy"])
def test_import(benchmark, statement):
    """Whole processes: the start of Python (some 15 ms) is in both."""
    benchmark.pedantic(subprocess.run, args=([sys.executable, "-c", statement],), kwargs={"check": True}, rounds=5)


@pytest.mark.benchmark(group="build a program")
def test_write(benchmark):
    """`builder.write` of a container of four words."""
    config, coordinates = hal.NeuronBackendConfig(), list(halco.iter_all(halco.NeuronBackendConfigOnDLS))

    def build():
        builder = sta.PlaybackProgramBuilder()
        for coordinate in coordinates:
            builder.write(coordinate, config)
        return builder

    builder = benchmark(build)
    if benchmark.stats:
        benchmark.extra_info["million writes per second"] = round(len(coordinates) / benchmark.stats.stats.median / 1e6, 2)
    assert builder.size_to_fpga() == 512 * 4 * 2


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
    if benchmark.stats:
        benchmark.extra_info["million writes per second"] = round(writes / benchmark.stats.stats.median / 1e6, 2)


def test_time_of_a_wait_is_real(chip):
    """The wait that costs nothing is a wait nevertheless: the chip's timer has advanced."""
    builder = waiting(20_000)
    ticket = builder.read(halco.TimerOnDLS())
    start = time.perf_counter()
    sta.run(chip, [builder.done()])
    assert time.perf_counter() - start < 0.5
    assert np.isclose(int(ticket.get().value), 20_000 * 125, atol=50)

