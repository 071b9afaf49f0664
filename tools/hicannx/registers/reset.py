"""What registers hold before anybody wrote them, what a write does, and what a default constructed container writes."""

from functools import cache
from typing import Any

from hicannx.registers.fields import element_of
from hicannx_sim.base.register_table import ReadBack, Row
from hicannx_sim.trust.accuracy import ELSEWHERE
from hicannx_sim.trust.registers import registers

WORDS_SHOWN = 16


@cache
def rows_of(container: Any) -> tuple[Row, ...]:
    """The rows of the model's register table behind the words of a container at its first coordinate, in access order.

    Empty for what is not on an omnibus of the model.
    """
    backend = next((name for name in container.backends if name.startswith("Omnibus")), None)
    if backend is None or container.__name__ in ELSEWHERE or container.coordinate.is_interval:
        return ()
    layout = container.layout(backend)
    rows = [registers().at(int(address)) for address in layout.addresses([0], bool(layout.n_write)).ravel()]
    return () if None in rows else tuple(rows)  # type: ignore[arg-type]


def describe_reset(container: Any) -> str:
    """The words after a reset, and whether they are known or just what the model starts with."""
    if element_of(container) is not container:
        return ""
    rows = [row for row in rows_of(container) if row.read_back is ReadBack.WRITTEN]
    if not rows:
        return ""
    known = all(row.reset is not None for row in rows)
    return f"`{hexadecimal(row.start for row in rows)}`" + ("" if known else ": the model's, the hardware's value is not known")


def describe_effect(container: Any) -> str:
    """What accesses do besides storing."""
    return "; ".join(dict.fromkeys(row.effect for row in rows_of(container) if row.effect))


def words_of_default(container: Any) -> str:
    """The words that a default constructed container writes."""
    if element_of(container) is not container or not container.fields():
        return ""
    return "" if container.coordinate.is_interval or not container.layout().n_write else f"`{hexadecimal(container().encode().tolist())}`"


def hexadecimal(words: Any) -> str:
    """Words as hexadecimal numbers; equal ones are counted."""
    shown = [f"{word:#x}" for word in words]
    return f"{shown[0]}, {len(shown)} times" if len(shown) > 1 and len(set(shown)) == 1 else " ".join(shown[:WORDS_SHOWN])
