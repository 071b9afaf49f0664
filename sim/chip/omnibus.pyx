"""The chip's omnibus as a table of addresses, derived from the containers of haldls."""

import numpy as np

import haldls
from hicannx_sim.chip.masks import kept_masks
from hicannx_sim.chip.regions import REGIONS, Kind
from hicannx_sim.chip.settings import SETTINGS

# kinds whose words live elsewhere (analog core, counters) or nowhere
_ELSEWHERE = frozenset({Kind.SYNAPSE_FULL, Kind.SYNAPSE_WEIGHT, Kind.SYNAPSE_LABEL, Kind.SYNAPSE_CALIB, Kind.CAPMEM, Kind.NEURON,
                        Kind.BACKEND, Kind.BACKEND_COMMON, Kind.COUNTER_READ, Kind.COUNTER_RESET, Kind.DROP_COUNTER, Kind.EVENT_COUNTER,
                        Kind.PADI_EVENT, Kind.NEURON_RESET, Kind.NEURON_RESET_QUAD, Kind.MADC_CONTROL, Kind.UNMODELLED, Kind.CADC_SAMPLE,
                        Kind.PPU_MEMORY, Kind.PPU_STATUS})


def container_of(region):
    """The haldls class of a region."""
    return getattr(haldls, region.container)


cdef class RegisterMap:
    def __init__(self, regions=REGIONS):
        self.regions = tuple(regions)
        tables = []
        for number, region in enumerate(self.regions):
            tables.append(self._add(number, region))
        self._tabulate(tables)

    def _add(self, int number, region):
        container, backend = container_of(region), region.backend
        written = container.write_addresses(backend=backend)
        read = container.read_addresses(backend=backend)
        if written.shape[1] and read.shape[1] and not np.array_equal(written, read):
            raise ValueError(f"{region.container}: read and write addresses differ")
        addresses = written if written.shape[1] else read
        cdef RegionInfo* info = &self.region[number]
        info.kind, info.words = region.kind, addresses.shape[1]
        info.readable, info.writable = read.shape[1] > 0, written.shape[1] > 0
        info.base, info.watched = self.n_words, region.container in {setting.container for setting in SETTINGS}
        masks = kept_masks(region, container)
        if len(masks) != info.words or info.words > MAX_WORDS:
            raise ValueError(f"{region.container}: masks for {len(masks)} words instead of {info.words}, at most {MAX_WORDS}")
        for word, mask in enumerate(masks):
            info.keep[<int>word] = mask
        if region.kind not in _ELSEWHERE:
            self.n_words += <uint32_t>addresses.size
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
            cells[place] = np.uint32((number + 1) << 24) + np.arange(len(addresses), dtype=np.uint32)
        self.pages, self.cells = pages, cells
        cdef const uint16_t[::1] page = pages
        cdef const uint32_t[:, ::1] cell = cells
        self.page, self.cell = &page[0], &cell[0, 0]

    def lookup(self, uint32_t address):
        """(container name, coordinate enum, word) of an address, None if there is no register."""
        cdef uint32_t cell = self.find(address)
        if cell == 0:
            return None
        number, index = (cell >> 24) - 1, cell & 0xffffff
        return self.regions[number].container, index // self.region[number].words, index % self.region[number].words

    def base_of(self, str container):
        """First word of a container's registers in the plain storage."""
        return self.region[self._number(container)].base

    def _number(self, str container):
        return next(i for i, region in enumerate(self.regions) if region.container == container)


def _check_kinds():
    """The kinds of the compiled modules are those of the table."""
    compiled = [STORED, SYNAPSE_FULL, SYNAPSE_WEIGHT, SYNAPSE_LABEL, SYNAPSE_CALIB, CAPMEM, NEURON, BACKEND, BACKEND_COMMON, PADI_EVENT,
                PADI_CONFIG, DRIVER, NEURON_RESET, NEURON_RESET_QUAD, COUNTER_READ, COUNTER_RESET, CROSSBAR_NODE, CROSSBAR_OUTPUT,
                DROP_COUNTER, EVENT_COUNTER, BACKGROUND, MADC_CONTROL, READOUT, PPU_CONTROL, UNMODELLED, CADC_SAMPLE,
                COLUMN_CURRENT, DEBUG_LINES, PPU_MEMORY, PPU_STATUS]
    if compiled != [kind.value for kind in Kind]:
        raise ImportError("hicannx_sim.chip.omnibus was compiled for other kinds of registers than hicannx_sim.chip.regions lists")


_check_kinds()

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
