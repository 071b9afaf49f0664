"""The FPGA's registers as a table: where they are, what they hold after power-on, who may do what, and how faithful the model is.

Addresses are 32-bit word addresses with bit 31 set. Blocks of memory (`SRAM`, `DRAM`, spike I/O routes) stand in the same table.
Origin: facts: transport 3.1; registers/behaviour; registers/containers (default words). Reset values that software never sees are assumed.
The FPGA of a jBOA setup has routing tables between FPGAs besides, and is assumed to have all the rest.
Not on these FPGAs and therefore undefined: vector generator (shares its addresses with the DRAM), the external blocks at 0x8c000000 and
0x8d000000.
"""

from dataclasses import dataclass
from typing import Final, Literal

Accuracy = Literal["exact", "behavioural", "stored", "unmodelled"]
Access = Literal["rw", "r", "w"]
Setup = Literal["cube", "jboa"]

SMALL_BASE: Final = 0x88000000
SMALL_WORDS: Final = 0x10000
"""Single registers lie in the first 64 Ki words of the FPGA's register space."""
SRAM_BASE: Final = 0x80000000
SRAM_WORDS: Final = 32768
DRAM_BASE: Final = 0x84000000
DRAM_WORDS: Final = 0x04000000
SPIKE_IO_BASE: Final = 0x88020000
SPIKE_IO_WORDS: Final = 0x18001
ROUTING_BASE: Final = 0x880C0000
ROUTING_WORDS: Final = 0x20000


@dataclass(frozen=True, slots=True)
class Register:
    """`count` registers of `width` bits at `address`, `address + stride`, ...

    `volatile`: reading does not just give back what is stored. `effect`: writing does more than storing.
    """

    name: str
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


