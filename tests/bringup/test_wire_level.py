"""The wire's level on a chip: raw registers of every kind of bus, as the original's own tests of that level use them."""

from collections.abc import Iterator

import pytest

import halco
import pyfisch_vx_v3 as fisch
import pyhxcomm_vx as hxcomm

JTAG_SETTLED, OMNIBUS_SETTLED = 10_000, 22 * fisch.fpga_clock_cycles_per_us
SYSTIME_BASE = halco.OmnibusChipOverJTAGAddress(0)
FIRST_WITH_THERMOMETER = 75  # serial number of the carrier (facts: transport 8)
MEMORY = halco.OmnibusAddress(0x80000000)


@pytest.fixture(scope="module")
def connection(reach: None) -> Iterator[hxcomm.ConnectionHandle]:
    with hxcomm.ManagedConnection() as handle:
        yield handle


def wait(builder: fisch.PlaybackProgramBuilder, cycles: int) -> None:
    builder.write(halco.TimerOnDLS(), fisch.Timer())
    builder.write(halco.WaitUntilOnFPGA(), fisch.WaitUntil(cycles))


@pytest.fixture
def builder() -> fisch.PlaybackProgramBuilder:
    """A chip that has just been reset, with its test access port ready."""
    made = fisch.PlaybackProgramBuilder()
    made.write(halco.ResetChipOnDLS(), fisch.ResetChip(True))
    wait(made, 10)
    made.write(halco.ResetChipOnDLS(), fisch.ResetChip(False))
    wait(made, 100)
    made.write(halco.JTAGClockScalerOnDLS(), fisch.JTAGClockScaler(3))
    made.write(halco.ResetJTAGTapOnDLS(), fisch.ResetJTAGTap())
    wait(made, OMNIBUS_SETTLED)
    return made


def test_identity_over_jtag(connection: hxcomm.ConnectionHandle, builder: fisch.PlaybackProgramBuilder) -> None:
    ticket = builder.read(halco.JTAGIdCodeOnDLS())
    wait(builder, JTAG_SETTLED)
    fisch.run(connection, [builder.done()])
    assert str(ticket.get()[0]) == "JTAGIdCode(0x348580af)"


def test_a_register_of_the_chip_over_jtag(connection: hxcomm.ConnectionHandle, builder: fisch.PlaybackProgramBuilder) -> None:
    """Written and read without the highspeed link; the reads of two joined builders keep their tickets."""
    builder.write(SYSTIME_BASE, fisch.OmnibusChipOverJTAG(0x12345678))
    first = builder.read(SYSTIME_BASE)
    other = fisch.PlaybackProgramBuilder()
    other.write([SYSTIME_BASE], [fisch.OmnibusChipOverJTAG(0x87654321)])
    second = other.read([SYSTIME_BASE])
    builder.merge_back(other)
    builder.write(halco.BarrierOnFPGA(), fisch.Barrier(fisch.Barrier.Value.jtag))
    fisch.run(connection, [builder.done()])
    assert [int(ticket.get()[0].get()) for ticket in (first, second)] == [0x12345678, 0x87654321]
    assert first.fpga_time() < second.fpga_time()


def test_byte_enables(connection: hxcomm.ConnectionHandle) -> None:
    builder = fisch.PlaybackProgramBuilder()
    builder.write(MEMORY, fisch.Omnibus(0x12345678))
    tickets = [builder.read(MEMORY)]
    for byte in range(4):
        builder.write(MEMORY, fisch.Omnibus(fisch.Omnibus.Value(0x87654321, [i == byte for i in range(4)])))
        tickets.append(builder.read(MEMORY))
    fisch.run(connection, [builder.done()])
    words = [int(ticket.get()[0].get()) for ticket in tickets]
    assert words == [0x12345678, 0x12345621, 0x12344321, 0x12654321, 0x87654321]
    assert tickets[0].get()[0].get().byte_enables == (True, True, True, True)


def test_devices_of_the_board(connection: hxcomm.ConnectionHandle) -> None:
    """Serial number of the carrier, thermometer, and a register of each power monitor that keeps what is written."""
    builder = fisch.PlaybackProgramBuilder()
    calibrations = [halco.I2CINA219RwRegisterOnBoard(halco.Enum(2 * i + 1)) for i in range(6)]
    serial, heat = builder.read(halco.I2CIdRegisterOnBoard()), builder.read(halco.I2CTempRegisterOnBoard())
    builder.write(calibrations, [fisch.I2CINA219RwRegister(0x1234 + 2 * i) for i in range(6)])
    kept = builder.read(calibrations)
    fisch.run(connection, [builder.done()])
    (entry,) = connection.get_hwdb_entry()
    wings = [fpga.wing for fpga in entry.fpgas.values()]
    assert int(serial.get()[0].get()) == wings[0].eeprom_chip_serial
    if wings[0].handwritten_chip_serial < FIRST_WITH_THERMOMETER:
        with pytest.raises(RuntimeError, match="I2C ack missing"):
            heat.get()
    else:
        assert 15 < (int(heat.get()[0].get()) >> 4) / 16 < 45
    assert [int(register.get()) for register in kept.get()] == [0x1234 + 2 * i for i in range(6)]


def test_ticks_and_the_timer(connection: hxcomm.ConnectionHandle) -> None:
    builder = fisch.PlaybackProgramBuilder()
    tick = builder.read(halco.NullPayloadReadableOnFPGA())
    wait(builder, 1000)
    timer = builder.read([halco.TimerOnDLS(), halco.TimerOnDLS()])
    fisch.run(connection, [builder.done()])
    assert tick.get() == [fisch.NullPayloadReadable()]
    earlier, later = (int(register.get()) for register in timer.get())
    assert 1000 <= earlier < later < 1020
