"""Results of tests as a section of the document, which keeps all other sections as they are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from hicannx.compatibility.clients import Client
from hicannx.compatibility.runs import Result

__all__ = ["replaced", "section"]

HEAD = """\
# Compatibility

Tests of software that was written for the real system, run from its own checkout against virtual chips. The tables are made by
`hicannx compatibility CLIENT CHECKOUT`; a file whose tests all pass has one row. Times are processor seconds.
"""


def section(client: Client, version: str, setting: str, results: list[Result]) -> str:
    """The section of a client: how many tests passed, and a table of test, result, reason and time."""
    counts = Counter(one.outcome for one in results)
    total = ", ".join(f"{counts[outcome]} {outcome}" for outcome in ("passed", "failed", "error", "timeout", "skipped") if counts[outcome])
    lines = [f"## {client.title} {version}".rstrip(), "", f"{total or 'no tests'}; {sum(one.seconds for one in results):.0f} s. {setting}"]
    lines += ["", client.remarks] if client.remarks else []
    lines += ["", "| test | result | why | s |", "| --- | --- | --- | --- |", *_rows(client, results)]
    return "\n".join(lines) + "\n"


def _rows(client: Client, results: list[Result]) -> Iterator[str]:
    for file, group in groupby(results, key=lambda one: one.test.partition("::")[0]):
        tests = list(group)
        for outcome, same in _grouped(tests):
            why = "" if outcome == "passed" else _why(client, same[0])
            names = "" if len(same) == len(tests) or outcome in ("passed", "skipped") else _names(same)
            yield f"| {file}{names} | {len(same)} {outcome} | {why} | {sum(one.seconds for one in same):.1f} |"


def _grouped(tests: list[Result]) -> Iterable[tuple[str, list[Result]]]:
    """Those that passed and those that were left out together, all others one by one."""
    for outcome in ("passed", "skipped"):
        same = [one for one in tests if one.outcome == outcome]
        if same:
            yield outcome, same
    for one in tests:
        if one.outcome not in ("passed", "skipped"):
            yield one.outcome, [one]


def _names(same: list[Result]) -> str:
    return " " + ", ".join(one.test.rpartition("::")[2] for one in same)


def _why(client: Client, result: Result) -> str:
    """The reason that is known, else what the test says."""
    return (client.reason(result.test) or result.message).replace("|", "/").replace("\n", " ").strip()


def replaced(document: str, made: str) -> str:
    """A document with a section in place of the one with the same heading, or at its end. An empty one gets a head."""
    document = document or HEAD
    heading = made.partition("\n")[0]
    old = re.search(rf"^{re.escape(heading)}\n(?:(?!## ).*\n?)*", document, re.M)
    if old is None:
        return f"{document.rstrip()}\n\n{made}"
    rest = document[old.end() :]
    return f"{document[: old.start()].rstrip()}\n\n{made}" + (f"\n{rest}" if rest else "")
