"""The model as one more kind of connection."""

import atexit
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, TypeVar
from weakref import WeakSet

from fisch.connection import RUN_TIMEOUT_VARIABLE, Connection, Words, run_timeout
from fisch.environment import require_known, serial_setting, setting
from fisch.errors import RunTimeoutError, SettingError
from fisch.hwdb import HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaAggregatorEntry, JboaSetupEntry
from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.base.errors import ConfigurationError, InterruptedRunError
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.fpga.host import HostLink
from hicannx_sim.setup import exchange
from hicannx_sim.setup.multichip import MultichipSetup
from hicannx_sim.setup.system import System
from hicannx_sim.trust.explain import Finding

Answer = TypeVar("Answer")
_log = logging.getLogger("hicannx_sim.setup")

CHIP_VARIABLE = "HICANNX_CHIP"
MODE_VARIABLE = "HICANNX_MODE"
SEED_VARIABLE = "HICANNX_SEED"
STRICT_VARIABLE = "HICANNX_STRICT"
SETUP_VARIABLE = "HICANNX_SETUP"
EXPLAIN_VARIABLE = "HICANNX_EXPLAIN"
VARIABLES = (CHIP_VARIABLE, MODE_VARIABLE, SEED_VARIABLE, STRICT_VARIABLE, SETUP_VARIABLE)

_PC_CONF, _W_CONF = 8, 3  # what software gives the synapse memories by default
_CHIP_REVISION = 3
_LOOKS_EVERY = 100 * TICKS_PER_US  # a run that is shorter and without events explains nothing new
_LOOKS = 64
"""So many runs are looked at one by one; then ever fewer, and those left out together when the connection is closed."""
_BITFILE_INFO = """\
version: 1
compatible_until: 0
kind: model
setup: hxcube
"""


def _setting(environ: Mapping[str, str], name: str) -> Any:
    try:
        return setting(environ, name)
    except SettingError as error:
        raise ConfigurationError(str(error)) from None


_waiting: dict[tuple[int, ...], list[int]] = {}
"""FPGAs of a setup, named by its chips, that were at a barrier when their connection was closed."""


def _at_barriers(serials: tuple[int, ...]) -> list[int]:
    """FPGAs of a setup that have reached a barrier in an earlier connection of this process: a new one does not reset the aggregator."""
    waiting = _waiting.pop(serials, [])
    if waiting:
        _log.warning(
            "FPGAs %s of the setup have reached a barrier between FPGAs in an earlier connection, and the others have not",
            ", ".join(map(str, waiting)),
        )
    return waiting


def _remember(group: MultichipSetup) -> None:
    """Who has reached a barrier, when a connection is closed."""
    if group.aggregator.arrived:
        _waiting[group.serials] = group.aggregator.arrived


def _one_serial(environ: Mapping[str, str]) -> int:
    try:
        return serial_setting(environ)
    except SettingError as error:
        raise ConfigurationError(str(error)) from None


def _fuses_of(device_dna: int) -> int:
    """The 64 fuses whose port reads as `device_dna`: bit i of the port is fuse 63 - i."""
    return sum((device_dna >> i & 1) << 63 - i for i in range(57))


def setup_of(system: System, ip: str = "127.0.0.1", fpga: int | None = None) -> HXCubeSetupEntry | JboaSetupEntry:
    """What a hardware database would say of a setup with this system as its FPGA number `fpga` at the address `ip`. None: the number it has
    among several, else 0. Of several, the original lists only the one that a connection leads to."""
    pair = ((_PC_CONF, _PC_CONF), (_PC_CONF, _PC_CONF)), ((_W_CONF, _W_CONF), (_W_CONF, _W_CONF))
    wing = HXCubeWingEntry(system.identity.serial, _CHIP_REVISION, system.eeprom_serial, *pair)
    if fpga is None:
        fpga = 0 if system.together is None else system.together.number_of(system)
    fpgas = {fpga: HXCubeFPGAEntry(ip, wing, _fuses_of(system.device_dna))}
    return JboaSetupEntry(0, fpgas, {0: JboaAggregatorEntry(ip)}) if system.setup == "jboa" else HXCubeSetupEntry(0, fpgas)


def bitfile_info_of(system: System) -> str:
    """What the FPGA of a system says about its configuration (YAML text)."""
    return _BITFILE_INFO.replace("hxcube", system.setup) if system.setup != "cube" else _BITFILE_INFO


_open: "WeakSet[ModelConnection]" = WeakSet()
"""Connections that nobody has dropped."""


@atexit.register
def _last_looks() -> None:
    """For scripts that end with open connections."""
    for connection in list(_open):
        connection._last_look()


