"""Clock frequencies from the registers, against the numbers software states for its default words."""

import pytest

from halco import PLLClockOutputOnDLS
from hicannx_sim.chip.pll import MADC_CLOCK, PLL

DEFAULT = (0x2A20A902, 0xC0CBF200)


@pytest.fixture
def pll():
    """With the default words of ADPLL and clock output block."""
    pll = PLL()
    for register, word in enumerate((*DEFAULT, *DEFAULT, 0x110D0101)):
        pll.write(register, word, 0)
    return pll


def test_default_words(pll):
    assert [pll.adpll_frequency(0, output) for output in range(3)] == [500e6, 250e6, 500e6]
    assert [pll.frequency(output) for output in range(PLLClockOutputOnDLS.size)] == [500e6, 500e6, 250e6, 500e6]


@pytest.mark.parametrize(
    "low, expected",
    [
        (DEFAULT[0] & ~(31 << 10) | 5 << 10, [250e6, 125e6, 250e6]),  # loop divider 5
        (DEFAULT[0] & ~(31 << 15) | 2 << 15, [250e6, 250e6, 500e6]),  # core divider m0 2
        (DEFAULT[0] & ~(3 << 29) | 3 << 29, [500e6, 250e6, 250e6]),  # p2 4
        (DEFAULT[0] & ~(3 << 25) | 3 << 25, [1e9, 500e6, 1e9]),  # p0 4
    ],
)
def test_dividers(pll, low, expected):
    pll.write(0, low, 0)
    assert [pll.adpll_frequency(0, output) for output in range(3)] == expected
    assert pll.frequency(int(PLLClockOutputOnDLS.ppu_clk)) == 250e6, "the other ADPLL is untouched"


@pytest.mark.parametrize("high", [DEFAULT[1] & ~(1 << 30), DEFAULT[1] & ~(1 << 31), DEFAULT[1] | 1 << 24])
def test_switched_off(pll, high):
    pll.write(1, high, 0)
    assert pll.frequency(MADC_CLOCK) == 0


def test_output_enable_and_bypass(pll):
    pll.write(4, 0x110D0100, 0)
    assert pll.frequency(int(PLLClockOutputOnDLS.serdes_ser_send_clk)) == 0
    pll.write(4, 0x110D0103, 0)
    assert pll.frequency(int(PLLClockOutputOnDLS.serdes_ser_send_clk)) == 50e6


def test_clocks_are_nominal_after_a_reset(pll):
    assert PLL() == pll
    pll.write(4, 0, 0)
    assert pll.frequency(MADC_CLOCK) == 0
    pll.reset()
    assert PLL() == pll


def test_self_test_counts_within_its_window(pll):
    pll.write(5, 8 << 1 | 1, 1000)
    window = 1024 * 10  # ticks
    assert pll.read(7, 1000 + window // 2) == 5120
    assert pll.read(7, 1000 + window) == 1 << 20 | 10240
    pll.write(5, 0, 20000)
    assert pll.read(7, 20001) == 0
    pll.write(7, 123, 20001)
    assert pll.read(7, 20002) == 0, "the status cannot be written"
