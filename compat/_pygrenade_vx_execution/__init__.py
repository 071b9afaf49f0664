"""The original's private twin of `pygrenade_vx.execution`, which scripts import by name."""

from grenade.abstract import run
from grenade.execution import ExecutionInstanceHooks, JITGraphExecutor, ManagedJITGraphExecutor

JITGraphExecutorHandle = JITGraphExecutor

__all__ = ["ExecutionInstanceHooks", "JITGraphExecutor", "JITGraphExecutorHandle", "ManagedJITGraphExecutor", "run"]
