"""The switches below the synapse array, one set per column, and the reset of the correlation sensors."""

from __future__ import annotations

from halco import ColumnCorrelationRowOnDLS, ColumnCurrentRowOnDLS, CorrelationResetRowOnDLS, SynapseOnSynapseRow
from haldls.container import DifferentialWriteTrait
from haldls.correlation import CorrelationReset
from haldls.lola._quads import COLUMNS, quads_of_row
from haldls.lola.table import Composed, Members, Part
from haldls.synapse import ColumnCorrelationQuad, ColumnCurrentQuad

__all__ = ["ColumnCorrelationRow", "ColumnCurrentRow", "CorrelationResetRow"]


class ColumnCurrentRow(Composed, DifferentialWriteTrait):
    """Switches between the synaptic current lines of each column and its neuron."""

    coordinate = ColumnCurrentRowOnDLS
    ColumnCurrentSwitch = ColumnCurrentQuad.ColumnCurrentSwitch
    values = Members(SynapseOnSynapseRow, ColumnCurrentQuad.ColumnCurrentSwitch, doc="switches of each column")
    parts = (Part(ColumnCurrentQuad, quads_of_row, {"switch": ("values", COLUMNS)}),)


class ColumnCorrelationRow(Composed, DifferentialWriteTrait):
    """Switches between the correlation lines of each column and its converter channels."""

    coordinate = ColumnCorrelationRowOnDLS
    ColumnCorrelationSwitch = ColumnCorrelationQuad.ColumnCorrelationSwitch
    values = Members(SynapseOnSynapseRow, ColumnCorrelationQuad.ColumnCorrelationSwitch, doc="switches of each column")
    parts = (Part(ColumnCorrelationQuad, quads_of_row, {"switch": ("values", COLUMNS)}),)


class CorrelationResetRow(Composed):
    """Writing it resets the correlation sensors of a row."""

    coordinate = CorrelationResetRowOnDLS
    parts = (Part(CorrelationReset, quads_of_row),)
