"""Stored containers, dumpers, programs and databases that are not what they should be end in one of our own errors, and change nothing."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

import fisch
import haldls
import stadls
from fisch.database import Database
from halco import NullPayloadReadableOnFPGA, RangeError
from haldls import lola

DEEP = "[" * 5000 + "]" * 5000
WRONG = [
    "[[]]",
    "1.5",
    "[1.5]",
    "{}",
    "null",
    '"x"',
    DEEP,
    "[null]",
    '{"a": 1}',
    "9" * 4000,
    "NaN",
    "[[1, 2], [3, 4]]",
    "[{}]",
    "-1",
    "[-1]",
]

ROOTS = (haldls.ContainerError, stadls.StadlsError, fisch.FischError, RangeError)
"""What reading may raise."""

FIELDS = [
    (haldls.PPUMemoryBlock, '{"words": %s}'),
    (haldls.CapMemCell, '{"value": %s}'),
    (haldls.NeuronConfig, "%s"),
    (haldls.PPUMemory, '{"words": %s}'),
    (haldls.SpikePack2ToChip, '{"labels": %s}'),
    (lola.SynapseWeightRow, '{"values": %s}'),
    (lola.ExternalPPUMemoryBlock, '{"bytes": %s}'),
    (lola.ExternalPPUDRAMMemoryBlock, '{"bytes": %s}'),
    (lola.AtomicNeuron, '{"leak": %s}'),
    (lola.LogicalNeuron, "%s"),
    (lola.LogicalNeuron, '{"compartments": %s, "joints": []}'),
    (lola.LogicalNeuron, '{"compartments": {"0": %s}, "joints": []}'),
    (lola.LogicalNeuron, '{"compartments": {}, "joints": [%s]}'),
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong[:12])
@pytest.mark.parametrize(("cls", "body"), FIELDS, ids=lambda part: getattr(part, "__name__", None))
def test_containers(cls: Any, body: str, wrong: str) -> None:
    if body % wrong == '{"compartments": {}, "joints": []}':
        return  # a neuron without circuits
    container, before = cls(), cls()
    with pytest.raises(ROOTS) as caught:
        haldls.from_json(container, f'{{"{cls.__name__}": {body % wrong}}}')
    assert container == before and len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "5", '{"a": 1, "b": 2}', DEEP, '{"a":' * 3000 + "1" + "}" * 3000, "\ud800", '{"CapMemCell": null}']
)
def test_what_is_no_stored_container(text: str) -> None:
    cell = haldls.CapMemCell(7)
    with pytest.raises(ROOTS):
        haldls.from_json(cell, text)
    with pytest.raises(ROOTS):
        stadls.from_json(stadls.DumperDone(), text)
    assert cell == haldls.CapMemCell(7)


COORDINATES = ["[[]]", "1.5", '"3"', "null", "99999", '[["X", 3], ["Y", 2]]', '{"0": []}', "[1.5]", "[[1]]", '[["CapMemCell", 3]]', "{}"]


@pytest.mark.parametrize("coordinate", COORDINATES)
def test_coordinates(coordinate: str) -> None:
    done = stadls.DumperDone()
    with pytest.raises(ROOTS):
        stadls.from_json(done, f'{{"DumperDone": [["CapMemCellOnDLS", {coordinate}, {{"CapMemCell": {{"value": 5}}}}]]}}')
    assert len(done) == 0


@pytest.mark.parametrize(
    "entry", ["[]", "[[]]", '["CapMemCellOnDLS", 3, []]', '["CapMemCellOnDLS", 3, {}]', '["TimerOnDLS", 0, {"Timer.Value": 1.5}]']
)
def test_entries(entry: str) -> None:
    with pytest.raises(ROOTS):
        stadls.from_json(stadls.DumperDone(), f'{{"DumperDone": [{entry}]}}')


def program() -> Any:
    builder = stadls.PlaybackProgramBuilder()
    builder.read(NullPayloadReadableOnFPGA())
    return builder.done()


NO_ARRAYS = [1.5, [], [[]], None, "x", {}, -1, True, 10**30, ["x"] * 3, [1.5] * 8]
NO_ARRAYS += [
    {"dtype": "O", "data": ""},
    {"dtype": "<f8", "data": ""},
    {"dtype": [[]], "data": ""},
    {"dtype": 5, "data": 5},
    {"dtype": "<u8", "data": "AAA="},
]


@pytest.mark.parametrize("name", sorted(program().arrays()))
def test_stored_programs_hold_arrays(name: str) -> None:
    state = program().state()
    for wrong in NO_ARRAYS:
        with pytest.raises((KeyError, TypeError, RuntimeError), match=name):
            stadls.PlaybackProgram().take_state(state | {name: wrong})
    with pytest.raises(KeyError, match=name):
        stadls.PlaybackProgram().take_state({key: value for key, value in state.items() if key != name})


@pytest.mark.parametrize("name", ["ran", "expected", "unsupported_targets"])
def test_stored_programs_hold_numbers(name: str) -> None:
    for wrong in [one for one in NO_ARRAYS if one not in (True, [])] + [5, [1, 2], [-1, 0, 0], [1.5, 0, 0], [True] * 3, ["nowhere"]]:
        with pytest.raises(TypeError, match=name):
            stadls.PlaybackProgram().take_state(program().state() | {name: wrong})


def test_stored_programs_hold_messages_and_events_that_there_can_be() -> None:
    state = program().state()
    words = state["words"].copy()
    words[0] = 0xFF << 56
    with pytest.raises(RuntimeError, match="words are messages"):
        stadls.PlaybackProgram().take_state(state | {"words": words})
    sample = np.zeros(1, stadls.PlaybackProgram().madc_samples.to_numpy().dtype)
    sample["value"] = 1024
    with pytest.raises(RangeError, match="1024 > max"):
        stadls.PlaybackProgram().take_state(state | {"madc_samples": sample})
    again = stadls.PlaybackProgram()
    again.take_state(state)
    assert again == program()


@pytest.mark.parametrize("wrong", ["1.5", "[]", '"x"', "null", DEEP])
def test_programs_as_text(wrong: str) -> None:
    made = stadls.PlaybackProgram()
    with pytest.raises(ROOTS):
        stadls.from_json(made, f'{{"PlaybackProgram": {{"words": {wrong}}}}}')
    assert made.empty()


DOCUMENTS = ["!!int ''", "!!float ''", "!!int '0x'", "!!int '_'", "!!int '-'", "!!int 'a'", "!!float '.'", "!!bool ''", "!!timestamp ''"]
DOCUMENTS += ["!!binary 5", "2001-99-99", "[" * 5000, "- " * 5000, "{a: " * 3000, "!!python/object:os.system x", "\x00", "\ud800", "<<: 5"]
DOCUMENTS += [f"hxcube_id: {value}" for value in ("!!int", "!!float", "1.5", "[]", "&a [*a]", "{}", "x", "2001-99-99")]
DOCUMENTS += [f"hxcube_id: 1\nfpgas: {value}" for value in ("[[]]", "{}", "[5]", "5", "x", "[{fpga: x, ip: y}]", "&a [*a]")]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: json.dumps(document[:20]))
def test_databases(document: str) -> None:
    database = Database()
    with pytest.raises(fisch.HwdbError) as caught:
        database.loads(document, "lab.yaml")
    assert "lab.yaml" in str(caught.value) and not list(database.setups())


def test_databases_of_absurd_size_are_refused_before_they_are_read() -> None:
    with pytest.raises(fisch.HwdbError, match="at most"):
        Database().loads("a" * (1 << 25))