_R = Register
REGISTERS: Final[tuple[Register, ...]] = (
    _R("external SRAM", SRAM_BASE, 32, 0, "rw", "exact", "memory for the PPUs, byte 0 of a word is its most significant byte", SRAM_WORDS),
    _R(
        "external DRAM",
        DRAM_BASE,
        32,
        0,
        "rw",
        "exact",
        "memory for the PPUs, same byte order; kept in pages, what was never written is 0",
        DRAM_WORDS,
    ),
    _R(
        "write response filter",
        0x88000000,
        1,
        1,
        "rw",
        "stored",
        "bit 0: responses of writes are not reported; the model never reports them",
    ),
    _R("device DNA high", 0x88000003, 25, 0, "r", "exact", "bits 56:32 of the FPGA's identification", volatile=True),
    _R("device DNA low", 0x88000004, 32, 0, "r", "exact", "bits 31:0", volatile=True),
    _R(
        "event recording",
        0x88000005,
        1,
        1,
        "rw",
        "exact",
        "bit 0: spikes and MADC samples go into the trace; reset value inferred",
        effect=True,
    ),
    _R("polling address", 0x88000006, 32, 0, "rw", "exact", "address read by PollingOmnibusBlock"),
    _R("polling target", 0x88000007, 32, 0, "rw", "exact", "value compared with"),
    _R("polling mask", 0x88000008, 32, 0, "rw", "exact", "bits compared"),
    _R("instruction timeout", 0x88000009, 32, 1_250_000, "rw", "exact", "cycles an instruction may block", effect=True),
    _R(
        "systime correction barrier",
        0x8800000B,
        1,
        0,
        "rw",
        "stored",
        "bit 0 arms the barrier on another kind of FPGA; here it returns at once",
    ),
    _R("timer", 0x8800000C, 32, 0, "r", "exact", "playback timer [cycles]", volatile=True),
    _R("systime retries", 0x88002000, 4, 3, "rw", "behavioural", "how often a failed system time sync is tried again"),
    _R("systime last round trip", 0x88002001, 32, 0, "r", "behavioural", "[42:32], then [31:0]; cycles of the last sync", 2, volatile=True),
    _R(
        "systime last chip time",
        0x88002003,
        32,
        0,
        "r",
        "behavioural",
        "[42:32], then [31:0]; chip time at the last sync",
        2,
        volatile=True,
    ),
    _R("systime active", 0x88002005, 1, 0, "r", "behavioural", "bit 0: a sync is running", volatile=True),
    _R("PHY enable", 0x88004000, 8, 0, "rw", "exact", "bit n: PHY n", effect=True),
    _R("PHY CRC errors", 0x88004004, 32, 0, "r", "behavioural", "PHY n; there are none unless injected", 8, volatile=True),
    _R("PHY online time", 0x8800400C, 32, 0, "r", "behavioural", "PHY n; cycles since it came up (unit assumed)", 8, volatile=True),
    _R("PHY dropped words", 0x88004014, 32, 0, "r", "behavioural", "PHY n; events from the chip lost by injection", 8, volatile=True),
    _R("PHY config", 0x88006000, 22, 0, "rw", "behavioural", "PHY n; see hicannx_sim.chip.link for the bits that matter", 8, effect=True),
    _R(
        "SPI",
        0x88007000,
        32,
        0,
        "w",
        "behavioural",
        "[7:0] byte to device a, bit 31 closes the transfer; undefined where the board has no device",
        6,
        effect=True,
    ),
    _R(
        "I2C",
        0x88007800,
        32,
        0,
        "rw",
        "behavioural",
        "[7:0] byte to or from device a; +0x80 stop, +0x100 repeated start, +0x200 prescaler",
        0x300,
        volatile=True,
        effect=True,
    ),
    _R(
        "event switch",
        0x88007C00,
        32,
        0,
        "rw",
        "stored",
        "sources to executor, chip and outside, configuration; for another kind of network, no effect here",
        4,
    ),
    _R("event switch readout", 0x88007C04, 32, 0, "r", "stored", "systime offset, global systime, last global systime, two words each", 6),
    _R("performance test", 0x88008000, 1, 0, "rw", "behavioural", "bit 0: fills the link with test words", effect=True),
    _R("performance test result", 0x88008001, 32, 0, "r", "behavioural", "sent, received, in order, first wrong word", 4, volatile=True),
    _R("L2 words sent", 0x8800C000, 32, 0, "r", "behavioural", "PHY n at 2n", 8, 2, volatile=True),
    _R("L2 words received", 0x8800C001, 32, 0, "r", "behavioural", "PHY n at 2n+1", 8, 2, volatile=True),
    _R("ARQ counters", 0x8800C010, 32, 0, "r", "behavioural", "written, sent, received, read words of the omnibus link", 4, volatile=True),
    _R(
        "spike I/O output route",
        0x88020000,
        8,
        0xFF,
        "rw",
        "exact",
        "serial address of a label, 0xff: silent; reset value assumed",
        65536,
        effect=True,
    ),
    _R(
        "spike I/O input route",
        0x88030000,
        16,
        0xFFFF,
        "rw",
        "exact",
        "label of a serial address, 0xffff: silent; reset value assumed",
        256,
    ),
    _R(
        "spike I/O config",
        0x88038000,
        19,
        1,
        "rw",
        "behavioural",
        "[15:0] rate scaler, [16] send, [17] receive, [18] internal loopback",
        effect=True,
    ),
)
"""The FPGA of a cube setup."""

ROUTING_TABLES: Final[tuple[Register, ...]] = (
    _R("input routing table", 0x880C0000, 17, 0, "rw", "exact", "label of a routing label; [16] enable", 32768, effect=True),
    _R("output routing table", 0x880D0000, 16, 0, "rw", "exact", "routing label of a label; [15] enable", 65536, effect=True),
)
"""What the FPGA of a jBOA setup has besides."""


def registers_of(setup: Setup) -> tuple[Register, ...]:
    """All rows of the FPGA of a setup."""
    return REGISTERS + ROUTING_TABLES if setup == "jboa" else REGISTERS


def find(address: int, setup: Setup = "cube") -> Register | None:
    """The row that holds `address` on the FPGA of a setup, None if there is none."""
    return next((row for row in registers_of(setup) if address in row.addresses()), None)
