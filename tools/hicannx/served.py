"""Questions about served chips on this machine: who they are, who uses them, what happened on them. Their sessions are not disturbed."""

import json
import socket
import sys
from argparse import Namespace
from dataclasses import asdict
from os import environ
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fisch.arq import DATA_PORT
from fisch.environment import address_and_ports, setting
from hicannx.errors import HicannxError
from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.observe import Observables, Observation
from hicannx_sim.trust.explain import Finding
from hicannx_sim.trust.hops import Events, Hop

IPS_VARIABLE: Final = "SLURM_FPGA_IPS"
PATIENCE: Final = 5.0
"""[s] for an answer; a chip that executes a program answers later."""
PROBE: Final = 0.5


class NoAnswerError(HicannxError):
    """Nobody answers questions there."""


def ask(address: str, question: str, patience: float = PATIENCE, data: bytes = b"", **options: Any) -> bytes:
    """The answer of a chip that `hicannx serve` serves on this machine. NoAnswerError says why there is none.

    address   "127.0.0.1" or "address:data port:reset port", as in SLURM_FPGA_IPS
    question  "status", "counters", "explain", "events" or "unmodelled" (JSON), "report" (text), "snapshot" (for `System.restore`); with
              options, and data behind them, what `hicannx_sim.setup.serve.side_door` names
    """
    options = options | ({"size": len(data)} if data else {})
    line = f"{question} {json.dumps(options)}" if options else question
    try:
        ip, ports = address_and_ports(address)
        with socket.create_connection((ip, ports[0] if ports else DATA_PORT), patience) as connection, connection.makefile("rb") as stream:
            connection.sendall(line.encode() + b"\n" + data)
            head = json.loads(stream.readline())
            if "error" in head:
                raise NoAnswerError(f"{address}: {head['error']}")
            body = stream.read(head["size"])
    except ConnectionRefusedError:
        raise NoAnswerError(f"{address}: nobody answers questions there, so `hicannx serve` serves no chip at it") from None
    except (OSError, ValueError, KeyError) as error:
        raise NoAnswerError(f"{address}: no answer: {error}") from None
    if len(body) != head["size"]:
        raise NoAnswerError(f"{address}: the answer is cut off")
    return body


class ServedSystem:
    """What can be asked of the system behind an address, as `hicannx_sim.System` answers it. All raise NoAnswerError."""

    def __init__(self, address: str) -> None:
        self.address = address

    def report(self) -> str:
        """What one should know before believing the runs so far."""
        return ask(self.address, "report").decode()

    def explain(self) -> list[Finding]:
        """Why something that was attempted did not happen."""
        return [Finding(**found) for found in json.loads(ask(self.address, "explain"))]

    @property
    def events(self) -> Events:
        """What happened to events."""
        return Events(lambda: [Hop(**hop) for hop in json.loads(ask(self.address, "events"))])

    def unmodelled(self) -> list[Unmodelled]:
        """What is set and has no effect."""
        return [Unmodelled(*entry) for entry in json.loads(ask(self.address, "unmodelled"))]

    @property
    def counters(self) -> dict[str, Any]:
        """Everything that is counted."""
        return dict(json.loads(ask(self.address, "counters")))

    def snapshot(self, compress: bool = True) -> bytes:
        """The whole state, always compressed."""
        return ask(self.address, "snapshot")

    def restore(self, data: bytes) -> None:
        """The chip becomes the one that a snapshot was taken of."""
        ask(self.address, "restore", data=data)

    def keep_history(self, runs: int) -> None:
        """Keeps the states before the last runs."""
        ask(self.address, "keep_history", runs=runs)

    def rewind(self, runs: int = 1) -> None:
        """Takes the last runs back."""
        ask(self.address, "rewind", runs=runs)

    def inject(self, *faults: Fault, seed: int = 0) -> None:
        """Lets things go wrong from now on."""
        ask(self.address, "inject", faults=[(type(fault).__name__, asdict(fault)) for fault in faults], seed=seed)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        ask(self.address, "clear_faults")

    def observe(self, wanted: Observables) -> "ServedRecording":
        """Observes from now on."""
        return ServedRecording(self.address, int(ask(self.address, "observe", **wanted.described())))

    def frame(self) -> bytes:
        """What can be seen of the chip at this moment; see `hicannx_sim.setup.frame`."""
        return ask(self.address, "frame")

    def contents(self, container: str) -> NDArray[np.uint32]:
        """Words that a container's registers hold, at all coordinates, without any effect of reading."""
        return np.array(json.loads(ask(self.address, "words", container=container)), np.uint32)

    def pause(self) -> None:
        """Time stands still."""
        ask(self.address, "pause")

    def step(self, instructions: int = 0, ticks: int = 0) -> None:
        """Time goes on for so long, and stands still again."""
        ask(self.address, "step", instructions=instructions, ticks=ticks)

    def resume(self) -> None:
        """Time goes on."""
        ask(self.address, "resume")


class ServedRecording:
    """An observer of a served chip, as `hicannx_sim.observe.Recording` is one in this process."""

    def __init__(self, address: str, key: int) -> None:
        self._address, self._key = address, key
        self._last: Observation | None = None

    @property
    def seen(self) -> Observation:
        """Everything seen so far."""
        return self._last or Observation.from_bytes(ask(self._address, "observed", key=self._key))

    def stop(self) -> Observation:
        """Observes no more; gives what has been seen."""
        if self._last is None:
            self._last = Observation.from_bytes(ask(self._address, "forget", key=self._key))
        return self._last


def status_line(address: str) -> str:
    """What one can say of an address without disturbing anybody."""
    try:
        status: dict[str, Any] = json.loads(ask(address, "status", PROBE))
    except NoAnswerError as error:
        return f"{error}. An FPGA answers no questions; connecting to it tells, but would end a session in use"
    use = f"used by {status['session']}" if status["session"] else "not in use"
    state = f"out of order: {status['out_of_order']}" if status["out_of_order"] else use
    strict = ", strict" if status["strict"] else ""
    return f"{address}: answers. serial {status['serial']}, {status['mode']}, seed {status['seed']}, {status['setup']}{strict}; {state}"


def report(chosen: Namespace) -> int:
    """`hicannx report`: what happened on served chips."""
    addresses = [chosen.address] if chosen.address else setting(environ, IPS_VARIABLE) or ["127.0.0.1"]
    for address in addresses:
        print(status_line(address))
        if chosen.snapshot:
            _write(chosen.snapshot, ask(address, "snapshot"))
        elif chosen.counters:
            print(json.dumps(json.loads(ask(address, "counters")), indent=2))
        else:
            system = ServedSystem(address)
            print("\n".join(filter(None, [system.report(), *map(str, system.explain())])) or "nothing to report")
    return 0


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    print(f"{path}: {len(data)} bytes", file=sys.stderr)
