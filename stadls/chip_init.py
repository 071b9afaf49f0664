"""Initialisation of the chip and of a whole setup: the sequences that bring a chip from power-up to a running highspeed link.

(facts: registers/stadls 8.1, 8.4, 10)
"""

from __future__ import annotations

import logging
from typing import Any

from fisch import Backend, HwdbEntry, HXCubeFPGAEntry, HXCubeSetupEntry, HXCubeWingEntry, JboaSetupEntry
from halco import (
    ADPLLOnDLS,
    BarrierOnFPGA,
    CommonPhyConfigChipOnDLS,
    CommonPhyConfigFPGAOnDLS,
    CommonSynramConfigOnDLS,
    EventRecordingConfigOnFPGA,
    InstructionTimeoutConfigOnFPGA,
    JTAGClockScalerOnDLS,
    MemoryTimingOnDLS,
    PhyConfigChipOnDLS,
    PhyConfigFPGAOnDLS,
    PLLClockOutputBlockOnDLS,
    ReferenceGeneratorConfigOnDLS,
    ResetChipOnDLS,
    ResetJTAGTapOnDLS,
    SystimeSyncBaseOnDLS,
    SystimeSyncOnFPGA,
)
from halco.value import shown
from haldls import (
    ADPLL,
    Barrier,
    CommonPhyConfigChip,
    CommonPhyConfigFPGA,
    EventRecordingConfig,
    InstructionTimeoutConfig,
    JTAGClockScaler,
    PhyConfigChip,
    PhyConfigFPGA,
    PLLClockOutputBlock,
    ReferenceGeneratorConfig,
    ResetChip,
    ResetJTAGTap,
    SystimeSync,
    SystimeSyncBase,
)
from haldls.constants import (
    chip_reset_high_duration,
    chip_reset_low_duration,
    pll_and_omnibus_settling_duration,
    reference_generator_reset_duration,
)
from haldls.lola import MemoryTiming
from stadls.board_init import ASICAdapterBoardInit, CubeASICAdapterBoardInit, JboaASICAdapterBoardInit, wait
from stadls.builder import PlaybackProgramBuilder
from stadls.errors import StadlsError
from stadls.generator import PerCoordinate, PlaybackGenerator, Settings, write_all

__all__ = ["ChipInit", "SystemInit"]

_log = logging.getLogger("stadls.init")


class InitError(StadlsError):
    """An initialisation that cannot work as it is configured."""


class HighspeedLink(Settings):
    """Settings of the eight links between FPGA and chip."""

    __slots__ = (
        "common_phy_config_chip",
        "common_phy_config_fpga",
        "enable_systime",
        "phy_configs_chip",
        "phy_configs_fpga",
        "systime_sync_base",
    )

    def __init__(self) -> None:
        self.common_phy_config_fpga = CommonPhyConfigFPGA()
        self.common_phy_config_chip = CommonPhyConfigChip()
        self.phy_configs_fpga = PerCoordinate(PhyConfigFPGAOnDLS, [PhyConfigFPGA() for _ in range(PhyConfigFPGAOnDLS.size)])
        self.phy_configs_chip = PerCoordinate(PhyConfigChipOnDLS, [PhyConfigChip() for _ in range(PhyConfigChipOnDLS.size)])
        self.systime_sync_base = SystimeSyncBase()
        self.enable_systime = True


