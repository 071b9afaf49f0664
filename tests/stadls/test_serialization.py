"""Dumped writes and programs as text and bytes: what the original writes, what may be read, and what is refused."""

import base64
import contextlib
import gzip
import json
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stored_forms import Record, records

import halco
import haldls
import haldls.lola as lola
from fisch import MultiConnection, ResponseDecoder, ResponseWriter, Target
from haldls.serialization import BinaryReader, BinaryWriter, JSONReader, JSONWriter
from haldls.serialization.layouts import class_named
from stadls import (
    DumperDone,
    PlaybackProgram,
    PlaybackProgramBuilder,
    PlaybackProgramBuilderDumper,
    SerializationError,
    from_json,
    from_portablebinary,
    run,
    to_json,
    to_portablebinary,
)
from stadls.serialization import lists

Way = tuple[Callable[[Any], Any], Callable[[Any, Any], None]]
WAYS: list[Way] = [(to_json, from_json), (to_portablebinary, from_portablebinary)]
ways = pytest.mark.parametrize("way", WAYS, ids=["json", "binary"])


def back(stored: Any, way: Way) -> Any:
    made = type(stored)()
    way[1](made, way[0](stored))
    return made


def logical_neuron() -> tuple[Any, Any]:
    morphology = lola.Morphology()
    morphology.create_compartment([halco.AtomicNeuronOnLogicalNeuron(halco.Enum(0))])
    shape, neuron = morphology.done()
    return halco.LogicalNeuronOnDLS(shape, halco.AtomicNeuronOnDLS(halco.Enum(7))), neuron


def block(size: int) -> tuple[Any, Any]:
    made = haldls.PPUMemoryBlock(size)
    made[0] = 0xCAFE
    words = halco.PPUMemoryBlockOnPPU(halco.PPUMemoryWordOnPPU(3), halco.PPUMemoryWordOnPPU(2 + size))
    return halco.PPUMemoryBlockOnDLS(words, halco.PPUOnDLS(1)), made


def varied() -> DumperDone:
    dumper, matrix = PlaybackProgramBuilderDumper(), lola.SynapseMatrix()
    matrix.weights[5][6] = lola.SynapseMatrix.Weight(9)
    for pair in (
        (halco.CapMemCellOnDLS(7), haldls.CapMemCell(3)),
        (halco.NeuronConfigOnDLS(5), haldls.NeuronConfig(enable_fire=True)),
        (halco.ShiftRegisterOnBoard(), haldls.ShiftRegister()),
        (halco.SynramOnDLS(1), matrix),
        logical_neuron(),
        block(4),
    ):
        dumper.write(*pair)
    dumper.block_until(halco.TimerOnDLS(), haldls.Timer.Value(0xFFFFFFFF))
    dumper.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
    dumper.block_until(halco.PollingOmnibusBlockOnFPGA(), haldls.PollingOmnibusBlock())
    return dumper.done()


@ways
def test_dumped_writes_come_back(way: Way) -> None:
    assert back(varied(), way) == varied() != DumperDone()
    assert back(DumperDone(), way) == DumperDone()


@ways
def test_a_dumper_comes_back(way: Way) -> None:
    dumper = PlaybackProgramBuilderDumper()
    dumper.write(halco.CapMemCellOnDLS(7), haldls.CapMemCell(3))
    other = back(dumper, way)
    assert other == dumper and not other.empty()


@ways
@pytest.mark.parametrize("container", [*haldls.containers, *lola.containers], ids=lambda container: container.__name__)
def test_every_container_can_be_stored(container: Any, way: Way) -> None:
    dumper = PlaybackProgramBuilderDumper()
    dumper.write(container.coordinate(), container())
    assert back(dumper.done(), way).tolist() == [(container.coordinate(), container())]


@ways
def test_what_was_there_before_is_replaced(way: Way) -> None:
    done = varied()
    way[1](done, way[0](DumperDone()))
    assert len(done) == 0


