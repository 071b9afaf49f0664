"""Numbers of executors, connections and execution instances under their original import name; see `grenade.common`."""

from grenade.common import ConnectionOnExecutor, ExecutionInstanceID

__all__ = ["ConnectionOnExecutor", "ExecutionInstanceID"]
