"""What surrounds the service that shares one setup between users, and what the original offers beside connections."""

from __future__ import annotations

import os
import signal
import socket
from typing import NoReturn

from fisch.errors import ConnectionFailedError

_ENVIRONMENT = ("QUIGGELDY_ENABLED", "QUIGGELDY_IP", "QUIGGELDY_PORT")
_DISTRIBUTION = "hicannx"


class ServiceNotAvailableError(ConnectionFailedError):
    """The service that shares one setup between users is not there."""


def get_repo_state() -> str:
    """Version of this software."""
    import importlib.metadata  # takes as long as a tenth of the whole stack, and hardly anybody asks

    try:
        return f"{_DISTRIBUTION} {importlib.metadata.version(_DISTRIBUTION)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{_DISTRIBUTION} (not installed)"


def get_unused_port() -> int:
    """A TCP port on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def terminate(pid: int) -> None:
    """Asks a process that was started for this one to end, and waits until it has if it is a child. Raises ProcessLookupError."""
    if pid <= 0:
        raise ValueError(f"{pid} is not the number of a process")
    os.kill(pid, signal.SIGTERM)
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def launch_quiggeldy_locally_from_env() -> NoReturn:
    """Would start the service for the connection that the environment describes and return (process, port).

    Raises ServiceNotAvailableError: there is no such service yet. Several users can have a virtual chip each instead.
    """
    raise ServiceNotAvailableError(
        "Could not start quiggeldy: the multi-user service is not available. Connect directly (`with ManagedConnection()`): every "
        "connection gets a virtual chip of its own."
    )


def unset_quiggeldy_env() -> None:
    """Removes the variables by which connections would go to the service."""
    for name in _ENVIRONMENT:
        os.environ.pop(name, None)