@ways
def test_programs_come_back_with_their_responses(way: Way, zero_mock: MultiConnection) -> None:
    builder = PlaybackProgramBuilder()
    ticket = builder.read(halco.NeuronConfigOnDLS())
    builder.read(halco.JTAGIdCodeOnDLS())
    builder.read(halco.NullPayloadReadableOnFPGA())
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    program = builder.done()
    assert back(program, way) == program
    run(zero_mock, [program])
    restored = back(program, way)
    assert restored == program and restored.tickets_valid() and restored.ran and ticket.valid()
    run(zero_mock, [restored])
    assert restored == program


@ways
def test_events_come_back(way: Way) -> None:
    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.integers(0, 0xFFFFFF), max_size=9))
    def check(events: list[int]) -> None:
        writer, decoder, program = ResponseWriter(), ResponseDecoder(), PlaybackProgram()
        for event in events:
            writer.append(0x0A, event)
            writer.append(0x07, event)
        writer.link_notification(0xB0)
        writer.timeout(3, 4, 5)
        writer.flush()
        decoder.push(writer.words())
        program.take(decoder)
        restored = back(program, way)
        assert restored == program and len(restored.spikes) == len(events) == len(restored.madc_samples)
        assert restored.highspeed_link_notifications == program.highspeed_link_notifications != []
        assert restored.spikes_pack_counts == program.spikes_pack_counts == [len(events), 0, 0] and len(restored.timeouts) == 1

    check()


# -------------------------------------------------------------------------------------------------------------- files of the original
@pytest.mark.parametrize("record", records("dumper", "builder", "program"), ids=str)
def test_bytes_and_text_are_those_of_the_original(record: Record) -> None:
    if "Dumper<" in record.name:  # the collecting part of a builder, which is no class of ours
        pairs = lists.read_dumper(BinaryReader(record.binary), "value0")
        binary, text = BinaryWriter(), JSONWriter()
        lists.write_dumper(binary, "value0", pairs)
        lists.write_dumper(text, "value0", pairs)
        assert binary.done() == record.binary and text.done() == record.text
        assert record.text is not None and lists.read_dumper(JSONReader(record.text), "value0") == pairs
        return
    stored, again = KINDS[record.name](), KINDS[record.name]()
    from_portablebinary(stored, record.binary)
    assert to_portablebinary(stored) == record.binary
    written = to_json(stored)
    assert record.is_text(written)
    from_json(again, written)
    assert again == stored


KINDS: dict[str, Any] = {
    "stadls::vx::v3::DumperDone": DumperDone,
    "stadls::vx::v3::PlaybackProgramBuilderDumper": PlaybackProgramBuilderDumper,
    "stadls::vx::PlaybackProgram": PlaybackProgram,
}


BLOCKS = ("PPUMemoryBlock", "ExternalPPUMemoryBlock", "ExternalPPUDRAMMemoryBlock", "LogicalNeuron")
CONTENTS = [
    record
    for record in records("container")
    if len(record.binary) < 300 and class_named(record.name) is not None and record.name.split("::")[-1] not in BLOCKS
]


@ways
@settings(max_examples=60, deadline=None)
@given(chosen=st.lists(st.tuples(st.sampled_from(CONTENTS), st.integers(0, 1 << 40)), max_size=9))
def test_any_list_comes_back(way: Way, chosen: list[tuple[Record, int]]) -> None:
    done, pairs = DumperDone(), []
    for record, number in chosen:
        content = class_named(record.name)()
        haldls.from_portablebinary(content, record.binary)
        pairs.append((content.coordinate(number % content.coordinate.size), content))
    done.values = pairs
    assert back(done, way) == done


@ways
def test_unsupported_targets_come_back(way: Way) -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.CapMemCellOnDLS(), haldls.CapMemCell())
    program = builder.done()
    program.unsupported_targets = {Target.hardware, Target.simulation}
    assert back(program, way).unsupported_targets == program.unsupported_targets


