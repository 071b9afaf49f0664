"""The FPGA's executor: barriers and time-outs, time annotation, counters of the link, its throughput."""

from collections.abc import Callable
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, sta

SECOND = 125_000_000  # FPGA cycles
MAX_STALLS, MAX_READS = 96, 52


def limit(builder: Any, cycles: int) -> None:
    """Sets how long an instruction may block."""
    config = hal.InstructionTimeoutConfig()
    config.value = hal.InstructionTimeoutConfig.Value(cycles)
    builder.write(halco.InstructionTimeoutConfigOnFPGA(), config)


def test_a_lonely_fpga_passes_the_barrier_of_many(execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    """Two rendezvous two seconds apart with a limit of one second: waiting is no blocking."""
    builder = sta.PlaybackProgramBuilder()
    limit(builder, SECOND)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.multi_fpga)
    wait(builder, 2 * SECOND)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.multi_fpga)
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert ticket.valid()


def test_barriers_with_all_bits_and_with_none(execute: Callable[[Any], Any]) -> None:
    builder, everything = sta.PlaybackProgramBuilder(), hal.Barrier()
    for name in ("omnibus", "jtag", "systime", "multi_fpga", "systime_correction"):
        setattr(everything, f"enable_{name}", True)
    for barrier in (everything, hal.Barrier()):
        builder.block_until(halco.BarrierOnFPGA(), barrier)
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert ticket.valid()


def test_the_omnibus_barrier_waits_for_the_chip(execute: Callable[[Any], Any]) -> None:
    """A read of the chip takes its way there and back; the barrier behind it makes the program wait for that."""
    builder, times = sta.PlaybackProgramBuilder(), []
    for barrier in (False, True):
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.read(halco.SystimeSyncBaseOnDLS())
        if barrier:
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        times.append(builder.read(halco.TimerOnDLS()))
    execute(builder)
    without, waited = (int(ticket.get().value) for ticket in times)
    assert without < 20 < waited < 1000


def test_the_jtag_barrier_waits_for_the_scan(execute: Callable[[Any], Any]) -> None:
    builder, times = sta.PlaybackProgramBuilder(), []
    for barrier in (False, True):
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.read(halco.JTAGIdCodeOnDLS())
        if barrier:
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
        times.append(builder.read(halco.TimerOnDLS()))
    execute(builder)
    without, waited = (int(ticket.get().value) for ticket in times)
    assert without + 30 < waited


@pytest.mark.parametrize("cycles", [10_000, 1_000_000])
def test_a_block_ends_at_the_limit(cycles: int, connection: Any) -> None:
    """Polling for what never comes is given up after so many cycles; the next program runs."""
    builder, polled = sta.PlaybackProgramBuilder(), hal.PollingOmnibusBlockConfig()
    polled.address, polled.mask, polled.target = halco.OmnibusAddress(0x88002005), 0x1, 1
    limit(builder, cycles)
    builder.write(halco.PollingOmnibusBlockConfigOnFPGA(), polled)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.PollingOmnibusBlockOnFPGA(), hal.PollingOmnibusBlock())
    skipped = builder.read(halco.NullPayloadReadableOnFPGA())
    with pytest.raises(RuntimeError, match="FPGA sent error notification"):
        sta.run(connection, [builder.done()])
    assert not skipped.valid()
    after = builder.read(halco.TimerOnDLS())
    sta.run(connection, [builder.done()])
    assert cycles <= int(after.get().value) < cycles + 1000


def test_limits_read_back(execute: Callable[[Any], Any]) -> None:
    builder, tickets = sta.PlaybackProgramBuilder(), []
    for cycles in (1_250_000, 123_456_789, 0xFFFFFFFF):
        limit(builder, cycles)
        tickets.append((cycles, builder.read(halco.InstructionTimeoutConfigOnFPGA())))
    execute(builder)
    assert all(int(ticket.get().value) == cycles for cycles, ticket in tickets)


def test_systime_sync_annotates(fresh: Any, wait: Callable[[Any, int], None]) -> None:
    """Without a sync the stamps only count messages; with one they are times."""
    stamps = []
    for enabled in (False, True):
        init = sta.SystemInit(fresh.get_hwdb_entry()[0])
        init.chip.highspeed_link.enable_systime = enabled
        builder, _ = init.generate()
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        wait(builder, 1000)
        tickets = [builder.read(halco.NullPayloadReadableOnFPGA())]
        wait(builder, 50_000)
        tickets.append(builder.read(halco.NullPayloadReadableOnFPGA()))
        sta.run(fresh, [builder.done()])
        stamps.append(int(tickets[1].fpga_time) - int(tickets[0].fpga_time))
    assert stamps[0] == 1 and stamps[1] == pytest.approx(50_000, abs=10)


def test_systime_registers(execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    builder, base = sta.PlaybackProgramBuilder(), 0x123_4567_89AB
    builder.write(halco.SystimeSyncBaseOnDLS(), hal.SystimeSyncBase(hal.SystimeSyncBase.Value(base)))
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.SystimeSyncOnFPGA(), hal.SystimeSync())
    running = builder.read(halco.FPGASystimeSyncActiveStateOnFPGA())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.systime)
    idle = builder.read(halco.FPGASystimeSyncActiveStateOnFPGA())
    chip, trip = builder.read(halco.FPGASystimeSyncLastAsicSystimeOnFPGA()), builder.read(halco.FPGASystimeSyncLastRTTOnFPGA())
    stamp = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert running.get().active_state and not idle.get().active_state
    assert int(chip.get().value) == base and 0 < int(trip.get().value) < 1000
    assert base // 2 <= int(stamp.fpga_time) < base // 2 + 1000, "the FPGA's cycles are two of the chip's"


