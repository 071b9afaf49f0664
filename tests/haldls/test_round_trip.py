"""What is encoded decodes to the same container, for all fields of all containers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import haldls
from halco import Value, iter_all
from haldls.container import Container
from haldls.fields import Array, Field, Group
from haldls.layout import get_slots

BOTH_WAYS = [
    cls
    for cls in haldls.containers
    if cls is not haldls.PPUMemoryBlock and any(cls.layout(b).n_read and cls.layout(b).n_write for b in cls.backends)
]


def numbers(kind: Any, field: Any) -> st.SearchStrategy[Any]:
    """Legal values of a field's type."""
    if field.allowed is not None:
        return st.sampled_from(sorted(field.allowed))
    if kind is bool:
        return st.booleans()
    if isinstance(kind, tuple):
        return st.one_of(*(st.builds(one, st.integers(one.min, one.max)) for one in kind))
    if not issubclass(kind, Value):
        return st.sampled_from(list(kind))
    return st.integers(getattr(kind, "min", 0), getattr(kind, "max", 0xFFFFFFFF))


def values(field: Any) -> st.SearchStrategy[Any]:
    """Legal values of a field."""
    if isinstance(field, Group):
        return st.lists(containers(field.type), min_size=len(field_elements(field)), max_size=len(field_elements(field)))
    one = numbers(field.type, field)
    return st.lists(one, min_size=field.count, max_size=field.count) if isinstance(field, Array) else one


def field_elements(field: Any) -> range:
    """Numbers of the structures in a group."""
    return range(field.index if isinstance(field.index, int) else field.index.size)


def stored(field: Field) -> bool:
    """Whether a field comes back: it is written and read, or a hook does both."""
    return not field.readonly and (field.write_bits is not None) == (field.read_bits is not None)


@st.composite
def containers(draw: Any, cls: type[Container]) -> Container:
    """Containers with random legal fields."""
    made = cls()
    for field in cls.fields():
        if stored(field):
            setattr(made, field.name, draw(values(field)))
    return made


SMALL = [cls for cls in BOTH_WAYS if sum(field.count for field in cls.fields()) < 1000]


@pytest.mark.parametrize("cls", SMALL, ids=lambda cls: cls.__name__)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_decode_gives_back_what_was_encoded(cls: Any, data: st.DataObject) -> None:
    container = data.draw(containers(cls))
    if cls is haldls.CapMemBlockConfig:  # the register of the cell put out exists only while one is
        container.debug_readout_enable = data.draw(st.booleans())
        if not container.debug_readout_enable:
            container.debug_capmem_coord = 0
    for backend in cls.backends:
        if cls.layout(backend).n_read == 0 or backend in cls.unread_over:
            continue
        place = cls.coordinate(data.draw(st.integers(0, cls.coordinate.size - 1)))
        read = cls()
        read.decode(container.encode(place, backend), place, backend)
        for field in cls.fields():
            if field.read_bits is not None or stored(field):
                assert getattr(read, field.name) == getattr(container, field.name), field.name


@pytest.mark.parametrize("cls", [haldls.CapMemBlock, haldls.PPUMemory])
def test_composed_containers_are_their_elements_in_a_row(cls: Any) -> None:
    random = np.random.default_rng(5)
    words = random.integers(0, 1 << (10 if cls is haldls.CapMemBlock else 32), cls.layout().n_read, dtype=np.uint32)
    block = cls()
    block.decode(words)
    assert np.array_equal(block.encode(), words)
    element = haldls.CapMemCell if cls is haldls.CapMemBlock else haldls.PPUMemoryWord
    assert np.array_equal(element.layout().decode_array(words[:, None]).ravel(), get_slots(block))


def test_addresses_of_a_whole_block_are_those_of_its_cells() -> None:
    cells = np.sort(haldls.CapMemCell.write_addresses().reshape(4, -1), axis=1)
    assert np.array_equal(np.sort(haldls.CapMemBlock.write_addresses(), axis=1), cells)
    assert np.array_equal(haldls.PPUMemory.write_addresses().ravel(), haldls.PPUMemoryWord.write_addresses().ravel())


@pytest.mark.parametrize("cls", [cls for cls in haldls.containers if cls.coordinate.size <= 1024], ids=lambda cls: cls.__name__)
def test_addresses_of_all_coordinates_are_those_of_single_ones(cls: Any) -> None:
    for backend in cls.backends:
        layout = cls.layout(backend)
        for place, written in zip(iter_all(cls.coordinate), cls.write_addresses(backend=backend), strict=True):
            if layout.n_write:
                assert cls().write_access(place, backend)[0].tolist() == written.tolist()


def registers(cls: Any, backend: str) -> np.ndarray[Any, Any]:
    """Addresses of all words of a container class."""
    return np.unique(np.concatenate([cls.write_addresses(backend=backend).ravel(), cls.read_addresses(backend=backend).ravel()]))


def test_registers_of_different_containers_do_not_overlap() -> None:
    owners: dict[int, str] = {}
    composed = (haldls.CapMemBlock, haldls.PPUMemory, haldls.PPUMemoryBlock)
    shared = ("ExternalPPUDRAM", "ExternalPPUMemoryByte")  # bytes lie inside quads; the DRAM window is that of the vector generators
    for cls in haldls.containers:
        if "Omnibus" not in cls.backends or cls in composed or cls.__name__.startswith(shared) or cls.coordinate.size > 1 << 17:
            continue
        for address in registers(cls, "Omnibus").tolist():
            assert owners.setdefault(address, cls.__name__) == cls.__name__, f"{address:#x}"