@ways
def test_expected_responses_come_back(way: Way) -> None:
    builder = PlaybackProgramBuilder()
    for place in [halco.NeuronConfigOnDLS(), *[halco.JTAGIdCodeOnDLS()] * 2, *[halco.NullPayloadReadableOnFPGA()] * 3]:
        builder.read(place)
    program = builder.done()
    assert list(program.expected.values()) == [6, 2, 3] and back(program, way).expected == program.expected
    data = to_portablebinary(program)
    assert struct.pack("<QQQ", 2, 3, 6) in data  # in the original's order of their classes
    from_portablebinary(program, data.replace(struct.pack("<QQQ", 2, 3, 6), struct.pack("<QQQ", 2, (1 << 63) - 1, 6)))
    assert back(program, way).expected == program.expected and max(program.expected.values()) == (1 << 63) - 1


FIRST = "value0.values[0].first"
CELL = "halco::hicann_dls::vx::v3::CapMemCellOnDLS"


@pytest.mark.parametrize(
    "message, path, old, new",
    [
        ("no class 'haldls::vx::Barriere'", "value0.values[7].second.polymorphic_name", "haldls::vx::Barrier", "haldls::vx::Barriere"),
        ("no class was given the number 3", "value0.values[1].first.polymorphic_id", "2147483651", "3"),
        ("does not stand on", "value0.values[0].second", CELL, "halco::hicann_dls::vx::NeuronConfigOnDLS"),
        ("there is no object", f"{FIRST}.ptr_wrapper.valid", '"valid": 1', '"valid": 0'),
        ("a number of 4 bytes is needed", f"{FIRST}.polymorphic_id", "2147483649", "21474836490"),
        ("a text is needed", f"{FIRST}.polymorphic_name", f'"{CELL}"', "7"),
        ("range overflow: 15000", f"{FIRST}.ptr_wrapper.data.value0.value", '"value": 7', '"value": 15000'),
        ("'second' is missing", "value0.values[0]", '"second"', '"third"'),
        ("'values' is missing", "value0", '"values"', '"value"'),
    ],
)
def test_damaged_lists(message: str, path: str, old: str, new: str) -> None:
    done = varied()
    text = to_json(done)
    assert old in text
    with pytest.raises(SerializationError, match=f"this DumperDone cannot be read: .*{message}") as caught:
        from_json(done, text.replace(old, new, 1))
    line = 1 + text[: text.index(old)].count("\n")
    assert caught.value.path == path and (caught.value.line == line or "missing" in message or "stand" in message)
    assert done == varied()


def test_classes_may_have_any_numbers() -> None:
    text = to_json(varied())
    for number, other in ((2147483649, 2147483649 + 1000), (2147483650, 2147483648 + 4)):
        text = text.replace(str(number), str(other), 1)
    done = DumperDone()
    from_json(done, text)
    assert done == varied()


@pytest.mark.parametrize("count", [1, 1000, 1 << 40, (1 << 64) - 1])
def test_lists_longer_than_their_file(count: int) -> None:
    done = varied()
    with pytest.raises(SerializationError) as caught:
        from_portablebinary(done, struct.pack("<BIQ", 1, 0, count))
    assert caught.value.offset == 5 and caught.value.path == "value0.values" and done == varied()


def test_programs_with_responses_of_an_unknown_form() -> None:
    program = PlaybackProgram()
    for old, new in (('response_queue": []', 'response_queue": [1]'), ('"entry": 0', '"entry": 1'), ('"index": 4', '"index": 16')):
        timer = PlaybackProgramBuilder()
        timer.write(halco.TimerOnDLS(), haldls.Timer())
        text = to_json(timer.done())
        assert old in text
        with pytest.raises(SerializationError, match=r"responses of a run|is none of them"):
            from_json(program, text.replace(old, new, 1))
    assert program == PlaybackProgram()


def test_payloads_that_no_word_has() -> None:
    builder = PlaybackProgramBuilder()
    builder.read(halco.JTAGIdCodeOnDLS())
    program = builder.done()
    scan = next(int(word) & (1 << 56) - 1 for word in program.words if word >> np.uint64(56) == 3)
    with pytest.raises(SerializationError, match="JTAG scan of 0 bits"):
        from_json(PlaybackProgram(), to_json(program).replace(str(scan), "0"))


