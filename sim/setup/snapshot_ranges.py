"""Ranges of the numbers in a snapshot: what the model can go on from.

Unsigned numbers are registers, random states and plain bytes, of which every value is one. Signed ones are times, counts and positions, and
have the range of their type here unless a line says otherwise. NEVER is a time, too.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from fisch.ut import TO_FPGA
from hicannx_sim.base.errors import SnapshotError

NEVER: Final = 1 << 62
LONGEST: Final = 1 << 45
"""Ticks, cycles, and counts: 19.5 h of hardware time, when the FPGA's time wraps around. (facts: transport 2.5)"""
SYSTIME: Final = 1 << 43
"""Ticks of the chip's system time, which a program sets to whatever it likes. (facts: transport 2.6)"""
AHEAD: Final = 1 << 36
"""Ticks that anything may lie ahead of the FPGA's time: two minutes, some times the longest wait of one instruction."""
BEHIND: Final = 1 << 38
"""Cycles that the stream of responses may lie behind it."""
NEURONS: Final = 512
ROWS: Final = 512
JTAG_QUEUE: Final = 256
SCAN: Final = next(one for one in TO_FPGA if (one.group, one.name) == ("to_fpga_jtag", "Data"))
ANSWERS: Final = next(1 << field.low for field in SCAN.fields if field.name == "keep_response")
"""Bit of the payload of a JTAG scan that answers."""
HEADERS: Final = 13
RECORDING: Final = 2
"""State of an MADC that takes samples (sim/chip/madc.pxd)."""
PROBES: Final = 8
"""Voltages that the analog core keeps the recent history of (sim/anncore/kernel/core.h)."""
ROUTING_LABELS: Final = 1 << 15
PLACES: Final = (8, 20, 8, 12, 4)
"""Where events of each kind in the chip's queue can be: sources, inputs of the crossbar, PADI buses, outputs, halves and blocks of the
post-synaptic pulses (sim/chip/queue.pxd)."""
BY_TYPE: Final = {"i1": (-(1 << 7), (1 << 7) - 1), "i2": (-1, (1 << 15) - 1), "i4": (-1, 1 << 30), "i8": (-1, LONGEST)}

RANGES: Final[dict[str, tuple[float, float]]] = {
    "*.systime_offset": (-LONGEST, LONGEST),
    "*.last_chip_time": (0, SYSTIME - 1),
    "*.correlation.epoch": (-(1 << 29), LONGEST),
    "*.madc.start": (-LONGEST, LONGEST),
    "*.madc.first_probe": (0, PROBES),
    "*.madc.n_probes": (0, PROBES),
    "*trace.offset": (-LONGEST, LONGEST),
    "*.analog.n_dirty": (0, NEURONS),
    "*.analog.dirty_list": (0, NEURONS - 1),
    "*.background.period": (0, 1 << 30),
    "fpga.jtag.head": (0, JTAG_QUEUE - 1),
    "fpga.jtag.count": (0, JTAG_QUEUE),
    "fpga.jtag.scaler": (0, 255),
    "fpga.trace.n_stalls": (0, LONGEST),
    "fpga.responses.n_reads": (0, LONGEST),
    "fpga.playback.arrived": (0, LONGEST),
    "fpga.events.passed": (0, LONGEST),
    "pll.words": (0, (1 << 32) - 1),
    "board.i2c.prescaler": (0, (1 << 16) - 1),
    "board.*": (-1, (1 << 32) - 1),
}
"""{block.name, as a pattern: (lowest, highest)}; the first one that fits counts."""

_Fields = list[tuple[str, str, tuple[float, float]]]
_RECORD: Final[_Fields] = [
    ("cycle", "<i8", (0, LONGEST)),
    ("label", "<u2", (0, ROUTING_LABELS - 1)),
    ("sender", "|u1", (0, 63)),
    ("kind", "|u1", (0, 1)),
]
POSITIVE_WHERE: Final = {"*.background.period": "enabled"}
"""What has to be positive where another array of its block is not zero."""

STRUCTURES: Final[dict[str, _Fields]] = {
    "*.analog.pulses": [
        ("tick", "<i8", (0, LONGEST)),
        ("charge", "<f8", (-1e19, 1e19)),
        ("row", "<i2", (0, ROWS - 1)),
        ("address", "|u1", (0, 255)),
        ("mode", "|u1", (0, 255)),
    ],
    **{
        f"*.queue.{events}": [
            ("tick", "<i8", (0, LONGEST)),
            ("order", "<u8", (0, 2.0**64)),
            ("kind", "<i4", (0, len(PLACES) - 1)),
            ("where", "<i4", (0, max(PLACES) - 1)),
            ("what", "<i8", (0, LONGEST)),
        ]
        for events in ("line ?", "heap")
    },
    "*.analog.fires": [("tick", "<i8", (0, LONGEST)), ("neuron", "<i4", (0, NEURONS - 1))],
    "fpga.trace.responses": [("cycle", "<i8", (-1, LONGEST)), ("payload", "<u8", (0, 2.0**64)), ("header", "|u1", (0, HEADERS - 1))],
    **dict.fromkeys(("fpga.router.outbox", "aggregator.waiting"), _RECORD),
    "fpga.router_arrivals.entries": [
        ("cycle", "<i8", (0, LONGEST)),
        ("value", "<i8", (0, ROUTING_LABELS - 1)),
        ("kind", "<i4", (0, 1 << 30)),
    ],
}
"""Arrays that are shown as bytes, as the structures that they are (sim/anncore/kernel/core.h, sim/chip/queue.pxd, sim/fpga/trace.pxd,
due.pxd, router.pxd)."""


