"""A look at a whole chip: everything that a picture of it shows, as one message.

A message is a little-endian uint32 with the size of its head, the head in JSON, and the arrays that the head names, each at a multiple of
8 bytes
behind the head: {"arrays": {name: [dtype, shape, offset]}, ...}.
"""

import json
import struct
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from halco import PPUMemoryBlockOnPPU
from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.chip.crossbar import wiring
from hicannx_sim.chip.watch import KINDS_OF_EVENTS
from hicannx_sim.observe.observation import PPUS
from hicannx_sim.trust.hops import system_hops

KEPT: Final = 20_000
"""Events that wait for the next look; of more, the last ones are seen."""
NODES: Final = wiring()
MAILBOX: Final = slice(4 * int(PPUMemoryBlockOnPPU.mailbox.toMin()), 4 * int(PPUMemoryBlockOnPPU.mailbox.toMax()) + 4)
"""Bytes in a processor's memory."""


def encode(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    """A message.

    >>> head, arrays = decode(encode({"tick": 5}, {"a": np.arange(3)}))
    >>> head["tick"], arrays["a"].tolist()
    (5, [0, 1, 2])
    """
    described, offset, bodies = {}, 0, []
    for name, array in arrays.items():
        body = np.ascontiguousarray(array).tobytes()
        described[name] = [array.dtype.str[1:], array.shape, offset]
        bodies.append(body + bytes(-len(body) % 8))
        offset += len(bodies[-1])
    text = json.dumps({**head, "arrays": described}).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return struct.pack("<I", len(text)) + text + b"".join(bodies)


def decode(message: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Head and arrays of a message."""
    size = struct.unpack_from("<I", message)[0]
    head = json.loads(message[4 : 4 + size])
    found = {}
    for name, (kind, shape, offset) in head.pop("arrays").items():
        found[name] = np.frombuffer(message, kind, int(np.prod(shape)), 4 + size + offset).reshape(shape)
    return head, found


class FrameSource:
    """Makes one frame after the other of a system. Spikes and samples in a frame are those since the one before."""

    def __init__(self, system: Any) -> None:
        self._system = system
        self._watch: Any = None
        self._first = 0

    def frame(self) -> bytes:
        """To be called while time stands still."""
        system, chip = self._system, self._system.chip
        if chip.fabric.watch is not self._watch:
            self._listen(chip.fabric.watch)
        events = self._watch.events_from(self._first)
        self._first = self._watch.seen[0]
        return encode(self._head(system), self._arrays(chip, events))

    def _listen(self, watch: Any) -> None:
        self._watch = watch
        watch.keep = watch.keep or KEPT
        watch.listen(("neuron", "madc"))
        self._first = watch.seen[0]

    def _head(self, system: Any) -> dict[str, Any]:
        chip, fpga = system.chip, system.fpga
        hops = [[hop.name, hop.sent, hop.delivered, hop.filtered + hop.arbitrated_away, hop.dropped] for hop in self._hops(system)]
        now = int(chip.fabric.analog.now)
        return {
            "serial": system.identity.serial, "mode": system.identity.mode.value, "seed": system.seed, "runs": system.runs,
            "us": now / TICKS_PER_US,
            "instruction": int(fpga.instruction), "paused": bool(system.gate.paused), "history": system.history,
            "hops": hops, "nodes": NODES,
            "processors": [self._processor(chip, ppu) for ppu in (0, 1)],
        }  # fmt: skip

    @staticmethod
    def _hops(system: Any) -> list[Any]:
        return [
            hop
            for hop in system_hops(system.fpga.counters, system.chip.fabric.counters())
            if not hop.name.startswith(("serial", "network"))
        ]

    @staticmethod
    def _processor(chip: Any, ppu: int) -> dict[str, Any]:
        core = chip.processors.cores[ppu]
        running = bool(chip.omnibus.contents("PPUControlRegister", ppu)[0, 0] & 1)
        state = "sleeps" if core.sleeping else "runs" if running else "in reset"
        return {"name": PPUS[ppu], "state": state, "pc": core.pc, "cycle": core.cycle, "instructions": core.instructions,
                "mailbox": core.memory()[MAILBOX].split(b"\0")[0].decode("ascii", "replace")}  # fmt: skip

    @staticmethod
    def _arrays(chip: Any, events: NDArray[Any]) -> dict[str, NDArray[Any]]:
        fabric = chip.fabric
        fired, samples = events[events["kind"] == KINDS_OF_EVENTS["neuron"]], events[events["kind"] == KINDS_OF_EVENTS["madc"]]
        return {
            "membranes": fabric.analog.membranes(), "weights": fabric.analog.weights, "labels": fabric.analog.labels,
            "capmem": fabric.analog.capmem,
            "nodes": fabric.crossbar.by_node().astype(np.float64), "cadc": fabric.cadc.read(),
            "fired": fired["where"].astype(np.uint16), "fired_us": fired["tick"] / TICKS_PER_US,
            "madc": (samples["what"] & 1023).astype(np.uint16), "madc_us": samples["tick"] / TICKS_PER_US,
        }  # fmt: skip