def test_registers_and_addresses_of_more_than_32_bits_can_be_shown() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.JTAGClockScalerOnDLS(), haldls.JTAGClockScaler())
    builder.read(halco.JTAGIdCodeOnDLS())
    builder.write(halco.CADCConfigOnDLS(), haldls.CADCConfig())
    text = to_json(builder.done())
    for old in re.findall(r'"bitset_words": \{\s+"value0": (\d+)', text):
        for bit in (32, 33, 35):
            program = PlaybackProgram()
            with contextlib.suppress(SerializationError):
                from_json(program, re.sub(rf'("value0": ){old}\b', rf"\g<1>{1 << bit | int(old)}", text))
            str(program)  # raises nothing


SMALL = [record for record in records("dumper", "builder", "program") if len(record.binary) < 5000 and record.name in KINDS]
some = settings(max_examples=150, deadline=None)


@some
@given(st.sampled_from(SMALL), st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), min_size=1, max_size=4))
def test_any_bytes_are_read_or_refused(record: Record, changes: list[tuple[int, int]]) -> None:
    data = bytearray(record.binary)
    for place, value in changes:
        data[place % len(data)] = value
    stored, again = KINDS[record.name](), KINDS[record.name]()
    try:
        from_portablebinary(stored, bytes(data))
    except SerializationError:
        assert stored == KINDS[record.name]()
    else:
        from_portablebinary(again, to_portablebinary(stored))
        assert again == stored
        str(stored)  # raises nothing
        from_json(again, to_json(stored))
        assert again == stored


@some
@given(st.sampled_from(SMALL), st.integers(0, 20000), st.sampled_from([*'{}[],"', "-1", "1.5", "2147483650", "NaN", "null", "[" * 9999]))
def test_any_text_is_read_or_refused(record: Record, place: int, token: str) -> None:
    assert record.text is not None
    at = place % len(record.text)
    stored, again = KINDS[record.name](), KINDS[record.name]()
    try:
        from_json(stored, record.text[:at] + token + record.text[at:])
    except SerializationError:
        assert stored == KINDS[record.name]()
    else:
        from_json(again, to_json(stored))
        assert again == stored


# ---------------------------------------------------------------------------------------------------------------------- the earlier format
with gzip.open(Path(__file__).parent.parent / "golden" / "earlier_formats.json.gz", "rt") as file:
    EARLIER: dict[str, dict[str, str]] = json.load(file)


def earlier_dumper() -> PlaybackProgramBuilderDumper:
    """What the dumpers of the earlier files hold."""
    morphology = lola.Morphology()
    compartment = morphology.create_compartment([halco.AtomicNeuronOnLogicalNeuron(column, 0) for column in range(2)])
    shape, neuron = morphology.done()
    neuron[compartment, 1].leak.v_leak = 700
    some_bytes, row = lola.ExternalPPUMemoryBlock(3), lola.SynapseWeightRow()
    some_bytes[1] = 0x41
    row.values.from_numpy(np.arange(256) % 64)
    dumper = PlaybackProgramBuilderDumper()
    for pair in (
        (halco.CapMemCellOnDLS(7), haldls.CapMemCell(3)),
        (halco.NeuronConfigOnDLS(5), haldls.NeuronConfig(enable_fire=True)),
        (halco.LogicalNeuronOnDLS(shape, halco.AtomicNeuronOnDLS(halco.Enum(7))), neuron),
        block(4),
        (halco.ExternalPPUMemoryBlockOnFPGA(halco.ExternalPPUMemoryByteOnFPGA(2), halco.ExternalPPUMemoryByteOnFPGA(4)), some_bytes),
        (halco.SynapseWeightRowOnDLS(9), row),
    ):
        dumper.write(*pair)
    dumper.block_until(halco.TimerOnDLS(), haldls.Timer.Value(0xFFFFFFFF))
    dumper.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
    return dumper


def earlier_program() -> PlaybackProgram:
    builder = PlaybackProgramBuilder()
    builder.read(halco.NeuronConfigOnDLS())
    builder.read(halco.JTAGIdCodeOnDLS())
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    return builder.done()


