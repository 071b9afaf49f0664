"""Dumped writes and programs as text and bytes."""

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

import halco
import haldls
import haldls.lola as lola
from fisch import MultiConnection
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

Way = tuple[Callable[[Any], Any], Callable[[Any, Any], None]]
WAYS: list[Way] = [(to_json, from_json), (to_portablebinary, from_portablebinary)]
ways = pytest.mark.parametrize("way", WAYS, ids=["json", "binary"])


LARGE = (
    lola.Chip,
    lola.OutputRoutingTable,
    lola.InputRoutingTable,
    lola.SinglechipFPGA,
    lola.MultichipJboaLeafFPGA,
    lola.ChipAndSinglechipFPGA,
    lola.ChipAndMultichipJboaLeafFPGA,
)


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
    if way is WAYS[0] and container in LARGE:
        return  # seconds of text; the container's own test has it
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
    from hypothesis import given, settings
    from hypothesis import strategies as st

    from fisch import ResponseDecoder, ResponseWriter

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


def as_json(change: Callable[[Any], Any]) -> str:
    return json.dumps(change(json.loads(to_json(varied()))))


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
    ],
)
def test_what_cannot_be_read_changes_nothing(text: str) -> None:
    done = varied()
    with pytest.raises(RuntimeError):
        from_json(done, text)
    assert done == varied()


def miscounted() -> str:
    """A program whose packs of spikes are of four kinds."""
    described = json.loads(to_json(PlaybackProgram()))
    described["PlaybackProgram"]["spikes_pack_counts"]["data"] = b64encode(bytes(4 * 8)).decode()
    return json.dumps(described)


@pytest.mark.parametrize("text", ["{}", '{"PlaybackProgram": {}}', '{"PlaybackProgram": {"words": 3}}', '{"DumperDone": []}', miscounted()])
def test_damaged_programs(text: str) -> None:
    program = PlaybackProgram()
    with pytest.raises(SerializationError, match="PlaybackProgram"):
        from_json(program, text)
    assert program == PlaybackProgram()


def test_damaged_bytes() -> None:
    data = to_portablebinary(varied())
    for damaged in (b"", b"nonsense", data[:-9], data[:40] + b"x" + data[41:]):
        with pytest.raises(SerializationError, match="DumperDone"):
            from_portablebinary(DumperDone(), damaged)


@pytest.mark.parametrize("other", [3, PlaybackProgramBuilder(), haldls.CapMemCell()])
def test_other_objects_are_refused(other: object) -> None:
    for use in (to_json, to_portablebinary, lambda one: from_json(one, "{}")):
        with pytest.raises(SerializationError, match="is needed"):
            use(other)
