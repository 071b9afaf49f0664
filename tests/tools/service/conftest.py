"""A service in a thread of the test process; its chips are processes of their own."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fisch.connection import MultiConnection
from fisch.service.connection import ServiceConnection
from hicannx.service import server
from hicannx.service.server import Options, Service


class Running:
    """A service and the loop it runs in."""

    def __init__(self, **options: Any) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()
        self.service = Service(Options(**options))
        self.call(self.service.start())

    def call(self, what: Any) -> Any:
        """The result of a coroutine in the service's loop."""
        return asyncio.run_coroutine_threadsafe(what, self.loop).result(60)

    def connect(self, user: str = "ann", **given: Any) -> ServiceConnection:
        return ServiceConnection("127.0.0.1", self.service.port, user=user, **given)

    def connect_several(self, user: str = "ann", **given: Any) -> MultiConnection:
        """To all chips of a setup."""
        return MultiConnection(ServiceConnection.several("127.0.0.1", self.service.port, user=user, setup="jboa", **given))

    def stop(self) -> None:
        if self.loop.is_closed():
            return
        self.call(self.service.stop())
        self.call(_cancel_the_rest())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


async def _cancel_the_rest() -> None:
    """What `asyncio.run` does at its end: clients that are still connected have their tasks."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Services do not look after themselves, so that what a test does between two looks is all that happens."""
    monkeypatch.setattr(server, "LOOK_EVERY", 3600.0)


@pytest.fixture
def serve() -> Iterator[Callable[..., Running]]:
    """Starts services, which end with the test."""
    running: list[Running] = []

    def start(**options: Any) -> Running:
        running.append(Running(**options))
        return running[-1]

    yield start
    for one in running:
        one.stop()
