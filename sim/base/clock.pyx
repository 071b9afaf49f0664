"""The model's time: integer ticks of 2 ns. The numbers stand in clock.h; this module shows them to Python."""

globals()["NEVER"] = NEVER  # too large for an enum
