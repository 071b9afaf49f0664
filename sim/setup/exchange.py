"""What goes between processes that have some of the FPGAs of a setup each: in every round who stands where and what was sent.

A process that stands alone needs none of this. With MPI (mpi4py, imported when `hicannx cluster` asks for it) all processes run the same
script; each executes the programs of its own FPGAs, and all get the responses of all.
"""

from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hicannx_sim.base.errors import SimError
from hicannx_sim.setup.rounds import RECORD

Exchange = Callable[[NDArray[Any], NDArray[Any]], tuple[NDArray[Any], NDArray[Any]]]
"""exchange(standing, records): see `rounds.Rounds`."""

FIRST = 27
"""Records that travel with the standing; as many as in most rounds. More need a second message."""
_FAILED = -1
_FRAME = np.dtype([("standing", np.int64, 4), ("count", np.int64), ("records", RECORD, FIRST)])


class ElsewhereError(SimError):
    """The run ended with an error in another process of the setup."""


class MPIExchange:
    """Between the processes of an MPI communicator. Every process makes the same calls in the same order."""

    def __init__(self, communicator: Any = None) -> None:
        self.communicator = import_module("mpi4py.MPI").COMM_WORLD if communicator is None else communicator
        self.rank: int = self.communicator.Get_rank()
        self.size: int = self.communicator.Get_size()
        self._own, self._all = np.zeros(1, _FRAME), np.zeros(self.size, _FRAME)
        self._bytes = self._own.view(np.uint8), self._all.view(np.uint8)

    def numbers(self, fpgas: int, rank: int | None = None) -> range:
        """The FPGAs that a process has, of so many; None: this process."""
        return range(self.rank if rank is None else rank, fpgas, self.size)

    def rank_of(self, fpga: int) -> int:
        """The process that has an FPGA."""
        return fpga % self.size

    def __call__(self, standing: NDArray[Any], records: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """All standings, and all records. Raises ElsewhereError if another process has failed."""
        frame = self._own[0]
        frame["standing"], frame["count"] = standing, len(records)
        frame["records"][: min(len(records), FIRST)] = records[:FIRST]
        self.communicator.Allgather(*self._bytes)
        standings, counts = np.ascontiguousarray(self._all["standing"]), self._all["count"]
        if (standings[:, 3] == _FAILED).any():
            raise ElsewhereError("the run ended with an error in another process of the setup")
        if not counts.any():
            return standings, records[:0]
        first = [self._all["records"][rank, : min(count, FIRST)] for rank, count in enumerate(counts.tolist())]
        return standings, np.concatenate([*first, self._rest(records[FIRST:], np.maximum(counts - FIRST, 0))])

    def _rest(self, records: NDArray[Any], counts: NDArray[Any]) -> NDArray[Any]:
        if not counts.any():
            return records[:0]
        found, sizes = np.zeros(int(counts.sum()), RECORD), (counts * RECORD.itemsize).tolist()
        self.communicator.Allgatherv(np.ascontiguousarray(records).view(np.uint8), [found.view(np.uint8), sizes])
        return found

    def failed(self) -> None:
        """Tells the others, who wait in a round, that there was an error here."""
        try:
            self(np.array([0, 0, 0, _FAILED], np.int64), np.empty(0, RECORD))
        except ElsewhereError:
            return

    def gather(self, own: Sequence[bytes]) -> list[list[bytes]]:
        """What every process has, by process."""
        sizes = self._gathered(np.array([len(data) for data in own], np.int64).tobytes())
        datas = self._gathered(b"".join(own))
        return [_cut(data, np.frombuffer(size, np.int64).tolist()) for data, size in zip(datas, sizes, strict=True)]

    def _gathered(self, own: bytes) -> list[bytes]:
        counts = np.zeros(self.size, np.int64)
        self.communicator.Allgather(np.array([len(own)], np.int64), counts)
        found = np.zeros(int(counts.sum()), np.uint8)
        self.communicator.Allgatherv(np.frombuffer(own, np.uint8), [found, counts.tolist()])
        return _cut(found.tobytes(), counts.tolist())


def _cut(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    ends = np.cumsum([0, *sizes]).tolist()
    return [data[begin:end] for begin, end in pairwise(ends)]


cluster: MPIExchange | None = None
"""What connects this process to the others of a setup; `hicannx cluster` sets it."""


def join_cluster(exchange: MPIExchange | None) -> None:
    """From now on several chips of a jBOA are distributed over the processes; None: they are all in this one."""
    global cluster
    cluster = exchange
