"""What an experiment gives: numbers beside the published ones, and a picture."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure


@dataclass(frozen=True)
class Row:
    """A number, and what was published for the silicon; None where a picture says it only."""

    what: str
    measured: float
    published: float | None
    unit: str


@dataclass(frozen=True)
class Result:
    """An experiment: its title, what it shows, numbers, and what draws it into a figure."""

    title: str
    text: str
    rows: list[Row]
    draw: Callable[[Figure], None]

    def table(self) -> str:
        """The numbers as Markdown."""
        lines = ["| | here | published | |", "| --- | --- | --- | --- |"]
        for row in self.rows:
            published = "" if row.published is None else f"{row.published:g}"
            lines.append(f"| {row.what} | {row.measured:.3g} | {published} | {row.unit} |")
        return "\n".join(lines)
