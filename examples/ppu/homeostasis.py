"""Homeostasis: the PPU changes synaptic weights until every neuron of its hemisphere fires at the target rate.

Four background sources send random events to eight rows of synapses. Each neuron listens, in each row, to one of eight addresses, so no
two of them hear the same. No chip has two equal neurons: with equal weights they fire at very different rates. The rule in homeostasis.c
reads the spike counters once in an epoch, and moves the weights of all 256 columns at once, in the vector unit. The host only looks on.
"""

from pathlib import Path

import matplotlib
import numpy as np

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta
from dlens_vx_v3.tools.run_ppu_program import load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx import ppu

matplotlib.use("Agg")
import matplotlib.pyplot as plt

US = int(hal.Timer.Value.fpga_clock_cycles_per_us)
TOP = halco.HemisphereOnDLS.top
NEURONS = [halco.AtomicNeuronOnDLS(column, halco.NeuronRowOnDLS.top) for column in halco.iter_all(halco.NeuronColumnOnDLS)]
ROWS = 8  # two for each of the first four synapse drivers
ADDRESSES = 8
EPOCHS, EPOCH = 40, 500  # number; us
TARGET = 20  # spikes in an epoch: 40 kHz, which stands for 40 Hz of a thousand times slower neurons
START_WEIGHT = 20


# ------------------------------------------------------------------------------------------------------------- configuration
def biases(builder):
    """Reference currents and voltages that all circuits of a quadrant share."""
    values = {
        "neuron_v_bias_casc_n": 250,
        "neuron_i_bias_readout_amp": 110,
        "neuron_i_bias_leak_source_follower": 100,
        "neuron_i_bias_spike_comparator": 200,
        "neuron_i_bias_synin_drop": 300,
        "syn_i_bias_dac": 600,
    }
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        builder.write(halco.CapMemBlockConfigOnDLS(block), hal.CapMemBlockConfig())
        for name, value in values.items():
            builder.write(halco.CapMemCellOnDLS(getattr(halco.CapMemCellOnCapMemBlock, name), block), hal.CapMemCell(value))
    for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
        builder.write(block, hal.CommonNeuronBackendConfig())


def converters(builder):
    """The parallel converters, connected to the membranes."""
    chain = lola.CADCReadoutChain()
    chain.ramp.enable = True
    for side in halco.iter_all(halco.CapMemBlockOnHemisphere):
        chain.ramp.v_offset[side], chain.ramp.i_slope[side] = 60, 350
        chain.ramp.i_bias_comparator[side] = chain.ramp.i_bias_vreset_buffer[side] = 1022
        chain.ramp.v_bias_buffer[side] = 400
    for column in halco.iter_all(halco.CADCChannelColumnOnSynram):
        for channels in (chain.channels_causal, chain.channels_acausal):
            channels[column].enable_connect_correlation = channels[column].enable_connect_neuron = True
    builder.write(halco.CADCOnDLS(int(TOP)), chain)


def sources(builder):
    """Random events of four sources on four PADI buses, each for one driver with two rows, at one of eight addresses."""
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        builder.write(node, hal.CrossbarNode.drop_all)
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


def synapses(builder, weight, random):
    """Equal weights everywhere, random addresses."""
    currents = lola.ColumnCurrentRow()
    for column in halco.iter_all(halco.SynapseOnSynapseRow):
        currents.values[column].enable_synaptic_current_excitatory = True
    builder.write(halco.ColumnCurrentRowOnDLS(int(TOP)), currents)
    for row in range(ROWS):
        values = lola.SynapseRow()
        values.weights.from_numpy(np.full(len(NEURONS), weight))
        values.labels.from_numpy(random.integers(0, ADDRESSES, len(NEURONS)))
        builder.write(halco.SynapseRowOnDLS(halco.SynapseRowOnSynram(row), halco.SynramOnDLS.top), values)


def neuron(shift=None, fires=False):
    """A neuron that rests, with its excitatory input if a reference shift is given; and fires if told so."""
    made = lola.AtomicNeuron()
    made.membrane_capacitance.capacitance = 63
    made.leak.v_leak, made.leak.i_bias = 700, 140
    made.readout.source = lola.AtomicNeuron.Readout.Source.membrane
    made.readout.enable_amplifier = True
    line = made.excitatory_input
    line.enable_small_capacitance = False
    line.i_bias_tau, line.i_bias_gm = 30, 500
    line.enable, line.i_shift_reference = shift is not None, shift or 0
    made.threshold.enable, made.threshold.v_threshold = fires, 460
    made.reset.v_reset, made.reset.i_bias, made.reset.enable_multiplication = 625, 1022, True
    made.refractory_period.refractory_time = 255
    made.event_routing = lola.AtomicNeuron.EventRouting.enabled
    return made


# ---------------------------------------------------------------------------------------------------------------- experiment
class Setup:
    """A booted chip, and what is done with it."""

    def __init__(self, connection):
        self.connection = connection
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        biases(builder)
        converters(builder)
        self.run(builder)

    def run(self, builder):
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        program = builder.done()
        sta.run(self.connection, [program])
        return program

    @staticmethod
    def wait(builder, microseconds):
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(round(microseconds * US)))

    def neurons(self, shifts, fires=False):
        """Writes all neurons and lets their parameters settle."""
        builder = sta.PlaybackProgramBuilder()
        for place, shift in zip(NEURONS, shifts, strict=True):
            builder.write(place, neuron(shift, fires))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        self.wait(builder, 20_000)
        return builder

    def rest(self, shifts):
        """Membranes of all neurons (LSB of the parallel converters), the mean of some conversions."""
        builder = self.neurons(shifts)
        tickets = [builder.read(halco.CADCSampleRowOnDLS(int(TOP))) for _ in range(8)]
        self.run(builder)
        return np.mean([ticket.get().causal.to_numpy() for ticket in tickets], axis=0)

    def find_shifts(self):
        """Reference shifts at which the synaptic inputs carry no current without events: a binary search in all neurons at once."""
        target, shifts = self.rest([None] * len(NEURONS)), np.zeros(len(NEURONS), dtype=int)
        for bit in reversed(range(10)):
            trial = np.minimum(shifts | 1 << bit, 1022)
            shifts = np.where(self.rest(trial.tolist()) > target, trial, shifts)  # a larger shift pulls down
        return shifts.tolist()

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
    right.hist(weights.mean(axis=0), np.arange(0, 64, 2))
    right.axvline(START_WEIGHT, color="0.4", linestyle=":", label="at the beginning")
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
        setup = Setup(connection)
        builder = setup.neurons(setup.find_shifts(), fires=True)
        synapses(builder, START_WEIGHT, np.random.default_rng(1))
        sources(builder)
        setup.wait(builder, 200)
        setup.run(builder)
        spikes = setup.learn(program.path, epochs)
        weights = setup.matrix()
    last = settled(spikes)
    print(f"target {TARGET} spikes; first epoch {spikes[0].min()} .. {spikes[0].max()}, at the end {last.min():.1f} .. {last.max():.1f}")
    picture(spikes, weights, "homeostasis.png")
    print("written: homeostasis.png")
    return spikes, weights


if __name__ == "__main__":
    main()
