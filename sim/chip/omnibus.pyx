"""The chip's omnibus: which register an address is, derived from the containers of haldls, and which block serves it.

A region is all registers of one container. Either its words stand in memory, of the block that has attached to it or, if no block is
interested, of the omnibus itself; or the block keeps them in a form of its own. What writing or reading a register does stands in the file of
its block, where it attaches. Time is not known here: `Chip` brings everything to the tick of an access before it comes.
"""

cimport cython

import numpy as np

import haldls
from hicannx_sim.base.register_table import Accuracy
from hicannx_sim.chip.masks import kept_masks, start_words
from hicannx_sim.chip.regions import REGIONS
from hicannx_sim.chip.settings import SETTINGS

cdef uint32_t[16] LANES
for _enables in range(16):
    LANES[_enables] = sum(0xff << (8 * _lane) for _lane in range(4) if _enables >> _lane & 1)


def container_of(region):
    """The haldls class of a region."""
    return getattr(haldls, region.container)


cdef inline uint32_t words_of(const RegionInfo* region) noexcept nogil:
    """All words of a region."""
    return region.words * region.coordinates


cdef inline uint32_t kept(const RegionInfo* region, uint32_t index) noexcept nogil:
    """The bits that exist in a word of a region."""
    return region.keep[0] if region.words == 1 else region.keep[index % region.words]


cdef class RegisterMap:
    def __init__(self, regions=REGIONS):
        self.regions = tuple(regions)
        self._tabulate([self._add(number, region) for number, region in enumerate(self.regions)])

    def _add(self, int number, region):
        container, backend = container_of(region), region.backend
        written, read = container.write_addresses(backend=backend), container.read_addresses(backend=backend)
        if written.shape[1] and read.shape[1] and not np.array_equal(written, read):
            raise ValueError(f"{region.container}: read and write addresses differ")
        addresses = written if written.shape[1] else read
        cdef RegionInfo* info = &self.region[number]
        info.coordinates, info.words = addresses.shape
        info.readable, info.writable, info.live = read.shape[1] > 0, written.shape[1] > 0, region.live
        info.modelled = region.accuracy is not Accuracy.UNMODELLED
        info.watched = region.container in {setting.container for setting in SETTINGS}
        masks = kept_masks(region, container)
        if len(masks) != info.words or info.words > MAX_WORDS:
            raise ValueError(f"{region.container}: masks for {len(masks)} words instead of {info.words}, at most {MAX_WORDS}")
        for word, mask in enumerate(masks):
            info.keep[<int>word] = mask
        return addresses.ravel()

    def _tabulate(self, tables):
        used = np.unique(np.concatenate(tables) >> PAGE_BITS)
        if used[len(used) - 1] >> (ADDRESS_BITS - PAGE_BITS):
            raise ValueError("a chip address exceeds the address space of the register map")
        pages = np.zeros(1 << (ADDRESS_BITS - PAGE_BITS), np.uint16)
        pages[used] = np.arange(1, len(used) + 1)
        cells = np.zeros((len(used) + 1, 1 << PAGE_BITS), np.uint32)
        for number, addresses in enumerate(tables):
            place = pages[addresses >> PAGE_BITS], addresses & ((1 << PAGE_BITS) - 1)
            if cells[place].any():
                raise ValueError(f"{self.regions[number].container} overlaps with another container")
            cells[place] = np.uint32((number + 1) << INDEX_BITS) + np.arange(len(addresses), dtype=np.uint32)
        self.pages, self.cells = pages, cells
        cdef const uint16_t[::1] page = pages
        cdef const uint32_t[:, ::1] cell = cells
        self.page, self.cell = &page[0], &cell[0, 0]

    def lookup(self, uint32_t address):
        """(container name, coordinate enum, word) of an address, None if there is no register."""
        cdef uint32_t cell = self.find(address)
        if cell == 0:
            return None
        number = region_of(cell)
        return self.regions[number].container, index_of(cell) // self.region[number].words, index_of(cell) % self.region[number].words