class ChipInit(Settings, PlaybackGenerator):
    """Reset, JTAG, PLLs, highspeed link, system time, event recording, CapMem references and memory timing, in this order.

    The timing of the synapse memories comes from the setup's entry, if it knows it.
    """

    HighspeedLink = HighspeedLink
    __slots__ = (
        "adplls",
        "enable_capmem",
        "enable_highspeed_link",
        "event_recording",
        "highspeed_link",
        "jtag_clock_scaler",
        "memory_timing",
        "pll_clock_output_block",
        "reference_generator_config",
    )

    def __init__(self, hwdb_entry: HwdbEntry) -> None:
        """Raises InitError for a setup with more than one FPGA: it does not say which of its chips is meant."""
        _require_entry(type(self), hwdb_entry)
        self.jtag_clock_scaler = JTAGClockScaler()
        self.pll_clock_output_block = PLLClockOutputBlock()
        self.adplls = PerCoordinate(ADPLLOnDLS, [ADPLL() for _ in range(ADPLLOnDLS.size)])
        self.highspeed_link = HighspeedLink()
        self.enable_highspeed_link = True
        self.event_recording = EventRecordingConfig()
        self.event_recording.enable_event_recording = True
        self.memory_timing = MemoryTiming()
        self.enable_capmem = True
        self.reference_generator_config = ReferenceGeneratorConfig()
        if isinstance(hwdb_entry, HXCubeSetupEntry | JboaSetupEntry):
            self._take_synram_timing(_only_fpga(hwdb_entry))

    def _take_synram_timing(self, fpga: HXCubeFPGAEntry) -> None:
        wing = fpga.wing
        for name, fields in (("synram_timing_pcconf", "pc_conf"), ("synram_timing_wconf", "w_conf")):
            values = getattr(wing, name) if isinstance(wing, HXCubeWingEntry) else None
            if values is None:
                _log.warning("the setup's entry has no %s: the default stays", name)
                continue
            for synram, (west, east) in enumerate(values):
                config = self.memory_timing.synram[CommonSynramConfigOnDLS(synram)]
                for side, value in (("west", west), ("east", east)):
                    setattr(config, f"{fields}_{side}", value)
                self.memory_timing.synram[CommonSynramConfigOnDLS(synram)] = config

    def generate(self) -> tuple[PlaybackProgramBuilder, None]:
        """Raises InitError if the CapMem is to be configured without the highspeed link."""
        builder = PlaybackProgramBuilder()
        self._reset(builder)
        self._clocks(builder)
        if self.enable_highspeed_link:
            self._link(builder)
        builder.write(EventRecordingConfigOnFPGA(), self.event_recording)
        if self.enable_capmem:
            self._references(builder)
        over_link = self.enable_highspeed_link
        builder.write(MemoryTimingOnDLS(), self.memory_timing, Backend.Omnibus if over_link else Backend.OmnibusChipOverJTAG)
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus if over_link else Barrier.jtag)
        return builder, None

    def _reset(self, builder: PlaybackProgramBuilder) -> None:
        builder.write(ResetChipOnDLS(), ResetChip(True))
        wait(builder, chip_reset_high_duration)
        builder.write(ResetChipOnDLS(), ResetChip(False))
        wait(builder, chip_reset_low_duration)

    def _clocks(self, builder: PlaybackProgramBuilder) -> None:
        builder.write(JTAGClockScalerOnDLS(), self.jtag_clock_scaler)
        builder.write(ResetJTAGTapOnDLS(), ResetJTAGTap())
        write_all(builder, self.adplls, Backend.JTAGPLLRegister)
        builder.write(PLLClockOutputBlockOnDLS(), self.pll_clock_output_block, Backend.JTAGPLLRegister)

    def _link(self, builder: PlaybackProgramBuilder) -> None:
        link = self.highspeed_link
        write_all(builder, link.phy_configs_fpga)
        write_all(builder, link.phy_configs_chip)
        wait(builder, pll_and_omnibus_settling_duration, reset=False)  # counted from the end of the reset
        builder.write(CommonPhyConfigFPGAOnDLS(), link.common_phy_config_fpga)
        builder.write(CommonPhyConfigChipOnDLS(), link.common_phy_config_chip, Backend.OmnibusChipOverJTAG)
        if link.enable_systime:
            builder.write(SystimeSyncBaseOnDLS(), link.systime_sync_base, Backend.Omnibus)
            builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
            builder.write(SystimeSyncOnFPGA(), SystimeSync())
            builder.block_until(BarrierOnFPGA(), Barrier.systime)

    def _references(self, builder: PlaybackProgramBuilder) -> None:
        if not self.enable_highspeed_link:
            raise InitError("Highspeed link needs to be enabled to configure CapMem.")
        in_reset = ReferenceGeneratorConfig(self.reference_generator_config)
        in_reset.enable_reset = True
        builder.write(ReferenceGeneratorConfigOnDLS(), in_reset)
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        wait(builder, reference_generator_reset_duration)
        builder.write(ReferenceGeneratorConfigOnDLS(), self.reference_generator_config)


def _require_entry(kind: type, entry: object) -> None:
    if not isinstance(entry, HwdbEntry):
        hint = ", one of this list" if isinstance(entry, list | tuple) else ""
        raise TypeError(f"{kind.__name__} takes the entry of one setup{hint}: connection.get_hwdb_entry()[0], not {shown(entry)}")


def _only_fpga(entry: HXCubeSetupEntry | JboaSetupEntry) -> HXCubeFPGAEntry:
    if len(entry.fpgas) != 1:
        raise InitError(f"the setup's entry lists {len(entry.fpgas)} FPGAs, a ChipInit is for exactly one of them")
    return next(iter(entry.fpgas.values()))


class SystemInit(Settings, PlaybackGenerator):
    """Instruction timeout, board and chip: what every program on a fresh connection starts with.

    >>> from fisch import ZeroMockEntry
    >>> init = SystemInit(ZeroMockEntry())
    >>> init.enable_asic_adapter_board = False
    >>> builder, _ = init.generate()
    >>> builder
    PlaybackProgramBuilder(to FPGA size: 196, is write only: true)

    instruction_timeout, asic_adapter_board, enable_asic_adapter_board, chip, enable_chip can be changed before `generate`.
    """

    __slots__ = ("asic_adapter_board", "chip", "enable_asic_adapter_board", "enable_chip", "instruction_timeout")

    def __init__(self, hwdb_entry: HwdbEntry) -> None:
        _require_entry(type(self), hwdb_entry)
        self.instruction_timeout = InstructionTimeoutConfig()
        self.enable_asic_adapter_board = True
        self.asic_adapter_board: ASICAdapterBoardInit = (
            JboaASICAdapterBoardInit() if isinstance(hwdb_entry, JboaSetupEntry) else CubeASICAdapterBoardInit()
        )
        self.chip = ChipInit(hwdb_entry)
        self.enable_chip = True

    def generate(self) -> tuple[PlaybackProgramBuilder, Any]:
        builder = PlaybackProgramBuilder()
        builder.write(InstructionTimeoutConfigOnFPGA(), self.instruction_timeout)
        if self.enable_asic_adapter_board:
            builder.merge_back(self.asic_adapter_board.generate()[0])
        if self.enable_chip:
            builder.merge_back(self.chip.generate()[0])
        return builder, None
