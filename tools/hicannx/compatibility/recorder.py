"""A pytest plugin: notes one line of JSON for each test, with its outcome and its processor time, as soon as the test is over."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from hicannx.compatibility.clock import Times, watched


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record", type=Path, required=True, help="file to note outcomes in")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Recorder(config.getoption("--record")))


class _Recorder:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._reports: list[pytest.TestReport] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        self._reports, start, before = [], _processor_time(), watched()
        done = yield
        worst = max(self._reports, key=_badness)
        self._note(item.nodeid, _outcome(worst), _message(worst), _processor_time() - start, watched() - before)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._reports.append(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._note(report.nodeid, "error", _message(report), 0.0, Times())

    def _note(self, test: str, outcome: str, message: str, seconds: float, times: Times) -> None:
        note = {"test": test, "outcome": outcome, "message": message, "seconds": round(seconds, 2)}
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(note | {"model": round(times.model, 2), "on_chip": round(times.on_chip, 3)}) + "\n")


def _processor_time() -> float:
    """Of this process and those it has waited for, in seconds."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _badness(report: pytest.TestReport) -> int:
    return {"failed": 2, "skipped": 1}.get(report.outcome, 0)


def _outcome(report: pytest.TestReport) -> str:
    return "error" if report.failed and report.when != "call" else str(report.outcome)


def _message(report: Any) -> str:
    """What went wrong, in one line."""
    long = report.longrepr
    if isinstance(long, tuple):  # a test that was left out: file, line, why
        return str(long[2]).removeprefix("Skipped: ")
    crash = getattr(long, "reprcrash", None)
    lines = str(crash.message if crash else long or "").strip().splitlines()
    return (lines[0] if crash else lines[-1]) if lines else ""
