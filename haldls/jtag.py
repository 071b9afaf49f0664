"""Reset and JTAG: the way into the chip before its high-speed links are up."""

from __future__ import annotations

from typing import Any

from halco import JTAGClockScalerOnDLS, JTAGIdCodeOnDLS, Linear, ResetChipOnDLS, ResetJTAGTapOnDLS
from haldls.container import Address, Container
from haldls.errors import FieldValueError
from haldls.fields import Field

__all__ = ["JTAGClockScaler", "JTAGIdCode", "ResetChip", "ResetJTAGTap"]


class ResetChip(Container):
    """The chip's reset line. Hold it for 10 FPGA cycles and give the chip 100 cycles afterwards."""

    coordinate = ResetChipOnDLS
    backends = ("ResetChip",)
    write_address = Address(0)
    constructor = ("value",)
    value = Field(bool, "w0[0]", doc="hold the chip in reset")

    def get(self) -> bool:
        """Whether the reset is held."""
        return self.value

    def set(self, value: bool) -> None:
        """Holds or releases the reset."""
        self.value = value


class JTAGClockScaler(Container):
    """Divider of the JTAG clock."""

    coordinate = JTAGClockScalerOnDLS
    backends = ("JTAGClockScaler",)
    write_address = Address(0)
    constructor = ("value",)

    class Value(Linear, max=255, default=6):
        """Division of the FPGA clock; a larger value is slower."""

    value = Field(Value, "w0[7:0]", doc="division of the FPGA clock")

    def get(self) -> JTAGClockScaler.Value:
        """The divider."""
        return self.value

    def set(self, value: JTAGClockScaler.Value | int) -> None:
        """Sets the divider."""
        self.value = value


class ResetJTAGTap(Container):
    """Brings the chip's test access port into its idle state. Needed once before any other JTAG access."""

    coordinate = ResetJTAGTapOnDLS
    backends = ("ResetJTAGTap",)
    write_address = Address(0)


class JTAGIdCode(Container):
    """Identity of the chip: version 3, part number 0x4858 ("HX"), manufacturer 0x057 on the third revision."""

    coordinate = JTAGIdCodeOnDLS
    backends = ("JTAGIdCode",)
    read_address = Address(0)

    class Version(Linear, max=15):
        """Revision of the chip."""

    class PartNumber(Linear, max=0xFFFF):
        """Kind of the chip."""

    class ManufacturerId(Linear, max=0x7FF):
        """Maker of the chip."""

    version = Field(Version, read="w0[31:28]", doc="revision of the chip")
    part_number = Field(PartNumber, read="w0[27:12]", doc="kind of the chip")
    manufacturer_id = Field(ManufacturerId, read="w0[11:1]", doc="maker of the chip")

    def _decode_hook(self, words: Any, backend: str) -> None:
        # the lowest bit of every identity is 1; it is no field, and a 0 means that nobody answered
        if not words[0] & 1:
            raise FieldValueError(f"{int(words[0]):#010x} is no JTAG identity: its lowest bit, the marker, is 0. Is the chip out of reset?")
