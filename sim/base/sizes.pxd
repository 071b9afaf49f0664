"""How many of a thing a chip has, for compiled modules; `tests/sim/test_sizes.py` compares with the coordinates of halco."""

cdef enum:
    BLOCK_CELLS = 3120      # of an analog memory block: 24 rows of 130
    MEMORY_BLOCKS = 4
