"""A service with many users, slow ones, and ones that stay away; one that hangs, and one that is started again."""

import os
import signal
import socket
import threading
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.error import HTTPError

import numpy as np
import pytest
from prometheus_client.parser import text_string_to_metric_families
from service_users import CELLS, initialise, page, read, write
from websockets.sync.client import connect

import stadls
from fisch.errors import ConnectionLostError, ProgramError
from fisch.service.messages import VERSION, Hello, Submit, encode, reply
from halco import BarrierOnFPGA
from haldls import Barrier, CapMemCell
from hicannx.service import scheduler, server
from hicannx.service.queue import FairQueue

HALT, LOOPBACK, SETUP, WAIT = 0x0A << 56, 0x04 << 56 | 1, 0x04 << 56, 0x05 << 56
READ_TIMEOUT = 0x0B << 56 | 1 << 36 | 15 << 32 | 0x88000009
"""Reads a register of the FPGA: a word, and one of response."""
CLIENTS, JOBS, ROUNDS = 30, 20, 8


def work(words):
    """A program that takes time in proportion."""
    return np.array([READ_TIMEOUT] * words + [HALT], np.uint64)


def figures(running, name, label):
    """The values of a metric by one of its labels."""
    families = text_string_to_metric_families(page(running, "/metrics"))
    return {one.labels[label]: one.value for family in families for one in family.samples if one.name == name}


def together(running, users, each):
    """Calls each(connection, number of the user) for all users at once."""
    with ExitStack() as open_ones, ThreadPoolExecutor(len(users)) as threads:
        connections = [open_ones.enter_context(running.connect(user, serial=number)) for number, user in enumerate(users)]
        return list(threads.map(each, connections, range(len(users))))


# ---------------------------------------------------------------------------------------------------------------------- fairness
def test_thirty_users_of_two_processes_get_equal_shares(serve):
    """Of CPU time: programs of some are four times as long as those of others. Looked at while all of them still want something."""
    running, used = serve(chips=2), []
    users = [f"user {number}" for number in range(CLIENTS)]

    def each(connection, number):
        for _ in range(JOBS):
            if used:
                return
            connection.execute(work(20_000 * (1 + number % 4)))
        used.append(figures(running, "hicannx_cpu_seconds_total", "user"))

    together(running, users, each)
    shares = np.array([used[0][user] for user in users])
    assert shares.sum() ** 2 / (len(shares) * (shares**2).sum()) > 0.95, "Jain's index"


class CountingQueue(FairQueue):
    """Knows of each program that was taken how many others were taken while it waited. All cost the same, whatever the machine does."""

    def __init__(self):
        super().__init__()
        self._since, self.waited = {}, []

    def add(self, user, job):
        self._since[id(job)] = len(self.waited)
        super().add(user, job)

    def take(self, suits):
        taken = super().take(suits)
        if taken is not None:
            self.waited.append(len(self.waited) - self._since.pop(id(taken[1])))
        return taken

    def charge(self, user, seconds):
        super().charge(user, 1.0)


def test_nobody_waits_for_more_than_two_rounds(serve, monkeypatch):
    """Counted in programs."""
    monkeypatch.setattr(scheduler, "FairQueue", CountingQueue)
    running = serve(chips=2)

    def each(connection, number):
        for _ in range(ROUNDS):
            connection.execute(work(100))

    together(running, [f"user {number}" for number in range(CLIENTS)], each)
    waited = running.service._scheduler.queue.waited
    assert len(waited) >= ROUNDS * CLIENTS and 0 < max(waited) < 2 * CLIENTS


def test_many_sessions_of_one_user_run_at_once(serve):
    """A program that has to wait for the process that its chip is in holds up no other one."""
    running = serve(chips=2)
    with ExitStack() as open_ones:
        first, second, third = (open_ones.enter_context(running.connect("ann", serial=serial)) for serial in range(3))
        sessions = [running.service._sessions[one.session.hello.session] for one in (first, second, third)]
        busy = next(session for session in sessions if session.worker is not None)
        os.kill(busy.worker.pid, signal.SIGSTOP)
        stuck = next(one for one, session in zip((first, second, third), sessions, strict=True) if session is busy)
        thread = threading.Thread(target=stuck.execute, args=(work(1),))
        thread.start()
        try:
            for one in {first, second, third} - {stuck}:
                assert len(one.execute(work(1))) > 0
        finally:
            os.kill(busy.worker.pid, signal.SIGCONT)
            thread.join()


# ---------------------------------------------------------------------------------------------------------------------- slow, large, gone
def test_a_client_that_reads_nothing_holds_up_nobody(serve):
    running = serve(chips=1)
    with connect(f"ws://127.0.0.1:{running.service.port}", max_queue=1, max_size=None, ping_interval=None, close_timeout=0.1) as client:
        client.send(encode(Hello(VERSION, "eve", "e")))
        for number in range(1, 4):
            client.send(encode(Submit(number, [work(500_000).tobytes()])))
        with running.connect() as connection:
            begin = time.monotonic()
            for _ in range(3):
                connection.execute(work(1))
            assert time.monotonic() - begin < 15


def test_a_client_that_reads_nothing_does_not_keep_the_service_from_ending(serve):
    running = serve(chips=1)
    with connect(f"ws://127.0.0.1:{running.service.port}", max_queue=1, max_size=None, ping_interval=None, close_timeout=0.1) as client:
        client.send(encode(Hello(VERSION, "eve", "e")))
        for number in range(1, 4):
            client.send(encode(Submit(number, [work(500_000).tobytes()])))
        while "e" not in running.service._sessions or len(running.service._sessions["e"].results) < 2:
            time.sleep(0.05)
        begin = time.monotonic()
        running.stop()
        assert time.monotonic() - begin < 4 * server.CLOSE_WITHIN + 4


