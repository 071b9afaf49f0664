"""One experiment as a script: a booted chip, neurons that are driven by spikes and by their leak, the membrane of one of them recorded.

Prints the numbers of spikes and samples, and a hash over everything that came back in its order. Argument: instruction set that the
model's analog core shall use, an index of `hicannx_sim.anncore.LEVELS`; without it, the model's own choice.
"""

import hashlib
import sys
from typing import Any

import numpy as np

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta

NEURONS = range(0, 256, 5)
ROWS = 4
LABEL = 5


def neuron(index: int) -> Any:
    """Every other one fires by its leak, the others by synaptic input."""
    made = lola.AtomicNeuron()
    made.membrane_capacitance.capacitance = 63 - index % 7
    made.leak.v_leak, made.leak.i_bias = (1000 if index % 2 else 700), 150
    made.threshold.enable, made.threshold.v_threshold = True, (343 if index % 2 else 460)
    made.reset.v_reset, made.reset.i_bias, made.reset.enable_multiplication = 548, 1022, True
    made.refractory_period.refractory_time = 100
    made.excitatory_input.enable, made.excitatory_input.i_bias_tau, made.excitatory_input.i_bias_gm = True, 300, 700
    made.excitatory_input.enable_small_capacitance = False
    made.event_routing = lola.AtomicNeuron.EventRouting.enabled
    made.event_routing.address = index
    made.readout.source = lola.AtomicNeuron.Readout.Source.membrane
    made.readout.enable_amplifier = made.readout.enable_buffered_access = index == NEURONS[0]
    return made


def configuration(builder: Any) -> None:
    """Biases, routes from the host to PADI bus 0 and from the neurons to the host, neurons, synapses, readout."""
    values = {
        "neuron_v_bias_casc_n": 250,
        "neuron_i_bias_readout_amp": 110,
        "neuron_i_bias_leak_source_follower": 100,
        "neuron_i_bias_spike_comparator": 200,
        "neuron_i_bias_synin_drop": 300,
        "syn_i_bias_dac": 900,
    }
    for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
        builder.write(block, hal.CommonNeuronBackendConfig())
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        builder.write(halco.CapMemBlockConfigOnDLS(block), hal.CapMemBlockConfig())
        for name, value in values.items():
            builder.write(halco.CapMemCellOnDLS(getattr(halco.CapMemCellOnCapMemBlock, name), block), hal.CapMemCell(value))
    for node in halco.iter_all(halco.CrossbarNodeOnDLS):
        builder.write(node, hal.CrossbarNode.drop_all)
    for output, source in ((0, 8), *((8 + link, link) for link in range(4))):
        builder.write(halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(output), halco.CrossbarInputOnDLS(source)), hal.CrossbarNode())
    bus = hal.CommonPADIBusConfig()
    bus.enable_spl1[halco.PADIBusOnPADIBusBlock(0)] = True
    builder.write(halco.CommonPADIBusConfigOnDLS.top, bus)
    driver = hal.SynapseDriverConfig(enable_receiver=True)
    driver.row_mode_top = driver.row_mode_bottom = hal.SynapseDriverConfig.RowMode.excitatory
    for number in range(0, 4 * ROWS, 4):
        coordinate = halco.SynapseDriverOnDLS(halco.SynapseDriverOnSynapseDriverBlock(number), halco.SynapseDriverBlockOnDLS.top)
        builder.write(coordinate, driver)
        for row in coordinate.toSynapseDriverOnSynapseDriverBlock().toSynapseRowOnSynram():
            synapses = lola.SynapseRow()
            synapses.weights.from_numpy(np.full(256, 63))
            synapses.labels.from_numpy(np.full(256, LABEL))
            builder.write(halco.SynapseRowOnDLS(row, halco.SynramOnDLS.top), synapses)
    for index in NEURONS:
        builder.write(halco.AtomicNeuronOnDLS(halco.common.Enum(index)), neuron(index))
    chain = lola.ReadoutChain()
    chain.input_mux[0].neuron_even[halco.HemisphereOnDLS.top] = True
    builder.write(halco.ReadoutChainOnDLS(), chain)


def wait(builder: Any, cycles: int) -> None:
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(cycles))


def stimulus(builder: Any) -> list[Any]:
    """2 ms of recording under spikes; reads of counters and registers, whose tickets are returned."""
    control = hal.MADCControl(wake_up=True, enable_pre_amplifier=True)
    builder.write(halco.MADCControlOnDLS(), control)
    wait(builder, 125_000)
    control.wake_up, control.start_recording = False, True
    control.enable_continuous_sampling = control.enable_power_down_after_sampling = True
    builder.write(halco.MADCControlOnDLS(), control)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    for number in range(200):
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(1000 + 300 * number))
        builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(LABEL)]))
    control.start_recording, control.stop_recording = False, True
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(250_000))
    builder.write(halco.MADCControlOnDLS(), control)
    coordinates = [halco.SpikeCounterReadOnDLS(index) for index in range(0, 512, 17)]
    coordinates += [halco.NeuronConfigOnDLS(0), halco.TimerOnDLS()]
    tickets = [builder.read(coordinate) for coordinate in coordinates]
    wait(builder, 10_000)
    return tickets


def main(level: int | None) -> None:
    with hxcomm.ManagedConnection() as connection:
        if level is not None:
            connection.connections[0].system.chip.fabric.analog.level = level
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        configuration(builder)
        wait(builder, 2_500_000)
        tickets = stimulus(builder)
        program = builder.done()
        sta.run(connection, [program])
    digest = hashlib.sha256()
    for array in (program.spikes.to_numpy(), program.madc_samples.to_numpy()):
        digest.update(np.ascontiguousarray(array).tobytes())
    for ticket in tickets:
        digest.update(f"{ticket.get()!r} {int(ticket.fpga_time)}".encode())
    print(len(program.spikes), len(program.madc_samples), digest.hexdigest())


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
