"""The chip's clock generation: two ADPLLs, the clock output block and the self test.

Registers, as JTAG sees them and at omnibus 0x80000 + n: 0, 1 ADPLL 0; 2, 3 ADPLL 1; 4 clock output block; 5 self test; 6 without known
meaning (stored); 7 status of the self test, read only. Accuracy: behavioural. Frequencies follow the words at once: lock-in, jitter and
tuning are not modelled. (facts: registers/behaviour, clocks and time; registers/containers, ADPLL, PLLClockOutputBlock, PLLSelfTest)
"""

from dataclasses import dataclass, field
from typing import Final

REFERENCE_HZ: Final = 50_000_000.0
"""Reference clock from the board."""
N_REGISTERS: Final = 8
SELF_TEST: Final = 5
SELF_TEST_STATUS: Final = 7
SERDES_CLOCK, PHY_REFERENCE_CLOCK, PPU_CLOCK, MADC_CLOCK = range(4)
"""Clock outputs, as PLLClockOutputOnDLS."""

TICKS_PER_REFERENCE: Final = 10
_COUNTER_MAX: Final = (1 << 20) - 1
_FINISHED: Final = 1 << 20
_SUCCESS: Final = 1 << 21


def _bits(word: int, high: int, low: int) -> int:
    return word >> low & (1 << high - low + 1) - 1


@dataclass(slots=True)
class PLL:
    """The eight 32-bit registers and what follows from them. `words`, `test_started` and `powered` are the whole state."""

    words: list[int] = field(default_factory=lambda: [0] * N_REGISTERS)
    test_started: int | None = None
    """Tick at which the running or finished self test began."""
    powered: bool = True
    """Without its supply no ADPLL runs; the registers stay."""

    def reset(self) -> None:
        """All registers 0: both ADPLLs off, all outputs off."""
        self.words = [0] * N_REGISTERS
        self.test_started = None

    def write(self, register: int, word: int, tick: int) -> None:
        """Writes register 0..7; a rising clock enable in the self test register starts a test. The status cannot be written."""
        if register == SELF_TEST_STATUS:
            return
        if register == SELF_TEST:
            self._start_test(word, tick)
        self.words[register] = word & 0xFFFFFFFF

    def read(self, register: int, tick: int) -> int:
        """Word of register 0..7 as seen at `tick`."""
        return self._test_status(tick) if register == SELF_TEST_STATUS else self.words[register]

    def adpll_frequency(self, adpll: int, output: int) -> float:
        """Frequency [Hz] of output 0 (core 0), 1 (core 1) or 2 (DCO) of ADPLL 0 or 1; 0 if it is off or its output is gated.

        f_dco = p0 * n * f_ref; core i: f_dco / (p1 * m_i); DCO output: f_dco / p2.
        (facts: registers/behaviour, clocks and time; checked against the default words)
        """
        low, high = self.words[2 * adpll], self.words[2 * adpll + 1]
        running = self.powered and _bits(high, 30, 30) and _bits(high, 31, 31) and not _bits(high, 24, 24)
        if not running or output == 3:
            return 0.0
        p0, p1, p2 = (_bits(low, 26 + 2 * i, 25 + 2 * i) + 1 for i in range(3))
        dco = p0 * _bits(low, 14, 10) * REFERENCE_HZ
        divider = p2 if output == 2 else p1 * _bits(low, 19 + 5 * output, 15 + 5 * output)
        return dco / divider if divider else 0.0

    def frequency(self, output: int) -> float:
        """Frequency [Hz] of clock output 0..3 (SERDES, PHY reference, PPU, MADC); 0 if the output is disabled."""
        setting = self.words[4] >> 8 * output
        if not setting & 1:
            return 0.0
        if setting >> 1 & 1:
            return REFERENCE_HZ
        return self.adpll_frequency(setting >> 2 & 1, setting >> 3 & 3)

    def _start_test(self, word: int, tick: int) -> None:
        if not word & 1:
            self.test_started = None
        elif not self.words[SELF_TEST] & 1:
            self.test_started = tick

    def _test_status(self, tick: int) -> int:
        """[19:0] counter, [20] finished, [21] success. The test counts the selected clock during 2^(p+2) reference cycles."""
        if self.test_started is None:
            return 0
        test = self.words[SELF_TEST]
        window = 1 << _bits(test, 4, 1) + 2
        elapsed = (tick - self.test_started) // TICKS_PER_REFERENCE
        counter = int(self.frequency(_bits(test, 6, 5)) / REFERENCE_HZ * min(elapsed, window)) & _COUNTER_MAX
        if elapsed < window:
            return counter
        good = abs(counter - _bits(test, 31, 12)) <= _bits(test, 11, 8)
        return counter | _FINISHED | (_SUCCESS if good else 0)
