"""From power-up to a chip that answers."""

from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, sta


def jtag_id(connection: Any) -> Any:
    """What the TAP says who it is; works without any initialisation but the TAP's."""
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.ResetChipOnDLS(), hal.ResetChip(True))
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(10))
    builder.write(halco.ResetChipOnDLS(), hal.ResetChip(False))
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(100))
    builder.write(halco.JTAGClockScalerOnDLS(), hal.JTAGClockScaler(hal.JTAGClockScaler.Value(3)))
    builder.write(halco.ResetJTAGTapOnDLS(), hal.ResetJTAGTap())
    ticket = builder.read(halco.JTAGIdCodeOnDLS())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
    sta.run(connection, [builder.done()])
    return ticket.get()


def untouchable(connection: Any) -> None:
    """An access to the chip over the highspeed link, which must not be there yet."""
    builder = sta.PlaybackProgramBuilder()
    builder.read(halco.SystimeSyncBaseOnDLS())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    with pytest.raises(RuntimeError, match="FPGA sent error notification"):
        sta.run(connection, [builder.done()])


def initialise(connection: Any) -> Any:
    builder, result = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    assert result is None
    program = builder.done()
    sta.run(connection, [program])
    return program


def test_jtag_id(fresh: Any) -> None:
    identity = jtag_id(fresh)
    assert (int(identity.version), int(identity.part_number), int(identity.manufacturer_id)) == (3, 0x4858, 0x057)


def test_an_empty_program_runs(fresh: Any) -> None:
    program = sta.PlaybackProgramBuilder().done()
    assert program.empty()
    sta.run(fresh, [program])
    assert not len(program.spikes) and not len(program.madc_samples)


def test_system_init_brings_up_all_links(fresh: Any) -> None:
    notifications = initialise(fresh).highspeed_link_notifications
    assert {int(notification.phy) for notification in notifications if notification.link_up} == set(range(8))
    assert not any(notification.crc_error or notification.decode_error for notification in notifications)


def test_system_init_can_be_repeated(connection: Any) -> None:
    initialise(connection)
    builder = sta.PlaybackProgramBuilder()
    ticket = builder.read(halco.SystimeSyncBaseOnDLS())
    sta.run(connection, [builder.done()])
    assert ticket.valid()


def test_chip_init_alone_is_enough_for_the_chip(fresh: Any) -> None:
    builder, _ = sta.generate(sta.ChipInit(fresh.get_hwdb_entry()[0]))
    ticket = builder.read(halco.ReferenceGeneratorConfigOnDLS())
    sta.run(fresh, [builder.done()])
    assert ticket.get() == hal.ReferenceGeneratorConfig()


def test_nothing_of_the_chip_answers_before_the_initialisation(fresh: Any) -> None:
    untouchable(fresh)


def test_the_connection_survives_a_failure(fresh: Any) -> None:
    untouchable(fresh)
    untouchable(fresh)
    assert int(jtag_id(fresh).part_number) == 0x4858
    initialise(fresh)
    builder = sta.PlaybackProgramBuilder()
    ticket = builder.read(halco.SystimeSyncBaseOnDLS())
    sta.run(fresh, [builder.done()])
    assert ticket.valid()


def test_without_highspeed_link_jtag_reaches_the_chip(fresh: Any) -> None:
    init = sta.ChipInit(fresh.get_hwdb_entry()[0])
    init.enable_highspeed_link = init.enable_capmem = False
    builder, _ = sta.generate(init)
    config = hal.SystimeSyncBase(hal.SystimeSyncBase.Value(0x123_4567_89AB))
    builder.write(halco.SystimeSyncBaseOnDLS(), config, hal.Backend.OmnibusChipOverJTAG)
    ticket = builder.read(halco.SystimeSyncBaseOnDLS(), hal.Backend.OmnibusChipOverJTAG)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
    sta.run(fresh, [builder.done()])
    assert ticket.get() == config
    untouchable(fresh)


def test_capmem_needs_the_highspeed_link(fresh: Any) -> None:
    init = sta.ChipInit(fresh.get_hwdb_entry()[0])
    init.enable_highspeed_link = False
    with pytest.raises(RuntimeError, match=r"Highspeed link needs to be enabled to configure CapMem\."):
        sta.generate(init)


def test_fpga_and_board_tell_who_they_are(connection: Any) -> None:
    entry = connection.get_hwdb_entry()[0]
    (fpga,) = entry.fpgas.values()
    builder = sta.PlaybackProgramBuilder()
    dna = builder.read(halco.FPGADeviceDNAOnFPGA())
    sta.run(connection, [builder.done()])
    assert int(dna.get().value) == fpga.get_dna_port()
