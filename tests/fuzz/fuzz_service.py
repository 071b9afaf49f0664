"""Everything that somebody could send to a service: rubbish, damaged messages, half-open and stalled connections, frames without end.

    python tests/fuzz/fuzz_service.py [--seconds 600] [--seed 0]

The service is a process of its own. All the while an honest client runs a program again and again and has to get the same words;
the service must neither end nor grow. Its memory counts when it is warm: as many connections are held open as ever will be, so many have
been replaced, and for a while it took no more. The seconds are those after that.
"""

import argparse
import random
import re
import socket
import struct
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import numpy as np
from fuzz_bytes import damaged
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from fisch.service.connection import ServiceConnection
from fisch.service.messages import VERSION, Bye, Cancel, Hello, Message, Reinit, Submit, encode

GROWTH = 8 << 20
"""Bytes that the service may grow by from the first third of the time to the last one, on average."""
SAMPLES = 30
"""How often its memory is looked at in that time."""
FLAT = 2 << 20
"""Bytes by which its largest memory differs from that before, over a third as many looks, when it is warm."""
HELD = 100
"""Connections that are held open."""
PROGRAM = np.array([4 << 56, 5 << 56 | 1000, 0x0A << 56 | 1, 0x0A << 56], np.uint64)
PATIENCE = 10.0
ATTACK: dict[str, Any] = {"open_timeout": PATIENCE, "close_timeout": 0.1, "max_size": None}
_dangling: list[ExitStack] = []
_replaced = Counter[str]()


def message(chance: random.Random) -> Message:
    """A message that follows the protocol, with contents that nobody sends."""
    words = chance.randbytes(8 * chance.randrange(40) + chance.choice((0, 0, 1)))
    number = chance.choice((0, 1, -1, -2, 1 << 40, 1 << 62, chance.getrandbits(16)))
    return chance.choice(
        (
            Hello(chance.choice((VERSION, 99)), "eve", chance.randbytes(8).hex(), serials(chance), chance.choice(("ideal", "x")), 0),
            Submit(number, [words] * chance.randrange(3)),
            Reinit(number, [words] * chance.randrange(2), chance.random() < 0.5, [words] * chance.randrange(2)),
            Cancel(number),
            Bye(),
        )
    )


def serials(chance: random.Random) -> list[int]:
    """Chips that there are, too many, none, and too large numbers."""
    return [chance.getrandbits(chance.choice((2, 40))) for _ in range(chance.choice((0, 1, 1, 2, 3, 70)))]


def frames(chance: random.Random, port: int) -> None:
    """A session that begins as it should, most of the time, and goes on as it likes."""
    with connect(f"ws://127.0.0.1:{port}", **ATTACK) as client:
        if chance.random() < 0.8:
            chips: dict[str, Any] = chance.choice(({"serials": [3]}, {"serials": [3, 4], "setup": "jboa"}))
            client.send(encode(Hello(VERSION, "eve", chance.randbytes(8).hex(), mode="ideal", **chips)))
        for _ in range(chance.randrange(10)):
            sent = encode(message(chance))
            client.send(damaged(sent, chance) if chance.random() < 0.5 else sent)
        if chance.random() < 0.2:
            client.send("text")
        if chance.random() < 0.3:
            client.socket.close()
            return
        with suppress(TimeoutError):
            client.recv(timeout=0.05)


def stalled(chance: random.Random, port: int) -> None:
    """A session whose client sends programs and reads nothing of what comes back, and stays."""
    _dangling.append(ExitStack())
    client = _dangling[-1].enter_context(connect(f"ws://127.0.0.1:{port}", max_queue=1, ping_interval=None, **ATTACK))
    client.send(encode(Hello(VERSION, f"eve{chance.getrandbits(20)}", chance.randbytes(8).hex(), [3], "ideal")))
    reads = np.tile(np.array([0x0B << 56 | 1 << 36 | 15 << 32 | 0x88000009], np.uint64), chance.randrange(100_000))
    for number in range(chance.randrange(1, 4)):
        client.send(encode(Submit(number, [np.append(reads, PROGRAM).tobytes()])))
    _let_some_go(chance)


def _let_some_go(chance: random.Random) -> None:
    while len(_dangling) > HELD:
        _replaced["connections"] += 1
        _dangling.pop(chance.randrange(HELD)).close()


