"""How each kind of register is reached: one row per backend. The compiled access sequences (access.pyx) work from this table.

Addresses are enum values of the backend's own coordinate, for the two omnibus backends they are omnibus addresses. Data are 32-bit words; a
spike pack of N labels takes N of them, everything else one per address. (facts: transport 1.2, 2.9, 3.1, 4; golden programs)
"""

from dataclasses import dataclass
from enum import IntEnum

from fisch.errors import AccessError


class Backend(IntEnum):
    """Backends in the original's order (facts: registers/api_surface)."""

    PollingOmnibusBlock = 0
    Barrier = 1
    WaitUntil = 2
    SystimeSync = 3
    SpikePack1ToChip = 4
    SpikePack2ToChip = 5
    SpikePack3ToChip = 6
    OmnibusChipOverJTAG = 7
    Omnibus = 8
    JTAGClockScaler = 9
    JTAGIdCode = 10
    JTAGPLLRegister = 11
    JTAGPhyRegister = 12
    ResetJTAGTap = 13
    ResetChip = 14
    Timer = 15
    SPIDACDataRegister = 16
    SPIDACControlRegister = 17
    SPIShiftRegister = 18
    NullPayloadReadable = 19
    I2CIdRegister = 20
    I2CTempRegister = 21
    I2CINA219RoRegister = 22
    I2CINA219RwRegister = 23
    I2CTCA9554RoRegister = 24
    I2CTCA9554RwRegister = 25
    I2CAD5252RwRegister = 26
    I2CDAC6573RwRegister = 27
    I2CTCA9546Register = 28


def backend(name: str) -> Backend:
    """The backend of that name; AccessError if there is none."""
    try:
        return Backend[name]
    except KeyError:
        raise AccessError(f"there is no backend '{name}', only {', '.join(Backend.__members__)}") from None


class Sequence(IntEnum):
    """Which messages an access consists of."""

    NONE = 0  # not possible
    MESSAGE = 1  # one message, the word is its payload
    SPIKES = 2  # one message for several labels
    OMNIBUS = 3
    OMNIBUS_OVER_JTAG = 4
    PLL = 5  # select the target register, shift the word
    PHY = 6  # shift into the PHY's own JTAG register
    IDCODE = 7
    FPGA_REGISTER = 8  # read of one fixed omnibus address
    SPI = 9  # bytes to one SPI device, the last one with the stop bit
    I2C = 10  # register number, then the bytes
    I2C_PLAIN = 11  # bytes without a register number
    SPI_REGISTER = 12  # register number as a byte of its own, then the whole word with the stop bit


class Responses(IntEnum):
    """Class of messages that answer a read; each class keeps the order of the requests."""

    NONE = 0
    OMNIBUS = 1
    JTAG = 2
    LOOPBACK = 3


@dataclass(frozen=True, slots=True)
class Access:
    """One backend. `size` addresses of `bits`-wide values.

    `device` is the address on the bus of the first device, devices follow in steps of `step` and have `len(registers)` registers each;
    `length` bytes go over the bus, with the value `shift` bits up.
    """

    coordinate: str
    write: Sequence
    read: Sequence = Sequence.NONE
    answers: Responses = Responses.NONE
    responses: int = 0  # per address read
    bits: int = 32
    size: int = 1
    header: int = 0
    device: int = 0
    step: int = 1
    registers: tuple[int, ...] = (0,)
    length: int = 1
    shift: int = 0


def _i2c(
    coordinate: str,
    device: int,
    registers: tuple[int, ...],
    length: int,
    devices: int = 1,
    write: Sequence = Sequence.NONE,
    bits: int = 0,
    shift: int = 0,
) -> Access:
    size = devices * len(registers)
    return Access(
        coordinate, write, Sequence.I2C, Responses.OMNIBUS, length, bits or 8 * length, size, 0, device, 1, registers, length, shift
    )


def _dac(coordinate: str, write: Sequence, bits: int, registers: tuple[int, ...]) -> Access:
    """Both converters: two bytes, of which the upper bits say which register is meant."""
    return Access(coordinate, write, bits=bits, size=2 * len(registers), device=2, step=2, registers=registers, length=2)


