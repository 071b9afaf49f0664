"""Where a timed recording has its parts: the structure that the kernel fills as C++ knows it, and as bytes. (facts: clients/grenade 3.9)

A structure begins with the time, eight bytes; the observables follow in the order of their names, each aligned to its elements. Of an
observable that has several views the last one comes first. Everything is big endian.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from grenade.ppu.rule import ELEMENTS, Array, NeuronView, Observable, PerNeuron, PerSynapse, RawRecording, Recording, Rule, SynapseView
from haldls import ContainerError

TIME, COLUMNS, VECTOR = 8, 256, 128  # bytes, columns, bytes
ROWS = {"int8": "VectorRowFracSat8", "uint8": "VectorRowMod8", "int16": "VectorRowFracSat16", "uint16": "VectorRowMod16"}
"""Types of complete rows in kernels."""


class Part(NamedTuple):
    """One observable of one view: `count` elements from byte `offset` on, in `rows` rows."""

    offset: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Layout:
    """Places of all observables, in the order of views, and the size of one structure in bytes."""

    parts: dict[str, list[Part]]
    size: int


def _up(offset: int, alignment: int) -> int:
    return -(-offset // alignment) * alignment


def _shape(observable: Observable, view: SynapseView | NeuronView | None) -> tuple[int, int]:
    """Rows and columns of elements that one view takes."""
    if isinstance(observable, Array):
        return 1, observable.size
    assert view is not None
    rows = len(view.rows) if isinstance(view, SynapseView) else 1
    return rows, COLUMNS if observable.complete_rows else len(view.columns)


def views_of(rule: Rule, observable: Observable) -> Sequence[SynapseView | NeuronView | None]:
    """The views that an observable has elements for; an array stands for itself."""
    if isinstance(observable, Array):
        return (None,)
    return rule.synapses if isinstance(observable, PerSynapse) else rule.neurons


def _alignment(observable: Observable, elements: int) -> int:
    if not isinstance(observable, Array) and observable.complete_rows:
        return VECTOR
    return ELEMENTS[observable.type] if elements else 1


def layout(rule: Rule) -> Layout:
    """Of a rule with a timed recording."""
    assert rule.recording is not None and not isinstance(rule.recording, RawRecording)
    parts: dict[str, list[Part]] = {}
    offset, largest = TIME, TIME
    for name, observable in sorted(rule.recording.observables.items()):
        shapes = [_shape(observable, view) for view in views_of(rule, observable)]
        elements = sum(rows * columns for rows, columns in shapes)
        alignment = _alignment(observable, elements)
        largest = max(largest, alignment)
        offset = _up(offset, alignment)
        end = offset + max(elements * ELEMENTS[observable.type], 1)  # nothing takes a byte in C++
        parts[name] = []
        for rows, columns in reversed(shapes):
            parts[name].insert(0, Part(offset, rows, columns))
            offset += rows * columns * ELEMENTS[observable.type]
        offset = end
    return Layout(parts, _up(offset, largest))


def size(rule: Rule) -> int:
    """Bytes that one run of a rule records, or all runs of one with a raw recording."""
    if rule.recording is None:
        return 0
    return rule.recording.size if isinstance(rule.recording, RawRecording) else layout(rule).size


# ---- as C++ knows it ----


def declaration(rule: Rule) -> str:
    """`struct Recording` for a kernel, or nothing for a rule that records nothing."""
    if rule.recording is None:
        return ""
    if isinstance(rule.recording, RawRecording):
        return f"#include <array>\nstruct Recording {{ std::array<char, {rule.recording.size}> memory; }};\n"
    fields = "".join(_field(rule, name, observable) for name, observable in sorted(rule.recording.observables.items()))
    return (
        '#include "libnux/vx/vector_row.h"\n#include <array>\n#include <cstdint>\n#include <tuple>\n'
        f"struct Recording {{\n\tuint64_t time;\n{fields}}};\n"
        f'static_assert(sizeof(Recording) == {layout(rule).size}, "layout of the recording");\n'
    )


def _field(rule: Rule, name: str, observable: Observable) -> str:
    element = f"{observable.type}_t"
    if isinstance(observable, Array):
        return f"\tstd::array<{element}, {observable.size}> {name};\n"
    kinds = ", ".join(_kind(observable, view) for view in views_of(rule, observable))
    return f"\t{f'alignas({VECTOR}) ' if observable.complete_rows else ''}std::tuple<{kinds}> {name};\n"


def _kind(observable: PerSynapse | PerNeuron, view: SynapseView | NeuronView | None) -> str:
    assert view is not None
    row = f"libnux::vx::{ROWS[observable.type]}"
    if not observable.complete_rows:
        row = f"std::array<{observable.type}_t, {len(view.columns)}>"
    return f"std::array<{row}, {len(view.rows)}>" if isinstance(view, SynapseView) else row


# ---- as bytes ----


def memory_bytes(memory: Any) -> NDArray[np.uint8]:
    """Of a block of external memory, bytes or an array."""
    if isinstance(memory, (bytes, bytearray, memoryview)):
        return np.frombuffer(memory, dtype=np.uint8)
    return np.asarray(memory.to_numpy() if hasattr(memory, "to_numpy") else memory, dtype=np.uint8)


@dataclass(frozen=True)
class Recorded:
    """What the runs of a rule have recorded.

    times     of each run, in PPU cycles of 4 ns since the experiment began, as the kernel has set it: (runs,)
    synapses  by name, for each view: (runs, rows of the view, columns of the view)
    neurons   by name, for each view: (runs, columns of the view)
    arrays    by name: (runs, elements)
    """

    times: NDArray[np.uint64]
    synapses: dict[str, list[NDArray[np.generic]]]
    neurons: dict[str, list[NDArray[np.generic]]]
    arrays: dict[str, NDArray[np.generic]]


def decode(rule: Rule, memory: NDArray[np.uint8]) -> Recorded:
    """From the bytes of so many structures, one behind the other. Raises ContainerError for a part of one."""
    found = layout(rule)
    if memory.size % found.size:
        each = f"the recording of plasticity rule {rule.id} has {found.size} bytes for each run"
        raise ContainerError(f"{each}, so that {memory.size} are none")
    assert rule.recording is not None and not isinstance(rule.recording, RawRecording)
    runs = np.ascontiguousarray(memory, dtype=np.uint8).reshape(-1, found.size)
    recorded = Recorded(_elements(runs, 0, 1, ">u8")[:, 0].astype(np.uint64), {}, {}, {})
    for name, observable in rule.recording.observables.items():
        views = [_view(runs, part, observable, view) for part, view in zip(found.parts[name], views_of(rule, observable), strict=True)]
        if isinstance(observable, Array):
            recorded.arrays[name] = views[0][:, 0]
        elif isinstance(observable, PerSynapse):
            recorded.synapses[name] = views
        else:
            recorded.neurons[name] = [view[:, 0] for view in views]
    return recorded


def _elements(runs: NDArray[np.uint8], offset: int, count: int, kind: str) -> NDArray[np.generic]:
    size = count * np.dtype(kind).itemsize
    return np.ascontiguousarray(runs[:, offset : offset + size]).view(kind)


def _view(runs: NDArray[np.uint8], part: Part, observable: Observable, view: SynapseView | NeuronView | None) -> NDArray[np.generic]:
    """(runs, rows, columns) of one view."""
    kind = np.dtype(observable.type)
    values = _elements(runs, part.offset, part.rows * part.columns, kind.newbyteorder(">").str).astype(kind)
    values = values.reshape(len(runs), part.rows, part.columns)
    if isinstance(observable, Array) or not observable.complete_rows:
        return values
    assert view is not None
    return values[:, :, _places(kind.itemsize)[list(view.columns)]]


def _places(element: int) -> NDArray[np.intp]:
    """Where in the memory of a row each column has its element: even columns, then odd ones.

    Halfwords are in slices (facts: ppu/isa_vector).
    """
    columns = np.arange(COLUMNS)
    half, index = columns % 2, columns // 2
    if element == 2:
        index = index % 16 // 8 * 64 + index // 16 * 8 + index % 8
    return half * 128 + index


def recordings(rules: Sequence[Rule]) -> Iterator[tuple[Rule, int]]:
    """Each rule that records, once, with how often it runs in all snippets together."""
    found: dict[int, tuple[Rule, int]] = {}
    for rule in rules:
        if rule.recording is not None:
            first, runs = found.get(rule.id, (rule, 0))
            found[rule.id] = first, runs + rule.timer.num_periods
    yield from found.values()


__all__ = ["Layout", "Part", "Recorded", "Recording", "declaration", "decode", "layout", "memory_bytes", "recordings", "size", "views_of"]
