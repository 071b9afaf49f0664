"""Questions about served chips on this machine: who they are, who uses them, what happened on them. Their sessions are not disturbed."""

import json
import socket
import sys
from argparse import Namespace
from os import environ
from pathlib import Path
from typing import Any, Final

from fisch.arq import DATA_PORT
from fisch.environment import address_and_ports, setting
from hicannx.asked import AskedSystem
from hicannx.errors import HicannxError

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
              options, and data behind them, what `hicannx_sim.setup.questions` names
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


class ServedSystem(AskedSystem):
    """What can be asked of the system behind an address, as `hicannx_sim.System` answers it. All raise NoAnswerError."""

    def __init__(self, address: str) -> None:
        self.address = address

    def _ask(self, question: str, data: bytes = b"", **options: Any) -> bytes:
        return ask(self.address, question, data=data, **options)


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
