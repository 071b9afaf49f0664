"""Looks into all chips of a setup and changes their state, as one does with chips of this process; prints what it finds."""

import hashlib

import numpy as np
from coupled import program

import hicannx
from halco import CapMemCellOnDLS
from haldls import CapMemCell
from hicannx_sim import ConfigurationError, SnapshotError
from stadls import run

CHIPS = 2


def digest(*parts):
    return hashlib.sha256(b"".join(np.ascontiguousarray(part).tobytes() for part in parts)).hexdigest()[:16]


def answers(connection):
    """Of one run on all chips."""
    made = [program(entry, chip, CHIPS, 10_000) for chip, entry in enumerate(connection.get_hwdb_entry())]
    run(connection, made)
    return digest(*(one.spikes.to_numpy()["label"] for one in made))


def told(kind, call):
    try:
        call()
    except kind as error:
        return f"{type(error).__name__}: {error}"
    return "nothing"


def barrier_of(chip):
    """In a connection of its own: only one FPGA reaches a barrier between them."""
    reaches = np.array([11 << 56 | 15 << 32 | 0x88000009, 12 << 56 | 100_000, 7 << 56 | 8, 10 << 56], np.uint64)
    programs = [reaches if number == chip else np.array([10 << 56], np.uint64) for number in range(CHIPS)]
    with hicannx.connect(serial=[7, 8], setup="jboa") as connection:
        return [answer.tolist() for answer in connection.execute(programs)]


def main():
    print(barrier_of(0), barrier_of(1))
    with hicannx.connect(serial=[7, 8], setup="jboa") as connection:
        print(hicannx.multichip_of(connection).counters, repr(hicannx.report(connection)))
        for chip in range(CHIPS):
            hicannx.keep_history(connection, 2, chip)
        with hicannx.observe(connection, events=("crossbar",), chip=1) as observer:
            print(answers(connection))
        print(hicannx.multichip_of(connection).counters, observer.seen.events.size, sorted(set(observer.seen.events["what"].tolist()))[:3])
        for chip in range(CHIPS):
            print(hicannx.events(connection, chip)["network out"], hicannx.events(connection, chip)["network in"])
            print(hicannx.unmodelled(connection, chip), hicannx.explain(connection, chip))
        look = hicannx.Insight(connection, 1)
        print(look.contents(CapMemCell, CapMemCellOnDLS(3)), look.counters()["event path"]["between FPGAs"])
        states = [hicannx.snapshot(connection, chip) for chip in range(CHIPS)]
        print(digest(*(np.frombuffer(state, np.uint8) for state in states)))
        hicannx.inject(connection, hicannx.faults.LostEvents(probability=0.5), seed=1, chip=1)
        print(answers(connection), hicannx.report(connection))
        hicannx.clear_faults(connection, 1)
        for chip in range(CHIPS):
            hicannx.restore(connection, states[chip], chip)
            hicannx.keep_history(connection, 2, chip)
        print(answers(connection))
        for chip in range(CHIPS):
            hicannx.rewind(connection, chip=chip)
        print(answers(connection))
        print(hicannx.multichip_of(connection).counters)
        print(told(ConfigurationError, lambda: hicannx.rewind(connection, 5, 1)))
        print(told(SnapshotError, lambda: hicannx.restore(connection, b"no snapshot", 1)))
        print(told(IndexError, lambda: hicannx.events(connection, CHIPS)))


if __name__ == "__main__":
    main()
