"""What containers and fields say of themselves: help, signatures, text and tables for notebooks."""

import inspect
import pydoc
from typing import Any

import numpy as np
import pytest

import halco
import haldls
from haldls import lola
from haldls.layout import get_slots, set_slots

EVERY = [*haldls.containers, *lola.containers]
named = pytest.mark.parametrize("container", EVERY, ids=lambda container: container.__name__)

LIMIT = 50_000


def fields(container: Any) -> list[Any]:
    return list(container.fields()) if hasattr(container, "fields") else []


def shown(thing: Any) -> str:
    return pydoc.plain(pydoc.render_doc(thing))


def test_help_of_a_field_says_what_the_table_says() -> None:
    text = shown(haldls.MADCConfig.powerup_wait_value)
    for part in ("powerup_wait_value", "from waking up to being ready", "0 .. 1023", "96", "MADC cycles", "w1[9:0]"):
        assert part in text
    assert "membrane = 0" in shown(haldls.NeuronConfig.readout_source)
    assert "read     w0[31:0]" in shown(haldls.PPUStatusRegister.sleep) and "bits" not in shown(haldls.PPUStatusRegister.sleep)
    assert "0 .. 1022 or CapMemCell.DisableRefresh, 1023" in shown(haldls.CapMemCell.value)
    assert "256 (SynapseRowOnSynram) x 256 (SynapseOnSynapseRow)" in shown(lola.SynapseMatrix.weights)


@named
def test_help_of_a_container_shows_all_its_fields(container: Any) -> None:
    text = shown(container)
    for field in fields(container):
        if getattr(container, field.name) is not field:  # of the class, the name is that of something else
            continue
        assert field.doc and field.name in text and field.doc.splitlines()[0] in text


@named
def test_a_container_has_a_signature_that_can_be_used(container: Any) -> None:
    parameters = inspect.signature(container).parameters
    for field in fields(container):
        writable = field.name in parameters
        assert writable == (not field.readonly) or container.__init__ is not haldls.Container.__init__
        if writable:
            assert container(**{field.name: getattr(container(), field.name)}) == container()
    with pytest.raises(TypeError):
        container(no_such_field=1)


def at_random(container: Any, seed: int) -> Any:
    """An instance with as many fields as possible away from their default."""
    made, random = container(), np.random.default_rng(seed)
    set_slots(made, get_slots(made))
    for field in container.fields():
        _scramble(made, field, random)
    return made


def _scramble(made: Any, field: Any, random: np.random.Generator) -> None:
    if hasattr(field.type, "fields"):
        one = at_random(field.type, int(random.integers(1 << 30)))
        setattr(made, field.name, [one] * len(getattr(made, field.name)) if hasattr(field, "index") else one)
    elif hasattr(getattr(made, field.name), "fill"):
        getattr(made, field.name).fill(_value(field, random))
    elif not field.readonly and field.allowed is None:
        setattr(made, field.name, _value(field, random))


def _value(field: Any, random: np.random.Generator) -> Any:
    kind = field.type[0] if isinstance(field.type, tuple) else field.type
    if kind is bool:
        return True
    if field.choices is not None:
        return list(kind)[-1]
    return kind(int(random.integers(max(kind.min, 0), min(kind.max, 1 << 40), endpoint=True)))


@named
def test_text_stays_short_and_shows_what_differs(container: Any) -> None:
    if not hasattr(container, "fields"):
        return
    assert len(repr(container())) < 200 and len(container()._repr_html_()) < LIMIT
    made = at_random(container, 1)
    assert len(repr(made)) < LIMIT and repr(made).startswith(container.__name__)
    assert len(made._repr_html_()) < LIMIT and container.__name__ in made._repr_html_()
    for field in container.fields():
        if not field.is_default(made) and len(repr(made)) < 10_000:
            assert f"{field.name}=" in repr(made) or container.constructor == (field.name,)
        value = getattr(made, field.name)
        assert len(repr(value)) < LIMIT or isinstance(value, list)


def test_one_change_among_many_structures_is_seen() -> None:
    block = haldls.CapMemBlock()
    block.set_cell(halco.CapMemCellOnCapMemBlock(halco.Enum(5)), 7)
    assert repr(block) == "CapMemBlock(cells={5: CapMemCell(7)})"


def test_one_change_in_a_chip_is_seen() -> None:
    chip = lola.Chip()
    chip.neuron_block.atomic_neurons[3].leak.v_leak = 500
    chip.synapse_blocks[1].matrix.weights[3][4] = 7
    assert repr(chip) == (
        "Chip(synapse_blocks={1: SynapseBlock(matrix=SynapseMatrix(weights={(3, 4): 7}))}, "
        "neuron_block=NeuronBlock(atomic_neurons={3: AtomicNeuron(leak=Leak(v_leak=500))}))"
    )
    assert "neuron_block.atomic_neurons[3].leak.v_leak" in chip._repr_html_() and "<b>500</b>" in chip._repr_html_()


def test_str_of_a_composed_container_lists_all_fields() -> None:
    lines = str(lola.AtomicNeuron()).splitlines()
    assert lines[0] == "AtomicNeuron(" and any("v_leak: 0" in line for line in lines) and len(lines) > 80


def test_nested_types_are_shown_by_their_full_name() -> None:
    value = haldls.Timer.Value(5)
    assert (repr(value), str(value)) == ("Timer.Value(5)", "Value(5)")
    assert eval(repr(value), {"Timer": haldls.Timer}) == value
    assert repr([haldls.CapMemCell.DisableRefresh()]) == "[CapMemCell.DisableRefresh(1023)]"


def test_tables_escape_what_they_show() -> None:
    table = haldls.describe.html_table("a < b", ("x", "y"), [("1 & 2", "<i>")])
    assert "a &lt; b" in table and "1 &amp; 2" in table and "<i>" not in table