@pytest.mark.parametrize("enabled", [False, True])
def test_counters_of_the_omnibus_link(enabled: bool, fresh: Any) -> None:
    """A read of two words: two packets there, two packets back, and no matter what else is on the link."""
    init = sta.SystemInit(fresh.get_hwdb_entry()[0])
    init.chip.highspeed_link.enable_systime = enabled
    builder, _ = init.generate()
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    before = builder.read(halco.HicannARQStatusOnFPGA())
    builder.read(halco.SystimeSyncBaseOnDLS(), hal.Backend.Omnibus)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    after = builder.read(halco.HicannARQStatusOnFPGA())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    sta.run(fresh, [builder.done()])
    first, last = before.get(), after.get()
    assert int(last.read_count) - int(first.read_count) == 2 and int(last.write_count) - int(first.write_count) == 2
    assert int(last.rx_count) >= int(last.read_count) and int(last.tx_count) >= int(last.write_count)


def test_phys_are_healthy(execute: Callable[[Any], Any], wait: Callable[[Any, int], None]) -> None:
    builder, tickets = sta.PlaybackProgramBuilder(), []
    for _ in range(2):
        tickets.append([builder.read(phy) for phy in halco.iter_all(halco.PhyStatusOnFPGA)])
        wait(builder, 10_000)
    execute(builder)
    for early, late in zip(*tickets, strict=True):
        assert int(late.get().online_time) > int(early.get().online_time) > 0
        assert int(late.get().crc_error_count) == int(late.get().rx_dropped_count) == 0
        assert int(late.get().tx_count) > 0 and int(late.get().rx_count) > 0


@pytest.mark.parametrize("links", [[4], [0, 1, 2, 3, 4], [3, 4, 5, 6, 7]])
def test_throughput_of_the_links(links: list[int], fresh: Any, wait: Callable[[Any, int], None]) -> None:
    """595 Mbit/s of words of 59 bits each, within 5 %, and no errors."""
    init, microseconds = sta.SystemInit(fresh.get_hwdb_entry()[0]), 1000
    init.chip.highspeed_link.enable_systime = False
    for link in set(range(8)) - set(links):
        init.chip.highspeed_link.common_phy_config_fpga.set_enable_phy(halco.PhyConfigFPGAOnDLS(link), False)
    builder, _ = init.generate()
    builder.write(halco.PerfTestOnFPGA(), hal.PerfTest(True))
    wait(builder, microseconds * 125)
    builder.write(halco.PerfTestOnFPGA(), hal.PerfTest(False))
    wait(builder, 10 * 125)
    ticket = builder.read(halco.PerfTestStatusOnFPGA())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    sta.run(fresh, [builder.done()])
    status = ticket.get()
    assert int(status.error_word) == 0 and int(status.in_order) == int(status.received)
    assert int(status.received) * 59 / microseconds == pytest.approx(595 * len(links), rel=0.05)


def test_byte_enables_of_bytes(execute: Callable[[Any], Any]) -> None:
    """Bytes of the memory that the FPGA lends to the PPUs, written one by one into words written before."""
    builder, places = sta.PlaybackProgramBuilder(), range(0, 32, 5)
    for word in range(8):
        quad = hal.ExternalPPUMemoryQuad()
        quad.quad = [hal.ExternalPPUMemoryByte.Value(0x10 * word + byte) for byte in range(4)]
        builder.write(halco.ExternalPPUMemoryQuadOnFPGA(word), quad)
    for byte in places:
        value = hal.ExternalPPUMemoryByte(hal.ExternalPPUMemoryByte.Value(0xE0 + byte))
        builder.write(halco.ExternalPPUMemoryByteOnFPGA(byte), value)
    tickets = [builder.read(halco.ExternalPPUMemoryByteOnFPGA(byte)) for byte in range(32)]
    execute(builder)
    found = [int(ticket.get().value) for ticket in tickets]
    assert found == [0xE0 + byte if byte in places else 0x10 * (byte // 4) + byte % 4 for byte in range(32)]


def test_byte_enables_of_words(execute: Callable[[Any], Any]) -> None:
    """A word of which a write changes some bytes only, in every combination."""
    builder, tickets = sta.PlaybackProgramBuilder(), []
    for lanes in range(16):
        place = halco.ExternalPPUMemoryQuadOnFPGA(100 + lanes)
        for value, enables in ((0x11, [True] * 4), (0x99, [bool(lanes >> byte & 1) for byte in range(4)])):
            quad = hal.ExternalPPUMemoryQuad()
            quad.quad = [hal.ExternalPPUMemoryByte.Value(value)] * 4
            quad.enables = enables
            builder.write(place, quad)
        tickets.append(builder.read(place))
    execute(builder)
    for lanes, ticket in enumerate(tickets):
        assert [int(byte) for byte in ticket.get().quad] == [0x99 if lanes >> byte & 1 else 0x11 for byte in range(4)]
