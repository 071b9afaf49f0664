"""The messages on the wire between host and FPGA, as data. No other place holds these numbers.

A direction is an ordered list of messages; the header byte of a message is its position in the list. The header stands in the most
significant byte, the payload in the least significant bits, the gap between them is zero. A message to the FPGA always fills one 64-bit
word. A message from the FPGA is 8 bytes long, or 10 if its payload is 72 bits wide. (facts: transport 1)
"""

from dataclasses import dataclass

HEADER_BITS = 8
WORD_BITS = 64
COMMA = 0x80  # top bit of a header byte: no message starts here, the rest of the 64-bit word is filling
TIME_BITS = 43  # FPGA and chip time, in FPGA cycles of 8 ns
EVENT_BITS = 24  # one event from the FPGA: 8 bits of chip time, 16 bits of body


@dataclass(frozen=True, slots=True)
class Field:
    """Bits [high:low] of a message's payload."""

    name: str
    high: int
    low: int = 0  # a field that starts at bit 0 says only where it ends

    def get(self, payload: int) -> int:
        return payload >> self.low & (1 << self.high - self.low + 1) - 1


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of message: `group` and `name` as in the original dictionary, payload width and fields."""

    header: int
    group: str
    name: str
    payload_bits: int
    fields: tuple[Field, ...] = ()

    @property
    def bytes(self) -> int:
        """Length on the wire from the FPGA (to the FPGA every message is one 64-bit word)."""
        return max((HEADER_BITS + self.payload_bits + 7) // 8, WORD_BITS // 8)

    def describe(self, payload: int) -> str:
        """One line for people: `omnibus_to_fpga::Address(address=0x8800000c, byte_enables=0xf, is_read=1)`."""
        return f"{self.group}::{self.name}({', '.join(f'{field.name}={field.get(payload):#x}' for field in self.fields)})"


def _messages(*rows: tuple[str, str, int, tuple[Field, ...]]) -> tuple[Message, ...]:
    return tuple(Message(header, *row) for header, row in enumerate(rows))


def _flags(*names: str) -> tuple[Field, ...]:
    """Single bits, from bit 0 on."""
    return tuple(Field(name, bit, bit) for bit, name in enumerate(names))


def _pack(name: str, bits: int, count: int) -> tuple[Field, ...]:
    """`count` equal parts, the first one most significant."""
    return tuple(Field(f"{name}{i}", bits * (count - i) - 1, bits * (count - 1 - i)) for i in range(count))


TO_FPGA = _messages(
    ("to_fpga_jtag", "Init", 0, ()),
    ("to_fpga_jtag", "Scaler", 8, (Field("divider", 7),)),
    ("to_fpga_jtag", "Ins", 7, (Field("instruction", 6),)),
    ("to_fpga_jtag", "Data", 56, (Field("data", 32), Field("bits", 47, 40), Field("keep_response", 48, 48))),
    ("timing", "Setup", 0, ()),
    ("timing", "WaitUntil", 32, (Field("time", 31),)),
    ("timing", "SystimeInit", 1, (Field("sync", 0),)),
    ("timing", "Barrier", 5, _flags("omnibus", "jtag", "systime", "multi_fpga", "systime_correction")),
    ("timing", "PollingOmnibusBlock", 1, (Field("expects_equality", 0),)),
    ("system", "Reset", 1, (Field("asserted", 0),)),
    ("system", "Loopback", 1, (Field("tick", 0),)),
    ("omnibus_to_fpga", "Address", 37, (Field("address", 31), Field("byte_enables", 35, 32), Field("is_read", 36, 36))),
    ("omnibus_to_fpga", "Data", 32, (Field("data", 31),)),
    ("event_to_fpga", "SpikePack1", 16, _pack("label", 16, 1)),
    ("event_to_fpga", "SpikePack2", 32, _pack("label", 16, 2)),
    ("event_to_fpga", "SpikePack3", 48, _pack("label", 16, 3)),
)

FROM_FPGA = _messages(
    ("jtag_from_hicann", "Data", 33, (Field("data", 32),)),
    ("omnibus_from_fpga", "Data", 32, (Field("data", 31),)),
    ("from_fpga_system", "Loopback", 1, (Field("tick", 0),)),
    (
        "from_fpga_system",
        "HighspeedLinkNotification",
        8,
        (*_flags("check_error", "crc_recover", "crc_error", "decode_error", "link_up"), Field("phy", 7, 5)),
    ),
    (
        "from_fpga_system",
        "TimeoutNotification",
        45,
        (Field("instruction", 31), Field("trace_stalls", 38, 32), Field("omnibus_reads", 44, 39)),
    ),
    ("timing_from_fpga", "Systime", 43, (Field("time", 42),)),
    ("timing_from_fpga", "Sysdelta", 8, (Field("delta", 7),)),
    ("event_from_fpga", "MADCSamplePack1", 24, _pack("sample", EVENT_BITS, 1)),
    ("event_from_fpga", "MADCSamplePack2", 48, _pack("sample", EVENT_BITS, 2)),
    ("event_from_fpga", "MADCSamplePack3", 72, _pack("sample", EVENT_BITS, 3)),
    ("event_from_fpga", "SpikePack1", 24, _pack("spike", EVENT_BITS, 1)),
    ("event_from_fpga", "SpikePack2", 48, _pack("spike", EVENT_BITS, 2)),
    ("event_from_fpga", "SpikePack3", 72, _pack("spike", EVENT_BITS, 3)),
)

JTAG_DATA_BITS = range(3, 34)  # lengths of one JTAG scan
TRACE_STALLS_MAX = 96  # a larger number in a time-out notification is not understood by the original host software
OMNIBUS_READS_MAX = 52

# values of the JTAG instruction register (facts: transport 1.2)
JTAG_INSTRUCTION = {
    "EXTEST": 0,
    "IDCODE": 1,
    "SAMPLE_PRELOAD": 2,
    "PLL_TARGET_REG": 3,
    "SHIFT_PLL": 4,
    "OMNIBUS_ADDRESS": 5,
    "OMNIBUS_DATA": 6,
    "OMNIBUS_REQUEST": 7,
    "BYPASS": 127,
    **{f"PHY{n}": 1 << 6 | n << 3 | 4 for n in range(8)},
}

HALT_WORD = 0x0A << 56  # closes a program: echoed when everything before it is done
