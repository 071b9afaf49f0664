"""Measurements on a chip that a list of writes has calibrated, through the layers of the real system alone."""

import numpy as np

from halco import (
    BarrierOnFPGA,
    CADCSampleRowOnDLS,
    ChipOnDLS,
    ColumnCorrelationQuadOnDLS,
    CommonNeuronBackendConfigOnDLS,
    EntryOnQuad,
    NeuronBackendConfigOnDLS,
    PADIBusOnPADIBusBlock,
    SynapseDriverOnDLS,
    SynapseRowOnSynram,
    SynramOnDLS,
    TimerOnDLS,
    iter_all,
)
from haldls import Barrier, ColumnCorrelationQuad, CommonNeuronBackendConfig, NeuronBackendConfig, PADIEvent, SynapseDriverConfig, Timer
from haldls.lola import Chip, SynapseMatrix
from hicannx.calibration import correlation
from stadls import PlaybackProgramBuilder, SystemInit, convert_to_chip, generate, run

LABEL = 9


class Setup:
    """A connection to a chip that is configured as the writes say."""

    def __init__(self, connection, cocos, change=lambda chip: None):
        self.connection, self.writes = connection, dict(cocos.tolist())
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        chip = convert_to_chip(cocos, Chip())
        change(chip)
        builder.write(ChipOnDLS(), chip)
        for place, container in cocos.tolist():  # what a lola.Chip has no place for
            if type(container).__name__.startswith(("Column", "DAC", "ShiftRegister")):
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
        return np.array([np.mean((row.causal.to_numpy(), row.acausal.to_numpy()), axis=0) for row in rows]).reshape(count, 512)

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

    def correlation(self, quad, synram, pairs, us):
        """By how much pairs of a pre pulse and a post pulse some us later lower the reads of a quad's sensors: [4, 256, branch]."""
        builder = PlaybackProgramBuilder()
        switch, switches = ColumnCorrelationQuad.ColumnCorrelationSwitch(), ColumnCorrelationQuad()
        switch.enable_internal_causal = switch.enable_internal_acausal = True
        for entry in iter_all(EntryOnQuad):
            switches.set_switch(entry, switch)
        for place in iter_all(ColumnCorrelationQuadOnDLS):
            builder.write(place, switches)
        for place in iter_all(NeuronBackendConfigOnDLS):
            builder.write(place, NeuronBackendConfig(refractory_time=255))
        driver = SynapseDriverConfig(enable_receiver=True, enable_address_out=True, row_address_compare_mask=0)
        driver.row_mode_top = driver.row_mode_bottom = SynapseDriverConfig.RowMode.excitatory
        for place in iter_all(SynapseDriverOnDLS):
            builder.write(place, driver)
        matrix = SynapseMatrix(self.writes[synram])
        labels = np.zeros((256, 256), int)
        labels[:, [int(column) for column in quad.toNeuronColumnOnDLS()]] = LABEL
        matrix.labels.from_numpy(labels)
        builder.write(synram, matrix)
        self.run(builder, us=1000)
        builder = PlaybackProgramBuilder()
        correlation.reset_correlation(builder, quad, synram)
        before = correlation.read_correlation(builder, quad, synram)
        for _ in range(pairs):
            self._wait(builder, 500)
            correlation.send_prepulse(builder, synram, LABEL)
            self._wait(builder, us)
            correlation.send_postpulse(builder, quad, synram)
        self._wait(builder, 500)
        after = correlation.read_correlation(builder, quad, synram)
        self.run(builder)
        read = [correlation.evaluate_correlation(tickets).astype(float) for tickets in (before, after)]
        return read[0] - read[1]

    @staticmethod
    def _wait(builder, us):
        builder.write(TimerOnDLS(), Timer())
        builder.block_until(TimerOnDLS(), Timer.Value(us * int(Timer.Value.fpga_clock_cycles_per_us)))
