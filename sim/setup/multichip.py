"""Several FPGAs of one jBOA setup, each with board and chip, on one time base and with the aggregator between them."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from hicannx_sim.base.errors import ConfigurationError, OutOfMemoryError, SimError
from hicannx_sim.base.noise import stream
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.setup.aggregator import MEMBERS_MAX, Aggregator
from hicannx_sim.setup.exchange import Exchange
from hicannx_sim.setup.member import Member
from hicannx_sim.setup.rounds import Rounds
from hicannx_sim.setup.system import System, Words

NOTHING = np.empty(0, np.uint64)


class MultichipSetup:
    """FPGAs 0 .. n - 1 of one setup; `systems` are those that are in this process, by number, `size` is how many there are at all.

    exchange: what connects processes that have some of the FPGAs each, see `rounds.Rounds`; all of them make the same calls then.

    >>> setup = MultichipSetup.of([VirtualChip(7), VirtualChip(8)], seed=1)
    >>> [len(words) for words in setup.execute([np.array([0x0A << 56], np.uint64)] * 2)]
    [1, 1]
    """

    def __init__(self, systems: Mapping[int, System], size: int | None = None, exchange: Exchange | None = None) -> None:
        self.systems = dict(sorted(systems.items()))
        self.size = len(systems) if size is None else size
        self._exchange = exchange
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

    @classmethod
    def of(cls, chips: Sequence[VirtualChip], seed: int = 0, strict: bool = False) -> "MultichipSetup":
        """All in this process. `seed` decides, with the chip's serial number, the trial noise of each chip. ConfigurationError."""
        return cls(systems_of(dict(enumerate(chips)), seed, strict))

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
            return self._run(of)

    def _run(self, programs: Mapping[int, Words]) -> list[Words]:
        members = self._couple()
        for (number, system), member in zip(self.systems.items(), members, strict=True):
            system._begin_run()
            member.begin(programs.get(number, NOTHING))
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
            raise
        return [member.end() for member in members]

    def _say_where(self, error: BaseException, members: Sequence[Member]) -> None:
        """Of several FPGAs, which one it was."""
        failed = [number for number, member in zip(self.systems, members, strict=True) if member.failed]
        if isinstance(error, SimError) and failed:
            error.add_note(f"this was FPGA {failed[0]} of the setup, chip {self.systems[failed[0]].identity.serial}")

    def _couple(self) -> list[Member]:
        """A system has a new FPGA after a power cycle."""
        if [member.fpga for member in self._members] != [system.fpga for system in self.systems.values()]:
            self._members = [Member(system.fpga, number, self.size) for number, system in self.systems.items()]
        return self._members

    def interrupt(self) -> None:
        """Ends the run that another thread executes."""
        for system in self.systems.values():
            system.fpga.interrupt()

    @property
    def counters(self) -> dict[str, int]:
        """What the aggregator has passed on and lost since power-on."""
        return self.aggregator.counters


def systems_of(chips: Mapping[int, VirtualChip], seed: int, strict: bool) -> dict[int, System]:
    """The systems of chips of one setup, by number of their FPGA. ConfigurationError for a chip that is in it twice."""
    serials = [chip.serial for chip in chips.values()]
    if twice := {serial for serial in serials if serials.count(serial) > 1}:
        raise ConfigurationError(f"chip {min(twice)} is in the setup twice, and there is one of it: give other serial numbers")
    return {number: System(chip, stream(seed, "setup", chip.serial), strict, "jboa") for number, chip in chips.items()}