@cython.final
cdef class Omnibus:
    def __init__(self, RegisterMap map=None):
        self.map = map or the_map()
        self.words = self.start = np.zeros(0, np.uint32)

    # -- blocks attach

    def _number(self, container):
        for number, region in enumerate(self.map.regions):
            if region.container == container:
                if self.attached[<int>number].words != NULL or self.attached[<int>number].block != NULL:
                    raise ValueError(f"a block has already attached to {container}")
                return number
        raise ValueError(f"there are no registers of {container}")

    cdef int keep(self, str container, uint32_t* words, size_t size, void* block=NULL, Written written=NULL) except -1:
        """The registers' words stand at `words`, `size` bytes; `written` is called after each that has been written."""
        cdef int number = self._number(container)
        cdef Attachment* attached = &self.attached[number]
        cdef size_t needed = words_of(&self.map.region[number]) * sizeof(uint32_t)
        if size != needed:
            raise ValueError(f"{container} needs {needed} bytes, the block has {size}")
        attached.words, attached.block, attached.written = words, block, written
        return 0

    cdef int serve(self, str container, void* block, Write write, Read read, bint plain=False) except -1:
        """The block itself writes and reads words; NULL for what the registers do not allow. plain: a write only stores."""
        cdef int number = self._number(container)
        cdef const RegionInfo* region = &self.map.region[number]
        if region.writable and write == NULL or region.readable and read == NULL:
            raise ValueError(f"{container} can be {'written' if write == NULL else 'read'}, but the block does not serve that")
        self.attached[number].block, self.attached[number].write, self.attached[number].read = block, write, read
        self.attached[number].plain = plain
        return 0

    cdef int take_time(self, str container, Begin begin, uint32_t at_once=0) except -1:
        """Reads of registers that a block has attached to take time, but with one of the bits `at_once` in their index."""
        number = [region.container for region in self.map.regions].index(container)
        self.attached[<int>number].begin, self.attached[<int>number].at_once = begin, at_once
        return 0

    def complete(self):
        """All blocks have attached: registers of which none has only keep what is written."""
        cdef int number
        cdef Py_ssize_t base = 0
        cdef uint32_t[::1] words
        alone = [n for n in range(len(self.map.regions)) if self.attached[<int>n].words == NULL and self.attached[<int>n].block == NULL]
        starts = [np.tile(np.array(start_words(self.map.regions[n]), np.uint32), self.map.region[<int>n].coordinates) for n in alone]
        self.start = np.concatenate([np.zeros(0, np.uint32), *starts])
        self.words = self.start.copy()
        words = self.words
        for number in alone:
            self.attached[number].words = &words[base]
            base += words_of(&self.map.region[number])
        return self

    cdef void clear(self) noexcept nogil:
        """The words of registers that belong to no block are as after a reset."""
        with gil:
            self.words[:] = self.start

    # -- accesses

    cdef int write(self, uint32_t cell, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        """A write to a cell of the map; byte enables: bit 0 = least significant byte."""
        cdef const RegionInfo* region
        cdef const Attachment* attached
        cdef uint32_t index = index_of(cell), mask, first
        if cell == 0 or not self.map.region[region_of(cell)].writable:
            return UNDEFINED
        region, attached = &self.map.region[region_of(cell)], &self.attached[region_of(cell)]
        if not region.modelled:
            return UNMODELLED
        mask = LANES[byte_enables & 15] & kept(region, index)
        if attached.words == NULL:
            attached.write(attached.block, index, data, mask, tick)
            return SERVED
        attached.words[index] = (attached.words[index] & ~mask) | (data & mask)
        if attached.written != NULL:
            first = index - index % region.words
            attached.written(attached.block, index // region.words, attached.words + first, tick)
        return SERVED

    cdef int read(self, uint32_t cell, uint32_t* word) noexcept nogil:
        """The word of a cell: what was written, or what its block shows; 0 where only writes are known or nothing is."""
        cdef const Attachment* attached
        word[0] = 0
        if cell == 0:
            return UNDEFINED
        attached = &self.attached[region_of(cell)]
        if not self.map.region[region_of(cell)].modelled:
            return UNMODELLED
        if attached.words != NULL:
            word[0] = attached.words[index_of(cell)]
        elif attached.read != NULL:
            word[0] = attached.read(attached.block, index_of(cell))
        return SERVED

    cdef int64_t begin(self, uint32_t cell, int64_t tick) noexcept nogil:
        return self.attached[region_of(cell)].begin(self.attached[region_of(cell)].block, index_of(cell), tick)

    # -- from Python

    cpdef uint32_t peek(self, uint32_t address) noexcept nogil:
        """The word of a register without any effect of reading it, as of now; 0 where there is none."""
        cdef uint32_t word
        self.read(self.map.find(address), &word)
        return word

    cpdef bint poke(self, uint32_t address, uint32_t data) noexcept nogil:
        """Sets a word to which a write does nothing else. False, and nothing happens, at other addresses."""
        cdef uint32_t cell = self.map.find(address)
        cdef const Attachment* attached
        if cell == 0:
            return False
        attached = &self.attached[region_of(cell)]
        return (attached.plain or attached.words != NULL and attached.written == NULL) and self.write(cell, data, 15, 0) == SERVED

    def is_readable(self, uint32_t address):
        """There is a modelled register at the address that can be read."""
        cdef uint32_t cell = self.map.find(address)
        return cell != 0 and bool(self.map.region[region_of(cell)].readable and self.map.region[region_of(cell)].modelled)

    def contents(self, name, enum=None):
        """Words uint32[coordinates, words] that a container's registers hold, at all coordinates or one, without any effect of reading."""
        container = getattr(haldls, name)
        addresses = container.write_addresses(None if enum is None else [enum])
        cdef const uint32_t[::1] place = addresses.ravel()
        words = np.empty(place.shape[0], np.uint32)
        cdef uint32_t[::1] word = words
        cdef Py_ssize_t i
        for i in range(place.shape[0]):
            word[i] = self.peek(place[i])
        return words.reshape(addresses.shape)

    def arrays(self):
        """Words of registers that belong to no block."""
        return {"words": self.words}


cdef RegisterMap _map = None


cdef RegisterMap the_map():
    """The map of the chip, built once per process."""
    global _map
    if _map is None:
        _map = RegisterMap()
    return _map


def register_map():
    """The map of the chip, built once per process."""
    return the_map()


def written_field(container, str name, int index=0):
    """(shift, mask) of a contiguous field in word 0 of a container that can only be written, from its layout."""
    layout = container.layout()
    slots = np.zeros((1, layout.n_slots), np.int64)
    empty = int(layout.encode_array(slots)[0, 0])
    slots[0, layout.slot(name) + index] = -1
    bits = int(layout.encode_array(slots)[0, 0]) ^ empty
    shift = (bits & -bits).bit_length() - 1
    return shift, bits >> shift
