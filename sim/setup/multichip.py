"""Several FPGAs of one jBOA setup, each with board and chip, on one time base and with the aggregator between them."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Self

import msgspec
import numpy as np

from hicannx_sim.base.errors import ConfigurationError, OutOfMemoryError, SimError, SnapshotError
from hicannx_sim.base.noise import stream
from hicannx_sim.base.signals import held
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.setup import snapshot
from hicannx_sim.setup.aggregator import MEMBERS_MAX, Aggregator
from hicannx_sim.setup.exchange import ElsewhereError, MPIExchange
from hicannx_sim.setup.member import Member
from hicannx_sim.setup.rounds import Rounds
from hicannx_sim.setup.system import System, Words

NOTHING = np.empty(0, np.uint64)


class _Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    systems: list[bytes]
    between: bytes


class MultichipSetup:
    """FPGAs 0 .. n - 1 of one setup; `systems` are those that are in this process, by number, `size` is how many there are at all.

    exchange: what connects processes that have some of the FPGAs each; all of them make the same calls then.

    >>> setup = MultichipSetup.of([VirtualChip(7), VirtualChip(8)], seed=1)
    >>> [len(words) for words in setup.execute([np.array([0x0A << 56], np.uint64)] * 2)]
    [1, 1]
    """

    def __init__(self, systems: Mapping[int, System], size: int | None = None, exchange: MPIExchange | None = None) -> None:
        self.systems = dict(sorted(systems.items()))
        self.size = len(systems) if size is None else size
        self._exchange = exchange
        self.serials = tuple(system.identity.serial for system in self.systems.values())
        """Of all chips, by number; of those in this process if nobody has said more."""
        if not 1 <= self.size <= MEMBERS_MAX:
            raise ConfigurationError(f"a setup has 1 to {MEMBERS_MAX} chips, not {self.size}")
        for number, system in self.systems.items():
            if system.setup != "jboa" or system.host is not None:
                raise ConfigurationError(
                    f"FPGA {number} of several needs setup='jboa' and no limit of the host's network, and is {system!r}"
                )
            system.together = self
        self.aggregator = Aggregator(self.size)
        self.longest_round: int | None = None
        """FPGA cycles that FPGAs go on for at most before they learn of each other: it makes no difference to what comes out."""
        self.rounds = 0
        """Rounds of the latest run: how often they did."""
        self._members: list[Member] = []
        self.goes_on = False
        """What the model cannot execute ends in a TimeoutNotification, as for a served chip, and not in an error for all."""
        self.remarks: dict[int, list[str]] = {}
        """Of the latest run that went on, by FPGA: what could not be executed."""

    @classmethod
    def of(cls, chips: Sequence[VirtualChip], seed: int = 0, strict: bool = False, exchange: MPIExchange | None = None) -> "MultichipSetup":
        """Those that belong into this process: all without an exchange. `seed` decides, with the chip's serial number, the trial noise of
        each chip. ConfigurationError for a chip that is in the setup twice."""
        serials = [chip.serial for chip in chips]
        if twice := {serial for serial in serials if serials.count(serial) > 1}:
            raise ConfigurationError(f"chip {min(twice)} is in the setup twice, and there is one of it: give other serial numbers")
        numbers = range(len(chips)) if exchange is None else exchange.numbers(len(chips))
        systems = {number: System(chips[number], stream(seed, "setup", serials[number]), strict, "jboa") for number in numbers}
        made = cls(systems, len(chips), exchange)
        made.serials = tuple(serials)
        return made

    def number_of(self, system: System) -> int:
        """The number of the FPGA of a system of this setup."""
        return next(number for number, one in self.systems.items() if one is system)

    def execute(self, programs: Sequence[Words] | Mapping[int, Words]) -> list[Words]:
        """Runs the words of one program for each FPGA (closed by HALT), or for those that are named; the others live along. Returns
        the streams of responses of all FPGAs of this process.

        Time is common: the run begins in the same cycle everywhere, and ends one hop after the last program. Spikes and samples that
        come between the end of an FPGA's own program and that are counted as "after halt". Raises SimError; then nothing of the run
        answers, and the setup can be used afterwards.
        """
        of = programs if isinstance(programs, Mapping) else dict(enumerate(programs))
        if unknown := set(of) - set(range(self.size)):
            raise ConfigurationError(f"there is no FPGA {min(unknown)} in a setup of {self.size}")
        with ExitStack() as locks:
            for system in self.systems.values():
                locks.enter_context(system._lock)
            with held():
                return self._run(of)

    def execute_everywhere(self, programs: Mapping[int, Words]) -> dict[int, Words]:
        """The same; returns the streams of responses of all FPGAs, also of those in other processes."""
        own = dict(zip(self.systems, self.execute(programs), strict=True))
        if self._exchange is None:
            return own
        found: dict[int, Words] = {}
        for rank, streams in enumerate(self._exchange.gather([words.tobytes() for words in own.values()])):
            numbers = range(rank, self.size, self._exchange.size)
            found |= {number: np.frombuffer(data, np.uint64) for number, data in zip(numbers, streams, strict=True)}
        return found

    def _run(self, programs: Mapping[int, Words]) -> list[Words]:
        members = self._couple()
        for (number, system), member in zip(self.systems.items(), members, strict=True):
            system._begin_run()
            member.begin(programs.get(number, NOTHING), self.goes_on)
        refused = self.aggregator.refused
        try:
            rounds = Rounds(members, self.aggregator, self._exchange)
            if self.longest_round is not None:
                rounds.longest = self.longest_round
            rounds.run()
            self.rounds = rounds.count
            if self.aggregator.refused != refused:
                raise OutOfMemoryError("no memory for spikes between FPGAs")
        except BaseException as error:
            for member in members:
                member.abandon()
            self._say_where(error, members)
            if self._exchange is not None:
                self._tell(error)
            raise
        self.remarks = {number: member.remarks for number, member in zip(self.systems, members, strict=True)}
        return [member.end() for member in members]

    def _say_where(self, error: BaseException, members: Sequence[Member]) -> None:
        """Of several FPGAs, which one it was."""
        failed = [number for number, member in zip(self.systems, members, strict=True) if member.failed]
        if isinstance(error, SimError) and failed:
            error.add_note(f"this was FPGA {failed[0]} of the setup, chip {self.systems[failed[0]].identity.serial}")

    def _tell(self, error: BaseException) -> None:
        """All processes learn what went wrong in one of them. ElsewhereError where it was not."""
        assert self._exchange is not None
        elsewhere = isinstance(error, ElsewhereError)
        if not elsewhere:
            self._exchange.failed()
        own = "" if elsewhere else " ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
        texts = [text.decode() for (text,) in self._exchange.gather([own.encode()]) if text]
        if elsewhere:
            raise ElsewhereError(f"the run ended with an error in another process of the setup: {'; '.join(texts)}") from None

    def _couple(self) -> list[Member]:
        """A system has a new FPGA after a power cycle."""
        if [member.fpga for member in self._members] != [system.fpga for system in self.systems.values()]:
            self._members = [Member(system.fpga, number, self.size) for number, system in self.systems.items()]
        return self._members

    def snapshot(self, compress: bool = False) -> bytes:
        """The whole state of all FPGAs and of the aggregator between runs. ConfigurationError if some are in other processes."""
        self._require_all()
        systems = [system.snapshot(compress) for system in self.systems.values()]
        described, _ = snapshot.decode(systems[0])
        return msgspec.msgpack.encode(_Snapshot(systems, snapshot.encode(described, snapshot.capture(self._blocks()), compress)))

    def restore(self, data: bytes) -> Self:
        """Becomes the setup that a snapshot was taken of; what follows is the same to the bit. Raises SnapshotError: then nothing has
        changed if the bytes are no snapshot of so many FPGAs, and all have just been powered on if their content is not right."""
        self._require_all()
        try:
            parts = msgspec.msgpack.decode(data, type=_Snapshot)
        except msgspec.MsgspecError as error:
            raise SnapshotError(f"these bytes are no snapshot of a setup of several FPGAs: {error}") from None
        if len(parts.systems) != self.size:
            raise SnapshotError(f"a snapshot of {len(parts.systems)} FPGAs for a setup of {self.size}")
        try:
            for system, state in zip(self.systems.values(), parts.systems, strict=True):
                system.restore(state)
            snapshot.install(self._blocks(), snapshot.decode(parts.between)[1])
        except SnapshotError:
            self.reset()
            raise
        self.serials = tuple(system.identity.serial for system in self.systems.values())
        return self

    def reset(self) -> None:
        """Power cycle of everything."""
        for system in self.systems.values():
            system.reset()
        self.aggregator = Aggregator(self.size)

    def _blocks(self) -> dict[str, Any]:
        """The aggregator, and the time that its own is checked against."""
        return {"aggregator": self.aggregator, "fpga.time": self.systems[0].fpga.time}

    def _require_all(self) -> None:
        if len(self.systems) != self.size:
            raise ConfigurationError("some FPGAs of the setup are in other processes: its snapshot needs all of them in one")

    def interrupt(self) -> None:
        """Ends the run that another thread executes."""
        for system in self.systems.values():
            system.fpga.interrupt()

    @property
    def counters(self) -> dict[str, int]:
        """What the aggregator has passed on and lost since power-on."""
        return self.aggregator.counters
