"""The original's private twin of `pygrenade_vx.network.routing`, which scripts import by name."""
