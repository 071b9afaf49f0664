"""The command `hicannx view`: the page of a served chip, or of the chip that a script uses."""

import os
import signal
import threading
from argparse import Namespace

from fisch.environment import TABLE
from hicannx.doctor import run_script
from hicannx.errors import HicannxError
from hicannx.page.server import View, listen
from hicannx.ppu import Code
from hicannx.ppu_debug import programs_of
from hicannx.served import ServedSystem, status_line
from hicannx_sim import ModelConnection, System


def main(chosen: Namespace) -> int:
    """Until Ctrl-C; with --once, until the end of the script, whose status it returns."""
    if chosen.script is None:
        return _served(chosen)
    if not chosen.script.is_file():
        raise HicannxError(f"{chosen.script}: there is no such script")
    return _beside(chosen, programs_of(chosen))


def _served(chosen: Namespace) -> int:
    print(status_line(chosen.address))
    with View(ServedSystem(chosen.address), listen(chosen.port), programs_of(chosen)) as page:
        print(page.url, flush=True)
        _until_interrupted()
    return 0


def _beside(chosen: Namespace, programs: tuple[Code | None, Code | None]) -> int:
    """The first chip that the script connects to."""
    for name, variable in TABLE.items():
        if variable.of == "choice of the connection":
            os.environ.pop(name, None)
    pages: list[View] = []
    listener = listen(chosen.port)

    def opened(system: System) -> None:
        if not pages:
            if chosen.pause:
                system.pause()
            pages.append(View(system, listener, programs))
            print(pages[0].url, flush=True)

    ModelConnection.opened.append(opened)
    try:
        status = run_script(chosen.script, chosen.arguments)
        if pages and not chosen.once:
            print("the script has ended; Ctrl-C ends the page", flush=True)
            _until_interrupted()
    finally:
        ModelConnection.opened.remove(opened)
        for page in pages:
            page.close()
        listener.close()
    if not pages:
        raise HicannxError(f"{chosen.script} made no connection")
    return status


def _until_interrupted() -> None:
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        ended.wait()
    finally:
        for number, old in before.items():
            signal.signal(number, old)
