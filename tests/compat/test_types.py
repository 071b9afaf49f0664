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
PATHS = [ROOT / "build" / "rooms", ROOT / "compat", ROOT / "tools"]
FOLDER = Path(__file__).parent / "typed"
RIGHT = ["experiment.py", "whole_script.py"]
WRONG = ["mistakes.py", "more_mistakes.py"]


def mypy(script: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The errors of `mypy --strict`."""
    if find_spec("mypy") is None:
        pytest.skip("mypy is not installed")
    from mypy import api

    monkeypatch.setenv("MYPYPATH", ":".join(map(str, PATHS)))
    cache = ROOT / ".mypy_cache" / "user"
    output, crash, _ = api.run(["--strict", "--config-file=", f"--cache-dir={cache}", str(FOLDER / script)])
    assert not crash
    return [line for line in output.splitlines() if ": error:" in line]


def pyright(script: str, tmp_path: Path) -> list[int]:
    """Lines (from 1) where pyright finds an error."""
    program = shutil.which("pyright") or shutil.which("basedpyright")
    if program is None:
        pytest.skip("pyright is not installed")
    paths = list(map(str, PATHS))
    (tmp_path / "pyrightconfig.json").write_text(json.dumps({"extraPaths": paths, "typeCheckingMode": "standard"}))
    shutil.copy(FOLDER / script, tmp_path)
    ran = subprocess.run([program, "--outputjson", "--pythonpath", sys.executable, "-p", tmp_path], capture_output=True, text=True)
    found = [one for one in json.loads(ran.stdout)["generalDiagnostics"] if one["severity"] == "error"]
    return sorted({one["range"]["start"]["line"] + 1 for one in found})


def mistakes(script: str) -> list[int]:
    """The lines that are to be refused."""
    return [number for number, line in enumerate((FOLDER / script).read_text().splitlines(), 1) if line.endswith("# refused")]


def test_the_stubs_are_those_of_the_tables() -> None:
    ran = subprocess.run([sys.executable, ROOT / "tools" / "stubs", "--check"], capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("script", RIGHT)
def test_what_is_right_passes_mypy(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mypy(script, monkeypatch) == []


@pytest.mark.parametrize("script", WRONG)
def test_mypy_finds_every_mistake_and_nothing_else(script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = mypy(script, monkeypatch)
    assert all(script in error for error in errors), errors
    assert sorted({int(re.search(r":(\d+):", error)[1]) for error in errors}) == mistakes(script), errors  # type: ignore[index]


@pytest.mark.parametrize("script", RIGHT)
def test_what_is_right_passes_pyright(script: str, tmp_path: Path) -> None:
    assert pyright(script, tmp_path) == []


@pytest.mark.parametrize("script", WRONG)
def test_pyright_finds_every_mistake_and_nothing_else(script: str, tmp_path: Path) -> None:
    assert pyright(script, tmp_path) == mistakes(script)
