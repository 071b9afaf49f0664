"""Programs onto chips: the fairest next one that can run, onto the process that its chip is in, or onto one that is free."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter

import numpy as np

from fisch import ut
from fisch.errors import ProgramError
from fisch.read_back import writes_of
from fisch.service.messages import Done, Failed, Reply, to_bytes, to_words
from hicannx.service.metrics import Metrics
from hicannx.service.pool import OpenError, Worker, WorkerDied
from hicannx.service.queue import FairQueue
from hicannx.service.sessions import Job, Session
from hicannx.service.worker import Answer

_log = logging.getLogger("hicannx.service")
PROBE_WITHIN = 10.0
ANEW = "the chip has been powered on anew"
OPENING = -1
"""Number of what is no program: a chip is opened."""
MOST_DEATHS = 2
"""So often a program may end the process of a chip; then it is refused."""


class Scheduler:
    """Of one service. limit: seconds a program may take, None for ever."""

    def __init__(self, workers: list[Worker], metrics: Metrics, limit: float | None) -> None:
        self.workers, self.metrics, self.limit = workers, metrics, limit
        self.queue = FairQueue()
        self.answered = time.monotonic()
        self._deaths: Counter[str] = Counter()
        self._waited: set[str] = set()
        self._last: dict[int, Session] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        """A program waits from now on."""
        if job.opened is None:
            job.session.waiting[job.number] = job.bytes
        self.queue.add(job.session.user, job)
        self.dispatch()

    def dispatch(self) -> None:
        """Gives every free process something to do."""
        while any(not worker.busy for worker in self.workers):
            taken = self.queue.take(self._can_run)
            if taken is None:
                break
            job: Job = taken[1]
            worker = job.session.worker or self._free(job.session)
            worker.busy = job.session.running = True
            task = asyncio.create_task(self._run(job, worker))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        waiting = set(self.queue.users())
        for user in waiting | self._waited:
            self.metrics.queue.labels(self.metrics.name(user)).set(self.queue.waiting(user))
        self._waited = waiting
        self.metrics.workers.labels("busy").set(sum(worker.busy for worker in self.workers))
        self.metrics.workers.labels("free").set(sum(not worker.busy for worker in self.workers))

    def _can_run(self, job: Job) -> bool:
        session = job.session
        return not session.running and (session.worker is None or not session.worker.busy)

    def _free(self, session: Session) -> Worker:
        """A free process, one without a chip in it if there is one."""
        free = [worker for worker in self.workers if not worker.busy]
        return min(free, key=lambda worker: (worker.tenant is not None, worker.number))

    async def _run(self, job: Job, worker: Worker) -> None:
        session = job.session
        self.metrics.wait.observe(time.monotonic() - job.since)
        try:
            reply = await self._reply(job, worker)
        except WorkerDied as error:
            reply = self._died(job, worker, error)
        except OpenError as error:
            reply = Failed(job.number, error.kind, str(error))
        except Exception as error:  # a fault of the service ends one program, not the service
            reply = Failed(job.number, type(error).__name__, f"the service failed: {error}")
        worker.busy = session.running = False
        self.answered = time.monotonic()
        self.dispatch()  # before anything is sent: a client may be slow to take it
        if job.opened is not None:
            if not job.opened.done():
                job.opened.set_result(reply)
            return
        self.metrics.jobs.labels(self.metrics.name(session.user), getattr(reply, "kind", "done")).inc()
        await session.finish(job.number, reply)

    async def show(self, session: Session) -> Reply:
        """Puts the session's chip into a process when it is its user's turn: then it is known what chip it is. Failed if there is none."""
        opened = asyncio.get_running_loop().create_future()
        self.add(Job(session, OPENING, [], opened=opened))
        reply: Reply = await opened
        return reply

    async def probe(self) -> None:
        """Asks a free process whether it answers."""
        for worker in self.workers:
            if not worker.busy:
                worker.busy = True
                try:
                    await worker.probe(PROBE_WITHIN)
                    self.answered = time.monotonic()
                except WorkerDied:
                    self.metrics.restarts.labels("probe").inc()
                    self._last.pop(worker.number, None)
                finally:
                    worker.busy = False
        self.dispatch()

    async def _reply(self, job: Job, worker: Worker) -> Reply:
        session = job.session
        await self._enter(session, worker)
        if job.opened is not None:
            self._last[worker.number] = session
            return Done(job.number, [], 0.0)
        if session.tenant.lost and not session.shared:
            session.tenant.lost = False
            return Failed(job.number, "ConnectionLostError", f"the process of the chip ended between two programs; {ANEW}")
        await self._take_leave(session, worker)
        for entry in session.restores(session.shared and self._last.get(worker.number) is not session):
            self.metrics.reinits.inc()
            restored = await worker.run(session.entries[entry], self.limit)
            self._charge(session, restored)
            if restored.kind:
                return Failed(job.number, restored.kind, f"the program that restores the chip failed: {restored.text}")
        self._last[worker.number] = session
        if self._deaths and self._deaths[job.digest] >= MOST_DEATHS:
            return Failed(job.number, "ProgramError", f"this program has ended {MOST_DEATHS} processes of chips; it is not run again")
        answer = await worker.run(job.programs, self.limit)
        self._charge(session, answer)
        self.metrics.run.observe(answer.seconds)
        self.metrics.words.labels("to_chip").inc(job.bytes // 8)
        self.metrics.words.labels("from_chip").inc(sum(map(len, answer.data)) // 8)
        return Failed(job.number, answer.kind, answer.text) if answer.kind else Done(job.number, answer.data, answer.seconds)

    async def _take_leave(self, session: Session, worker: Worker) -> None:
        """Before another session gets a shared chip, the one that had it learns what it will want to find again."""
        before = self._last.get(worker.number)
        if before is None or before is session or not before.shared:
            return
        for entry, programs in before.snapshots.items():
            answer = await worker.run(programs, self.limit)
            self._charge(before, answer)
            try:
                if answer.kind:
                    raise ProgramError(answer.text)
                before.entries[entry] = [_restoring(*one) for one in zip(programs, answer.data, strict=True)]
            except ProgramError as error:
                _log.warning("a snapshot of %s failed, the chip will be restored as before: %s", before.user, error)

    async def _enter(self, session: Session, worker: Worker) -> None:
        """Makes the session's chip the one in the process."""
        if worker.tenant is session.tenant:
            return
        before = self._last.get(worker.number)
        if worker.tenant is not None:
            self.metrics.switches.inc()
        for answer in await worker.enter(session.tenant):
            self._charge(session, answer)
        if before is not None and not before.shared:
            before.worker = None
        session.worker = worker

    def _charge(self, session: Session, answer: Answer) -> None:
        """Books what a process has computed for a session, its chip's coming and going included."""
        self.queue.charge(session.user, answer.seconds)
        self.metrics.cpu.labels(self.metrics.name(session.user)).inc(answer.seconds)

    def _died(self, job: Job, worker: Worker, error: WorkerDied) -> Reply:
        """The chip is gone with its process; the next program gets one that has just been powered on."""
        session = job.session
        self._deaths[job.digest] += 1
        self.metrics.restarts.labels("died").inc()
        self._last.pop(worker.number, None)
        session.tenant.state, session.tenant.arrived = b"", []
        if not session.shared:
            session.worker = None
        session.changed |= session.entries.keys()
        return Failed(job.number, "ConnectionLostError", f"{error}; {ANEW}")

    def leave(self, session: Session) -> None:
        """A session has ended: what it submitted is not run any more, its chip is not kept."""
        self.queue.drop(session.user, lambda job: job.session is session)
        if not session.shared and session.worker is not None and session.worker.tenant is session.tenant and not session.running:
            session.worker.tenant, session.worker = None, None
        for number, last in list(self._last.items()):
            if last is session:
                del self._last[number]


def _restoring(snapshot: bytes, answer: bytes) -> bytes:
    """A program that writes what a snapshot has read; none for a chip without snapshot."""
    return to_bytes(np.append(writes_of(to_words(snapshot), to_words(answer)), np.uint64(ut.HALT_WORD))) if snapshot else b""
