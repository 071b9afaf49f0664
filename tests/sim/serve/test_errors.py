"""Nothing that a program or a reader of the log does ends a served chip."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

import fisch
import fisch.connection
from fisch import ResponseDecoder
from fisch.arq import ARQConnection
from hicannx_sim.base.errors import UnmodelledScan
from hicannx_sim.setup.serve import Log, System

HALT, ECHO = 0x0A << 56, 2 << 56


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    """Time passes soon when no more words come."""
    monkeypatch.setattr("hicannx_sim.setup.serve.served.SETTLE_AFTER", 0.02)


def works(address, words):
    with ARQConnection(address, run_timeout=5) as connection:
        return connection.execute([*words.tick, *words.halt]).tolist() == [ECHO | 1, ECHO]


def test_a_refused_scan_without_a_halt(serve, address, words):
    """One datagram: the scan is executed when time passes, after the last word has come."""
    chip = serve(System(strict=True))
    for _ in range(3):
        connection = ARQConnection(address, run_timeout=0.3, connect_timeout=1)
        with pytest.raises(fisch.RunTimeoutError):
            connection._session.execute([*words.select(0x33), *words.scan(0, 32)], 1, 0.3)
        connection.close()
        assert works(address, words)
    assert chip.stream.errors == 3 and not chip.out_of_order


ERRORS = [UnmodelledScan(3, 4), MemoryError("no memory for events"), ValueError("what nobody thought of"), RecursionError()]


class Broken:
    """The FPGA of a system, some of whose methods raise errors, one after the other, before they work again."""

    def __init__(self, fpga, **errors):
        self._fpga, self._errors = fpga, errors

    def __getattr__(self, name):
        if self._errors.get(name):
            return lambda *rest: self._fail(name)
        return getattr(self._fpga, name)

    def _fail(self, name):
        raise self._errors[name].pop(0)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("method", ["feed", "idle", "give_up", "end", "begin"])
def test_an_error_anywhere_is_told_and_the_chip_serves_on(method, error, serve, address, words, caplog):
    system = System()
    chip = serve(system)
    before = {"feed": [ValueError("first")]} if method == "give_up" else {}
    system.fpga = Broken(system.fpga, **before, **{method: [error]})
    with caplog.at_level(logging.WARNING):
        connection = ARQConnection(address, run_timeout=0.3)
        with contextlib.suppress(fisch.RunTimeoutError):
            connection._session.execute(words.tick * 3, 1, 0.2)  # no halt
        connection.close()
        assert works(address, words) and works(address, words)
    assert not chip.out_of_order and str(error) in caplog.text
    assert any("says:" in record.getMessage() for record in caplog.records) or method == "end", "the host is told"


def test_a_chip_that_cannot_be_mended_says_so(serve, address, words, monkeypatch):
    system = System()
    chip = serve(system)
    system.fpga = Broken(system.fpga, end=ERRORS * 9, feed=ERRORS * 9, give_up=ERRORS * 9)
    monkeypatch.setattr(system, "_power_on", lambda: Broken(None, on=list(ERRORS)).on())
    with ARQConnection(address, run_timeout=5) as connection, pytest.raises((fisch.ConnectionLostError, fisch.RunTimeoutError)):
        connection._session.execute(words.halt, 1, 0.3)
    begin = time.monotonic()
    with ARQConnection(address, run_timeout=5) as connection, pytest.raises(fisch.ConnectionLostError, match="out of order"):
        connection.execute(words.halt)
    assert chip.out_of_order and time.monotonic() - begin < 2


def test_the_host_learns_why(serve, address, words, caplog):
    serve(System(strict=True))
    with ARQConnection(address) as connection:
        decoder = ResponseDecoder()
        decoder.push(connection.execute([*words.read(0x88000FFF), *words.halt]))
        assert len(decoder.timeouts) == 1
    said = [record.getMessage() for record in caplog.records if record.name == "fisch.arq"]
    assert len(said) == 1 and "says: read from address 0x88000fff: there is no register at this address" in said[0]


def test_sessions_are_told(serve, address, words, caplog):
    serve(System())
    with caplog.at_level(logging.INFO, "hicannx_sim.setup.serve"):
        assert works(address, words)
        first = ARQConnection(address)
        first.execute([HALT])
        fisch.connection._taken.clear()
        assert works(address, words)
        with pytest.raises(fisch.SessionTakenOverError):
            first.execute([HALT])
        first.close()
        time.sleep(0.1)
    said = [record.getMessage() for record in caplog.records if record.name == "hicannx_sim.setup.serve"]
    what = [line.split(" session of ")[1].split(" ", 1)[1] for line in said]
    hosts = [line.split(" session of ")[1].split()[0] for line in said]
    assert len(set(hosts)) == 3 and hosts[::2] == hosts[1::2] and all(line.startswith(f"{address}: ") for line in said)
    assert what == [
        "begins",
        "ends after 1 runs",
        "begins",
        "is taken over after 1 runs",
        f"begins, taking over from {hosts[2]}",
        "ends after 1 runs",
    ]


# ------------------------------------------------------------------------------------------------------------------ the log
def test_a_log_that_nobody_reads():
    """Neither writing nor ending waits."""
    reader, writer = os.pipe()
    handler = Log(writer, patience=0.1)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    begin = time.monotonic()
    for number in range(5000):
        logger.warning("%d %s", number, "x" * 1000)
    handler.close()
    assert time.monotonic() - begin < 2
    os.set_blocking(reader, False)
    assert len(os.read(reader, 1 << 20)) >= 1 << 15
    os.close(reader)  # ends the thread that still writes


def test_what_is_left_out_is_counted():
    reader, writer = os.pipe()
    handler = Log(writer)
    logger = logging.Logger("test")
    logger.addHandler(handler)
    for number in range(250):
        logger.warning("%d", number)
    handler._tokens = 5.0
    logger.warning("the end")
    handler.close()
    os.close(writer)
    with os.fdopen(reader) as stream:
        lines = stream.read().splitlines()
    assert lines[:200] == [str(number) for number in range(200)] and lines[-1] == "the end"
    assert lines[-2].startswith("(") and lines[-2].endswith("lines are left out)") and len(lines) < 220


def test_serving_goes_on_and_ends_when_nobody_reads(address, words):
    command = [sys.executable, "-m", "hicannx", "serve", "--strict", "--address", address]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ) as server:
        while not server.stdout.readline().startswith("SLURM"):
            pass
        with ARQConnection(address, run_timeout=20) as connection:
            logging.getLogger("fisch.arq").setLevel(logging.ERROR)
            for _ in range(3000):
                connection.execute([*words.read(0x88000FFF), *words.halt])
        logging.getLogger("fisch.arq").setLevel(logging.NOTSET)
        begin = time.monotonic()
        server.send_signal(signal.SIGTERM)
        assert server.wait(10) == 0 and time.monotonic() - begin < 5
    assert threading.active_count() < 20
