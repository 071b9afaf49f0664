"""Where omnibus accesses from outside enter the chip: link and clock registers are served here, all others by the chip itself.

What they hold is copied into the chip's plain words, where the PPUs see it. A PPU that writes them changes neither link nor clocks.
"""

from libc.stdint cimport int64_t, uint32_t

from hicannx_sim.chip.chip cimport Chip
from hicannx_sim.chip.link cimport Link
from hicannx_sim.chip.omnibus cimport SERVED, UNDEFINED
from hicannx_sim.chip.watch cimport READ, WRITE

from haldls import CommonPhyConfigChip
from hicannx_sim.chip import pll as _pll

cdef uint32_t PHY_ENABLE = CommonPhyConfigChip.write_addresses()[0, 0]
cdef uint32_t PLL_BASE = _pll.OMNIBUS_BASE
cdef uint32_t PLL_REGISTERS = _pll.N_REGISTERS
cdef uint32_t TEST_STATUS = _pll.OMNIBUS_BASE + _pll.SELF_TEST_STATUS

NOMINAL_PHY_CLOCK = 500e6   # Hz, of the default words
CLOCK_TOLERANCE = 0.01      # assumption: what the link's receivers follow


cdef class Port:
    """One chip with its link and its clocks, seen from the omnibus: 32-bit word addresses without bit 31, time in ticks of 2 ns."""

    def __init__(self, Chip chip not None, Link link not None, pll not None):
        self.chip = chip
        self.link = link
        self.pll = pll
        self.follow_clocks(0)

    cdef bint serves(self, uint32_t address) noexcept nogil:
        """It is a register of link or clocks."""
        return address == PHY_ENABLE or address - PLL_BASE < PLL_REGISTERS

    cdef void write(self, uint32_t address, uint32_t data, int byte_enables, int64_t tick) noexcept nogil:
        if self.serves(address):
            self.clock_write(address, data, tick)
        else:
            self.chip.write(address, data, byte_enables, tick)

    cdef uint32_t read(self, uint32_t address, int64_t tick) noexcept nogil:
        if self.serves(address):
            return self.clock_read(address, tick)
        return self.chip.read(address, tick)

    cdef void clock_write(self, uint32_t address, uint32_t data, int64_t tick) noexcept nogil:
        if self.chip.fabric.watch.accesses_on:
            self.chip.fabric.watch.by_host(tick, WRITE, address, data, 15, UNDEFINED if address == TEST_STATUS else SERVED)
        if address == PHY_ENABLE:
            self.link.set_chip_mask(data, tick)
            self.chip.omnibus.poke(PHY_ENABLE, self.link.s.chip_mask)
        elif address == TEST_STATUS:
            self.chip.faults.access(address, False, UNDEFINED)  # can only be read
        else:
            self.pll_write(address - PLL_BASE, data, tick)

    cdef uint32_t clock_read(self, uint32_t address, int64_t tick) noexcept nogil:
        cdef uint32_t word = self.link.s.chip_mask if address == PHY_ENABLE else self.pll_read(address - PLL_BASE, tick)
        if self.chip.fabric.watch.accesses_on:
            self.chip.fabric.watch.by_host(tick, READ, address, word, 15, SERVED)
        return word

    cdef void pll_write(self, uint32_t register, uint32_t word, int64_t tick) noexcept nogil:
        """A register of the PLL (modulo their number), over the omnibus or JTAG. The clocks of link and MADC follow.

        An MADC without clock keeps its last one, and the chip's other clocks always run at their nominal frequency: not modelled.
        """
        self.chip.advance(tick)
        with gil:
            register %= PLL_REGISTERS
            self.pll.write(register, word, tick)
            self.follow_clocks(tick)
        self.chip.omnibus.poke(PLL_BASE + register, word)

    cdef void power_clocks(self, bint powered, int64_t tick) noexcept nogil:
        """The PLL's supply."""
        with gil:
            self.pll.powered = powered
            self.follow_clocks(tick)

    cdef void follow_clocks(self, int64_t tick):
        """Link and MADC run with the clocks that the PLL gives now."""
        clock = self.pll.frequency(_pll.PHY_REFERENCE_CLOCK)
        self.link.set_clock_good(abs(clock / NOMINAL_PHY_CLOCK - 1) <= CLOCK_TOLERANCE, tick)
        clock = self.pll.frequency(_pll.MADC_CLOCK)
        if clock:
            self.chip.fabric.madc.set_clock(clock)

    cdef uint32_t pll_read(self, uint32_t register, int64_t tick) noexcept nogil:
        with gil:
            return self.pll.read(register % PLL_REGISTERS, tick)

    cdef void reset(self, bint asserted, int64_t tick) noexcept nogil:
        """The reset line: asserting it clears the chip and its end of the link, and sets its clocks to what they are after a reset."""
        with gil:
            if asserted:
                self.chip.reset(tick)
                self.pll.reset()
            self.link.set_reset(asserted, tick)
            self.follow_clocks(tick)
