"""Export to SystemRDL 2.0: the omnibus of the chip and that of the FPGA as address maps.

Addresses are bytes there: four times the word addresses. A value that is split, inverted or reversed becomes one field per run of bits, and
three properties of each field say which value it holds: `value_name`, `value_lsb` (lowest value bit in it) and `value_inverted`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import haldls
from hicannx.registers.addresses import Axis, Pattern, patterns
from hicannx.registers.assumptions import with_container
from hicannx.registers.blocks import values_text
from hicannx.registers.fields import Bits, Value, computed_bits, element_of, values_of
from hicannx.registers.markdown import paragraphs, sentence
from hicannx.registers.placement import Bundle, Item, Node, Register, Repeated, apart, items_of
from hicannx.registers.reset import rows_of
from hicannx.trust import accuracy
from hicannx_sim.base.register_table import Accuracy, ReadBack
from hicannx_sim.fpga.table import REGISTERS
from hicannx_sim.fpga.table import Register as FPGARegister

FPGA = 1 << 31
BYTES = 4
_KEYWORDS = """
abstract accesstype addressingtype addrmap alias all bit boolean bothedge compact component componentwidth constraint default encode enum
external false field fullalign hw inside internal level longint mem na negedge nonsticky number onreadtype onwritetype posedge property r
rclr ref reg regalign regfile rset ruser rw rw1 signal string struct sw this true type unsigned w w1 wclr woclr woset wot wr wset wuser wzc
wzs wzt"""
KEYWORDS = frozenset(_KEYWORDS.split())
HEAD = """\
// Made by `hicannx docs --systemrdl` from the tables that encode and decode the registers.
// Addresses are bytes: four times the omnibus word addresses. Reset values are the model's, left out where it has none.

property value_name { type = string; component = field; };
property value_lsb { type = longint unsigned; component = field; };
property value_inverted { type = boolean; component = field; };
"""


class FieldOf(NamedTuple):
    """One field of an RDL register."""

    name: str
    bits: Bits
    access: str
    value: str
    text: str


def maps() -> dict[str, tuple[str, list[Any], list[FPGARegister]]]:
    """Name of each address map, what it is, its containers, and the FPGA's registers without one."""
    single = [one for one in haldls.containers if _on_omnibus(one) and not _of_others(one)]
    chip = [one for one in single if not _first_address(one) & FPGA]
    modelled = [one for one in single if one not in chip and accuracy(one).accuracy is not Accuracy.UNMODELLED]
    other = [one for one in single if one not in chip and one not in modelled]
    bare = [row for row in REGISTERS if row.name not in with_container()]
    return {
        "hicann_x_chip": ("Registers of the HICANN-X chip on its omnibus", chip, []),
        "hicann_x_fpga": ("Registers of the FPGA", modelled, bare),
        "hicann_x_fpga_other": ("Registers of the FPGA in other configurations: vector generators, several chips", other, []),
    }


def _of_others(container: Any) -> bool:
    """Whether its words are those of another container."""
    return element_of(container) is not container or container.byte_lane or container.coordinate.is_interval


def _on_omnibus(container: Any) -> bool:
    return any(backend.startswith("Omnibus") for backend in container.backends)


def layout_of(container: Any) -> Any:
    """The layout over an omnibus backend."""
    return container.layout(next(backend for backend in container.backends if backend.startswith("Omnibus")))


def _first_address(container: Any) -> int:
    layout = layout_of(container)
    return int(layout.addresses([0], bool(layout.n_write))[0, 0])


def systemrdl() -> str:
    """The whole description; the last address map is the chip's, the others have to be named when it is elaborated."""
    return HEAD + "".join(_map(name, *rest) for name, rest in reversed(maps().items()))


def write_systemrdl(file: Path) -> None:
    """Writes the description to a file."""
    file.write_text(systemrdl(), encoding="utf-8")


def _map(name: str, text: str, containers: Sequence[Any], rows: Sequence[FPGARegister]) -> str:
    types = [line for container in containers for line in _types(container)] + [line for row in rows for line in _type_of_row(row)]
    items = [item for container in containers for item in _items(container)] + [item for row in rows for item in _items_of_row(row)]
    body = types + [line for item in apart(items) for line in _instance(item.what, item.name, item.address)]
    head = [f"\naddrmap {name} {{", f"    desc = {_string(text + '.')};", "    default regwidth = 32;"]
    return "\n".join([*head, *(f"    {line}" for line in body), "};", ""])


def _items(container: Any) -> Iterator[Item]:
    layout = layout_of(container)
    found = patterns(layout, bool(layout.n_write))
    for pattern in found:
        name = container.__name__ + (f"_from_word{min(pattern.words)}" if len(found) > 1 else "")
        yield from items_of(name, [_kind(container, word) for word in pattern.words], pattern)


def _items_of_row(row: FPGARegister) -> list[Item]:
    axes = (Axis("n", row.count, row.stride),) if row.count > 1 else ()
    return items_of(_identifier(row.name), [f"{_identifier(row.name)}_t"], Pattern((0,), (row.address,), axes))


def _kind(container: Any, word: int) -> str:
    return f"{container.__name__}_word{word}_t"


# -- types


