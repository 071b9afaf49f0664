"""Recorder: the PPU writes the membranes of 256 neurons and a row of weights into external memory at fixed times.

The neurons fire by themselves, each at its own pace. Halfway the PPU resets all of them at once: for a while they go in step. Meanwhile the
host changes the weights. Neither is disturbed by the recording, which costs the host a single read at the end.
"""

from pathlib import Path

import matplotlib
import numpy as np

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta
from dlens_vx_v3.tools.run_ppu_program import load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx import ppu
from laboratory import US, Setup

matplotlib.use("Agg")
import matplotlib.pyplot as plt

CYCLES_PER_US = 250  # of the PPU
START, PERIOD, SAMPLES = 100, 3, 200  # us, us, number
RESET_AT = 100  # number of a sample
ROW = 7
CHANGE = START + 200  # us: when the host changes the weights


def row(weights):
    """The row of synapses that is recorded, and where it stands."""
    values = lola.SynapseRow()
    values.weights.from_numpy(weights)
    return halco.SynapseRowOnDLS(halco.SynapseRowOnSynram(ROW), halco.SynramOnDLS.top), values


def lanes(memory):
    """Pairs of vectors as the PPU writes them, uint8[samples, 256] by column: 32-bit words come in reversed order."""
    vectors = memory.to_numpy().reshape(SAMPLES, 2, 32, 4)[:, :, ::-1].reshape(SAMPLES, 2, 128)
    return vectors.transpose(0, 2, 1).reshape(SAMPLES, 256)  # even and odd columns take turns


class Recorder(Setup):
    """A chip with a program that records."""

    def record(self, program):
        """Times (us since the PPU was told to go), membranes (LSB)[sample, neuron] and weights[sample, column]."""
        symbols = lola.PPUElfFile(str(program)).read_symbols()
        load_and_start_program(self.connection, str(program), halco.PPUOnDLS.top)
        builder, go = sta.PlaybackProgramBuilder(), hal.PPUMemoryBlock(1)
        go[0] = hal.PPUMemoryWord(hal.PPUMemoryWord.Value(1))
        builder.write(halco.PPUMemoryBlockOnDLS(symbols["go"].coordinate, halco.PPUOnDLS.top), go)
        self.wait(builder, CHANGE)
        builder.write(*row(np.arange(256) // 4))
        self.run(builder)
        wait_until_ppu_finished(self.connection, 10_000 * US, halco.PPUOnDLS.top)
        code = stop_program(self.connection, print_mailbox=False, ppu=halco.PPUOnDLS.top)
        if code != 0:
            raise RuntimeError(f"the PPU returned {code}")
        tickets = [builder.read(symbols[name].coordinate) for name in ("times", "membranes", "weights")]
        self.run(builder)
        times, membranes, weights = (ticket.get() for ticket in tickets)
        return times.to_numpy().view(">u4") / CYCLES_PER_US, lanes(membranes), lanes(weights)


def picture(times, membranes, weights, path):
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.2), layout="constrained", width_ratios=(1.5, 1, 1))
    area = (times[0], times[-1], 255, 0)
    left.imshow(membranes.T, aspect="auto", extent=area, interpolation="nearest")
    left.set(title="Membranes: out of step, reset, in step for a while", xlabel="time [us]", ylabel="neuron")
    near = slice(RESET_AT - 30, RESET_AT + 40)
    middle.plot(times[near], membranes[near, :4], linewidth=0.8)
    middle.axvline(times[RESET_AT], color="0.4", linestyle=":")
    middle.set(title="Four of them", xlabel="time [us]", ylabel="membrane [CADC LSB]")
    right.imshow(weights.T, aspect="auto", extent=area, interpolation="nearest")
    right.set(title=f"Weights of row {ROW}", xlabel="time [us]", ylabel="column")
    figure.savefig(path, dpi=120)


def main():
    macros = {"START": START * CYCLES_PER_US, "PERIOD": PERIOD * CYCLES_PER_US, "SAMPLES": SAMPLES, "RESET_AT": RESET_AT, "ROW": ROW}
    source = Path(__file__).with_suffix(".c")
    program = ppu.build(source, "recorder.elf", options=[f"-D{name}={value}" for name, value in macros.items()])
    with hxcomm.ManagedConnection() as connection:
        setup = Recorder(connection)
        builder = setup.neurons(v_leak=1000)  # above the threshold: they fire by themselves
        builder.write(*row(np.full(256, 20)))
        setup.run(builder)
        times, membranes, weights = setup.record(program.path)
    print(f"{len(times)} times {membranes.shape[1]} membranes, every {np.diff(times).mean():.3f} us")
    picture(times, membranes, weights, "recorder.png")
    print("written: recorder.png")
    return times, membranes, weights


if __name__ == "__main__":
    main()
