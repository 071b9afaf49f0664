"""What users of a shared service notice: the same words as from a chip of their own, whatever others do."""

import os
import signal
import socket
import time
from urllib.error import HTTPError

import numpy as np
import pytest
from service_users import CELLS, initialise, page, read, write

import fisch
import stadls
from fisch.errors import ConnectionFailedError, ConnectionLostError, ProgramError
from fisch.service.connection import ServiceConnection
from fisch.service.messages import VERSION, Failed, Hello, encode, reply
from halco import BarrierOnFPGA, JTAGIdCodeOnDLS
from haldls import Barrier, CapMemCell
from hicannx.service.queue import FairQueue
from hicannx.service.server import Options, ServiceError
from hicannx.service.tokens import TokenError, Tokens, give
from hicannx_sim import ModelConnection


def programs_of_ann(running):
    return page(running, "/metrics").split('hicannx_jobs_total{outcome="done",user="ann"} ')[1].split()[0]


# ---------------------------------------------------------------------------------------------------------------------- chips of one's own
def test_the_same_words_as_embedded(serve):
    running = serve(chips=1)
    served, embedded = running.connect(serial=7, seed=3), ModelConnection(7, seed=3)
    builder, _ = stadls.generate(stadls.SystemInit(embedded.hwdb_entry))
    words = np.append(builder.done().words, np.uint64(fisch.ut.HALT_WORD))
    with served, embedded:
        assert served.identifier == embedded.identifier and served.hwdb_entry == embedded.hwdb_entry
        assert served.bitfile_info == embedded.bitfile_info
        for _ in range(2):
            assert np.array_equal(served.execute(words), embedded.execute(words))


def test_nobody_sees_anothers_chip(serve):
    """More sessions than processes: chips take turns, and each is as it was left."""
    running = serve(chips=1)
    connections = [running.connect(user, serial=serial) for serial, user in enumerate(("ann", "bob", "cid"))]
    for number, connection in enumerate(connections):
        initialise(connection)
        write(connection, 100 + number)
    for _ in range(2):
        assert [read(connection) for connection in connections] == [[100] * 3, [101] * 3, [102] * 3]
    for connection in connections:
        connection.close()
    assert "hicannx_chip_switches_total" in page(running, "/metrics")


def test_a_killed_process_concerns_nobody_else(serve):
    running = serve(chips=2)
    ann, bob = running.connect("ann"), running.connect("bob")
    for number, connection in enumerate((ann, bob)):
        initialise(connection)
        write(connection, 50 + number)
    (worker,) = (one for one in running.service.workers if one is running.service._sessions[ann.session.hello.session].worker)
    os.kill(worker.pid, signal.SIGKILL)
    with pytest.raises(ConnectionLostError, match=r"SIGKILL.*powered on anew"):
        read(ann)
    assert read(bob) == [51] * 3
    initialise(ann)
    assert read(ann) == [0] * 3
    ann.close()
    bob.close()


def test_a_killed_process_that_another_session_needs(serve):
    running = serve(chips=1)
    ann, bob = running.connect("ann"), running.connect("bob")
    initialise(bob)
    write(bob, 77)
    initialise(ann)
    os.kill(running.service.workers[0].pid, signal.SIGKILL)
    assert read(bob) == [77] * 3, "bob's chip was kept as a state when ann's came in"
    with pytest.raises(ConnectionLostError, match="between two programs"):
        read(ann)
    ann.close()
    bob.close()


def test_a_program_without_end_is_ended(serve):
    running = serve(chips=1, limit=0.5)
    connection = running.connect()
    initialise(connection)
    os.kill(running.service.workers[0].pid, signal.SIGSTOP)
    with pytest.raises(ConnectionLostError, match=r"no end after 0\.5 s"):
        read(connection)
    initialise(connection)
    assert read(connection) == [0] * 3
    connection.close()


# ---------------------------------------------------------------------------------------------------------------------- lost connections
def test_a_lost_connection_is_no_loss(serve):
    running = serve(chips=1)
    connection = running.connect()
    initialise(connection)
    write(connection, 9)
    connection.session.socket.socket.shutdown(socket.SHUT_RDWR)
    assert read(connection) == [9] * 3
    connection.close()


def test_a_result_is_not_computed_twice(serve):
    running = serve(chips=1)
    connection = running.connect()
    initialise(connection)
    before = programs_of_ann(running)
    connection.session._number -= 1  # as after a connection that was lost before the result came
    initialise(connection)
    assert programs_of_ann(running) == before
    connection.close()


