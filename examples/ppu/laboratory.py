"""What the examples share: a booted, calibrated chip, and how an experiment on it goes."""

import hicannx
from dlens_vx_v3 import hal, halco, lola, sta

US = int(hal.Timer.Value.fpga_clock_cycles_per_us)
NEURONS = [halco.AtomicNeuronOnDLS(column, halco.NeuronRowOnDLS.top) for column in halco.iter_all(halco.NeuronColumnOnDLS)]


class Setup:
    """A booted chip as its calibration has it, and what is done with it."""

    def __init__(self, connection):
        self.connection = connection
        self.chip = hicannx.calibrated_chip("spiking")  # for a real chip: sta.from_portablebinary, sta.convert_to_chip of its file
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        builder.write(halco.ChipOnDLS(), self.chip)
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

    def neuron(self, place, v_leak=None):
        """A calibrated neuron whose spikes are counted and sent on; with another leak potential if given (code of the analog memory)."""
        made = lola.AtomicNeuron(self.chip.neuron_block.atomic_neurons[place])
        made.event_routing = lola.AtomicNeuron.EventRouting.enabled
        if v_leak is not None:
            made.leak.v_leak = v_leak
        return made

    def neurons(self, **changes):
        """A builder that writes all neurons and lets their parameters settle; `changes` as of `neuron`."""
        builder = sta.PlaybackProgramBuilder()
        for place in NEURONS:
            builder.write(place, self.neuron(place, **changes))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        self.wait(builder, 20_000)
        return builder
