"""The FPGA's registers: one row per container of haldls on its omnibus, or per word of one, with how faithfully it is modelled.

Addresses, widths and directions are those of the containers. Registers and memories that no container describes stand at the end with an
address of their own; those of the buses to the board are fisch's. What software never sees of reset values is assumed.
The FPGA of a jBOA setup has routing tables between FPGAs besides, and is assumed to have all the rest.
Not on these FPGAs and therefore undefined: vector generator (shares its addresses with the DRAM), the external blocks at 0x8c000000 and
0x8d000000. (facts: transport 3.1; registers/behaviour; registers/containers)
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import haldls
from fisch import backends
from hicannx_sim.base.numbers import number
from hicannx_sim.base.register_table import Access, Accuracy
from hicannx_sim.chip.masks import field_masks

_PRESCALER: Final = 0x200  # from the first address of the I2C bus
Setup = Literal["cube", "jboa"]
_E, _B, _S = Accuracy.EXACT, Accuracy.BEHAVIOURAL, Accuracy.STORED


@dataclass(frozen=True, slots=True)
class Register:
    """`count` registers of `width` bits at `address`, `address + stride`, ...

    `container`: of haldls, "" where there is none. `volatile`: reading does not just give back what is stored. `effect`: writing does more
    than storing: both stand in the file of the block that attaches itself to the row (see `registers.RegisterBlock`).
    """

    name: str
    container: str
    address: int
    width: int
    reset: int
    access: Access
    accuracy: Accuracy
    meaning: str
    count: int = 1
    stride: int = 1
    volatile: bool = False
    effect: bool = False

    def addresses(self) -> range:
        """All word addresses of this row."""
        return range(self.address, self.address + self.count * self.stride, self.stride)

    @property
    def end(self) -> int:
        """The address behind the last one."""
        return self.addresses()[-1] + 1


def _row(
    name: str,
    container: str,
    accuracy: Accuracy,
    meaning: str,
    words: slice = slice(None),
    reset: int = 0,
    *,
    volatile: bool = False,
    effect: bool = False,
) -> Register:
    """The row of (some words of) a container: at each of its coordinates if it is one word, else these words of its only coordinate."""
    cls: Any = getattr(haldls, container)
    layout, last = cls.layout(), cls.coordinate.size - 1
    written, read = (layout.addresses([0, min(1, last), last], write)[:, words] for write in (True, False))
    place = (written if written.shape[1] else read).T.ravel().tolist()
    masks = [mask for write in (True, False) for mask in field_masks(cls, layout.backend, write)[words]]
    count = len(place) // 3 if last == 0 else last + 1
    stride = place[3] - place[0] if last == 0 and count > 1 else place[1] - place[0] or 1
    if place[-1] != place[0] + (count - 1) * stride:
        raise ValueError(f"the words of {container} do not stand at equal distances: they need a row each")
    access: Access = "rw" if written.shape[1] and read.shape[1] else "w" if written.shape[1] else "r"
    width = max(masks).bit_length()
    return Register(name, container, place[0], width, reset, access, accuracy, meaning, count, stride, volatile, effect)


REGISTERS: Final[tuple[Register, ...]] = (
    _row("external SRAM", "ExternalPPUMemoryQuad", _E, "memory for the PPUs, byte 0 of a word is its most significant byte"),
    _row(
        "external DRAM",
        "ExternalPPUDRAMMemoryQuad",
        _E,
        "memory for the PPUs, same byte order; kept in pages, what was never written is 0",
    ),
    Register(
        "write response filter",
        "",
        0x88000000,
        1,
        1,
        "rw",
        _S,
        "bit 0: responses of writes are not reported; the model never reports them",
    ),
    _row("device DNA high", "FPGADeviceDNA", _E, "bits 56:32 of the FPGA's identification", slice(0, 1), volatile=True),
    _row("device DNA low", "FPGADeviceDNA", _E, "bits 31:0", slice(1, 2), volatile=True),
    _row(
        "event recording",
        "EventRecordingConfig",
        _E,
        "bit 0: spikes and MADC samples go into the trace; reset value inferred",
        reset=1,
        effect=True,
    ),
    _row("polling address", "PollingOmnibusBlockConfig", _E, "address read by PollingOmnibusBlock", slice(0, 1)),
    _row("polling target", "PollingOmnibusBlockConfig", _E, "value compared with", slice(1, 2)),
    _row("polling mask", "PollingOmnibusBlockConfig", _E, "bits compared", slice(2, 3)),
    _row(
        "instruction timeout",
        "InstructionTimeoutConfig",
        _E,
        "cycles an instruction may block",
        reset=int(number("instruction_timeout")),
        effect=True,
    ),
    _row(
        "systime correction barrier",
        "SystimeCorrectionBarrierConfig",
        _S,
        "bit 0 arms the barrier on another kind of FPGA; here it returns at once",
    ),
    Register("timer", "", backends.TIMER, 32, 0, "r", _E, "playback timer [cycles]", volatile=True),
    _row("systime retries", "FPGASystimeSyncNumRetries", _B, "how often a failed system time sync is tried again", reset=3),
    _row("systime last round trip", "FPGASystimeSyncLastRTT", _B, "[42:32], then [31:0]; cycles of the last sync", volatile=True),
    _row(
        "systime last chip time",
        "FPGASystimeSyncLastAsicSystime",
        _B,
        "[42:32], then [31:0]; chip time at the last sync",
        volatile=True,
    ),
    _row("systime active", "FPGASystimeSyncActiveState", _B, "bit 0: a sync is running", volatile=True),
    _row("PHY enable", "CommonPhyConfigFPGA", _E, "bit n: PHY n", effect=True),
    _row("PHY CRC errors", "PhyStatus", _B, "PHY n; there are none unless injected", slice(0, 1), volatile=True),
    _row("PHY online time", "PhyStatus", _B, "PHY n; cycles since it came up (unit assumed)", slice(1, 2), volatile=True),
    _row("PHY dropped words", "PhyStatus", _B, "PHY n; events from the chip lost by injection", slice(2, 3), volatile=True),
    _row("PHY config", "PhyConfigFPGA", _B, "PHY n; see hicannx_sim.chip.link for the bits that matter", effect=True),
    Register(
        "SPI",
        "",
        backends.SPI,
        32,
        0,
        "w",
        _B,
        "[7:0] byte to device a, bit 31 closes the transfer; undefined where the board has no device",
        6,
        effect=True,
    ),
    Register(
        "I2C",
        "",
        backends.I2C,
        32,
        0,
        "rw",
        _B,
        "[7:0] byte to or from device a; +0x80 stop, +0x100 repeated start",
        _PRESCALER,
        volatile=True,
        effect=True,
    ),
    Register(
        "I2C prescaler",
        "",
        backends.I2C + _PRESCALER,
        16,
        int(number("i2c_prescaler")),
        "rw",
        _B,
        "cycles of the FPGA in a bit, at all of these addresses; reset value assumed",
        0x100,
        volatile=True,
        effect=True,
    ),
    Register(
        "event switch",
        "",
        0x88007C00,
        32,
        0,
        "rw",
        _S,
        "sources to executor, chip and outside, configuration; for another kind of network, no effect here",
        4,
    ),
    Register(
        "event switch readout",
        "",
        0x88007C04,
        32,
        0,
        "r",
        _S,
        "systime offset, global systime, last global systime, two words each",
        6,
    ),
    _row("performance test", "PerfTest", _B, "bit 0: fills the link with test words", effect=True),
    _row("performance test result", "PerfTestStatus", _B, "sent, received, in order, first wrong word", volatile=True),
    _row("L2 words sent", "PhyStatus", _B, "PHY n at 2n", slice(3, 4), volatile=True),
    _row("L2 words received", "PhyStatus", _B, "PHY n at 2n+1", slice(4, 5), volatile=True),
    _row("ARQ counters", "HicannARQStatus", _B, "written, sent, received, read words of the omnibus link", volatile=True),
    _row(
        "spike I/O output route",
        "SpikeIOOutputRoute",
        _E,
        "serial address of a label, 0xff: silent; reset value assumed",
        reset=0xFF,
        effect=True,
    ),
    _row(
        "spike I/O input route",
        "SpikeIOInputRoute",
        _E,
        "label of a serial address, 0xffff: silent; reset value assumed",
        reset=0xFFFF,
    ),
    _row(
        "spike I/O config",
        "SpikeIOConfig",
        _B,
        "[15:0] rate scaler, [16] send, [17] receive, [18] internal loopback",
        reset=1,
        effect=True,
    ),
)
"""The FPGA of a cube setup."""

ROUTING_TABLES: Final[tuple[Register, ...]] = (
    _row("input routing table", "InputRoutingTableEntry", _E, "label of a routing label; [16] enable", effect=True),
    _row("output routing table", "OutputRoutingTableEntry", _E, "routing label of a label; [15] enable", effect=True),
)
"""What the FPGA of a jBOA setup has besides."""


def registers_of(setup: Setup) -> tuple[Register, ...]:
    """All rows of the FPGA of a setup."""
    return REGISTERS + ROUTING_TABLES if setup == "jboa" else REGISTERS


def find(address: int, setup: Setup = "cube") -> Register | None:
    """The row that holds `address` on the FPGA of a setup, None if there is none."""
    return next((row for row in registers_of(setup) if address in row.addresses()), None)


def named(name: str) -> Register:
    """The row of that name on any FPGA. KeyError if there is none."""
    rows = {row.name: row for row in registers_of("jboa")}
    return rows[name]
