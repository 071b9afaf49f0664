"""Configurations of a whole chip (lola.Chip) to begin with, and what experiments change in them."""

from typing import Any

import halco
import haldls as hal
from haldls import lola
from hicannx.lab.errors import LabError

LABEL = 5
"""Synapse label of the stimulus."""

RECEPTORS = {"excitatory": 0, "inhibitory": 4}
"""Synapse driver of the neuron's half of the chip that each receptor is stimulated by; all of them hear PADI bus 0."""

COLUMNS = 32
"""Columns of neurons that share an event output."""

BIASES = {
    "v_bias_casc_n": 250,
    "i_bias_readout_amp": 110,
    "i_bias_leak_source_follower": 100,
    "i_bias_threshold_comparator": 200,
    "i_bias_synin_drop": 300,
}


def plain() -> Any:
    """A chip whose circuits have their usual biases, and whose neurons leak towards one potential and do not fire: not calibrated."""
    chip = lola.Chip()
    chip.crossbar.nodes.fill(hal.CrossbarNode.drop_all)
    for name, value in BIASES.items():
        getattr(chip.neuron_block, name).fill(value)
    for block in chip.synapse_blocks:
        block.i_bias_dac.fill(600)
    for neuron in chip.neuron_block.atomic_neurons:
        neuron.membrane_capacitance.capacitance = 63
        neuron.leak.v_leak, neuron.leak.i_bias = 700, 140
        neuron.reset.v_reset, neuron.reset.i_bias, neuron.reset.enable_multiplication = 625, 1022, True
        neuron.refractory_period.refractory_time = 255
        for line in (neuron.excitatory_input, neuron.inhibitory_input):
            line.i_bias_tau, line.i_bias_gm, line.i_shift_reference = 20, 500, 310
    return chip


def neuron_of(number: int | halco.AtomicNeuronOnDLS) -> halco.AtomicNeuronOnDLS:
    """The coordinate of a neuron. Raises LabError for a number out of 0 .. 511."""
    if isinstance(number, halco.AtomicNeuronOnDLS):
        return number
    try:
        return halco.AtomicNeuronOnDLS(halco.common.Enum(number))
    except (TypeError, ValueError, RuntimeError) as error:
        raise LabError(f"neuron {number!r}: there are neurons 0 .. {halco.AtomicNeuronOnDLS.size - 1}") from error


def watch(chip: Any, place: halco.AtomicNeuronOnDLS, source: str = "membrane") -> None:
    """Leads one potential of a neuron (membrane, adaptation, exc_synin, inh_synin) to the MADC, and nobody else's."""
    sources = lola.AtomicNeuron.Readout.Source
    if source not in sources.__members__:
        raise LabError(f"source {source!r}: a neuron has {', '.join(sources.__members__)}")
    for neuron in chip.neuron_block.atomic_neurons:
        neuron.readout.enable_amplifier = neuron.readout.enable_buffered_access = False
    readout = chip.neuron_block.atomic_neurons[place].readout
    readout.source = sources[source]
    readout.enable_amplifier = readout.enable_buffered_access = True
    chip.readout_chain.input_mux[0] = hal.ReadoutSourceSelection.SourceMultiplexer()
    column, row = int(place.toNeuronColumnOnDLS()), place.toNeuronRowOnDLS().toHemisphereOnDLS()
    multiplexer = chip.readout_chain.input_mux[0]
    (multiplexer.neuron_odd if column % 2 else multiplexer.neuron_even)[row] = True


def report_spikes(chip: Any, place: halco.AtomicNeuronOnDLS) -> None:
    """Lets a neuron fire and its spikes reach the host, with an address that `fired_by` knows."""
    neuron = chip.neuron_block.atomic_neurons[place]
    neuron.threshold.enable = True
    neuron.event_routing.analog_output = lola.AtomicNeuron.EventRouting.AnalogOutputMode.normal
    neuron.event_routing.enable_digital = True
    column = place.toNeuronColumnOnDLS()
    neuron.event_routing.address = int(column) % COLUMNS + COLUMNS * int(place.toNeuronRowOnDLS())
    source = column.toNeuronEventOutputOnDLS().toCrossbarInputOnDLS()
    to_host = halco.CrossbarOutputOnDLS(8 + int(source) % 4)
    chip.crossbar.nodes[halco.CrossbarNodeOnDLS(to_host, source)] = hal.CrossbarNode()


def fired_by(labels: Any) -> Any:
    """Numbers of the neurons that spikes with these labels (array of int) come from."""
    output, address = labels >> 8 & 7, labels & 0xFF
    return output * COLUMNS + address % COLUMNS + halco.NeuronColumnOnDLS.size * (address // COLUMNS)


def connect(chip: Any, place: halco.AtomicNeuronOnDLS, receptor: str, weight: int) -> None:
    """A synapse from the host to a neuron. The weight is 0 .. 126, on two rows."""
    if receptor not in RECEPTORS:
        raise LabError(f"receptor {receptor!r}: there are {' and '.join(RECEPTORS)}")
    if not 0 <= weight <= 126:
        raise LabError(f"weight {weight}: two synapses carry 0 .. 126")
    half, driver = place.toSynramOnDLS(), halco.SynapseDriverOnSynapseDriverBlock(RECEPTORS[receptor])
    block = chip.synapse_driver_blocks[halco.SynapseDriverBlockOnDLS(int(half))]
    column = place.toNeuronColumnOnDLS().toSynapseOnSynapseRow()
    block.padi_bus.enable_spl1[halco.PADIBusOnPADIBusBlock(0)] = True
    settings = block.synapse_drivers[driver]
    settings.enable_receiver = True
    settings.row_mode_top = settings.row_mode_bottom = hal.SynapseDriverConfig.RowMode[receptor]
    matrix = chip.synapse_blocks[halco.SynapseBlockOnDLS(int(half))].matrix
    for row, part in zip(driver.toSynapseRowOnSynram(), (weight // 2, weight - weight // 2), strict=True):
        matrix.weights[row][column], matrix.labels[row][column] = part, LABEL
    getattr(chip.neuron_block.atomic_neurons[place], f"{receptor}_input").enable = True
    setattr(chip.neuron_block.current_rows[int(half)].values[column], f"enable_synaptic_current_{receptor}", True)
    bus = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(4 * int(half)), halco.CrossbarInputOnDLS(8))
    chip.crossbar.nodes[bus] = hal.CrossbarNode()


def label_of(place: halco.AtomicNeuronOnDLS, receptor: str) -> int:
    """The spike label that the synapses of a receptor hear."""
    driver = halco.SynapseDriverOnSynapseDriverBlock(RECEPTORS[receptor])
    label = halco.SpikeLabel()
    label.row_select_address = driver.toSynapseDriverOnPADIBus().toEnum().value()
    label.synapse_label = LABEL
    return int(label)
