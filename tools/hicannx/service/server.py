"""The service: sessions over websockets, and pages for those who watch it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from importlib.metadata import version
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response

from fisch.environment import address_and_ports
from fisch.service.messages import (
    LONGEST_FRAME,
    VERSION,
    Bye,
    Cancel,
    Done,
    Failed,
    Hello,
    MessageError,
    Queued,
    Reinit,
    Reply,
    Submit,
    Welcome,
    encode,
    request,
)
from hicannx.commands import LEAST_MEMORY
from hicannx.errors import HicannxError
from hicannx.service.metrics import Metrics
from hicannx.service.pool import Tenant, Worker
from hicannx.service.scheduler import Scheduler
from hicannx.service.sessions import Job, Session, forever
from hicannx.service.tokens import Tokens

HELLO_WITHIN, READY_WITHIN, LOOK_EVERY, CLOSE_WITHIN = 10.0, 60.0, 5.0, 2.0
LONGEST_NAME, MOST_SESSIONS, MOST_SHOWN = 100, 1000, 8
HELD_FACTOR = 2
"""Programs of the longest kind that a session may have waiting, and kept to restore a chip."""
FRAMES_AHEAD = 2
"""Messages of a client that are read before those that came earlier are dealt with."""


class ServiceError(HicannxError, ValueError):
    """The service cannot be started as it was asked for."""


@dataclass(frozen=True)
class Options:
    """address, port: to listen at, loopback unless `public`. chips: processes. shared: serial numbers of chips that all users share (none:
    each session has chips of its own), with setup="jboa" as one setup; fpgas: addresses of FPGAs that they share. tokens: file of tokens.
    limit: seconds of a program. keep: seconds that a session without connection is kept. most_words, most_waiting, most_sessions: quotas
    of a program and of a user. memory: bytes of the process of a chip."""

    address: str = "127.0.0.1"
    port: int = 0
    public: bool = False
    chips: int = 2
    shared: Sequence[int] = ()
    setup: str = "cube"
    fpgas: Sequence[str] = ()
    tokens: Path | None = None
    limit: float | None = 600.0
    keep: float = 300.0
    most_words: int = 1 << 22
    most_waiting: int = 64
    most_sessions: int = 64
    memory: int | None = None

    def __post_init__(self) -> None:
        if not ip_address(self.address).is_loopback and not (self.public and self.tokens):
            raise ServiceError(f"--address {self.address}: others can reach it, which needs --public and --tokens")
        if self.shared and self.fpgas:
            raise ServiceError("--shared and --fpga: virtual chips are shared, or FPGAs, not both")
        if self.setup != "cube" and not self.shared:
            raise ServiceError("--setup is for the chips of --shared; sessions with chips of their own say themselves what they want")
        if self.memory is not None and self.memory < LEAST_MEMORY << 20:
            raise ServiceError(f"--memory: the process of a chip needs {LEAST_MEMORY} MiB to start, {self.memory >> 20} are given")
        for fpga in self.fpgas:
            try:
                address_and_ports(fpga)
            except ValueError as error:
                raise ServiceError(f"--fpga: {error}") from None


class Service:
    """One service. `start` begins to listen, `port` says where, `stop` ends everything."""

    def __init__(self, options: Options) -> None:
        self.options, self.metrics = options, Metrics()
        self._tokens = Tokens(options.tokens) if options.tokens else None
        self._chips = [Tenant("model", {"serials": list(serials), "setup": options.setup}) for serials in _setups(options)]
        self._chips += [Tenant("arq", {"ip": ip}) for ip in options.fpgas]
        self._sessions: dict[str, Session] = {}
        self._arrived: dict[Hashable, list[int]] = {}
        self._scheduler: Scheduler
        self._server: Any = None
        self.port = options.port
        """Where it listens."""
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begins to listen. Raises OSError if nobody can listen there."""
        workers = [Worker(number, self.options.memory) for number in range(len(self._chips) or self.options.chips)]
        self._scheduler = Scheduler(workers, self.metrics, self.options.limit)
        self._server = await serve(
            self._session,
            self.options.address,
            self.options.port,
            process_request=self._page,
            max_size=LONGEST_FRAME,
            max_queue=FRAMES_AHEAD,
            compression=None,
            close_timeout=CLOSE_WITHIN,
            ping_interval=20,
            ping_timeout=20,
            server_header=None,
        )
        self.port = int(next(iter(self._server.sockets)).getsockname()[1])
        self._tasks = [asyncio.create_task(forever(LOOK_EVERY, self._look))]

    @property
    def workers(self) -> list[Worker]:
        """The processes of chips."""
        return self._scheduler.workers

    async def stop(self) -> None:
        """Ends sessions and processes, without waiting long for clients that do not answer."""
        for task in self._tasks:
            task.cancel()
        self._server.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._server.wait_closed(), 4 * CLOSE_WITHIN)
        for worker in self.workers:
            worker.close()

    # ---------------------------------------------------------------------------------------------------------------------- pages, tokens
    def _page(self, connection: ServerConnection, asked: HttpRequest) -> Response | None:
        """Answers what is no session; a session without a token ends here, before anything of it is read."""
        path = asked.path.partition("?")[0]
        if path == "/healthz":
            return connection.respond(HTTPStatus.OK, "ok\n")
        if path == "/readyz":
            ready = time.monotonic() - self._scheduler.answered < READY_WITHIN
            return connection.respond(*((HTTPStatus.OK, "ready\n") if ready else (HTTPStatus.SERVICE_UNAVAILABLE, "no chip answers\n")))
        if path == "/metrics":
            return connection.respond(HTTPStatus.OK, self.metrics.text().decode())
        if path != "/":
            return connection.respond(HTTPStatus.NOT_FOUND, "there are /healthz, /readyz and /metrics\n")
        if self._tokens is not None:
            kind, _, token = asked.headers.get("Authorization", "").partition(" ")
            user = self._tokens.user(token) if kind.lower() == "bearer" else None
            if user is None:
                self.metrics.refused.labels("token").inc()
                return connection.respond(HTTPStatus.UNAUTHORIZED, "a token is needed: QUIGGELDY_TOKEN\n")
            connection.username = user
        return None

    # --------------------------------------------------------------------------------------------------------------------------- sessions
    async def _session(self, socket: ServerConnection) -> None:
        """One connection of a client."""
        session: Session | None = None
        try:
            session = await self._greet(socket)
            while session is not None and await self._hear(session, request(await socket.recv(decode=False))):
                pass
        except MessageError as error:
            self.metrics.refused.labels("message").inc()
            await _say(socket, Failed(-1, "MessageError", str(error)))
        except (ConnectionClosed, TimeoutError):
            pass
        finally:
            if session is not None and session.socket is socket:
                session.socket = session.send = None
                session.left = time.monotonic()

    async def _greet(self, socket: ServerConnection) -> Session | None:
        hello = request(await asyncio.wait_for(socket.recv(decode=False), HELLO_WITHIN))
        if not isinstance(hello, Hello) or hello.version != VERSION:
            raise MessageError(f"a session begins with Hello of version {VERSION}")
        if not 0 < len(hello.user) <= LONGEST_NAME or len(hello.session) > LONGEST_NAME:
            raise MessageError(f"names of users and sessions have 1 to {LONGEST_NAME} letters")
        user = getattr(socket, "username", None) or hello.user
        session, known = self._sessions.get(hello.session), hello.session in self._sessions
        if session is None:
            if refused := self._too_many(user):
                self.metrics.refused.labels("sessions").inc()
                await _say(socket, Failed(-1, "ConnectionFailedError", refused))
                return None
            session = self._new(hello, user)
        elif session.user != user:
            raise MessageError("the session belongs to somebody else")
        if not session.tenant.about:
            opened = await self._scheduler.show(session)
            if isinstance(opened, Failed):
                await _say(socket, opened)
                return None
        self._sessions[hello.session] = session
        self.metrics.sessions.set(len(self._sessions))

        async def send(reply: Reply) -> None:
            await _say(socket, reply)

        session.socket, session.send, session.left = socket, send, None
        about = session.tenant.about
        software = f"hicannx {version('hicannx')}"
        await send(Welcome(about["identifiers"], about["setups"], about["bitfiles"], software, known))
        return session

    def _too_many(self, user: str) -> str:
        """Why there are no more sessions; empty if there are."""
        if sum(one.user == user for one in self._sessions.values()) >= self.options.most_sessions:
            return f"{user} has {self.options.most_sessions} sessions already"
        return f"there are {MOST_SESSIONS} sessions already" if len(self._sessions) >= MOST_SESSIONS else ""

    def _new(self, hello: Hello, user: str) -> Session:
        if self._chips:
            number = min(range(len(self._chips)), key=lambda k: sum(one.tenant is self._chips[k] for one in self._sessions.values()))
            return Session(hello.session, user, self._chips[number], shared=True, worker=self.workers[number])
        if hello.setup != "jboa" and len(hello.serials) > 1:
            raise MessageError(f"{len(hello.serials)} chips in one session are those of a setup 'jboa', not {hello.setup!r}")
        tenant = Tenant("model", {name: getattr(hello, name) for name in ("serials", "mode", "seed", "strict", "setup")})
        tenant.arrived = self._arrived.pop(_setup_of(user, tenant), [])
        return Session(hello.session, user, tenant)

    async def _hear(self, session: Session, said: Any) -> bool:
        """Whether the session goes on after a message."""
        if isinstance(said, Bye):
            self._end(session)
            return False
        if isinstance(said, Submit):
            await self._submit(session, said)
        elif isinstance(said, Reinit):
            await self._reinit(session, said)
        elif isinstance(said, Cancel):
            self._scheduler.queue.drop(session.user, lambda job: job.session is session and job.number == said.number)
            session.waiting.pop(said.number, None)
        else:
            raise MessageError("Hello comes once, at the beginning")
        return True

    async def _submit(self, session: Session, said: Submit) -> None:
        if said.number in session.results:
            await session.tell(session.results[said.number])
        elif not session.known(said):
            refused = self._refused(session, said.programs)
            if refused:
                self.metrics.refused.labels("quota").inc()
                await session.finish(said.number, Failed(said.number, "ProgramError", refused))
                return
            self._scheduler.add(Job(session, said.number, said.programs))
            position = self._scheduler.queue.position(session.user)
            if position:
                await session.tell(Queued(said.number, position))

    def _refused(self, session: Session, programs: list[bytes]) -> str:
        """Why programs are not taken; empty if they are."""
        lengths = [len(one) for one in programs]
        if len(programs) != session.size or any(length % 8 for length in lengths) or not any(lengths):
            given = f"{len(programs)} of {lengths[:MOST_SHOWN]} bytes"
            return f"{session.size} programs of whole words are needed, one for each chip, not {given}"
        if sum(lengths) // 8 > self.options.most_words:
            return f"a program of {sum(lengths) // 8} words: {self.options.most_words} are allowed"
        if self._scheduler.queue.waiting(session.user) >= self.options.most_waiting:
            return f"{session.user} has {self.options.most_waiting} programs that wait already"
        held = (session.held + sum(lengths)) // 8
        if held > HELD_FACTOR * self.options.most_words:
            return f"{held} words that wait or restore the chip: {HELD_FACTOR * self.options.most_words} are allowed"
        return ""

    async def _reinit(self, session: Session, said: Reinit) -> None:
        """An entry that restores the chip; on a chip of one's own it only runs if that is asked for."""
        number = -2 - said.entry
        if not said.requests:
            session.entries.pop(said.entry, None)
            session.snapshots.pop(said.entry, None)
            await session.tell(_nothing(session, number))
            return
        if refused := self._refused(session, said.requests) or (said.snapshots and self._refused(session, said.snapshots)):
            await session.tell(Failed(number, "ProgramError", refused))
            return
        session.entries[said.entry] = said.requests
        session.snapshots.pop(said.entry, None)
        if said.snapshots and session.shared:
            session.snapshots[said.entry] = said.snapshots
        session.enforced = session.enforced or (said.enforce and session.shared)
        if said.enforce:
            session.changed.discard(said.entry)
            self._scheduler.add(Job(session, number, said.requests))
        else:
            if session.shared:
                session.changed.add(said.entry)
            await session.tell(_nothing(session, number))

    def _end(self, session: Session) -> None:
        self._sessions.pop(session.name, None)
        if session.tenant.arrived and not session.shared:
            self._arrived[_setup_of(session.user, session.tenant)] = session.tenant.arrived
            for old in list(self._arrived)[:-MOST_SESSIONS]:
                del self._arrived[old]
        self.metrics.sessions.set(len(self._sessions))
        self._scheduler.leave(session)

    async def _look(self) -> None:
        """Ends sessions that nobody came back to, and asks free processes whether they answer."""
        now = time.monotonic()
        for session in list(self._sessions.values()):
            if session.left is not None and now - session.left > self.options.keep and not session.running:
                self._end(session)
        await self._scheduler.probe()


def _nothing(session: Session, number: int) -> Reply:
    """An end without responses."""
    return Done(number, [b""] * session.size, 0.0)


def _setups(options: Options) -> list[Sequence[int]]:
    """Which of the shared chips belong together."""
    return [options.shared] if options.setup == "jboa" and options.shared else [[serial] for serial in options.shared]


def _setup_of(user: str, tenant: Tenant) -> Hashable:
    """What a user would call the same setup another time."""
    return user, str(tenant.arguments)


async def _say(socket: ServerConnection, reply: Reply) -> None:
    """Sends a reply, if somebody is there."""
    with suppress(ConnectionClosed):
        await socket.send(encode(reply))
