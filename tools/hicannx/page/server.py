"""The server of the page: starlette with uvicorn, in a thread of its own, at an address of this machine, for those who have the token.

The page has plain HTML, CSS and JavaScript and no build step. Over a WebSocket it gets frames (`hicannx_sim.setup.frame`) as fast as it
draws
them, at most twelve a second, and sends orders: pause, step, resume, rewind, registers.
"""

from __future__ import annotations

import secrets
import socket
import threading
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any, Final, Self

from hicannx.clusters.systems import ClusterSystem
from hicannx.errors import HicannxError
from hicannx.systems import AnyConnection, Target, target_of

ADDRESS: Final = "127.0.0.1"
PATIENCE: Final = 10.0
"""[s] for the server to start, and to end."""
KEPT_RUNS: Final = 8
"""Runs that the page can take back."""


class ViewError(HicannxError):
    """The page cannot be served."""


class View:
    """A page that shows a chip, until `close` or the end of a `with` block. `url` is its address with the token that it asks for."""

    def __init__(self, target: Target, listener: socket.socket, programs: tuple[Any, Any] = (None, None)) -> None:
        try:
            application, self._uvicorn = import_module("hicannx.page.application"), import_module("uvicorn")
        except ModuleNotFoundError as error:
            raise ViewError(f"the page needs {error.name}: pip install 'hicannx[view]'") from None
        self._target, self._token = target, secrets.token_urlsafe(16)
        self._listener = listener
        target.keep_history(KEPT_RUNS)
        made = application.application(target, self._token, programs)
        settings = self._uvicorn.Config(made, log_level="error", lifespan="off", ws_max_size=1 << 16, timeout_graceful_shutdown=1)
        self._server = self._uvicorn.Server(settings)
        self._thread = threading.Thread(target=self._server.run, args=([self._listener],), name="hicannx view", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """Where a browser finds the page."""
        return f"http://{ADDRESS}:{self._listener.getsockname()[1]}/?token={self._token}"

    def __repr__(self) -> str:
        return f"View({self.url!r})"

    def _repr_html_(self) -> str:
        """The page, within a notebook."""
        return f'<iframe src="{self.url}" width="100%" height="900" style="border:0"></iframe>'

    def close(self) -> None:
        """The page ends; the chip goes on, if it was held up."""
        with suppress(HicannxError):  # a served chip may have gone
            self._target.resume()
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def view(connection: AnyConnection, chip: int = 0, port: int = 0, programs: tuple[Any, Any] = (None, None)) -> View:
    """Shows a chip of a connection on a page in the browser; what scripts compute with it stays the same to the bit.

    port       of 127.0.0.1; 0: a free one
    programs   linked programs of the top and the bottom processor, for the names of their functions

    Raises ViewError if the port is taken or a library is missing (`pip install 'hicannx[view]'`), NotAModelError where there is no model.
    """
    target = target_of(connection, chip)
    if isinstance(target, ClusterSystem):
        raise ViewError(f"{target} is shared by several processes, which a page cannot look into: use one process")
    return View(target, listen(port), programs)


def listen(port: int) -> socket.socket:
    """A port of this machine, 0: a free one. Raises ViewError."""
    listener = socket.socket()
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen()  # whoever comes early waits
    except OSError as error:
        listener.close()
        raise ViewError(f"cannot listen at {ADDRESS}:{port}: {error.strerror}") from None
    return listener
