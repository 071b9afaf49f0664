"""What surrounds the service that shares one setup between users, and what the original offers beside connections."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys

from fisch.errors import ConnectionFailedError

_ENVIRONMENT = ("QUIGGELDY_ENABLED", "QUIGGELDY_IP", "QUIGGELDY_PORT")
_DISTRIBUTION = "hicannx"
_started: dict[int, subprocess.Popen[str]] = {}


class ServiceNotAvailableError(ConnectionFailedError):
    """The service that shares one setup between users does not start."""


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
    if pid in _started:
        with _started.pop(pid):
            return
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def launch_quiggeldy_locally_from_env() -> tuple[int, int]:
    """Starts a service of one's own for the chip or the FPGA that the environment describes; connections go there from now on.

    Returns (process, port); `terminate(process)` ends it. Raises ServiceNotAvailableError if it does not start.
    """
    fpgas = os.environ.get("SLURM_FPGA_IPS", "").split(",")
    shared = ["--fpga", *fpgas] if any(fpgas) else ["--shared", os.environ.get("HICANNX_CHIP", "0")]
    environment = {name: value for name, value in os.environ.items() if name not in _ENVIRONMENT}
    command = [sys.executable, "-m", "hicannx", "service", "--port", "0", *shared]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    assert started.stdout is not None
    line = started.stdout.readline().strip()
    _, told, port = line.rpartition("port ")
    if not told:
        with started:
            raise ServiceNotAvailableError(f"Could not start quiggeldy: {line or 'it ended without a word'}")
    _started[started.pid] = started
    os.environ.update(dict(zip(_ENVIRONMENT, ("1", "127.0.0.1", port), strict=True)))
    return started.pid, int(port)


def unset_quiggeldy_env() -> None:
    """Removes the variables by which connections would go to the service."""
    for name in _ENVIRONMENT:
        os.environ.pop(name, None)