SPI = 0x88007000  # + device; a byte per write
SPI_STOP = 1 << 31
I2C = 0x88007800  # + 7-bit address of the device; a byte per access
I2C_STOP = 0x80
I2C_MISSING_ACK = 1 << 31
TIMER = 0x8800000C

_PLAIN, _OMNIBUS, _I2C = Sequence.MESSAGE, Responses.OMNIBUS, Sequence.I2C

ACCESS: tuple[Access, ...] = (
    Access("PollingOmnibusBlockOnFPGA", _PLAIN, bits=1, header=0x08),
    Access("BarrierOnFPGA", _PLAIN, bits=5, header=0x07),
    Access("WaitUntilOnFPGA", _PLAIN, header=0x05),
    Access("SystimeSyncOnFPGA", _PLAIN, bits=1, header=0x06),
    Access("SpikePack1ToChipOnDLS", Sequence.SPIKES, bits=16, length=1),
    Access("SpikePack2ToChipOnDLS", Sequence.SPIKES, bits=16, length=2),
    Access("SpikePack3ToChipOnDLS", Sequence.SPIKES, bits=16, length=3),
    Access("OmnibusChipOverJTAGAddress", Sequence.OMNIBUS_OVER_JTAG, Sequence.OMNIBUS_OVER_JTAG, Responses.JTAG, 1, size=1 << 32),
    Access("OmnibusAddress", Sequence.OMNIBUS, Sequence.OMNIBUS, _OMNIBUS, 1, size=1 << 32),
    Access("JTAGClockScalerOnDLS", _PLAIN, bits=8, header=0x01),
    Access("JTAGIdCodeOnDLS", Sequence.NONE, Sequence.IDCODE, Responses.JTAG, 1),
    Access("JTAGPLLRegisterOnDLS", Sequence.PLL, size=8),
    Access("JTAGPhyRegisterOnDLS", Sequence.PHY, bits=22, size=8),
    Access("ResetJTAGTapOnDLS", _PLAIN, bits=0, header=0x00),
    Access("ResetChipOnDLS", _PLAIN, bits=1, header=0x09),
    Access("TimerOnDLS", _PLAIN, Sequence.FPGA_REGISTER, _OMNIBUS, 1, bits=0, header=0x04, device=TIMER),  # written it can only be set to 0
    _dac("SPIDACDataRegisterOnBoard", Sequence.SPI, 12, tuple(channel << 12 for channel in range(8))),
    _dac("SPIDACControlRegisterOnBoard", Sequence.SPI_REGISTER, 13, tuple(0x80 | register << 5 for register in range(4))),
    Access("SPIShiftRegisterOnBoard", Sequence.SPI, bits=24, device=1, length=3),
    Access("NullPayloadReadableOnFPGA", Sequence.NONE, _PLAIN, Responses.LOOPBACK, 1, bits=0, header=0x0A),
    _i2c("I2CIdRegisterOnBoard", 0x50, (0xFC,), 4),
    _i2c("I2CTempRegisterOnBoard", 0x48, (0x00,), 2),
    _i2c("I2CINA219RoRegisterOnBoard", 0x40, (1, 2, 3, 4), 2, devices=6),
    _i2c("I2CINA219RwRegisterOnBoard", 0x40, (0, 5), 2, devices=6, write=_I2C),
    _i2c("I2CTCA9554RoRegisterOnBoard", 0x38, (0,), 1),
    _i2c("I2CTCA9554RwRegisterOnBoard", 0x38, (1, 2, 3), 1, write=_I2C),
    _i2c("I2CAD5252RwRegisterOnBoard", 0x2C, (0x01, 0x21, 0x03, 0x23), 1, devices=3, write=_I2C),  # channels 1 and 3: wiper, its memory
    _i2c("I2CDAC6573RwRegisterOnBoard", 0x4C, (0x10, 0x12, 0x14, 0x16), 2, write=_I2C, bits=10, shift=6),
    _i2c("I2CTCA9546RegisterOnBoard", 0x70, (0,), 1, write=Sequence.I2C_PLAIN),
)

LDAC = 2  # written to the DAC's control register 1 after each datum: take it over
LDAC_REGISTER = 1
