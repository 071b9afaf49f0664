"""Random numbers: fixed values, distribution, independence."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hicannx_sim.base.noise import normals, quantiles, stream, uniforms

KEY = stream(12345, "test")


def test_values_never_change() -> None:
    assert stream(12345, "test") == 6960565392178146006
    assert uniforms(7, [0, 1, 2**64 - 1]).tolist() == [0.5391231475795676, 0.3956961063033596, 0.7780098418462355]
    assert normals(7, [0, 1, 2**64 - 1]).tolist() == [0.09822490741179254, -0.26450318279180074, 0.7654891643595012]


@given(st.floats(1e-300, 1 - 1e-16))
def test_quantile_is_the_inverse_of_the_normal_distribution(p: float) -> None:
    assert quantiles(p) == pytest.approx(statistics.NormalDist().inv_cdf(p), rel=1e-13, abs=1e-16)


def test_uniform_values_fill_the_interval_evenly() -> None:
    values = uniforms(KEY, np.arange(1_000_000))
    counts = np.histogram(values, 100, (0, 1))[0]
    assert values.min() > 0 and values.max() < 1
    assert ((counts - 10_000) ** 2 / 10_000).sum() < 99 + 5 * math.sqrt(2 * 99)


def test_normal_values_follow_the_normal_distribution() -> None:
    values = np.sort(normals(KEY, np.arange(200_000)))
    cdf = np.array([statistics.NormalDist().cdf(x) for x in values[::100]])
    assert np.abs(cdf - np.arange(0, 200_000, 100) / 200_000).max() < 1.63 / math.sqrt(200_000)  # 1 % level of Kolmogorov and Smirnov
    assert abs((values**4).mean() - 3) < 5 * math.sqrt(96 / 200_000)


@pytest.mark.parametrize("lag", [1, 2, 512, 2**32])
def test_neighbouring_counters_are_uncorrelated(lag: int) -> None:
    counters = np.arange(100_000, dtype=np.uint64)
    a, b = normals(KEY, counters), normals(KEY, counters + np.uint64(lag))
    assert abs((a * b).mean()) < 5 / math.sqrt(100_000)


@pytest.mark.parametrize("difference", [1, 2, 0x9E3779B97F4A7C15])
def test_neighbouring_keys_are_uncorrelated(difference: int) -> None:
    counters = np.arange(100_000)
    a, b = normals(KEY, counters), normals((KEY + difference) % 2**64, counters)
    shifted = normals((KEY + difference) % 2**64, counters + 1)
    assert abs((a * b).mean()) < 5 / math.sqrt(100_000)
    assert abs((a * shifted).mean()) < 5 / math.sqrt(100_000)


@pytest.mark.parametrize("bit", range(0, 64, 7))
def test_one_bit_of_the_counter_changes_half_of_the_result(bit: int) -> None:
    counters = np.arange(20_000, dtype=np.uint64)
    scale = 2.0**52
    a = (uniforms(KEY, counters) * scale).astype(np.uint64)
    b = (uniforms(KEY, counters ^ np.uint64(1 << bit)) * scale).astype(np.uint64)
    flips = np.unpackbits((a ^ b).view(np.uint8)).sum() / 20_000
    assert abs(flips - 26) < 0.3


def test_streams_differ_by_every_part_of_their_name() -> None:
    keys = {
        stream(1),
        stream(2),
        stream(1, "a"),
        stream(1, "b"),
        stream(1, "a", "b"),
        stream(1, "ab"),
        stream(1, "a", 1),
        stream(1, "a", 2),
    }
    assert len(keys) == 8


def test_shape_is_kept_and_order_does_not_matter() -> None:
    counters = np.arange(12).reshape(3, 4)
    assert normals(3, counters).shape == (3, 4)
    assert (normals(3, counters) == normals(3, counters.T).T).all()
