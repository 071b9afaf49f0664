"""Once on the chip: clocks, high-speed links, JTAG, resets and system time; and the bare omnibus address."""

from halco.conversions import at, to
from halco.kinds import Coordinate
from halco.value import BaseType, Linear

__all__ = [
    "ADPLLOnDLS", "ChipOnDLS", "CommonPhyConfigChipOnDLS", "CommonPhyConfigFPGAOnDLS", "JTAGClockScalerOnDLS", "JTAGIdCodeOnDLS",
    "JTAGPLLRegisterOnDLS", "JTAGPhyRegisterOnDLS", "MemoryTimingOnDLS", "OmnibusAddress", "OmnibusChipOverJTAGAddress",
    "PLLClockOutputBlockOnDLS", "PLLClockOutputOnDLS", "PLLSelfTestOnDLS", "PLLSelfTestStatusOnDLS", "PhyConfigChipOnDLS",
    "PhyConfigFPGAOnDLS", "ResetChipOnDLS", "ResetJTAGTapOnDLS", "SystimeSyncBaseOnDLS", "TimerOnDLS",
]  # fmt: skip


class ChipOnDLS(Linear, Coordinate, size=1):
    """The chip as a whole."""


class MemoryTimingOnDLS(Linear, Coordinate, size=1):
    """The timing of all SRAMs of the chip."""


class OmnibusAddress(BaseType, maximum=0xFFFFFFFF):
    """32-bit word address on the omnibus of chip or FPGA."""


class OmnibusChipOverJTAGAddress(BaseType, maximum=0xFFFFFFFF):
    """32-bit word address on the chip's omnibus, reached through JTAG."""


class TimerOnDLS(Linear, Coordinate, size=1):
    """Timer of the playback executor."""


class SystimeSyncBaseOnDLS(Linear, Coordinate, size=1):
    """System time the chip starts from when it is synchronised."""


class ResetChipOnDLS(Linear, Coordinate, size=1):
    """Reset line of the chip."""


class ResetJTAGTapOnDLS(Linear, Coordinate, size=1):
    """Reset of the JTAG state machine."""


class JTAGClockScalerOnDLS(Linear, Coordinate, size=1):
    """Divider of the JTAG clock."""


class JTAGIdCodeOnDLS(Linear, Coordinate, size=1):
    """Identification register of the chip."""


class JTAGPLLRegisterOnDLS(Linear, size=8):
    """Clock generation register behind JTAG."""


class JTAGPhyRegisterOnDLS(Linear, size=8):
    """Link register behind JTAG; it counts against the links."""


class ADPLLOnDLS(Linear, Coordinate, size=2):
    """Phase-locked loop."""


class PLLClockOutputOnDLS(Linear, size=4):
    """Clock made from the phase-locked loops."""

    serdes_ser_send_clk = at(0)
    phy_ref_clk = at(1)
    ppu_clk = at(2)
    madc_clk = at(3)


class PLLClockOutputBlockOnDLS(Linear, Coordinate, size=1):
    """Settings of all clock outputs."""


class PLLSelfTestOnDLS(Linear, Coordinate, size=1):
    """Self test of a phase-locked loop."""


class PLLSelfTestStatusOnDLS(Linear, Coordinate, size=1):
    """Result of the self test."""


class PhyConfigFPGAOnDLS(Linear, Coordinate, size=8):
    """High-speed link, FPGA side."""


class PhyConfigChipOnDLS(Linear, Coordinate, size=8):
    """High-speed link, chip side."""

    toJTAGPhyRegisterOnDLS = to(lambda e: 7 - e)


class CommonPhyConfigFPGAOnDLS(Linear, Coordinate, size=1):
    """Enables of all high-speed links, FPGA side."""


class CommonPhyConfigChipOnDLS(Linear, Coordinate, size=1):
    """Enables of all high-speed links, chip side."""
