from libc.stdint cimport uint16_t, uint32_t

cdef enum:
    # = regions.Kind
    STORED = 0
    SYNAPSE_FULL = 1
    SYNAPSE_WEIGHT = 2
    SYNAPSE_LABEL = 3
    SYNAPSE_CALIB = 4
    CAPMEM = 5
    NEURON = 6
    BACKEND = 7
    BACKEND_COMMON = 8
    PADI_EVENT = 9
    PADI_CONFIG = 10
    DRIVER = 11
    NEURON_RESET = 12
    NEURON_RESET_QUAD = 13
    COUNTER_READ = 14
    COUNTER_RESET = 15
    CROSSBAR_NODE = 16
    CROSSBAR_OUTPUT = 17
    DROP_COUNTER = 18
    EVENT_COUNTER = 19
    BACKGROUND = 20
    MADC_CONTROL = 21
    READOUT = 22
    PPU_CONTROL = 23
    UNMODELLED = 24
    CADC_SAMPLE = 25
    COLUMN_CURRENT = 26
    DEBUG_LINES = 27
    PPU_MEMORY = 28
    PPU_STATUS = 29

cdef enum:
    PAGE_BITS = 10
    ADDRESS_BITS = 26
    MAX_WORDS = 16


cdef struct RegionInfo:
    int kind
    int words               # per coordinate
    uint32_t base           # of its words in the plain storage, for kinds that keep them there
    bint readable
    bint writable
    bint watched                # has settings that may be without effect
    uint32_t keep[MAX_WORDS]    # per word of a coordinate: the bits that exist


cdef class RegisterMap:
    """Which register an omnibus address of the chip is: (region, index), index = coordinate enum * words + word in access order."""
    cdef readonly object regions        # tuple of regions.Region
    cdef readonly object pages          # uint16[65536]: page of the upper address bits, page 0 is empty
    cdef readonly object cells          # uint32[pages, 1024]: (region + 1) << 24 | index, 0 = undefined
    cdef readonly uint32_t n_words      # size of the plain storage
    cdef const uint16_t* page
    cdef const uint32_t* cell
    cdef RegionInfo region[128]

    cdef inline uint32_t find(self, uint32_t address) noexcept nogil:
        """(region + 1) << 24 | index of a word address, 0 if there is nothing."""
        if address >> ADDRESS_BITS:
            return 0
        return self.cell[<uint32_t>self.page[address >> PAGE_BITS] << PAGE_BITS | (address & ((1 << PAGE_BITS) - 1))]


cdef RegisterMap the_map()
