"""Background event sources: rates, seeds and labels."""

import numpy as np
import pytest

from haldls import BackgroundSpikeSource, CrossbarNode

TO_L2 = 61  # node from source 0 to link output 0
MILLISECOND = 500_000


@pytest.fixture
def source(bench):
    bench.close_crossbar()
    for index in range(8):
        bench.put(CrossbarNode(mask=0, target=0), TO_L2 + 2 * index)
    return bench


@pytest.mark.parametrize(("index", "period"), [(0, 1000), (3, 10000), (7, 250)])
def test_regular_events_follow_every_period(source, index, period):
    source.put(BackgroundSpikeSource(enable=True, period=period, neuron_label=0x1ABC), index, tick=1000)
    spikes = source.spikes(1000 + 2 * MILLISECOND)
    assert set(spikes["body"].tolist()) == {(index % 4) << 14 | 0x1ABC}
    assert set(np.diff(spikes["tick"]).tolist()) == {2 * period}
    assert len(spikes) == 2 * MILLISECOND // (2 * period) - (0 if 2 * MILLISECOND % (2 * period) > 40 else 1)
    assert spikes["tick"][0] == 1000 + 2 * period + 40


@pytest.mark.parametrize(("rate", "period"), [(255, 100), (100, 50), (9, 20), (7, 1), (0, 0)])
def test_random_events_come_at_their_rate(source, rate, period):
    source.put(BackgroundSpikeSource(enable=True, enable_random=True, rate=rate, period=period, seed=1234, neuron_label=7), 0)
    bins, chance = 10 * MILLISECOND // (2 * (period + 1)), (rate + 1) / 256
    count = len(source.spikes(10 * MILLISECOND))
    assert abs(count - bins * chance) <= 5 * np.sqrt(bins * chance * (1 - chance)) + 2


def test_random_intervals_are_geometric(source):
    source.put(BackgroundSpikeSource(enable=True, enable_random=True, rate=24, period=9, seed=99), 0)
    intervals = np.diff(source.spikes(20 * MILLISECOND)["tick"]) / 20
    assert intervals.std() == pytest.approx(intervals.mean() * np.sqrt(1 - 25 / 256), rel=0.05)


def test_rate_zero_is_one_in_256(source):
    """Tests of PyNN on the real system ask sources of this rate for that many events."""
    source.put(BackgroundSpikeSource(enable=True, enable_random=True, rate=0, period=9, seed=1), 0)
    expected = 25_000 / 256
    assert abs(len(source.spikes(MILLISECOND)) - expected) < 5 * np.sqrt(expected)


def test_masked_label_bits_are_random_the_others_fixed(source):
    source.put(BackgroundSpikeSource(enable=True, enable_random=True, rate=255, period=10, seed=5, mask=0x0F, neuron_label=0x2AF5), 0)
    labels = source.spikes(MILLISECOND)["body"]
    assert set((labels & ~np.uint16(0xF)).tolist()) == {0x2AF0}
    counts = np.bincount(labels & 0xF, minlength=16)
    assert counts.min() > 0.8 * len(labels) / 16


def test_the_seed_decides_the_sequence(source, make_bench):
    def train(seed):
        bench = make_bench()
        bench.put(BackgroundSpikeSource(enable=True, enable_random=True, rate=20, period=100, seed=seed), 0)
        return bench.spikes(MILLISECOND)["tick"].tolist()

    assert train(3) == train(3)
    assert train(3) != train(4)


def test_switching_off_stops_and_switching_on_starts_anew(source):
    on, off = BackgroundSpikeSource(enable=True, period=1000), BackgroundSpikeSource(enable=False, period=1000)
    source.put(on, 0, tick=0)
    source.put(off, 0, tick=10_001)
    source.put(on, 0, tick=11_000)
    ticks = source.spikes(15_100)["tick"] - 40
    assert ticks.tolist() == [2000, 4000, 6000, 8000, 10_000, 13_000, 15_000]


def test_looking_in_between_changes_nothing(source, make_bench):
    def train(steps):
        bench = make_bench()
        bench.put(BackgroundSpikeSource(enable=True, enable_random=True, rate=3, period=7, seed=17), 0)
        return np.concatenate([bench.spikes(until)["tick"] for until in steps]).tolist()

    assert train([200_000]) == train(range(0, 200_001, 137)) == train(range(0, 200_001, 50_000))
