"""What is known about a setup: which FPGAs it has, and which chip sits on each (facts: transport 7).

Entries carry the original's names. `fisch.database` reads them from files.
"""

import re
from dataclasses import dataclass, field

from fisch.errors import FischError

DNA_PORT_BITS = 57

SynramTiming = tuple[tuple[int, int], tuple[int, int]]  # [top, bottom][west, east]


@dataclass(slots=True)
class HXCubeWingEntry:
    """One chip: its serial numbers and the timing its synapse memories want (None: not known)."""

    handwritten_chip_serial: int = 0
    chip_revision: int = 3
    eeprom_chip_serial: int | None = None
    synram_timing_pcconf: SynramTiming | None = None
    synram_timing_wconf: SynramTiming | None = None


@dataclass(slots=True)
class HXCubeFPGAEntry:
    """One FPGA; `wing` is None where no chip is mounted."""

    ip: str = ""
    wing: HXCubeWingEntry | None = None
    fuse_dna: int | None = None
    ci_test_node: bool = False

    def get_dna_port(self) -> int:
        """Device DNA as the FPGA itself reads it (57 bits): bit i is bit 63 - i of the fuses."""
        if self.fuse_dna is None:
            raise FischError(f"the fuse DNA of the FPGA at '{self.ip}' is not known")
        return sum((self.fuse_dna >> 63 - i & 1) << i for i in range(DNA_PORT_BITS))


@dataclass(slots=True)
class HXCubeSetupEntry:
    """A cube setup: FPGAs by their number."""

    hxcube_id: int = 0
    fpgas: dict[int, HXCubeFPGAEntry] = field(default_factory=dict)
    usb_host: str | None = None
    usb_serial: str | None = None
    xilinx_hw_server: str | None = None

    def get_unique_branch_identifier(self, chip_serial: int) -> str:
        """Name of the chip with this serial number (written by hand or from its EEPROM), such as `hxcube0fpga0chip85_1`."""
        return _identifier(f"hxcube{self.hxcube_id}", self.fpgas, chip_serial)

    @staticmethod
    def get_ids_from_unique_branch_identifier(identifier: str) -> tuple[int, int, int, int]:
        """(setup, FPGA, chip serial, setup version) of such a name; FischError if it is none."""
        return _ids("hxcube", identifier)


@dataclass(slots=True)
class JboaAggregatorEntry:
    """A node that synchronises the FPGAs of a jBOA setup."""

    ip: str = ""
    ci_test_node: bool = False


@dataclass(slots=True)
class JboaSetupEntry:
    """A setup of several chips that run one network."""

    jboa_id: int = 0
    fpgas: dict[int, HXCubeFPGAEntry] = field(default_factory=dict)
    aggregators: dict[int, JboaAggregatorEntry] = field(default_factory=dict)
    usb_host: str | None = None
    usb_serial: str | None = None
    xilinx_hw_server: str | None = None

    def get_unique_branch_identifier(self, chip_serial: int) -> str:
        """Name of the chip with this serial number (written by hand or from its EEPROM), such as `jboa3fpga12chip13_1`."""
        return _identifier(f"jboa{self.jboa_id}", self.fpgas, chip_serial)

    @staticmethod
    def get_ids_from_unique_branch_identifier(identifier: str) -> tuple[int, int, int, int]:
        """(setup, FPGA, chip serial, setup version) of such a name; FischError if it is none."""
        return _ids("jboa", identifier)


@dataclass(slots=True)
class SimulationEntry:
    """A simulated FPGA and chip."""


@dataclass(slots=True)
class ZeroMockEntry:
    """Nothing behind the connection: every read gives 0."""


HwdbEntry = HXCubeSetupEntry | JboaSetupEntry | SimulationEntry | ZeroMockEntry
"""What can be known about a setup, one class per kind of it."""


def _identifier(setup: str, fpgas: dict[int, HXCubeFPGAEntry], chip_serial: int) -> str:
    for number, fpga in sorted(fpgas.items()):
        if fpga.wing and chip_serial in (fpga.wing.handwritten_chip_serial, fpga.wing.eeprom_chip_serial):
            return f"{setup}fpga{number}chip{fpga.wing.handwritten_chip_serial}_1"
    raise FischError(f"No chip with serial {chip_serial} found ({setup})")


def _ids(kind: str, identifier: str) -> tuple[int, int, int, int]:
    found = re.fullmatch(rf"{kind}(\d+)fpga(\d+)chip(\d+)_(\d+)", identifier)
    if found is None:
        raise FischError(f"Found no match for {kind} ID in identifier. ({identifier!r})")
    return tuple(int(part) for part in found.groups())  # type: ignore[return-value]
