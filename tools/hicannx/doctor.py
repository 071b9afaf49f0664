"""`hicannx doctor`: runs a script on the model in this process and explains at its end what it attempted in vain."""

import os
import runpy
import sys
import traceback
from argparse import Namespace
from pathlib import Path

from fisch.environment import TABLE
from hicannx.errors import HicannxError
from hicannx_sim import ModelConnection, System

FOUND = 1


def main(chosen: Namespace) -> int:
    """Exit status: that of the script if it fails, else 1 if there is something to explain."""
    if not chosen.script.is_file():
        raise HicannxError(f"{chosen.script}: there is no such script")
    for name, variable in TABLE.items():
        if variable.of == "choice of the connection":
            os.environ.pop(name, None)
    os.environ["HICANNX_EXPLAIN"] = "0"  # everything is told at the end
    systems: list[System] = []
    ModelConnection.opened.append(systems.append)
    try:
        failed = run_script(chosen.script, chosen.arguments)
    finally:
        ModelConnection.opened.remove(systems.append)
    found = _tell(systems)
    return failed or (FOUND if found else 0)


def run_script(script: Path, arguments: list[str]) -> int:
    """Runs it as `python script arguments` does; returns its exit status."""
    before = sys.argv, sys.path[0]
    sys.argv, sys.path[0] = [str(script), *arguments], str(script.resolve().parent)
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:
        print_error(error, script)
        return 1
    finally:
        sys.argv, sys.path[0] = before
    return 0


def print_error(error: Exception, script: Path) -> None:
    """The traceback as `python script` shows it: from the script on."""
    frames = error.__traceback__
    while frames is not None and Path(frames.tb_frame.f_code.co_filename) not in (script, script.resolve()):
        frames = frames.tb_next
    traceback.print_exception(error.with_traceback(frames))


def _tell(systems: list[System]) -> int:
    """Prints the findings of all systems that the script made; returns how many there are."""
    count = 0
    for number, system in enumerate(systems):
        for finding in system.explain():
            print(f"{f'connection {number}: ' if len(systems) > 1 else ''}{finding}")
            count += 1
    if not systems:
        print("the script made no connection")
    elif not count:
        print("nothing was attempted in vain")
    return count
