"""Identity and clocks of the chip over JTAG alone: nothing but the reset and the test access port is initialised."""

from collections.abc import Callable
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, sta

OVER_JTAG = hal.Backend.OmnibusChipOverJTAG
US = 125  # FPGA cycles


@pytest.fixture
def reset(fresh: Any, wait: Callable[[Any, int], None]) -> Any:
    """A builder after a reset of the chip, with its omnibus up (22 us)."""
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.ResetChipOnDLS(), hal.ResetChip(True))
    wait(builder, 10)
    builder.write(halco.ResetChipOnDLS(), hal.ResetChip(False))
    builder.write(halco.JTAGClockScalerOnDLS(), hal.JTAGClockScaler(hal.JTAGClockScaler.Value(3)))
    builder.write(halco.ResetJTAGTapOnDLS(), hal.ResetJTAGTap())
    wait(builder, 22 * US)
    return builder


def finish(connection: Any, builder: Any) -> None:
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
    sta.run(connection, [builder.done()])


@pytest.mark.parametrize("scaler", [1, 3, 6, 50])
def test_identity_at_any_clock(scaler: int, fresh: Any, reset: Any) -> None:
    reset.write(halco.JTAGClockScalerOnDLS(), hal.JTAGClockScaler(hal.JTAGClockScaler.Value(scaler)))
    tickets = [reset.read(halco.JTAGIdCodeOnDLS()) for _ in range(5)]
    finish(fresh, reset)
    for ticket in tickets:
        identity = ticket.get()
        assert (int(identity.version), int(identity.part_number), int(identity.manufacturer_id)) == (3, 0x4858, 0x057)


def test_jtag_gives_back_what_it_was_given(fresh: Any, reset: Any) -> None:
    """Random words through the test access port to a register of the chip and back, in one program."""
    values = [(0x9E3779B97F4A7C15 * n) % (1 << 43) for n in range(1, 11)]
    tickets = []
    for value in values:
        reset.write(halco.SystimeSyncBaseOnDLS(), hal.SystimeSyncBase(hal.SystimeSyncBase.Value(value)), OVER_JTAG)
        tickets.append(reset.read(halco.SystimeSyncBaseOnDLS(), OVER_JTAG))
    finish(fresh, reset)
    assert [int(ticket.get().value) for ticket in tickets] == values


@pytest.mark.parametrize("number", range(2))
def test_pll_registers_read_back(number: int, fresh: Any, reset: Any, wait: Callable[[Any, int], None]) -> None:
    place, config = halco.ADPLLOnDLS(number), hal.ADPLL()
    config.loop_div_n = hal.ADPLL.LoopDivN(9)
    reset.write(place, config, OVER_JTAG)
    wait(reset, 30 * US)  # the omnibus loses its clock for a moment
    ticket = reset.read(place, OVER_JTAG)
    finish(fresh, reset)
    assert ticket.get() == config != hal.ADPLL()


def test_clock_output_block_reads_back(fresh: Any, reset: Any) -> None:
    config = hal.PLLClockOutputBlock()
    reset.write(halco.PLLClockOutputBlockOnDLS(), config, OVER_JTAG)
    ticket = reset.read(halco.PLLClockOutputBlockOnDLS(), OVER_JTAG)
    finish(fresh, reset)
    assert ticket.get() == config


def self_test() -> Any:
    config = hal.PLLSelfTest()
    config.pre_scaler_p, config.check_value, config.check_range = 8, 10240, 2
    config.clock_enable = True
    return config


def test_self_test_reads_back(fresh: Any, reset: Any) -> None:
    reset.write(halco.PLLSelfTestOnDLS(), self_test(), OVER_JTAG)
    ticket = reset.read(halco.PLLSelfTestOnDLS(), OVER_JTAG)
    finish(fresh, reset)
    assert ticket.get() == self_test() != hal.PLLSelfTest()


def test_self_test_counts_the_clock(fresh: Any, reset: Any, wait: Callable[[Any, int], None]) -> None:
    for place in halco.iter_all(halco.ADPLLOnDLS):
        reset.write(place, hal.ADPLL(), OVER_JTAG)
    reset.write(halco.PLLClockOutputBlockOnDLS(), hal.PLLClockOutputBlock(), OVER_JTAG)
    reset.write(halco.PLLSelfTestOnDLS(), self_test(), OVER_JTAG)
    reset.block_until(halco.BarrierOnFPGA(), hal.Barrier.jtag)
    wait(reset, 10_000)
    ticket = reset.read(halco.PLLSelfTestStatusOnDLS(), OVER_JTAG)
    finish(fresh, reset)
    status = ticket.get()
    assert status.finished and status.success and abs(int(status.counter_value) - 10240) <= 2
