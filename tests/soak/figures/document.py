"""The table in docs/reliability.md."""

import re
from pathlib import Path

from figures.row import Row

BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
HEAD = ["| figure | what holds | tried | found | measured by |", "|---|---|---|---|---|"]


def line(figure: str, row: Row, command: str) -> str:
    """One line of the table."""
    found = row.result.split("\n")[0].replace("|", "/")
    return f"| {figure} | {row.what} | {row.count:,} {row.unit} | {found} | `{command}` |"


def update(document: Path, measured: dict[str, tuple[list[Row], str]]) -> None:
    """Replaces the lines of figures that were measured; those of others stay. measured: figure -> (rows, command)."""
    text = document.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    table, _, after = rest.partition(END)
    kept = [one for one in table.splitlines() if (found := re.match(r"\| (\w+) \|", one)) and found[1] not in {*measured, "figure"}]
    made = [line(figure, row, command) for figure, (rows, command) in measured.items() for row in rows]
    lines = sorted([*kept, *made], key=lambda one: one.split("|")[1])
    document.write_text(f"{before}{BEGIN}\n" + "\n".join([*HEAD, *lines]) + f"\n{END}{after}", "utf-8")
