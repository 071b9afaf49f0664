"""Configuration of a chip for a network: what the user has set, silenced, and the network on top. (facts: clients/grenade 3.5)"""

from __future__ import annotations

import numpy as np

from grenade.errors import GrenadeError
from grenade.network.graph import AnalogReadout, Hardware, SpikeIOOnHardware
from halco import (
    AtomicNeuronOnDLS,
    CADCOnDLS,
    ColumnCurrentRowOnDLS,
    CommonNeuronBackendConfigOnDLS,
    Enum,
    SourceMultiplexerOnReadoutSourceSelection,
    SynapseBlockOnDLS,
    SynapseDriverBlockOnDLS,
)
from haldls import CrossbarNode, SpikeIOInputRoute, SynapseDriverConfig
from haldls.lola import Chip, SinglechipFPGA

MODES = tuple(SynapseDriverConfig.RowMode)
COLUMNS, ROWS_PER_BLOCK, DRIVERS_PER_BLOCK, BUSES_PER_BLOCK = 256, 256, 128, 4

MUX_BIAS, MADC_INPUT, PREAMP_BIAS, PREAMP_REFERENCE = 500, 500, 500, 400
CONVERTER_BUFFER_BIAS, CONVERTER_REFERENCE, METER_REFERENCE, METER_TEST_VOLTAGE = 0, 400, 400, 400
PAD_AMPLIFIER_BIAS = 1022
"""Analog parameters of the readout chain, CapMem LSB. (facts: clients/grenade 3.5)"""


class ConfigurationError(GrenadeError):
    """Settings of a network that contradict each other or that the setup does not have."""


class Configurations:
    """Configurations as they were made for the last run, by the network's settings they are for: most runs change neither."""

    def __init__(self) -> None:
        self._made: dict[int, tuple[Chip, Hardware, Chip]] = {}
        self._used: dict[int, tuple[Chip, Hardware, Chip]] = {}

    def get(self, chip: Chip, hardware: Hardware) -> Chip:
        """The configuration of a chip for a network; nobody changes what is returned."""
        known = self._used.get(id(hardware)) or self._made.get(id(hardware))
        if known is None or known[1] is not hardware or known[0] != chip:
            known = Chip(chip), hardware, configured(chip, hardware)
        self._used[id(hardware)] = known
        return known[2]

    def end_of_run(self) -> None:
        """Forgets what the last run has not used."""
        self._made, self._used = self._used, {}


def configured(chip: Chip, hardware: Hardware) -> Chip:
    """A copy of the chip with everything off that makes or passes events, and then what the network needs."""
    made = Chip(chip)
    _set_routing(made, hardware)
    _set_drivers(made, hardware)
    _set_synapses(made, hardware)
    _set_neurons(made, hardware)
    _set_background(made, hardware)
    _set_rules(made, hardware)
    _set_readout_sources(made, hardware)
    _set_madc(made, hardware.madc)
    _set_pads(made, hardware)
    return made


def configured_fpga(spikeio: SpikeIOOnHardware) -> SinglechipFPGA:
    """The FPGA's serial link for external events as the network needs it; what comes from the chip goes nowhere."""
    made = SinglechipFPGA(spikeio_config=spikeio.config)
    for address, label in spikeio.input_routes.items():
        made.spikeio_input_routes[address.toSpikeIOInputRouteOnFPGA()] = SpikeIOInputRoute(label)
    return made


# --------------------------------------------------------------------------------------------------------------------- digital part
def _set_routing(chip: Chip, hardware: Hardware) -> None:
    """Crossbar and PADI buses; counters are on where events pass."""
    nodes, counters = chip.crossbar.nodes, chip.crossbar.outputs.enable_event_counter
    nodes.fill(CrossbarNode.drop_all)
    for where, node in hardware.crossbar_nodes.items():
        counted = CrossbarNode(node)
        counted.enable_drop_counter = True
        nodes[where] = counted
        counters[where.toCrossbarOutputOnDLS()] = True
    for number in np.flatnonzero(hardware.padi_buses):
        block, bus = divmod(int(number), BUSES_PER_BLOCK)
        chip.synapse_driver_blocks[block].padi_bus.enable_spl1[bus] = True


def _set_drivers(chip: Chip, hardware: Hardware) -> None:
    """Rows of a driver: the even one is its bottom one, the odd one its top one."""
    modes = hardware.row_modes.reshape(-1, 2).tolist()
    masks = hardware.driver_compare_masks.tolist()
    for block in range(SynapseDriverBlockOnDLS.size):
        for number, driver in enumerate(chip.synapse_driver_blocks[block].synapse_drivers):
            index = block * DRIVERS_PER_BLOCK + number
            mask, (bottom, top) = masks[index], modes[index]
            driver.enable_receiver = mask >= 0
            driver.row_mode_bottom, driver.row_mode_top = MODES[bottom], MODES[top]
            if mask >= 0:
                driver.row_address_compare_mask, driver.enable_address_out = mask, True


