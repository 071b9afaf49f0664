"""Connections to FPGAs over UDP. (facts: transport 5.2, 5.3, 6)"""

import logging
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Final, Self

import numpy as np

from fisch import ut
from fisch.arq import protocol
from fisch.arq.bitfile import read_bitfile_info
from fisch.arq.session import CONFIGURATION_TIME, NoAnswerError, Session
from fisch.connection import Connection, ConnectionTimeInfo, Words
from fisch.connection import run_timeout as run_timeout_of
from fisch.database import PATH_VARIABLE, Database, Setup, configured, setup_from
from fisch.environment import address_and_ports, setting
from fisch.errors import ConnectionFailedError, HwdbError, InheritedConnectionError, SessionTakenOverError
from fisch.hwdb import HwdbEntry, JboaSetupEntry

IPS_VARIABLE: Final = "SLURM_FPGA_IPS"
RUN_TIMEOUT: Final = 600.0
CONNECT_TIMEOUT: Final = 2.0

_log = logging.getLogger("fisch.arq")


class ARQConnection(Connection):
    """A connection to one FPGA.

    ip: IPv4 address, or "address:data port:reset port".
    hwdb_path: hardware database that knows the address; else the one that the environment names (see `fisch.database`), else what a
    virtual chip says about itself, else the list of virtual chips.
    connect_timeout [s]. run_timeout [s]: None waits for ever; if not given, HICANNX_RUN_TIMEOUT (0: for ever) or 600 s.

    A run that fails (RunTimeoutError, ConnectionLostError, WireError, an interrupt) ends the session; the next run begins a new one. After
    a SessionTakenOverError no run begins: the connection stays unusable. If this one ends a session of somebody else's, a warning says so.

    A forked process cannot use the connection (InheritedConnectionError), and closing it there concerns nobody else.
    """

    kind: ClassVar[str] = "arq"

    def __init__(
        self,
        ip: str,
        hwdb_path: str | None = None,
        *,
        connect_timeout: float = CONNECT_TIMEOUT,
        run_timeout: float | str | None = "from the environment",
    ) -> None:
        self._ip, self._ports = _address(ip)
        self._connect_timeout = connect_timeout
        self._run_timeout = run_timeout_of(os.environ, RUN_TIMEOUT) if isinstance(run_timeout, str) else run_timeout
        self._session: Session | None = None
        self._over: SessionTakenOverError | None = None
        self._own_ports: set[str] = set()
        self._owner = os.getpid()
        super().__init__(_written(self._ip, self._ports))
        try:
            self._bitfile_info = self._connect().bitfile_info
            self._setup, self._fpga = _find(self._ip, hwdb_path, read_bitfile_info(self._bitfile_info))
        except BaseException:
            self.close()
            raise

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Sequence[Self]:
        """Connections to the addresses in SLURM_FPGA_IPS: all of them if they belong to jBOA setups, else the first one.

        As in the original, each of them is connected to.
        """
        ips = setting(environ, IPS_VARIABLE)
        if not ips:
            raise ConnectionFailedError(f"No FPGA IP found in environment ({IPS_VARIABLE}).")
        timeout = run_timeout_of(environ, RUN_TIMEOUT)
        opened: list[Self] = []
        try:
            for ip in ips:
                opened.append(cls(ip, environ.get(PATH_VARIABLE), run_timeout=timeout))
        except BaseException:
            _close(opened)
            raise
        if all(isinstance(connection.hwdb_entry, JboaSetupEntry) for connection in opened):
            return opened
        _close(opened[1:])
        return opened[:1]

    def _connect(self) -> Session:
        """A new session; a reset or an answer to it that gets lost is repeated."""
        end = time.monotonic() + self._connect_timeout
        while self._session is None:
            left = end - time.monotonic()
            try:
                self._session = Session(self._ip, *self._ports, min(left, CONFIGURATION_TIME))
            except NoAnswerError:
                if left <= CONFIGURATION_TIME:
                    raise
        self._tell_takeover(self._session)
        return self._session

    def _tell_takeover(self, session: Session) -> None:
        """Warns if the FPGA says that it has ended a session of somebody else's for this one."""
        ended = read_bitfile_info(session.bitfile_info).get("took_over")
        if ended is not None and _port(ended) not in self._own_ports:
            _log.warning(
                "the session of %s with the FPGA at %s was in use and is over: this one has taken its place", ended, session.address
            )
        self._own_ports.add(_port(session.own_address))

    @property
    def address(self) -> str:
        """Of the FPGA, as SLURM_FPGA_IPS has it."""
        return _written(self._ip, self._ports)

    @property
    def hwdb_entry(self) -> HwdbEntry:
        """What is known about the setup, with only the FPGA of this connection."""
        return replace(self._setup, fpgas={self._fpga: self._setup.fpgas[self._fpga]})

    @property
    def identifier(self) -> str:
        return _identifier(self._ip, self._setup, self._fpga)

    def identifier_in(self, hwdb_path: str | None) -> str:
        """The name of the chip in the database at a path; HwdbError if it does not know the FPGA's address or no chip there."""
        return self.identifier if hwdb_path is None else _identifier(self._ip, *_find(self._ip, hwdb_path, {}))

    @property
    def bitfile_info(self) -> str:
        return self._bitfile_info

    @property
    def counters(self) -> dict[str, int]:
        """What the present session has counted, lost and dropped datagrams among it."""
        return self._session.endpoint.counters if self._session else {}

    def execute(self, words: Words) -> Words:
        """As all connections do; InheritedConnectionError in a forked process."""
        if os.getpid() != self._owner:
            raise InheritedConnectionError(f"the connection to {self._ip} belongs to process {self._owner}: a forked process opens its own")
        return super().execute(words)

    def _execute(self, words: Words) -> Words:
        if self._over:
            raise SessionTakenOverError(str(self._over), self._over.by)
        try:
            session = self._session or self._connect()
            answer = session.execute(words, _halts(words), self._run_timeout)
        except BaseException as error:
            self._over = error if isinstance(error, SessionTakenOverError) else None
            if self._session:
                self._session.close(orderly=False)
            self._session = None
            raise
        self.add_time(ConnectionTimeInfo(commit_duration=timedelta(seconds=session.commit_seconds)))
        return answer

    def close(self) -> None:
        """Ends the session; a run in another thread fails. Closing twice is harmless. In a forked process the session goes on."""
        self._closed = True
        if os.getpid() != self._owner:
            self._session = self._endpoint = None
        elif session := self._session:
            if not self._lock.acquire(blocking=False):
                session.stop()
                self._lock.acquire()
            try:
                if self._session:
                    self._session.close()
                    self._session = None
            finally:
                self._lock.release()
        super().close()


