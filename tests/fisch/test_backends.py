"""Every backend once: the words of its write and read, from the positions of its coordinate. (facts: transport 2.9, 3.1, 4)"""

import pytest

import fisch
import halco
from fisch import Backend
from fisch.backends import ACCESS, Sequence

IDCODE, PLL_TARGET, PLL_SHIFT, ADDRESS, DATA, REQUEST = 1, 3, 4, 5, 6, 7
SPI, I2C, STOP = 0x88007000, 0x88007800, 0x80
SPI_STOP = 1 << 31


def omnibus(address, word=None, enables=0xF):
    """One access of the omnibus: a write of `word`, or a read."""
    if word is None:
        return [0x0B << 56 | 0x1F << 32 | address]
    return [0x0B << 56 | enables << 32 | address, 0x0C << 56 | word]


def instruction(number):
    return [0x02 << 56 | number]


def scan(data, bits, keep=False):
    return [0x03 << 56 | keep << 48 | bits << 40 | data]


def spi(device, *data):
    return [word for byte in data[:-1] for word in omnibus(SPI + device, byte)] + omnibus(SPI + device, SPI_STOP | data[-1])


def i2c_write(device, *data):
    return [word for byte in data[:-1] for word in omnibus(I2C + device, byte)] + omnibus(I2C + device + STOP, data[-1])


def i2c_read(device, register, length):
    return omnibus(I2C + device, register) + (length - 1) * omnibus(I2C + device) + omnibus(I2C + device + STOP)


def ina219(coordinate):
    return 0x40 + int(coordinate.toINA219OnBoard())


def ad5252(coordinate):
    return 0x2C + int(coordinate.toAD5252ChannelOnBoard().toAD5252OnBoard())


def ad5252_register(coordinate):
    return [0x00, 0x20][int(coordinate.toI2CAD5252RwRegisterOnAD5252Channel())] + [1, 3][int(coordinate.toAD5252ChannelOnAD5252())]


def dac(coordinate):
    return 2 + 2 * int(coordinate.toDACOnBoard())


def dac_data(coordinate, value):
    word = int(coordinate.toSPIDACDataRegisterOnDAC()) << 12 | value
    return spi(dac(coordinate), word >> 8, word & 0xFF) + spi(dac(coordinate), 0x80 | 1 << 5, 2)


WRITES = {
    Backend.PollingOmnibusBlock: lambda c, v: [0x08 << 56 | v],
    Backend.Barrier: lambda c, v: [0x07 << 56 | v],
    Backend.WaitUntil: lambda c, v: [0x05 << 56 | v],
    Backend.SystimeSync: lambda c, v: [0x06 << 56 | v],
    Backend.OmnibusChipOverJTAG: lambda c, v: (
        instruction(ADDRESS) + scan(int(c), 33) + instruction(DATA) + scan(v, 32) + instruction(REQUEST) + scan(0, 3)
    ),
    Backend.JTAGClockScaler: lambda c, v: [0x01 << 56 | v],
    Backend.JTAGPLLRegister: lambda c, v: instruction(PLL_TARGET) + scan(int(c), 4) + instruction(PLL_SHIFT) + scan(v, 32),
    Backend.JTAGPhyRegister: lambda c, v: instruction(1 << 6 | int(c) << 3 | 4) + scan(v, 22),
    Backend.ResetChip: lambda c, v: [0x09 << 56 | v],
    Backend.SPIDACDataRegister: dac_data,
    Backend.SPIDACControlRegister: lambda c, v: spi(dac(c), 0x80 | int(c.toSPIDACControlRegisterOnDAC()) << 5, v),
    Backend.SPIShiftRegister: lambda c, v: spi(1, v >> 16, v >> 8 & 0xFF, v & 0xFF),
    Backend.I2CINA219RwRegister: lambda c, v: i2c_write(ina219(c), [0, 5][int(c.toI2CINA219RwRegisterOnINA219())], v >> 8, v & 0xFF),
    Backend.I2CTCA9554RwRegister: lambda c, v: i2c_write(0x38, int(c.toI2CTCA9554RwRegisterOnTCA9554()) + 1, v),
    Backend.I2CAD5252RwRegister: lambda c, v: i2c_write(ad5252(c), ad5252_register(c), v),
    Backend.I2CDAC6573RwRegister: lambda c, v: i2c_write(0x4C, 0x10 + 2 * int(c.toDAC6573ChannelOnDAC6573()), v >> 2, (v & 3) << 6),
    Backend.I2CTCA9546Register: lambda c, v: i2c_write(0x70, v),
}
READS = {
    Backend.OmnibusChipOverJTAG: lambda c: (
        instruction(ADDRESS) + scan(1 << 32 | int(c), 33) + instruction(REQUEST) + scan(0, 3) + instruction(DATA) + scan(0, 32, True)
    ),
    Backend.Omnibus: lambda c: omnibus(int(c)),
    Backend.JTAGIdCode: lambda c: instruction(IDCODE) + scan(0, 32, True),
    Backend.Timer: lambda c: omnibus(0x8800000C),
    Backend.NullPayloadReadable: lambda c: [0x0A << 56 | 1],
    Backend.I2CIdRegister: lambda c: i2c_read(0x50, 0xFC, 4),
    Backend.I2CTempRegister: lambda c: i2c_read(0x48, 0, 2),
    Backend.I2CINA219RoRegister: lambda c: i2c_read(ina219(c), int(c.toI2CINA219RoRegisterOnINA219()) + 1, 2),
    Backend.I2CINA219RwRegister: lambda c: i2c_read(ina219(c), [0, 5][int(c.toI2CINA219RwRegisterOnINA219())], 2),
    Backend.I2CTCA9554RoRegister: lambda c: i2c_read(0x38, 0, 1),
    Backend.I2CTCA9554RwRegister: lambda c: i2c_read(0x38, int(c.toI2CTCA9554RwRegisterOnTCA9554()) + 1, 1),
    Backend.I2CAD5252RwRegister: lambda c: i2c_read(ad5252(c), ad5252_register(c), 1),
    Backend.I2CDAC6573RwRegister: lambda c: i2c_read(0x4C, 0x10 + 2 * int(c.toDAC6573ChannelOnDAC6573()), 2),
    Backend.I2CTCA9546Register: lambda c: i2c_read(0x70, 0, 1),
}
NOT_NUMBERS = {Backend.Omnibus, Backend.ResetJTAGTap, Backend.Timer, *(Backend[f"SpikePack{n}ToChip"] for n in (1, 2, 3))}