def earlier_program_that_ran() -> PlaybackProgram:
    writer, decoder, program = ResponseWriter(), ResponseDecoder(), PlaybackProgram()
    writer.append(0x0A, 3)
    writer.append(0x07, 5)
    writer.link_notification(0xB0)
    writer.timeout(3, 4, 5)
    writer.flush()
    decoder.push(writer.words())
    program.take(decoder)
    return program


EARLIER_OBJECTS: dict[str, Callable[[], Any]] = {
    "DumperDone": lambda: earlier_dumper().done(),
    "PlaybackProgramBuilderDumper": earlier_dumper,
    "PlaybackProgram": earlier_program,
    "PlaybackProgram_ran": earlier_program_that_ran,
}


@pytest.mark.parametrize("name", EARLIER_OBJECTS)
def test_earlier_files_are_read(name: str) -> None:
    wanted = EARLIER_OBJECTS[name]()
    one, other = type(wanted)(), type(wanted)()
    from_json(one, EARLIER[name]["json"])
    from_portablebinary(other, base64.b64decode(EARLIER[name]["binary"]))
    assert one == other == wanted


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(sorted(EARLIER_OBJECTS)),
    st.integers(0, 9999),
    st.sampled_from([*'{}[],"', *"0159", "-1", "1.5", "NaN", "null", "[" * 9999]),
)
def test_any_damage_to_earlier_files(name: str, place: int, token: str) -> None:
    text, kind = EARLIER[name]["json"], type(EARLIER_OBJECTS[name]())
    stored, again = kind(), kind()
    at = place % len(text)
    try:
        from_json(stored, text[:at] + token + text[at + place % 2 :])
    except SerializationError:
        assert stored == kind()
    else:
        from_json(again, to_json(stored))
        assert again == stored


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "[]",
        '{"DumperDone": 3}',
        '{"DumperDone": [[1]]}',
        '{"DumperDone": [["CapMemCellOnDLS", 3, {"NoSuchThing": {}}]]}',
        '{"DumperDone": [["CapMemCellOnDLS", 3, {"CapMemCell": {"other": 5}}]]}',
        '{"DumperDone": [["TimerOnDLS", 0, {"CapMemCell": {"value": 5}}]]}',
        '{"DumperDone": [["CapMemCellOnDLS", 99999, {"CapMemCell": {"value": 5}}]]}',
        '{"DumperDone": [["CapMemCellOnDLS", 3, {"CapMemCell": {"value": 5000}}]]}',
        '{"PlaybackProgram": {}}',
        '{"DumperDone": ' + "[" * 100000,
    ],
)
def test_what_cannot_be_read_changes_nothing(text: str) -> None:
    done = varied()
    with pytest.raises(RuntimeError):
        from_json(done, text)
    assert done == varied()


def miscounted() -> str:
    """A program whose packs of spikes are of four kinds."""
    described = json.loads(EARLIER["PlaybackProgram_ran"]["json"])
    described["PlaybackProgram"]["spikes_pack_counts"]["data"] = base64.b64encode(bytes(4 * 8)).decode()
    return json.dumps(described)


@pytest.mark.parametrize("text", ["{}", '{"PlaybackProgram": {}}', '{"PlaybackProgram": {"words": 3}}', '{"DumperDone": []}', miscounted()])
def test_damaged_programs(text: str) -> None:
    program = PlaybackProgram()
    with pytest.raises(SerializationError, match="PlaybackProgram"):
        from_json(program, text)
    assert program == PlaybackProgram()


def test_damaged_bytes() -> None:
    for data in (to_portablebinary(varied()), base64.b64decode(EARLIER["DumperDone"]["binary"])):
        for damaged in (b"", b"nonsense", data[:-9], data[:40] + b"x" + data[41:]):
            with pytest.raises(SerializationError, match="DumperDone"):
                from_portablebinary(DumperDone(), damaged)


@pytest.mark.parametrize("other", [3, PlaybackProgramBuilder(), haldls.CapMemCell()])
def test_other_objects_are_refused(other: Any) -> None:
    for use in (to_json, to_portablebinary, lambda one: from_json(one, "{}")):
        with pytest.raises(SerializationError, match="is needed"):
            use(other)
