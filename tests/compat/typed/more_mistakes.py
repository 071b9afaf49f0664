"""As `mistakes.py`: runs and programs, arrays, enumerations, arithmetic, generators, what else scripts are made of."""

import numpy as np

import hicannx
from dlens_vx_v3 import hal, halco, hxcomm, lola, sta

builder = sta.PlaybackProgramBuilder()
with hxcomm.ManagedConnection() as connection:
    sta.run(connection, [builder])  # refused
    sta.run([builder.done()], connection)  # refused
    sta.run(hxcomm.ManagedConnection(), [builder.done()])  # refused
    connection.get_hwdb_entri()  # refused
    sta.generate(sta.SystemInit)  # refused
    sta.SystemInit(connection)  # refused
    sta.SystemInit(connection.get_hwdb_entry())  # refused
    hicannx.snapshot(5)  # refused
    hicannx.restore(connection, "x")  # refused
    hicannx.connect(serial="7")  # refused
    hicannx.connect(seriel=7)  # refused
program = builder.done()
print(program.spike)  # refused
program.spikes["label"]  # refused
print(program.spikes.to_numpy().labels)  # refused
program.spikes = 5  # refused
builder.write(halco.TimerOnDLS, hal.Timer())  # refused
builder.write(halco.TimerOnDLS(), hal.Timer)  # refused
builder.write(hal.Timer(), halco.TimerOnDLS())  # refused
builder.read(halco.TimerOnDLS)  # refused
builder.read(3)  # refused
builder.read(halco.BarrierOnFPGA())  # refused
builder.block_until(halco.TimerOnDLS(), 5)  # refused
builder.block_until(halco.TimerOnDLS(), hal.Timer())  # refused
builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibuss)  # refused
builder.block_until(halco.BarrierOnFPGA(), hal.Barrier)  # refused
builder.write(halco.NeuronConfigOnDLS(), hal.NeuronConfig(), hal.Backend.Omnibuss)  # refused
builder.write(halco.NeuronConfigOnDLS(), hal.NeuronConfig(), 8)  # refused
builder.merge_back(program)  # refused
builder.copy_back(None)  # refused
matrix = lola.SynapseMatrix()
matrix.weights = 5  # refused
matrix.weight = np.zeros((256, 256))  # refused
matrix.weights.fill("x")  # refused
matrix.weights[halco.SynapseRowOnDLS()]  # refused
row = lola.SynapseRow()
row.weights = "abc"  # refused
row.weights[0] = "1"  # refused
row.weights[halco.EntryOnQuad(0)] = 5  # refused
driver = hal.SynapseDriverConfig()
driver.row_mode_top = "excitatory"  # refused
driver.row_mode_top = 2.5  # refused
driver.row_mode_top = hal.NeuronConfig.ReadoutSource.membrane  # refused
driver.row_address_compare_mask = "x"  # refused
driver.row_address_compare_mask = halco.NeuronColumnOnDLS(3)  # refused
hal.CapMemCell(1.5)  # refused
hal.SystimeSync("yes")  # refused
hal.SpikePack1ToChip(5)  # refused
hal.SpikePack1ToChip(["x"])  # refused
hal.PPUMemoryWord("x")  # refused
hal.NeuronConfig(True)  # refused
hal.Timer.Value("5")  # refused
hal.Timer.Value(5) + halco.NeuronColumnOnDLS(1)  # refused
halco.NeuronColumnOnDLS(3) + "x"  # refused
print(halco.NeuronColumnOnDLS(3) < halco.NeuronRowOnDLS(1))  # refused
halco.NeuronColumnOnDLS(1.0)  # refused
halco.NeuronColumnOnDLS(3).x()  # refused
halco.AtomicNeuronOnDLS(halco.NeuronColumnOnDLS(3))  # refused
halco.iter_all(3)  # refused
halco.iter_all("NeuronColumnOnDLS")  # refused
halco.iter_all(hal.CapMemCell)  # refused
for c in halco.iter_all(halco.NeuronConfigOnDLS):
    builder.write(c, hal.CapMemCell())  # refused
for c2, _ in halco.iter_all(halco.NeuronColumnOnDLS, halco.NeuronRowOnDLS):
    halco.AtomicNeuronOnDLS(c2, c2)  # refused
lola.PPUElfFile(5)  # refused
lola.PPUElfFile("x").read_programm()  # refused
chip = lola.Chip()
chip.neuron_block.atomic_neurons[0].threshold.enabel = True  # refused
chip.neuron_block.atomic_neurons[0] = hal.NeuronConfig()  # refused
chip.synapse_blocks[halco.SynapseBlockOnDLS.top].matrix = lola.SynapseRow()  # refused
init = sta.SystemInit(hxcomm.HXCubeSetupEntry())
init.enable_chp = False  # refused
init.chip.adplls[halco.ADPLLOnDLS(0)] = hal.PLLSelfTest()  # refused
mux = hal.ReadoutSourceSelection.SourceMultiplexer()
mux.neuron_odd[halco.SynramOnDLS(1)] = True  # refused
hal.ReadoutSourceSelection().set_buffer(halco.HemisphereOnDLS(0), mux)  # refused
hal.CommonPhyConfigFPGA().set_enable_phy(halco.PhyConfigChipOnDLS(0), True)  # refused
sta.to_json(5)  # refused
sta.from_json(sta.DumperDone(), b"x")  # refused
dumper = sta.PlaybackProgramBuilderDumper()
dumper.read(halco.CapMemCellOnDLS())  # refused
ticket = builder.read(halco.CapMemCellOnDLS())
print(ticket.get().valeu)  # refused
ticket.gett()  # refused
absolute = sta.AbsoluteTimePlaybackProgramBuilder()
absolute.write(5.5, halco.CapMemCellOnDLS(), hal.CapMemCell(4))  # refused
absolute + "x"  # refused
absolute * "x"  # refused
halco.common.left + 5.5  # refused
