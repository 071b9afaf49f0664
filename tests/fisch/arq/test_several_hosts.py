"""Several hosts, several processes, and strangers at one FPGA: who is told what, and when."""

import logging
import os
import socket
import threading
import time

import numpy as np
import pytest

import fisch
import fisch.connection
from fisch.arq import DATA_PORT, PID_FLUSH, RESET_FRAME, RESET_PORT, ARQConnection, Engine, protocol

HALT, ECHO = 0x0A << 56, 2 << 56
NEVER_ANSWERED = 0x0E << 56


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("HICANNX_HWDB", "SLURM_HWDB_YAML", "HICANNX_RUN_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


def other(address):
    """A connection as another process would open it."""
    fisch.connection._taken.clear()
    return ARQConnection(address)


def error_of(work):
    """A thread that does `work`, and a list that gets (time, error)."""
    found = []

    def run():
        try:
            work()
        except Exception as error:
            found.append((time.monotonic(), error))

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


# ------------------------------------------------------------------------------------------------------------------ take-over
def test_both_are_told_when_a_session_is_taken_over(echo_fpga, address, caplog):
    fpga = echo_fpga(silent=[NEVER_ANSWERED, HALT])
    first = ARQConnection(address)
    thread, errors = error_of(lambda: first.execute([NEVER_ANSWERED, HALT]))
    time.sleep(0.1)
    begin = time.monotonic()
    with other(address) as second:
        thread.join(5)
        ((when, error),) = errors
        assert isinstance(error, fisch.SessionTakenOverError) and isinstance(error, fisch.ConnectionLostError) and when - begin < 0.5
        assert error.by.startswith("127.0.0.1:") and address in str(error) and error.by in str(error)
        said = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
        assert len(said) == 1 and "was in use and is over: this one has taken its place" in said[0]
        fpga.silent = []
        for _ in range(2):
            assert second.execute([HALT]).tolist() == [ECHO]
            with pytest.raises(fisch.SessionTakenOverError, match="has connected to it since"):
                first.execute([HALT])
        first.close()
        assert second.execute([HALT]).tolist() == [ECHO], "what the first one does is no harm to the second"
    assert fpga.endpoint.counters["takeovers"] == 1 and fpga.endpoint.session == 2


def test_a_session_that_was_taken_over_while_idle(echo_fpga, address):
    echo_fpga()
    with ARQConnection(address) as first, other(address) as second:
        for _ in range(2):
            with pytest.raises(fisch.SessionTakenOverError):
                first.execute([HALT])
        assert second.execute([HALT]).tolist() == [ECHO]


def test_a_lost_notice_is_repeated_to_whom_it_concerns(echo_fpga, address):
    echo_fpga()
    ack = bytes(4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as first, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        first.sendto(RESET_FRAME, (address, RESET_PORT))
        first.recv(2048)
        first.sendto(ack, (address, DATA_PORT))
        time.sleep(0.1)
        with other(address) as second:
            first.settimeout(0.3)
            stranger.settimeout(0.3)
            notice = protocol.notice(protocol.TAKEN_OVER, second._session.own_address.replace("0.0.0.0", "127.0.0.1"))
            for _ in range(2):  # the second one because it says something
                while (got := first.recv(2048)) != notice:
                    assert not got.startswith(protocol.NOTICE_HEAD)
                time.sleep(0.1)
                first.sendto(ack, (address, DATA_PORT))
                stranger.sendto(ack, (address, DATA_PORT))
            with pytest.raises(TimeoutError):
                stranger.recv(2048)


def test_sessions_that_were_over_are_nobodys_loss(echo_fpga, address, caplog):
    """One after the other; after a run that was given up; a host that asks twice."""
    fpga = echo_fpga()
    with ARQConnection(address, run_timeout=0.05) as connection:
        fpga.silent = [HALT]
        with pytest.raises(fisch.RunTimeoutError):
            connection.execute([HALT])
        fpga.silent = []
        connection.execute([HALT])
    with ARQConnection(address) as connection:
        connection.execute([HALT])
        assert "took_over" not in connection.bitfile_info
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_the_original_host_drops_notices():
    """To it they are frames of a wrong length."""
    notice = protocol.notice(protocol.TAKEN_OVER, "127.0.0.1:5000")
    host = Engine()
    assert not host.receive(notice, 1) and host.counters["bad_length"] == 1 and host.counters["notices"] == 0
    assert not Engine(scan=True).receive(protocol.NOTICE_HEAD, 1)
    ours = Engine(scan=True)
    ours.receive(notice, 1)
    assert ours.notices == [("T", "127.0.0.1:5000")]
    for _ in range(100):
        ours.receive(protocol.notice("R", "\udcff".encode("utf-8", "replace").decode() * 1000), 1)
    assert len(ours.notices) == 16 and len(protocol.notice("R", "x" * 9999)) == protocol.NOTICE_LENGTH


# ------------------------------------------------------------------------------------------------------------------ strangers
def heard_after_reset(address, seconds):
    """Datagrams that a reset brings to somebody who says nothing more."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        host.sendto(RESET_FRAME, (address, RESET_PORT))
        host.settimeout(0.05)
        end, found = time.monotonic() + seconds, []
        while time.monotonic() < end:
            try:
                found.append(host.recv(2048))
            except TimeoutError:
                continue
    return found


def test_a_reset_by_nobody_is_answered_a_few_times_only(echo_fpga, address):
    echo_fpga(introductions=8)
    assert 1 < len(heard_after_reset(address, 0.6)) <= 8
    with ARQConnection(address) as connection:
        assert connection.execute([HALT]).tolist() == [ECHO]


def test_many_resets_are_answered_at_a_limited_rate(echo_fpga, address):
    fpga = echo_fpga(introductions=8)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            host.sendto(RESET_FRAME, (address, RESET_PORT))
            time.sleep(0.0005)
    assert fpga.endpoint.session < 150 and fpga.endpoint.counters["frames_sent"] < 600
    with ARQConnection(address) as connection:
        assert connection.execute([HALT]).tolist() == [ECHO]


def test_introductions_in_the_engine():
    """The time between them doubles, and the first word of the other side ends them."""
    engine = Engine(introductions=4, rto=10)
    engine.push([1], protocol.PID_CFG)
    sent = [time for time in range(2000) if engine.transmit(time)]
    assert sent == [0, 20, 60, 140] and engine.deadline is None
    engine.receive(bytes(4), 2000)
    assert engine.heard and engine.in_flight == 0
    engine.push([1], protocol.PID_CFG)
    assert sum(engine.transmit(time) is not None for time in range(2001, 4000)) > 10


# ------------------------------------------------------------------------------------------------------------------ forked processes
def in_child(work):
    """Does `work` in a forked process; its text."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            text = str(work())
        except BaseException as error:
            text = f"{type(error).__name__}: {error}"
        os.write(writer, text.encode())
        os._exit(0)
    os.close(writer)
    os.wait()
    with os.fdopen(reader) as stream:
        return stream.read()


def leave(connection):
    connection.__exit__(None, None, None)


FORKED = {
    "closing": (leave, "None"),
    "forgetting": (lambda connection: connection.__del__(), "None"),
    "running": (lambda connection: connection.execute([HALT]), "InheritedConnectionError"),
    "running after closing": (lambda connection: (connection.close(), connection.execute([HALT])), "InheritedConnectionError"),
    "looking": (lambda connection: connection.counters, "InheritedConnectionError"),
    "asking who it is": (lambda connection: connection.identifier, "hxcube5fpga3chip9_1"),
}


@pytest.mark.parametrize("what", FORKED)
def test_a_forked_process_does_not_speak_for_its_parent(what, echo_fpga, address):
    fpga = echo_fpga()
    work, expected = FORKED[what]
    with ARQConnection(address) as connection:
        connection.execute([HALT])
        assert in_child(lambda: work(connection)).startswith(expected)
        begin = time.monotonic()
        assert connection.execute([HALT]).tolist() == [ECHO] and time.monotonic() - begin < 1
        assert not fpga.endpoint.engine.flushed and fpga.endpoint.session == 1
    assert fpga.endpoint.engine.flushed


def test_fork_in_the_middle_of_a_run(echo_fpga, address):
    """Locks that other threads held then do not hold up the child."""
    fpga = echo_fpga(silent=[HALT])
    with ARQConnection(address) as connection:
        thread, errors = error_of(lambda: connection.execute([HALT]))
        time.sleep(0.05)
        assert in_child(lambda: leave(connection)) == "None"
        assert in_child(lambda: connection.execute([HALT])).startswith("InheritedConnectionError")
        fpga.endpoint.send(1, np.array([ECHO], np.uint64))
        thread.join(5)
        assert not errors


def test_a_forked_process_opens_its_own(echo_fpga, address):
    echo_fpga()
    with ARQConnection(address) as connection:
        assert in_child(lambda: ARQConnection(address).execute([HALT]).tolist()) == str([ECHO])
        with pytest.raises(fisch.SessionTakenOverError):
            connection.execute([HALT])


def test_handles_of_forked_processes(echo_fpga, address, monkeypatch):
    """As a user meets it: leaving the `with` block in a worker."""
    from pyhxcomm_vx import ManagedConnection

    echo_fpga()
    monkeypatch.setenv("SLURM_FPGA_IPS", address)
    manager = ManagedConnection()
    connection = manager.__enter__()
    assert in_child(lambda: manager.__exit__()) == "None"
    assert connection.execute([[HALT]])[0].tolist() == [ECHO]
    manager.__exit__()


def test_the_end_of_a_session_is_seen(echo_fpga, address):
    fpga = echo_fpga()
    with ARQConnection(address) as connection:
        connection.execute([HALT])
        assert not fpga.endpoint.over and fpga.endpoint.peer_address == connection._session.own_address.replace("0.0.0.0", "127.0.0.1")
    time.sleep(0.1)
    assert fpga.endpoint.over and PID_FLUSH not in fpga.got
