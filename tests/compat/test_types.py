"""What a type checker knows of a user's script: real types of everything that is imported, and errors where the chip would see nonsense."""

import json
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

import haldls

ROOT = Path(haldls.__file__).parent.parent
FOLDER = Path(__file__).parent / "typed"
MISTAKES = [number for number, line in enumerate((FOLDER / "mistakes.py").read_text().splitlines(), 1) if line.endswith("# refused")]


def mypy(script: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The errors of `mypy --strict`."""
    if find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    from mypy import api

    monkeypatch.setenv("MYPYPATH", f"{ROOT}:{ROOT / 'compat'}:{ROOT / 'tools'}")
    cache = ROOT / ".mypy_cache" / "user"
    output, crash, _ = api.run(["--strict", "--config-file=", f"--cache-dir={cache}", str(FOLDER / script)])
    assert not crash
    return [line for line in output.splitlines() if ": error:" in line]


def pyright(script: str, tmp_path: Path) -> list[int]:
    """Lines (from 1) where pyright finds an error."""
    if (program := shutil.which("pyright")) is None:
        pytest.skip("pyright is not installed")
    paths = [str(ROOT / folder) for folder in ("", "compat", "tools")]
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths}))
    shutil.copy(FOLDER / script, tmp_path)
    ran = subprocess.run([program, "--outputjson", "--pythonpath", sys.executable, "-p", tmp_path], capture_output=True, text=True)
    found = [one for one in json.loads(ran.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    return sorted({one["range"]["start"]["line"] + 1 for one in found})


def test_the_stubs_are_those_of_the_tables() -> None:
    ran = subprocess.run([sys.executable, ROOT / "tools" / "stubs", "--check"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_an_experiment_passes_mypy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert mypy("experiment.py", monkeypatch) == []


def test_mypy_finds_every_mistake_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    errors = mypy("mistakes.py", monkeypatch)
    assert all("mistakes.py" in error for error in errors), errors
    assert sorted({int(re.search(r":(\d+):", error)[1]) for error in errors}) == MISTAKES, errors  # type: ignore[index]


def test_an_experiment_passes_pyright(tmp_path: Path) -> None:
    assert pyright("experiment.py", tmp_path) == []


def test_pyright_finds_every_mistake_and_nothing_else(tmp_path: Path) -> None:
    assert pyright("mistakes.py", tmp_path) == MISTAKES
