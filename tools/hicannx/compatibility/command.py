"""`hicannx compatibility`: the tests of a client, from its checkout, and their table in the document."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

from hicannx.compatibility.clients import Client, client
from hicannx.compatibility.runs import Result, run
from hicannx.compatibility.table import Row, listed, merged, rows

__all__ = ["main"]

BAD = ("failed", "error", "timeout")


def main(chosen: Namespace) -> int:
    """Runs the tests and writes the table; exit status 1 if a test fails for which no reason is known."""
    known, checkout = client(chosen.client), chosen.checkout.resolve()
    environ = {**os.environ, "HICANNX_CHIP": str(chosen.serial)}
    heading = f"{known.title} {_version(checkout)}, chip {chosen.serial}"
    there = listed(_read(chosen.output), heading) if chosen.resume else set()
    results: list[Result] = []
    for done in run(known, checkout, chosen.limit, environ, chosen.only, chosen.keep, chosen.work, there):
        for one in done:
            print(f"{one.outcome:8}{one.seconds:8.1f} s  {one.test}{f'  {one.message}' if one.outcome in BAD else ''}", flush=True)
        results += done
        if chosen.output is not None:
            _keep(chosen.output, heading, known, list(rows(known, done)))
    unknown = [one for one in results if one.outcome in BAD and not known.reason(one.test)]
    print(f"{len(results)} tests, {len(unknown)} without success or reason", file=sys.stderr)
    return int(bool(unknown))


def _keep(document: Path, heading: str, known: Client, made: list[Row]) -> None:
    """Rows of a file with tests, in the document as soon as they are known."""
    document.write_text(merged(_read(document), heading, known, made), "utf-8")


def _read(document: Path | None) -> str:
    """The document, or nothing if there is none yet."""
    return document.read_text("utf-8") if document is not None and document.exists() else ""


def _version(checkout: Path) -> str:
    """Commit and date of a checkout, as far as it knows them."""
    command = ["git", "-C", str(checkout), "log", "-1", "--format=%h (%cs)", "--abbrev=8"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
