"""Connections to a service that shares chips between users (facts: transport 5.4)."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from getpass import getuser
from importlib import import_module
from typing import Any, ClassVar, Final
from uuid import uuid4

import numpy as np

from fisch import errors, ut
from fisch.connection import Connection, Words
from fisch.database import setup_from
from fisch.environment import serial_setting, setting
from fisch.errors import ConnectionFailedError, ConnectionLostError, FischError, InheritedConnectionError, ProgramError
from fisch.hwdb import HwdbEntry
from fisch.read_back import reads_of
from fisch.service.messages import (
    LONGEST_FRAME,
    VERSION,
    Bye,
    Cancel,
    Done,
    Failed,
    Hello,
    Message,
    Queued,
    Reinit,
    Reply,
    Submit,
    Welcome,
    encode,
    reply,
    to_bytes,
    to_words,
)

CHIP_VARIABLES: Final = {
    "serial": "HICANNX_CHIP", "mode": "HICANNX_MODE", "seed": "HICANNX_SEED", "strict": "HICANNX_STRICT", "setup": "HICANNX_SETUP",
}  # fmt: skip
CONNECT_TIMEOUT: Final = 10.0
LONGEST_PROGRAM: Final = LONGEST_FRAME - (1 << 10)
"""Bytes of a program that fits into a frame."""


class ServiceError(FischError):
    """The service refused or failed; `kind` is the name of the error there."""

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(text)
        self.kind = kind


class ServiceConnection(Connection):
    """A session at `hicannx service`, with a chip of its own or a shared one.

    ip, port: of the service. token: as it was given out; None where the service does not ask for one. user: name to be seen by others
    (the user of this process if not given). chip: serial, mode, seed, strict, setup, as for an embedded connection.
    connection_attempts_max, connection_attempt_wait_after [s]: how often and how long after a lost connection another one is tried; the
    session goes on where it was, and no program runs twice.

    Raises ConnectionFailedError if nobody answers or the token is refused.
    """

    kind: ClassVar[str] = "quiggeldy"
    connection_attempts_max = 100
    connection_attempt_wait_after = 0.1

    def __init__(self, ip: str, port: int, token: str | None = None, user: str | None = None, **chip: Any) -> None:
        super().__init__()
        self._address, self._token, self._number, self._process = f"{ip}:{port}", token, 0, os.getpid()
        self._socket: Any
        self._hello = Hello(VERSION, user or getuser(), uuid4().hex, **chip)
        self._entries: dict[int, Reinit] = {}
        self._used = False
        self._client, self._sockets, self._socket = _Websockets(), ExitStack(), None
        self._welcome = self._connect()

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Sequence[Connection]:
        """The service that QUIGGELDY_IP and QUIGGELDY_PORT name, with the chip of HICANNX_CHIP and the like."""
        missing = [name for name in ("QUIGGELDY_IP", "QUIGGELDY_PORT") if not environ.get(name)]
        if missing:
            raise ConnectionFailedError(f"QUIGGELDY_ENABLED asks for a shared setup, which needs {' and '.join(missing)} as well")
        ip, port, token, user = (setting(environ, f"QUIGGELDY_{name}") for name in ("IP", "PORT", "TOKEN", "USER_NO_MUNGE"))
        chip = {name: setting(environ, variable) for name, variable in CHIP_VARIABLES.items()}
        return [cls(ip, port, token, user, **chip | {"serial": serial_setting(environ)})]

    @property
    def identifier(self) -> str:
        return self._welcome.identifiers[0]

    @property
    def hwdb_entry(self) -> HwdbEntry:
        return setup_from(self._welcome.setups[0])

    @property
    def bitfile_info(self) -> str:
        return self._welcome.bitfiles[0]

    @property
    def repo_state(self) -> str:
        return self._welcome.software

    def keep_reinit(self, entry: int, requests: Sequence[Words], enforce: bool, snapshots: Sequence[Words] = ()) -> bool:
        """Gives the service a program that restores the chip after it belonged to somebody else; with no program, takes it back."""
        with self._lock:
            self._require_own()
            for words in snapshots:
                reads_of(words)
            programs, reading = ([to_bytes(np.append(words, np.uint64(ut.HALT_WORD))) for words in kind] for kind in (requests, snapshots))
            self._ask(Reinit(entry, programs, enforce, reading))
            self._entries.pop(entry, None)
            if programs:
                self._entries[entry] = Reinit(entry, programs, True, reading)
        return True

    def _execute(self, words: Words) -> Words:
        self._require_own()
        self._number += 1
        if words.nbytes > LONGEST_PROGRAM:
            raise ProgramError(f"a program of {words.size} words: a service takes {LONGEST_PROGRAM // words.itemsize}; cut it in parts")
        answer = self._ask(Submit(self._number, [to_bytes(words)]))
        self._used = True
        return to_words(answer.responses[0])

    def _require_own(self) -> None:
        if os.getpid() != self._process:
            raise InheritedConnectionError("this connection belongs to the process that forked this one; open one here")

    def _ask(self, message: Submit | Reinit) -> Done:
        """Sends a message and waits for its end, over as many connections as that takes."""
        number = message.number if isinstance(message, Submit) else -2 - message.entry
        while True:
            try:
                self._socket.send(encode(message))
                while True:
                    said = self._receive()
                    if isinstance(said, Done) and said.number == number:
                        return said
                    if isinstance(said, Failed) and said.number in (number, -1):
                        raise _error(said)
            except self._client.ConnectionClosed:
                self._again()
            except KeyboardInterrupt:
                self._tell(Cancel(number))
                raise

    def _receive(self) -> Reply:
        while isinstance(said := reply(self._socket.recv()), Queued):
            pass
        return said

    def _connect(self) -> Welcome:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._sockets.close()
        try:
            self._socket = self._sockets.enter_context(
                self._client.connect(
                    f"ws://{self._address}",
                    additional_headers=headers,
                    max_size=None,  # answers are as long as programs ask for
                    compression=None,
                    open_timeout=CONNECT_TIMEOUT,
                )
            )
            self._socket.send(encode(self._hello))
            said = reply(self._socket.recv())
        except (OSError, self._client.WebSocketException) as error:
            raise ConnectionFailedError(f"no service at {self._address}: {error}") from None
        if isinstance(said, Failed):
            raise ConnectionFailedError(f"the service at {self._address} refuses: {said.text}")
        if not isinstance(said, Welcome):
            raise ConnectionFailedError(f"{self._address} is no service of this protocol")
        return said

    def _again(self) -> None:
        """Another connection for the same session. A service that was started again does not know it: its chip is another one then, which
        entries of the reinit stack can restore. Without them the caller has to know, unless nothing was done on the chip yet."""
        failed: Exception | None = None
        for _ in range(self.connection_attempts_max):
            time.sleep(self.connection_attempt_wait_after)
            try:
                self._welcome = self._connect()
            except ConnectionFailedError as error:
                failed = error
                continue
            if self._welcome.known:
                return
            if self._used and not self._entries:
                self._used = False
                raise ConnectionLostError("the service does not know the session any more: its chip has been powered on again")
            for entry in self._entries.values():
                self._ask(entry)
            return
        raise ConnectionLostError(f"the connection was lost, and {self.connection_attempts_max} attempts failed: {failed}")

    def _tell(self, message: Message) -> None:
        """Sends a message if anybody is there."""
        with suppress(self._client.ConnectionClosed):
            self._socket.send(encode(message))

    def close(self) -> None:
        """Ends the session, if this process began it."""
        if not self._closed and getattr(self, "_socket", None) is not None and os.getpid() == self._process:
            self._tell(Bye())
            self._sockets.close()
        super().close()


def _error(failed: Failed) -> FischError:
    """What a failure there raises here: the same error if it is one of this package."""
    kind = getattr(errors, failed.kind, None)
    if isinstance(kind, type) and issubclass(kind, FischError):
        try:
            return kind(failed.text)
        except TypeError:
            pass
    return ServiceError(failed.text, failed.kind)


class _Websockets:
    """What is needed of the package, which is loaded with the first connection."""

    def __init__(self) -> None:
        try:
            self.connect = import_module("websockets.sync.client").connect
        except ModuleNotFoundError:
            raise ConnectionFailedError("connections to a service need websockets: pip install 'hicannx[service]'") from None
        raised = import_module("websockets.exceptions")
        self.WebSocketException: type[Exception] = raised.WebSocketException
        self.ConnectionClosed: type[Exception] = raised.ConnectionClosed