def test_a_service_that_forgot_says_so(serve):
    first = serve(chips=1)
    connection = first.connect()
    initialise(connection)
    connection.session.connection_attempts_max = 3
    second = serve(chips=1)
    connection.session.address = f"127.0.0.1:{second.service.port}"
    connection.session.socket.close()
    with pytest.raises(ConnectionLostError, match="does not know the session"):
        read(connection)
    connection.close()


def test_sessions_without_a_client_end(serve):
    running = serve(chips=1, keep=0.2)
    connection = running.connect()
    connection.session.socket.close()
    deadline = time.monotonic() + 20
    while running.service._sessions and time.monotonic() < deadline:
        time.sleep(0.1)
        running.call(running.service._look())
    assert not running.service._sessions


# ---------------------------------------------------------------------------------------------------------------------- shared chips
def test_a_shared_chip_is_restored_for_everybody(serve):
    """Two users alternate; each finds what an entry of the reinit stack sets."""
    running = serve(shared=[5])
    users = [running.connect(user) for user in ("ann", "bob")]
    assert {one.identifier for one in users} == {ModelConnection(5).identifier}
    initialise(users[0])
    for number, connection in enumerate(users):
        builder = stadls.PlaybackProgramBuilder()
        for cell in CELLS:
            builder.write(cell, CapMemCell(200 + number))
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        stadls.ReinitStackEntry(connection).set([builder.done()], None, False)
    for _ in range(50):
        assert [read(connection) for connection in users] == [[200] * 3, [201] * 3]
    write(users[0], 3)
    assert read(users[0]) == [3] * 3, "nobody came between"
    assert read(users[1]) == [201] * 3
    assert read(users[0]) == [200] * 3
    for connection in users:
        connection.close()


def test_a_snapshot_keeps_what_the_chip_was_left_in(serve):
    """Bob changes what an entry of the stack of his has set; he finds that again after ann, and not what he had set first."""
    running = serve(shared=[5])
    ann, bob = running.connect("ann"), running.connect("bob")
    initialise(ann)
    setting, reading = stadls.PlaybackProgramBuilder(), stadls.PlaybackProgramBuilder()
    for cell in CELLS:
        setting.write(cell, CapMemCell(100))
        reading.read(cell)
    reading.block_until(BarrierOnFPGA(), Barrier.omnibus)
    entry = stadls.ReinitStackEntry(bob)
    entry.set([setting.done()], [reading.done()], True)
    for value in (7, 8):
        write(bob, value)
        write(ann, 1)
        assert read(bob) == [value] * 3
        assert read(ann) == [value] * 3, "ann has no entry: she finds what bob has left"
    entry.pop()
    write(ann, 2)
    assert read(bob) == [2] * 3
    ann.close()
    bob.close()


def test_what_cannot_be_written_back_is_no_snapshot(serve):
    running = serve(shared=[5])
    ann = running.connect("ann")
    builder, reading = stadls.PlaybackProgramBuilder(), stadls.PlaybackProgramBuilder()
    builder.write(CELLS[0], CapMemCell(44))
    reading.read(JTAGIdCodeOnDLS())
    with pytest.raises(ProgramError, match="cannot be written back"):
        stadls.ReinitStackEntry(ann).set([builder.done()], [reading.done()], False)
    ann.close()


def test_an_entry_can_be_run_at_once_and_taken_back(serve):
    running = serve(shared=[5])
    ann, bob = running.connect("ann"), running.connect("bob")
    initialise(ann)
    builder = stadls.PlaybackProgramBuilder()
    builder.write(CELLS[0], CapMemCell(44))
    entry = stadls.ReinitStackEntry(ann)
    entry.set([builder.done()], None, True)
    assert read(ann)[0] == 44
    write(bob, 1)
    assert read(ann)[0] == 44
    entry.pop()
    write(bob, 2)
    assert read(ann)[0] == 2
    ann.close()
    bob.close()


# ---------------------------------------------------------------------------------------------------------------------- who may
def test_without_a_token_nothing_is_read(serve, tmp_path):
    tokens = tmp_path / "tokens"
    token = give(tokens, "ann", 10)
    running = serve(chips=1, tokens=tokens)
    for wrong in (None, "wrong", token[:-1]):
        with pytest.raises(ConnectionFailedError, match="401"):
            running.connect(token=wrong)
    with running.connect("somebody else", token=token):
        assert next(iter(running.service._sessions.values())).user == "ann"
    tokens.write_text("")
    with pytest.raises(ConnectionFailedError, match="401"):
        running.connect(token=token)
    assert 'hicannx_refused_total{reason="token"} 4.0' in page(running, "/metrics")


