"""Debugging of the plasticity processors: breakpoints, listings, and the protocol that GDB speaks."""
