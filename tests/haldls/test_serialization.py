"""Stored containers, structures and coordinates: what the original writes, what may be read, and what is refused."""

from __future__ import annotations

import base64
import copy
import gzip
import json
import pickle
import random
import re
import struct
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_forms import Record, records

import halco
import haldls
from haldls import SerializationError, from_json, from_portablebinary, lola, to_json, to_portablebinary
from haldls.serialization import BinaryReader, BinaryWriter, JSONReader, JSONWriter
from haldls.serialization.layouts import class_named, layout_of, node_of, structure
from haldls.serialization.table import classes, coordinates

RECORDS: dict[str, list[Record]] = defaultdict(list)
for record in records("container", "struct", "coordinate"):
    RECORDS[record.name].append(record)

WITHOUT_CONTAINER = {name for name in [*classes(), *coordinates()] if class_named(name) is None}
"""Classes of another revision of the chip, known to the original's formats but not to our containers, and bases of several containers."""

PARTS_ONLY = re.compile(r"detail::|Timer::Value|CADCReadoutChain::|ReadoutChain::|ExternalPPUDRAM\w+OnFPGA")
"""Classes that were recorded as parts of others only, and coordinates without a registered name."""

names = pytest.mark.parametrize("name", sorted(RECORDS))


def test_every_class_is_recorded() -> None:
    missing = [name for name in [*classes(), *coordinates()] if name not in RECORDS and not PARTS_ONLY.search(name)]
    assert not missing
    assert all(re.search("GlobalMergerMatrix|NeuronLabelToGL1|detail::", name) for name in WITHOUT_CONTAINER)


@names
def test_bytes_and_text_are_those_of_the_original(name: str) -> None:
    for record in RECORDS[name]:
        if name in WITHOUT_CONTAINER:
            node = structure(name, None)[0] if name in classes() else node_of(coordinates()[name])
            values = BinaryReader(record.binary).value("value0", node)
            assert record.text is not None and JSONReader(record.text).value("value0", node).tolist() == values.tolist()
            binary, text = BinaryWriter(), JSONWriter()
            binary.value("value0", node, values)
            text.value("value0", node, values)
            assert binary.done() == record.binary and text.done() == record.text
            continue
        stored, again = class_named(name)(), class_named(name)()
        from_portablebinary(stored, record.binary)
        assert to_portablebinary(stored) == record.binary, record
        text_of = to_json(stored)
        assert record.is_text(text_of), record
        from_json(again, text_of)
        assert again == stored, record


@names
def test_default_objects_are_those_of_the_original(name: str) -> None:
    for record in RECORDS[name]:
        if record.instance == "default" and name not in WITHOUT_CONTAINER:
            assert to_portablebinary(class_named(name)()) == record.binary


# ------------------------------------------------------------------------------------------------------------- what may be read as well
def test_bytes_of_big_endian_machines() -> None:
    config = haldls.CADCConfig()
    from_portablebinary(config, struct.pack(">BI?QQ", 0, 0, True, 7, 9))
    assert (config.enable, int(config.reset_wait), int(config.dead_time)) == (True, 7, 9)
    offset = haldls.CADCChannelConfig()
    from_portablebinary(offset, struct.pack(">BIq", 0, 0, -5))
    assert int(offset.offset) == -5
    status = haldls.INA219Status()
    from_portablebinary(status, struct.pack(">BIQh?", 0, 0, 12, -3000, False))
    assert int(status.shunt_voltage) == -3000


def test_members_in_another_order_and_others_in_between() -> None:
    config = haldls.CADCConfig(enable=True, dead_time=9)
    lines = to_json(config).splitlines()
    members = json.loads("\n".join(lines))["value0"]
    members["more"] = [{"a": [1, 2.5e3, None, "x\\y"]}, "}"]
    for seed in range(20):
        order = list(members)
        random.Random(seed).shuffle(order)
        again = haldls.CADCConfig()
        from_json(again, json.dumps({"anything": {name: members[name] for name in order}}))
        assert again == config


