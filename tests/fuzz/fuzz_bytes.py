"""Damaged datagrams, ELF files, snapshots, portable binaries and GDB packets: each is taken or refused with an error of its own kind.

    python tests/fuzz/fuzz_bytes.py datagrams [--count 100000] [--seed 0]

Anything else than such an error ends it with a traceback, and with the number of the piece and the seed that show it again.
"""

import argparse
import logging
import random
import struct
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS / folder) for folder in ("fuzz", "helpers", "haldls_lola", "sim/ppu")]

LONG = 60.0  # s for one piece, with sanitizers


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, inserted or cut off; the first ones more often, as they say what the others are."""
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        place = chance.randrange(min(len(spoilt), chance.choice((64, 1 << 30))) or 1)
        kind = chance.randrange(8)
        if kind < 3:
            spoilt[place : place + 1] = bytes([chance.randrange(256)])
        elif kind < 5:
            number = chance.choice((0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
            spoilt[place : place + 4] = struct.pack(chance.choice("<>") + "I", number)
        elif kind == 5:
            del spoilt[place : place + chance.randrange(16)]
        elif kind == 6:
            spoilt[place:place] = chance.randbytes(chance.randrange(16))
        elif chance.random() < 0.2:
            del spoilt[place:]
    return bytes(spoilt)


# ------------------------------------------------------------------------------------------------------------------ kinds
def datagrams(chance: random.Random) -> Iterator[None]:
    """Two ends; what one of them sends arrives damaged, with true frames between."""
    from fisch.arq import PID_LOOPBACK, PID_UT, Engine

    now = 0
    while True:
        ends = Engine(scan=True, limit=1 << 16), Engine(echo_loopback=True, limit=1 << 16, mirror=chance.random() < 0.3)
        for _ in range(500):
            to, from_ = chance.sample(ends, 2)
            from_.push([chance.getrandbits(64) for _ in range(chance.randrange(1, 4))], chance.choice((PID_UT, PID_LOOPBACK)))
            datagram = from_.transmit(now) or chance.randbytes(chance.choice((4, 20, chance.randrange(1500))))
            to.receive(damaged(datagram, chance) if chance.random() < 0.7 else datagram, now)
            if chance.random() < 0.1:
                to.take(), to.take_control(), to.counters, to.notices, to.deadline
            now += chance.randrange(1, 1 << 22)
            yield


def elf(chance: random.Random) -> Iterator[None]:
    """A linked program of all kinds of sections and symbols."""
    from test_ppu_program import PROGRAM, SYMBOLS
    from test_ppu_program import elf as made

    from haldls.lola import PPUElfFile, PPUProgramError

    whole = made(PROGRAM, SYMBOLS)
    with tempfile.NamedTemporaryFile() as file:
        while True:
            Path(file.name).write_bytes(damaged(whole, chance))
            try:
                program = PPUElfFile(file.name)
                program.read_symbols()
                program.read_program()
            except PPUProgramError:
                pass
            yield


def snapshots(chance: random.Random) -> Iterator[None]:
    """Entries of a snapshot are changed and it is sealed again; what is taken goes on with another program."""
    from word_streams import HALT, INIT, Generator, hurried

    import hicannx_sim as sim
    from hicannx_sim.setup import snapshot_file

    system = sim.System(sim.VirtualChip(1), seed=1)
    system.execute(np.append(INIT, HALT))
    system.begin()
    system.feed(Generator(7).program(600))
    whole, after = system.snapshot(), hurried(np.append(Generator(9).program(100), HALT))
    description, state = snapshot_file.decode(whole)
    while True:
        data = whole if chance.random() < 0.1 else snapshot_file.encode(description, _changed(state, chance))
        try:
            if system.restore(damaged(data, chance) if chance.random() < 0.1 else data):
                system.finish()
                system.execute(after)
                system.snapshot(chance.random() < 0.1)
        except sim.SimError:
            pass
        yield


def _changed(state: Any, chance: random.Random) -> Any:
    """A few numbers of a few arrays."""
    changed = dict(state)
    for block in chance.choices(list(state), k=chance.choice((1, 1, 3))):
        changed[block] = dict(changed[block])
        filled = [name for name, array in changed[block].items() if array.size and array.dtype.kind in "iuf"]
        for name in chance.sample(filled, min(len(filled), chance.choice((1, 1, 3)))):
            array = changed[block][name].copy()
            limits = np.finfo(array.dtype) if array.dtype.kind == "f" else np.iinfo(array.dtype)
            value = chance.choice((limits.max, limits.min, 0, 1, chance.randrange(1 << 7)))
            array.reshape(-1)[chance.randrange(array.size) :: chance.choice((1, 1 << 40))] = value
            changed[block][name] = array
    return changed


def binaries(chance: random.Random) -> Iterator[None]:
    """Stored containers, coordinates, dumped writes and programs of all classes; what is refused has changed nothing, what is taken can be
    shown and comes back in both forms."""
    from stored_forms import records

    import haldls
    import stadls
    from haldls.serialization.layouts import class_named

    lists = {kind.__name__: kind for kind in (stadls.DumperDone, stadls.PlaybackProgramBuilderDumper, stadls.PlaybackProgram)}
    everything = records("container", "coordinate", "struct", "dumper", "program")
    named = [(one, lists.get(one.name.rpartition("::")[2]) or class_named(one.name)) for one in everything]
    kinds = [(one, kind) for one, kind in named if kind is not None and len(one.binary) < 20_000]
    while True:
        record, kind = chance.choice(kinds)
        package = stadls if kind in lists.values() else haldls
        stored = kind()
        try:
            package.from_portablebinary(stored, damaged(record.binary, chance))
        except package.SerializationError:
            assert stored == kind(), f"{record} was refused and has changed"
        else:
            once, again = kind(), kind()
            package.from_json(once, package.to_json(stored))
            package.from_portablebinary(again, package.to_portablebinary(stored))
            assert once == again == stored and isinstance(str(stored), str), f"{record} does not come back"
        yield


def packets(chance: random.Random) -> Iterator[None]:
    """What a GDB could say to a processor that stands still, damaged in half of the cases."""
    from test_debug_gdb import COUNTER

    from hicannx_sim.debugger.debugger import Debugger
    from hicannx_sim.debugger.gdb import Protocol, Reader, framed
    from hicannx_sim.debugger.monitor import Monitor
    from hicannx_sim.ppu import Core

    core = Core()
    core.load_image(struct.pack(f">{len(COUNTER)}I", *COUNTER))
    debugger = Debugger(lambda: core)
    protocol, reader = Protocol(debugger, Monitor(debugger)), Reader()
    debugger.engage()
    debugger.ask()
    while True:
        assert debugger.halt()
        body = _packet(chance)
        sent = framed(damaged(body, chance) if body and chance.random() < 0.5 else body)
        for packet in reader.feed(damaged(sent, chance) if chance.random() < 0.05 else sent):
            if packet is not None:
                assert isinstance(protocol.handle(packet), bytes | None)
        yield


COMMANDS = [b"?", b"g", b"G", b"p", b"P", b"m", b"M", b"X", b"Z0,", b"z0,", b"Z2,", b"z2,", b"c", b"s", b"H", b"T", b"vCont;c", b"vCont;r",
            b"vCont?", b"qSupported", b"qXfer:features:read:target.xml:", b"QStartNoAckMode", b"qC", b"k", b"D"]  # fmt: skip
MONITOR = [b"help", b"why", b"time", b"disassemble", b"profile", b"trace", b"rows", b"trace on", b"profile on"]


def _packet(chance: random.Random) -> bytes:
    numbers = [b"%x" % chance.choice((chance.randrange(200), chance.getrandbits(14), chance.getrandbits(32))) for _ in range(2)]
    if chance.random() < 0.1:
        return b"qRcmd," + (chance.choice(MONITOR) + b" " + b" ".join(numbers[: chance.randrange(3)])).hex().encode()
    data = chance.randbytes(chance.randrange(9))
    rest = chance.choice((b",".join(numbers), numbers[0], b"=".join((numbers[0], data.hex().encode())), b""))
    return chance.choice(COMMANDS) + rest + chance.choice((b"", b":" + data.hex().encode(), b":" + data, b";" + data))


KINDS: dict[str, Callable[[random.Random], Iterator[None]]] = {
    kind.__name__: kind for kind in (datagrams, elf, snapshots, binaries, packets)
}


def campaign(kind: str, count: int, seed: int) -> int:
    """So many pieces of a kind. A piece that takes too long is an error."""
    pieces = KINDS[kind](random.Random(seed))
    for number in range(count):
        start = time.process_time()
        try:
            next(pieces)
        except Exception as error:
            error.add_note(f"piece {number} of {kind}, seed {seed}")
            raise
        took = time.process_time() - start
        assert took < LONG, f"piece {number} of {kind}, seed {seed}, took {took:.0f} s"
    return count


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=list(KINDS))
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    began = time.perf_counter()
    campaign(options.kind, options.count, options.seed)
    print(f"{options.count} {options.kind} in {time.perf_counter() - began:.1f} s")
