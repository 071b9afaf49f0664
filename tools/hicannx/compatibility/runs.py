"""Runs the tests of a client, one file after the other, each in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import msgspec

from hicannx.compatibility.clients import Client, ClientError
from hicannx.compatibility.pages import cells

__all__ = ["Result", "run"]

QUIET = ("-q", "-p", "no:cacheprovider", "-p", "hicannx.compatibility.recorder", "--import-mode=prepend", "-W", "ignore")

MODULES = {".py": "hicannx.compatibility.program", ".rst": "hicannx.compatibility.notebook"}


class Result(msgspec.Struct):
    """What became of one test: "passed", "skipped", "failed", "error" or "timeout"; processor time in seconds, what of it the model took,
    and milliseconds that passed on the chip."""

    test: str
    outcome: str
    message: str = ""
    seconds: float = 0.0
    model: float = 0.0
    on_chip: float = 0.0


def run(
    client: Client,
    checkout: Path,
    limit: float,
    environ: Mapping[str, str],
    only: str = "",
    keep: Path | None = None,
    work: Path | None = None,
    known: Collection[str] = (),
) -> Iterator[list[Result]]:
    """The results of each file, as soon as there are any.

    Tests share a folder to work in, as they do in their checkout: what one file leaves there, say a calibration, serves the next.
    Programs and caches have folders of their own, which are removed.

    limit    seconds after which a file is given up
    only     part of the name of the files to run
    keep     folder for pictures and output of programs
    work     the folder that tests share; one that is removed if there is none
    known    files that are not run again, as the checkout names them

    Raises ClientError if no file has such a name.
    """
    files = [file for file in client.files(checkout) if only in file.name]
    if not files:
        raise ClientError(f"no file of {client.title} has {only!r} in its name")
    with tempfile.TemporaryDirectory(prefix="compatibility-") as shared:
        place = Path(shared) if work is None else work.resolve()
        place.mkdir(parents=True, exist_ok=True)
        for file in files:
            if file.relative_to(checkout).as_posix() not in known:
                with tempfile.TemporaryDirectory(prefix="compatibility-") as folder:
                    yield _run_file(client, checkout, file, limit, environ, Path(folder), keep, place)


def _run_file(
    client: Client,
    checkout: Path,
    file: Path,
    limit: float,
    environ: Mapping[str, str],
    folder: Path,
    keep: Path | None,
    shared: Path,
) -> list[Result]:
    record, name = folder / "record.jsonl", file.relative_to(checkout).as_posix()
    path = [*(str(checkout / one) for one in client.path), *filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))]
    variables = {**client.environment, **environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, path))}
    variables |= {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONDONTWRITEBYTECODE": "1"}
    if client.is_program(checkout, file):
        kept, place = _kept(keep, file), folder
        command = [sys.executable, "-W", "ignore", "-m", MODULES[file.suffix], str(file), str(record), *map(str, kept)]
        _lay_out(client, checkout, folder)
    else:
        kept, place = [], shared
        command = [sys.executable, "-m", "pytest", *QUIET, f"--record={record}", f"--rootdir={checkout}", *client.arguments, str(file)]
    ended = ""
    try:
        done = subprocess.run(command, cwd=place, env=variables, capture_output=True, text=True, timeout=limit or None, check=False)
        if done.returncode not in (0, 1, 2, 5):  # passed, failed, not collected, nothing to run
            ended = f"the process ended with status {done.returncode}: {(done.stderr or done.stdout).strip().splitlines()[-1:]}"
        for one in kept:
            (one / "output.txt").write_text(done.stdout + done.stderr, "utf-8")
    except subprocess.TimeoutExpired:
        ended = f"given up after {limit:g} s"
    found = [msgspec.convert(json.loads(line), Result) for line in record.read_text("utf-8").splitlines()] if record.exists() else []
    results = [msgspec.structs.replace(one, test=_relative(one.test, name)) for one in found]
    return [*results, Result(name, "timeout" if ended.startswith("given up") else "error", ended)] if ended else results


def _kept(keep: Path | None, file: Path) -> list[Path]:
    """The folder for what a program leaves, made anew, with the script that a page becomes; none if nothing is kept."""
    if keep is None:
        return []
    place = keep.resolve() / file.stem
    place.mkdir(parents=True, exist_ok=True)
    for old in place.glob("*.png"):
        old.unlink()
    if file.suffix == ".rst":
        (place / f"{file.stem}.ipy").write_text("\n\n".join(f"# %%\n{cell}" for cell in cells(file)) + "\n", "utf-8")
    return [place]


def _lay_out(client: Client, checkout: Path, folder: Path) -> None:
    """Folders that programs find where they run, as links."""
    for name, sources in client.beside.items():
        place = folder / name
        place.mkdir()
        for source in (checkout / one for one in sources):
            for one in source.iterdir() if source.is_dir() else [source]:
                (place / one.name).symlink_to(one)


def _relative(test: str, file: str) -> str:
    """The identity of a test with its file as the checkout knows it."""
    _, separator, inner = test.partition("::")
    return file + separator + inner
