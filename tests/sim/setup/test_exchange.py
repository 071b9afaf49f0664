"""FPGAs of a setup in several processes, for which threads stand here: whoever has which, what comes back is the same bytes."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import hicannx_sim as sim
from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.setup.exchange import ElsewhereError, MPIExchange
from hicannx_sim.setup.multichip import MultichipSetup

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Words

W, CHIPS = Words(), 8


class Communicator:
    """What `MPIExchange` uses of one of MPI, between threads."""

    def __init__(self, rank, places, barrier):
        self.rank, self.places, self.barrier = rank, places, barrier

    def Get_rank(self):  # noqa: N802
        return self.rank

    def Get_size(self):  # noqa: N802
        return len(self.places)

    def Allgather(self, own, found):  # noqa: N802
        self.Allgatherv(own, [found])

    def Allgatherv(self, own, found):  # noqa: N802
        self.places[self.rank] = np.ascontiguousarray(own).tobytes()
        self.barrier.wait(60)
        whole = b"".join(self.places)
        self.barrier.wait(60)
        found[0].reshape(-1).view(np.uint8)[:] = np.frombuffer(whole, np.uint8)


class Exchange(MPIExchange):
    """With FPGAs where the test wants them."""

    def __init__(self, communicator, places):
        super().__init__(communicator)
        self.places = places

    def numbers(self, fpgas, rank=None):
        return [number for number in range(fpgas) if self.places[number] == (self.rank if rank is None else rank)]

    def rank_of(self, fpga):
        return self.places[fpga]


def spread(places, call):
    """call(setup) in as many threads as there are places; what each gives."""
    size = max(places) + 1
    shared, barrier = [b""] * size, threading.Barrier(size)

    def one(rank):
        exchange = Exchange(Communicator(rank, shared, barrier), places)
        return call(MultichipSetup.of([sim.VirtualChip(serial) for serial in range(len(places))], 5, False, exchange))

    with ThreadPoolExecutor(size) as threads:
        return list(threads.map(one, range(size)))


def ring(chips, cycles=4000):
    """Programs of chips that hand spikes on to the next one; each begins some of its own."""
    for chip in range(chips):
        tables = [*W.write(0x880D0000 + 10, 1 << 15 | 100 + chip), *W.write(0x880C0000 + 100 + (chip - 1) % chips, 1 << 16 | 10)]
        spikes = [word for number in range(1 + 5 * chip) for word in (*W.wait(40 * number), *W.spikes(10))]
        yield np.array([*W.write(0x88000009, 100_000), *tables, *W.barrier(8), *W.setup, *spikes, *W.wait(cycles), *W.halt], np.uint64)


INIT = np.array([*W.golden("SystemInit_Jboa"), *W.halt], np.uint64)


def answers(setup):
    setup.execute([INIT] * setup.size)
    first = setup.execute(list(ring(setup.size)))
    setup.begin(list(ring(setup.size)))
    while setup.advance(1500):
        pass
    return [words.tobytes() for words in (*first, *setup.finish())], setup.counters


@pytest.fixture(scope="module")
def alone():
    return answers(MultichipSetup.of([sim.VirtualChip(serial) for serial in range(CHIPS)], 5))


@pytest.mark.parametrize(
    "places",
    [[0, 1] * 4, [0] * 3 + [1] * 5, [2, 0, 1, 1, 0, 2, 2, 0], [1] * 7 + [2]],
    ids=["in turns", "in blocks", "mixed", "one has none"],
)
def test_any_assignment_of_fpgas_gives_the_same_bytes(alone, places):
    """In all processes, for whole runs and for one in pieces."""
    assert alone[1]["spikes"] > 300 and alone[1]["barriers"] == 2
    for found in spread(places, answers):
        assert found == alone


def test_an_error_is_told_everywhere():
    def call(setup):
        with pytest.raises(ConfigurationError, match="7 runs cannot be taken back"):
            setup.ask(1, "rewind", runs=7)
        with pytest.raises(KeyError):
            setup.ask(1, "nothing of this kind")
        with pytest.raises((sim.SimError, ElsewhereError), match="omnibus data without an address"):
            setup.execute([np.array([12 << 56 if chip == 1 else W.halt[0] | 1, *W.halt], np.uint64) for chip in range(2)])
        return setup.ask(1, "report") + setup.ask(0, "report")

    assert spread([0, 1], call) == [b""] * 2