class ModelConnection(Connection):
    """A connection to a model of its own, in this process.

    serial, mode, seed, strict, setup: see `System` and `VirtualChip`; what is not given comes from HICANNX_CHIP, HICANNX_MODE,
    HICANNX_SEED, HICANNX_STRICT and HICANNX_SETUP, else serial 0, typical, seed 0, not strict, a cube. host: only from here, see `System`.
    A run ends by itself, if only with an instruction timeout; HICANNX_RUN_TIMEOUT limits the seconds that this may take (RunTimeoutError).
    Each connection is a system that has just been powered on. What a run attempts in vain is told at its end on stderr (of many
    runs, not after each), or, if a later one could still complete it, when the connection is closed; once for each register that stands in
    the way, unless HICANNX_EXPLAIN is 0.

    >>> connection = ModelConnection(serial=7)
    >>> connection.identifier
    'hxcube0fpga0chip7_1'
    """

    kind: ClassVar[str] = "model"
    opened: ClassVar[list[Callable[[System], None]]] = []
    """Called with the system of every new connection."""

    def __init__(
        self,
        serial: int | None = None,
        mode: str | None = None,
        seed: int | None = None,
        strict: bool | None = None,
        setup: str | None = None,
        host: HostLink | None = None,
    ) -> None:
        environ = os.environ
        serial = _one_serial(environ) if serial is None else serial
        seed = _setting(environ, SEED_VARIABLE) if seed is None else seed
        strict = _setting(environ, STRICT_VARIABLE) if strict is None else strict
        chip = _chip(serial, mode or _setting(environ, MODE_VARIABLE))
        setup = setup or _setting(environ, SETUP_VARIABLE)
        self._attach(System(chip, seed, strict, setup, host))  # type: ignore[arg-type]  # System refuses other setups

    def _attach(self, system: System) -> None:
        """Leads to a system that has just been powered on."""
        require_known(os.environ)
        self._run_timeout = run_timeout(os.environ, None)
        self._explains = bool(_setting(os.environ, EXPLAIN_VARIABLE))
        super().__init__()
        self.system, self.group = system, system.together
        self._looked = 0, 0
        self._runs, self._next_look = 0, 1
        self._found: tuple[Any, list[Finding]] = None, []
        self._explained: set[tuple[str, str, str]] = set()
        _open.add(self)
        for seen in self.opened:
            seen(self.system)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Sequence[Connection]:
        """One connection for each chip of HICANNX_CHIP, with the other settings of `environ`; several in a jBOA are one setup."""
        serials, *settings = (_setting(environ, name) for name in VARIABLES)
        return cls.several(serials, *settings)

    @classmethod
    def several(
        cls, serials: Sequence[int], mode: str | None = None, seed: int | None = None, strict: bool | None = None, setup: str | None = None
    ) -> "list[ModelConnection | MemberConnection]":
        """One connection for each chip. Those of a jBOA are FPGAs 0 .. n - 1 of one setup and run their programs together; cubes are
        setups of their own. What is not given comes from the environment. ConfigurationError for a chip that is in a setup twice.

        >>> [connection.identifier for connection in ModelConnection.several([7, 8], setup="jboa")]
        ['jboa0fpga0chip7_1', 'jboa0fpga1chip8_1']
        """
        setup = setup or _setting(os.environ, SETUP_VARIABLE)
        if not serials:
            raise ConfigurationError("at least one serial number of a chip is needed")
        if len(serials) == 1 or setup != "jboa":
            return [cls(serial, mode, seed, strict, setup) for serial in serials]
        seed = _setting(os.environ, SEED_VARIABLE) if seed is None else seed
        strict = _setting(os.environ, STRICT_VARIABLE) if strict is None else strict
        mode = mode or _setting(os.environ, MODE_VARIABLE)
        chips = [_chip(serial, mode) for serial in serials]
        together = MultichipSetup.of(chips, seed, strict, exchange.cluster)
        together.aggregator.arrived = _at_barriers(tuple(serials))
        of = together.systems
        return [cls._to(of[number]) if number in of else MemberConnection(chip, together, number) for number, chip in enumerate(chips)]

    @classmethod
    def _to(cls, system: System) -> Self:
        made = cls.__new__(cls)
        made._attach(system)
        return made

    @property
    def hwdb_entry(self) -> HXCubeSetupEntry | JboaSetupEntry:
        """A setup with this chip; the timing of its synapse memories is the registers' default."""
        return setup_of(self.system)

    @property
    def identifier(self) -> str:
        return self.hwdb_entry.get_unique_branch_identifier(self.system.identity.serial)

    @property
    def bitfile_info(self) -> str:
        return bitfile_info_of(self.system)

    def close(self) -> None:
        """Gives the chip up. The aggregator of several does not forget who has reached a barrier between them."""
        if self.group is not None and not self._closed:
            _remember(self.group)
        self._last_look()
        super().close()

    def _execute(self, words: Words) -> Words:
        if self.group is not None:
            return _execute_together([self], [words])[0]
        answer = self._guarded(lambda: self.system.execute(words))
        self._explain()
        return answer

    @property
    def number(self) -> int:
        """Of the FPGA in its setup."""
        return 0 if self.group is None else self.group.number_of(self.system)

    def _execute_together(self, others: Sequence[Any], programs: Sequence[Words]) -> list[Words]:
        return _execute_together((self, *others), programs)

    def _explain(self) -> None:
        """What is in the way, on stderr, for what a script prints stays its own, if it is time to look."""
        self._runs += 1
        if self._explains and self._runs >= self._next_look:
            self._next_look = self._runs + 1 + self._runs // _LOOKS
            self._look()

    def _last_look(self) -> None:
        """At what a later run could have completed. Nothing can be looked at when the interpreter has begun to take itself apart."""
        if self._explains and not self._closed and self._runs and not sys.is_finalizing():
            self._look(ended=True)

    def _look(self, ended: bool = False) -> None:
        now = self.system.chip.fabric.activity(), self.system.chip.now // _LOOKS_EVERY
        if now == self._looked and not ended:
            return
        self._looked, state = now, (self._runs, now[0], self.system.chip.now)
        found = self.system.explain(ended, self._found[1] if self._found[0] == state else None)
        self._found = state, found
        for finding in found:
            told = (finding.register, finding.coordinate, finding.write)
            if told not in self._explained:
                self._explained.add(told)
                print(f"hicannx: {finding} ({EXPLAIN_VARIABLE}=0 turns this off)", file=sys.stderr)

    def _guarded(self, run: Callable[[], Answer]) -> Answer:
        return _guarded(run, self._run_timeout, self.system.fpga.interrupt if self.group is None else self.group.interrupt)


