"""The hardware of a process: one executor and its chip, shared by several interfaces. (facts: clients/hxtorch_jaxsnn 2.1)"""

from __future__ import annotations

from grenade.errors import GrenadeError
from grenade.execution.connection import JITGraphExecutor
from haldls.lola import Chip

__all__ = ["HARDWARE", "Hardware", "NoHardware"]


class NoHardware(GrenadeError):  # noqa: N818 - what is missing, not what went wrong
    """Something needs a chip, and no connection is open."""


class Hardware:
    """A connection that is open or not, and the configuration that its chip is to have (which nobody changes; it is replaced)."""

    def __init__(self) -> None:
        self.chip = Chip()
        self._executor: JITGraphExecutor | None = None

    @property
    def executor(self) -> JITGraphExecutor:
        """The open connection. Raises NoHardware if there is none."""
        if self._executor is None:
            raise NoHardware("No connection present. (init_hardware opens one)")
        return self._executor

    def open(self) -> JITGraphExecutor:
        """Opens what the environment asks for; a connection that is open already is closed before."""
        self.release()
        self._executor = JITGraphExecutor.from_environment()
        return self._executor

    def release(self) -> None:
        """Closes the connection; without one nothing happens. The configuration stays."""
        executor, self._executor = self._executor, None
        if executor is not None:
            executor.close()


HARDWARE = Hardware()
"""That of this process."""