def test_members_of_elements_in_another_order() -> None:
    switches = haldls.ColumnCurrentQuad()
    switches.set_switch(halco.EntryOnQuad(2), haldls.ColumnCurrentQuad.ColumnCurrentSwitch(enable_debug_inhibitory=True))
    one, other = '"m_enable_debug_excitatory": false', '"m_enable_debug_inhibitory": true'
    text = re.sub(rf"{one},\s+{other}", f"{other}, {one}", to_json(switches))
    assert text != to_json(switches)
    again = haldls.ColumnCurrentQuad()
    from_json(again, text)
    assert again == switches


def test_an_unnamed_choice_that_a_register_holds_comes_back() -> None:
    config = haldls.CapMemBlockConfig()
    words = config.encode()
    words[2] = 3  # a reference voltage without a name
    config.decode(words)
    again, third = haldls.CapMemBlockConfig(), haldls.CapMemBlockConfig()
    from_portablebinary(again, to_portablebinary(config))
    from_json(third, to_json(config))
    assert again == third == config


def test_a_neuron_keeps_its_connections() -> None:
    morphology = lola.Morphology()
    morphology.create_compartment([halco.AtomicNeuronOnLogicalNeuron(column, 0) for column in range(2)])
    shape, neuron = morphology.done()
    again, place = lola.LogicalNeuron(), halco.LogicalNeuronOnDLS(shape, halco.AtomicNeuronOnDLS(5, 1))
    from_portablebinary(again, to_portablebinary(neuron))
    for mine, theirs in zip(again.write_access(place), neuron.write_access(place), strict=True):
        assert mine.tolist() == theirs.tolist()
    assert copy.copy(again) == again == neuron == pickle.loads(pickle.dumps(again))
    from_json(again, to_json(lola.LogicalNeuron()))
    assert again == lola.LogicalNeuron()


def test_coordinates_are_overwritten() -> None:
    place = halco.AtomicNeuronOnDLS()
    from_portablebinary(place, to_portablebinary(halco.AtomicNeuronOnDLS(5, 1)))
    assert place == halco.AtomicNeuronOnDLS(5, 1)


def test_compartments_in_another_order() -> None:
    circuits = [halco.AtomicNeuronOnLogicalNeuron(column, 0) for column in range(2)]
    place = halco.LogicalNeuronOnDLS(halco.LogicalNeuronCompartments({0: circuits[:1], 1: circuits[1:]}), halco.AtomicNeuronOnDLS())
    data, again = to_portablebinary(place), halco.LogicalNeuronOnDLS()
    from_portablebinary(again, data[:13] + data[53:] + data[13:53])  # a key, a size and three numbers for each
    assert again == place and str(again) == str(place) and to_portablebinary(again) == data
    with pytest.raises(SerializationError, match="key 0 of a map comes twice"):
        from_portablebinary(again, data[:13] + data[13:53] * 2)
    assert again == place


COORDINATES = [class_named(name) for name in coordinates() if class_named(name) not in (None, halco.LogicalNeuronOnDLS, haldls.Timer.Value)]


@pytest.mark.parametrize("kind", COORDINATES, ids=lambda kind: kind.__name__)
@settings(max_examples=20, deadline=None)
@given(number=st.integers(0, 1 << 64))
def test_any_coordinate_comes_back(kind: Any, number: int) -> None:
    try:
        place, one, other = kind(halco.Enum(number % kind.size)), kind(), kind()
    except RuntimeError:
        return  # no interval has this number
    from_portablebinary(one, to_portablebinary(place))
    from_json(other, to_json(place))
    assert one == other == place


STRUCTURES = [kind for kind in map(class_named, classes()) if kind is not None and issubclass(kind, haldls.container.Struct)]


@pytest.mark.parametrize("kind", STRUCTURES, ids=lambda kind: f"{kind.__module__}.{kind.__qualname__}")
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_any_structure_comes_back(kind: Any, data: Any) -> None:
    stored, one, other = kind(), kind(), kind()
    for field in kind.fields():
        if field.type is bool and field.count == 1:
            setattr(stored, field.name, data.draw(st.booleans()))
        elif field.choices is not None:
            setattr(stored, field.name, data.draw(st.sampled_from(list(field.type))))
        elif isinstance(field.type, tuple) and field.count == 1:
            numbers = st.one_of(*(st.builds(one, st.integers(one.min, one.max)) for one in field.type))
            setattr(stored, field.name, data.draw(numbers))
        elif hasattr(field.type, "max") and field.count == 1:
            setattr(stored, field.name, data.draw(st.integers(field.type.min, field.type.max)))
    from_portablebinary(one, to_portablebinary(stored))
    from_json(other, to_json(stored))
    assert one == other == stored


