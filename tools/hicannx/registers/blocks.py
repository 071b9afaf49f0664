"""The page of a hardware block: its registers with addresses, bits and meaning."""

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

import haldls
from fisch.backends import ACCESS, Backend
from hicannx.registers import reset
from hicannx.registers.addresses import patterns
from hicannx.registers.diagram import draw, keys
from hicannx.registers.fields import Value, bounds, computed_bits, element_of, values_of
from hicannx.registers.markdown import anchor, block, code, link, paragraphs, sentence, table
from hicannx.trust import accuracy

ELEMENTS_SHOWN = 8
OMNIBUS = ("Omnibus", "OmnibusChipOverJTAG")


def blocks() -> dict[ModuleType, list[Any]]:
    """The modules of haldls that hold registers, and the registers in the order of their module."""
    found: dict[ModuleType, list[Any]] = {}
    for container in [*haldls.containers, haldls.Barrier, haldls.PollingOmnibusBlock]:
        found.setdefault(sys.modules[container.__module__], []).append(container)
    for module, containers in found.items():
        order = list(vars(module))
        containers.sort(key=lambda container, order=order: order.index(container.__name__))  # type: ignore[misc]
    return dict(sorted(found.items(), key=lambda item: item[0].__name__))


def page_of(module: ModuleType) -> str:
    """Name of a block's page."""
    return f"{module.__name__.rpartition('.')[2]}.md"


def page(module: ModuleType, containers: Sequence[Any]) -> str:
    """The page of a block."""
    name = module.__name__.rpartition(".")[2]
    rows = [(link(code(one.__name__), f"#{anchor(one.__name__)}"), paragraphs(one.__doc__).split("\n")[0]) for one in containers]
    sections = "\n".join(section(container) for container in containers)
    return f"# {name}\n\n{paragraphs(module.__doc__)}\n\n{table(('register', 'what it is'), rows)}\n{sections}"


def section(container: Any) -> str:
    """All about one register."""
    element = element_of(container)
    text = f"## {container.__name__}\n\n{paragraphs(container.__doc__)}\n\n{table(('', ''), filter(all, _facts(container)))}\n"
    if element is not container:
        return text + f"The words are those of {code(element.__name__)}, see {link('there', f'#{anchor(element.__name__)}')}.\n"
    if container.coordinate.is_interval:
        return text + "The words are plain numbers, as many as the interval is long.\n"
    if not container.fields():
        return text + ("Whatever is written, the write itself is the message.\n" if _n_words(container)[0] else "")
    return text + _words(container) + "\n" + table(HEAD, _rows(container)) + _structures(container)


HEAD = ("", "field", "bits", "when read", "values", "default", "unit", "meaning")


def _facts(container: Any) -> Iterator[tuple[str, str]]:
    trust = accuracy(container)
    note = f": {trust.note}" if trust.note else ""
    number = "interval" if container.coordinate.is_interval else count(container.coordinate.size, "instance")
    yield "coordinate", f"{code(container.coordinate.__name__)}, {number}"
    yield from _places(container).items()
    yield "accuracy", f"**{trust.accuracy.name.lower()}**{note}"
    refused = [f"writing on {target}" for target in container.no_write_on] + [f"reading on {target}" for target in container.no_read_on]
    yield "refused", ", ".join(refused)
    yield "default words", reset.words_of_default(container)
    yield "after reset", reset.describe_reset(container)
    yield "effect", reset.describe_effect(container)
    yield "differential", "written against a reference, only the words that differ are sent" if container.differential else ""


def _places(container: Any) -> dict[str, str]:
    """One entry per way of access: formula and range. Backends that share them are named together."""
    found: dict[tuple[str, str], list[str]] = {}
    for backend in container.backends:
        layout = container.layout(backend)
        ways = [(way, patterns(layout, way == "write")) for way, words in (("write", layout.n_write), ("read", layout.n_read)) if words]
        if len(ways) == 2 and ways[0][1] == ways[1][1]:
            ways = [("write, read", ways[0][1])]
        for way, rule in ways:
            found.setdefault((way, _place(container, backend, rule)), []).append(backend)
    return {f"{way} over {' or '.join(backends)}": place for (way, place), backends in found.items()}


