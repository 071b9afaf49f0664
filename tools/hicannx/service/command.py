"""`hicannx service` and `hicannx token USER`."""

import asyncio
import signal
from argparse import Namespace
from importlib import import_module
from typing import Any

from hicannx.errors import HicannxError
from hicannx.service.tokens import give
from hicannx.starting import INTERRUPTED


def main(chosen: Namespace) -> int:
    """Serves until it is interrupted, with exit status 130, or told to end, with 0."""
    try:
        server = import_module("hicannx.service.server")
    except ModuleNotFoundError as error:
        raise HicannxError(f"the service needs {error.name}: pip install 'hicannx[service]'") from None
    names = ("address", "port", "public", "chips", "shared", "setup", "tokens", "keep", "most_words", "most_waiting", "most_sessions")
    given = {name: getattr(chosen, name) for name in names}
    memory = chosen.memory << 20 if chosen.memory else None
    options = server.Options(**given, fpgas=chosen.fpga, limit=chosen.limit or None, memory=memory)
    return INTERRUPTED if asyncio.run(_serve(server.Service(options))) == signal.SIGINT else 0


def token(chosen: Namespace) -> int:
    """Prints a new token."""
    print(give(chosen.tokens, chosen.user, chosen.days))
    return 0


async def _serve(service: Any) -> signal.Signals:
    """Until a signal comes; returns it."""
    loop = asyncio.get_running_loop()
    stop: asyncio.Future[signal.Signals] = loop.create_future()

    def told_to(number: signal.Signals) -> None:
        if not stop.done():
            stop.set_result(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to, number)
    try:
        await service.start()
    except OSError as error:
        raise HicannxError(f"cannot listen at {service.options.address}:{service.options.port}: {error.strerror}") from None
    print(f"hicannx service at {service.options.address}, port {service.port}", flush=True)
    told = await stop
    await service.stop()
    return told
