"""A network between a client and an FPGA that loses, repeats, reorders and cuts datagrams."""

import random
import select
import socket
import threading
from collections.abc import Callable
from typing import Any

from fisch.arq import DATA_PORT, RESET_PORT

Damage = Callable[[bytes], list[bytes]]


class Relay:
    """Passes datagrams between a client of `ip` and the FPGA at `to`; `there` and `back` say what of a datagram arrives, a list."""

    def __init__(self, ip: str, to: str, there: Damage, back: Damage) -> None:
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

    def run(self) -> None:
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

    def stop(self) -> None:
        self.running = False
        self.thread.join()


def damage(seed: int, lost: float, twice: float, cut: float, late: float = 0.0, counts: Any = None) -> Damage:
    """Loses, cuts, repeats (the second time behind the next one) and delays (behind the next one), with these probabilities.

    counts: a Counter that gets how often which of them was done.
    """
    chance, held = random.Random(seed), []
    kinds, weights = ("lost", "cut", "twice", "late", "passed"), (lost, cut, twice, late, 1 - lost - cut - twice - late)

    def apply(datagram: bytes) -> list[bytes]:
        (kind,) = chance.choices(kinds, weights)
        if counts is not None:
            counts[kind] += 1
        if kind in ("twice", "late"):
            held.append(datagram)
        if kind in ("lost", "late"):
            return []
        if kind == "cut":
            return [datagram[: chance.randrange(len(datagram))]]
        return [datagram] if kind == "twice" else [datagram, *(held.pop() for _ in range(len(held)))]

    return apply
