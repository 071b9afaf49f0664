"""A virtual chip at a network address: its FPGA as the host's software finds it."""

import json
import logging
import threading
from collections.abc import Callable
from typing import Any, Final
from weakref import WeakMethod

import yaml

from fisch.arq import DATA_PORT, RESET_PORT, Engine, ServerEndpoint, protocol
from fisch.database import document_of
from hicannx_sim.base.errors import InterruptedRunError
from hicannx_sim.setup.connection import bitfile_info_of, setup_of
from hicannx_sim.setup.questions import Answer, Questions
from hicannx_sim.setup.serve.control import Control
from hicannx_sim.setup.serve.stream import Stream
from hicannx_sim.setup.serve.together import Gathering, MemberStream
from hicannx_sim.setup.system import System, Words

PLAYBACK_WORDS: Final = 1 << 22
"""Words that may wait for execution, the size of the FPGA's playback memory; then the host has to repeat them. (facts: transport 2.7)"""
SETTLE_AFTER: Final = 1.0
"""[s] without new words after which time passes on the FPGA, as it does on the real one all the while, and responses of an unfinished
program are handed out. Much longer than a network delays words that get lost: those are to have no effect."""

GIVE_UP: Final = 600 * 10**9
"""[ns] for which responses are repeated to a host that does not acknowledge: it may be stopped in a debugger."""
INTRODUCTIONS: Final = 8
"""Times that the answer to a reset is sent to somebody who then says nothing: within 0.3 s, as it may be somebody who has sent no reset."""
WORTH_TELLING: Final = 0.1
"""[s] that the system may hold the network's thread up before a line says so."""
GOODBYES: Final = 3
"""Times that the end is told to a host."""
BUSY_AFTER: Final = 1.0
"""[s] that a question waits for the end of a program."""
PIECE: Final = 1 << 16
"""Words executed before their responses are handed on."""

_log = logging.getLogger("hicannx_sim.setup.serve")


def _weakly(method: Callable[[], bytes]) -> Answer:
    """A method, without keeping alive what it belongs to, as the answer to a question without options."""
    found = WeakMethod(method)
    return lambda options, data: call() if (call := found()) else b""


def _between_runs(system: System, answer: Answer) -> Answer:
    """What a look at the system gives while it executes nothing."""

    def answered(options: dict[str, Any], data: bytes) -> bytes:
        if not system._lock.acquire(timeout=BUSY_AFTER):
            raise TimeoutError("the chip is busy with a program; ask again when it has ended")
        system._lock.release()
        return answer(options, data)

    return answered


