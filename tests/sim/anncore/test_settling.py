"""Cells of the analog memory that take their time, on a chip that is asked to."""

import numpy as np
import pytest

import hicannx_sim as sim
from halco import CapMemRowOnCapMemBlock
from haldls import CapMemCell
from hicannx_sim.anncore.core import AnalogCore

MS = 500_000  # ticks of 2 ns
LEAK, BIAS = (int(getattr(CapMemRowOnCapMemBlock, name)) * 130 for name in ("v_leak", "i_bias_leak"))


@pytest.fixture
def core():
    return AnalogCore(sim.VirtualChip(1, "ideal", ["capmem settling"]))


def write(core, cell, code, block=0):
    core.capmem[block, cell] = code
    core.touch_capmem(block, cell)


def held(core, cell, block=0):
    return int(core.arrays()["cells"].reshape(4, 3120)[block, cell])


@pytest.mark.parametrize(("cell", "milliseconds"), [(LEAK, 2), (BIAS, 3)])
def test_a_value_is_approached_with_each_refresh(core, cell, milliseconds):
    core.collect(MS // 3)
    write(core, cell, 1000)
    assert held(core, cell) == 0
    core.collect(MS - 50)
    assert held(core, cell) == 0, "not before the refresh"
    for refresh in range(1, 12):
        core.collect(refresh * MS)
        assert held(core, cell) == pytest.approx(1000 * (1 - np.exp(-refresh / milliseconds)), abs=1)
    core.collect(40 * MS)
    assert held(core, cell) == 1000
    write(core, cell, 1023)
    core.collect(60 * MS)
    assert held(core, cell) == 1000, "without refresh it keeps what it has"


def test_a_change_of_mind_and_many_cells(core):
    rng = np.random.default_rng(1)
    for _ in range(3):
        codes = rng.integers(0, 1023, (4, 3120))
        for block in range(4):
            for cell in range(3120):
                write(core, cell, codes[block, cell], block)
        core.collect(core.now + 3 * MS)
    core.collect(core.now + 50 * MS)
    np.testing.assert_array_equal(core.arrays()["cells"].reshape(4, 3120), codes)


def test_the_membrane_follows(core):
    write(core, BIAS, 1000)
    core.collect(50 * MS)
    write(core, LEAK, 900)
    core.collect(52 * MS)
    between = core.voltage(0, 0)
    core.collect(100 * MS)
    assert core.voltage(0, 0) == pytest.approx(-0.32 + 1.2e-3 * 900, abs=2e-3) and between < core.voltage(0, 0) - 0.1


def test_without_the_quirk_it_is_there_at_once():
    core = AnalogCore(sim.VirtualChip(1, "ideal"))
    write(core, LEAK, 900)
    assert held(core, LEAK) == 900 and core.settling is None


def test_the_switch_through_the_system(make_lab, words):
    """And a snapshot in the middle of it."""
    lab = make_lab()
    lab.system = sim.System(sim.VirtualChip(1, "ideal", ["capmem settling"]))
    address = int(CapMemCell.write_addresses([LEAK])[0, 0])
    lab.run(words.golden("SystemInit_ZeroMock"), words.write(address, 900), words.setup, words.wait(3 * 125_000), words.halt)
    assert lab.data(words.read(address), words.halt) == [900], "the register holds the code"
    half, data = held(lab.system.chip.fabric.analog, LEAK), lab.system.snapshot()
    assert 600 < half < 890
    ends = []
    for system in (lab.system, sim.System()):
        lab.system = system.restore(data)
        assert held(lab.system.chip.fabric.analog, LEAK) == half
        lab.run(words.setup, words.wait(2 * 125_000), words.halt)
        ends.append(held(lab.system.chip.fabric.analog, LEAK))
    assert half < ends[0] == ends[1] < 900


@pytest.mark.parametrize("quirks", [["capmem crosstalk"], ["capmem crosstalk", "capmem settling"]])
def test_many_cells_with_one_code_disturb_each_other(quirks):
    """0.02 codes for each cell of a block above 100 that holds the same; spread codes, zeros and other blocks are not disturbed."""
    core = AnalogCore(sim.VirtualChip(1, "ideal", quirks))
    for column in range(128):
        write(core, LEAK + column, 700, 1)
        write(core, BIAS + column, 700, 1)
        write(core, LEAK + column, 500 + column, 2)
    core.collect(60 * MS)
    shown = core.arrays()["cells"].reshape(4, 3120)
    assert set(shown[1, LEAK : LEAK + 128]) == set(shown[1, BIAS : BIAS + 128]) == {700 + round(0.02 * 156)}
    assert shown[2, LEAK : LEAK + 128].tolist() == list(range(500, 628))
    assert not shown[0].any() and not shown[1, BIAS + 130 :].any()
    for column in range(128):
        write(core, BIAS + column, 300 + column, 1)
    core.collect(120 * MS)
    assert set(core.arrays()["cells"].reshape(4, 3120)[1, LEAK : LEAK + 128]) == {701}, "128 are left"
