"""Every line that says `refused` is a mistake that a type checker has to find, every other line is right."""

from dlens_vx_v3 import hal, halco, lola, sta

builder = sta.PlaybackProgramBuilder()
neuron = lola.AtomicNeuron()
config = hal.NeuronConfig()
dumper = sta.PlaybackProgramBuilderDumper()
timed = sta.AbsoluteTimePlaybackProgramBuilder()

# a container at a coordinate of another kind
builder.write(halco.NeuronConfigOnDLS(0), config)
builder.write(halco.NeuronConfigOnDLS(0), hal.CapMemCell(3))  # refused
builder.write(halco.AtomicNeuronOnDLS(), config)  # refused
builder.write(halco.AtomicNeuronOnDLS(), neuron.leak)  # refused
builder.write(halco.ChipOnDLS(), lola.NeuronBlock())  # refused
builder.write(halco.NeuronSRAMTimingConfigOnDLS(), hal.NeuronSRAMTimingConfig())
builder.write(halco.CapMemSRAMTimingConfigOnDLS(), hal.NeuronSRAMTimingConfig())  # refused
builder.write(halco.CapMemCellOnDLS(), hal.CapMemCell(3), hal.CapMemCell(4))
builder.write(halco.CapMemCellOnDLS(), hal.CapMemCell(3), hal.NeuronConfig())  # refused
timed.write(hal.Timer.Value(3), halco.CapMemCellOnDLS(), hal.CapMemCell(3))
timed.write(hal.Timer.Value(3), halco.CapMemCellOnDLS(), hal.NeuronConfig())  # refused
dumper.write(halco.AtomicNeuronOnDLS(), neuron)
dumper.write(halco.NeuronColumnOnDLS(), neuron)  # refused
builder.block_until(halco.TimerOnDLS(), hal.Barrier())  # refused
builder.block_until(halco.BarrierOnFPGA(), hal.Timer.Value(3))  # refused

# what comes back
cell: hal.CapMemCell = builder.read(halco.CapMemCellOnDLS()).get()
wrong_cell: hal.CapMemCell = builder.read(halco.NeuronConfigOnDLS()).get()  # refused
enable: bool = builder.read(halco.AtomicNeuronOnDLS()).get().threshold.enable
size: int = builder.read(halco.AtomicNeuronOnDLS()).get().leak  # refused
builder.read(halco.NeuronColumnOnDLS())  # refused
ticket: sta.ContainerTicket[hal.NeuronConfig] = builder.read(halco.NeuronConfigOnDLS())
wrong_ticket: sta.ContainerTicket[hal.NeuronConfig] = builder.read(halco.NeuronBackendConfigOnDLS())  # refused
later: hal.NeuronConfig = timed.read(hal.Timer.Value(1), halco.NeuronConfigOnDLS()).get()
wrong_later: hal.CapMemCell = timed.read(hal.Timer.Value(1), halco.NeuronConfigOnDLS()).get()  # refused

# names and values of fields
neuron.leak.v_leak = 500
neuron.leak.v_leek = 500  # refused
neuron.leak.v_leak = "high"  # refused
neuron.leak.i_bias = neuron.membrane_capacitance.capacitance  # refused
neuron.leak = neuron.reset  # refused
config.enable_fire = "yes"  # refused
config.enable_fier = True  # refused
neuron.constant_current.type = lola.AtomicNeuron.ConstantCurrent.Type.sink
neuron.constant_current.type = lola.AtomicNeuron.EventRouting.AnalogOutputMode.off  # refused

# constructors
hal.CapMemCell(5)
hal.CapMemCell(hal.CapMemCell.DisableRefresh())
hal.CapMemCell("5")  # refused
hal.CapMemCell(5, 6)  # refused
hal.MADCControl(wake_up=True)
hal.MADCControl(wake_upp=True)  # refused
hal.NeuronConfig(config, enable_fire=True)
hal.NeuronConfig(hal.CapMemCell())  # refused
hal.PPUStatusRegister(sleep=True)  # refused
halco.AtomicNeuronOnDLS(3, 1)
halco.AtomicNeuronOnDLS(halco.NeuronRowOnDLS.top, halco.NeuronColumnOnDLS(3))
halco.AtomicNeuronOnDLS(halco.SynapseRowOnSynram(3), halco.NeuronRowOnDLS(1))  # refused
halco.SynapseRowOnDLS(halco.SynapseRowOnSynram(3), halco.SynramOnDLS.bottom)
halco.SynapseRowOnDLS(halco.SynramOnDLS.bottom, halco.SynapseRowOnSynram(3))  # refused
halco.NeuronColumnOnDLS("3")  # refused

# coordinates
column: halco.NeuronColumnOnDLS = halco.AtomicNeuronOnDLS().x()
row: halco.NeuronRowOnDLS = halco.AtomicNeuronOnDLS().x()  # refused
half: halco.HemisphereOnDLS = halco.SynramOnDLS().toHemisphereOnDLS()
halco.SynramOnDLS().toHemisphere()  # refused
halco.SynapseRowOnDLS().toSynapseDriverOnSynapseDriverBlock()
halco.SynapseRowOnDLS().toNeuronColumnOnDLS()  # refused
lola.SynapseMatrix().weights[halco.SynapseRowOnSynram(1)][halco.SynapseOnSynapseRow(3)] = 5
lola.SynapseMatrix().weights[halco.SynapseOnSynapseRow(1)]  # refused
lola.NeuronBlock().atomic_neurons[halco.NeuronColumnOnDLS(1)]  # refused
hal.NoSuchContainer()  # refused
