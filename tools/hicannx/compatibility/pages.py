"""The code of a notebook, from the page (reStructuredText) that it is made of.

Cells are the blocks `.. code:: ipython3`, in the order of the page and of those it includes. What stands below `.. only:: CONDITION` counts
if the condition holds for TAGS, the way the pages are built for a run without anybody watching.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

__all__ = ["cells"]

TAGS = frozenset({"jupyter", "exclude_nmpi", "Solution"})
LANGUAGES = {"ipython3", "python3"}
DIRECTIVE = re.compile(r"^(?P<indent>\s*)\.\. (?P<name>[\w-]+)::\s*(?P<argument>.*?)\s*$")


def cells(page: Path) -> list[str]:
    """Code of the cells. Blocks of plain `python3` are cells if the page has no others, for then they are its code, else quotations."""
    found = list(_blocks(_lines(page), page.parent))
    languages = {language for language, _ in found}
    wanted = "ipython3" if "ipython3" in languages else "python3"
    return [code for language, code in found if language == wanted]


def _lines(page: Path) -> list[str]:
    """Lines of a page; a tab reaches to the next multiple of 8, as reStructuredText has it."""
    return [line.expandtabs(8) for line in page.read_text("utf-8").splitlines()]


def _blocks(lines: list[str], folder: Path) -> Iterator[tuple[str, str]]:
    """(language, code) of all blocks."""
    position = 0
    while position < len(lines):
        head, position = DIRECTIVE.match(lines[position]), position + 1
        if head is None:
            continue
        body = _body(lines, position, len(head["indent"]))
        position += len(body)
        yield from _block(head["name"], head["argument"], body, folder)


def _body(lines: list[str], start: int, indent: int) -> list[str]:
    """Lines that belong to a directive: empty ones, and those that stand further right."""
    end = start
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return lines[start:end]


def _block(name: str, argument: str, body: list[str], folder: Path) -> Iterator[tuple[str, str]]:
    if name == "include":
        yield from _blocks(_lines(folder / argument), folder)
    elif name in ("code", "code-block"):
        if argument in LANGUAGES:
            yield argument, _code(body)
    elif name != "only" or _holds(argument):
        yield from _blocks(body, folder)


def _code(body: list[str]) -> str:
    """Without the options of the directive."""
    first = next((number for number, line in enumerate(body) if line.strip() and not re.match(r"\s*:[\w-]+:", line)), len(body))
    return dedent("\n".join(body[first:])).strip("\n")


def _holds(condition: str) -> bool:
    """Value of an expression of tags with `and`, `or`, `not` and parentheses."""
    words = [word if word in ("and", "or", "not", "(", ")") else str(word in TAGS) for word in re.findall(r"\w+|[()]", condition)]
    return bool(eval(" ".join(words), {"__builtins__": {}}))  # nothing but True, False and the words above
