"""From the PADI buses to the rows: who responds, with which address and for how long."""

import pytest

from haldls import CommonPADIBusConfig, CrossbarNode, PADIEvent, SynapseDriverConfig

MODES = [0, 1, 2, 3]


def driver(**fields):
    return SynapseDriverConfig(enable_receiver=True, **fields)


def mode(value):
    return SynapseDriverConfig.RowMode(value)


def test_a_driver_serves_its_two_rows_with_their_modes(bench):
    """Driver 1 * 128 + 4 * 5 + 2 of the bottom array: bus 2, index 5, rows 44 and 45 of 256."""
    bench.put(driver(row_mode_bottom=mode(1), row_mode_top=mode(2)), 128 + 22)
    assert bench.chip.fabric.drivers.reach(bus=6, row_select=5, address=37) == [(256 + 44, 37, 1), (256 + 45, 37, 2)]
    assert bench.chip.fabric.drivers.reach(bus=6, row_select=4, address=37) == []
    assert bench.chip.fabric.drivers.reach(bus=2, row_select=5, address=37) == []


@pytest.mark.parametrize("mask", [0, 1, 0b10100, 31])
def test_only_the_bits_in_the_mask_are_compared(bench, mask):
    for index in range(32):
        bench.put(driver(row_address_compare_mask=mask, row_mode_top=mode(3)), 4 * index)
    for select in range(32):
        responding = [index for index in range(32) if (index ^ select) & mask == 0]
        assert bench.chip.fabric.drivers.reach(0, select, 1) == [(2 * 4 * index + 1, 1, 3) for index in responding]


def test_without_receiver_nothing_responds(bench):
    bench.put(SynapseDriverConfig(enable_receiver=False, row_address_compare_mask=0, row_mode_top=mode(1)), 0)
    assert bench.chip.fabric.drivers.reach(0, 0, 0) == []


def test_without_address_out_only_the_highest_bit_is_sent(bench):
    bench.put(driver(enable_address_out=False, row_mode_top=mode(1)), 0)
    assert bench.chip.fabric.drivers.reach(0, 0, 63) == [(1, 32, 1)]
    assert bench.chip.fabric.drivers.reach(0, 0, 31) == [(1, 0, 1)]


def test_register_events_reach_the_buses_they_name(bench):
    for bus in range(4):
        bench.put(driver(row_address_compare_mask=0, row_mode_top=mode(1), row_mode_bottom=mode(1)), 4 * 3 + bus)
    event = PADIEvent(event_address=11, row_select_address=9)
    event.fire_bus = [True, False, True, True]
    bench.put(event, 0, tick=100)
    bench.put(event, 1, tick=100)
    bench.chip.advance(1000)
    summary = bench.chip.fabric.counters()
    assert summary["padi_from_register"] == 6
    assert summary["row_pulses"] == 6
    assert summary["driver_unmatched"] == 3  # bottom array: no receiver


@pytest.mark.parametrize(("spl1", "link", "register"), [(True, 1, 0), (False, 0, 1)])
def test_a_bus_listens_either_to_the_crossbar_or_to_the_register(bench, spl1, link, register):
    bench.close_crossbar()
    bench.put(CrossbarNode(mask=0, target=0), 24 + 2)  # link input 0 -> bus 2 of the top array
    bench.put(driver(row_mode_top=mode(1)), 4 * 17 + 2)
    bench.put(CommonPADIBusConfig(enable_spl1=[spl1] * 4), 0)
    bench.spike(17 << 6 | 5, 100)
    event = PADIEvent(row_select_address=17)
    event.fire_bus = [False, False, True, False]
    bench.put(event, 0, tick=500)
    bench.chip.advance(2000)
    summary = bench.chip.fabric.counters()
    assert summary["padi_from_crossbar"] == link
    assert summary["padi_blocked"] == 1 - link
    assert summary["padi_from_register"] == register
    assert summary["padi_register_lost"] == 1 - register
    assert summary["row_pulses"] == 1


def test_pulse_extension_lengthens_the_pulse(bench):
    bench.put(CommonPADIBusConfig(dacen_pulse_extension=[0, 1, 5, 15]), 1)
    assert [bench.chip.fabric.padi.relative_charge(bus) for bus in range(8)] == [1, 1, 1, 1, 1, 2, 6, 16]
