"""The values of the wire's containers: one ranged number per kind of access. (facts: transport 4)

What is wider or stranger than a number: `Omnibus`, a word with its byte enables, and the labels of spike packs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from typing import Any, ClassVar, SupportsIndex

from fisch.errors import UsageError
from halco import BaseType, Linear, SpikeLabel
from halco.value import shown, truth

_WORD = 0xFFFFFFFF


def bits_text(number: int, width: int) -> str:
    """A number in all three notations, `0d5 0x5 0b00101`."""
    return f"0d{number} {number:#x} 0b{number:0{width}b}"


class _Flag(BaseType, maximum=1):
    """A truth value, from whatever Python gives one as it does to numbers."""

    def __init__(self, value: Any = False) -> None:
        try:
            super().__init__(truth(value))
        except TypeError as error:
            raise TypeError(f"{type(self).__name__}: {error}") from None


class PollingOmnibusBlock(_Flag, maximum=1):
    """Wait until the polled word equals the target (1) or differs from it (0)."""


class Barrier(Linear, max=0x1F):
    """What to wait for, any combination of the constants."""

    omnibus: ClassVar[Barrier]
    jtag: ClassVar[Barrier]
    systime: ClassVar[Barrier]
    multi_fpga: ClassVar[Barrier]
    systime_correction: ClassVar[Barrier]


for _bit, _name in enumerate(("omnibus", "jtag", "systime", "multi_fpga", "systime_correction")):
    setattr(Barrier, _name, Barrier(1 << _bit))


class WaitUntil(BaseType, maximum=_WORD):
    """Value of the timer in FPGA cycles."""


class SystimeSync(_Flag, maximum=1):
    """Whether to synchronise the system times."""


class OmnibusChipOverJTAG(BaseType, maximum=_WORD):
    """A word of the chip's omnibus."""


class JTAGClockScaler(Linear, max=0xFF):
    """Divider of the JTAG clock."""


class JTAGIdCode(BaseType, maximum=_WORD):
    """[31:28] version, [27:12] part, [11:1] manufacturer, [0] one."""


class JTAGPLLRegister(BaseType, maximum=_WORD):
    """A register of the PLLs."""


class JTAGPhyRegister(Linear, max=(1 << 22) - 1):
    """Configuration of one PHY of the chip."""


class ResetChip(_Flag, maximum=1):
    """Whether the chip is held in reset."""


class Timer(BaseType, maximum=_WORD):
    """FPGA cycles; the timer can only be set to 0."""


class SPIDACDataRegister(Linear, max=0xFFF):
    """LSB of a converter on the board."""


class SPIDACControlRegister(Linear, max=0x1FFF):
    """Control word of a converter on the board; the bus carries its lowest byte."""


class SPIShiftRegister(Linear, max=0xFFFFFF):
    """The board's switches."""


class I2CIdRegister(Linear, max=_WORD):
    """Serial number of the chip's carrier."""


class I2CTempRegister(Linear, max=0xFFFF):
    """Raw reading of the thermometer."""


class I2CINA219RoRegister(Linear, max=0xFFFF):
    """Raw reading of a power monitor."""


class I2CINA219RwRegister(Linear, max=0xFFFF):
    """Configuration or calibration of a power monitor."""


class I2CTCA9554RoRegister(Linear, max=0xFF):
    """Inputs of the port expander."""


class I2CTCA9554RwRegister(Linear, max=0xFF):
    """Outputs, polarity or direction of the port expander."""


class I2CAD5252RwRegister(Linear, max=0xFF):
    """Position of a digital potentiometer, or the one it starts with."""


class I2CDAC6573RwRegister(Linear, max=0x3FF):
    """LSB of a converter on the multi-chip board."""


class I2CTCA9546Register(Linear, max=0xFF):
    """Channels of the I2C multiplexer, one bit each."""


class Omnibus:
    """A word and which of its four bytes count when it is written, byte 0 (least significant) first.

    >>> Omnibus(12, [True, True, False, True])
    Value(0d12 0xc 0b00000000000000000000000000001100, byte_enables: 1101)
    """

    __slots__ = ("_byte_enables", "_word")
    BYTES = 4

    class Word(BaseType, maximum=_WORD):
        """The word itself."""

    def __init__(self, word: SupportsIndex = 0, byte_enables: Iterable[bool] = (True, True, True, True)) -> None:
        self.word = word
        self.byte_enables = byte_enables

    @property
    def word(self) -> Omnibus.Word:
        return self._word

    @word.setter
    def word(self, word: SupportsIndex) -> None:
        self._word = self.Word(word)

    @property
    def byte_enables(self) -> tuple[bool, ...]:
        return self._byte_enables

    @byte_enables.setter
    def byte_enables(self, byte_enables: Iterable[bool]) -> None:
        try:
            enables = tuple(map(truth, byte_enables))
        except TypeError as error:
            raise TypeError(f"the byte enables of a word are {self.BYTES} truth values, not {shown(byte_enables)}: {error}") from None
        if len(enables) != self.BYTES:
            raise UsageError(f"a word has {self.BYTES} bytes, not {len(enables)} byte enables")
        self._byte_enables = enables

    def __index__(self) -> int:
        return int(self.word)

    __int__ = __index__

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Omnibus):
            return NotImplemented
        return self.word == other.word and self.byte_enables == other.byte_enables

    __hash__ = None  # type: ignore[assignment]

    def text(self) -> str:
        return f"{bits_text(int(self.word), 32)}, byte_enables: {''.join(str(int(enable)) for enable in self.byte_enables)}"

    def __repr__(self) -> str:
        return f"Value({self.text()})"


class SpikeLabels(tuple[SpikeLabel, ...]):
    """The labels of one spike pack, zero unless given."""

    __slots__ = ()
    labels: ClassVar[int]

    def __new__(cls, labels: Sequence[Any] | None = None) -> SpikeLabels:
        made = (0,) * cls.labels if labels is None else labels
        if not isinstance(made, Sized) or len(made) != cls.labels:
            raise UsageError(f"a {cls.__name__} takes {cls.labels} labels, not {len(made) if isinstance(made, Sized) else shown(made)}")
        return super().__new__(cls, (label if isinstance(label, SpikeLabel) else SpikeLabel(label) for label in made))


class SpikePack1ToChip(SpikeLabels):
    """One label."""

    __slots__ = ()
    labels = 1


class SpikePack2ToChip(SpikeLabels):
    """Two labels that leave in the same FPGA cycle."""

    __slots__ = ()
    labels = 2


class SpikePack3ToChip(SpikeLabels):
    """Three labels that leave in the same FPGA cycle."""

    __slots__ = ()
    labels = 3
