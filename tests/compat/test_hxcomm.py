"""Connections under their original names."""

import pyhxcomm_vx as hxcomm
import pytest


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


def test_the_environment_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HXCOMM_ENABLE_ZERO_MOCK", "1")
    with hxcomm.ManagedConnection() as connection:
        assert connection.get_unique_identifier() == ["zeromock"]


@pytest.mark.parametrize("kind", ["ManagedMultiARQConnection", "ManagedMultiSimConnection", "ManagedQuiggeldyConnection"])
def test_kinds_that_are_not_there_say_so(kind: str) -> None:
    managed = getattr(hxcomm, kind)()
    with pytest.raises(hxcomm.ConnectionFailedError, match="No executor backend found"), managed:
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
