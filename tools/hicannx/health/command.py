"""`hicannx check`: whether the chips that the environment chooses are in order."""

import os
from argparse import Namespace
from pathlib import Path

from fisch import connection_from_environment
from hicannx.health.checks import check
from hicannx.health.results import References, junit, metrics

FAILED = 1


def main(chosen: Namespace) -> int:
    """Exit status 1 if any check failed."""
    references = References(chosen.store or _usual(), chosen.renew)
    with connection_from_environment() as connection:
        results = check(connection, references)
    for result in results:
        print(result)
    for path, make in ((chosen.junit, junit), (chosen.metrics, metrics)):
        if path is not None:
            _write(path, make(results))
    return 0 if all(result.ok for result in results) else FAILED


def _usual() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "hicannx" / "check.json"


def _write(path: Path, data: bytes) -> None:
    """In one go, as somebody may read the file at any time. What is no file, a pipe or a device, is never replaced by one."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(data)
        return
    made = path.with_name(path.name + ".new")
    made.write_bytes(data)
    made.replace(path)
