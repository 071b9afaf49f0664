"""HostARQ over sockets and a network that loses, repeats and reorders datagrams."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from bad_network import Relay, damage

from figures.row import Row
from fisch.arq import ClientEndpoint, Engine, ServerEndpoint

SECONDS = 20.0
WORDS = 20_000  # of a round there and back
HANG = 20.0  # s that a round may take
GROWTH = 16 << 20  # bytes
INFO = "version: 3\ncompatible_until: 0\nhwdb: {hxcube_id: 5, fpgas: []}\n"


def memory() -> int:
    """Bytes that this process holds in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def link(seed: int, share: float, counts: "Counter[str]") -> Iterator[ClientEndpoint]:
    """A host before a network, and behind it an FPGA that sends all words back."""
    process = os.getpid()
    near, far = (f"127.{32 + process % 32}.{process // 32 % 256}.{n}" for n in (1, 2))
    server = ServerEndpoint(Engine(echo_loopback=True, mirror=True), far, info=INFO)
    thread = threading.Thread(target=server.run)
    thread.start()
    relay = Relay(near, far, *(damage(seed + n, share, share, 0, share, counts) for n in (0, 1)))
    client = ClientEndpoint(Engine(), near)
    try:
        if not client.pump(HANG, control=True):
            raise RuntimeError("the FPGA does not answer")
        client.take_control()
        yield client
    finally:
        client.close()
        relay.stop()
        server.stop()
        thread.join()
        server.close()


def transport(scale: float, seed: int, share: float = 0.01) -> list[Row]:
    """For 20 s at scale 1, ten minutes at 30. share: of the datagrams that are lost, repeated and overtaken, each."""
    chance, counts, faults, found, words, start = np.random.default_rng(seed), Counter[str](), 0, "", 0, 0
    begin, lasts = time.monotonic(), SECONDS * scale
    with link(seed, share, counts) as client:
        while time.monotonic() < begin + lasts and not faults:
            sent = chance.integers(0, 1 << 64, WORDS, dtype=np.uint64)
            client.push(sent)
            if not client.pump(HANG, words=WORDS):
                faults, found = 1, f"no answer for {HANG:.0f} s"
            elif not np.array_equal(got := client.take(), sent):
                faults, found = int(np.count_nonzero(got != sent)) if len(got) == WORDS else 1, "other words came back"
            words += WORDS
            if not start and time.monotonic() > begin + lasts / 5:  # everything has reached its size
                start = memory()
        grown = memory() - (start or memory())
    if grown > GROWTH:
        faults, found = faults + 1, f"{grown} bytes more after a while"
    damaged = f"{sum(counts.values())} datagrams, of which {counts['lost']} lost, {counts['twice']} repeated, {counts['late']} overtaken"
    what = f"HostARQ for {lasts:.0f} s over a bad network: no wrong word, no hang, no growth"
    return [Row(what, words, "words", faults, f"{found}; {damaged}" if found else damaged)]
