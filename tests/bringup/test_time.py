"""Timer, barriers, time stamps."""

from collections.abc import Callable
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, sta


def test_the_timer_counts_fpga_cycles(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    tickets = []
    for time in (0, 1000, 50_000):
        builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(time))
        tickets.append((time, builder.read(halco.TimerOnDLS())))
    execute(builder)
    for time, ticket in tickets:
        assert time <= int(ticket.get().value) < time + 100


def test_a_wait_for_the_past_does_not_wait(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(10_000))
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(5))
    ticket = builder.read(halco.TimerOnDLS())
    execute(builder)
    assert 10_000 <= int(ticket.get().value) < 10_100


def test_responses_are_stamped_with_fpga_time(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    first = builder.read(halco.NullPayloadReadableOnFPGA())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(100_000))
    second = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert 99_900 <= int(second.fpga_time) - int(first.fpga_time) <= 100_100


def test_time_goes_on_between_programs(execute: Callable[[Any], Any]) -> None:
    times = []
    for _ in range(2):
        builder = sta.PlaybackProgramBuilder()
        ticket = builder.read(halco.NullPayloadReadableOnFPGA())
        execute(builder)
        times.append(int(ticket.fpga_time))
    assert 1 < times[0] < times[1]


@pytest.mark.parametrize("name", ["omnibus", "jtag", "systime", "multi_fpga", "systime_correction"])
def test_every_barrier_returns(name: str, execute: Callable[[Any], Any]) -> None:
    barrier = hal.Barrier()
    setattr(barrier, f"enable_{name}", True)
    builder = sta.PlaybackProgramBuilder()
    builder.block_until(halco.BarrierOnFPGA(), barrier)
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert ticket.valid()


def test_waits_longer_than_the_instruction_timeout_are_legal(execute: Callable[[Any], Any]) -> None:
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(2_000_000))  # 16 ms, the timeout is 10 ms
    ticket = builder.read(halco.TimerOnDLS())
    execute(builder)
    assert int(ticket.get().value) >= 2_000_000


@pytest.mark.parametrize(("expects_equality", "target"), [(True, 0), (False, 1)])
def test_polling_a_register(expects_equality: bool, target: int, execute: Callable[[Any], Any]) -> None:
    config = hal.PollingOmnibusBlockConfig()
    config.address, config.mask, config.target = halco.OmnibusAddress(0x88002005), 0x1, target
    block = hal.PollingOmnibusBlock()
    block.enable_expects_equality = expects_equality
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.PollingOmnibusBlockConfigOnFPGA(), config)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.block_until(halco.PollingOmnibusBlockOnFPGA(), block)
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    execute(builder)
    assert ticket.valid()


def test_polling_for_what_never_comes_times_out(connection: Any) -> None:
    config = hal.PollingOmnibusBlockConfig()
    config.address, config.mask, config.target = halco.OmnibusAddress(0x88002005), 0x1, 1
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.PollingOmnibusBlockConfigOnFPGA(), config)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.block_until(halco.PollingOmnibusBlockOnFPGA(), hal.PollingOmnibusBlock())
    with pytest.raises(RuntimeError, match="FPGA sent error notification"):
        sta.run(connection, [builder.done()])