def test_token_files(tmp_path):
    path = tmp_path / "tokens"
    assert Tokens(path).user(give(path, "bob", -1)) is None if path.touch() is None else None
    assert path.read_text().startswith("bob:") and (path.stat().st_mode & 0o77) in (0o44, 0)
    with pytest.raises(TokenError, match="colon"):
        give(path, "a:b", 1)
    path.write_text("nonsense\n")
    with pytest.raises(TokenError, match="line 1"):
        Tokens(path)
    with pytest.raises(TokenError, match="hicannx token"):
        Tokens(tmp_path / "nothing")


def test_others_are_let_in_on_purpose_only(tmp_path):
    for options in ({"address": "0.0.0.0"}, {"address": "0.0.0.0", "public": True}, {"address": "10.0.0.1", "tokens": tmp_path}):
        with pytest.raises(ServiceError, match="--public and --tokens"):
            Options(**options)
    with pytest.raises(ServiceError, match="not both"):
        Options(shared=[1], fpgas=["10.0.0.1"])


# ---------------------------------------------------------------------------------------------------------------------- too much, nonsense
def test_quotas(serve):
    running = serve(chips=1, most_words=100, most_sessions=1)
    connection = running.connect()
    with pytest.raises(ProgramError, match=r"100 are allowed"):
        initialise(connection)
    with pytest.raises(ConnectionFailedError, match="1 sessions already"):
        running.connect()
    running.connect("bob").close()
    connection.close()


NONSENSE = [b"", b"nonsense", b"\xc1", encode(Failed(1, "a", "b")), "text", os.urandom(1000), b"\xdd\xff\xff\xff\xff"]


@pytest.mark.parametrize("frame", NONSENSE)
def test_nonsense_ends_one_session_only(serve, frame):
    from websockets.sync.client import connect

    running = serve(chips=1)
    with connect(f"ws://127.0.0.1:{running.service.port}") as client:
        client.send(frame)
        said = reply(client.recv(timeout=10))
        assert isinstance(said, Failed) and said.kind == "MessageError"
    with connect(f"ws://127.0.0.1:{running.service.port}") as client:
        client.send(encode(Hello(99, "ann", "x")))
        assert f"version {VERSION}" in reply(client.recv(timeout=10)).text
    running.connect().close()


def test_half_open_and_wrong_connections(serve):
    running = serve(chips=1)
    dangling = [socket.create_connection(("127.0.0.1", running.service.port)) for _ in range(20)]
    for number, one in enumerate(dangling):
        one.sendall([b"GET / HT", b"\x00" * 100, b"GET /nothing HTTP/1.1\r\n\r\n", b""][number % 4])
    running.connect().close()
    for one in dangling:
        one.close()
    with pytest.raises(HTTPError, match="404"):
        page(running, "/nothing")


def test_errors_there_are_errors_here(serve):
    running = serve(chips=1)
    with running.connect() as connection, pytest.raises(ProgramError, match="halt"):
        connection.execute(np.zeros(3, np.uint64))
    with pytest.raises(ConnectionFailedError, match=r"refuses.*setup"):
        running.connect(setup="rack")
    with pytest.raises(ConnectionFailedError, match="no service at"):
        ServiceConnection("127.0.0.1", 1)


# ---------------------------------------------------------------------------------------------------------------------- fairness, watching
def test_shares_of_the_queue():
    queue = FairQueue()
    for user in range(30):
        for job in range(20):
            queue.add(f"user {user}", job)
    used = dict.fromkeys(queue.users(), 0.0)
    generator = np.random.default_rng(1)
    for _ in range(300):
        user, _ = queue.take()
        seconds = float(generator.exponential(1.0))
        queue.charge(user, seconds)
        used[user] += seconds
    shares = np.array(list(used.values()))
    assert shares.sum() ** 2 / (len(shares) * (shares**2).sum()) > 0.95, "Jain's index"


def test_pages(unwatched, serve):
    running = serve(chips=2)
    assert page(running, "/healthz") == "ok\n" and page(running, "/readyz") == "ready\n"
    running.service._scheduler.answered -= 100
    with pytest.raises(HTTPError, match="503"):
        page(running, "/readyz")
    running.call(running.service._look())
    assert page(running, "/readyz") == "ready\n"
    assert 'hicannx_workers{state="free"} 2.0' in page(running, "/metrics")
