"""What a sweep adds to the function that it calls."""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from hicannx import sweep

POINTS = 20


def nothing(connection: Any, point: Mapping[str, Any]) -> Any:
    return point["x"]


@pytest.mark.benchmark(group="a sweep")
def test_a_point(benchmark):
    """With a chip of its own that nobody uses, in a thread of this process: `a point [ms]`."""

    def points():
        with ThreadPoolExecutor(1) as pool:
            begin = time.perf_counter()
            found = sweep(nothing, {"x": range(POINTS)}, executor=pool).values
            return found, time.perf_counter() - begin

    found, seconds = benchmark(points)
    benchmark.extra_info["a point [ms]"] = round(seconds / POINTS * 1e3, 2)
    assert found == list(range(POINTS))
