"""`hicannx reg`: a register by name or address, all that mention a word, or what a chip has in one just now."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import halco
import haldls
import stadls
from fisch.backends import Backend
from haldls import lola
from haldls.describe import rows as described
from hicannx.connecting import one_chip
from hicannx.errors import HicannxError, UnknownRegisterError
from hicannx.registers.blocks import blocks
from hicannx.registers.fields import element_of, values_of
from hicannx.tables import show
from hicannx.trust import accuracy, place

HEAD = ("field", "bits", "range", "default", "unit", "meaning")


def main(chosen: Namespace) -> int:
    """`hicannx reg`."""
    _require_fitting(chosen)
    if chosen.what == "search":
        return _search(" ".join(chosen.text))
    container, index, word = _named(chosen.what)
    if chosen.live:
        if chosen.at is not None and word is not None and chosen.at != index:
            raise HicannxError(
                f"--at {chosen.at}: the address is that of {container.coordinate.__name__} {index}; name the register instead"
            )
        _live(container, index if chosen.at is None else chosen.at)
    else:
        _describe(container, word)
    return 0


def _require_fitting(chosen: Namespace) -> None:
    """Nothing is asked for that would be ignored."""
    if chosen.at is not None and not chosen.live:
        raise HicannxError("--at says which register --live reads; the table is the same for all of them")
    if chosen.what == "search" and chosen.live:
        raise HicannxError("--live reads one register, and a search finds many: name one")
    if chosen.what != "search" and chosen.text:
        raise HicannxError(f"{' '.join(chosen.text)!r}: only `hicannx reg search` takes a text")


def _named(text: str) -> tuple[Any, int, int | None]:
    """Container, index of its coordinate, and word, of a name or an address. Raises UnknownRegisterError."""
    try:
        address = int(text, 0)
    except ValueError:
        known = {one.__name__.lower(): one for one in [*haldls.containers, *lola.containers]}
        if text.lower() not in known:
            raise UnknownRegisterError(f"there is no register {text!r}; `hicannx reg search {text}` looks for it everywhere") from None
        return known[text.lower()], 0, None
    found = place(address)
    print(f"{address:#010x}: {found}")
    stands = re.fullmatch(r"(\w+) at \w+\((\d+)\), word (\d+)", found)
    if stands is None:
        raise UnknownRegisterError(f"{found} has no container; the page on the FPGA in `hicannx docs` describes it")
    return getattr(haldls, stands[1]), int(stands[2]), int(stands[3])


def _describe(container: Any, word: int | None) -> None:
    """The table of a register, or of one of its words."""
    trust, coordinate = accuracy(container), container.coordinate
    print(f"{container.__name__}: {_summary(container)}")
    print(f"{coordinate.__name__}, {coordinate.size} of them; {trust.accuracy.name.lower()}{f': {trust.note}' if trust.note else ''}\n")
    show(HEAD, _fields(container, word) if container in haldls.containers else _parts(container))


def _parts(container: Any) -> Iterator[tuple[str, ...]]:
    for name, _, default, kind, unit, meaning in described(container()):
        yield name, "", kind, default, unit, meaning


def _fields(container: Any, word: int | None) -> Iterator[tuple[str, ...]]:
    """A row for each number of the container."""
    about = {name: (kind, default, unit, meaning) for name, _, default, kind, unit, meaning in described(element_of(container)())}
    for value in values_of(container):
        if word is None or any(bits.word == word for bits in (*value.write, *value.read)):
            kind, default, unit, meaning = about.get(value.row, ("", str(value.default), value.field.unit, value.field.doc))
            yield value.name, value.write_map or value.read_map, kind, default, unit, meaning


def _search(text: str) -> int:
    """Every register and field whose name or meaning has the text."""
    if not text:
        raise HicannxError("hicannx reg search: a text is missing")
    found = [row for containers in blocks().values() for container in containers for row in _mentions(container, text.lower())]
    if not found:
        raise HicannxError(f"nothing mentions {text!r}")
    show(("register", "bits", "meaning"), found)
    return 0


def _mentions(container: Any, text: str) -> Iterator[tuple[str, str, str]]:
    if text in f"{container.__name__} {_summary(container)}".lower():
        yield container.__name__, "", _summary(container)
    for field in container.fields():
        if text in f"{field.name} {field.doc}".lower():
            yield f"{container.__name__}.{field.name}", (field.write_bits or field.read_bits or [""])[0], field.doc


def _summary(container: Any) -> str:
    return str((container.__doc__ or "").strip().partition("\n")[0])


def _live(container: Any, index: int) -> None:
    """What the chip that the environment chooses has in it; over JTAG where that is possible, which needs no link."""
    kind = container.coordinate
    if not 0 <= index < kind.size:
        raise HicannxError(f"--at {index}: there are {kind.__name__} 0 .. {kind.size - 1}")
    coordinate = next(one for number, one in enumerate(halco.iter_all(kind)) if number == index)
    with one_chip() as connection:
        builder = stadls.PlaybackProgramBuilder()
        over_jtag = [Backend.OmnibusChipOverJTAG] if "OmnibusChipOverJTAG" in getattr(container, "backends", ()) else []
        ticket = builder.read(coordinate, *over_jtag)
        builder.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
        stadls.run(connection, [builder.done()])
        print(f"{connection.identifiers[0]}: {container.__name__} at {coordinate!r}\n")
    rows = described(ticket.get())
    show(("field", "value", "default", "meaning"), ((name, value, default, meaning) for name, value, default, _, _, meaning in rows))
