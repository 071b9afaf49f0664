"""Homeostasis: the PPU changes synaptic weights until every neuron of its hemisphere fires at the target rate.

Four background sources send random events to eight rows of synapses. Each neuron listens, in each row, to one of eight addresses, so no
two of them hear the same. Each begins with a weight of its own, so they fire at very different rates. The rule in homeostasis.c reads the
spike counters once in an epoch, and moves the weights of all 256 columns at once, in the vector unit. The host only looks on.
"""

from pathlib import Path

import matplotlib
import numpy as np

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta
from dlens_vx_v3.tools.run_ppu_program import load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx import ppu
from laboratory import NEURONS, US, Setup

matplotlib.use("Agg")
import matplotlib.pyplot as plt

ROWS = 8  # two for each of the first four synapse drivers
ADDRESSES = 8
EPOCHS, EPOCH = 40, 500  # number; us
TARGET = 20  # spikes in an epoch: 40 kHz, which stands for 40 Hz of a thousand times slower neurons
START_WEIGHTS = 1, 30  # of all synapses of a neuron, from and to


# ------------------------------------------------------------------------------------------------------------- configuration
def sources(builder):
    """Random events of four sources on four PADI buses, each for one driver with two rows, at one of eight addresses."""
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        builder.write(node, hal.CrossbarNode.drop_all)
    for output in range(8):  # spikes to the host
        node = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(8 + output % 4), halco.CrossbarInputOnDLS(output))
        builder.write(node, hal.CrossbarNode())
    bus, driver = hal.CommonPADIBusConfig(), hal.SynapseDriverConfig()
    driver.enable_receiver = True
    driver.row_mode_top = driver.row_mode_bottom = hal.SynapseDriverConfig.RowMode.excitatory
    for number in range(4):
        bus.enable_spl1[halco.PADIBusOnPADIBusBlock(number)] = True
        place = halco.SynapseDriverOnSynapseDriverBlock(number)
        builder.write(halco.SynapseDriverOnDLS(place, halco.SynapseDriverBlockOnDLS.top), driver)
        node = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(number), halco.CrossbarInputOnDLS(12 + number))
        builder.write(node, hal.CrossbarNode())
        label = halco.SpikeLabel()
        label.row_select_address = place.toSynapseDriverOnPADIBus().toEnum().value()
        source = hal.BackgroundSpikeSource()
        source.enable = source.enable_random = True
        source.period, source.rate = 399, 255  # 250 MHz / 400
        source.seed, source.mask = 1000 + number, ADDRESSES - 1
        source.neuron_label = label.neuron_label
        builder.write(halco.BackgroundSpikeSourceOnDLS(number), source)
    builder.write(halco.CommonPADIBusConfigOnDLS.top, bus)


def synapses(builder, random):
    """One random weight for each neuron, random addresses."""
    weights = random.integers(*START_WEIGHTS, len(NEURONS), endpoint=True)
    currents = lola.ColumnCurrentRow()
    for column in halco.iter_all(halco.SynapseOnSynapseRow):
        currents.values[column].enable_synaptic_current_excitatory = True
    builder.write(halco.ColumnCurrentRowOnDLS(int(halco.HemisphereOnDLS.top)), currents)
    for row in range(ROWS):
        values = lola.SynapseRow()
        values.weights.from_numpy(weights)
        values.labels.from_numpy(random.integers(0, ADDRESSES, len(NEURONS)))
        builder.write(halco.SynapseRowOnDLS(halco.SynapseRowOnSynram(row), halco.SynramOnDLS.top), values)


# ---------------------------------------------------------------------------------------------------------------- experiment
class Homeostasis(Setup):
    """The neurons of the top row, their synapses, and the PPU above them."""

    def prepare(self):
        """Neurons fire, events come."""
        builder = self.neurons()
        synapses(builder, np.random.default_rng(1))
        sources(builder)
        self.wait(builder, 200)
        self.run(builder)

    def matrix(self):
        """Weights[row, column]."""
        builder = sta.PlaybackProgramBuilder()
        rows = [halco.SynapseRowOnDLS(halco.SynapseRowOnSynram(row), halco.SynramOnDLS.top) for row in range(ROWS)]
        tickets = [builder.read(row) for row in rows]
        self.run(builder)
        return np.array([ticket.get().weights.to_numpy() for ticket in tickets])

    def learn(self, program, epochs):
        """Runs the rule; spikes[epoch, neuron]."""
        load_and_start_program(self.connection, str(program), halco.PPUOnDLS.top)
        wait_until_ppu_finished(self.connection, 2 * epochs * EPOCH * US, halco.PPUOnDLS.top)
        code = stop_program(self.connection, ppu=halco.PPUOnDLS.top)
        if code != 0:
            raise RuntimeError(f"the PPU returned {code}")
        builder = sta.PlaybackProgramBuilder()
        ticket = builder.read(lola.PPUElfFile(str(program)).read_symbols()["rates"].coordinate)
        self.run(builder)
        return ticket.get().to_numpy().reshape(epochs, len(NEURONS))


def picture(spikes, weights, path):
    figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.2), layout="constrained", width_ratios=(1.6, 1, 1))
    kilohertz = 1000 / EPOCH
    left.plot(spikes[:, ::8] * kilohertz, color="0.8", linewidth=0.6)
    left.plot(spikes.mean(axis=1) * kilohertz, color="tab:blue", label="mean of all neurons")
    left.axhline(TARGET * kilohertz, color="tab:red", linestyle="--", label="target")
    left.set(title="Every eighth neuron", xlabel=f"epoch of {EPOCH} us", ylabel="rate [kHz]")
    left.legend(loc="upper right")
    bins = np.arange(0, spikes.max() + 5, 2) * kilohertz
    middle.hist(spikes[0] * kilohertz, bins, alpha=0.6, label="first epoch")
    middle.hist(settled(spikes) * kilohertz, bins, alpha=0.6, label="at the end")
    middle.axvline(TARGET * kilohertz, color="tab:red", linestyle="--")
    middle.set(title="Rates", xlabel="rate [kHz]", ylabel="neurons")
    middle.legend()
    right.hist(weights[0].mean(axis=0), np.arange(0, 64, 2), alpha=0.6, label="at the beginning")
    right.hist(weights[1].mean(axis=0), np.arange(0, 64, 2), alpha=0.6, label="at the end")
    right.set(title="Mean weight of each neuron", xlabel="weight", ylabel="neurons")
    right.legend()
    figure.savefig(path, dpi=120)


def settled(spikes):
    """Mean of the last third of all epochs, for each neuron."""
    return spikes[-(len(spikes) // 3) :].mean(axis=0)


def main(epochs=EPOCHS):
    macros = {"EPOCHS": epochs, "EPOCH_US": EPOCH, "TARGET": TARGET, "ROWS": ROWS}
    source = Path(__file__).with_suffix(".c")
    program = ppu.build(source, "homeostasis.elf", options=[f"-D{name}={value}" for name, value in macros.items()])
    with hxcomm.ManagedConnection() as connection:
        setup = Homeostasis(connection)
        setup.prepare()
        start = setup.matrix()
        spikes, weights = setup.learn(program.path, epochs), np.array([start, setup.matrix()])
    last = settled(spikes)
    print(f"target {TARGET} spikes; first epoch {spikes[0].min()} .. {spikes[0].max()}, at the end {last.min():.1f} .. {last.max():.1f}")
    picture(spikes, weights, "homeostasis.png")
    print("written: homeostasis.png")
    return spikes, weights


if __name__ == "__main__":
    main()
