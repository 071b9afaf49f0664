"""The pages of the registers: complete, linked, and true where they can be checked against the containers."""

import posixpath
import re
from itertools import pairwise

import numpy as np
import pytest

import halco
import haldls
from haldls import lola
from hicannx.registers.addresses import patterns
from hicannx.registers.blocks import blocks
from hicannx.registers.book import pages, write_book
from hicannx.registers.diagram import draw
from hicannx.registers.fields import Bits, computed_bits, values_of
from hicannx.registers.markdown import anchor


@pytest.fixture(scope="module")
def book():
    return dict(pages())


def headings(text):
    return {anchor(line) for line in re.findall(r"^##+ (.+)$", text, re.M)}


def test_pages_are_written(tmp_path, book):
    written = write_book(tmp_path / "docs")
    assert [path.relative_to(tmp_path / "docs").as_posix() for path in written] == list(book)
    assert written[0].read_text() == book["index.md"]


def test_every_register_has_its_place(book):
    for module, containers in blocks().items():
        text = book[f"registers/{module.__name__.rpartition('.')[2]}.md"]
        assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == [one.__name__ for one in containers]
    assert {one for containers in blocks().values() for one in containers} >= set(haldls.containers)
    assert headings(book["composed.md"]) == {anchor(one.__name__) for one in lola.containers}


def test_every_link_leads_somewhere(book):
    links = [(page, target) for page, text in book.items() for target in re.findall(r"\]\(([^)]+)\)", text)]
    assert len(links) > 400
    for page, target in links:
        path, _, heading = target.partition("#")
        name = posixpath.normpath(posixpath.join(posixpath.dirname(page), path)) if path else page
        assert name in book, (page, target)
        assert not heading or heading in headings(book[name]), (page, target)


def test_tables_are_well_formed(book):
    """Rows of one table have equally many columns."""
    for page, text in book.items():
        for above, below in pairwise(text.splitlines()):
            if above.startswith("|") and below.startswith("|"):
                bars = [len(re.findall(r"(?<!\\)\|", line)) for line in (above, below)]
                assert bars[0] == bars[1], (page, below)


def test_every_field_is_on_the_page(book):
    for module, containers in blocks().items():
        text = book[f"registers/{module.__name__.rpartition('.')[2]}.md"]
        for container in containers:
            section = text.partition(f"\n## {container.__name__}\n")[2].partition("\n## ")[0]
            for value in values_of(container):
                if f"## {container.__name__}" in text and "see [there]" not in section:
                    assert re.search(rf"`{re.escape(value.row)}[`\[]", section), (container, value.row)


@pytest.mark.parametrize("container", haldls.containers, ids=lambda one: one.__name__)
def test_formula_of_addresses(container):
    """What the formula says is what the layout gives, at every coordinate (of the largest ones at a sample)."""
    for backend in container.backends:
        layout = container.layout(backend)
        for write in (True, False):
            for pattern in patterns(layout, write):
                size = container.coordinate.size
                enums = np.arange(size) if size < 1 << 18 else np.random.default_rng(5).integers(0, size, 1000)
                found, rest = np.array(pattern.offsets)[None, :].repeat(len(enums), 0), enums
                axes = dict.fromkeys(pattern.axes)
                for axis in axes:
                    found, rest = found + (axis.stride * (rest % axis.count))[:, None], rest // axis.count
                assert not rest.any()
                np.testing.assert_array_equal(found, layout.addresses(enums, write)[:, list(pattern.words)])
                assert pattern.first <= found.min() and found.max() <= pattern.last


def test_irregular_formulas():
    assert patterns(haldls.CADCChannelConfig.layout(), True)[0].formula() == (
        "0x2400800 + 0x2 * (CADCChannelConfigOnDLS % 128) - 0x800 * (CADCChannelConfigOnDLS // 128 % 2)"
        " + (CADCChannelConfigOnDLS // 256 % 2) + 0x1000000 * (CADCChannelConfigOnDLS // 512)"
    )
    assert [pattern.words for pattern in patterns(haldls.PhyStatus.layout(), False)] == [(0, 1, 2), (3, 4)]


def test_bits_that_code_sets():
    assert computed_bits(haldls.CapMemBlockConfig) == (Bits(0, 23, 0, 0), Bits(1, 7, 0, 0))
    assert computed_bits(haldls.NeuronConfig) == ()


def test_diagram():
    drawn = draw(2, [(Bits(0, 7, 4, 0), "a"), (Bits(1, 31, 31, 0), "b")], {0: 2})
    assert drawn.splitlines()[1:] == ["w0   ........ ........ ........ aaaa..=.", "w1   b....... ........ ........ ........"]


def test_samples_of_the_text(book):
    """Sentences of a few registers that readers will look for."""
    neuron = book["registers/neuron_backend.md"]
    assert "| c | `refractory_time` | `~w1[3:0] ~w2[5:2]` | 0 ... 255 `NeuronBackendConfig.RefractoryTime` | 0 |" in neuron
    assert "`(0x1a1000, 0x1a1001, 0x1a1002, 0x1a1003) + 0x4 * NeuronBackendConfigOnNeuronBackendConfigBlock + 0x8000 *" in neuron
    assert "| refused | reading on simulation |" in neuron
    assert "0 ... 255 `CurrentDAC.Current`; upper bits thermometer coded" in book["registers/readout.md"]
    assert "1 ... 31 `ADPLL.LoopDivN` | 10" in book["registers/pll.md"] and "stored as value - 1" in book["registers/pll.md"]
    assert "gray coded" in book["registers/sram_timing.md"]
    assert "| `ppu_cache_lines` | 64 | lines | assumed |" in book["assumptions.md"]
    assert "| `leak_slope` | 0.0012 | V/code | derived |" in book["assumptions.md"]
    assert "| `AtomicNeuronOnDLS` | 512 | `NeuronColumnOnDLS` x `NeuronRowOnDLS` |" in book["coordinates.md"]
    assert "512 x | [`AtomicNeuron`](#atomicneuron)" in book["composed.md"]


def test_every_coordinate_is_on_the_page(book):
    names = [
        kind.__name__
        for kind in vars(halco).values()
        if isinstance(kind, type) and issubclass(kind, halco.Value) and kind.__module__ not in ("halco.kinds", "halco.value")
    ]
    assert len(names) > 240
    for name in names:
        assert f"| `{name}` |" in book["coordinates.md"]


def test_citations_are_links(book):
    assert "[behaviour 0](facts/analog_model.md#0-parameters-on-one-page)" in book["assumptions.md"]
    assert "[registers/behaviour, PerfTest](facts/registers/behaviour.md#4-perftest)" in book["assumptions.md"]
    assert "## 2.9 " not in book["index.md"] and "\n### 2.9 " in book["facts/transport.md"]
