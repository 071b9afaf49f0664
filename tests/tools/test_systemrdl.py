"""The SystemRDL export compiles, and says the same as the layouts: every address and every bit."""

import numpy as np
import pytest
from systemrdl import RDLCompiler
from systemrdl.node import RegNode

from haldls.fields import Group
from hicannx.registers.systemrdl import layout_of, maps, systemrdl

WORD_BYTES = 4
MANY = 1 << 20


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Every address map, elaborated: {name: registers}."""
    file = tmp_path_factory.mktemp("rdl") / "registers.rdl"
    file.write_text(systemrdl())
    compiler = RDLCompiler()
    compiler.compile_file(str(file))
    return {name: registers_in(compiler.elaborate(top_def_name=name)) for name in maps()}


def registers_in(root):
    return [node for node in root.top.descendants(unroll=False) if isinstance(node, RegNode)]


CONTAINERS = [(name, container) for name, (_, containers, _) in maps().items() for container in containers]


def nodes_of(registers, container, word):
    return [node for node in registers if node.inst.type_name == f"{container.__name__}_word{word}_t"]


def addresses_of(node):
    """Word addresses of all instances of a node, whose parents may be arrays as well."""
    addresses = np.zeros(1, np.int64)
    while node is not None:
        if hasattr(node, "raw_address_offset") and node.parent is not None:
            count = int(np.prod(node.array_dimensions)) if node.is_array else 1
            steps = node.raw_address_offset + (node.array_stride or 0) * np.arange(count)
            addresses = (addresses[:, None] + steps).ravel()
        node = node.parent
    assert not (addresses % WORD_BYTES).any()
    return addresses // WORD_BYTES


def stored_in(nodes, words, access):
    """{name of the value: (integer gathered from the words, bits that were found)} from the fields of one register's words."""
    values = {}
    for word, node in nodes.items():
        for field in node.fields():
            name = field.get_property("value_name", default=None)
            if name is None or not getattr(field, f"is_sw_{access}"):
                continue
            mask = (1 << field.width) - 1
            bits = (words[:, word].astype(np.int64) >> field.low) & mask
            if field.get_property("value_inverted", default=False):
                bits ^= mask
            source = field.get_property("value_lsb")
            value, found = values.get(name, (0, 0))
            values[name] = value | bits << source, found | mask << source
    return values


def slots_by_name(container):
    """(name, field) of every slot."""
    for field in container.fields():
        yield from slots_of(field, field.name)


