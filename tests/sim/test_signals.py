"""Signals that come while a program is executed: what their handlers raise ends the run, wherever the chip is at that moment."""

import signal
import threading

import pytest

import hicannx
from dlens_vx_v3 import hal, halco, hxcomm, sta
from hicannx_sim.board.supply import Supplies


class EnoughError(Exception):
    pass


def enough(number, frame):
    raise EnoughError


def initialisation(connection):
    builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    return builder.done()


@pytest.fixture
def alarm():
    before = signal.signal(signal.SIGALRM, enough)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def signal_amid(monkeypatch, number):
    """A signal that arrives while the chip asks the board for a voltage."""
    volts = Supplies.volts

    def asked(self, name):
        signal.raise_signal(number)
        return volts(self, name)

    monkeypatch.setattr(Supplies, "volts", asked)


@pytest.mark.parametrize("number, error", [(signal.SIGINT, KeyboardInterrupt), (signal.SIGALRM, EnoughError)])
def test_a_signal_amid_something_that_cannot_be_left(number, error, alarm, monkeypatch):
    with hxcomm.ManagedConnection() as connection:
        program = initialisation(connection)
        with monkeypatch.context() as patch:
            signal_amid(patch, number)
            with pytest.raises(error):
                sta.run(connection, [program])
        sta.run(connection, [program])  # the chip is in order
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler and signal.getsignal(signal.SIGALRM) is enough


def test_a_handler_that_raises_nothing_has_no_effect(alarm, monkeypatch):
    called = []
    signal.signal(signal.SIGALRM, lambda number, frame: called.append(number))
    with hxcomm.ManagedConnection() as connection:
        program = initialisation(connection)
        signal_amid(monkeypatch, signal.SIGALRM)
        sta.run(connection, [program])
    assert called and set(called) == {signal.SIGALRM}


def test_signals_at_any_time_end_the_run(alarm):
    with hxcomm.ManagedConnection() as connection:
        program = initialisation(connection)
        for number in range(60):
            with pytest.raises(EnoughError):
                signal.setitimer(signal.ITIMER_REAL, 1e-3 + 1e-4 * number)
                for _ in range(10000):
                    sta.run(connection, [program])
        sta.run(connection, [program])


def test_a_chip_that_is_paused_is_given_up(alarm):
    with hicannx.connect() as connection:
        connection.insight.pause()
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        builder = sta.PlaybackProgramBuilder()
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(10**6))
        with pytest.raises(EnoughError):
            sta.run(connection, [builder.done()])


def test_several_chips_end_together(alarm, monkeypatch):
    with hicannx.connect(serial=[7, 8], setup="jboa") as connection, pytest.raises(EnoughError):
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        for _ in range(10000):
            sta.run(connection, [sta.PlaybackProgramBuilder().done() for _ in range(2)])


def test_other_threads_have_no_signals(alarm):
    """A run in another thread goes on; the handler is called in the main thread."""
    with hxcomm.ManagedConnection() as connection:
        failed = []

        def run():
            try:
                for _ in range(50):
                    sta.run(connection, [initialisation(connection)])
            except BaseException as error:
                failed.append(error)

        thread = threading.Thread(target=run)
        with pytest.raises(EnoughError):
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            thread.start()
            while thread.is_alive():
                thread.join(0.01)
        thread.join()
    assert not failed
