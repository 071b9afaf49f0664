"""The bring-up tests over a service: they pass, and what goes to the chips and comes back is the same to the bit as with embedded ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parents[2]


def words(path: Path, **environment: str) -> dict[str, list[str]]:
    """Digests of what each test has sent and got."""
    command = [sys.executable, "-m", "pytest", "-p", "record_words", "-p", "no:cacheprovider", "-k", "not UDP", str(TESTS / "bringup")]
    around = {"WORDS_OF_TESTS": str(path), "PYTHONPATH": f"{Path(__file__).parent}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(command, env=os.environ | around | environment, cwd=TESTS.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    found: dict[str, list[str]] = json.loads(path.read_text())
    return found


@pytest.mark.long
def test_the_bring_up_tests_over_a_service(serve: Callable[..., Any], tmp_path: Path) -> None:
    running = serve(chips=2)
    where = {"QUIGGELDY_ENABLED": "1", "QUIGGELDY_IP": "127.0.0.1", "QUIGGELDY_PORT": str(running.service.port)}
    embedded, served = words(tmp_path / "embedded"), words(tmp_path / "served", **where)
    assert len(embedded) > 100 and sum(map(len, embedded.values())) > 500
    different = [name for name in embedded.keys() | served.keys() if embedded.get(name) != served.get(name)]
    assert not different
