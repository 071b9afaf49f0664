"""Results of tests as a section of the document, which keeps all other sections, and rows of files that were not run, as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from hicannx.compatibility.clients import Client
from hicannx.compatibility.runs import Result

__all__ = ["Row", "listed", "merged", "rows", "section"]

HEAD = """\
# Compatibility

Tests, scripts and notebooks of software that was written for the real system, run from its own checkout against virtual chips. The tables
are made by `hicannx compatibility CLIENT CHECKOUT`. Tests of a file that passed share a row; files that are not listed have not been run
with this version. A notebook or script passes if it ends without an error.
Times are processor seconds, of scripts and notebooks with the start of Python; then how many of them the model took, and the milliseconds
that passed on the chip meanwhile. Rows without the latter are of runs that did not measure them.
"""
COLUMNS = "| test | result | why | s | model s | ms on chip |\n| --- | --- | --- | --- | --- | --- |"
OUTCOMES = ("passed", "failed", "error", "timeout", "skipped")


@dataclass(frozen=True)
class Row:
    """One line of a table: tests of a file with the same outcome. `name` is that of a single test, if it is not all of the file."""

    file: str
    name: str
    count: int
    outcome: str
    why: str
    seconds: float
    model: float | None = None
    on_chip: float | None = None

    def __str__(self) -> str:
        test, model = f"{self.file}{' ' if self.name else ''}{self.name}", "" if self.model is None else f"{self.model:.1f}"
        on_chip = "" if self.on_chip is None else f"{self.on_chip:.0f}"
        return f"| {test} | {self.count} {self.outcome} | {self.why} | {self.seconds:.1f} | {model} | {on_chip} |"

    @classmethod
    def read(cls, line: str) -> Row:
        """The row that a line shows."""
        test, result, why, seconds, *times = (cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
        file, _, name = test.partition(" ")
        count, _, outcome = result.partition(" ")
        return cls(file, name, int(count), outcome, why, float(seconds), *(float(one) if one else None for one in times))


def rows(client: Client, results: list[Result]) -> Iterator[Row]:
    """Rows of all files, in the order in which they were run."""
    for file, group in groupby(results, key=lambda one: one.test.partition("::")[0]):
        tests = list(group)
        for outcome, same in _grouped(tests):
            name = "" if outcome in ("passed", "skipped") else same[0].test.rpartition("::")[2]
            why = "" if outcome == "passed" else _why(client, same[0])
            times = (sum(getattr(one, time) for one in same) for time in ("seconds", "model", "on_chip"))
            yield Row(file, name if "::" in same[0].test else "", len(same), outcome, why, *times)


def _grouped(tests: list[Result]) -> Iterable[tuple[str, list[Result]]]:
    """Those that passed and those that were left out together, all others one by one."""
    for outcome in ("passed", "skipped"):
        same = [one for one in tests if one.outcome == outcome]
        if same:
            yield outcome, same
    for one in tests:
        if one.outcome not in ("passed", "skipped"):
            yield one.outcome, [one]


def _why(client: Client, result: Result) -> str:
    """The reason that is known, else what the test says."""
    return (client.reason(result.test) or result.message).replace("|", "/").replace("\n", " ").strip()


def section(heading: str, client: Client, made: list[Row]) -> str:
    """A section: how many tests passed, and the table."""
    counts: Counter[str] = Counter()
    for row in made:
        counts[row.outcome] += row.count
    total = ", ".join(f"{counts[outcome]} {outcome}" for outcome in OUTCOMES if counts[outcome])
    lines = [f"## {heading}", "", f"{total or 'no tests'}; {sum(row.seconds for row in made):.0f} s.", ""]
    lines += [client.remarks, ""] if client.remarks else []
    return "\n".join([*lines, COLUMNS, *map(str, made)]) + "\n"


def merged(document: str, heading: str, client: Client, made: list[Row]) -> str:
    """A document with the section of that heading made anew. An empty one gets a head."""
    document = document or HEAD
    old = _found(document, heading)
    if old is None:
        return f"{document.rstrip()}\n\n{section(heading, client, made)}"
    run = {row.file for row in made}
    kept = _read(old[0])
    files = [*dict.fromkeys([row.file for row in kept]), *dict.fromkeys(row.file for row in made)]
    known = {row.file: [one for one in (made if row.file in run else kept) if one.file == row.file] for row in (*kept, *made)}
    ordered = [row for file in sorted(dict.fromkeys(files)) for row in known[file]]
    rest = document[old.end() :]
    return f"{document[: old.start()].rstrip()}\n\n{section(heading, client, ordered)}" + (f"\n{rest}" if rest else "")


def listed(document: str, heading: str) -> set[str]:
    """Files of which the section of that heading has rows."""
    old = _found(document, heading)
    return {row.file for row in _read(old[0])} if old else set()


def _found(document: str, heading: str) -> re.Match[str] | None:
    """A section of the document, up to the next."""
    return re.search(rf"^## {re.escape(heading)}\n(?:(?!## ).*\n?)*", document, re.M)


def _read(text: str) -> list[Row]:
    """The rows that a section shows."""
    return [Row.read(line) for line in text.splitlines() if re.match(r"\| [^|]*\.(py|rst)[ |]", line)]
