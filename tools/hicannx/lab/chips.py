"""Configurations of a whole chip (lola.Chip) to begin with, and what experiments change in them."""

from typing import Any

import halco
import haldls as hal
from haldls import lola
from hicannx.lab.errors import LabError
from stadls import DumperDone, convert_to_chip

LABEL = 5
"""Synapse label of the stimulus."""

DRIVERS = {"excitatory": range(8), "inhibitory": range(8, 16)}
"""Synapse drivers on PADI bus 0 of the neuron's half of the chip that send to each receptor; an event reaches all eight at once."""

COMPARED = 0b01000
"""Bit of the row address by which these drivers tell the receptors apart."""

MOST = int(lola.SynapseRow.Weight.max)
STRONGEST = 8 * 2 * MOST
"""Weight of all rows of a receptor together."""

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


def calibrated(writes: DumperDone) -> Any:
    """A chip with a calibration, whose neurons fire at their thresholds but send no spikes, and whose nodes are closed, as in a plain
    one."""
    chip = convert_to_chip(writes, plain())
    chip.crossbar.nodes.fill(hal.CrossbarNode.drop_all)
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
    """Synapses from the host to a neuron: two rows, or as many more as a weight of 0 .. 1008 needs."""
    if receptor not in DRIVERS:
        raise LabError(f"receptor {receptor!r}: there are {' and '.join(DRIVERS)}")
    if not 0 <= weight <= STRONGEST:
        raise LabError(f"weight {weight}: the synapses of a receptor together carry 0 .. {STRONGEST}")
    half, column = int(place.toSynramOnDLS()), place.toNeuronColumnOnDLS().toSynapseOnSynapseRow()
    block, matrix = chip.synapse_driver_blocks[half], chip.synapse_blocks[half].matrix
    block.padi_bus.enable_spl1[0] = True
    rows = max(1, -(-weight // (2 * MOST))) * 2
    for number, driver in enumerate(DRIVERS[receptor]):
        _receive(block.synapse_drivers[4 * driver], receptor, 2 * number < rows)
        for row in (2 * number, 2 * number + 1):
            place_of_row = halco.SynapseDriverOnSynapseDriverBlock(4 * driver).toSynapseRowOnSynram()[row % 2]
            matrix.weights[place_of_row][column] = weight // rows + (row < weight % rows) if row < rows else 0
            matrix.labels[place_of_row][column] = LABEL
    getattr(chip.neuron_block.atomic_neurons[place], f"{receptor}_input").enable = True
    setattr(chip.neuron_block.current_rows[half].values[column], f"enable_synaptic_current_{receptor}", True)
    bus = halco.CrossbarNodeOnDLS(halco.CrossbarOutputOnDLS(4 * half), halco.CrossbarInputOnDLS(8))
    chip.crossbar.nodes[bus] = hal.CrossbarNode()


def silence(chip: Any) -> None:
    """Takes the synapses of earlier stimuli away."""
    for half, block in enumerate(chip.synapse_driver_blocks):
        for driver in (4 * number for drivers in DRIVERS.values() for number in drivers):
            block.synapse_drivers[driver].enable_receiver = False
            for row in halco.SynapseDriverOnSynapseDriverBlock(driver).toSynapseRowOnSynram():
                chip.synapse_blocks[half].matrix.weights[row].fill(0)


def _receive(driver: Any, receptor: str, enable: bool) -> None:
    """A driver that hears what is sent to its receptor."""
    driver.enable_receiver = enable
    driver.row_address_compare_mask = COMPARED
    driver.row_mode_top = driver.row_mode_bottom = hal.SynapseDriverConfig.RowMode[receptor]


def label_of(receptor: str) -> int:
    """The spike label that the synapses of a receptor hear."""
    label = halco.SpikeLabel()
    label.row_select_address = DRIVERS[receptor].start
    label.synapse_label = LABEL
    return int(label)
