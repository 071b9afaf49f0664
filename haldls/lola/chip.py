"""The whole chip as one object."""

from __future__ import annotations

from typing import Any

from halco import BackgroundSpikeSourceOnDLS, CADCOnDLS, ChipOnDLS, PPUMemoryOnDLS, SynapseBlockOnDLS, SynapseDriverBlockOnDLS
from haldls.background import BackgroundSpikeSource
from haldls.container import FPGA, DifferentialWriteTrait
from haldls.lola.cadc import CADCReadoutChain
from haldls.lola.capmem import CapMem
from haldls.lola.external_memory import ExternalPPUMemory
from haldls.lola.neuron_block import NeuronBlock
from haldls.lola.readout import ReadoutChain
from haldls.lola.routing import Crossbar
from haldls.lola.synapse import SynapseBlock
from haldls.lola.synapse_driver import SynapseDriverBlock
from haldls.lola.table import Composed, Member, Members, Part, Preset
from haldls.ppu import PPUMemory

__all__ = ["Chip"]


def _bypass(chip: Any) -> None:
    for neuron in chip.neuron_block.atomic_neurons:
        neuron.threshold.enable = False
        neuron.event_routing.enable_bypass_excitatory = True
        neuron.event_routing.enable_bypass_inhibitory = True
    for block in chip.synapse_driver_blocks:
        block.padi_bus.dacen_pulse_extension.fill(15)


class Chip(Composed, DifferentialWriteTrait):
    """Everything on the chip that stays as it is set: 126842 words.

    `default_neuron_bypass` lets every synaptic event fire its neuron directly; the analog output of the neurons stays off, which
    whoever uses it has to change.
    """

    coordinate = ChipOnDLS
    backends = FPGA

    crossbar = Member(Crossbar, doc="routing of events")
    background_spike_sources = Members(BackgroundSpikeSourceOnDLS, BackgroundSpikeSource, doc="event generators")
    capmem = Member(CapMem, doc="refresh and references of the capacitive memory")
    synapse_driver_blocks = Members(SynapseDriverBlockOnDLS, SynapseDriverBlock, doc="synapse drivers, per hemisphere")
    synapse_blocks = Members(SynapseBlockOnDLS, SynapseBlock, doc="synapses, per hemisphere")
    neuron_block = Member(NeuronBlock, doc="all neurons")
    cadc_readout_chains = Members(CADCOnDLS, CADCReadoutChain, doc="columnar converters and correlation sensors, per hemisphere")
    readout_chain = Member(ReadoutChain, doc="from the analog lines to pads and the fast converter")
    ppu_memory = Members(PPUMemoryOnDLS, PPUMemory, doc="memories of the processors")
    external_ppu_memory = Member(ExternalPPUMemory, doc="memory that the FPGA lends to the processors")

    parts = (
        Part(Crossbar, [0], "crossbar"),
        Part(BackgroundSpikeSource, range(BackgroundSpikeSourceOnDLS.size), "background_spike_sources"),
        Part(CapMem, [0], "capmem"),
        Part(SynapseDriverBlock, range(2), "synapse_driver_blocks"),
        Part(SynapseBlock, range(2), "synapse_blocks"),
        Part(NeuronBlock, [0], "neuron_block"),
        Part(CADCReadoutChain, range(2), "cadc_readout_chains"),
        Part(ReadoutChain, [0], "readout_chain"),
        Part(PPUMemory, range(2), "ppu_memory"),
        Part(ExternalPPUMemory, [0], "external_ppu_memory"),
    )

    default_neuron_bypass = Preset(_bypass)
