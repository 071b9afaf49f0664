"""HostARQ on loopback, beside plain UDP sockets that send the same payloads without any protocol.

Both peers are processes of their own. That of HostARQ is our engine that mirrors the stream (compiled), that of plain UDP a loop in Python,
the least that a peer can do from Python.
"""

import multiprocessing
import os
import select
import socket
import threading
import time

import numpy as np
import pytest

from fisch import ut
from fisch.arq import ARQConnection, ClientEndpoint, Engine, ServerEndpoint
from hicannx_sim.setup.serve import ServedChip, System

MEGABYTES = 16
WORDS = MEGABYTES * 10**6 // 8
PAYLOAD = 180 * 8
BURST = 64  # datagrams in flight without a protocol


def address(number):
    return f"127.{192 + os.getpid() % 63}.{os.getpid() // 63 % 256}.{number}"


def mirror(ip, ready):
    endpoint = ServerEndpoint(Engine(echo_loopback=True, mirror=True), ip)
    ready.set()
    endpoint.run()


def plain_mirror(ip, ready):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        sock.bind((ip, 1234))
        ready.set()
        while True:
            datagram, source = sock.recvfrom(2048)
            sock.sendto(datagram, source)


def chip(ip, ready):
    served = ServedChip(ip, System())
    served.start()
    ready.set()
    threading.Event().wait()


@pytest.fixture
def peer():
    """Starts a peer in a process and gives its address."""
    context, started = multiprocessing.get_context("spawn"), []

    def start(target, number):
        ready = context.Event()
        started.append(context.Process(target=target, args=(address(number), ready), daemon=True))
        started[-1].start()
        assert ready.wait(60)
        return address(number)

    yield start
    for process in started:
        process.kill()
        process.join()


@pytest.fixture
def client(peer):
    endpoint = ClientEndpoint(Engine(), peer(mirror, 1))
    assert endpoint.pump(2, control=True)
    yield endpoint
    endpoint.close()


@pytest.fixture
def plain(peer):
    ip = peer(plain_mirror, 2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        sock.connect((ip, 1234))
        yield sock


def rate(benchmark):
    if benchmark.stats:  # absent when benchmarks are disabled
        benchmark.extra_info["MB/s each way"] = round(MEGABYTES / benchmark.stats.stats.median, 1)


@pytest.mark.benchmark(group="throughput, both ways at once")
def test_throughput(benchmark, client):
    words = np.random.default_rng(1).integers(0, 1 << 64, WORDS, dtype=np.uint64)

    def exchange():
        client.push(words)
        assert client.pump(20, words=WORDS)
        return client.take()

    back = benchmark.pedantic(exchange, rounds=5, warmup_rounds=1)
    rate(benchmark)
    assert np.array_equal(back, words)


@pytest.mark.benchmark(group="throughput, both ways at once")
def test_throughput_of_plain_udp(benchmark, plain):
    payload, count = bytes(PAYLOAD), WORDS * 8 // PAYLOAD

    def exchange():
        """Keeps a burst in flight; what gets lost is given up after a while."""
        sent = received = 0
        while received < count:
            while sent < count and sent - received < BURST:
                plain.send(payload)
                sent += 1
            if not select.select([plain], [], [], 2)[0]:  # as long as another process may take its turn
                break
            plain.recv(2048)
            received += 1
        return received

    back = benchmark.pedantic(exchange, rounds=3, warmup_rounds=1)
    rate(benchmark)
    assert back > 0.99 * count


@pytest.mark.benchmark(group="echo of one word")
def test_echo(benchmark, client):
    def echo():
        client.push([1])
        assert client.pump(1, words=1)
        return client.take()

    assert benchmark(echo).tolist() == [1]


@pytest.mark.benchmark(group="echo of one word")
def test_echo_of_plain_udp(benchmark, plain):
    def echo():
        plain.send(b"12345678")
        return plain.recv(2048)

    assert benchmark(echo) == b"12345678"


@pytest.mark.benchmark(group="echo of one word")
def test_empty_program_on_a_served_chip(benchmark, peer):
    """What a run costs over UDP: a halt to the model and back."""
    halt = np.array([ut.HALT_WORD], np.uint64)
    with ARQConnection(peer(chip, 3)) as connection:
        assert benchmark(connection.execute, halt).tolist() == [2 << 56]


@pytest.mark.benchmark(group="connect")
def test_connect(benchmark, peer):
    ip = peer(chip, 4)

    def connect():
        ARQConnection(ip).close()

    benchmark(connect)


@pytest.mark.benchmark(group="reads on a served chip")
def test_reads_on_a_served_chip(benchmark, peer):
    """100 000 reads of the FPGA's memory and their answers, executed by the model."""
    reads = 100_000
    program = np.full(reads + 1, 0x0B << 56 | 1 << 36 | 0xF << 32 | 0x80000000, np.uint64)
    program[-1] = ut.HALT_WORD
    with ARQConnection(peer(chip, 5)) as connection:
        begin = time.perf_counter()
        answer = benchmark.pedantic(connection.execute, args=(program,), rounds=5)
        assert len(answer) >= reads and time.perf_counter() - begin < 60
