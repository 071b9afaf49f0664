"""A client's session at a service: its socket, what it says and hears, and how it goes on over a lost connection."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from getpass import getuser
from importlib import import_module
from typing import Any, Final
from uuid import uuid4

import numpy as np

from fisch import errors, ut
from fisch.connection import Words
from fisch.errors import ConnectionFailedError, ConnectionLostError, FischError, InheritedConnectionError, ProgramError
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

CONNECT_TIMEOUT: Final = 10.0
_WORD: Final = ut.WORD_BITS // 8
LONGEST_PROGRAM: Final = LONGEST_FRAME - (1 << 10)
"""Bytes of programs that fit into a frame."""


class ServiceError(FischError):
    """The service refused or failed; `kind` is the name of the error there."""

    def __init__(self, text: str, kind: str) -> None:
        super().__init__(text)
        self.kind = kind


class ServiceSession:
    """Of one client, with one chip or the chips of one setup; `welcome` says which.

    address: "host:port" of the service. token, user, chips: see `fisch.service.connection.ServiceConnection`.
    connection_attempts_max, connection_attempt_wait_after [s]: how often and how long after a lost connection another one is tried; the
    session goes on where it was, and no program runs twice. Raises ConnectionFailedError if nobody answers or the token is refused.
    """

    connection_attempts_max = 100
    connection_attempt_wait_after = 0.1

    def __init__(self, address: str, token: str | None = None, user: str | None = None, **chips: Any) -> None:
        self.address, self._token, self._number, self._process = address, token, 0, os.getpid()
        self.hello = Hello(VERSION, user or getuser(), uuid4().hex, **chips)
        self.socket: Any
        self._entries: dict[int, Reinit] = {}
        self._used, self._closed, self._lock = False, False, threading.Lock()
        self.users: set[int] = set()
        """Numbers of its FPGAs to which a connection is open."""
        self._client, self._sockets = _Websockets(), ExitStack()
        self.welcome = self._connect()

    @property
    def size(self) -> int:
        """Number of its chips."""
        return len(self.welcome.identifiers)

    def submit(self, programs: Mapping[int, Words]) -> dict[int, Words]:
        """Runs programs on some of the chips, the others live along; the responses of those."""
        with self._lock:
            self._require_own()
            if (length := sum(words.nbytes for words in programs.values())) > LONGEST_PROGRAM:
                most = LONGEST_PROGRAM // _WORD
                raise ProgramError(f"a program of {length // _WORD} words: a service takes {most}; cut it in parts")
            self._number += 1
            answer = self._ask(Submit(self._number, self._by_chip(programs)))
            self._used = True
            return {number: to_words(answer.responses[number]) for number in programs}

    def keep_reinit(self, entry: int, requests: Mapping[int, Words], enforce: bool, snapshots: Mapping[int, Words]) -> None:
        """Gives the service programs without halt that restore chips after they belonged to somebody else; with none, takes them back."""
        with self._lock:
            self._require_own()
            for words in snapshots.values():
                reads_of(words)
            programs, reading = (self._by_chip(_halted(kind)) if kind else [] for kind in (requests, snapshots))
            self._ask(Reinit(entry, programs, enforce, reading))
            self._entries.pop(entry, None)
            if programs:
                self._entries[entry] = Reinit(entry, programs, True, reading)

    def close(self) -> None:
        """Ends the session, if this process began it."""
        if os.getpid() == self._process and not self._closed:
            self._closed = True
            self._tell(Bye())
            self._sockets.close()

    def _by_chip(self, programs: Mapping[int, Words]) -> list[bytes]:
        return [to_bytes(programs[number]) if number in programs else b"" for number in range(self.size)]

    def _require_own(self) -> None:
        if self._closed:
            raise ConnectionFailedError(f"the session at {self.address} is closed")
        if os.getpid() != self._process:
            raise InheritedConnectionError("this connection belongs to the process that forked this one; open one here")

    # -- over as many connections as it takes
    def _ask(self, message: Submit | Reinit) -> Done:
        """Sends a message and waits for its end, over as many connections as that takes."""
        number = message.number if isinstance(message, Submit) else -2 - message.entry
        while True:
            try:
                self.socket.send(encode(message))
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
        while isinstance(said := reply(self.socket.recv()), Queued):
            pass
        return said

    def _connect(self) -> Welcome:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        self._sockets.close()
        try:
            self.socket = self._sockets.enter_context(
                self._client.connect(
                    f"ws://{self.address}",
                    additional_headers=headers,
                    max_size=None,  # answers are as long as programs ask for
                    compression=None,
                    open_timeout=CONNECT_TIMEOUT,
                )
            )
            self.socket.send(encode(self.hello))
            said = reply(self.socket.recv())
        except (OSError, self._client.WebSocketException) as error:
            raise ConnectionFailedError(f"no service at {self.address}: {error}") from None
        if isinstance(said, Failed):
            raise ConnectionFailedError(f"the service at {self.address} refuses: {said.text}")
        if not isinstance(said, Welcome):
            raise ConnectionFailedError(f"{self.address} is no service of this protocol")
        return said

    def _again(self) -> None:
        """Another connection for the same session. A service that was started again does not know it: its chips are others then, which
        entries of the reinit stack can restore. Without them the caller has to know, unless nothing was done on the chips yet."""
        failed: Exception | None = None
        for _ in range(self.connection_attempts_max):
            time.sleep(self.connection_attempt_wait_after)
            try:
                self.welcome = self._connect()
            except ConnectionFailedError as error:
                failed = error
                continue
            if self.welcome.known:
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
            self.socket.send(encode(message))


def _halted(programs: Mapping[int, Words]) -> dict[int, Words]:
    return {number: np.append(words, np.uint64(ut.HALT_WORD)) for number, words in programs.items()}


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
