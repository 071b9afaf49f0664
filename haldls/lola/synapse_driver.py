"""The synapse drivers of one hemisphere with what they share."""

from __future__ import annotations

import numpy as np

from halco import CapMemBlockOnHemisphere, CapMemCellOnDLS, SynapseDriverBlockOnDLS, SynapseDriverOnSynapseDriverBlock
from haldls.capmem import CapMemCell
from haldls.fields import Array, Field
from haldls.lola._cells import ANALOG, shared_cells
from haldls.lola.table import Composed, Member, Members, Part
from haldls.padi import CommonPADIBusConfig, CommonSTPConfig
from haldls.synapse_driver import SynapseDriverConfig

__all__ = ["SynapseDriverBlock"]

DRIVERS = SynapseDriverOnSynapseDriverBlock.size
QUADRANT = CapMemBlockOnHemisphere

_BIASES = [
    [int(CapMemCellOnDLS.stp_ibias_readout_top), int(CapMemCellOnDLS.hagen_ibias_dac_top)],
    [int(CapMemCellOnDLS.stp_ibias_readout_bottom), int(CapMemCellOnDLS.hagen_ibias_dac_bottom)],
]


class SynapseDriverBlock(Composed):
    """The 128 synapse drivers of one hemisphere, its PADI buses and short-term plasticity."""

    coordinate = SynapseDriverBlockOnDLS

    synapse_drivers = Members(SynapseDriverOnSynapseDriverBlock, SynapseDriverConfig, doc="the drivers")
    padi_bus = Member(CommonPADIBusConfig, doc="the buses that bring them events")
    stp = Member(CommonSTPConfig, doc="clock of short-term plasticity")
    stp_v_charge_0 = Array(QUADRANT, ANALOG, doc="voltage that events move a driver's state towards, target voltages 0, per quadrant")
    stp_v_charge_1 = Array(QUADRANT, ANALOG, doc="the same for target voltages 1")
    stp_v_recover_0 = Array(QUADRANT, ANALOG, doc="voltage that the state recovers to, target voltages 0, per quadrant")
    stp_v_recover_1 = Array(QUADRANT, ANALOG, doc="the same for target voltages 1")
    stp_i_bias_comparator = Array(QUADRANT, ANALOG, doc="bias of the comparators that end a pulse, per quadrant")
    stp_i_ramp = Array(QUADRANT, ANALOG, doc="current of the ramp that sets the pulse length, per quadrant")
    stp_i_calib = Array(QUADRANT, ANALOG, doc="unit of the drivers' offsets, per quadrant")
    stp_i_bias_readout = Field(ANALOG, doc="bias of the readout of plasticity voltages")
    hagen_i_bias_dac = Field(ANALOG, doc="bias of the converters of activations")

    parts = (
        Part(SynapseDriverConfig, lambda enums: enums[:, None] * DRIVERS + np.arange(DRIVERS), "synapse_drivers"),
        Part(CommonPADIBusConfig, lambda enums: enums, "padi_bus"),
        Part(CommonSTPConfig, lambda enums: enums, "stp"),
        shared_cells(
            {
                "stp_v_charge_0": "stp_v_charge_0",
                "stp_v_charge_1": "stp_v_charge_1",
                "stp_v_recover_0": "stp_v_recover_0",
                "stp_v_recover_1": "stp_v_recover_1",
                "stp_i_bias_comparator": "stp_i_bias_comparator",
                "stp_i_ramp": "stp_i_ramp",
                "stp_i_calib": "stp_i_calib",
            },
            blocks=QUADRANT.size,
        ),
        Part(CapMemCell, lambda enums: np.array(_BIASES)[enums], {"value": ["stp_i_bias_readout", "hagen_i_bias_dac"]}),
    )