def _set_synapses(chip: Chip, hardware: Hardware) -> None:
    for block in range(SynapseBlockOnDLS.size):
        rows = slice(block * ROWS_PER_BLOCK, (block + 1) * ROWS_PER_BLOCK)
        matrix = chip.synapse_blocks[block].matrix
        matrix.weights.from_numpy(hardware.synapse_weights[rows])
        matrix.labels.from_numpy(hardware.synapse_labels[rows])
    enabled = hardware.neurons_with_synapses.reshape(ColumnCurrentRowOnDLS.size, COLUMNS).tolist()
    for row, columns in zip(chip.neuron_block.current_rows, enabled, strict=True):
        for switch, enable in zip(row.values, columns, strict=True):
            switch.enable_synaptic_current_excitatory = switch.enable_synaptic_current_inhibitory = enable


def _set_neurons(chip: Chip, hardware: Hardware) -> None:
    """Addresses of the neurons that send spikes, and the halves of the chip that let them out."""
    sending = set()
    for number, (neuron, address) in enumerate(zip(chip.neuron_block.atomic_neurons, hardware.neuron_addresses.tolist(), strict=True)):
        routing = neuron.event_routing
        routing.enable_digital = address >= 0
        if address >= 0:
            routing.address = address
            sending.add(_backend(number))
    for backend in range(CommonNeuronBackendConfigOnDLS.size):
        chip.neuron_block.backends[backend].enable_event_registers = backend in sending


def _backend(number: int) -> int:
    """The half of the chip whose backends a circuit belongs to."""
    block = AtomicNeuronOnDLS(Enum(number)).toNeuronColumnOnDLS().toNeuronEventOutputOnDLS().toNeuronBackendConfigBlockOnDLS()
    return int(block.toCommonNeuronBackendConfigOnDLS())


def _set_background(chip: Chip, hardware: Hardware) -> None:
    for where, source in hardware.background_sources.items():
        chip.background_spike_sources[where] = source


# ---------------------------------------------------------------------------------------------------------------------- analog part
def _set_rules(chip: Chip, hardware: Hardware) -> None:
    """Plasticity rules may read any correlation sensor."""
    if not hardware.rules:
        return
    for number in range(CADCOnDLS.size):
        chain = chip.cadc_readout_chains[number]
        for channels in (chain.channels_causal, chain.channels_acausal):
            for channel in channels:
                channel.enable_connect_correlation = True


def _set_readout_sources(chip: Chip, hardware: Hardware) -> None:
    for where, source in hardware.readout_sources.items():
        readout = chip.neuron_block.atomic_neurons[where].readout
        readout.source, readout.enable_amplifier = source, True


def _connect(chip: Chip, buffer: int, readout: AnalogReadout) -> None:
    """Leads the readout line of a circuit, and no other one of its kind, into a readout buffer."""
    mux, circuit = chip.readout_chain.input_mux[buffer], readout.circuit
    hemisphere, odd = int(circuit.toNeuronRowOnDLS()), int(circuit.toNeuronColumnOnDLS()) % 2
    mux.neuron_even[hemisphere], mux.neuron_odd[hemisphere] = not odd, bool(odd)
    chip.readout_chain.buffer_to_pad[buffer].enable = True
    output = chip.neuron_block.atomic_neurons[circuit].readout
    output.source, output.enable_amplifier, output.enable_buffered_access = readout.source, True, True


def _set_madc(chip: Chip, sources: list[AnalogReadout]) -> None:
    """One or two circuits, the second one through the second buffer; with two, the samples alternate."""
    if not sources:
        return
    for buffer, readout in enumerate(sources):
        _connect(chip, buffer, readout)
    chain = chip.readout_chain
    chain.dynamic_mux.initially_selected_input = SourceMultiplexerOnReadoutSourceSelection(0)
    chain.dynamic_mux.input_select_length = len(sources) - 1
    chain.dynamic_mux.i_bias, chain.madc.in_500na = MUX_BIAS, MADC_INPUT
    chain.madc_preamp.i_bias, chain.madc_preamp.v_ref = PREAMP_BIAS, PREAMP_REFERENCE
    chain.pseudo_diff_converter.buffer_bias, chain.pseudo_diff_converter.v_ref = CONVERTER_BUFFER_BIAS, CONVERTER_REFERENCE
    chain.source_measure_unit.amp_v_ref, chain.source_measure_unit.test_voltage = METER_REFERENCE, METER_TEST_VOLTAGE


def _set_pads(chip: Chip, hardware: Hardware) -> None:
    """Circuits that are led out: through the buffer of the pad, or as the bare membrane over the stimulation line."""
    chain = chip.readout_chain
    for pad, (readout, buffered) in hardware.pads.items():
        output, mux = chip.neuron_block.atomic_neurons[readout.circuit].readout, chain.pad_mux[int(pad)]
        output.source = readout.source
        if buffered:
            _connect(chip, int(pad), readout)
            mux.buffer_to_pad.fill(False)
            mux.buffer_to_pad[int(pad)] = True
        else:
            mux.neuron_i_stim_mux.fill(False)
            mux.neuron_i_stim_mux[int(readout.circuit.toNeuronRowOnDLS())] = True
            mux.neuron_i_stim_mux_to_pad = output.enable_unbuffered_access = True
    for buffer in range(SourceMultiplexerOnReadoutSourceSelection.size if hardware.pads else 0):
        chain.buffer_to_pad[buffer].amp_i_bias = PAD_AMPLIFIER_BIAS


__all__ = ["ConfigurationError", "Configurations", "configured", "configured_fpga"]
