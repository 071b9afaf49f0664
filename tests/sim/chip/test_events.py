"""Events through the crossbar: link to link, filters, counters, losses."""

import numpy as np
import pytest

from haldls import CommonPADIBusConfig, CrossbarInputDropCounter, CrossbarNode, CrossbarOutputConfig, CrossbarOutputEventCounter
from hicannx_sim.base.numbers import number
from hicannx_sim.chip.crossbar import wiring

LOOPBACK = number("crossbar") + number("crossbar_to_stamp")
DIAGONAL = [32, 41, 50, 59]  # nodes from link input k to link output k


def test_wiring_has_the_chips_nodes():
    assert len(wiring()) == 76
    assert wiring()[32] == (8, 8)
    assert wiring()[3:6] == [(1, 1), (1, 5), (1, 9)]
    assert wiring()[60:62] == [(12, 0), (12, 8)]
    assert wiring()[74:] == [(19, 7), (19, 11)]


@pytest.mark.parametrize("label", [0x0000, 0x1234, 0x4001, 0xBFFF, 0xFFFF])
def test_a_label_comes_back_through_the_diagonal_node(bench, label):
    bench.close_crossbar()
    for node in DIAGONAL:
        bench.put(CrossbarNode(mask=0, target=0), node)
    bench.spike(label, 1000)
    spikes = bench.spikes(5000)
    assert spikes["body"].tolist() == [label]
    assert spikes["tick"].tolist() == [1000 + LOOPBACK]


def test_nothing_leaves_before_its_time(bench):
    bench.spike(3, 1000)
    assert len(bench.spikes(1000 + LOOPBACK - 1)) == 0
    assert len(bench.spikes(1000 + LOOPBACK)) == 1


def test_a_node_passes_labels_whose_masked_bits_equal_its_target(bench):
    bench.close_crossbar()
    bench.put(CrossbarNode(mask=0x0F3, target=0x051), DIAGONAL[2])
    labels = np.arange(0x4000, dtype=np.uint16)
    bench.chip.spikes(labels | 0x8000, 10 * np.arange(len(labels)))
    expected = labels[(labels & 0x0F3) == 0x051]
    np.testing.assert_array_equal(bench.spikes(200_000)["body"], expected | 0x8000)
    summary = bench.chip.fabric.counters()
    assert summary["crossbar_in"][10] == len(labels)
    assert summary["crossbar_unrouted"][10] == len(labels) - len(expected)
    assert summary["crossbar_lost"] == [0] * 12


def test_packs_back_to_back_all_return(bench):
    """Three labels per FPGA cycle are more than the link carries; they queue, none is lost."""
    labels = np.random.default_rng(3).integers(0, 2**16, 3000).astype(np.uint16)
    bench.chip.spikes(labels, np.repeat(4 * np.arange(1000), 3))
    np.testing.assert_array_equal(np.sort(bench.spikes(20_000)["body"]), np.sort(labels))


def test_output_is_in_time_order_across_channels(bench):
    labels = np.random.default_rng(4).integers(0, 2**16, 2000).astype(np.uint16)
    bench.put(CrossbarOutputConfig(enable_slow=[True, False, False, True]))
    bench.chip.spikes(labels, 3 * np.arange(2000))
    assert (np.diff(bench.spikes(30_000)["tick"]) >= 0).all()


def test_an_overloaded_output_loses_events_and_counts_them_where_enabled(bench):
    """A slow output takes every second event; input 8 has its drop counter on, input 9 does not reach the output."""
    bench.close_crossbar()
    bench.put(CrossbarNode(mask=0, target=0, enable_drop_counter=True), DIAGONAL[0])
    bench.put(CrossbarOutputConfig(enable_slow=[True, False, False, False], enable_event_counter=[True] * 12))
    bench.chip.spikes(np.zeros(1000, np.uint16), np.zeros(1000, np.int64))
    returned = len(bench.spikes(100_000))
    lost = 1000 - returned
    assert 500 <= returned < 600
    assert bench.get(CrossbarInputDropCounter, 8)[0] == lost
    assert bench.get(CrossbarOutputEventCounter, 8)[0] == returned
    assert bench.chip.fabric.counters()["crossbar_lost"][8] == lost


def test_a_listening_bus_takes_an_event_every_eight_nanoseconds(bench):
    """Events twice as fast as bus 0 of the bottom array: half of them get lost there, none at the buses that do not listen."""
    bench.put(CommonPADIBusConfig(enable_spl1=[True, False, False, False]), 1)
    bench.chip.spikes(np.arange(2000, dtype=np.uint16) & 0x3FFF, 2 * np.arange(2000))
    bench.chip.advance(50_000)
    summary = bench.chip.fabric.counters()
    assert summary["crossbar_lost"] == [0] * 4 + [2000 - summary["padi_from_crossbar"]] + [0] * 7
    assert 1000 <= summary["padi_from_crossbar"] <= 1040
    assert summary["padi_blocked"] == 7 * 2000


def test_event_counters_count_only_where_enabled(bench):
    bench.put(CrossbarOutputConfig(enable_event_counter=[output == 9 for output in range(12)]))
    bench.chip.spikes(np.array([0x4000, 0x4001, 0x0000], np.uint16), np.array([10, 20, 30]))
    bench.chip.advance(1000)
    assert [int(bench.get(CrossbarOutputEventCounter, output)[0]) for output in range(12)] == [0] * 9 + [2, 0, 0]


def test_late_configuration_does_not_change_earlier_events(bench):
    bench.spike(1, 1000)
    bench.put(CrossbarNode(mask=0, target=1), DIAGONAL[0], tick=1001)
    bench.spike(2, 1002)
    assert bench.spikes(5000)["body"].tolist() == [1]


def test_reset_clears_events_and_configuration(bench):
    bench.close_crossbar()
    bench.spike(1, 100)
    bench.chip.reset(200)
    bench.spike(2, 300)
    assert bench.spikes(5000)["body"].tolist() == [2]
