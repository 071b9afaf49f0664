"""Sensors and switches of the board, whichever it is."""

from collections.abc import Callable
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, hxcomm, sta

FIRST_WITH_THERMOMETER = 75  # serial number of the chip's carrier
VOLTS = {"vdd12_digital": 1.25, "vdd25_digital": 2.5, "vdd12_analog": 1.2, "vdd25_analog": 2.5, "vdd12_madc": 1.2, "vdd12_pll": 1.2}


def wing(connection: Any) -> Any:
    (entry,) = connection.get_hwdb_entry()
    (fpga,) = entry.fpgas.values()
    return fpga.wing


def test_supplies(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    for monitor in halco.iter_all(halco.INA219ConfigOnBoard):
        builder.write(monitor, hal.INA219Config())
    tickets = {name: builder.read(getattr(halco.INA219StatusOnBoard, name)) for name in VOLTS}
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    execute(builder)
    for name, volts in VOLTS.items():
        status = tickets[name].get()
        assert status.bus_voltage.toUncalibratedVoltage() == pytest.approx(volts, rel=0.05), name
        assert not status.bus_voltage_overflow and 0 < status.toUncalibratedPower().calculate() < 1


def test_monitors_read_back(execute: Callable[[Any], Any]) -> None:
    builder, written, mode = sta.PlaybackProgramBuilder(), {}, hal.INA219Config.ADCMode
    for number, monitor in enumerate(halco.iter_all(halco.INA219ConfigOnBoard)):
        config = hal.INA219Config()
        config.bus_adc_mode, config.shunt_adc_mode = mode(number % 4), mode(8 + number % 4)
        written[monitor] = config
        builder.write(monitor, config)
    tickets = {monitor: builder.read(monitor) for monitor in written}
    execute(builder)
    assert all(ticket.get() == written[monitor] for monitor, ticket in tickets.items())


def test_temperature(fresh: Any) -> None:
    """The thermometer runs from standby power: no initialisation is needed."""
    builder = sta.PlaybackProgramBuilder()
    ticket = builder.read(halco.TMP112StatusOnBoard())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    sta.run(fresh, [builder.done()])
    assert ticket.valid()
    if wing(fresh).handwritten_chip_serial < FIRST_WITH_THERMOMETER:
        with pytest.raises(RuntimeError, match="I2C ack missing"):
            ticket.get()
    else:
        assert 15 <= ticket.get().temperature.toUncalibratedTemperature() <= 45


def test_temperature_of_a_recent_carrier(reach: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded model takes the serial number from its environment."""
    monkeypatch.setenv("HICANNX_CHIP", "85")
    with hxcomm.ManagedConnection() as connection:
        if wing(connection).handwritten_chip_serial != 85:
            pytest.skip("the connection is not the embedded model")
        test_temperature(connection)


def test_lamps(execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """For the eye: each lamp for an eighth of a second, then all for one."""
    builder = sta.PlaybackProgramBuilder()
    lamps = list(halco.iter_all(halco.LEDOnBoard))
    for lit in [[lamp] for lamp in lamps] + [lamps, []]:
        register = hal.ShiftRegister()
        for lamp in lit:
            register.set_enable_led(lamp, True)
        builder.write(halco.ShiftRegisterOnBoard(), register)
        wait(builder, 125_000_000 if len(lit) > 1 else 15_625_000)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert ticket.valid()


def test_a_switched_off_supply_shows(connection: Any) -> None:
    """Only on boards with a shift register. The PLL's supply goes and comes back."""
    if not isinstance(connection.get_hwdb_entry()[0], hxcomm.HXCubeSetupEntry):
        pytest.skip("this board has no shift register")
    seen = []
    for enabled in (True, False, True):
        builder, register = sta.PlaybackProgramBuilder(), hal.ShiftRegister()
        register.set_enable_vdd(halco.VDDOnBoard.vdd12_pll, enabled)
        builder.write(halco.ShiftRegisterOnBoard(), register)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(125_000))
        ticket = builder.read(halco.INA219StatusOnBoard.vdd12_pll)
        sta.run(connection, [builder.done()])
        seen.append(ticket.get().bus_voltage.toUncalibratedVoltage() > 0.5)
    assert seen == [True, False, True]


def test_a_chip_without_its_digital_supply_is_dead(connection: Any) -> None:
    """Neither its JTAG port nor its omnibus answers; with the supply it has to be initialised again."""
    (entry,) = connection.get_hwdb_entry()
    if not isinstance(entry, hxcomm.HXCubeSetupEntry):
        pytest.skip("this board has no shift register")
    for enabled in (True, False):
        builder, register = sta.PlaybackProgramBuilder(), hal.ShiftRegister()
        register.set_enable_vdd(halco.VDDOnBoard.vdd12_digital, enabled)
        builder.write(halco.ShiftRegisterOnBoard(), register)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        builder.write(halco.ResetJTAGTapOnDLS(), hal.ResetJTAGTap())
        identity = builder.read(halco.JTAGIdCodeOnDLS())
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
        sta.run(connection, [builder.done()])
        if enabled:
            assert int(identity.get().part_number) == 0x4858
        else:
            with pytest.raises(RuntimeError):
                identity.get()
    builder.read(halco.SystimeSyncBaseOnDLS())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    with pytest.raises(RuntimeError, match="FPGA sent error notification"):
        sta.run(connection, [builder.done()])
    builder, _ = sta.generate(sta.SystemInit(entry))
    base = builder.read(halco.SystimeSyncBaseOnDLS())
    sta.run(connection, [builder.done()])
    assert base.get() == hal.SystimeSyncBase()


def test_dac_codes_move_supplies(execute: Callable[[Any], Any], wait: Callable[[Any, int], None], connection: Any) -> None:
    """Software's two settings of the digital supply are 50 mV apart."""
    if not isinstance(connection.get_hwdb_entry()[0], hxcomm.HXCubeSetupEntry):
        pytest.skip("this board has no DACs behind its regulators")
    builder, tickets = sta.PlaybackProgramBuilder(), []
    for code in (2090, 1630):
        channel = hal.DACChannel()
        channel.value = hal.DACChannel.Value(code)
        builder.write(halco.DACChannelOnBoard.vdd12_digital, channel)
        wait(builder, 125_000)
        tickets.append(builder.read(halco.INA219StatusOnBoard.vdd12_digital))
    execute(builder)
    high, low = (ticket.get().bus_voltage.toUncalibratedVoltage() for ticket in tickets)
    assert high - low == pytest.approx(0.05, abs=0.02)
