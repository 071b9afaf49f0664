"""Addresses nobody else uses, served chips, and a network that damages what it passes on: for tests of both ends of a connection."""

import itertools
import os
import random
import select
import socket
import sys
import threading
from pathlib import Path

import pytest

from fisch.arq import DATA_PORT, RESET_PORT

sys.path.insert(0, str(Path(__file__).parent / "helpers"))


_number = itertools.count()


@pytest.fixture
def address():
    """A loopback address of this test's own; the next three are free, too."""
    process, number = os.getpid(), next(_number)
    return f"127.{64 + process % 128}.{process // 128 % 256}.{1 + 4 * number % 250}"


@pytest.fixture
def serve(address):
    """Serves a System, by default at `address`, until the end of the test."""
    from hicannx_sim.setup.serve import ServedChip

    served = []

    def start(system, ip=address, **options):
        served.append(ServedChip(ip, system, **options))
        served[-1].start()
        return served[-1]

    yield start
    for chip in served:
        chip.stop()


class Relay:
    """Passes datagrams between a client of `ip` and the FPGA at `to`; `there` and `back` say what of a datagram arrives, a list."""

    def __init__(self, ip, to, there, back):
        self.sockets = {}
        self.damage_there, self.damage_back = there, back
        self.running, self.client = True, None
        for port in (DATA_PORT, RESET_PORT):
            self.sockets[port] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.sockets[port].bind((ip, port))
        self.back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.back.bind((ip, 0))
        self.to = to
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        everything = [self.back, *self.sockets.values()]
        while self.running:
            for ready in select.select(everything, [], [], 0.05)[0]:
                datagram, source = ready.recvfrom(2048)
                if ready is self.back:
                    for each in self.damage_back(datagram):
                        self.sockets[DATA_PORT].sendto(each, self.client)
                    continue
                self.client = source
                port = DATA_PORT if ready is self.sockets[DATA_PORT] else RESET_PORT
                for each in self.damage_there(datagram) if port == DATA_PORT else [datagram]:
                    self.back.sendto(each, (self.to, port))
        for each in everything:
            each.close()

    def stop(self):
        self.running = False
        self.thread.join()


def damage(seed, lost, twice, cut):
    """Loses, repeats, cuts and delays by one."""
    chance, held = random.Random(seed), []

    def apply(datagram):
        if chance.random() < lost:
            return []
        if chance.random() < cut:
            return [datagram[: chance.randrange(len(datagram))]]
        if chance.random() < twice:
            held.append(datagram)
            return [datagram]
        return [datagram, *(held.pop() for _ in range(len(held)))]

    return apply


@pytest.fixture
def bad_network():
    """Lets clients of an address reach the FPGA at another one, over a network that loses, repeats, cuts and delays some datagrams."""
    relays = []

    def between(ip, to, lost, twice, cut):
        relays.append(Relay(ip, to, damage(7, lost, twice, cut), damage(8, lost, twice, cut)))

    yield between
    for relay in relays:
        relay.stop()
