"""The original's private twin of `pygrenade_vx.execution`, which scripts import by name."""
