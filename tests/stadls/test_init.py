"""Initialisations: what their settings change. (Their default words are golden, see test_golden_programs.)"""

from typing import Any

import pytest

import halco
import haldls
import haldls.lola
from fisch import Backend, HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaSetupEntry, SimulationEntry, ZeroMockEntry
from stadls import (
    ASICAdapterBoardInit,
    ChipInit,
    CubeASICAdapterBoardInit,
    InitError,
    JboaASICAdapterBoardInit,
    PlaybackGenerator,
    PlaybackProgramBuilder,
    SystemInit,
    generate,
)


def words(generator: PlaybackGenerator) -> list[int]:
    builder, result = generate(generator)
    assert result is None
    return builder.done().words.tolist()  # type: ignore[no-any-return]


def words_of(*accesses: tuple[Any, ...]) -> list[int]:
    builder = PlaybackProgramBuilder()
    for access in accesses:
        builder.write(*access)
    return builder.done().words.tolist()  # type: ignore[no-any-return]


def contains(whole: list[int], part: list[int]) -> bool:
    return any(whole[start : start + len(part)] == part for start in range(len(whole) - len(part) + 1))


def cube(*wings: HXCubeWingEntry | None) -> HXCubeSetupEntry:
    return HXCubeSetupEntry(fpgas={number: HXCubeFPGAEntry(wing=wing) for number, wing in enumerate(wings)})


TIMING = HXCubeWingEntry(synram_timing_pcconf=((1, 2), (3, 4)), synram_timing_wconf=((5, 6), (7, 8)))


def test_a_board_without_needs() -> None:
    assert words(ASICAdapterBoardInit()) == []


@pytest.mark.parametrize(
    ("entry", "board"),
    [
        (ZeroMockEntry(), CubeASICAdapterBoardInit),
        (SimulationEntry(), CubeASICAdapterBoardInit),
        (cube(TIMING), CubeASICAdapterBoardInit),
        (JboaSetupEntry(fpgas={0: HXCubeFPGAEntry(wing=TIMING)}), JboaASICAdapterBoardInit),
    ],
)
def test_the_entry_decides_on_the_board(entry: Any, board: type) -> None:
    assert type(SystemInit(entry).asic_adapter_board) is board


def test_system_init_is_timeout_board_and_chip() -> None:
    init = SystemInit(ZeroMockEntry())
    whole, board, chip = words(init), words(init.asic_adapter_board), words(init.chip)
    timeout = words_of((halco.InstructionTimeoutConfigOnFPGA(), init.instruction_timeout))
    assert whole == timeout + board + chip
    init.enable_asic_adapter_board = False
    assert words(init) == timeout + chip
    init.enable_chip = False
    assert words(init) == timeout
    init.instruction_timeout.value = haldls.Timer.Value(12345)
    assert words(init)[-1] & 0xFFFFFFFF == 12345


def test_board_settings_are_written() -> None:
    init = CubeASICAdapterBoardInit()
    init.dac_channel_block = haldls.lola.DACChannelBlock(haldls.lola.DACChannelBlock.default_ldo_1)
    assert contains(words(init), words_of((halco.DACChannelBlockOnBoard(), init.dac_channel_block)))
    assert CubeASICAdapterBoardInit().dac_channel_block == haldls.lola.DACChannelBlock.default_ldo_2


def test_changing_an_initialisation_does_not_change_the_presets() -> None:
    init = CubeASICAdapterBoardInit()
    init.dac_channel_block.value[0] = 7
    assert CubeASICAdapterBoardInit().dac_channel_block != init.dac_channel_block
    jboa = JboaASICAdapterBoardInit()
    jboa.DigitalPotiArray[0].value = 7
    assert int(JboaASICAdapterBoardInit().DigitalPotiArray[0].value) == 0xA7