def test_answers_are_as_long_as_they_have_to_be(serve):
    running = serve(chips=1)
    with running.connect() as connection:
        program = work(4 << 20)[1:]
        assert connection.execute(program).size == program.size
        with pytest.raises(ProgramError, match=f"{(9 << 20) + 1} words"):
            connection.execute(work(9 << 20))
        with pytest.raises(ProgramError, match="are allowed"):
            connection.execute(work(4 << 20))
        assert len(connection.execute(work(1))) > 0


def test_entries_that_restore_a_chip_are_limited(serve):
    running = serve(shared=[3], most_words=10_000)
    with running.connect() as connection:
        for entry in range(2):
            connection.keep_reinit(entry, [work(9_000)], False)
        with pytest.raises(ProgramError, match=r"27006 words that wait or restore the chip: 20000 are allowed"):
            connection.keep_reinit(2, [work(9_000)], False)
        connection.keep_reinit(1, [], False)
        connection.keep_reinit(2, [work(9_000)], False)


def test_a_result_waits_for_a_client_that_was_cut_off_while_it_was_computed(serve):
    running = serve(chips=1)
    with running.connect() as connection:
        expected = connection.execute(work(5))
        os.kill(running.service.workers[0].pid, signal.SIGSTOP)
        found = []
        thread = threading.Thread(target=lambda: found.append(connection.execute(work(5))))
        thread.start()
        while not running.service.workers[0].busy:
            time.sleep(0.01)
        connection.session.connection_attempt_wait_after = 0.5
        connection.session.socket.socket.shutdown(socket.SHUT_RDWR)
        os.kill(running.service.workers[0].pid, signal.SIGCONT)
        thread.join(30)
        assert np.array_equal(found[0], expected)
        assert figures(running, "hicannx_jobs_total", "outcome") == {"done": 2}


def test_what_is_no_name(serve):
    running = serve(chips=1)
    for user, session in (("", "s"), ("x" * 101, "s"), ("x", "s" * 101)):
        with connect(f"ws://127.0.0.1:{running.service.port}") as client:
            client.send(encode(Hello(VERSION, user, session)))
            assert "100 letters" in reply(client.recv(timeout=10)).text


# ---------------------------------------------------------------------------------------------------------------------- watching
def test_pages_for_those_who_watch(unwatched, serve):
    running = serve(chips=2)
    assert page(running, "/healthz") == "ok\n" and page(running, "/readyz") == "ready\n"
    with running.connect("ann") as connection:
        connection.execute(work(100))
        assert figures(running, "hicannx_jobs_total", "user") == {"ann": 1}
        assert figures(running, "hicannx_words_total", "direction")["to_chip"] == 101
        assert figures(running, "hicannx_cpu_seconds_total", "user")["ann"] > 0
        assert figures(running, "hicannx_queue_length", "user") in ({}, {"ann": 0})
        assert figures(running, "hicannx_workers", "state") == {"busy": 0, "free": 2}


def test_a_service_whose_chips_hang_is_not_ready(serve, monkeypatch):
    monkeypatch.setattr(server, "READY_WITHIN", 1.0)
    running = serve(chips=1, limit=None)
    with running.connect() as connection:
        os.kill(running.service.workers[0].pid, signal.SIGSTOP)
        thread = threading.Thread(target=connection.execute, args=(work(1),))
        thread.start()
        time.sleep(1.5)
        with pytest.raises(HTTPError, match="503"):
            urllib.request.urlopen(f"http://127.0.0.1:{running.service.port}/readyz", timeout=10)
        assert page(running, "/healthz") == "ok\n"
        os.kill(running.service.workers[0].pid, signal.SIGCONT)
        thread.join(30)
        assert page(running, "/readyz") == "ready\n"


# ---------------------------------------------------------------------------------------------------------------------- started again
def again(serve, first, **options):
    """The service, stopped and started again at the same port."""
    first.stop()
    return serve(port=first.service.port, **options)


def entry(connection, value):
    """An entry of the stack that restores a chip."""
    builder, _ = stadls.generate(stadls.SystemInit(connection.hwdb_entry))
    for cell in CELLS:
        builder.write(cell, CapMemCell(value))
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    stadls.ReinitStackEntry(connection).set([builder.done()], None, False)


@pytest.mark.parametrize("options", [{"chips": 1}, {"shared": [3]}], ids=["own", "shared"])
def test_clients_that_can_restore_their_chip_go_on_with_a_new_service(serve, options):
    first = serve(**options)
    with first.connect("ann") as ann, first.connect("bob") as bob:
        for value, connection in enumerate((ann, bob), 40):
            entry(connection, value)
            initialise(connection)
            assert read(connection)[0] in (0, 40, 41)
        again(serve, first, **options)
        for _ in range(2):
            assert [read(ann), read(bob)] == [[40] * 3, [41] * 3]


def test_a_program_that_waits_while_the_service_is_started_again(serve):
    first = serve(chips=1)
    with first.connect() as connection:
        first.stop()
        found = []
        thread = threading.Thread(target=lambda: found.append(connection.execute(work(3))))
        thread.start()
        time.sleep(0.3)
        serve(port=first.service.port, chips=1)
        thread.join(30)
        assert len(found[0]) > 0, "nothing was on the chip that could be lost"


def test_a_chip_that_is_lost_with_its_service_is_told_once(serve):
    first = serve(chips=1)
    with first.connect() as connection:
        initialise(connection)
        write(connection, 9)
        again(serve, first, chips=1)
        with pytest.raises(ConnectionLostError, match="does not know the session"):
            read(connection)
        initialise(connection)
        assert read(connection) == [0] * 3