# ------------------------------------------------------------------------------------------------------------------------ what is refused
CELL = struct.pack("<BIiQ", 1, 0, 0, 5)
NEURON = to_portablebinary(halco.AtomicNeuronOnDLS(5, 1))
DAMAGED_BYTES: list[tuple[Any, bytes, int, str]] = [
    (haldls.CapMemCell(), b"", 0, "ends too early"),
    (haldls.CapMemCell(), b"\x07" + CELL[1:], 0, "neither with 1"),
    (haldls.CapMemCell(), CELL[:-1], 9, "8 more bytes are needed, 7 are left"),
    (haldls.CapMemCell(), CELL + b"\0", 17, "1 bytes follow"),
    (haldls.CapMemCell(), struct.pack("<BIiQ", 1, 9, 0, 5), 1, "version 9 of haldls::vx::v3::CapMemCell"),
    (haldls.CapMemCell(), struct.pack("<BIiQ", 1, 0, 2, 5), 5, "2 alternatives, 2 is none"),
    (haldls.CapMemCell(), struct.pack("<BIiQ", 1, 0, -1, 5), 5, "-1 is none"),
    (haldls.CapMemCell(), struct.pack("<BIiQ", 1, 0, 0, 1023), 9, r"range overflow: 1023 > max\(1022\)"),
    (haldls.CapMemCell(), struct.pack("<BIiQ", 1, 0, 1, 1022), 9, r"range underflow: 1022 < min\(1023\)"),
    (haldls.CapMemCell(), struct.pack("<BIiQ", 1, 0, 0, 1 << 63), 9, "range overflow: 9223372036854775808"),
    (haldls.CADCConfig(), struct.pack("<BIBQQ", 1, 0, 2, 5, 5), 5, "0 or 1, not 2"),
    (haldls.CADCChannelConfig(), struct.pack("<BIq", 1, 0, -129), 5, r"range underflow: -129 < min\(-128\)"),
    (haldls.PPUMemoryBlock(1), struct.pack("<BIQ", 1, 0, 1 << 60), 5, "does not fit into the 0 bytes"),
    (haldls.PPUMemoryBlock(1), struct.pack("<BIQ", 1, 0, (1 << 64) - 1), 5, "range overflow"),
    (lola.LogicalNeuron(), struct.pack("<BIQQQ", 1, 0, 1, 0, 1 << 50), 21, "does not fit"),
    (halco.AtomicNeuronOnDLS(), NEURON[:1] + b"\x06" + NEURON[2:], 25, "position 261 is at x 5, y 1, not at x 6, y 1"),
    (halco.ExternalPPUMemoryBlockOnFPGA(), struct.pack("<BQQ", 1, 5, 4), 17, "oriented wrongly, min 5 > max 4"),
]


@pytest.mark.parametrize("stored, data, offset, message", DAMAGED_BYTES)
def test_damaged_bytes_are_refused(stored: Any, data: bytes, offset: int, message: str) -> None:
    before = to_portablebinary(stored)
    with pytest.raises(SerializationError, match=message) as caught:
        from_portablebinary(stored, data)
    assert caught.value.offset == offset
    assert to_portablebinary(stored) == before


