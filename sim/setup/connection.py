"""The model as one more kind of connection."""

import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self

from fisch.connection import RUN_TIMEOUT_VARIABLE, Connection, Words, run_timeout
from fisch.environment import require_known, setting
from fisch.errors import RunTimeoutError, SettingError
from fisch.hwdb import HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaAggregatorEntry, JboaSetupEntry
from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.base.errors import ConfigurationError, InterruptedRunError
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.fpga.host import HostLink
from hicannx_sim.setup.system import System

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


def _fuses_of(device_dna: int) -> int:
    """The 64 fuses whose port reads as `device_dna`: bit i of the port is fuse 63 - i."""
    return sum((device_dna >> i & 1) << 63 - i for i in range(57))


def setup_of(system: System, ip: str = "127.0.0.1", fpga: int = 0) -> HXCubeSetupEntry | JboaSetupEntry:
    """What a hardware database would say of a setup with this system as its FPGA number `fpga` at the address `ip`."""
    pair = ((_PC_CONF, _PC_CONF), (_PC_CONF, _PC_CONF)), ((_W_CONF, _W_CONF), (_W_CONF, _W_CONF))
    wing = HXCubeWingEntry(system.identity.serial, _CHIP_REVISION, system.eeprom_serial, *pair)
    fpgas = {fpga: HXCubeFPGAEntry(ip, wing, _fuses_of(system.device_dna))}
    return JboaSetupEntry(0, fpgas, {0: JboaAggregatorEntry(ip)}) if system.setup == "jboa" else HXCubeSetupEntry(0, fpgas)


def bitfile_info_of(system: System) -> str:
    """What the FPGA of a system says about its configuration (YAML text)."""
    return _BITFILE_INFO.replace("hxcube", system.setup) if system.setup != "cube" else _BITFILE_INFO


class ModelConnection(Connection):
    """A connection to a model of its own, in this process.

    serial, mode, seed, strict, setup: see `System` and `VirtualChip`; what is not given comes from HICANNX_CHIP, HICANNX_MODE,
    HICANNX_SEED, HICANNX_STRICT and HICANNX_SETUP, else serial 0, typical, seed 0, not strict, a cube. host: only from here, see `System`.
    A run ends by itself, if only with an instruction timeout; HICANNX_RUN_TIMEOUT limits the seconds that this may take (RunTimeoutError).
    Each connection is a system that has just been powered on. What a run attempts in vain is told at its end on stderr, once for
    each register that stands in the way, unless HICANNX_EXPLAIN is 0.

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
        super().__init__()
        environ = os.environ
        require_known(environ)
        serial = _setting(environ, CHIP_VARIABLE) if serial is None else serial
        seed = _setting(environ, SEED_VARIABLE) if seed is None else seed
        strict = _setting(environ, STRICT_VARIABLE) if strict is None else strict
        chip = _chip(serial, mode or _setting(environ, MODE_VARIABLE))
        setup = setup or _setting(environ, SETUP_VARIABLE)
        self._run_timeout = run_timeout(environ, None)
        self.system = System(chip, seed, strict, setup, host)  # type: ignore[arg-type]  # System refuses other setups
        self._explains = bool(_setting(environ, EXPLAIN_VARIABLE))
        self._looked = 0, 0
        self._explained: set[tuple[str, str, str]] = set()
        for seen in self.opened:
            seen(self.system)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Sequence[Self]:
        """One connection with the settings of `environ`."""
        serial, mode, seed, strict, setup = (_setting(environ, name) for name in VARIABLES)
        return [cls(serial, mode, seed, strict, setup)]

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

    def _execute(self, words: Words) -> Words:
        answer = self._run(words)
        if self._explains:
            self._explain()
        return answer

    def _explain(self) -> None:
        """On stderr: what a script prints stays its own."""
        now = self.system.chip.fabric.activity(), self.system.chip.now // _LOOKS_EVERY
        if now == self._looked:
            return
        self._looked = now
        for finding in self.system.explain(ended=False):
            told = (finding.register, finding.coordinate, finding.write)
            if told not in self._explained:
                self._explained.add(told)
                print(f"hicannx: {finding} ({EXPLAIN_VARIABLE}=0 turns this off)", file=sys.stderr)

    def _run(self, words: Words) -> Words:
        if self._run_timeout is None:
            return self.system.execute(words)
        guard = threading.Timer(self._run_timeout, self.system.fpga.interrupt)
        guard.start()
        try:
            return self.system.execute(words)
        except InterruptedRunError as error:
            raise RunTimeoutError(f"no end of the program after {self._run_timeout:g} s ({RUN_TIMEOUT_VARIABLE}): {error}") from None
        finally:
            guard.cancel()
            guard.join()


def _chip(serial: int, mode: str) -> VirtualChip:
    try:
        return VirtualChip(serial, mode)  # type: ignore[arg-type]
    except ValueError as error:
        raise ConfigurationError(str(error)) from None