def slots_of(field, name):
    if isinstance(field, Group):
        for element in range(len(field.defaults) // sum(part.count for part in field.parts)):
            for part in field.parts:
                yield from slots_of(part, f"{name}[{element}].{part.name}")
    elif hasattr(field, "index"):
        yield from ((f"{name}[{index}]", field) for index in range(field.count))
    else:
        yield name, field


def limits(field):
    if field.type is bool:
        return 0, 1
    if field.choices is not None:
        return 0, max(field.choices)
    kinds = field.type if isinstance(field.type, tuple) else (field.type,)
    return min(kind.min for kind in kinds), max(kind.max for kind in kinds)


def to_bus(container, words):
    """Gray coded words as the description counts their bits."""
    return words ^ words >> np.uint32(1) if container.gray_words else words


@pytest.mark.parametrize(("name", "container"), CONTAINERS, ids=lambda one: getattr(one, "__name__", one))
def test_every_address(compiled, name, container):
    layout = layout_of(container)
    write = bool(layout.n_write)
    size = container.coordinate.size
    expected = layout.addresses(None if size <= MANY else [0, 1, size - 1], write)
    for word in range(expected.shape[1]):
        nodes = nodes_of(compiled[name], container, word)
        if size > MANY:
            (node,) = nodes
            first, second, last = expected[:, word].astype(int) * WORD_BYTES
            assert (node.raw_absolute_address, node.array_stride, node.array_dimensions) == (first, second - first, [size])
            assert first + (size - 1) * node.array_stride == last
        else:
            found = np.sort(np.concatenate([addresses_of(node) for node in nodes]))
            np.testing.assert_array_equal(found, np.sort(expected[:, word]))


@pytest.mark.parametrize(("name", "container"), CONTAINERS, ids=lambda one: getattr(one, "__name__", one))
def test_every_bit_written(compiled, name, container):
    layout, fields = layout_of(container), list(slots_by_name(container))
    if not layout.n_write or not fields:
        return
    random = np.random.default_rng(2)
    ranges = np.array([limits(field) for _, field in fields])
    slots = random.integers(ranges[:, 0], ranges[:, 1] + 1, (64, len(fields)))
    words = to_bus(container, layout.encode_array(slots))
    found = stored_in({word: nodes_of(compiled[name], container, word)[0] for word in range(layout.n_write)}, words, "writable")
    placed = [(slot, slot_name, field) for slot, (slot_name, field) in enumerate(fields) if slot_name in found]
    assert {slot_name for _, slot_name, _ in placed} == set(found)
    plain = [field for field in container.fields() if not isinstance(field, Group) and field.write_bits is not None]
    assert len(placed) >= sum("be" not in field.write_bits[0] for field in plain)
    for slot, slot_name, field in placed:
        value, bits = found[slot_name]
        expected = slots[:, slot] + field.offset
        if field.code is not None:
            expected = np.array(field.code[0])[expected]
        np.testing.assert_array_equal(value, expected & bits, err_msg=slot_name)


@pytest.mark.parametrize(("name", "container"), CONTAINERS, ids=lambda one: getattr(one, "__name__", one))
def test_every_bit_read(compiled, name, container):
    layout, fields = layout_of(container), list(slots_by_name(container))
    if not layout.n_read or not fields:
        return
    words = np.random.default_rng(3).integers(0, 1 << 32, (64, layout.n_read), np.uint32)
    slots = layout.decode_array(words)
    nodes = {word: nodes_of(compiled[name], container, word)[0] for word in range(layout.n_read)}
    found = stored_in(nodes, to_bus(container, words), "readable")
    assert found
    for slot, (slot_name, field) in enumerate(fields):
        if slot_name not in found:
            assert not slots[:, slot].any() or "be" in (field.write_bits or [""])[0], slot_name
            continue
        value, bits = found[slot_name]
        if field.type is bool and bits != 1:
            value = value != 0
        elif field.code is not None:
            value = np.array(field.code[1])[value]
        elif field.is_signed:
            continue  # only devices on the board have signed values, and none of them is on the omnibus
        constant = slots[:, slot] + field.offset & ~bits  # value bits that are not stored
        np.testing.assert_array_equal(value | constant, slots[:, slot] + field.offset, err_msg=slot_name)


def test_registers_of_the_fpga_without_container(compiled):
    rows = maps()["hicann_x_fpga"][2]
    assert {"SPI", "I2C", "timer"} <= {row.name for row in rows}
    for row in rows:
        (node,) = [node for node in compiled["hicann_x_fpga"] if node.inst_name == row.name.replace(" ", "_")]
        assert addresses_of(node).tolist() == list(row.addresses())
        (field,) = node.fields()
        assert (field.low, field.width) == (0, row.width)
        assert (field.is_sw_readable, field.is_sw_writable) == ("r" in row.access, "w" in row.access)


def test_resets_and_texts(compiled):
    """The reset value of a register that has one, and a field that is split and inverted."""
    (timeout,) = [node for node in compiled["hicann_x_fpga"] if node.inst_name == "InstructionTimeoutConfig"]
    assert timeout.get_child_by_name("value").get_property("reset") == 1_250_000
    backend = next(node for node in compiled["hicann_x_chip"] if node.inst.type_name == "NeuronBackendConfig_word0_t")
    high = backend.get_child_by_name("address_out_7_2")
    assert (high.low, high.high, high.get_property("value_inverted")) == (0, 5, True)
    assert "Bits 7 to 2 of the value. Stored inverted." in high.get_property("desc")


def test_all_registers_of_the_model_are_described():
    """Every container of the chip's omnibus in the model, and none twice."""
    from hicannx_sim.chip.regions import REGIONS

    described = [container.__name__ for container in maps()["hicann_x_chip"][1]]
    assert sorted(described) == sorted(region.container for region in REGIONS)
