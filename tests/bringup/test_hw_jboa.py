"""A setup with a jBOA board: its initialisation, its I2C devices, and spikes between FPGAs."""

from collections.abc import Iterator
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta


@pytest.fixture
def jboa(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A connection to an initialised jBOA setup; the embedded model becomes one on demand."""
    monkeypatch.setenv("HICANNX_SETUP", "jboa")
    with hxcomm.ManagedConnection() as connection:
        (entry,) = connection.get_hwdb_entry()
        if not isinstance(entry, hxcomm.JboaSetupEntry):
            pytest.skip("not a jBOA setup")
        builder, _ = sta.generate(sta.SystemInit(entry))
        sta.run(connection, [builder.done()])
        yield connection


def test_the_chip_answers(jboa: Any) -> None:
    builder = sta.PlaybackProgramBuilder()
    ticket = builder.read(halco.ReferenceGeneratorConfigOnDLS())
    sta.run(jboa, [builder.done()])
    assert ticket.get() == hal.ReferenceGeneratorConfig() and "jboa" in jboa.get_unique_identifier()[0]


def test_initialisation_reached_the_devices(jboa: Any) -> None:
    builder = sta.PlaybackProgramBuilder()
    multiplexer, expander = builder.read(halco.TCA9546OnBoard()), builder.read(halco.TCA9554ConfigOnBoard())
    inputs = builder.read(halco.TCA9554InputsOnBoard())
    presets = {"vdd_12digital": "default_pot_12_digital", "vdd_12pll": "default_pot_12", "vdd_25analog": "default_pot_25"}
    wipers = {name: builder.read(getattr(halco.AD5252ChannelConfigOnBoard, name)) for name in presets}
    sta.run(jboa, [builder.done()])
    assert multiplexer.get() == hal.TCA9546ChannelConfig.default_mux and expander.get() == hal.TCA9554Config()
    assert not any(inputs.get().channel_input)
    assert all(wipers[name].get() == getattr(hal.AD5252ChannelConfig, preset) for name, preset in presets.items())


def test_supplies(jboa: Any) -> None:
    volts = {"vdd12_digital": 1.25, "vdd25_digital": 2.5, "vdd12_analog": 1.2, "vdd25_analog": 2.5, "vdd12_madc": 1.2, "vdd12_pll": 1.2}
    builder = sta.PlaybackProgramBuilder()
    tickets = {name: builder.read(getattr(halco.INA219StatusOnBoard, name)) for name in volts}
    sta.run(jboa, [builder.done()])
    for name, expected in volts.items():
        assert tickets[name].get().bus_voltage.toUncalibratedVoltage() == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("name", "coordinate"),
    [("AD5252ChannelConfig", halco.AD5252ChannelConfigOnBoard), ("DAC6573ChannelConfig", halco.DAC6573ChannelOnBoard)],
)
def test_analog_settings_read_back(name: str, coordinate: Any, jboa: Any) -> None:
    """All channels. The persistent settings of the potentiometers wear out and stay as they are."""
    builder, written, places = sta.PlaybackProgramBuilder(), [], list(halco.iter_all(coordinate))
    for number, place in enumerate(places):
        config = getattr(hal, name)()
        config.value = 0xA0 + number
        builder.write(place, config)
        written.append(config)
    tickets = [builder.read(place) for place in places]
    sta.run(jboa, [builder.done()])
    assert [ticket.get() for ticket in tickets] == written


def test_expander_reads_back_and_switches(jboa: Any) -> None:
    """The pin that switches the lamp off."""
    builder, tickets = sta.PlaybackProgramBuilder(), []
    for dark in (True, False):
        config = hal.TCA9554Config()
        config.channel_output[halco.TCA9554ChannelOnBoard.disable_led] = dark
        builder.write(halco.TCA9554ConfigOnBoard(), config)
        tickets.append((config, builder.read(halco.TCA9554ConfigOnBoard()), builder.read(halco.TCA9554InputsOnBoard())))
    sta.run(jboa, [builder.done()])
    for config, kept, level in tickets:
        assert kept.get() == config
        assert list(level.get().channel_input) == list(config.channel_output)


def route(label: int, routing: int, target: int) -> tuple[Any, Any]:
    """Tables in which one label leaves and comes back as another one."""
    outputs, inputs = lola.OutputRoutingTable(), lola.InputRoutingTable()
    entry_out, entry_in = hal.OutputRoutingTableEntry(), hal.InputRoutingTableEntry()
    entry_out.label, entry_out.enable = hal.OutputRoutingTableEntry.Label(routing), True
    entry_in.label, entry_in.enable = hal.InputRoutingTableEntry.Label(target), True
    outputs.entries[halco.OutputRoutingTableEntryOnFPGA(label)] = entry_out
    inputs.entries[halco.InputRoutingTableEntryOnFPGA(routing)] = entry_in
    return outputs, inputs


def test_loopback_over_the_tables(jboa: Any) -> None:
    """One spike out as 17, between FPGAs 347, back as 20."""
    builder, (outputs, inputs) = sta.PlaybackProgramBuilder(), route(17, 347, 20)
    builder.write(halco.OutputRoutingTableOnFPGA(), outputs)
    builder.write(halco.InputRoutingTableOnFPGA(), inputs)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.multi_fpga)
    builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(17)]))
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(125_000))
    program = builder.done()
    sta.run(jboa, [program])
    spikes = program.spikes.to_numpy()
    assert sorted(spikes["label"].tolist()) == [17, 20]


def test_synchronised_empty_run(jboa: Any) -> None:
    builder, config = sta.PlaybackProgramBuilder(), hal.InstructionTimeoutConfig()
    config.value = hal.InstructionTimeoutConfig.Value(1_250_000_000)
    builder.write(halco.InstructionTimeoutConfigOnFPGA(), config)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.multi_fpga)
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    sta.run(jboa, [builder.done()])
    assert ticket.valid()
