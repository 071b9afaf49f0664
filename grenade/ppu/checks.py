"""Rules that do not go together, or that C++ would not refuse well, or at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from grenade.ppu.compile import SAMPLES
from grenade.ppu.errors import KernelError
from grenade.ppu.layout import COLUMNS, recordings, size
from grenade.ppu.rule import ELEMENTS, RawRecording, Rule, TimedRecording
from halco import ExternalPPUDRAMMemoryByteOnFPGA, ExternalPPUMemoryByteOnFPGA

DRAM, BLOCK_RAM = int(ExternalPPUDRAMMemoryByteOnFPGA.size), int(ExternalPPUMemoryByteOnFPGA.size)
"""Bytes of the FPGA's memories."""


def check(rules: Sequence[Rule], cadc_recording: str | None) -> None:
    """Raises KernelError."""
    if cadc_recording not in (None, *SAMPLES):
        known = ", ".join(SAMPLES)
        raise KernelError(f"there is no memory {cadc_recording!r} for a recording of the converters: it is one of {known}, or None")
    if cadc_recording == "sram" and rules:
        text = "the CADC recording is placed in block RAM, which leaves no room for plasticity rule"
        numbers = ", ".join(str(number) for number in sorted({rule.id for rule in rules}))
        raise KernelError(f"{text} {numbers}: place it on DRAM (placement_on_dram)", rules[0].id)
    first: dict[int, Rule] = {}
    for rule in rules:
        _check_timer(rule)
        _check_same(first.setdefault(rule.id, rule), rule)
        _check_recording(rule)
        _check_views(rule)
    _check_room(rules)


def _check_same(one: Rule, other: Rule) -> None:
    """Rules of equal number are one rule, with one kernel and one layout of its recording."""
    pairs = {
        "kernel": (one.kernel, other.kernel),
        "recording": (one.recording, other.recording),
        "numbers of synapses or neurons": (_shapes(one), _shapes(other)),
    }
    differ = ", ".join(name for name, (mine, theirs) in pairs.items() if mine != theirs)
    if differ:
        text = f"plasticity rules of equal number are one rule, and those of number {one.id} differ in {differ}"
        raise KernelError(f"{text}: give them other numbers (PyNN: same_id)", one.id)


def _check_timer(rule: Rule) -> None:
    if rule.timer.num_periods and rule.timer.period <= 0:
        given = f"the timer of plasticity rule {rule.id} has a period of {rule.timer.period} cycles"
        raise KernelError(f"{given}; it takes at least 1", rule.id)


def _check_recording(rule: Rule) -> None:
    observables = rule.recording.observables if isinstance(rule.recording, TimedRecording) else {}
    for name, observable in observables.items():
        one = f"observable {name!r} of plasticity rule {rule.id}"
        if not re.fullmatch(r"[A-Za-z]\w*", name, re.ASCII) or name == "time":
            names = "names begin with a letter, go on with letters, digits and _, and are not time"
            raise KernelError(f"{one} cannot be called so: {names}", rule.id)
        if observable.type not in ELEMENTS:
            raise KernelError(f"{one} has elements of type {observable.type!r}, not {', '.join(ELEMENTS)}", rule.id)


def _check_room(rules: Sequence[Rule]) -> None:
    """All runs of all rules have a place in the FPGA's memories."""
    sizes = [(rule, size(rule), 1 if isinstance(rule.recording, RawRecording) else runs) for rule, runs in recordings(rules)]
    for in_dram, name, available in ((True, "DRAM", DRAM), (False, "block RAM", BLOCK_RAM)):
        some = [one for one in sizes if one[0].recording is not None and one[0].recording.in_dram == in_dram]
        needed = sum(each * runs for _, each, runs in some)
        if needed > available:
            rule, each, runs = max(some, key=lambda one: one[1] * one[2])
            text = f"the recordings of plasticity rules need {needed} bytes of the FPGA's {name}, it has {available}"
            raise KernelError(f"{text}: rule {rule.id} takes {runs} times {each} bytes; let it record less, or less often", rule.id)


def _check_views(rule: Rule) -> None:
    wrong = [number for number in _places(rule) if not 0 <= number < COLUMNS]
    if wrong:
        raise KernelError(f"rows and columns of views of plasticity rule {rule.id} are 0 to {COLUMNS - 1}, not {wrong[0]}", rule.id)


def _places(rule: Rule) -> Iterator[int]:
    for view in rule.synapses:
        yield from (*view.columns, *view.rows)
    for neurons in rule.neurons:
        yield from neurons.columns


def _shapes(rule: Rule) -> tuple[Any, ...]:
    """What a recording depends on."""
    synapses = tuple((len(view.rows), len(view.columns)) for view in rule.synapses)
    return synapses, tuple(len(view.columns) for view in rule.neurons)
