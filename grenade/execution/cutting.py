"""Events of a run, given to the batch entry and snippet they belong to. (facts: clients/grenade 3.7)

An event belongs to a snippet if its chip time lies between the FPGA times of the borders, and before the snippet's runtime has passed.
Nobody corrects for the latency of the link, so the window lies one way too early.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade.signal_flow import MADCSamples, SpikesFromChip
from stadls import PlaybackProgram


def together(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """Events of all parts of a run in the order of their chip times; those of equal times stay in order."""
    events = parts[0] if len(parts) == 1 else np.concatenate(parts)
    times = events["chip_time"]
    if len(times) > 1 and (times[1:] < times[:-1]).any():
        return events[np.argsort(times, kind="stable")]
    return events


def all_spikes(programs: Sequence[PlaybackProgram]) -> NDArray[np.void]:
    """Spikes of all programs of a run, sorted."""
    return together([program.spikes.to_numpy() for program in programs])


def all_samples(programs: Sequence[PlaybackProgram]) -> NDArray[np.void]:
    """Samples of the fast converter of all programs of a run, sorted."""
    return together([program.madc_samples.to_numpy() for program in programs])


def _window(events: NDArray[np.void], begin: int, end: int, runtime: int | None) -> tuple[NDArray[np.void], NDArray[np.int64]]:
    """The events between two borders, and their times from the first one on."""
    last = end if runtime is None else min(end, begin + runtime)
    first, stop = np.searchsorted(events["chip_time"], np.array([begin, max(begin, last)], np.uint64))
    inside = events[first:stop]
    return inside, inside["chip_time"].astype(np.int64) - begin


def spikes_between(spikes: NDArray[np.void], begin: int, end: int, runtime: int | None) -> SpikesFromChip:
    """Spikes of one snippet of one batch entry; `begin` and `end` are FPGA times of its borders, the runtime in cycles."""
    inside, times = _window(spikes, begin, end, runtime)
    return SpikesFromChip(times, inside["label"].copy())


def samples_between(samples: NDArray[np.void], begin: int, end: int, runtime: int | None, alternating: bool) -> MADCSamples:
    """Samples of one snippet of one batch entry, likewise.

    alternating   two sources take turns: the converter then gives each sample the channel of the one before, which is the other one
    """
    inside, times = _window(samples, begin, end, runtime)
    return MADCSamples(times, inside["value"].copy(), inside["channel"] ^ np.uint8(alternating))


__all__: list[Any] = ["all_samples", "all_spikes", "samples_between", "spikes_between", "together"]
