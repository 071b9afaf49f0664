"""When the PHYs of the link come up, seen through programs."""

import pytest

from hicannx_sim.chip.link import bring_up_ticks

FPGA_CONFIG, CHIP_CONFIG = 0x204040, 0x204000


def bring_up(words, fpga=FPGA_CONFIG, chip=CHIP_CONFIG, fpga_mask=0xFF, chip_mask=0xFF, pll=True):
    program = [*words.reset(1), *words.setup, *words.wait(10), *words.reset(0)]
    if pll:
        for register, word in enumerate((0x2A20A902, 0xC0CBF200, 0x2A20A902, 0xC0CBF200, 0x110D0101)):
            program += [*words.select(3), *words.scan(register, 4, False), *words.select(4), *words.scan(word, 32, False)]
    for phy in range(8):
        program += [*words.write(0x88006000 + phy, fpga), *words.select(1 << 6 | phy << 3 | 4), *words.scan(chip, 22, False)]
    return [*program, *words.write(0x88004000, fpga_mask), *words.chip_over_jtag(0x40000, chip_mask), *words.barrier(2)]


def test_comes_up_within_80_us(lab, words):
    assert bring_up_ticks * 2 < 80_000
    answer = lab.run(bring_up(words), words.setup, words.wait(10_000), words.halt)
    assert len(answer.highspeed_link_notifications) == 8
    assert lab.system.link.up(4 * lab.fpga.cycle) == (True,) * 8


@pytest.mark.parametrize("pll", [True, False])
def test_the_clocks_of_a_fresh_chip_are_good_enough_for_time(lab, words, pll):
    """Nothing sets the PLL; link and system time work nevertheless."""
    sync = [*words.systime_init(), *words.barrier(4), *words.tick]
    answer = lab.run(bring_up(words, pll=pll), words.setup, words.wait(10_000), sync, words.halt)
    assert len(answer.timeouts) == 0 and int(answer.loopback["fpga_time"][0]) > 1


def test_reset_registers_of_the_clocks_are_the_default_words(lab, words):
    """Over JTAG and over the omnibus."""
    places = [*range(0x80000, 0x80005)]
    jtag = [int(row["data"]) for row in lab.run(*(words.chip_over_jtag(place) for place in places), words.barrier(2), words.halt).jtag]
    assert jtag == [0x2A20A902, 0xC0CBF200, 0x2A20A902, 0xC0CBF200, 0x110D0101]


@pytest.mark.parametrize("phy", range(8))
def test_enables_count_in_opposite_directions(lab, words, phy):
    lab.run(bring_up(words, fpga_mask=1 << phy, chip_mask=1 << 7 - phy), words.setup, words.wait(10_000), words.halt)
    assert lab.system.link.up(4 * lab.fpga.cycle) == tuple(n == phy for n in range(8))
    other = 1 << (7 - phy) if phy != 7 - phy else 0
    lab.run(words.write(0x88004000, other), words.setup, words.wait(10_000), words.halt)
    assert not any(lab.system.link.up(4 * lab.fpga.cycle))


@pytest.mark.parametrize(
    "options",
    [
        {"fpga": 0},
        {"chip": 0},
        {"fpga": CHIP_CONFIG},
        {"chip": FPGA_CONFIG},
        {"chip": CHIP_CONFIG | 1 << 11},
        {"fpga": FPGA_CONFIG & ~(1 << 21)},
        {"fpga_mask": 0},
        {"chip_mask": 0},
    ],
)
def test_stays_down_when_something_is_missing(lab, words, options):
    answer = lab.run(bring_up(words, **options), words.setup, words.wait(20_000), words.read(0), words.halt)
    assert not any(lab.system.link.up(4 * lab.fpga.cycle))
    assert len(answer.timeouts) == 1 and len(answer.highspeed_link_notifications) == 0


def test_clock_change_drops_it(lab, words):
    answer = lab.run(bring_up(words), words.setup, words.wait(10_000), words.chip_over_jtag(0x80004, 0), words.barrier(2), words.halt)
    assert [int(value) >> 4 & 1 for value in answer.highspeed_link_notifications["value"]] == [1] * 8 + [0] * 8


def test_phy_status_registers(lab, words):
    lab.run(bring_up(words, fpga_mask=0x0F), words.setup, words.wait(20_000), words.halt)
    online = lab.data([word for phy in range(8) for word in words.read(0x8800400C + phy)], words.halt)
    assert all(value > 10_000 for value in online[:4]) and online[4:] == [0] * 4
    errors = lab.data([word for phy in range(8) for word in (*words.read(0x88004004 + phy), *words.read(0x88004014 + phy))], words.halt)
    assert errors == [0] * 16
    lab.run(words.write(0, 1) * 400, words.halt)
    sent = lab.data([word for phy in range(8) for word in words.read(0x8800C000 + 2 * phy)], words.halt)
    assert sent[:4] == [200] * 4 and sent[4:] == [0] * 4  # a write is two packets, address and data
