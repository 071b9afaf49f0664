"""A script with a little of everything that users write; all of it is right."""

import numpy as np

import hicannx
from dlens_vx_v3 import hal, halco, hxcomm, lola, sta


def wait(builder: sta.PlaybackProgramBuilder, us: float) -> None:
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(int(us * int(hal.Timer.Value.fpga_clock_cycles_per_us))))


with hxcomm.ManagedConnection() as connection:
    builder, result = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    sta.run(connection, [builder.done()])
    builder = sta.PlaybackProgramBuilder()
    for block in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
        builder.write(block, hal.CommonNeuronBackendConfig())
    for column, hemisphere in halco.iter_all(halco.NeuronColumnOnDLS, halco.NeuronRowOnDLS):
        builder.write(halco.AtomicNeuronOnDLS(column, hemisphere), lola.AtomicNeuron())
    matrix = lola.SynapseMatrix()
    matrix.weights = np.full((256, 256), 63)
    matrix.weights.from_numpy(np.zeros((256, 256), dtype=int))
    matrix.weights.fill(hal.SynapseWeightQuad.Value(3)) if hasattr(hal.SynapseWeightQuad, "Value") else None
    for row in matrix.labels:
        for label in row:
            print(int(label) + 1)
    row_ = lola.SynapseRow()
    row_.weights = [63] * 256
    row_.weights[3:5] = [1, 2]
    row_.weights[halco.SynapseOnSynapseRow(3)] = 5
    quad = hal.SynapseQuad()
    quad.weights[halco.EntryOnQuad(0)] = hal.SynapseWeightQuad.Value(4)
    mux = hal.ReadoutSourceSelection.SourceMultiplexer()
    mux.neuron_odd[halco.HemisphereOnDLS(1)] = True
    selection = hal.ReadoutSourceSelection()
    selection.set_buffer(halco.SourceMultiplexerOnReadoutSourceSelection(0), mux)
    phy = hal.CommonPhyConfigFPGA()
    phy.set_enable_phy(halco.PhyConfigFPGAOnDLS(0), True)
    source = hal.BackgroundSpikeSource()
    source.period = 1000
    source.rate = 255
    source.enable = source.enable_random = True
    builder.write(halco.BackgroundSpikeSourceOnDLS(0), source)
    driver = hal.SynapseDriverConfig()
    driver.row_mode_top = hal.SynapseDriverConfig.RowMode.excitatory
    spike = hal.SpikePack1ToChip([halco.SpikeLabel(5)])
    builder.write(halco.SpikePack1ToChipOnDLS(), spike)
    tickets = [builder.read(c) for c in halco.iter_all(halco.CapMemCellOnDLS)]
    ppu = builder.read(
        halco.PPUMemoryBlockOnDLS(halco.PPUMemoryBlockOnPPU(halco.PPUMemoryWordOnPPU(0), halco.PPUMemoryWordOnPPU(3)), halco.PPUOnDLS.top)
    )
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    barrier = hal.Barrier()
    barrier.enable_jtag = True
    builder.block_until(halco.BarrierOnFPGA(), barrier)
    other = sta.PlaybackProgramBuilder()
    builder.merge_back(other)
    builder.copy_back(other)
    program = builder.done()
    info = sta.run(connection, [program])
    print(info.connection[0].execution_duration, info.playback_decode_time)
    spikes = program.spikes.to_numpy()
    print(spikes["chip_time"].mean(), program.madc_samples.to_numpy()["value"])
    for one in program.spikes:
        print(one.label.get_neuron_label(), one.chip_time, int(one.fpga_time))
    value = tickets[0].get()
    if tickets[0].valid():
        print(value.value, tickets[0].fpga_time, tickets[0].get_coordinate())
    words = ppu.get().words
    print([int(w.value) for w in words])
    chip = lola.Chip()
    chip.neuron_block.atomic_neurons[halco.AtomicNeuronOnDLS()].threshold.enable = True
    chip.synapse_blocks[halco.SynapseBlockOnDLS.top].matrix.weights.fill(5)
    builder.write(halco.ChipOnDLS(), chip)
    readout = lola.ReadoutChain()
    readout.madc.number_of_samples = 3
    readout.input_mux[halco.SourceMultiplexerOnReadoutSourceSelection(0)].neuron_even[halco.HemisphereOnDLS.top] = True
    dumper = sta.PlaybackProgramBuilderDumper()
    dumper.write(halco.CapMemCellOnDLS(), hal.CapMemCell(4))
    done = dumper.done()
    text: str = sta.to_json(done)
    sta.from_json(done, text)
    data: bytes = sta.to_portablebinary(done)
    chip2: lola.Chip = sta.convert_to_chip(done)
    init = sta.SystemInit(connection.get_hwdb_entry()[0])
    init.chip.enable_capmem = False
    init.enable_asic_adapter_board = False
    print(hicannx.report(connection), hicannx.events(connection), hicannx.explain(connection))
    state: bytes = hicannx.snapshot(connection)
    hicannx.restore(connection, state)
    serials = [halco.AtomicNeuronOnDLS(halco.common.Enum(i)) for i in range(3)]
    assert sorted(serials) == serials and serials[0] in {serials[0]: 1}
    value2 = halco.NeuronColumnOnDLS(3) + 1
    print(
        value2.value(),
        halco.NeuronColumnOnDLS.size,
        halco.NeuronColumnOnDLS.max,
        value2.toSynapseOnSynapseRow() if hasattr(value2, "toSynapseOnSynapseRow") else 0,
    )
    elf = lola.PPUElfFile("x.elf")
    common = hal.CommonPADIBusConfig()
    common.enable_spl1[halco.PADIBusOnPADIBusBlock(0)] = False
    cadc = lola.CADCSamples()
    samples = cadc.causal[halco.SynramOnDLS.top].to_numpy()
    morphology = lola.Morphology()
    morphology.create_compartment(
        [halco.AtomicNeuronOnLogicalNeuron(halco.NeuronColumnOnLogicalNeuron(0), halco.NeuronRowOnLogicalNeuron(0))]
    )
    absolute = sta.AbsoluteTimePlaybackProgramBuilder()
    absolute.write(hal.Timer.Value(5), halco.CapMemCellOnDLS(), hal.CapMemCell(4))
    absolute += hal.Timer.Value(5)
    later = absolute + hal.Timer.Value(5)
    scaled = absolute * 2.0
    hal.to_json(hal.NeuronConfig())