@cache
def range_of(entry: str, kind: str) -> tuple[float, float]:
    """The range of an entry of a type such as "i8"."""
    return next((limits for pattern, limits in RANGES.items() if fnmatchcase(entry, pattern)), BY_TYPE.get(kind, (-1e19, 1e19)))


@cache
def _structure_of(entry: str) -> _Fields:
    return next((fields for pattern, fields in STRUCTURES.items() if fnmatchcase(entry, pattern)), [])


def require_in_range(state: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """Raises SnapshotError for the first number out of its range."""
    for block, arrays in state.items():
        for name, array in arrays.items():
            entry = f"{block}.{name}"
            if array.dtype.kind in "if" and array.size:
                _require(entry, array, range_of(entry, array.dtype.str[1:]))
                _require_positive(entry, array, arrays)
            elif array.size and (fields := _structure_of(entry)):
                _require_fields(entry, array, fields)
    _require_times(state)
    _require_samples(state)
    _require_scans(state)


def _require_positive(entry: str, array: NDArray[Any], beside: Mapping[str, NDArray[Any]]) -> None:
    for pattern, where in POSITIVE_WHERE.items():
        if fnmatchcase(entry, pattern) and ((beside[where] != 0) & (array <= 0)).any():
            raise SnapshotError(f"{entry} has to be positive where {where} is set")


def _require_fields(entry: str, array: NDArray[Any], fields: _Fields) -> None:
    structure = np.dtype([(name, kind) for name, kind, _ in fields], align=True)
    if array.size % structure.itemsize:
        raise SnapshotError(f"{entry} has {array.size} bytes, which are no whole number of items of {structure.itemsize}")
    items = array.reshape(-1).view(structure)
    for name, _, limits in fields:
        _require(f"{entry}.{name}", items[name], limits)
    if "where" in (structure.names or ()):
        outside = items["where"] >= np.array(PLACES)[items["kind"]]
        if outside.any():
            raise SnapshotError(f"{entry}: there is no place {items['where'][outside][0]} for events of kind {items['kind'][outside][0]}")


def _require(entry: str, array: NDArray[Any], limits: tuple[float, float]) -> None:
    low, high = limits
    fits = (array >= low) & (array <= high) | (array != array)  # the last: not a number, a voltage that nobody sets
    if not fits.all() and not ((array == NEVER) | fits).all():
        raise SnapshotError(f"{entry} is {array[~fits].flat[0]}, and has to be {low:.15g} .. {high:.15g}")


def _require_times(state: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """No time lies far from that of the FPGA: bringing everything there comes to an end."""
    found = {f"{block}.{name}": array for block, arrays in state.items() for name, array in arrays.items()}
    now = next((int(array[0]) for name, array in found.items() if name.startswith("fpga") and name.endswith(".cycle")), 0)
    for entry, array in found.items():
        if array.dtype.kind == "i" and array.dtype.itemsize == 8 and range_of(entry, "i8") == BY_TYPE["i8"]:
            _require(entry, array, (-1, min(4 * now + AHEAD, LONGEST)))
        if entry.endswith("link.up_at"):  # there is one to send by
            ready = f"{entry.removesuffix('up_at')}ready"
            _require(ready, found[ready], (int(array.min()), NEVER))
        if entry.startswith("fpga") and entry.endswith(".streamed"):
            _require(entry, array, (now - BEHIND, now))


def _require_samples(state: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """The next sample of a recording lies where counting leads to, so that taking samples comes to an end.

    A recording whose period has become longer is counted from a time before it began, which may lie before 0.
    """
    for block, arrays in state.items():
        if block.endswith("madc") and int(arrays["state"][0]) == RECORDING:
            _require(f"{block}.period", arrays["period"], (1.0, LONGEST))
            start = int(arrays["next_tick"][0]) - int(float(arrays["taken"][0]) * float(arrays["period"][0]))
            _require(f"{block}.start", arrays["start"], (start, start))


def _require_scans(state: Mapping[str, Mapping[str, NDArray[Any]]]) -> None:
    """As many answers are expected as there are scans in the queue that answer, or waiting for them would not end."""
    for block, arrays in state.items():
        if block.endswith("fpga.jtag"):
            queued = (int(arrays["head"][0]) + np.arange(int(arrays["count"][0]))) % JTAG_QUEUE
            answers = (arrays["header"][queued] == SCAN.header) & (arrays["payload"][queued] & np.uint64(ANSWERS) != 0)
            expected = int(answers.sum())
            _require(f"{block}.n_responses", arrays["n_responses"], (expected, expected))
