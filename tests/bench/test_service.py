"""What a service adds to a program, beside the same program on an embedded chip, and what it takes when chips take turns in a process."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import numpy as np
import pytest

from fisch.service.connection import ServiceConnection
from fisch.ut import HALT_WORD
from hicannx_sim import ModelConnection

ROUNDS = 200
HALT = np.array([HALT_WORD], np.uint64)
READS = np.append(np.full(1000, 0x0B << 56 | 1 << 36 | 15 << 32 | 0x88000009, np.uint64), HALT)
"""A program that reads a register of the FPGA so often."""


@pytest.fixture
def port() -> Iterator[int]:
    """Of a service with one process."""
    command = [sys.executable, "-m", "hicannx", "service", "--port", "0", "--chips", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        said = re.search(r"port (\d+)", service.stdout.readline())
        assert said is not None
        yield int(said[1])
        service.terminate()


def counted(port: int) -> tuple[float, float]:
    """Processor seconds of chips' processes, and how often another chip came into one."""
    page = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    found = [re.findall(rf"^hicannx_{name}_total\S* (\S+)$", page, re.M) for name in ("cpu_seconds", "chip_switches")]
    return sum(map(float, found[0])), sum(map(float, found[1]))


def medians(*connections: ModelConnection | ServiceConnection, program: np.ndarray) -> list[float]:
    """Seconds of a program on each of them, in turns."""
    found: list[list[float]] = [[] for _ in connections]
    for _ in range(ROUNDS):
        for times, connection in zip(found, connections, strict=True):
            begin = time.perf_counter()
            connection.execute(program)
            times.append(time.perf_counter() - begin)
    return [statistics.median(times) for times in found]


@pytest.mark.benchmark(group="a service")
@pytest.mark.parametrize("program", [HALT, READS], ids=["halt", "1000 reads"])
def test_overhead_of_a_program(benchmark, port, program):
    """Over loopback; `overhead [ms]` is the difference to an embedded chip."""
    with ServiceConnection("127.0.0.1", port) as served, ModelConnection() as embedded:
        benchmark(served.execute, program)
        there, here = medians(served, embedded, program=program)
    benchmark.extra_info["overhead [ms]"] = round((there - here) * 1e3, 2)
    assert len(served.identifier) > 0 and there > here


@pytest.mark.benchmark(group="a service")
def test_two_sessions_in_one_process(benchmark, port):
    """Each program needs the other chip: it is kept as a state, and its own is brought back. `switch [ms]` is what that adds, `of processor
    time [ms]` what the chips' process computes for it."""
    with ServiceConnection("127.0.0.1", port, serial=7) as first, ServiceConnection("127.0.0.1", port, serial=8) as second:

        def in_turns():
            first.execute(HALT)
            second.execute(HALT)

        benchmark(in_turns)
        before = counted(port)
        alternating = medians(first, second, program=HALT)
        seconds, switches = (after - earlier for after, earlier in zip(counted(port), before, strict=True))
        alone = medians(first, program=HALT)
    benchmark.extra_info["switch [ms]"] = round((statistics.mean(alternating) - alone[0]) * 1e3, 2)
    benchmark.extra_info["of processor time [ms]"] = round(seconds / switches * 1e3, 2)
    assert min(alternating) > alone[0]
