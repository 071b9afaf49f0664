"""Paths and links in the documents lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from hicannx.registers.markdown import anchor

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "facts").rglob("*.md"))]
OTHERS = {"compatibility.md"}  # speaks of files in other trees
OWN = [document for document in DOCUMENTS if "facts" not in document.parts and document.name not in OTHERS]

ROOMS = "halco|haldls|stadls|sim|fisch|grenade|compat|tools|tests|docs|examples"
PATH = re.compile(rf"(?<![\w./-])(?:{ROOMS})/[\w./-]*[\w/]")
MADE = {"docs/build"}  # by make
EXAMPLES = {"sim/chip/my_block.pyx"}  # what a reader would write
HEADERS = ROOT / "grenade" / "ppu" / "on-ppu" / "include"  # kernels name them from here


def paths(text: str) -> Iterator[str]:
    """Everything that looks like a path below the root: `sim/chip`, tests/bench, examples/ppu/hello.c."""
    yield from (found for found in PATH.findall(text) if found.rstrip("/") not in MADE | EXAMPLES)


@pytest.mark.parametrize("document", OWN, ids=lambda one: one.name)
def test_paths_exist(document: Path) -> None:
    missing = [path for path in paths(document.read_text("utf-8")) if not any((root / path).exists() for root in (ROOT, HEADERS))]
    assert not missing


@pytest.mark.parametrize("document", OWN, ids=lambda one: one.name)
def test_modules_exist(document: Path) -> None:
    """`hicannx_sim.chip.padi`, or a name in such a module."""
    named = re.findall(r"\bhicannx_sim((?:\.\w+)+)", document.read_text("utf-8"))
    missing = [name for name in named if not _is_module(name) and not _is_name(*name.rpartition(".")[::2])]
    assert not missing


def _is_module(name: str) -> bool:
    place = ROOT / "sim" / name.strip(".").replace(".", "/")
    return place.is_dir() or any(place.with_suffix(kind).is_file() for kind in (".py", ".pyx"))


def _is_name(module: str, name: str) -> bool:
    place = ROOT / "sim" / module.strip(".").replace(".", "/")
    files = [place / "__init__.py", place.with_suffix(".py"), place.with_suffix(".pyx")]
    return any(file.is_file() and re.search(rf"\b{name}\b", file.read_text("utf-8")) for file in files)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(document.read_text("utf-8"))):
        path, _, heading = target.partition("#")
        if re.match(r"https?:", target):
            continue
        linked = (document.parent / path) if path else document
        assert linked.exists(), target
        assert not heading or heading in {anchor(line) for line in re.findall(r"^#+ (.+)$", linked.read_text("utf-8"), re.M)}, target


def _without_code(text: str) -> str:
    return re.sub(r"```[\s\S]*?```|`[^`\n]*`", "", text)


def test_documents_are_looked_at() -> None:
    assert {"README.md", "CONTRIBUTING.md", "architecture.md"} <= {document.name for document in DOCUMENTS}
    assert len(list(paths((ROOT / "CONTRIBUTING.md").read_text("utf-8")))) > 20
    assert list(paths("see sim/nowhere.py, (docs/a.md) and https://x.org/docs/b")) == ["sim/nowhere.py", "docs/a.md"]
