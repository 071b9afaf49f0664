"""Questions about served chips: answered beside the protocol, whoever uses the chip."""

import json
import socket
import threading
import time

import pytest

import hicannx
from fisch.arq import DATA_PORT, ARQConnection
from hicannx.cli import main
from hicannx.served import NoAnswerError, ask, status_line
from hicannx_sim import System, VirtualChip

HALT = 0x0A << 56


def test_every_question_is_answered(serve, address):
    system = System(VirtualChip(7, "ideal"), seed=5)
    serve(system)
    with ARQConnection(address) as connection:
        connection.execute([HALT])
        status = json.loads(ask(address, "status"))
        assert (status["serial"], status["mode"], status["seed"], status["runs"], status["running"]) == (7, "ideal", 5, 1, False)
        assert status["session"] == connection._session.own_address.replace("0.0.0.0", "127.0.0.1")
        assert json.loads(ask(address, "counters"))["runs"] == 1 and ask(address, "report") == b""
        assert System().restore(ask(address, "snapshot")).identity == system.identity
        assert connection.execute([HALT]).tolist() == [2 << 56], "the session goes on"
    time.sleep(0.1)
    assert status_line(address).endswith("not in use") and "serial 7, ideal, seed 5, cube" in status_line(address)


def test_a_script_sees_as_much_as_in_its_own_process(serve, address, capsys):
    """Everything that says what happened, and the state."""
    words = [0x0D << 56 | 5, 0x04 << 56, 0x05 << 56 | 100, HALT]  # a spike without a link
    serve(System())
    with hicannx.connect() as here, ARQConnection(address) as there:
        here.connections[0].execute(words), there.execute(words)
        assert hicannx.explain(there) == hicannx.explain(here) and hicannx.explain(there)[0].register == "CommonPhyConfigFPGA"
        assert hicannx.report(there) == hicannx.report(here) and hicannx.unmodelled(there) == hicannx.unmodelled(here)
        assert list(hicannx.events(there)) == list(hicannx.events(here)) and hicannx.events(there).lost == 1
        hicannx.restore(here, hicannx.snapshot(there))
        assert hicannx.system_of(here).runs == 1
        with pytest.raises(hicannx.NotAModelError):
            hicannx.system_of(there)
        with pytest.raises(IndexError):
            hicannx.explain(there, 1)
    capsys.readouterr()
    assert main(["report", address]) == 0
    shown = capsys.readouterr().out
    assert "1 spike of the host did not reach the chip" in shown and "CommonPhyConfigFPGA" in shown


def test_what_cannot_be_asked(serve, address):
    with pytest.raises(NoAnswerError, match="nobody answers questions there"):
        ask(address, "status")
    with pytest.raises(NoAnswerError, match="neither an IPv4 address"):
        ask("somewhere", "status")
    chip = serve(System())
    with pytest.raises(NoAnswerError, match="'name' cannot be asked, only status, report, counters, explain, events, unmodelled, snapshot"):
        ask(address, "name")
    chip.system.report = lambda: 1 / 0
    with pytest.raises(NoAnswerError, match="ZeroDivisionError"):
        ask(address, "report")
    assert json.loads(ask(address, "status"))["serial"] == 0


def test_those_who_ask_nothing_do_not_hold_up_the_next(serve, address, monkeypatch):
    monkeypatch.setattr("hicannx_sim.setup.serve.control.PATIENCE", 0.2)
    chip = serve(System())
    with socket.create_connection((address, DATA_PORT)), socket.create_connection((address, DATA_PORT)) as second:
        second.sendall(b"x" * 5000)
        assert ask(address, "status")
    begin = time.monotonic()
    with socket.create_connection((address, DATA_PORT)):
        chip.stop()
    assert time.monotonic() - begin < 2


def test_a_busy_chip_says_so(serve, address, monkeypatch):
    monkeypatch.setattr("hicannx_sim.setup.serve.served.BUSY_AFTER", 0.05)
    chip = serve(System())
    with chip.system._lock, pytest.raises(NoAnswerError, match="busy with a program"):
        ask(address, "report")
    assert json.loads(ask(address, "status"))["running"] is False


def test_commands(serve, address, monkeypatch, tmp_path, capsys):
    serve(System(VirtualChip(9)))
    monkeypatch.setenv("SLURM_FPGA_IPS", f"{address},{address}:4:5")
    assert main(["info"]) == 0
    shown = capsys.readouterr().out
    assert f"{address}: answers. serial 9, typical" in shown and f"{address}:4:5: nobody answers questions there" in shown
    assert "virtual chip" not in shown and "arq (chosen by SLURM_FPGA_IPS)" in shown
    assert main(["report", address]) == 0 and "nothing to report" in capsys.readouterr().out
    assert main(["report", address, "--counters"]) == 0 and '"sessions": 0' in capsys.readouterr().out
    assert main(["report", address, "--snapshot", str(tmp_path / "chip")]) == 0
    assert System().restore((tmp_path / "chip").read_bytes()).identity.serial == 9
    assert main(["report", f"{address}:4:5"]) == 1 and main(["report", address, "--snapshot", "/dev/full"]) == 1
    assert threading.active_count() < 20


def test_only_this_machine_can_ask():
    from hicannx_sim.setup.serve.control import Control

    assert Control("0.0.0.0", 0, {})._listener is None
