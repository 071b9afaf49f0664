cimport cython
from libc.stdint cimport int64_t, uint16_t, uint32_t

cdef enum:
    # what became of an access
    SERVED = 0
    UNDEFINED = 1       # there is no such register, or not to be read or written
    UNMODELLED = 2      # there is one on the chip, which does nothing here

cdef enum:
    PAGE_BITS = 10
    ADDRESS_BITS = 26
    INDEX_BITS = 24
    MAX_WORDS = 16
    MAX_REGIONS = 128

# What a block does with an access to its registers. index: coordinate's enum * words of a coordinate + word. mask: the bits that are written.
ctypedef void (*Write)(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil
# a word of a coordinate (enum) has been written into memory that the block has lent; words: all of this coordinate
ctypedef void (*Written)(void* block, uint32_t coordinate, const uint32_t* words, int64_t tick) noexcept nogil
# a word as it is now; reading changes nothing
ctypedef uint32_t (*Read)(void* block, uint32_t index) noexcept nogil
# an access whose answer takes time begins; the tick at which it is there
ctypedef int64_t (*Begin)(void* block, uint32_t index, int64_t tick) noexcept nogil


cdef struct RegionInfo:
    uint32_t words              # per coordinate
    uint32_t coordinates
    bint readable
    bint writable
    bint modelled
    bint live                   # a read shows what time changes
    bint watched                # has settings that may be without effect
    uint32_t keep[MAX_WORDS]    # per word of a coordinate: the bits that exist


cdef struct Attachment:
    # how a region is served on one chip
    void* block
    uint32_t* words             # memory behind the registers; NULL: the block has them in a form of its own
    Write write
    Written written
    Read read
    Begin begin
    uint32_t at_once            # bits of the index with which the answer takes no time
    bint plain                  # `write` only stores


cdef class RegisterMap:
    """Which register an omnibus address of the chip is: (region, index)."""
    cdef readonly object regions        # tuple of regions.Region
    cdef readonly object pages          # uint16[65536]: page of the upper address bits, page 0 is empty
    cdef readonly object cells          # uint32[pages, 1024]: (region + 1) << INDEX_BITS | index, 0 = undefined
    cdef const uint16_t* page
    cdef const uint32_t* cell
    cdef RegionInfo region[MAX_REGIONS]

    cdef inline uint32_t find(self, uint32_t address) noexcept nogil:
        """(region + 1) << INDEX_BITS | index of a word address, 0 if there is nothing."""
        if address >> ADDRESS_BITS:
            return 0
        return self.cell[<uint32_t>self.page[address >> PAGE_BITS] << PAGE_BITS | (address & ((1 << PAGE_BITS) - 1))]


cdef inline uint32_t index_of(uint32_t cell) noexcept nogil:
    return cell & ((1 << INDEX_BITS) - 1)


cdef inline int region_of(uint32_t cell) noexcept nogil:
    return (cell >> INDEX_BITS) - 1


@cython.final
cdef class Omnibus:
    """The registers of one chip. Blocks attach to the regions that are theirs; the others keep what is written."""
    cdef readonly RegisterMap map
    cdef readonly object words          # uint32[n]: of the regions that nobody has attached to
    cdef object start                   # uint32[n]: `words` after a reset
    cdef Attachment attached[MAX_REGIONS]

    # -- blocks say what they do: with words kept in memory of theirs, or in a form of their own
    cdef int keep(self, str container, uint32_t* words, size_t size, void* block=*, Written written=*) except -1
    cdef int serve(self, str container, void* block, Write write, Read read, bint plain=*) except -1
    cdef int take_time(self, str container, Begin begin, uint32_t at_once=*) except -1
    # -- accesses; `cell` as the map finds it
    cdef int write(self, uint32_t cell, uint32_t data, int byte_enables, int64_t tick) noexcept nogil
    cdef int read(self, uint32_t cell, uint32_t* word) noexcept nogil
    cdef int64_t begin(self, uint32_t cell, int64_t tick) noexcept nogil
    cpdef uint32_t peek(self, uint32_t address) noexcept nogil
    cpdef bint poke(self, uint32_t address, uint32_t data) noexcept nogil
    cdef void clear(self) noexcept nogil

    # -- what an access will be; asked before each

    cdef inline bint acts(self, uint32_t cell) noexcept nogil:
        """A write there does something to a block."""
        return cell != 0 and self.attached[region_of(cell)].block != NULL

    cdef inline bint is_live(self, uint32_t cell) noexcept nogil:
        """A read there shows what time changes."""
        return cell != 0 and (self.map.region[region_of(cell)].live or self.attached[region_of(cell)].begin != NULL)

    cdef inline bint takes_time(self, uint32_t cell) noexcept nogil:
        """Whether a read has to begin before its answer is there."""
        return cell != 0 and self.attached[region_of(cell)].begin != NULL and not index_of(cell) & self.attached[region_of(cell)].at_once

    cdef inline bint is_watched(self, uint32_t cell) noexcept nogil:
        """Settings there may be without effect."""
        return cell != 0 and self.map.region[region_of(cell)].watched


cdef RegisterMap the_map()
