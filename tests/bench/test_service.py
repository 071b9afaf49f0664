"""What a service adds to a program, beside the same program on an embedded chip, and what it takes when chips take turns in a process."""

from __future__ import annotations

import re
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import numpy as np
import pytest

from fisch.service.connection import ServiceConnection
from fisch.ut import HALT_WORD
from hicannx_sim import ModelConnection

ROUNDS, USERS = 200, 30
HALT = np.array([HALT_WORD], np.uint64)
READS = np.append(np.full(1000, 0x0B << 56 | 1 << 36 | 15 << 32 | 0x88000009, np.uint64), HALT)
"""A program that reads a register of the FPGA so often."""


@contextmanager
def served(*options: str) -> Iterator[int]:
    """The port of a service."""
    command = [sys.executable, "-m", "hicannx", "service", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        said = re.search(r"port (\d+)", service.stdout.readline())
        assert said is not None
        yield int(said[1])
        service.terminate()


@pytest.fixture
def port() -> Iterator[int]:
    """Of a service with one process."""
    with served("--chips", "1") as found:
        yield found


def page(port: int) -> str:
    """What a service counts."""
    text: str = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10).read().decode()
    return text


def counted(port: int) -> tuple[float, float]:
    """Processor seconds of chips' processes, and how often another chip came into one."""
    text = page(port)
    found = [re.findall(rf"^hicannx_{name}_total\S* (\S+)$", text, re.M) for name in ("cpu_seconds", "chip_switches")]
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


@pytest.mark.benchmark(group="a service")
def test_thirty_users_of_two_processes(benchmark):
    """Programs of some take four times as long as those of others: `Jain's index` of the CPU time that each has had when the first has done
    its twenty."""
    with served("--chips", "2") as port:
        shares = benchmark.pedantic(lambda: np.array(list(cpu_seconds_of_users(port).values())))
    assert len(shares) == USERS
    benchmark.extra_info["Jain's index"] = round(shares.sum() ** 2 / (len(shares) * (shares**2).sum()), 3)


def cpu_seconds_of_users(port: int) -> dict[str, float]:
    """While all of them still want something."""
    found: list[dict[str, float]] = []

    def use(connection: ServiceConnection, number: int) -> None:
        for _ in range(20):
            if found:
                return
            connection.execute(np.append(np.repeat(READS[:-1], 4 * (1 + number % 4)), HALT))
        found.append(
            {name: float(value) for name, value in re.findall(r'^hicannx_cpu_seconds_total{user="(.*)"} (\S+)$', page(port), re.M)}
        )

    with ExitStack() as open_ones, ThreadPoolExecutor(USERS) as threads:
        users = [open_ones.enter_context(ServiceConnection("127.0.0.1", port, user=f"{one}", serial=one)) for one in range(USERS)]
        list(threads.map(use, users, range(USERS)))
    return found[0]
