"""A virtual chip at a network address: its FPGA as the host's software finds it."""

import logging
import threading
from typing import Any, Final

import yaml

from fisch.arq import DATA_PORT, RESET_PORT, Engine, ServerEndpoint
from fisch.database import document_of
from hicannx_sim.base.errors import InterruptedRunError
from hicannx_sim.setup.connection import bitfile_info_of, setup_of
from hicannx_sim.setup.serve.stream import Stream
from hicannx_sim.setup.system import System, Words

PLAYBACK_WORDS: Final = 1 << 22
"""Words that may wait for execution, the size of the FPGA's playback memory; then the host has to repeat them. (facts: transport 2.7)"""
SETTLE_AFTER: Final = 0.02
"""[s] without new words after which responses of an unfinished program are handed out."""

GIVE_UP: Final = 600 * 10**9
"""[ns] for which responses are repeated to a host that does not acknowledge: it may be stopped in a debugger."""
PIECE: Final = 1 << 16
"""Words executed before their responses are handed on."""

_log = logging.getLogger("hicannx_sim.setup.serve")


class ServedChip:
    """One system behind UDP ports. Anybody may connect at any time: a reset ends the session before it and the run in progress.

    ip: IPv4 address to listen at. fpga: its number in the setup. power_cycle: each session finds a chip that has just been powered on;
    without, chip and FPGA keep their state as the real ones do.
    """

    def __init__(
        self, ip: str, system: System, fpga: int = 0, data_port: int = DATA_PORT, reset_port: int = RESET_PORT, power_cycle: bool = False
    ) -> None:
        self.ip, self.system, self.power_cycle = ip, system, power_cycle
        self.stream = Stream(system)
        engine = Engine(echo_loopback=True, limit=PLAYBACK_WORDS, give_up=GIVE_UP)
        info = bitfile_info_of(system) + yaml.safe_dump({"hwdb": document_of(setup_of(system, ip, fpga))}, sort_keys=False)
        self.endpoint = ServerEndpoint(engine, ip, data_port, reset_port, info, self.stream.interrupt)
        work = {"network": self.endpoint.run, "program": self._work}
        self._threads = [threading.Thread(target=target, name=f"{ip} {name}", daemon=True) for name, target in work.items()]

    def start(self) -> None:
        """Begins to serve, in threads of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ends serving, within a run if there is one, and gives the ports free."""
        self.endpoint.stop()
        for thread in self._threads:
            while thread.is_alive():
                self.stream.interrupt()
                thread.join(0.1)
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

    def _work(self) -> None:
        """Executes what arrives until the endpoint stops."""
        session = 0
        while not self.endpoint.stopping:
            current, words = self.endpoint.receive(SETTLE_AFTER if self.stream.running else -1)
            if current != session:
                session = current
                self._restart()
            try:
                self._run(session, words)
            except InterruptedRunError:
                self.stream.abort()

    def _restart(self) -> None:
        _log.info("%s: new session", self.ip)
        self.stream.abort()
        if self.power_cycle and self.system.runs:
            self.system.reset()

    def _run(self, session: int, words: Words) -> None:
        """Executes the words and sends what they answer; without words, what is left."""
        for first in range(0, len(words) or 1, PIECE):
            answer = self.stream.push(words[first : first + PIECE]) if len(words) else self.stream.settle()
            if len(answer):
                self.endpoint.send(session, answer)