def bytes_before_http(chance: random.Random, port: int) -> None:
    """Not even HTTP, or HTTP that is damaged; or nothing, and the connection stays open."""
    raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
    fields = (b"Host: x", b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Key: x", b"Sec-WebSocket-Version: 13")
    asked = b"\r\n".join([b"GET / HTTP/1.1", *fields, b"", b""])
    with suppress(OSError):
        raw.sendall(chance.choice((b"", chance.randbytes(200), damaged(asked, chance), asked[: chance.randrange(len(asked))])))
    _dangling.append(ExitStack())
    _dangling[-1].enter_context(raw)
    _let_some_go(chance)


def frames_that_promise_too_much(chance: random.Random, port: int) -> None:
    """A frame that says it is a gigabyte long, or longer than can be, with some bytes of it."""
    with connect(f"ws://127.0.0.1:{port}", **ATTACK) as client, suppress(OSError):
        length = chance.choice((1 << 30, (1 << 63) - 1, 1 << 63, 65 << 20, 126))
        client.socket.sendall(struct.pack(">BBQ", 0x82, 0xFF, length) + b"mask" + chance.randbytes(chance.randrange(1 << 16)))
        if chance.random() < 0.5:
            client.socket.shutdown(socket.SHUT_WR)


def pages(chance: random.Random, port: int) -> None:
    """Pages that are there and that are not."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as raw, suppress(OSError):
        path = chance.choice((b"/metrics", b"/healthz", b"/readyz", b"/" + b"x" * chance.randrange(9000), b"/../etc/passwd"))
        raw.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        raw.settimeout(1)
        raw.recv(1 << 16)


Attack = Callable[[random.Random, int], None]
ATTACKS: tuple[Attack, ...] = (frames, frames, frames, stalled, bytes_before_http, frames_that_promise_too_much, pages)


def resident(pid: int) -> int:
    """Bytes of memory of a process."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return 1024 * int(found[1]) if found else 0


class Campaign:
    """Attacks on a service of its own; AssertionError for what must not be."""

    def __init__(self, seed: int) -> None:
        self.chance, self.done = random.Random(seed), Counter[str]()
        self._said = TemporaryFile("w+")  # noqa: SIM115  # as long as this object
        command = [sys.executable, "-m", "hicannx", "service", "--port", "0", "--chips", "2", "--keep", "5", "--limit", "5"]
        self.service = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self._said, text=True)
        assert self.service.stdout is not None
        self.port = int(self.service.stdout.readline().rpartition("port ")[2])
        self.honest = ServiceConnection("127.0.0.1", self.port, user="ann")
        self.expected = self.honest.execute(PROGRAM)

    def attack(self, seconds: float) -> int:
        """For so long; returns bytes of memory of the service."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            attack = self.chance.choice(ATTACKS)
            with suppress(WebSocketException, OSError, TimeoutError):
                attack(self.chance, self.port)
            self.done[attack.__name__] += 1
            assert self.service.poll() is None, f"the service has ended with status {self.service.returncode}"
            if not self.done.total() % 20:
                asked = time.monotonic()
                assert len(self.honest.execute(PROGRAM)) == len(self.expected), "another answer than before"
                assert time.monotonic() - asked < 60, "the honest client waited for more than a minute"
        return resident(self.service.pid)

    def warm(self, seconds: float, every: float) -> list[int]:
        """Attacks until the memory is flat, for at most so long; returns what it was each time."""
        memory, window, end = list[int](), SAMPLES // 3, time.monotonic() + seconds
        while _replaced["connections"] < HELD or len(memory) < 2 * window or max(memory[-window:]) > max(memory[:-window]) + FLAT:
            assert time.monotonic() < end, f"the service grows, or this machine is slow: MiB {in_mib(memory)} within {seconds:g} s"
            memory.append(self.attack(every))
        return memory

    def end(self) -> str:
        """Ends the service; returns what it said on stderr."""
        while _dangling:
            _dangling.pop().close()
        with self._said, self.service:  # gives their files back
            self.service.terminate()
            self.service.wait(30)
            self._said.seek(0)
            return self._said.read()


def in_mib(memory: list[int]) -> str:
    """As text."""
    return " ".join(str(size >> 20) for size in memory)


def campaign(seconds: float, seed: int) -> None:
    """Attacks until the service is warm, and for so long after that."""
    made = Campaign(seed)
    try:
        before = made.warm(max(3 * seconds, 600), seconds / SAMPLES)
        memory = [made.attack(seconds / SAMPLES) for _ in range(SAMPLES)]
        made.honest.close()
        print(f"{dict(made.done)}; memory in MiB: {in_mib(before)}, and in {seconds:g} s after that {in_mib(memory)}")
        thirds = np.array(memory).reshape(3, -1).mean(1)
        assert thirds[2] < thirds[0] + GROWTH, "the service grows"
    finally:
        told = made.end()
    assert "Traceback" not in told, told


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=600, help="default %(default)s")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    campaign(chosen.seconds, chosen.seed)
