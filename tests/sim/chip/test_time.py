"""System time, reset and the order of things."""

import numpy as np
import pytest

from haldls import SystimeSyncBase


def test_system_time_counts_at_250_megahertz(bench):
    assert bench.chip.systime(1000) == 500


@pytest.mark.parametrize("base", [0, 12345, 2**43 - 5, 0x2ABCDEF0123])
def test_sync_takes_over_the_base(bench, base):
    bench.put(SystimeSyncBase(base), tick=1000)
    assert bench.chip.systime(2000) == 1000
    bench.chip.systime_sync(2000)
    assert bench.chip.systime(2000) == base
    assert bench.chip.systime(2000 + 40) == (base + 20) % 2**43
    np.testing.assert_array_equal(bench.get(SystimeSyncBase), [base & 0xFFFFFFFF, base >> 32])


def test_reset_restarts_the_time(bench):
    bench.chip.reset(5000)
    assert bench.chip.systime(5000) == 0


def test_waiting_is_free(bench):
    """Ten minutes of chip time pass within the test."""
    bench.chip.advance(500_000 * 1000 * 600)
    assert bench.chip.now == 500_000 * 1000 * 600
    assert len(bench.spikes(bench.chip.now)) == 0