def _types(container: Any) -> Iterator[str]:
    layout, resets = layout_of(container), [row.start if row.read_back is ReadBack.WRITTEN else None for row in rows_of(container)]
    note = " The word on the bus is gray coded: the fields are those of w ^ (w >> 1)." if container.gray_words else ""
    for word in range(layout.n_write or layout.n_read):
        head = f"{paragraphs(container.__doc__)} Word {word} of {layout.n_write or layout.n_read}, on {_axes_text(layout)}.{note}"
        fields = _fields(container, word, "rw" if layout.n_write and layout.n_read else "w" if layout.n_write else "r")
        yield from _type(_kind(container, word), head, fields, resets[word] if word < len(resets) else None)


def _axes_text(layout: Any) -> str:
    names = [axis.name for pattern in patterns(layout, bool(layout.n_write))[:1] for axis in reversed(pattern.axes)]
    name: str = layout.container.coordinate.__name__
    return name + (f" ({', '.join(names)})" if len(names) > 1 else "")


def _type(name: str, text: str, fields: Iterable[FieldOf], reset: int | None) -> Iterator[str]:
    yield f"reg {name} {{"
    yield f"    desc = {_string(text)};"
    for one in fields:
        hardware = "w" if one.access == "r" else "r"
        named = f" value_name = {_string(one.value)}; value_lsb = {one.bits.source};" if one.value else ""
        inverted = " value_inverted = true;" if one.bits.inverted else ""
        start = "" if reset is None else f" = {reset >> one.bits.low & (1 << one.bits.high - one.bits.low + 1) - 1:#x}"
        yield f"    field {{ sw = {one.access}; hw = {hardware};{named}{inverted}"
        yield f"        desc = {_string(one.text)}; }} {_identifier(one.name)}[{one.bits.high}:{one.bits.low}]{start};"
    yield "};"


def _type_of_row(row: FPGARegister) -> Iterator[str]:
    reset = None if row.volatile or row.access != "rw" else row.reset
    field = FieldOf("value", Bits(0, row.width - 1, 0, 0), row.access, "", row.meaning)
    yield from _type(f"{_identifier(row.name)}_t", row.meaning, [field], reset)


def _fields(container: Any, word: int, access: str) -> list[FieldOf]:
    """The fields of a word, in the order of the table."""
    found = [one for value in values_of(container) for one in _fields_of(value, word, access)]
    found += [_computed(container, bits) for bits in computed_bits(container) if bits.word == word]
    if not found and not container.fields():
        return [FieldOf("trigger", Bits(word, 31, 0, 0), access, "", "Whatever is written, the write itself is the message.")]
    return found or [FieldOf("unused", Bits(word, 31, 0, 0), access, "", "No known meaning.")]


def _computed(container: Any, bits: Bits) -> FieldOf:
    names = ", ".join(value.name for value in values_of(container) if value.is_computed)
    return FieldOf(f"computed_{bits.low}", bits, "w", "", f"Set by code from {names}, see the documentation of these.")


def _fields_of(value: Value, word: int, access: str) -> Iterator[FieldOf]:
    write = [bits for bits in value.write if bits.word == word] if "w" in access else []
    read = [bits for bits in value.read if bits.word == word] if "r" in access else []
    for bits in dict.fromkeys(write + read):
        way = ("r" if bits in read else "") + ("w" if bits in write else "")
        split = len(value.write if bits in write else value.read) > 1
        suffix = "" if not split else f"_{bits.source}" if bits.high == bits.low else f"_{bits.source + bits.high - bits.low}_{bits.source}"
        only = "_read" if way == "r" and write else ""
        yield FieldOf(f"{value.name}{suffix}{only}", bits, way, value.name, _text(value, bits, split))


def _text(value: Value, bits: Bits, split: bool) -> str:
    """What the field means and how it holds its value."""
    parts = [sentence(value.field.doc)]
    if split:
        high = bits.source + bits.high - bits.low
        parts.append(f"Bit {high} of the value." if high == bits.source else f"Bits {high} to {bits.source} of the value.")
    if bits.inverted:
        parts.append("Stored inverted.")
    parts.append(f"Value: {values_text(value.field).replace('`', '')}{f' [{value.field.unit}]' if value.field.unit else ''}.")
    if value.field.offset:
        parts.append(f"Stored is the value {value.field.offset:+d}.")
    if value.field.code is not None:
        parts.append("Stored is a code, see the register pages.")
    return " ".join(parts)


def _string(text: str) -> str:
    return '"' + " ".join(text.replace("\\", "\\\\").replace('"', '\\"').split()) + '"'


def _identifier(name: str) -> str:
    made = re.sub(r"\W+", "_", name).strip("_")
    return f"\\{made}" if made in KEYWORDS else made


# -- instances


def _instance(what: Node, name: str, address: int) -> Iterator[str]:
    """The lines that place something at a word address."""
    repeat = ""
    if isinstance(what, Repeated):
        repeat = "".join(f"[{count}]" for count in what.counts)
        place, what = f"@{address * BYTES:#x} += {what.stride * BYTES:#x}", what.what
    else:
        place = f"@{address * BYTES:#x}"
    if isinstance(what, Register):
        yield f"{what.kind} {name}{repeat} {place};"
        return
    yield "regfile {"
    parts = what.parts if isinstance(what, Bundle) else (("each", 0, what),)
    for inner, distance, part in parts:
        yield from (f"    {line}" for line in _instance(part, inner, distance))
    yield f"}} {name}{repeat} {place};"