def test_chip_settings_are_written() -> None:
    init = ChipInit(ZeroMockEntry())
    coordinate = halco.PhyConfigFPGAOnDLS(3)
    phy = haldls.PhyConfigFPGA()
    phy.enable_ber_loopback = True
    init.highspeed_link.phy_configs_fpga[coordinate] = phy
    pll = haldls.ADPLL(init.adplls[1])
    pll.loop_div_n = 5
    init.adplls[halco.ADPLLOnDLS(1)] = pll
    init.reference_generator_config.enable_internal_reference = not init.reference_generator_config.enable_internal_reference
    whole = words(init)
    for access in (
        (coordinate, phy),
        (halco.ADPLLOnDLS(1), pll, Backend.JTAGPLLRegister),
        (halco.ReferenceGeneratorConfigOnDLS(), init.reference_generator_config),
    ):
        assert contains(whole, words_of(access))


def test_settings_are_of_their_class() -> None:
    init = ChipInit(ZeroMockEntry())
    with pytest.raises(TypeError, match="PhyConfigFPGA"):
        init.highspeed_link.phy_configs_fpga[0] = haldls.PhyConfigChip()
    with pytest.raises(TypeError, match="ADPLLOnDLS"):
        init.adplls[halco.PhyConfigFPGAOnDLS(0)]
    with pytest.raises(RuntimeError):
        init.adplls[2]
    assert len(init.adplls) == 2 and len(list(init.highspeed_link.phy_configs_chip)) == 8


def test_without_systime() -> None:
    init = ChipInit(ZeroMockEntry())
    init.highspeed_link.enable_systime = False
    headers = {word >> 56 for word in words(init)}
    assert 0x06 not in headers and 0x0B in headers


def test_without_highspeed_link_everything_goes_over_jtag() -> None:
    init = ChipInit(ZeroMockEntry())
    init.enable_highspeed_link = False
    with pytest.raises(InitError, match="Highspeed link needs to be enabled to configure CapMem"):
        generate(init)
    init.enable_capmem = False
    whole = words(init)
    chip_addresses = [word for word in whole if word >> 56 == 0x0B and not word & 1 << 31]
    assert chip_addresses == []
    assert whole[-1] == 0x07 << 56 | 0b10
    assert contains(whole, words_of((halco.MemoryTimingOnDLS(), init.memory_timing, Backend.OmnibusChipOverJTAG)))


def test_synram_timing_comes_from_the_entry() -> None:
    top, bottom = ChipInit(cube(TIMING)).memory_timing.synram
    assert [int(value) for value in (top.pc_conf_west, top.pc_conf_east, top.w_conf_west, top.w_conf_east)] == [1, 2, 5, 6]
    assert [int(value) for value in (bottom.pc_conf_west, bottom.pc_conf_east, bottom.w_conf_west, bottom.w_conf_east)] == [3, 4, 7, 8]


@pytest.mark.parametrize("wing", [None, HXCubeWingEntry()])
def test_unknown_synram_timing_stays_default_and_is_announced(wing: HXCubeWingEntry | None, caplog: pytest.LogCaptureFixture) -> None:
    assert ChipInit(cube(wing)).memory_timing == haldls.lola.MemoryTiming()
    assert "synram_timing_pcconf" in caplog.text and "synram_timing_wconf" in caplog.text


def test_an_entry_with_several_chips_is_ambiguous() -> None:
    with pytest.raises(InitError, match="2 FPGAs"):
        SystemInit(cube(TIMING, TIMING))


def test_users_can_write_generators() -> None:
    class Waiting(PlaybackGenerator):
        def generate(self) -> tuple[PlaybackProgramBuilder, str]:
            builder = PlaybackProgramBuilder()
            builder.block_until(halco.TimerOnDLS(), haldls.Timer.Value(7))
            return builder, "result"

    builder, result = generate(Waiting())
    assert result == "result" and builder.size_to_fpga() == 1


def test_a_generator_is_made_first():
    with pytest.raises(TypeError, match="generate takes a PlaybackGenerator"):
        generate(SystemInit)
