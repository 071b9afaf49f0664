"""All containers of the wire, one per backend, and the registry of them. (facts: transport 4)

>>> Omnibus(Omnibus.Value(12, [True, True, False, True]))
Omnibus(0d12 0xc 0b00000000000000000000000000001100, byte_enables: 1101)
>>> JTAGPLLRegister(12).get(), ResetChip(True), Timer()
(JTAGPLLRegister(12), ResetChip(true), Timer(0))
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import halco
from fisch import word_access_type as values
from fisch._register import Register
from fisch.backends import Backend

__all__ = [
    "Barrier", "I2CAD5252RwRegister", "I2CDAC6573RwRegister", "I2CINA219RoRegister", "I2CINA219RwRegister", "I2CIdRegister",
    "I2CTCA9546Register", "I2CTCA9554RoRegister", "I2CTCA9554RwRegister", "I2CTempRegister", "JTAGClockScaler", "JTAGIdCode",
    "JTAGPLLRegister", "JTAGPhyRegister", "NullPayloadReadable", "Omnibus", "OmnibusChipOverJTAG", "PollingOmnibusBlock", "ResetChip",
    "ResetJTAGTap", "SPIDACControlRegister", "SPIDACDataRegister", "SPIShiftRegister", "SpikePack1ToChip", "SpikePack2ToChip",
    "SpikePack3ToChip", "SystimeSync", "Timer", "WaitUntil",
]  # fmt: skip


def _bits(width: int) -> Callable[[Any], str]:
    return lambda value: values.bits_text(int(value), width)


def _decimal(value: Any) -> str:
    return str(int(value))


def _hexadecimal(value: Any) -> str:
    return hex(value)


def _flag(value: Any) -> str:
    return str(bool(value)).lower()


def _labels(value: Any) -> str:
    return ", ".join(map(repr, value))


class PollingOmnibusBlock(
    Register,
    coordinate=halco.PollingOmnibusBlockOnFPGA,
    backend=Backend.PollingOmnibusBlock,
    value=values.PollingOmnibusBlock,
    text=_flag,
):
    """Waits until the word configured in the executor has (default) or has not its target value."""

    __slots__ = ()

    def __init__(self, value: Any = True) -> None:
        super().__init__(value)


class Barrier(Register, coordinate=halco.BarrierOnFPGA, backend=Backend.Barrier, value=values.Barrier, text=_bits(5)):
    """Waits until everything that the value names is done."""

    __slots__ = ()


class WaitUntil(Register, coordinate=halco.WaitUntilOnFPGA, backend=Backend.WaitUntil, value=values.WaitUntil, text=_decimal):
    """Waits until the timer has reached the value."""

    __slots__ = ()


class SystimeSync(Register, coordinate=halco.SystimeSyncOnFPGA, backend=Backend.SystimeSync, value=values.SystimeSync, text=_flag):
    """Synchronises the system times of FPGA and chip."""

    __slots__ = ()


class SpikePack1ToChip(
    Register,
    coordinate=halco.SpikePack1ToChipOnDLS,
    backend=Backend.SpikePack1ToChip,
    value=values.SpikePack1ToChip,
    text=_labels,
):
    """Sends one spike."""

    __slots__ = ()


class SpikePack2ToChip(
    Register,
    coordinate=halco.SpikePack2ToChipOnDLS,
    backend=Backend.SpikePack2ToChip,
    value=values.SpikePack2ToChip,
    text=_labels,
):
    """Sends two spikes at once."""

    __slots__ = ()


class SpikePack3ToChip(
    Register,
    coordinate=halco.SpikePack3ToChipOnDLS,
    backend=Backend.SpikePack3ToChip,
    value=values.SpikePack3ToChip,
    text=_labels,
):
    """Sends three spikes at once."""

    __slots__ = ()


class OmnibusChipOverJTAG(
    Register,
    coordinate=halco.OmnibusChipOverJTAGAddress,
    backend=Backend.OmnibusChipOverJTAG,
    value=values.OmnibusChipOverJTAG,
    text=_bits(32),
):
    """A word of the chip's omnibus, reached without the highspeed link."""

    __slots__ = ()


class Omnibus(Register, coordinate=halco.OmnibusAddress, backend=Backend.Omnibus, value=values.Omnibus, text=values.Omnibus.text):
    """A word of the omnibus of FPGA or chip."""

    __slots__ = ()


class JTAGClockScaler(
    Register,
    coordinate=halco.JTAGClockScalerOnDLS,
    backend=Backend.JTAGClockScaler,
    value=values.JTAGClockScaler,
    text=_decimal,
):
    """Speed of the JTAG chain."""

    __slots__ = ()


class JTAGIdCode(Register, coordinate=halco.JTAGIdCodeOnDLS, backend=Backend.JTAGIdCode, value=values.JTAGIdCode, text=_hexadecimal):
    """Who the chip is."""

    __slots__ = ()


class JTAGPLLRegister(
    Register,
    coordinate=halco.JTAGPLLRegisterOnDLS,
    backend=Backend.JTAGPLLRegister,
    value=values.JTAGPLLRegister,
    text=_bits(32),
):
    """A register of the PLLs."""

    __slots__ = ()


