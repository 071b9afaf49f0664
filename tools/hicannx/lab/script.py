"""A recording as a script that needs nothing of this package's own: what differs in the configuration, and the program as it ran."""

import inspect
from collections import Counter, defaultdict
from operator import attrgetter
from re import sub
from typing import Any

import haldls as hal
from haldls import lola
from haldls.differences import changes
from haldls.lola import Chip
from hicannx.lab import playback

HEAD = '''"""Records the membrane of a neuron."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta
'''

END = """
with hxcomm.ManagedConnection() as connection:
    boot(connection)
    program = experiment(connection, chip, {us}, {events}, {steps})
    samples = np.sort(program.madc_samples.to_numpy(), order="chip_time")
    print(samples["value"])
"""

FEWEST, MOST = 5, 0.9
"""Elements of an array that become a loop, and the part of its elements that they are; the others are set afterwards."""


def script(chip: Chip, us: float, events: list[tuple[float, int]], steps: list[tuple[float, int]]) -> str:
    """Source of a script with this configuration, these events (us, spike label) and these steps of a current (us, neuron)."""
    functions = inspect.getsource(playback).split("from haldls import lola\n", 1)[1]
    lines = ["chip = lola.Chip()", *configuration(chip)]
    return HEAD + functions + "\n\n" + "\n".join(lines) + "\n" + END.format(us=us, events=events, steps=steps)


def configuration(chip: Chip) -> list[str]:
    """Assignments that make a default chip this one: what all elements of an array have in loops, then what single ones have."""
    elements: dict[str, dict[int, str]] = defaultdict(dict)
    defaults: dict[str, str] = {}
    for change in changes(chip):
        path, index = _open(f"chip.{change.path}")
        elements[path][index] = _value(chip, change.path, change.other)
        defaults[path] = _value(chip, change.path, change.one)
    loops: dict[range, list[str]] = defaultdict(list)
    single: list[str] = []
    for path, values in elements.items():
        usual, _ = Counter(values.values()).most_common(1)[0]
        every = range(min(values), max(values) + 1)
        if len(values) >= max(FEWEST, MOST * len(every)):
            loops[every].append(f"    {path.format('index')} = {usual}")
            values = {index: value for index in every if (value := values.get(index, defaults[path])) != usual}
        single += [f"{path.format(index)} = {value}" for index, value in values.items()]
    together = [line for every, body in loops.items() for line in (f"for index in {every}:", *body)]
    return [line.replace("range(0, ", "range(") for line in together] + single


def _open(path: str) -> tuple[str, int]:
    """A path with its last index left open, and that index; -1 if it has none."""
    before, bracket, after = path.rpartition("[")
    if not bracket:
        return path, -1
    index, _, rest = after.partition("]")
    return f"{before}[{{}}]{rest}", int(index)


def _value(chip: Chip, path: str, text: str) -> str:
    """A value as source: a number, a truth value, or a member of an enumeration by its full name."""
    if text.lstrip("-").isdigit() or text in ("True", "False"):
        return text
    along: list[Any] = [chip]
    for part in sub(r"\[(\d+)\]", r".\1", path).split("."):
        along.append(along[-1][int(part)] if part.isdigit() else getattr(along[-1], part))
    return f"{_name(type(along[-1]), [type(one) for one in reversed(along[:-1])])}.{text}"


def _name(kind: type, around: list[type]) -> str:
    """How a class is reached: from hal or lola, or from a class of one of the objects around."""
    for home, module in (("hal", hal), ("lola", lola)):
        try:
            if attrgetter(kind.__qualname__)(module) is kind:
                return f"{home}.{kind.__qualname__}"
        except AttributeError:
            continue
    for number, outer in enumerate(around):
        for name, member in vars(outer).items():
            if member is kind:
                return f"{_name(outer, around[number + 1 :])}.{name}"
    raise LookupError(f"{kind.__qualname__} has no public name")
