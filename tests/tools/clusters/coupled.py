"""Chips that send spikes in a circle, each with background sources of its own; prints a digest of everything that comes back."""

import hashlib
import os
import signal
import sys
import time

import numpy as np

import hicannx
from fisch.execution import execute
from halco import (
    BackgroundSpikeSourceOnDLS,
    BarrierOnFPGA,
    InputRoutingTableEntryOnFPGA,
    NeuronLabel,
    OutputRoutingTableEntryOnFPGA,
    TimerOnDLS,
)
from haldls import BackgroundSpikeSource, Barrier, InputRoutingTableEntry, OutputRoutingTableEntry, Timer
from stadls import SystemInit, generate

CHIPS, CYCLES = 8, 60_000


def program(entry, chip, chips=CHIPS, cycles=CYCLES):
    builder, _ = generate(SystemInit(entry))
    for number in range(8):
        out, into = OutputRoutingTableEntry(), InputRoutingTableEntry()
        out.label, out.enable = OutputRoutingTableEntry.Label(8 * chip + number), True
        into.label, into.enable = InputRoutingTableEntry.Label(1000 + number), True
        builder.write(OutputRoutingTableEntryOnFPGA(number), out)
        builder.write(InputRoutingTableEntryOnFPGA(8 * ((chip + 1) % chips) + number), into)
    builder.block_until(BarrierOnFPGA(), Barrier.multi_fpga)
    source = BackgroundSpikeSource()
    source.period, source.rate, source.seed = (
        BackgroundSpikeSource.Period(200),
        BackgroundSpikeSource.Rate(100),
        BackgroundSpikeSource.Seed(chip + 1),
    )
    source.enable, source.enable_random, source.neuron_label = True, True, NeuronLabel(0)
    source.mask = BackgroundSpikeSource.Mask(7)
    builder.write(BackgroundSpikeSourceOnDLS(0), source)
    builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), Timer.Value(cycles))
    return builder.done()


def main():
    digest = hashlib.sha256()
    with hicannx.connect(serial=list(range(7, 7 + CHIPS)), setup="jboa", seed=5) as connection:
        for _ in range(2):
            programs = [program(entry, chip) for chip, entry in enumerate(connection.get_hwdb_entry())]
            execute(connection, programs)
            for one in programs:
                spikes = one.spikes.to_numpy()
                digest.update(np.ascontiguousarray(spikes).tobytes())
                assert (spikes["label"] >= 1000).sum() > 50 and (spikes["label"] < 8).sum() > 50
        if sys.argv[1:] == ["die"]:
            print("dies at", time.monotonic(), flush=True)
        if sys.argv[1:] == ["die"] and os.environ.get("PMI_RANK") == "1":
            os.kill(os.getpid(), signal.SIGKILL)
        if sys.argv[1:] == ["fail"]:
            connection.execute([np.array([12 << 56 if chip == 1 else 0x0A << 56 | 1, 0x0A << 56], np.uint64) for chip in range(CHIPS)])
        if sys.argv[1:] == ["die"]:
            execute(connection, [program(entry, chip) for chip, entry in enumerate(connection.get_hwdb_entry())])
    print(digest.hexdigest())


if __name__ == "__main__":
    main()
