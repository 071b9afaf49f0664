"""The eight PHYs of the high-speed links, on the side of the FPGA and on that of the chip, whose numbering is reversed."""

from __future__ import annotations

import numpy as np

from halco import (
    BaseType,
    CommonPhyConfigChipOnDLS,
    CommonPhyConfigFPGAOnDLS,
    Linear,
    PhyConfigChipOnDLS,
    PhyConfigFPGAOnDLS,
    PhyStatusOnFPGA,
)
from haldls.container import FPGA, Address, Container
from haldls.fields import Array, Field

__all__ = ["CommonPhyConfigChip", "CommonPhyConfigFPGA", "PhyConfigChip", "PhyConfigFPGA", "PhyStatus"]

COUNT_MAX = 0xFFFFFFFF


class PhyConfigBase(Container):
    """What the PHYs of both sides have in common.

    The meanings are our reading of the names: the original does not document these fields.
    """

    class ManualDelay(Linear, max=15):
        """Delay steps."""

    class VBias(Linear, max=7):
        """Bias setting."""

    class DebugOutputs(Linear, max=1):
        """Debug selection."""

    enable_bit_slip = Field(bool, "w0[0]", doc="shift the received word by a bit")
    manual_delay = Field(ManualDelay, "w0[4:1]", doc="delay of the received data, if set by hand")
    enable_delay_cell_measurement = Field(bool, "w0[5]", doc="measure the delay cells")
    enable_initialization_master_mode = Field(bool, "w0[6]", doc="lead the initialization of the link; the FPGA does")
    enable_manual_tx_data_valid_for_init = Field(bool, "w0[7]", doc="mark the data sent during initialization as valid")
    enable_force_lvds_power_up = Field(bool, "w0[8]", doc="keep the LVDS drivers powered")
    enable_force_start = Field(bool, "w0[9]", doc="start without waiting for the partner")
    enable_manual_training_mode = Field(bool, "w0[10]", doc="keep sending the training pattern")
    enable_ber_loopback = Field(bool, "w0[11]", doc="send back what is received, for measuring bit errors")
    vbias = Field(VBias, "w0[14:12]", default=4, doc="bias of the LVDS drivers")
    debug_outputs = Field(DebugOutputs, "w0[15]", doc="signals on the debug outputs")
    enable_transmission_without_idls_pattern = Field(bool, "w0[17]", doc="send without idle words in between")
    enable_clock_pre_alignment = Field(bool, "w0[18]", doc="align the clock before training")
    enable_des_recal = Field(bool, "w0[19]", doc="calibrate the deserializer again")
    enable_loopback_en = Field(bool, "w0[20]", doc="connect the sender with the own receiver")
    enable_auto_init = Field(bool, "w0[21]", default=True, doc="initialize the link without being told")


class PhyConfigFPGA(PhyConfigBase):
    """PHY of a link on the FPGA, which leads the initialization."""

    coordinate = PhyConfigFPGAOnDLS
    backends = FPGA
    address = Address(0x88006000, stride=1)
    enable_initialization_master_mode = Field(bool, "w0[6]", default=True, doc="lead the initialization of the link")


class PhyConfigChip(PhyConfigBase):
    """PHY of a link on the chip. Its JTAG registers count the other way round."""

    coordinate = PhyConfigChipOnDLS
    backends = ("JTAGPhyRegister",)
    write_address = Address(7, stride=-1)


class CommonPhyConfigFPGA(Container):
    """Which PHYs of the FPGA are on."""

    coordinate = CommonPhyConfigFPGAOnDLS
    backends = FPGA
    address = Address(0x88004000)
    enable_phy = Array(PhyConfigFPGAOnDLS, bool, lambda phy: f"w0[{phy}]", default=True, doc="PHY switched on")
    get_enable_phy, set_enable_phy = enable_phy.accessors("enable_phy")


class CommonPhyConfigChip(Container):
    """Which PHYs of the chip are on."""

    coordinate = CommonPhyConfigChipOnDLS
    backends = ("OmnibusChipOverJTAG",)
    address = Address(0x40000)
    enable_phy = Array(PhyConfigChipOnDLS, bool, lambda phy: f"w0[{7 - phy}]", default=True, doc="PHY switched on")
    get_enable_phy, set_enable_phy = enable_phy.accessors("enable_phy")


class PhyStatus(Container):
    """Counters of one link."""

    coordinate = PhyStatusOnFPGA
    backends = FPGA

    class CRCErrorCount(BaseType, maximum=COUNT_MAX):
        """Damaged packets."""

    class OnlineTime(BaseType, maximum=COUNT_MAX):
        """Cycles since the link came up."""

    class RxDroppedCount(BaseType, maximum=COUNT_MAX):
        """Dropped packets."""

    class RxCount(BaseType, maximum=COUNT_MAX):
        """Received packets."""

    class TxCount(BaseType, maximum=COUNT_MAX):
        """Sent packets."""

    # three counters in the PHYs' block, eight of a kind in a row, and two per link in the packet layer
    read_address = Address(
        0,
        offsets=(0x88004004, 0x8800400C, 0x88004014, 0x8800C000, 0x8800C001),
        rule=lambda phy: np.multiply.outer(phy, (1, 1, 1, 2, 2)),
    )
    crc_error_count = Field(CRCErrorCount, read="w0[31:0]", doc="packets received with a wrong checksum")
    online_time = Field(OnlineTime, read="w1[31:0]", doc="time since the link came up")
    rx_dropped_count = Field(RxDroppedCount, read="w2[31:0]", doc="packets received and dropped")
    rx_count = Field(RxCount, read="w4[31:0]", doc="packets received")
    tx_count = Field(TxCount, read="w3[31:0]", doc="packets sent")
