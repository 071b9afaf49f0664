"""The chip's clocks: two all-digital PLLs, the outputs they feed, and their self test."""

from __future__ import annotations

from enum import IntEnum

from halco import ADPLLOnDLS, Linear, PLLClockOutputBlockOnDLS, PLLClockOutputOnDLS, PLLSelfTestOnDLS, PLLSelfTestStatusOnDLS
from halco.value import shown
from haldls.constants import nominal_pll_f_reference
from haldls.container import Address, Container, Struct
from haldls.fields import Field, Group

__all__ = ["ADPLL", "PLLClockOutputBlock", "PLLSelfTest", "PLLSelfTestStatus"]

PLL = ("JTAGPLLRegister", "OmnibusChipOverJTAG")
WRITE_ONLY = ("JTAGPLLRegister",)  # what is shifted out of the JTAG registers is not their contents: read over the other backend


class ADPLL(Container):
    """All-digital PLL. The oscillator runs at f_ref * pre_div_p0 * loop_div_n; three outputs divide it down.

    By default 1 GHz from the 50 MHz reference: core_0 500 MHz, core_1 250 MHz, dco 500 MHz.
    """

    coordinate = ADPLLOnDLS
    backends = PLL
    address = {
        "JTAGPLLRegister": Address(0, stride=2, words=2),
        "OmnibusChipOverJTAG": Address(0x80000, stride=2, words=2),
    }
    unread_over = WRITE_ONLY

    class Output(IntEnum):
        """The outputs of a PLL."""

        core_0 = 0
        core_1 = 1
        dco = 2

    class LoopFilterInt(Linear, min=1, max=31, default=2):
        """Integral coefficient."""

    class LoopFilterProp(Linear, min=1, max=31, default=8):
        """Proportional coefficient."""

    class LoopDivN(Linear, min=1, max=31, default=10):
        """Feedback divider."""

    class CoreDivM0(Linear, min=1, max=31, default=1):
        """Divider of output core_0."""

    class CoreDivM1(Linear, min=1, max=31, default=2):
        """Divider of output core_1."""

    class PreDivP0(Linear, min=2, max=4, default=2):
        """Divider in front of the feedback divider."""

    class PreDivP1(Linear, min=2, max=4, default=2):
        """Divider in front of the core outputs."""

    class PreDivP2(Linear, min=2, max=4, default=2):
        """Divider of output dco."""

    class Tune(Linear, max=4095, default=512):
        """Oscillator setting."""

    class DcoPowerSwitch(Linear, max=63, default=63):
        """Supply switches of the oscillator."""

    class FilterShift(Linear, max=3, default=3):
        """Filter setting."""

    loop_filter_int = Field(LoopFilterInt, "w0[4:0]", doc="integral part of the loop filter")
    loop_filter_prop = Field(LoopFilterProp, "w0[9:5]", doc="proportional part of the loop filter")
    loop_div_n = Field(LoopDivN, "w0[14:10]", doc="division in the feedback loop: multiplies the reference")
    core_div_m0 = Field(CoreDivM0, "w0[19:15]", doc="division of core_0, after pre_div_p1")
    core_div_m1 = Field(CoreDivM1, "w0[24:20]", doc="division of core_1, after pre_div_p1")
    pre_div_p0 = Field(PreDivP0, "w0[26:25]", offset=-1, doc="division in front of loop_div_n: multiplies the reference")
    pre_div_p1 = Field(PreDivP1, "w0[28:27]", offset=-1, doc="division in front of core_0 and core_1")
    pre_div_p2 = Field(PreDivP2, "w0[30:29]", offset=-1, doc="division of dco")
    tune = Field(Tune, "w1[11:0]", doc="setting of the oscillator with the loop open")
    dco_power_switch = Field(DcoPowerSwitch, "w1[17:12]", doc="number of supply switches of the oscillator that are on")
    open_lock = Field(bool, "w1[18]", doc="run the oscillator with open loop")
    enforce_lock = Field(bool, "w1[19]", default=True, doc="count as locked whatever the detector says")
    pfd_select = Field(bool, "w1[20]", doc="phase detector with or without synchronizer")
    lock_window = Field(bool, "w1[21]", doc="window of the lock detector: False long, True short")
    filter_shift = Field(FilterShift, "w1[23:22]", doc="gain of the loop filter while locking in, as a power of two")
    enable_output_clock = Field(bool, "~w1[24]", default=True, doc="put the clock out")
    enable = Field(bool, "w1[30]", default=True, doc="run the PLL")
    use_external_config = Field(bool, "w1[31]", default=True, doc="use this configuration rather than the built-in one")

    def calculate_output_frequency(self, output: ADPLL.Output, f_ref: float = nominal_pll_f_reference) -> float:
        """Frequency in Hz of an output for a reference of `f_ref` Hz.

        >>> ADPLL().calculate_output_frequency(ADPLL.Output.core_1)
        250000000.0
        """
        if not isinstance(output, ADPLL.Output):
            raise TypeError(f"an output is a member of ADPLL.Output ({', '.join(ADPLL.Output.__members__)}), not {shown(output)}")
        oscillator = f_ref * int(self.pre_div_p0) * int(self.loop_div_n)
        if output == ADPLL.Output.dco:
            return oscillator / int(self.pre_div_p2)
        return oscillator / (int(self.pre_div_p1) * int(self.core_div_m0 if output == ADPLL.Output.core_0 else self.core_div_m1))