class JTAGPhyRegister(
    Register,
    coordinate=halco.JTAGPhyRegisterOnDLS,
    backend=Backend.JTAGPhyRegister,
    value=values.JTAGPhyRegister,
    text=_bits(22),
):
    """Configuration of one PHY of the chip."""

    __slots__ = ()


class ResetJTAGTap(Register, coordinate=halco.ResetJTAGTapOnDLS, backend=Backend.ResetJTAGTap):
    """Resets the chip's test access port."""

    __slots__ = ()


class ResetChip(Register, coordinate=halco.ResetChipOnDLS, backend=Backend.ResetChip, value=values.ResetChip, text=_flag):
    """Asserts or releases the chip's reset."""

    __slots__ = ()


class Timer(Register, coordinate=halco.TimerOnDLS, backend=Backend.Timer, value=values.Timer, text=_decimal):
    """The timer that WaitUntil looks at. Written it can only be set to 0."""

    __slots__ = ()


class SPIDACDataRegister(
    Register,
    coordinate=halco.SPIDACDataRegisterOnBoard,
    backend=Backend.SPIDACDataRegister,
    value=values.SPIDACDataRegister,
    text=_bits(12),
):
    """Voltage of one channel of the board's converters; takes effect at once."""

    __slots__ = ()


class SPIDACControlRegister(
    Register,
    coordinate=halco.SPIDACControlRegisterOnBoard,
    backend=Backend.SPIDACControlRegister,
    value=values.SPIDACControlRegister,
    text=_bits(13),
):
    """Operation of the board's converters."""

    __slots__ = ()


class SPIShiftRegister(
    Register,
    coordinate=halco.SPIShiftRegisterOnBoard,
    backend=Backend.SPIShiftRegister,
    value=values.SPIShiftRegister,
    text=_bits(24),
):
    """The board's switches."""

    __slots__ = ()


class NullPayloadReadable(Register, coordinate=halco.NullPayloadReadableOnFPGA, backend=Backend.NullPayloadReadable):
    """A read that carries nothing: its response says that and when the program came by."""

    __slots__ = ()


class I2CIdRegister(
    Register, coordinate=halco.I2CIdRegisterOnBoard, backend=Backend.I2CIdRegister, value=values.I2CIdRegister, text=_bits(32)
):
    """Serial number in the carrier's EEPROM."""

    __slots__ = ()


class I2CTempRegister(
    Register,
    coordinate=halco.I2CTempRegisterOnBoard,
    backend=Backend.I2CTempRegister,
    value=values.I2CTempRegister,
    text=_bits(16),
):
    """The board's thermometer."""

    __slots__ = ()


class I2CINA219RoRegister(
    Register,
    coordinate=halco.I2CINA219RoRegisterOnBoard,
    backend=Backend.I2CINA219RoRegister,
    value=values.I2CINA219RoRegister,
    text=_bits(16),
):
    """A measurement of one of the power monitors."""

    __slots__ = ()


class I2CINA219RwRegister(
    Register,
    coordinate=halco.I2CINA219RwRegisterOnBoard,
    backend=Backend.I2CINA219RwRegister,
    value=values.I2CINA219RwRegister,
    text=_bits(16),
):
    """Settings of one of the power monitors."""

    __slots__ = ()


class I2CTCA9554RoRegister(
    Register,
    coordinate=halco.I2CTCA9554RoRegisterOnBoard,
    backend=Backend.I2CTCA9554RoRegister,
    value=values.I2CTCA9554RoRegister,
    text=_bits(8),
):
    """Inputs of the multi-chip board's port expander."""

    __slots__ = ()


class I2CTCA9554RwRegister(
    Register,
    coordinate=halco.I2CTCA9554RwRegisterOnBoard,
    backend=Backend.I2CTCA9554RwRegister,
    value=values.I2CTCA9554RwRegister,
    text=_bits(8),
):
    """Settings of the multi-chip board's port expander."""

    __slots__ = ()


class I2CAD5252RwRegister(
    Register,
    coordinate=halco.I2CAD5252RwRegisterOnBoard,
    backend=Backend.I2CAD5252RwRegister,
    value=values.I2CAD5252RwRegister,
    text=_bits(8),
):
    """A digital potentiometer of the multi-chip board."""

    __slots__ = ()


class I2CDAC6573RwRegister(
    Register,
    coordinate=halco.I2CDAC6573RwRegisterOnBoard,
    backend=Backend.I2CDAC6573RwRegister,
    value=values.I2CDAC6573RwRegister,
    text=_bits(16),
):
    """Voltage of one channel of the multi-chip board's converter."""

    __slots__ = ()


class I2CTCA9546Register(
    Register,
    coordinate=halco.I2CTCA9546RegisterOnBoard,
    backend=Backend.I2CTCA9546Register,
    value=values.I2CTCA9546Register,
    text=_bits(8),
):
    """The multi-chip board's I2C multiplexer."""

    __slots__ = ()


CONTAINERS: dict[Backend, type[Register]] = {cls.backend: cls for cls in Register.__subclasses__()}
"""The container of each backend."""
