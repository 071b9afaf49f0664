"""Connections under their original names."""

import os
import re
import socket
import subprocess
import sys
from datetime import timedelta

import pytest

import hicannx
import pyhxcomm_vx as hxcomm
import pystadls_vx_v3 as sta


def test_handles_are_made_by_managed_connections_only() -> None:
    for handle in (hxcomm.ConnectionHandle, hxcomm.MultiZeroMockConnectionHandle, hxcomm.MultiARQConnectionHandle):
        with pytest.raises(TypeError, match="No constructor"):
            handle()


@pytest.mark.parametrize(("arguments", "number"), [((), 1), (([(8,)],), 1), (([(8,), (4,), (2,)],), 3)])
def test_zero_mock(arguments: tuple[object, ...], number: int) -> None:
    with hxcomm.ManagedMultiZeroMockConnection(*arguments) as connection:
        assert isinstance(connection, hxcomm.MultiZeroMockConnectionHandle) and isinstance(connection, hxcomm.ConnectionHandle)
        assert connection.get_hwdb_entry() == [hxcomm.ZeroMockEntry()] * number
        assert connection.get_unique_identifier() == ["zeromock"] * number
        assert connection.get_unique_identifier("/some/database.yaml") == ["zeromock"] * number
        assert connection.bitfile_info == [""] * number and connection.repo_state == [""] * number
        assert connection.time_info == [hxcomm.ConnectionTimeInfo()] * number


def test_entries_of_the_reinit_stack_belong_to_a_connection() -> None:
    with hxcomm.ManagedMultiZeroMockConnection() as connection:
        entry = hxcomm.ReinitStackEntry(connection)
        entry.enforce()
        entry.pop()
    with pytest.raises(TypeError):
        hxcomm.ReinitStackEntry(3)


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HXCOMM_ENABLE_ZERO_MOCK", "1")
    with hxcomm.ManagedConnection() as connection:
        assert connection.get_unique_identifier() == ["zeromock"]


@pytest.mark.parametrize("kind", ["ManagedMultiSimConnection"])
def test_kinds_that_are_not_there_say_so(kind: str) -> None:
    managed = getattr(hxcomm, kind)()
    with pytest.raises(hxcomm.ConnectionFailedError, match="No executor backend found"), managed:
        pass


def test_without_an_address_there_is_no_fpga(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLURM_FPGA_IPS", raising=False)
    with pytest.raises(hxcomm.ConnectionFailedError, match="No FPGA IP found"), hxcomm.ManagedMultiARQConnection():
        pass


def test_leaving_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    managed = hxcomm.ManagedMultiZeroMockConnection()
    with managed as connection:
        with pytest.raises(hxcomm.ConnectionFailedError, match="open already"):
            managed.__enter__()
        assert connection.execute([[0x0A << 56]])[0].tolist() == [0x02 << 56]
    with pytest.raises(hxcomm.ConnectionFailedError, match="closed"):
        connection.execute([[0x0A << 56]])
    with managed as again:
        assert again is not connection


def test_fixtures_enter_and_leave_by_hand() -> None:
    managed = hxcomm.ManagedMultiZeroMockConnection()
    connection = managed.__enter__()
    managed.__exit__()
    with pytest.raises(hxcomm.ConnectionFailedError, match="closed"):
        connection.execute([[0x0A << 56]])


def test_the_number_of_chips() -> None:
    with hxcomm.ManagedMultiZeroMockConnection([(8,), (4,)]) as connection:
        assert len(connection) == 2


def test_a_service_of_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUIGGELDY_ENABLED", "QUIGGELDY_IP", "QUIGGELDY_PORT"):
        monkeypatch.setenv(name, "0")
        monkeypatch.delenv(name)
    monkeypatch.setenv("HICANNX_CHIP", "9")
    process, port = hxcomm.launch_quiggeldy_locally_from_env()
    try:
        assert os.environ["QUIGGELDY_PORT"] == str(port)
        with hxcomm.ManagedConnection() as connection:
            assert isinstance(connection, hxcomm.QuiggeldyConnectionHandle) and "chip9" in connection.get_unique_identifier()[0]
            assert connection.execute([[0x0A << 56]])[0].tolist() == [0x02 << 56]
            connection.connection_attempt_wait_after = timedelta(milliseconds=20)
            assert connection.connection_attempt_wait_after == timedelta(milliseconds=20)
            connection.out_of_order = True
            with pytest.raises(RuntimeError, match="Cannot switch back"):
                connection.out_of_order = False
    finally:
        hxcomm.terminate(process)
        hxcomm.unset_quiggeldy_env()


def test_a_service_that_does_not_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HICANNX_CHIP", "many")
    with pytest.raises(hxcomm.ServiceNotAvailableError, match="many") as caught:
        hxcomm.launch_quiggeldy_locally_from_env()
    assert isinstance(caught.value, RuntimeError)


def test_the_environment_of_the_service_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("QUIGGELDY_ENABLED", "QUIGGELDY_IP", "QUIGGELDY_PORT"):
        monkeypatch.setenv(name, "1")
    hxcomm.unset_quiggeldy_env()
    hxcomm.unset_quiggeldy_env()
    assert not {name for name in os.environ if name.startswith("QUIGGELDY_")} & {"QUIGGELDY_ENABLED", "QUIGGELDY_IP", "QUIGGELDY_PORT"}


def test_an_unused_port_can_be_used() -> None:
    port = hxcomm.get_unused_port()
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
    assert 1024 <= port <= 0xFFFF


def test_terminate_ends_a_process() -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    hxcomm.terminate(process.pid)
    assert process.wait(5) is not None
    with pytest.raises(ProcessLookupError):
        hxcomm.terminate(process.pid)
    with pytest.raises(ValueError, match="not the number of a process"):
        hxcomm.terminate(0)


def test_the_version_is_told() -> None:
    assert hxcomm.get_repo_state().startswith("hicannx ")


def test_times_add_up() -> None:
    with hxcomm.ManagedMultiZeroMockConnection() as connection:
        assert connection.time_info == [hxcomm.ConnectionTimeInfo()]
        connection.execute([[0x0A << 56]])
        (spent,) = connection.time_info
        assert spent.execution_duration > hxcomm.ConnectionTimeInfo().execution_duration
        assert spent - spent == hxcomm.ConnectionTimeInfo() and spent + hxcomm.ConnectionTimeInfo() == spent
        assert "execution_duration" in str(spent)


def test_a_connection_without_with_is_explained() -> None:
    with pytest.raises(AttributeError, match=r"`with ManagedConnection\(\) as connection`"):
        hxcomm.ManagedConnection().connections  # noqa: B018
    assert not hasattr(hxcomm.ManagedConnection(), "size")
    assert repr(hxcomm.ManagedConnection()).endswith("with ManagedConnection() as connection: ...>")


def test_a_connection_that_was_not_entered():
    with pytest.raises(TypeError, match=re.escape("opens one: `with ... as connection`")):
        sta.run(hicannx.connect(), [sta.PlaybackProgramBuilder().done()])