def _guarded(run: Callable[[], Answer], limit: float | None, interrupt: Callable[[], None]) -> Answer:
    """A run that is given up when its time is over."""
    if limit is None:
        return run()
    guard = threading.Timer(limit, interrupt)
    guard.start()
    try:
        return run()
    except InterruptedRunError as error:
        raise RunTimeoutError(f"no end of the program after {limit:g} s ({RUN_TIMEOUT_VARIABLE}): {error}") from None
    finally:
        guard.cancel()
        guard.join()


class MemberConnection(Connection):
    """A connection to an FPGA of a setup whose model is in another process of the same run of `hicannx cluster`."""

    kind: ClassVar[str] = "model"

    def __init__(self, chip: VirtualChip, group: MultichipSetup, number: int) -> None:
        super().__init__()
        looked_at = System(chip, setup="jboa")  # says who it is, and nothing more
        self.group, self.number = group, number
        self._entry, self._bitfile = setup_of(looked_at, fpga=number), bitfile_info_of(looked_at)
        self._serial = chip.serial

    @property
    def hwdb_entry(self) -> HXCubeSetupEntry | JboaSetupEntry:
        """As the process says that has it."""
        return self._entry

    @property
    def identifier(self) -> str:
        return self._entry.get_unique_branch_identifier(self._serial)

    @property
    def bitfile_info(self) -> str:
        return self._bitfile

    def close(self) -> None:
        """Nobody uses it any more; the aggregator is the same in all processes."""
        if not self._closed:
            _remember(self.group)
        super().close()

    def _execute(self, words: Words) -> Words:
        return _execute_together([self], [words])[0]

    def _execute_together(self, others: Sequence[Any], programs: Sequence[Words]) -> list[Words]:
        return _execute_together((self, *others), programs)


def _execute_together(connections: Sequence[ModelConnection | MemberConnection], programs: Sequence[Words]) -> list[Words]:
    """Programs for some FPGAs of a setup."""
    together = connections[0].group
    of = {connection.number: program for connection, program in zip(connections, programs, strict=True)}
    answers = _guarded(lambda: together.execute(of), run_timeout(os.environ, None), together.interrupt)
    for connection in connections:
        if isinstance(connection, ModelConnection):
            connection._explain()
    return [answers[number] for number in of]


def _chip(serial: int, mode: str) -> VirtualChip:
    try:
        return VirtualChip(serial, mode)  # type: ignore[arg-type]
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
