"""A user's script, as one writes it for the chip: passes every type checker without a cast or an ignored line."""

from typing import assert_type

import numpy as np

import haldls
import pyhalco_hicann_dls_vx_v3
import pyhaldls_vx_v3
import pylola_vx_v3
from dlens_vx_v3 import hal, halco, hxcomm, logger, lola, sta

log = logger.get("experiment")


def neuron(v_leak: int) -> lola.AtomicNeuron:
    made = lola.AtomicNeuron()
    made.leak.v_leak, made.leak.i_bias = v_leak, 150
    made.threshold.enable = True
    made.threshold.v_threshold = hal.CapMemCell.Value(343)
    made.membrane_capacitance.capacitance = 63
    made.event_routing = lola.AtomicNeuron.EventRouting.enabled
    made.event_routing.analog_output = lola.AtomicNeuron.EventRouting.AnalogOutputMode.normal
    made.readout.source = lola.AtomicNeuron.Readout.Source.membrane
    return made


def weights(matrix: lola.SynapseMatrix) -> None:
    matrix.weights.from_numpy(np.zeros((256, 256), dtype=np.uint8))
    matrix.weights[halco.SynapseRowOnSynram(3)][halco.SynapseOnSynapseRow(5)] = lola.SynapseMatrix.Weight(63)
    matrix.labels.fill(12)


def voltage(block: lola.AtomicNeuron.Leak) -> hal.CapMemCell.Value | hal.CapMemCell.DisableRefresh:
    return block.v_leak


def main() -> None:
    place = halco.AtomicNeuronOnDLS(halco.NeuronColumnOnDLS(3), halco.NeuronRowOnDLS.top)
    assert_type(place.toCapMemBlockOnDLS(), pyhalco_hicann_dls_vx_v3.CapMemBlockOnDLS)
    assert_type(place.x(), halco.NeuronColumnOnDLS)
    with hxcomm.ManagedConnection() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        for coordinate in halco.iter_all(halco.AtomicNeuronOnDLS):
            builder.write(coordinate, neuron(500 + int(coordinate)))
        config = hal.MADCControl(enable_pre_amplifier=True, wake_up=True)
        builder.write(halco.MADCControlOnDLS(), config)
        builder.write(halco.CapMemCellOnDLS(halco.CapMemCellOnCapMemBlock(0, 3), halco.CapMemBlockOnDLS(1)), hal.CapMemCell(400))
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(100 * int(hal.Timer.Value.fpga_clock_cycles_per_us)))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(4)]))
        ticket = builder.read(place)
        samples = builder.read(halco.CADCSampleRowOnDLS())
        later: sta.ContainerTicket[hal.PPUMemoryBlock] = builder.read(
            halco.PPUMemoryBlockOnDLS(halco.PPUMemoryBlockOnPPU(0, 3), halco.PPUOnDLS.top)
        )
        program = builder.done()
        sta.run(connection, [program])
    assert_type(ticket.get(), pylola_vx_v3.AtomicNeuron)
    assert_type(ticket.get().refractory_period.refractory_time, pyhaldls_vx_v3.NeuronBackendConfig.RefractoryTime)
    assert_type(ticket.get().leak.enable_division, bool)
    assert_type(haldls.CapMemCell().value, hal.CapMemCell.Value | hal.CapMemCell.DisableRefresh)
    log.INFO(f"{samples.get().causal.to_numpy().mean()} {later.get().size()} {voltage(ticket.get().leak)}")
    print(program.spikes.to_numpy()["chip_time"])


if __name__ == "__main__":
    main()