TEXT = to_json(haldls.CADCSampleQuad())
DAMAGED_TEXTS: list[tuple[str, int, str]] = [
    ("", 1, "'{' is needed, not the end of the text"),
    ("{}", 1, "nothing in it"),
    ("nonsense", 1, "not 'nonsense'"),
    (TEXT[:-2], 18, "'}' is needed, not the end"),
    (TEXT + "x", 19, "'x' follows"),
    (TEXT.replace("0\n", "-1\n", 1), 6, r"range underflow: -1 < min\(0\) \(line 6, value0.value.m_samples\[0\]"),
    (TEXT.replace("0\n", "256\n", 1), 6, r"range overflow: 256 > max\(255\)"),
    (TEXT.replace("0\n", "NaN\n", 1), 6, "an integer is needed, not 'NaN'"),
    (TEXT.replace("0\n", "1.0\n", 1), 6, "an integer is needed"),
    (TEXT.replace("0\n", "1e3\n", 1), 6, "an integer is needed"),
    (TEXT.replace("0\n", '"1"\n', 1), 6, "an integer is needed"),
    (TEXT.replace("0\n", "007\n", 1), 6, "an integer is needed"),
    (TEXT.replace("0\n", "9" * 5000 + "\n", 1), 6, "too long for 64 bits"),
    (TEXT.replace("0\n", "-" + "9" * 30 + "\n", 1), 6, "range underflow"),
    (TEXT.replace("entry", "other", 1), 17, "member 'entry' is missing"),
    (TEXT.replace("m_samples", "m_sample"), 18, "'value.m_samples' is missing"),
    (TEXT.replace("cereal_class_version", "version"), 18, "'cereal_class_version' is missing"),
    (TEXT.replace('version": 0', 'version": 3'), 3, "version 3 of haldls::vx::CADCSampleQuad"),
    (TEXT.replace('"entry": {', '"entry": {"value": 1}, "entry": {', 1), 17, "more than 4 elements"),
    (TEXT.replace('"value": 0', '"value": 0, "x": ' + "[" * 1000, 1), 6, "more than 512 levels"),
    (TEXT.replace('"value": 0', '"value": 0, "x": [1,]', 1), 6, "a value is needed"),
    (TEXT.replace('"value": 0', '"value": 0, "x": {"a" 1}', 1), 6, "':' is needed"),
    (TEXT.replace('"value": 0', '"value": 0, "x": Infinity', 1), 6, "a value is needed"),
    (TEXT.replace('"value": 0', '"value": 0, "x\n', 1), 6, "a string does not end"),
    (TEXT.replace('"value": 0', '"value": 0, "\ud800": 3', 1), 1, "no character"),
]


@pytest.mark.parametrize("text, line, message", DAMAGED_TEXTS)
def test_damaged_texts_are_refused(text: str, line: int, message: str) -> None:
    quad = haldls.CADCSampleQuad()
    with pytest.raises(SerializationError, match=message) as caught:
        from_json(quad, text)
    assert caught.value.line in (line, None)
    assert quad == haldls.CADCSampleQuad()


def test_a_number_is_no_truth_value() -> None:
    with pytest.raises(SerializationError, match=r"true or false is needed, not '1,' \(line 4, value0.value.m_enable\)"):
        from_json(haldls.CADCConfig(), to_json(haldls.CADCConfig()).replace("false", "1"))


def test_a_field_stored_twice_with_two_values() -> None:
    config = haldls.ReferenceGeneratorConfig()
    data = bytearray(to_portablebinary(config))
    data[5] ^= 1
    with pytest.raises(SerializationError, match="stored twice has two values"):
        from_portablebinary(config, bytes(data))
    assert config == haldls.ReferenceGeneratorConfig()


@pytest.mark.parametrize("data", [None, 3, "text", b"bytes"])
def test_what_is_read_is_text_or_bytes(data: Any) -> None:
    cell = haldls.CapMemCell()
    with pytest.raises(SerializationError):
        from_json(cell, data)
    with pytest.raises(SerializationError):
        from_portablebinary(cell, data)


@pytest.mark.parametrize("stored", [3, object(), haldls.SerializationError("x"), halco.SynapseOnSynapseRow()])
def test_objects_without_a_stored_form(stored: Any) -> None:
    for use in (to_json, to_portablebinary, lambda one: from_json(one, TEXT), lambda one: from_portablebinary(one, CELL)):
        with pytest.raises(SerializationError, match="has no stored form"):
            use(stored)


# ---------------------------------------------------------------------------------------------------------------------- any damage at all
SMALL = [one for name, some in RECORDS.items() if name not in WITHOUT_CONTAINER for one in some if len(one.binary) < 2000 and one.text]
TOKENS = ["{", "}", "[", "]", ",", ":", '"', "0", "-1", "1e9", "9" * 20, "NaN", "true", "null", '"entry"', '"value"', "\0", "\x80"]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SMALL), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=4), st.integers(0, 2000))
def test_any_bytes_are_read_or_refused(record: Record, changes: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(record.binary)
    for place, value in changes:
        data[place % len(data)] = value
    data = data[:cut] if cut < len(data) // 4 else data
    stored = class_named(record.name)()
    try:
        from_portablebinary(stored, bytes(data))
    except SerializationError:
        assert to_portablebinary(stored) == to_portablebinary(class_named(record.name)())
    else:
        assert data[0] == 0 or to_portablebinary(stored) == bytes(data)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(SMALL), st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(TOKENS)), min_size=1, max_size=3), st.booleans())
