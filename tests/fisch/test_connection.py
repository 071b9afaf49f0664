"""Connections: the mock, exclusive endpoints, several chips, errors, and the choice from the environment."""

import threading
from datetime import timedelta

import numpy as np
import pytest

import fisch
from fisch import ut
from fisch.registry import chosen_kind

HALT = ut.HALT_WORD
TICK = HALT | 1


class Echo(fisch.Connection):
    """Gives back what it gets; fails on a word 0xdead."""

    kind = "echo-of-the-tests"
    identifier = "echo"
    hwdb_entry = fisch.SimulationEntry()
    supported_targets = frozenset({fisch.Target.simulation})
    meeting: threading.Barrier | None = None

    def _execute(self, words):
        if self.meeting:
            self.meeting.wait(timeout=10)
        if 0xDEAD in words:
            raise RuntimeError("dead")
        return words


def test_mock_answers_reads_kept_scans_and_loopbacks():
    program = [0x0B00001F8800000C, 0x0B00000F00000000, 0x0C00000000000001, 0x0301200000000000, 0x0300200000000000, TICK, HALT]
    with fisch.ZeroMockConnection() as mock:
        decoder = fisch.ResponseDecoder()
        decoder.push(mock.execute(program))
        assert (mock.identifier, mock.supported_targets) == ("zeromock", frozenset(fisch.Target))
        assert mock.hwdb_entry == fisch.ZeroMockEntry()
    assert decoder.omnibus["data"].tolist() == [0]
    assert decoder.jtag["data"].tolist() == [0]
    assert decoder.loopback["tick"].tolist() == [1, 0]


def test_mock_takes_the_time_of_an_ideal_fpga():
    with fisch.ZeroMockConnection(ns_per_message=10_000_000) as mock:
        mock.execute([TICK, HALT])
        assert mock.time_info.execution_duration >= timedelta(milliseconds=20)


@pytest.mark.parametrize("words", [[], [TICK], [HALT, TICK]])
def test_a_program_ends_with_a_halt(words):
    with fisch.ZeroMockConnection() as mock, pytest.raises(fisch.ProgramError, match=r"^Reached end of program without halt instruction!$"):
        mock.execute(words)


def test_a_failed_run_leaves_the_connection_usable():
    with Echo() as connection:
        with pytest.raises(RuntimeError, match="dead"):
            connection.execute([0xDEAD, HALT])
        assert connection.execute([5, HALT]).tolist() == [5, HALT]


def test_closed_connections_refuse():
    connection = Echo("here")
    connection.close()
    connection.close()
    with pytest.raises(fisch.ConnectionFailedError, match="connection to echo is closed"):
        connection.execute([HALT])


def test_an_endpoint_can_be_taken_once():
    with Echo("10.0.0.1"):
        with pytest.raises(fisch.ConnectionFailedError, match=r"^Trying to construct Connection to already connected endpoint\."):
            Echo("10.0.0.1")
        Echo("10.0.0.2").close()
    Echo("10.0.0.1").close()


def test_a_forgotten_connection_gives_its_endpoint_free():
    Echo("10.0.0.3")
    Echo("10.0.0.3").close()


def test_several_chips_run_at_the_same_time():
    """Each waits for the other, as chips at a common barrier do."""
    connections = [Echo(), Echo()]
    connections[0].meeting = connections[1].meeting = threading.Barrier(2)
    with fisch.MultiConnection(connections) as both:
        results = both.execute([np.array([1, HALT], np.uint64), np.array([2, HALT], np.uint64)])
        assert [result.tolist() for result in results] == [[1, HALT], [2, HALT]]
        with pytest.raises(RuntimeError, match="dead"):
            both.execute([[1, HALT], [0xDEAD, HALT]])
        assert both.identifiers == ["echo", "echo"]
        assert both.size == len(both.time_infos) == len(both.hwdb_entries) == len(both.bitfile_infos) == 2


def test_one_program_per_chip():
    one = fisch.MultiConnection([Echo()])
    with pytest.raises(fisch.ProgramError, match=r"^For each fpga exactly one program is required\."):
        one.execute([[HALT], [HALT]])
    with pytest.raises(fisch.ConnectionFailedError, match="No executor backend found"):
        fisch.MultiConnection([])


def test_targets_of_several_connections_are_the_common_ones():
    assert fisch.MultiConnection([Echo(), fisch.ZeroMockConnection()]).supported_targets == {fisch.Target.simulation}


def test_time_info_adds_and_subtracts():
    one = fisch.ConnectionTimeInfo(*(timedelta(seconds=n) for n in (1, 2, 3, 4)))
    assert one + one - one == one
    assert (one + one).execution_duration == timedelta(seconds=8)
    connection = Echo()
    connection.add_time(one)
    assert connection.time_info == one


@pytest.mark.parametrize(
    "environ, kind",
    [
        ({}, "model"),
        ({"HXCOMM_ENABLE_ZERO_MOCK": "0", "QUIGGELDY_ENABLED": ""}, "model"),
        ({"HXCOMM_ENABLE_ZERO_MOCK": "1", "QUIGGELDY_ENABLED": "1", "SLURM_FPGA_IPS": "10.0.0.1"}, "zeromock"),
        ({"QUIGGELDY_ENABLED": "1", "SLURM_FPGA_IPS": "10.0.0.1"}, "quiggeldy"),
        ({"SLURM_FPGA_IPS": "10.0.0.1", "FLANGE_SIMULATION_RCF_PORT": "50001"}, "arq"),
        ({"SLURM_FPGA_IPS": " model ", "FLANGE_SIMULATION_RCF_PORT": "50001"}, "model"),
        ({"FLANGE_SIMULATION_RCF_PORT": "50001"}, "simulation"),
    ],
)
def test_kind_from_the_environment(environ, kind):
    assert chosen_kind(environ)[0] == kind


def test_connection_from_the_environment(monkeypatch):
    monkeypatch.setenv("HXCOMM_ENABLE_ZERO_MOCK", "1")
    with fisch.connection_from_environment() as connection:
        assert connection.identifiers == ["zeromock"]


@pytest.mark.parametrize("variable, kind", [("FLANGE_SIMULATION_RCF_PORT", "simulation")])
def test_kinds_that_are_not_there_say_so(variable, kind):
    text = rf"^No executor backend found to connect to\..*'{kind}' are not available.*{variable} asks for it"
    with pytest.raises(fisch.ConnectionFailedError, match=text):
        fisch.connection_from_environment({variable: "1"})


def test_a_shared_setup_needs_an_address():
    with pytest.raises(fisch.ConnectionFailedError, match="needs QUIGGELDY_PORT as well"):
        fisch.connection_from_environment({"QUIGGELDY_ENABLED": "1", "QUIGGELDY_IP": "127.0.0.1"})


def test_kinds_can_be_registered(monkeypatch):
    monkeypatch.setattr("fisch.registry._registered", {})
    fisch.register(Echo)
    assert fisch.connection_kind(Echo.kind) is Echo
    assert Echo.kind in fisch.kinds()


def test_errors_are_runtime_errors():
    assert issubclass(fisch.FischError, RuntimeError)