class PLLClockOutputBlock(Container):
    """Which PLL output feeds which clock of the chip: high-speed links, their reference, PPUs and MADC."""

    coordinate = PLLClockOutputBlockOnDLS
    backends = PLL
    address = {"JTAGPLLRegister": Address(4), "OmnibusChipOverJTAG": Address(0x80004)}
    unread_over = WRITE_ONLY

    class ClockOutput(Struct):
        """Source of one clock."""

        enable_output = Field(bool, None, default=True, doc="put the clock out")
        enable_bypass = Field(bool, None, doc="take the reference clock instead of a PLL")
        select_adpll = Field(ADPLLOnDLS, None, doc="the PLL it comes from")
        select_adpll_output = Field(ADPLL.Output, None, doc="the output of that PLL")

    spl1_source = Field(
        PLLClockOutputOnDLS,
        "w0[31] 1",
        default=PLLClockOutputOnDLS.phy_ref_clk,
        allowed=(PLLClockOutputOnDLS.phy_ref_clk, PLLClockOutputOnDLS.madc_clk),
        doc="clock of the event routing: phy_ref_clk or madc_clk",
    )
    clock_output = Group(
        PLLClockOutputOnDLS,
        ClockOutput,
        lambda output: {
            "enable_output": f"w0[{8 * output}]",
            "enable_bypass": f"w0[{8 * output + 1}]",
            "select_adpll": f"w0[{8 * output + 2}]",
            "select_adpll_output": f"w0[{8 * output + 4}:{8 * output + 3}]",
        },
        default=lambda output: (
            {},
            {},
            {"select_adpll": 1, "select_adpll_output": ADPLL.Output.core_1},
            {"select_adpll_output": ADPLL.Output.dco},
        )[output],
        doc="source of each clock",
    )
    get_clock_output, set_clock_output = clock_output.accessors("clock_output")


class PLLSelfTest(Container):
    """Counts a clock against the reference and compares the count with an expectation."""

    coordinate = PLLSelfTestOnDLS
    backends = PLL
    address = {"JTAGPLLRegister": Address(5), "OmnibusChipOverJTAG": Address(0x80005)}
    unread_over = WRITE_ONLY

    class PreScalerP(Linear, max=15):
        """Length of the count."""

    class CheckRange(Linear, max=15):
        """Tolerance."""

    class CheckValue(Linear, max=(1 << 20) - 1):
        """Expected count."""

    clock_enable = Field(bool, "w0[0]", doc="run the test; has to be written as False first")
    pre_scaler_p = Field(PreScalerP, "w0[4:1]", doc="power of two by which the reference is divided")
    select_source = Field(PLLClockOutputOnDLS, "w0[6:5]", doc="clock that is counted")
    check_range = Field(CheckRange, "w0[11:8]", doc="largest difference to the expectation that passes")
    check_value = Field(CheckValue, "w0[31:12]", doc="expected count")


class PLLSelfTestStatus(Container):
    """Outcome of the PLL self test."""

    coordinate = PLLSelfTestStatusOnDLS
    backends = ("OmnibusChipOverJTAG",)
    read_address = Address(0x80007)

    class CounterValue(Linear, max=(1 << 20) - 1):
        """Counted cycles."""

    success = Field(bool, read="w0[21]", readonly=True, doc="the count was as expected")
    finished = Field(bool, read="w0[20]", readonly=True, doc="the test is over")
    counter_value = Field(CounterValue, read="w0[19:0]", readonly=True, doc="the count")