def _halts(words: Words) -> int:
    return int(np.count_nonzero((words >> np.uint64(56) == ut.HALT_WORD >> 56) & (words & np.uint64(1) == 0)))


def _written(ip: str, ports: tuple[int, int]) -> str:
    """The address with its ports if they are not the usual ones."""
    return ip if ports == (protocol.DATA_PORT, protocol.RESET_PORT) else f"{ip}:{ports[0]}:{ports[1]}"


def _address(text: str) -> tuple[str, tuple[int, int]]:
    """(address, (data port, reset port))"""
    try:
        ip, ports = address_and_ports(str(text))
    except ValueError as error:
        raise ConnectionFailedError(f"no way to the FPGA: {error}") from None
    return ip, ports or (protocol.DATA_PORT, protocol.RESET_PORT)


def _port(address: str) -> str:
    """The port of "address:port": what both ends agree on."""
    return str(address).rpartition(":")[2]


def _find(ip: str, hwdb_path: str | None, info: dict[str, Any]) -> tuple[Setup, int]:
    """Setup and number of the FPGA: from the database that is asked for, else as the FPGA says, else from the list of virtual chips."""
    database = Database()
    if hwdb_path is not None:
        database.load(hwdb_path)
    elif named := configured(os.environ):
        database = named
    elif "hwdb" in info:
        setup = setup_from(info["hwdb"])
        if not setup.fpgas:
            raise HwdbError(f"the setup that {ip} claims to be has no FPGA")
        return setup, min(setup.fpgas)
    else:
        database.load(None)
    return database.find(ip)


def _identifier(ip: str, setup: Setup, fpga: int) -> str:
    wing = setup.fpgas[fpga].wing
    if wing is None:
        raise HwdbError(f"No chip present. (at {ip})")
    return setup.get_unique_branch_identifier(wing.handwritten_chip_serial)


def _close(connections: Sequence[Connection]) -> None:
    for connection in connections:
        connection.close()
