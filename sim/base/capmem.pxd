"""Layout of the analog memory: cell = row * CAPMEM_COLUMNS + column of one of its blocks (NW, NE, SW, SE). A test compares it with `halco`."""

cdef enum:
    CAPMEM_BLOCKS = 4
    CAPMEM_ROWS = 24
    CAPMEM_COLUMNS = 130                            # 128 of neurons, 2 of the quadrant
    CAPMEM_CELLS = CAPMEM_ROWS * CAPMEM_COLUMNS
    CAPMEM_VOLTAGE_ROWS = 8                         # the others hold currents
