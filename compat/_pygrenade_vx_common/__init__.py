"""The original's private twin of `pygrenade_vx.common`, which scripts import by name."""

from grenade.common import ChipOnConnection, ChipOnExecutor, ConnectionOnExecutor, EntityOnChip, ExecutionInstanceID, Time, TimedData

__all__ = ["ChipOnConnection", "ChipOnExecutor", "ConnectionOnExecutor", "EntityOnChip", "ExecutionInstanceID", "Time", "TimedData"]