def test_any_text_is_read_or_refused(record: Record, changes: list[tuple[int, str]], replace: bool) -> None:
    assert record.text is not None
    text = record.text
    for place, token in changes:
        at = place % len(text)
        text = text[:at] + token + text[at + (len(token) if replace else 0) :]
    stored, again = class_named(record.name)(), class_named(record.name)()
    try:
        from_json(stored, text)
    except SerializationError:
        assert to_portablebinary(stored) == to_portablebinary(class_named(record.name)())
    else:
        from_json(again, to_json(stored))
        assert to_portablebinary(again) == to_portablebinary(stored)


# ---------------------------------------------------------------------------------------------------------------------- the earlier format
with gzip.open(Path(__file__).parent.parent / "golden" / "earlier_formats.json.gz", "rt") as file:
    EARLIER = json.load(file)


def earlier_objects() -> dict[str, Any]:
    """What is in the file."""
    switches, words, some_bytes, row, neuron = (
        haldls.ColumnCurrentQuad(),
        haldls.PPUMemoryBlock(4),
        lola.ExternalPPUMemoryBlock(3),
        lola.SynapseWeightRow(),
        lola.AtomicNeuron(),
    )
    switches.set_switch(halco.EntryOnQuad(2), haldls.ColumnCurrentQuad.ColumnCurrentSwitch(enable_debug_inhibitory=True))
    words[0], some_bytes[1] = 0xCAFE, 0x41
    row.values.from_numpy([number % 64 for number in range(256)])
    neuron.leak.v_leak, neuron.event_routing = 700, lola.AtomicNeuron.EventRouting.enabled
    morphology = lola.Morphology()
    compartment = morphology.create_compartment([halco.AtomicNeuronOnLogicalNeuron(column, 0) for column in range(2)])
    logical = morphology.done()[1]
    logical[compartment, 1].leak.v_leak = 700
    return {
        "CapMemCell": haldls.CapMemCell(5),
        "NeuronConfig": haldls.NeuronConfig(enable_fire=True, membrane_capacitor_size=63),
        "ColumnCurrentQuad": switches,
        "ReferenceGeneratorConfig": haldls.ReferenceGeneratorConfig(enable_reset=True),
        "PPUMemoryBlock": words,
        "ExternalPPUMemoryBlock": some_bytes,
        "AtomicNeuron": neuron,
        "LogicalNeuron": logical,
        "SynapseWeightRow": row,
    }


@pytest.mark.parametrize("name", earlier_objects())
def test_earlier_files_are_read(name: str) -> None:
    wanted = earlier_objects()[name]
    one, other = type(wanted)(), type(wanted)()
    from_json(one, EARLIER[name]["json"])
    from_portablebinary(other, base64.b64decode(EARLIER[name]["binary"]))
    assert one == other == wanted


def test_damaged_earlier_files_are_refused() -> None:
    cell, data = haldls.CapMemCell(), base64.b64decode(EARLIER["CapMemCell"]["binary"])
    for damaged in (data[:-1], data[:20], data.replace(b"CapMemCell", b"CapMemCall"), base64.b64decode(EARLIER["NeuronConfig"]["binary"])):
        with pytest.raises(SerializationError):
            from_portablebinary(cell, damaged)
    nested = '{"CapMemCell": ' + "[" * 100000
    for text in ('{"CapMemCell": {"value": 1024}}', '{"CapMemCell": {"valeu": 3}}', '{"Timer": {"value": 3}}', nested):
        with pytest.raises(RuntimeError):
            from_json(cell, text)
    assert cell == haldls.CapMemCell()


def test_layouts_name_the_class() -> None:
    assert layout_of(haldls.CapMemCell).name == "haldls::vx::v3::CapMemCell"