class ServedChip:
    """One system behind UDP ports. Anybody may connect at any time: a reset ends the session before it and the run in progress.

    ip: IPv4 address to listen at. fpga: its number in the setup. power_cycle: each session finds a chip that has just been powered on;
    without, chip and FPGA keep their state as the real ones do, but for what `Executor.new_session` names. gathering: of the setup, for
    one of several FPGAs.

    What a program does wrong is told to its host and logged (`hicannx_sim.setup.serve`), and the next one runs. If even giving it up fails,
    the chip is power cycled; if that fails too, it is `out_of_order`, and says so to everybody.
    """

    def __init__(
        self,
        ip: str,
        system: System,
        fpga: int = 0,
        data_port: int = DATA_PORT,
        reset_port: int = RESET_PORT,
        power_cycle: bool = False,
        gathering: Gathering | None = None,
    ) -> None:
        self.ip, self.system, self.power_cycle, self._gathering, self._number = ip, system, power_cycle, gathering, fpga
        self.stream: Stream | MemberStream = Stream(system) if gathering is None else MemberStream(gathering, fpga)
        self.out_of_order = ""
        self._session = self._first_run = 0
        self._peer: str | None = None
        self._held_up = 0.0
        engine = Engine(echo_loopback=True, limit=PLAYBACK_WORDS, give_up=GIVE_UP, introductions=INTRODUCTIONS)
        info = bitfile_info_of(system) + yaml.safe_dump({"hwdb": document_of(setup_of(system, ip, fpga))}, sort_keys=False)
        self.endpoint = ServerEndpoint(engine, ip, data_port, reset_port, info, self.stream.interrupt)
        self._control = Control(ip, self.ports[0], self._answers())
        work = {"network": self.endpoint.run, "program": self._work}
        self._threads = [threading.Thread(target=target, name=f"{ip} {name}", daemon=True) for name, target in work.items()]

    def start(self) -> None:
        """Begins to serve, in threads of its own."""
        for thread in self._threads:
            thread.start()
        self._control.start()

    def stop(self) -> None:
        """Ends serving, within a run if there is one, and gives the ports free."""
        self._control.close()
        self._say_goodbye()
        self.endpoint.stop()
        for thread in self._threads:
            while thread.is_alive():
                self.stream.interrupt()
                thread.join(0.1)
        self.endpoint.close()

    def _say_goodbye(self) -> None:
        """Whoever is connected does not have to wait for answers that will not come. Some of the datagrams may get lost."""
        for _ in range(0 if self.endpoint.over else GOODBYES):
            self.endpoint.notify(self.endpoint.session, protocol.ENDED, "whoever served it has ended it")

    def close(self) -> None:
        """Gives the ports free of a chip that was never started."""
        self._control.close()
        self.endpoint.close()

    @property
    def ports(self) -> tuple[int, int]:
        """(data port, reset port)"""
        return self.endpoint.ports

    @property
    def address(self) -> str:
        """As SLURM_FPGA_IPS has it: with ports if they are not the usual ones."""
        return self.ip if self.ports == (DATA_PORT, RESET_PORT) else f"{self.ip}:{self.ports[0]}:{self.ports[1]}"

    @property
    def counters(self) -> dict[str, Any]:
        """What happened since start: of the protocol, of the programs, of the chip."""
        return {**self.endpoint.counters, "runs": self.system.runs, "instructions not executed": self.stream.errors, **self.system.counters}

    # -- what the side door answers
    def _answers(self) -> dict[str, Answer]:
        """To all questions. Whoever has them does not keep this object alive."""
        system, stream = self.system, self.stream
        questions = Questions(system, lambda: stream.running)
        looks = {"status": _weakly(self._status)} | questions.looks | {"counters": _weakly(self._counters)}
        between = {name: answer if name == "status" else _between_runs(system, answer) for name, answer in looks.items()}
        return between | questions.orders

    def _status(self) -> bytes:
        """Who it is, whether somebody uses it."""
        identity, system = self.system.identity, self.system
        chip = {"serial": identity.serial, "mode": identity.mode.value, "seed": system.seed, "strict": system.strict, "setup": system.setup}
        use = {"session": self._peer, "runs": system.runs, "running": self.stream.running, "out_of_order": self.out_of_order}
        return json.dumps(chip | use).encode()

    def _counters(self) -> bytes:
        return json.dumps(self.counters, default=str).encode()

    def _work(self) -> None:
        """Executes what arrives until the endpoint stops. Nothing that a program does ends this."""
        while not self.endpoint.stopping:
            current, words = self.endpoint.receive(SETTLE_AFTER if self.stream.running else -1)
            try:
                if current != self._session:
                    self._begin(current)
                self._run(words)
                if self.endpoint.over and current == self._session:
                    self._end("ends")
            except InterruptedRunError:
                self._recover(self.stream.abort)
            except Exception:
                _log.exception("%s: an error of the model", self.ip)
                self._refused("an error of the model; the chip is power cycled")
                self._recover(self.system.reset)
            if self.out_of_order:
                self.endpoint.notify(self._session, protocol.OUT_OF_ORDER, self.out_of_order)

    def _recover(self, way: Callable[[], None]) -> None:
        """Makes the chip ready for the next program, at worst as it is after power-on."""
        try:
            way()
        except Exception as error:
            _log.exception("%s: an error of the model", self.ip)
            if way == self.system.reset:
                self.out_of_order = f"{type(error).__name__}: {error}"
                _log.error("%s: out of order, serve it anew: %s", self.ip, self.out_of_order)
            else:
                self._recover(self.system.reset)

    def _refused(self, text: str) -> None:
        """Tells the host what went wrong."""
        self.endpoint.notify(self._session, protocol.REFUSED, text)

    def _begin(self, session: int) -> None:
        """A host has connected."""
        taken_from = self.endpoint.took_over
        if self._session and self._peer:
            self._end("is taken over" if taken_from == self._peer else "was given up")
        self._session, self._peer = session, self.endpoint.peer_address
        _log.info("%s: session of %s begins%s", self.ip, self._peer, f", taking over from {taken_from}" if taken_from else "")
        if self.out_of_order:
            return
        self._recover(self.stream.abort)
        if self.power_cycle and self.system.runs:
            self._recover(self.system.reset)
        self._first_run = self.system.runs
        if self._gathering is not None:
            self._gathering.join(self._number, (self._peer or "").rpartition(":")[0])
        if self.system.runs:
            self.stream.new_session()

    def _end(self, how: str) -> None:
        held_up = self.endpoint.held_up * 1e-9
        delay = f"; the system held this process up for {held_up:.2f} s" if held_up > max(WORTH_TELLING, self._held_up) else ""
        self._held_up = max(held_up, self._held_up)
        if self._gathering is not None:
            self._gathering.leave(self._number)
        _log.info("%s: session of %s %s after %d runs%s", self.ip, self._peer, how, max(self.system.runs - self._first_run, 0), delay)
        self._peer = None

    def _run(self, words: Words) -> None:
        """Executes the words and sends what they answer; without words, what is left."""
        if self.out_of_order:
            return
        for first in range(0, len(words) or 1, PIECE):
            answer = self.stream.push(words[first : first + PIECE]) if len(words) else self.stream.settle()
            if remark := self.stream.remark:
                self.stream.remark = ""
                self._refused(remark)
            if len(answer):
                self.endpoint.send(self._session, answer)
