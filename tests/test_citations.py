"""Every citation of a fact leads to a heading in docs/facts."""

import re
import subprocess
from pathlib import Path

import pytest

import halco
import haldls
from haldls import lola
from hicannx.registers.citations import NAMED, Chapters, CitationError

ROOT = Path(__file__).parents[1]
KINDS = {".py", ".pyx", ".pxd", ".pyi", ".c", ".h", ".md"}
# their citations are examples
EXAMPLES = {"docs/facts/README.md", "tools/hicannx/registers/citations.py", "tests/test_citations.py"}

BOOK = Chapters.load()


def sources() -> list[Path]:
    """Every file under version control that may cite."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a clone: what belongs to the tree is unknown")
    names = {name for name in listed.stdout.split("\n") if Path(name).suffix in KINDS} - EXAMPLES
    return sorted(ROOT / name for name in names if (ROOT / name).is_file())


def test_every_citation_leads_to_a_heading() -> None:
    failures, found = [], 0
    for path in sources():
        text = path.read_text("utf-8")
        try:
            found += sum(1 for _ in BOOK.references(text))
        except CitationError as error:
            failures.append(f"{path.relative_to(ROOT)}: {error}")
    assert not failures, "\n".join(failures)
    assert found > 200


def test_cited_containers_and_coordinates_exist() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {reference}"
        for path in sources()
        for reference in BOOK.references(path.read_text("utf-8"))
        if reference.chapter in NAMED and not reference.section[:1].isdigit() and not _exists(reference.section)
    }
    assert not missing, "\n".join(sorted(missing))


def _exists(name: str) -> bool:
    names = {known.lower() for room in (halco, haldls, lola) for known in dir(room)}
    return not name or name.lower() in names


def test_headings_are_unique_and_numbered_once() -> None:
    for path in (ROOT / "docs" / "facts").rglob("*.md"):
        numbers = re.findall(r"^#+ (\d[\d.]*) ", path.read_text("utf-8"), re.M)
        assert len(numbers) == len(set(numbers)), path.name


@pytest.mark.parametrize(
    "text, expected",
    [
        ("facts: transport 2.9", ["transport 2.9"]),
        ("(facts: transport 1.3, 1.5, 2.5)", ["transport 1.3", "transport 1.5", "transport 2.5"]),
        ("facts: analog_model 1 to 5, 10; behavioural", ["analog_model 1", "analog_model 5", "analog_model 10"]),
        ("facts: ppu/isa_scalar 2..6", ["ppu/isa_scalar 2", "ppu/isa_scalar 6"]),
        ("facts: isa_scalar 3.11", ["ppu/isa_scalar 3.11"]),
        ("facts: registers/behaviour, events, and analog model 12; exact", ["registers/behaviour events", "analog_model 12"]),
        ("# facts: registers/behaviour, clocks\n#   and time", ["registers/behaviour clocks and time"]),
        ("facts: containers, ADPLL and PLLSelfTest", ["registers/containers adpll", "registers/containers pllselftest"]),
        ("facts: lola, PPU", ["registers/lola ppu"]),
        ("facts: ppu/memory_map; exact, where not said", ["ppu/memory_map"]),
        ("behaviour 3.2: supply voltage", ["analog_model 3.2"]),
        ("no citation: the behaviour of 3 neurons, a transport of words", []),
    ],
)  # fmt: skip
def test_grammar(text: str, expected: list[str]) -> None:
    assert [str(one) for one in BOOK.references(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "facts: transport 2.99",
        "facts: trasport 2.9",
        "facts: transport 2.9, 77",
        "facts: transport 2.9; analogue model 3.2",
        "facts: registers/behaviour, no such heading",
        "facts: behaviour, clocks and time",
        "analog model 99.1",
    ],
)
def test_a_citation_that_leads_nowhere_is_an_error(text: str) -> None:
    with pytest.raises(CitationError):
        list(BOOK.references(text))


def test_links() -> None:
    text = BOOK.linked("(facts: transport 2.1, 2.4; registers/behaviour, PHYs)", "../facts/")
    assert "[transport 2.1](../facts/transport.md#21-executor-basics), [2.4](../facts/transport.md#24-instruction-timeout)" in text
    assert "[registers/behaviour, PHYs](../facts/registers/behaviour.md#3-phys)" in text
