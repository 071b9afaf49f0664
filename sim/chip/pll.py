"""The chip's clock generation: two ADPLLs, the clock output block and the self test.

Registers, as JTAG sees them and on the omnibus, are those of the containers ADPLL, PLLClockOutputBlock, PLLSelfTest and PLLSelfTestStatus;
number 6 has no known meaning and is stored. Accuracy: behavioural. Frequencies follow the words at once: lock-in, jitter and
tuning are not modelled. (facts: registers/behaviour, clocks and time; registers/containers, ADPLL, PLLClockOutputBlock, PLLSelfTest)
"""

from dataclasses import dataclass, field
from typing import Any, Final

import haldls
from halco import JTAGPLLRegisterOnDLS, PLLClockOutputOnDLS
from haldls.constants import nominal_pll_f_reference as REFERENCE_HZ  # noqa: N812
from hicannx_sim.base.clock import TICK_NS
from hicannx_sim.base.places import Bits, bits_of
from hicannx_sim.chip.masks import default_words


def _register(container: Any, n: int = 0) -> int:
    """Number of a container's first register at its n-th coordinate."""
    place = container.write_addresses if container.layout().n_write else container.read_addresses
    return int(place([n], backend="OmnibusChipOverJTAG")[0, 0]) - OMNIBUS_BASE


OMNIBUS_BASE: Final = int(haldls.ADPLL.write_addresses([0], backend="OmnibusChipOverJTAG")[0, 0])
"""Word address of register 0 on the chip's omnibus."""
N_REGISTERS: Final = JTAGPLLRegisterOnDLS.size
ADPLLS: Final = (_register(haldls.ADPLL, 0), _register(haldls.ADPLL, 1))
CLOCK_OUTPUTS: Final = _register(haldls.PLLClockOutputBlock)
SELF_TEST: Final = _register(haldls.PLLSelfTest)
SELF_TEST_STATUS: Final = _register(haldls.PLLSelfTestStatus)
PHY_REFERENCE_CLOCK: Final = int(PLLClockOutputOnDLS.phy_ref_clk)
MADC_CLOCK: Final = int(PLLClockOutputOnDLS.madc_clk)

TICKS_PER_REFERENCE: Final = round(1e9 / REFERENCE_HZ) // TICK_NS


def _bits(container: Any, *names: str) -> dict[str, Bits]:
    return {name: bits_of(container, name) for name in names}


_ADPLL: Final = _bits(
    haldls.ADPLL,
    *("loop_div_n", "core_div_m0", "core_div_m1", "pre_div_p0", "pre_div_p1", "pre_div_p2"),
    *("enable_output_clock", "enable", "use_external_config"),
)
_OUTPUTS: Final = tuple(
    {
        name: bits_of(haldls.PLLClockOutputBlock, f"clock_output.{name}", n)
        for name in ("enable_output", "enable_bypass", "select_adpll", "select_adpll_output")
    }
    for n in range(PLLClockOutputOnDLS.size)
)
_TEST: Final = _bits(haldls.PLLSelfTest, "clock_enable", "pre_scaler_p", "select_source", "check_range", "check_value")
_STATUS: Final = _bits(haldls.PLLSelfTestStatus, "counter_value", "finished", "success")
_CORE: Final = ("core_div_m0", "core_div_m1")


def _reset_words() -> list[int]:
    words = [0] * N_REGISTERS
    for container, first in ((haldls.ADPLL, ADPLLS[0]), (haldls.ADPLL, ADPLLS[1]), (haldls.PLLClockOutputBlock, CLOCK_OUTPUTS)):
        defaults = default_words(container, "OmnibusChipOverJTAG")
        words[first : first + len(defaults)] = defaults
    return words


RESET_WORDS: Final = tuple(_reset_words())
"""Both ADPLLs and all outputs run after a reset, as a link that comes up without any setting of the clocks shows; that their registers then
hold the words that software writes by default is assumed."""


@dataclass(slots=True)
class PLL:
    """The eight 32-bit registers and what follows from them. `words`, `test_started` and `powered` are the whole state."""

    words: list[int] = field(default_factory=lambda: list(RESET_WORDS))
    test_started: int | None = None
    """Tick at which the running or finished self test began."""
    powered: bool = True
    """Without its supply no ADPLL runs; the registers stay."""

    def reset(self) -> None:
        """All registers at `RESET_WORDS`: the clocks have their nominal frequencies."""
        self.words = list(RESET_WORDS)
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
        """Frequency [Hz] of an output (ADPLL.Output: core 0, core 1, DCO) of ADPLL 0 or 1; 0 if it is off or its output is gated.

        f_dco = p0 * n * f_ref; core i: f_dco / (p1 * m_i); DCO output: f_dco / p2.
        (facts: registers/behaviour, clocks and time; checked against the default words)
        """
        words = self.words[ADPLLS[adpll] : ADPLLS[adpll] + 2]
        value = {name: bits.get(words) for name, bits in _ADPLL.items()}
        running = self.powered and value["enable"] and value["use_external_config"] and value["enable_output_clock"]
        if not running or output > haldls.ADPLL.Output.dco:
            return 0.0
        dco = value["pre_div_p0"] * value["loop_div_n"] * REFERENCE_HZ
        divider = value["pre_div_p2"] if output == haldls.ADPLL.Output.dco else value["pre_div_p1"] * value[_CORE[output]]
        return dco / divider if divider else 0.0

    def frequency(self, output: int) -> float:
        """Frequency [Hz] of a clock output (PLLClockOutputOnDLS: SERDES, PHY reference, PPU, MADC); 0 if it is disabled."""
        setting = {name: bits.get([self.words[CLOCK_OUTPUTS]]) for name, bits in _OUTPUTS[output].items()}
        if not setting["enable_output"]:
            return 0.0
        return REFERENCE_HZ if setting["enable_bypass"] else self.adpll_frequency(setting["select_adpll"], setting["select_adpll_output"])

    def _start_test(self, word: int, tick: int) -> None:
        if not _TEST["clock_enable"].get([word]):
            self.test_started = None
        elif not _TEST["clock_enable"].get([self.words[SELF_TEST]]):
            self.test_started = tick

    def _test_status(self, tick: int) -> int:
        """The test counts the selected clock during 2^(p+2) reference cycles."""
        if self.test_started is None:
            return 0
        test = {name: bits.get([self.words[SELF_TEST]]) for name, bits in _TEST.items()}
        window = 1 << test["pre_scaler_p"] + 2
        elapsed = (tick - self.test_started) // TICKS_PER_REFERENCE
        counter = int(self.frequency(test["select_source"]) / REFERENCE_HZ * min(elapsed, window)) & _STATUS["counter_value"].mask
        if elapsed < window:
            return counter
        good = abs(counter - test["check_value"]) <= test["check_range"]
        return counter | _STATUS["finished"].mask | (_STATUS["success"].mask if good else 0)