def _place(container: Any, backend: str, found: Sequence[Any]) -> str:
    if container.coordinate.is_interval:
        return f"one word for each position in the interval, at {code(_address_in_interval(container))}"
    if backend not in OMNIBUS:
        return _register_of(backend, found)
    if element_of(container) is not container:
        return f"{container.layout(backend).n_write} words, {found[0].first:#x} ... {found[0].last:#x}"
    texts = [f"{code(one.formula())} ({_range(one)})" for one in found]
    return "; ".join(texts)


def _range(pattern: Any) -> str:
    words = count(len(pattern.offsets), "word")
    return f"{words} each, {pattern.first:#x} ... {pattern.last:#x}" if pattern.axes else words


def count(number: int, what: str) -> str:
    """A number of things."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def _register_of(backend: str, found: Sequence[Any]) -> str:
    access = ACCESS[Backend[backend]]
    if access.size == 1:
        return f"{code(access.coordinate)}, {access.bits} bits" if access.bits else code(access.coordinate)
    return "; ".join(f"{code(access.coordinate)} {code(one.formula())}, {access.bits} bits" for one in found)


def _address_in_interval(container: Any) -> str:
    """The address of a position as a formula."""
    bound, unit = container.coordinate.bound_type, container.coordinate.mixed_in_type
    interval = container.coordinate.local_type
    first, next_unit = (
        int(container.read_access(container.coordinate(interval(0, 0), unit(number)))[0]) for number in (0, min(1, unit.size - 1))
    )
    return f"{first:#x} + {bound.__name__} + {next_unit - first:#x} * {unit.__name__}"


def _n_words(container: Any) -> tuple[int, int]:
    layout = container.layout()
    return layout.n_write, layout.n_read


def _words(container: Any) -> str:
    """The bit diagram; two if the words read differ from those written."""
    n_write, n_read = _n_words(container)
    letters = keys(value.row for value in values_of(container))
    written = [(bits, letters.get(value.row, "#")) for value in values_of(container) for bits in value.write]
    written += [(bits, "*") for bits in computed_bits(container)]
    read = [(bits, letters.get(value.row, "#")) for value in values_of(container) for bits in value.read]
    if hasattr(container, "_decode_hook"):
        read = [(bits, "*") for bits in computed_bits(container)] + read
    constants = container.constants
    if n_write and n_read and sorted(written) != sorted(read):
        parts = [(title, words, bits) for title, words, bits in (("Written", n_write, written), ("Read", n_read, read)) if bits]
        return "\n".join(f"{title}:\n\n{block(draw(words, bits, constants))}" for title, words, bits in parts) + _remarks(container)
    return block(draw(n_write or n_read, written if n_write else read, constants)) + _remarks(container)


def _remarks(container: Any) -> str:
    """What the diagram does not show."""
    remarks = []
    if container.gray_words:
        remarks.append("The words are gray coded on the bus: the diagram shows `w ^ (w >> 1)` of the word on the bus.")
    if container.byte_lane:
        remarks.append(
            "Four instances share a word, the diagram shows one of its bytes: that of number n is byte `3 - n % 4` from the right."
        )
    if container.unread_over:
        remarks.append(f"What is read over {', '.join(container.unread_over)} is not the contents and is ignored.")
    if computed_bits(container):
        names = ", ".join(code(value.name) for value in values_of(container) if value.is_computed)
        remarks.append(f"Bits marked `*` depend on {names} in a way that no bit map says; see their meaning.")
    if any(value.write_map.startswith("be") for value in values_of(container)):
        remarks.append("`be` are the byte enables that go with the word: bytes whose enable is 0 keep their contents.")
    return "".join(f"\n{remark}\n" for remark in remarks)


def _rows(container: Any) -> Iterator[tuple[str, ...]]:
    letters = keys(value.row for value in values_of(container))
    fields = {field.name: field for field in container.fields()}
    for row, values in _grouped(values_of(container)).items():
        if _is_group(values):
            shown = f"{code(row)}, {_size(values)} x {code(fields[row].type.__qualname__)}"
            yield letters.get(row, "#"), shown, "see below", "", "", "", "", sentence(fields[row].doc)
        else:
            elements = f"{row}[{len(values)}]" if len(values) > 1 else row
            yield letters.get(row, "#"), code(elements), *_description(values)


def _description(values: Sequence[Value]) -> tuple[str, ...]:
    """Bits, values, default, unit and meaning of a field or of the elements of an array."""
    field = values[0].field
    write, read = _bits(values, "write_map"), _bits(values, "read_map")
    bits = write or ("" if read else "set by code")
    return bits, "" if read == write else read, values_text(field) + _oddities(field), _defaults(values), field.unit, sentence(field.doc)


def _structures(container: Any) -> str:
    """Tables of the structures that stand several times in a register."""
    tables = []
    for row, values in _grouped(values_of(container)).items():
        if _is_group(values):
            parts: dict[str, list[Value]] = {}
            for value in values:
                parts.setdefault(value.name.partition(".")[2], []).append(value)
            rows = [(code(name), *_description(elements)) for name, elements in parts.items()]
            tables.append(f"\nIn each {code(row)}, with the bits of each of them:\n\n{table(('field', *HEAD[2:]), rows)}")
    return "".join(tables)


def _grouped(values: Sequence[Value]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for value in values:
        found.setdefault(value.row, []).append(value)
    return found


def _is_group(values: Sequence[Value]) -> bool:
    return "." in values[0].name


def _size(values: Sequence[Value]) -> int:
    return len({value.name.partition(".")[0] for value in values})


def _bits(values: Sequence[Value], way: str) -> str:
    """Where a field stands; of an array, where each element does."""
    texts = [code(getattr(value, way)) for value in values]
    if not any(texts):
        return ""
    if len(texts) > ELEMENTS_SHOWN:
        texts = [*texts[:3], "...", texts[-1]]
    return "; ".join(texts)


def values_text(field: Any) -> str:
    """Range or choices of a field."""
    if field.type is bool:
        return "0, 1"
    if field.choices is not None:
        return ", ".join(f"{value} {code(member.name)}" for value, member in field.choices.items())
    low, high = bounds(field)
    if field.allowed is not None:
        return ", ".join(map(str, sorted(field.allowed)))
    names = [code(one.__qualname__) for one in (field.type if isinstance(field.type, tuple) else (field.type,))]
    return f"{low} ... {high} {' or '.join(names)}"


def _default_text(field: Any, raw: int) -> str:
    name = field.choices[raw].name if field.choices and raw in field.choices else ""
    return f"{raw} {code(name)}".strip()


def _defaults(values: Sequence[Value]) -> str:
    shown = [_default_text(value.field, value.default) for value in values]
    return shown[0] if len(set(shown)) == 1 else ", ".join(shown)


def defaults_of(field: Any) -> str:
    """Default of a field or of the elements of an array."""
    shown = [_default_text(field, raw) for raw in field.defaults]
    return shown[0] if len(set(shown)) == 1 else ", ".join(shown)


def _oddities(field: Any) -> str:
    """How the register stores what it stores, where that is not the plain value."""
    odd = []
    if field.offset:
        odd.append(f"stored as value {'+' if field.offset > 0 else '-'} {abs(field.offset)}")
    if field.is_signed:
        odd.append("two's complement")
    if field.code is not None:
        codes = field.code[0]
        odd.append(f"stored as {', '.join(map(bin, codes))}" if len(codes) <= ELEMENTS_SHOWN else "upper bits thermometer coded")
    if field.readonly:
        odd.append("read only")
    return "".join(f"; {one}" for one in odd)
