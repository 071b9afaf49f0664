"""The synapse arrays: rows and whole matrices, everything at once or weights, labels and correlation calibration alone.

The arrays are indexed by coordinates or integers, `matrix.weights[row][column]`, and exchanged with numpy as a whole:

>>> import numpy
>>> from haldls.lola import SynapseMatrix
>>> matrix = SynapseMatrix()
>>> matrix.weights.from_numpy(numpy.full((256, 256), 63))
>>> matrix.weights[3][7]
Value(63)
"""

from __future__ import annotations

from halco import (
    CapMemBlockOnHemisphere,
    SynapseBlockOnDLS,
    SynapseCorrelationCalibMatrixOnDLS,
    SynapseCorrelationCalibRowOnDLS,
    SynapseLabel,
    SynapseLabelMatrixOnDLS,
    SynapseLabelRowOnDLS,
    SynapseOnSynapseRow,
    SynapseRowOnDLS,
    SynapseRowOnSynram,
    SynapseWeightMatrixOnDLS,
    SynapseWeightRowOnDLS,
    SynramOnDLS,
)
from haldls.capmem import CapMemCell
from haldls.container import DifferentialWriteTrait
from haldls.fields import Array
from haldls.lola._cells import ANALOG, shared_cells
from haldls.lola._quads import by_column, quads_of_row, rows_of_hemisphere
from haldls.lola.table import Composed, Member, Numbers, Part
from haldls.synapse import SynapseCorrelationCalibQuad, SynapseLabelQuad, SynapseQuad, SynapseWeightQuad

__all__ = [
    "SynapseBlock", "SynapseCorrelationCalibMatrix", "SynapseCorrelationCalibRow", "SynapseLabelMatrix", "SynapseLabelRow", "SynapseMatrix",
    "SynapseRow", "SynapseWeightMatrix", "SynapseWeightRow",
]  # fmt: skip

Weight = SynapseWeightQuad.Value
TimeCalib, AmpCalib = SynapseCorrelationCalibQuad.TimeCalib, SynapseCorrelationCalibQuad.AmpCalib

ROW = SynapseOnSynapseRow
MATRIX = (SynapseRowOnSynram, SynapseOnSynapseRow)
ALL = ("weights", "labels", "time_calibs", "amp_calibs")
CALIBS = ("time_calibs", "amp_calibs")


class SynapseWeightRow(Composed, DifferentialWriteTrait):
    """Weights of one row; labels and calibration keep their values."""

    coordinate = SynapseWeightRowOnDLS
    Value = Weight
    values = Numbers(ROW, Weight, doc="weights, per column")
    parts = (Part(SynapseWeightQuad, quads_of_row, by_column("values")),)


class SynapseLabelRow(Composed, DifferentialWriteTrait):
    """Labels of one row; weights and calibration keep their values."""

    coordinate = SynapseLabelRowOnDLS
    Value = SynapseLabel
    values = Numbers(ROW, SynapseLabel, doc="addresses that the synapses answer to, per column")
    parts = (Part(SynapseLabelQuad, quads_of_row, by_column("values")),)


class SynapseCorrelationCalibRow(Composed, DifferentialWriteTrait):
    """Calibration of the correlation sensors of one row; weights and labels keep their values."""

    coordinate = SynapseCorrelationCalibRowOnDLS
    TimeCalib, AmpCalib = TimeCalib, AmpCalib
    time_calibs = Numbers(ROW, TimeCalib, doc="time constant of the correlation, per column")
    amp_calibs = Numbers(ROW, AmpCalib, doc="amplitude of the correlation, per column")
    parts = (Part(SynapseCorrelationCalibQuad, quads_of_row, by_column(*CALIBS)),)


class SynapseRow(Composed, DifferentialWriteTrait):
    """Everything the 256 synapses of one row hold."""

    coordinate = SynapseRowOnDLS
    Weight, Label, TimeCalib, AmpCalib = Weight, SynapseLabel, TimeCalib, AmpCalib
    weights = Numbers(ROW, Weight, doc="weights, per column")
    labels = Numbers(ROW, SynapseLabel, doc="addresses that the synapses answer to, per column")
    time_calibs = Numbers(ROW, TimeCalib, doc="time constant of the correlation, per column")
    amp_calibs = Numbers(ROW, AmpCalib, doc="amplitude of the correlation, per column")
    parts = (Part(SynapseQuad, quads_of_row, by_column(*ALL)),)


class SynapseWeightMatrix(Composed, DifferentialWriteTrait):
    """Weights of the 256 x 256 synapses of one hemisphere; labels and calibration keep their values."""

    coordinate = SynapseWeightMatrixOnDLS
    Value = Weight
    values = Numbers(MATRIX, Weight, doc="weights, [row][column]")
    parts = (Part(SynapseWeightRow, rows_of_hemisphere, {"values": "values"}),)


class SynapseLabelMatrix(Composed, DifferentialWriteTrait):
    """Labels of the 256 x 256 synapses of one hemisphere; weights and calibration keep their values."""

    coordinate = SynapseLabelMatrixOnDLS
    Value = SynapseLabel
    values = Numbers(MATRIX, SynapseLabel, doc="addresses that the synapses answer to, [row][column]")
    parts = (Part(SynapseLabelRow, rows_of_hemisphere, {"values": "values"}),)


class SynapseCorrelationCalibMatrix(Composed, DifferentialWriteTrait):
    """Calibration of the correlation sensors of one hemisphere; weights and labels keep their values."""

    coordinate = SynapseCorrelationCalibMatrixOnDLS
    TimeCalib, AmpCalib = TimeCalib, AmpCalib
    time_calibs = Numbers(MATRIX, TimeCalib, doc="time constant of the correlation, [row][column]")
    amp_calibs = Numbers(MATRIX, AmpCalib, doc="amplitude of the correlation, [row][column]")
    parts = (Part(SynapseCorrelationCalibRow, rows_of_hemisphere, {name: name for name in CALIBS}),)


class SynapseMatrix(Composed, DifferentialWriteTrait):
    """Everything the 256 x 256 synapses of one hemisphere hold: arrays [row][column]."""

    coordinate = SynramOnDLS
    Weight, Label, TimeCalib, AmpCalib = Weight, SynapseLabel, TimeCalib, AmpCalib
    weights = Numbers(MATRIX, Weight, doc="weights, [row][column]")
    labels = Numbers(MATRIX, SynapseLabel, doc="addresses that the synapses answer to, [row][column]")
    time_calibs = Numbers(MATRIX, TimeCalib, doc="time constant of the correlation, [row][column]")
    amp_calibs = Numbers(MATRIX, AmpCalib, doc="amplitude of the correlation, [row][column]")
    parts = (Part(SynapseRow, rows_of_hemisphere, {name: name for name in ALL}),)


class SynapseBlock(Composed):
    """The synapses of one hemisphere and the bias of the converters that turn weights into currents."""

    coordinate = SynapseBlockOnDLS
    matrix = Member(SynapseMatrix, doc="the synapses")
    i_bias_dac = Array(
        CapMemBlockOnHemisphere,
        ANALOG,
        default=CapMemCell.Value.max,
        doc="bias of the weights' converters, per quadrant: current of one LSB of weight",
    )
    parts = (
        Part(SynapseMatrix, lambda enums: enums, "matrix"),
        shared_cells({"syn_i_bias_dac": "i_bias_dac"}, blocks=CapMemBlockOnHemisphere.size),
    )
