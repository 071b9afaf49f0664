"""What the examples share: a booted chip with neurons that the parallel converters can see, and how an experiment on it goes."""

import numpy as np

from dlens_vx_v3 import hal, halco, lola, sta

US = int(hal.Timer.Value.fpga_clock_cycles_per_us)
TOP = halco.HemisphereOnDLS.top
NEURONS = [halco.AtomicNeuronOnDLS(column, halco.NeuronRowOnDLS.top) for column in halco.iter_all(halco.NeuronColumnOnDLS)]


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


def neuron(v_leak, i_leak, v_threshold, v_reset):
    """A neuron whose membrane can be read; it is refractory for 2 us after each spike."""
    made = lola.AtomicNeuron()
    made.membrane_capacitance.capacitance = 63
    made.leak.v_leak, made.leak.i_bias = v_leak, i_leak
    made.readout.source = lola.AtomicNeuron.Readout.Source.membrane
    made.readout.enable_amplifier = True
    made.threshold.enable, made.threshold.v_threshold = True, v_threshold
    made.reset.v_reset, made.reset.i_bias, made.reset.enable_multiplication = v_reset, 1022, True
    made.refractory_period.refractory_time = 255  # cycles of 125 MHz
    made.event_routing = lola.AtomicNeuron.EventRouting.enabled
    return made


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

    def neurons(self, configs):
        """A builder that writes all neurons and lets their parameters settle."""
        builder = sta.PlaybackProgramBuilder()
        for place, config in zip(NEURONS, configs, strict=True):
            builder.write(place, config)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        self.wait(builder, 20_000)
        return builder

    def rest(self, configs):
        """Membranes of all neurons (LSB of the parallel converters), the mean of some conversions."""
        builder = self.neurons(configs)
        tickets = [builder.read(halco.CADCSampleRowOnDLS(int(TOP))) for _ in range(8)]
        self.run(builder)
        return np.mean([ticket.get().causal.to_numpy() for ticket in tickets], axis=0)
