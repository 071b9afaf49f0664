"""All pages together, and their index."""

from collections.abc import Iterator
from pathlib import Path

from hicannx.registers import assumptions, blocks, composed, coordinates, fpga_page
from hicannx.registers.citations import Chapters, chapter_texts
from hicannx.registers.markdown import code, link, paragraphs, table

NOTATION = """\
## How to read the pages of registers

Words are 32 bits and counted in the order of access. The place of a value is written most significant bit first:

| notation | meaning |
| --- | --- |
| `w0[7:0]` | bits 7 to 0 of word 0 |
| `w1[3:0] w2[5:2]` | split: the upper bits of the value stand in word 1, the lower ones in word 2 |
| `~w0[7:0]` | stored inverted |
| `w0[0:3]` | reversed: the most significant bit of the value stands in bit 0 |
| `be0[3]` | byte enable lane 3 of word 0 |
| `0`, `1` | a bit of the value that is not stored and always reads so |

In the diagrams each field has a letter, `.` is a bit without meaning, `=` one that is always set, `*` one that is set by code.
"""


def pages() -> Iterator[tuple[str, str]]:
    """(path, text) of every page. Citations of facts are links to the chapters, which are pages as well."""
    chapters = Chapters(chapter_texts())
    for path, text in _written_pages():
        yield path, chapters.linked(text, f"{'../' * path.count('/')}facts/")
    yield from ((f"facts/{name}.md", text) for name, text in chapter_texts().items())


def _written_pages() -> Iterator[tuple[str, str]]:
    """Those made from the tables."""
    yield "index.md", index()
    yield "accuracy.md", assumptions.accuracy_page()
    yield "assumptions.md", assumptions.assumptions_page()
    yield "composed.md", composed.page()
    yield "coordinates.md", coordinates.page()
    yield "fpga.md", fpga_page.page()
    for module, containers in blocks.blocks().items():
        yield f"registers/{blocks.page_of(module)}", blocks.page(module, containers)


def index() -> str:
    """The first page."""
    others = [
        (link("Accuracy", "accuracy.md"), "how far each register can be trusted"),
        (link("Assumptions", "assumptions.md"), "the numbers that the model rests on, with their sources"),
        (link("Composed containers", "composed.md"), "`haldls.lola`: attributes, and the registers they stand in"),
        (link("Coordinates", "coordinates.md"), "sizes and conversions"),
        (link("FPGA", "fpga.md"), "all registers and memories of the FPGA, with and without a container"),
        (link("Facts", "facts/README.md"), "what is known of the real system; where the numbers come from"),
    ]
    rows = []
    for module, containers in blocks.blocks().items():
        names = ", ".join(code(container.__name__) for container in containers)
        block = link(module.__name__.rpartition(".")[2], f"registers/{blocks.page_of(module)}")
        rows.append((block, paragraphs(module.__doc__).split("\n")[0], names))
    return (
        "# Registers\n\nMade by `hicannx docs` from the tables that encode and decode the registers and that the model works with.\n\n"
        f"{table(('page', 'contents'), others)}\n## Hardware blocks\n\n{table(('block', 'what it is', 'registers'), rows)}\n{NOTATION}"
    )


def write_book(folder: Path) -> list[Path]:
    """Writes all pages below `folder` and returns their paths."""
    written = []
    for name, text in pages():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
