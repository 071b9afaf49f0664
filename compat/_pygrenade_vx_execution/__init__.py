"""The original's private twin of `pygrenade_vx.execution`, which scripts import by name."""

from grenade.execution import ExecutionInstanceHooks, JITGraphExecutor, ManagedJITGraphExecutor

__all__ = ["ExecutionInstanceHooks", "JITGraphExecutor", "ManagedJITGraphExecutor"]
