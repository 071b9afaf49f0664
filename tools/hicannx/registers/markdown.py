"""Plain Markdown that every forge renders."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; columns that are empty in all rows are left out."""
    cells = [[_cell(one) for one in row] for row in rows]
    kept = [i for i in range(len(head)) if any(row[i] for row in cells)]
    lines = [[head[i] for i in kept], ["---"] * len(kept), *([row[i] for i in kept] for row in cells)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _cell(value: object) -> str:
    return str(value).replace("|", "\\|").replace("\n", " ")


def code(text: object) -> str:
    """Text in the typewriter face; nothing for nothing."""
    return f"`{text}`" if str(text) else ""


def block(text: str) -> str:
    """Several lines in the typewriter face."""
    return f"```text\n{text}\n```\n"


def link(text: str, target: str) -> str:
    """A link to another page or heading."""
    return f"[{text}]({target})"


def anchor(heading: str) -> str:
    """What forges make of a heading: the part behind # of a link to it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def sentence(text: str) -> str:
    """With a capital letter in front and a full stop at the end."""
    text = text.strip()
    return text[:1].upper() + text[1:] + ("" if not text or text.endswith((".", ":", "!", "?")) else ".")


def paragraphs(docstring: str | None) -> str:
    """A docstring without its indentation and without the examples, which are for Python."""
    lines = [line.strip() for line in (docstring or "").strip().splitlines()]
    example = next((i for i, line in enumerate(lines) if line.startswith(">>>")), len(lines))
    return "\n".join(lines[:example]).strip()
