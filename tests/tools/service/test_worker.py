"""The process of a chip: what it answers to orders over its pipe, and that it ends when nobody holds the other end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from multiprocessing.connection import Connection
from socket import socketpair

import numpy as np
import pytest

from fisch.service.messages import to_bytes, to_words
from hicannx.service import worker
from hicannx.service.worker import Answer, Open, Order, Ping, Run, Save
from hicannx_sim import System

HALT = np.array([0x0A << 56], np.uint64)


class Process:
    """A worker, and this end of its pipe."""

    def __init__(self, memory: int = 0) -> None:
        outside, inside = socketpair()
        with inside:
            command = [sys.executable, "-m", "hicannx.service.worker", str(inside.fileno()), str(memory)]
            self.process = subprocess.Popen(command, pass_fds=[inside.fileno()])
        self.pipe = Connection(outside.detach())

    def __call__(self, given: Order) -> Answer:
        self.pipe.send_bytes(worker.order(given))
        return worker.answer(self.pipe.recv_bytes())


@pytest.fixture
def process() -> Iterator[Process]:
    made = Process(memory=64 << 30)
    yield made
    made.pipe.close()
    assert made.process.wait(timeout=60) == 0, "it ends with its pipe"


def test_orders_are_carried_out_and_what_fails_is_told(process: Process) -> None:
    assert process(Ping()).kind == ""
    before = process(Run([to_bytes(HALT)]))
    assert (before.kind, before.text) == ("ConnectionFailedError", "no chip is open")
    about = process(Open("model", {"serials": [7]})).about
    assert about["identifiers"] and {"setups", "bitfiles", "software"} < set(about)
    first, second = process(Run([to_bytes(HALT)])), process(Run([to_bytes(HALT)]))
    assert len(to_words(first.data[0])) == len(to_words(second.data[0])) > 0 and first.seconds >= 0
    assert process(Run([b"three"])).kind == "MessageError"


def test_a_chip_goes_on_from_a_state(process: Process) -> None:
    process(Open("model", {"serials": [7]}))
    process(Run([to_bytes(HALT)]))
    state = process(Save()).data[0]
    process(Open("model", {"serials": [8]}))
    assert process(Open("model", {"serials": [7]}, state)).kind == ""
    assert System().restore(process(Save()).data[0]).snapshot() == System().restore(state).snapshot()
