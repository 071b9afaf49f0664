"""Several FPGAs of one jBOA setup, each with board and chip, on one time base and with the aggregator between them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Self

import msgspec
import numpy as np

from hicannx_sim.base.clock import NEVER
from hicannx_sim.base.errors import ConfigurationError, OutOfMemoryError, SimError, SnapshotError
from hicannx_sim.base.noise import stream
from hicannx_sim.base.ranges import whole
from hicannx_sim.base.signals import held
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.setup import snapshot
from hicannx_sim.setup.aggregator import MEMBERS_MAX, Aggregator
from hicannx_sim.setup.exchange import ElsewhereError, MPIExchange
from hicannx_sim.setup.member import Member
from hicannx_sim.setup.questions import Questions, answered, error_of
from hicannx_sim.setup.rounds import Rounds
from hicannx_sim.setup.system import System, Words

NOTHING = np.empty(0, np.uint64)


class _Run(msgspec.Struct, forbid_unknown_fields=True):
    """How far a run is: by FPGA its program, where it is in it, and what could not be executed."""

    programs: list[bytes]
    progress: list[tuple[int, int, int]]
    goes_on: bool
    remarks: list[list[str]]


class _Snapshot(msgspec.Struct, forbid_unknown_fields=True):
    systems: list[bytes]
    between: bytes
    run: _Run | None = None


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
        _require_size(self.size)
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
        self._programs: list[Words] = []
        self._under_way: Rounds | None = None
        self._questions: dict[int, Questions] = {}
        self.goes_on = False
        """What the model cannot execute ends in a TimeoutNotification, as for a served chip, and not in an error for all."""
        self.remarks: dict[int, list[str]] = {}
        """Of the latest run that went on, by FPGA: what could not be executed."""

    @classmethod
    def of(cls, chips: Sequence[VirtualChip], seed: int = 0, strict: bool = False, exchange: MPIExchange | None = None) -> "MultichipSetup":
        """Those that belong into this process: all without an exchange. `seed` decides, with the chip's serial number, the trial noise of
        each chip. ConfigurationError for a chip that is in the setup twice."""
        seed, serials = whole(seed, "seed of a virtual chip", 0, (1 << 64) - 1), [chip.serial for chip in chips]
        _require_size(len(chips))
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
        the streams of responses of all FPGAs, also of those in other processes.

        Time is common: the run begins in the same cycle everywhere, and ends one hop after the last program. Spikes and samples that
        come between the end of an FPGA's own program and that are counted as "after halt". Raises SimError; then nothing of the run
        answers, and the setup can be used afterwards.
        """
        of = programs if isinstance(programs, Mapping) else dict(enumerate(programs))
        with self._alone():
            self._begin(of)
            self._go()
            return self._end()

    # -- a run in pieces, between which snapshots can be taken

    def begin(self, programs: Sequence[Words] | Mapping[int, Words]) -> None:
        """Begins a run, as `execute` does."""
        with self._alone():
            self._begin(programs if isinstance(programs, Mapping) else dict(enumerate(programs)))

    def advance(self, cycles: int) -> bool:
        """Goes on with the run that was begun, for so many FPGA cycles at least. Returns whether it is not at its end."""
        with self._alone():
            return self._go(cycles)

    def finish(self) -> list[Words]:
        """Goes on to the end of the run that was begun, and returns the streams of responses. How it was cut makes no difference."""
        with self._alone():
            self._go()
            return self._end()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else uses the systems meanwhile."""
        with ExitStack() as locks:
            for system in self.systems.values():
                locks.enter_context(system._lock)
            with held():
                yield

    def _begin(self, programs: Mapping[int, Words]) -> None:
        if unknown := set(programs) - set(range(self.size)):
            raise ConfigurationError(f"there is no FPGA {min(unknown)} in a setup of {self.size}")
        if self._under_way is not None:
            raise ConfigurationError("a run is under way: `finish` ends it")
        members, self._programs = self._couple(), [programs.get(number, NOTHING) for number in self.systems]
        for system, member, words in zip(self.systems.values(), members, self._programs, strict=True):
            system._begin_run()
            member.begin(words, self.goes_on)
        self._under_way = Rounds(members, self.aggregator, self._exchange)
        with self._abandoned_after_errors():
            self._under_way.begin()

    def _go(self, cycles: int = NEVER) -> bool:
        rounds, refused = self._under_way, self.aggregator.refused
        if rounds is None:
            raise ConfigurationError("no run is under way: `begin` begins one")
        members = self._members
        if self._couple() is not members:
            self._under_way = None
            raise ConfigurationError("an FPGA was power cycled: the run that was under way is over")
        if self.longest_round is not None:
            rounds.longest = self.longest_round
        with self._abandoned_after_errors():
            goes_on = rounds.go(cycles)
            if self.aggregator.refused != refused:
                raise OutOfMemoryError("no memory for spikes between FPGAs")
        return goes_on

    def _end(self) -> list[Words]:
        assert self._under_way is not None
        self.rounds, self._under_way = self._under_way.count, None
        self.remarks = {number: member.remarks for number, member in zip(self.systems, self._members, strict=True)}
        return self._of_all([member.end() for member in self._members])

    def _of_all(self, own: Sequence[Words]) -> list[Words]:
        """By FPGA, what every process has of its own ones."""
        if self._exchange is None:
            return list(own)
        found = {}
        for rank, streams in enumerate(self._exchange.gather([words.tobytes() for words in own])):
            for number, data in zip(self._exchange.numbers(self.size, rank), streams, strict=True):
                found[number] = np.frombuffer(data, np.uint64)
        return [found[number] for number in range(self.size)]

    @contextmanager
    def _abandoned_after_errors(self) -> Iterator[None]:
        """An error ends the run of all, and all learn of it."""
        try:
            yield
        except BaseException as error:
            self._under_way = None
            for member in self._members:
                member.abandon()
            self._say_where(error, self._members)
            if self._exchange is not None:
                self._tell(error)
            raise

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
        """The whole state of all FPGAs and of the aggregator, also in the middle of a run in pieces. ConfigurationError if some of them are
        in other processes."""
        self._require_all()
        with self._alone():
            systems = [system._snapshot(compress) for system in self.systems.values()]
            described, _ = snapshot.decode(systems[0])
            between = snapshot.encode(described, snapshot.capture(self._blocks()), compress)
            return msgspec.msgpack.encode(_Snapshot(systems, between, self._run_under_way()))

    def _run_under_way(self) -> _Run | None:
        if self._under_way is None:
            return None
        programs = [np.ascontiguousarray(words, np.uint64).tobytes() for words in self._programs]
        return _Run(programs, [one.progress for one in self._members], self.goes_on, [one.remarks for one in self._members])

    def _resume(self, run: _Run) -> None:
        """Goes on with the run of a snapshot. SnapshotError if it is none of so many FPGAs."""
        if {len(run.programs), len(run.progress), len(run.remarks)} != {self.size} or any(len(words) % 8 for words in run.programs):
            raise SnapshotError(f"the run of the snapshot is none of {self.size} FPGAs")
        self._programs = [np.frombuffer(words, np.uint64) for words in run.programs]
        for member, words, progress, remarks in zip(self._couple(), self._programs, run.progress, run.remarks, strict=True):
            position, ended, seen = progress
            if not (0 <= position <= len(words) and 0 <= seen <= NEVER and 0 <= ended <= NEVER):
                raise SnapshotError(f"a run cannot be at {progress} of a program of {len(words)} words")
            member.resume(words, run.goes_on, progress, remarks)
        self._under_way = Rounds(self._members, self.aggregator, self._exchange)

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
            self._under_way = None
            if parts.run is not None:
                self._resume(parts.run)
        except SnapshotError:
            self.reset()
            raise
        self.serials = tuple(system.identity.serial for system in self.systems.values())
        return self

    def reset(self) -> None:
        """Power cycle of everything."""
        for system in self.systems.values():
            system.reset()
        self.aggregator, self._under_way = Aggregator(self.size), None

    def _blocks(self) -> dict[str, Any]:
        """The aggregator, and the time that its own is checked against."""
        return {"aggregator": self.aggregator, "fpga.time": self.systems[0].fpga.time}

    def _require_all(self) -> None:
        if len(self.systems) != self.size:
            raise ConfigurationError("some FPGAs of the setup are in other processes: its snapshot needs all of them in one")

    @property
    def distributed(self) -> bool:
        """Whether other processes have some of the FPGAs."""
        return self._exchange is not None and self._exchange.size > 1

    def ask(self, number: int, question: str, data: bytes = b"", **options: Any) -> bytes:
        """What the system of an FPGA answers (see `questions`), also if it is in another process. All processes ask the same at the same
        time, and all get the answer, or raise the error that it is."""
        assert self._exchange is not None
        answer = []
        if number in self.systems:
            asked = self._questions.setdefault(number, Questions(self.systems[number]))
            answer = list(answered(asked.looks | asked.orders, question, options, data))
        failed, body = self._exchange.gather(answer)[self._exchange.rank_of(number)]
        if failed:
            raise error_of(failed)
        return body

    def interrupt(self) -> None:
        """Ends the run that another thread executes."""
        for system in self.systems.values():
            system.fpga.interrupt()

    @property
    def counters(self) -> dict[str, int]:
        """What the aggregator has passed on and lost since power-on."""
        return self.aggregator.counters


def _require_size(size: int) -> None:
    if not 1 <= size <= MEMBERS_MAX:
        raise ConfigurationError(f"a setup has 1 to {MEMBERS_MAX} chips, not {size}")
