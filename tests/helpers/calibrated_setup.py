"""Measurements on a chip that a list of writes has calibrated, through the layers of the real system alone."""

import numpy as np

from halco import (
    BarrierOnFPGA,
    CADCSampleRowOnDLS,
    ChipOnDLS,
    CommonNeuronBackendConfigOnDLS,
    PADIBusOnPADIBusBlock,
    SynapseDriverOnDLS,
    SynapseRowOnSynram,
    SynramOnDLS,
    TimerOnDLS,
    iter_all,
)
from haldls import Barrier, CommonNeuronBackendConfig, PADIEvent, SynapseDriverConfig, Timer
from haldls.lola import Chip, SynapseMatrix
from stadls import PlaybackProgramBuilder, SystemInit, convert_to_chip, generate, run

LABEL = 9


class Setup:
    """A connection to a chip that is configured as the writes say."""

    def __init__(self, connection, cocos, change=lambda chip: None):
        self.connection = connection
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        chip = convert_to_chip(cocos, Chip())
        change(chip)
        builder.write(ChipOnDLS(), chip)
        for place, container in cocos.tolist():  # what a lola.Chip has no place for
            if type(container).__name__.startswith("Column"):
                builder.write(place, container)
        self.run(builder, us=20_000)

    def run(self, builder, us=0):
        builder.write(TimerOnDLS(), Timer())
        builder.block_until(TimerOnDLS(), Timer.Value(us * int(Timer.Value.fpga_clock_cycles_per_us)))
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        run(self.connection, [builder.done()])

    def reads(self, count=1, before=lambda builder, synram: None):
        """CADC reads of all neurons: [count, 512], the mean of both channels."""
        builder, tickets = PlaybackProgramBuilder(), []
        for _ in range(count):
            for synram in iter_all(SynramOnDLS):
                before(builder, synram)
                tickets.append(builder.read(CADCSampleRowOnDLS(SynapseRowOnSynram(0), synram)))
        self.run(builder)
        rows = [ticket.get() for ticket in tickets]
        return np.array([(row.causal.to_numpy() + row.acausal.to_numpy()) / 2 for row in rows]).reshape(count, 512)

    def hold_reset(self):
        builder, config = PlaybackProgramBuilder(), CommonNeuronBackendConfig()
        config.force_reset = True
        for place in iter_all(CommonNeuronBackendConfigOnDLS):
            builder.write(place, config)
        self.run(builder, us=100)

    def connect_rows(self, mode, weight=40, rows=8):
        """The first rows of synapses stimulate all neurons, in a row mode of the drivers."""
        builder, matrix, driver = PlaybackProgramBuilder(), SynapseMatrix(), SynapseDriverConfig()
        weights, labels = np.zeros((256, 256), int), np.full((256, 256), LABEL)
        weights[:rows] = weight
        matrix.weights.from_numpy(weights)
        matrix.labels.from_numpy(labels)
        driver.row_mode_top = driver.row_mode_bottom = SynapseDriverConfig.RowMode[mode]
        driver.enable_receiver, driver.enable_address_out, driver.row_address_compare_mask = True, True, 0
        for place in iter_all(SynapseDriverOnDLS):
            builder.write(place, driver)
        for synram in iter_all(SynramOnDLS):
            builder.write(synram, matrix)
        self.run(builder)

    def amplitudes(self, count=10):
        """How far one event on the connected rows moves each neuron some microseconds later, in reads."""
        event = PADIEvent(event_address=LABEL, fire_bus=[True] * PADIBusOnPADIBusBlock.size)

        def stimulate(builder, synram):
            self._wait(builder, 300)
            builder.write(synram.toPADIEventOnDLS(), event)
            self._wait(builder, 3)

        rest = self.reads(count, lambda builder, synram: self._wait(builder, 300)).mean(axis=0)
        return self.reads(count, stimulate).mean(axis=0) - rest

    @staticmethod
    def _wait(builder, us):
        builder.write(TimerOnDLS(), Timer())
        builder.block_until(TimerOnDLS(), Timer.Value(us * int(Timer.Value.fpga_clock_cycles_per_us)))
