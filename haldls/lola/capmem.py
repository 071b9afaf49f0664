"""The capacitive memories' own settings and the cells without function."""

from __future__ import annotations

from halco import CapMemBlockConfigOnDLS, CapMemOnDLS, UnusedCapMemCellOnDLS
from haldls.capmem import CapMemBlockConfig, CapMemCell, ReferenceGeneratorConfig
from haldls.fields import Array
from haldls.lola._cells import ANALOG
from haldls.lola.table import Composed, Member, Members, Part
from haldls.synapse import SynapseBiasSelection

__all__ = ["CapMem"]

_UNUSED = [int(UnusedCapMemCellOnDLS(number).toCapMemCellOnDLS()) for number in range(UnusedCapMemCellOnDLS.size)]


class CapMem(Composed):
    """Settings of the four capacitive memories, of the synapses' biases and of the reference they refer to."""

    coordinate = CapMemOnDLS

    blocks = Members(CapMemBlockConfigOnDLS, CapMemBlockConfig, doc="refresh of the cells of each quadrant")
    synapse_bias_selection = Member(SynapseBiasSelection, doc="whether the biases of the synapses come from the memory")
    reference_generator = Member(ReferenceGeneratorConfig, doc="reference currents of the memory")
    unused_cells = Array(UnusedCapMemCellOnDLS, ANALOG, doc="cells that nothing is connected to")

    parts = (
        Part(CapMemBlockConfig, range(4), "blocks"),
        Part(SynapseBiasSelection, [0], "synapse_bias_selection"),
        Part(ReferenceGeneratorConfig, [0], "reference_generator"),
        Part(CapMemCell, _UNUSED, {"value": "unused_cells"}),
    )
