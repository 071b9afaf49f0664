"""Events and their labels.

A spike's label has 16 bits. Which part means what depends on who looks: the FPGA's address on chip (15:14), the label the
crossbar compares (13:0), the neuron's event output (10:8) and own address (7:0), the driver (10:6) and synapse (5:0) it is for.
"""

from __future__ import annotations

from halco.conversions import BitField, to
from halco.kinds import Coordinate
from halco.neuron import NeuronBackendAddressOut, NeuronEventOutputOnDLS
from halco.synapse import SynapseLabel
from halco.synapse_driver import PADIRowSelectAddress
from halco.value import BaseType, Linear

__all__ = [
    "MADCSamplePackFromFPGAOnDLS", "NeuronLabel", "SPL1Address", "SpikeLabel", "SpikePack1ToChipOnDLS", "SpikePack2ToChipOnDLS",
    "SpikePack3ToChipOnDLS", "SpikePackFromFPGAOnDLS",
]  # fmt: skip


class NeuronLabel(Linear, max=0x3FFF):
    """Label that the crossbar routes by."""


class SPL1Address(Linear, max=3):
    """Input of the crossbar at which an event from the FPGA arrives, or output at which one leaves for it."""

    toCrossbarInputOnDLS = to(lambda e: e + 8)
    toCrossbarL2OutputOnDLS = to()


class SpikeLabel(BaseType, maximum=0xFFFF):
    """Label of a spike between FPGA and chip. Its parts can be assigned, which changes the label in place."""

    class PADILabel(Linear, max=0x3FF):
        """Part of the label that travels on a PADI bus."""

    spl1_address = BitField(SPL1Address, low=14, width=2)
    neuron_label = BitField(NeuronLabel, low=0, width=14)
    padi_label = BitField(PADILabel, low=0, width=10)
    neuron_event_output = BitField(NeuronEventOutputOnDLS, low=8, width=3)
    neuron_backend_address_out = BitField(NeuronBackendAddressOut, low=0, width=8)
    row_select_address = BitField(PADIRowSelectAddress, low=6, width=5)
    synapse_label = BitField(SynapseLabel, low=0, width=6)

    get_spl1_address, set_spl1_address = spl1_address.accessors()
    get_neuron_label, set_neuron_label = neuron_label.accessors()
    get_padi_label, set_padi_label = padi_label.accessors()
    get_neuron_event_output, set_neuron_event_output = neuron_event_output.accessors()
    get_neuron_backend_address_out, set_neuron_backend_address_out = neuron_backend_address_out.accessors()
    get_row_select_address, set_row_select_address = row_select_address.accessors()
    get_synapse_label, set_synapse_label = synapse_label.accessors()

    toSpikeIOOutputRouteOnFPGA = to()

    def __copy__(self) -> SpikeLabel:
        return type(self)(int(self))

    def __deepcopy__(self, memo: object) -> SpikeLabel:
        return type(self)(int(self))


class SpikePack1ToChipOnDLS(Linear, Coordinate, size=1):
    """One spike sent to the chip."""


class SpikePack2ToChipOnDLS(Linear, Coordinate, size=1):
    """Two spikes sent to the chip together."""


class SpikePack3ToChipOnDLS(Linear, Coordinate, size=1):
    """Three spikes sent to the chip together."""


class SpikePackFromFPGAOnDLS(Linear, min=1, max=3):
    """Number of spikes that arrived in one message."""


class MADCSamplePackFromFPGAOnDLS(Linear, min=1, max=3):
    """Number of MADC samples that arrived in one message."""
