"""The emulator's time: integer ticks of 2 ns, the period of the fastest clock on the chip (500 MHz).

`clock.pxd` holds the same numbers for compiled modules; a test compares them.
"""

TICK_NS = 2
TICKS_PER_FPGA_CYCLE = 4
"""The FPGA runs at 125 MHz. (facts: transport 2.1)"""
TICKS_PER_SYSTIME = 2
"""The chip's system time and its PPUs count at 250 MHz. (facts: registers/behaviour, clocks and time)"""
TICKS_PER_US = 500
GRID_TICKS = 50
"""The analog core advances on an absolute grid of 0.1 us."""
NEVER = 1 << 62
"""A tick that is not reached: 290 years."""
