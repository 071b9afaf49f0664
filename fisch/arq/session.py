"""One session between host and FPGA, from the reset to the last frame. (facts: transport 6.4)"""

import logging
import secrets
import threading
import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from fisch.arq import protocol
from fisch.arq._client import ClientEndpoint
from fisch.arq._engine import Engine
from fisch.errors import ConnectionFailedError, ConnectionLostError, RunTimeoutError, SessionTakenOverError, WireError

Words = NDArray[np.uint64]

CONFIGURATION_TIME: Final = 0.5  # [s] after which a reset is repeated
LOOPBACK_TIME: Final = 0.4
CLOSING_TIME: Final = 0.5
SILENCE: Final = 1.0  # [s] after which the other side is asked whether it is there
GIVE_UP: Final = 10.0  # [s] without acknowledgement after which it is not
WORTH_TELLING: Final = 0.1  # [s] that the system may hold this process up before an error of the link mentions it

_log = logging.getLogger("fisch.arq")


class NoAnswerError(ConnectionFailedError):
    """Nothing came back in time while connecting."""


class Session:
    """An open session. Construction connects and checks: configuration and loopback; ConnectionFailedError says what went wrong.

    configuration_time [s]: how long the FPGA may take to answer the reset.
    """

    def __init__(self, ip: str, data_port: int, reset_port: int, configuration_time: float = CONFIGURATION_TIME) -> None:
        self.address = f"{ip}:{data_port}"
        self.over: ConnectionLostError | None = None
        self.commit_seconds = 0.0  # that handing over the last program took
        engine = Engine(scan=True, give_up=int(GIVE_UP * 1e9))
        try:
            self.endpoint = ClientEndpoint(engine, ip, data_port, reset_port)
        except PermissionError as error:
            hint = "Did you specify the correct hardware resources in your slurm call?"
            raise ConnectionFailedError(f"the reset of the FPGA at {self.address} was not let through: {error}. {hint}") from None
        except OSError as error:
            raise ConnectionFailedError(f"no way to the FPGA at {self.address}: {error}") from None
        self.own_address = self.endpoint.own_address
        try:
            self.bitfile_info = self._configuration(configuration_time)
            self._loop_back()
        except BaseException:
            self.endpoint.close()
            raise
        self._keeper = threading.Thread(target=self.endpoint.keep, name=f"HostARQ {self.address}", daemon=True)
        self._keeper.start()

    def _packet(self, pid: int, end: float, reason: str) -> list[int]:
        """Payload of the next packet of this kind; what else arrives is dropped."""
        while self.endpoint.pump(max(end - time.monotonic(), 0), control=True):
            while packet := self.endpoint.take_control():
                if packet[0] == pid:
                    return [int(word) for word in packet[1]]
        raise NoAnswerError(reason + self._delay())

    def _delay(self) -> str:
        """Whether a silence may be the fault of this side: how long this process was not given the processor."""
        seconds = self.endpoint.held_up * 1e-9
        return f"; meanwhile the system held up this process itself for {seconds:.2f} s" if seconds > WORTH_TELLING else ""

    def _listen(self) -> None:
        """What the FPGA has said beyond the protocol: the end of the session, or what is worth a line."""
        for kind, text in self.endpoint.notices() if self.endpoint.engine.notices else ():
            if kind == protocol.TAKEN_OVER:
                self.over = SessionTakenOverError(
                    f"the session with the FPGA at {self.address} is over: {text} has connected to it since then."
                    " This connection cannot be used any more; a new one would end theirs.",
                    text,
                )
            elif kind == protocol.OUT_OF_ORDER:
                self.over = ConnectionLostError(f"the FPGA at {self.address} is out of order: {text}")
            elif kind == protocol.ENDED:
                self.over = ConnectionLostError(f"the FPGA at {self.address} is not served any more: {text}")
            else:
                _log.warning("the FPGA at %s says: %s", self.address, text)

    def _require_open(self) -> None:
        """Raises SessionTakenOverError or ConnectionLostError if the FPGA has ended the session."""
        self._listen()
        if self.over:
            raise self.over

    def _configuration(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        reason = f"HostARQ daemon terminated unexpectedly. Reason: FPGA reset timeout reached ({self.address} does not answer)"
        words = self._packet(protocol.PID_CFG, end, reason)
        length = protocol.configuration_length(words)
        while len(words) < length:
            words += self._packet(protocol.PID_CFG, end, f"No reset response remainder packets available ({self.address})")
        if len(words) > length:
            raise ConnectionFailedError(f"More words in response packet than expected ({self.address})")
        return protocol.configuration_text(words)

    def _loop_back(self) -> None:
        sent = secrets.randbits(64)
        self.endpoint.push([sent], protocol.PID_LOOPBACK)
        reason = f"no loopback packet response after timeout of {LOOPBACK_TIME * 1000:.0f}ms ({self.address})"
        back = self._packet(protocol.PID_LOOPBACK, time.monotonic() + LOOPBACK_TIME, reason)
        if back != [sent]:
            raise ConnectionFailedError(f"received magic word {back} differs from sent word {sent} ({self.address})")
        self.endpoint.forget()

    def execute(self, words: Words, halts: int, timeout: float | None) -> Words:
        """Sends a program with so many halts and returns what comes back up to the last halt's echo.

        Raises RunTimeoutError after `timeout` [s], SessionTakenOverError, ConnectionLostError, WireError; then the session is to be closed.
        """
        self._require_open()
        begin, target = time.monotonic(), self.endpoint.halts + halts
        self.endpoint.push(words)
        self.commit_seconds = time.monotonic() - begin
        end = np.inf if timeout is None else begin + timeout
        while True:
            self.endpoint.pump(max(min(SILENCE, end - time.monotonic()), 0), halts=target)
            if self.endpoint.halts >= target or self.endpoint.bad_message >= 0:
                break
            self._check(begin, timeout)
        self._listen()
        if self.endpoint.bad_message >= 0:
            raise WireError(f"Unknown UT message header: {self.endpoint.bad_message} (from {self.address})", 8 * self.endpoint.available)
        return self.endpoint.take()

    def _check(self, begin: float, timeout: float | None) -> None:
        """While waiting: is the other side still there, is there time left?"""
        self._require_open()
        while self.endpoint.take_control():
            pass
        if self.endpoint.stopping:
            raise ConnectionFailedError(f"the connection to {self.address} was closed during a run")
        if self.endpoint.failed:
            raise ConnectionLostError(f"the FPGA at {self.address} has not answered for {GIVE_UP:.0f} s{self._delay()}")
        if timeout is not None and time.monotonic() - begin >= timeout:
            raise RunTimeoutError(
                f"no end of the program after {timeout:g} s: the FPGA at {self.address} is there, but has not echoed the halt"
                f" ({self.endpoint.waiting} words are not sent, {self.endpoint.available} have come back)."
                " A longer time can be given as run_timeout or in HICANNX_RUN_TIMEOUT."
            )
        if time.monotonic_ns() - self.endpoint.last_heard > SILENCE * 1e9:
            self.endpoint.push([0], protocol.PID_LOOPBACK)

    def stop(self) -> None:
        """Ends a run that another thread waits for."""
        self.endpoint.stop()

    def close(self, orderly: bool = True) -> None:
        """Says good-bye, if `orderly`, and gives the socket free."""
        if self.endpoint.abandoned:  # in a forked process: it is the parent's session
            return
        self._listen()
        if orderly and not self.endpoint.failed and not self.endpoint.stopping and self.over is None:
            self.endpoint.push([0], protocol.PID_FLUSH)
            if not self.endpoint.pump(CLOSING_TIME, idle=True):
                _log.warning("the FPGA at %s did not acknowledge the end of the session%s", self.address, self._delay())
        self.endpoint.stop()
        self._keeper.join()
        self.endpoint.close()