def coordinates(cls):
    place = cls.coordinate_type
    size = getattr(place, "size", None)
    return [place(halco.Enum(i)) for i in range(size)] if size else [place(address) for address in (0, 13, 0x1160002)]


def written(coordinate, container):
    builder = fisch.PlaybackProgramBuilder()
    builder.write(coordinate, container)
    assert builder.is_write_only()
    return builder.words.tolist()


def test_every_backend_is_here():
    writable = {backend for backend in Backend if ACCESS[backend].write != Sequence.NONE}
    assert set(WRITES) == writable - NOT_NUMBERS
    assert set(READS) == {backend for backend in Backend if ACCESS[backend].read != Sequence.NONE}
    assert {backend.name for backend in set(Backend) - writable} == {
        "JTAGIdCode",
        "NullPayloadReadable",
        "I2CIdRegister",
        "I2CTempRegister",
        "I2CINA219RoRegister",
        "I2CTCA9554RoRegister",
    }


@pytest.mark.parametrize("backend", WRITES, ids=lambda backend: backend.name)
def test_write(backend):
    cls = fisch.CONTAINERS[backend]
    for coordinate in coordinates(cls):
        for value in (0, 1, cls.Value.max, 0x5A5A5A5A & cls.Value.max):
            assert written(coordinate, cls(value)) == WRITES[backend](coordinate, value)


@pytest.mark.parametrize("backend", READS, ids=lambda backend: backend.name)
def test_read(backend):
    for coordinate in coordinates(fisch.CONTAINERS[backend]):
        builder = fisch.PlaybackProgramBuilder()
        builder.read(coordinate)
        assert builder.words.tolist() == READS[backend](coordinate)
        assert builder.size_from_fpga() == ACCESS[backend].responses


def test_writes_that_are_not_one_number():
    address = halco.OmnibusAddress(0x2000000)
    value = fisch.Omnibus.Value(0xCAFEBABE, [True, False, True, False])
    assert written(address, fisch.Omnibus(value)) == [0x0B00000502000000, 0x0C000000CAFEBABE]
    assert written(halco.ResetJTAGTapOnDLS(), fisch.ResetJTAGTap()) == [0]
    assert written(halco.TimerOnDLS(), fisch.Timer()) == [0x0400000000000000]
    assert written(halco.SpikePack1ToChipOnDLS(), fisch.SpikePack1ToChip([0x1111])) == [0x0D00000000001111]
    assert written(halco.SpikePack2ToChipOnDLS(), fisch.SpikePack2ToChip([0x1111, 0x2222])) == [0x0E00000011112222]
    assert written(halco.SpikePack3ToChipOnDLS(), fisch.SpikePack3ToChip([0x1111, 0x2222, 0x3333])) == [0x0F00111122223333]


def test_the_timer_can_only_be_set_to_zero():
    with pytest.raises(fisch.AccessError, match=r"cannot write 0x1 to TimerOnDLS\(0\)"):
        written(halco.TimerOnDLS(), fisch.Timer(1))
