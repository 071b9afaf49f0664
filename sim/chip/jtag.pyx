"""The chip's JTAG test access port: identification, PLL and PHY registers, and the way to the omnibus that needs no link.

Accuracy: behavioural. Exact as far as software relies on it: instruction codes, register lengths, LSB-first scans, capture of IDCODE and
BYPASS. Assumptions: PHY registers, the PLL target and the request register capture 0; SHIFT_PLL captures the selected register; an unknown
instruction selects BYPASS, and so do EXTEST and SAMPLE_PRELOAD, whose boundary scan chain is not modelled.
(facts: transport 1.2, 2.9; registers/containers)
"""

from libc.stdint cimport int64_t, uint32_t, uint64_t

from fisch._ut cimport (
    JTAG_BYPASS, JTAG_IDCODE, JTAG_OMNIBUS_ADDRESS, JTAG_OMNIBUS_DATA, JTAG_OMNIBUS_REQUEST, JTAG_PLL_TARGET_REG, JTAG_SHIFT_PLL,
)
from hicannx_sim.chip.port cimport Port
from hicannx_sim.base.state cimport ints, longs, view

cdef enum:
    IDCODE = 0x348580af     # version 3, part 0x4858 "HX", manufacturer 0x057, marker bit
    IS_PHY_MASK = 0x47      # PHY n: 1nnn100
    IS_PHY = 0x44
    PHY_LENGTH = 22
    MAX_BITS = 33           # of a scan, and of a data register

cdef uint64_t READ_FLAG = <uint64_t> 1 << 32


cdef inline uint64_t low_bits(int n) noexcept nogil:
    return (<uint64_t> 1 << n) - 1


cdef class TAP:
    """One test access port; `port` is where its omnibus accesses go."""

    def __init__(self, Port port not None):
        self.port = port
        self.reset()

    cdef void reset(self) noexcept nogil:
        """Test-logic-reset: selects IDCODE. The data registers keep their contents."""
        self.instruction = JTAG_IDCODE

    cdef void set_reset(self, bint asserted) noexcept nogil:
        """The chip's reset line: clears everything and holds the port while asserted."""
        self.in_reset = asserted
        self.pll_target = 0
        self.address = 0
        self.data = 0
        self.reset()

    cdef void select(self, int instruction) noexcept nogil:
        if not self.in_reset:
            self.instruction = instruction & 0x7f

    cdef int length(self) noexcept nogil:
        """Bits of the selected data register."""
        if self.instruction == JTAG_IDCODE or self.instruction == JTAG_SHIFT_PLL or self.instruction == JTAG_OMNIBUS_DATA:
            return 32
        if self.instruction == JTAG_OMNIBUS_ADDRESS:
            return 33
        if self.instruction == JTAG_PLL_TARGET_REG:
            return 4
        if self.instruction == JTAG_OMNIBUS_REQUEST:
            return 3
        if self.instruction & IS_PHY_MASK == IS_PHY:
            return PHY_LENGTH
        if self.instruction != JTAG_BYPASS:
            self.n_unknown += 1
        return 1

    cdef uint64_t capture(self, int64_t tick) noexcept nogil:
        if self.instruction == JTAG_IDCODE:
            return IDCODE
        if self.instruction == JTAG_SHIFT_PLL:
            return self.port.pll_read(self.pll_target & 7, tick)
        if self.instruction == JTAG_OMNIBUS_ADDRESS:
            return self.address
        if self.instruction == JTAG_OMNIBUS_DATA:
            return self.data
        return 0

    cdef void update(self, uint64_t value, int64_t tick) noexcept nogil:
        if self.instruction == JTAG_SHIFT_PLL:
            self.port.pll_write(self.pll_target & 7, <uint32_t> value, tick)
        elif self.instruction == JTAG_OMNIBUS_ADDRESS:
            self.address = value
        elif self.instruction == JTAG_OMNIBUS_DATA:
            self.data = <uint32_t> value
        elif self.instruction == JTAG_PLL_TARGET_REG:
            self.pll_target = <uint32_t> value
        elif self.instruction == JTAG_OMNIBUS_REQUEST:
            self.request(tick)
        elif self.instruction & IS_PHY_MASK == IS_PHY:
            self.port.link.set_chip_config(self.instruction >> 3 & 7, <uint32_t> value, tick)

    cdef void request(self, int64_t tick) noexcept nogil:
        """Performs the prepared omnibus access; what it reads is captured by the next scan of the data register."""
        if self.address & READ_FLAG:
            self.data = self.port.read(<uint32_t> self.address, tick)
        else:
            self.port.write(<uint32_t> self.address, self.data, 0xf, tick)

    cdef uint64_t scan(self, uint64_t bits, int n, int64_t tick) noexcept nogil:
        """Shifts n = 1..33 bits through the selected data register, lowest first; returns the n bits that came out. More count as 33."""
        cdef int length
        cdef uint64_t captured, shifted, out
        if self.in_reset or n < 1:
            return 0
        n = min(n, <int> MAX_BITS)
        bits &= low_bits(n)
        length = self.length()
        captured = self.capture(tick) & low_bits(length)
        if n < length:
            out = captured & low_bits(n)
            shifted = captured >> n | bits << (length - n)
        else:
            out = (captured | bits << length) & low_bits(n)
            shifted = bits >> (n - length)
        self.update(shifted, tick)
        return out

    def arrays(self):
        """Instruction and data registers."""
        return {
            "instruction": ints(&self.instruction, sizeof(self.instruction)), "in_reset": ints(&self.in_reset, sizeof(self.in_reset)),
            "pll_target": view(&self.pll_target, sizeof(self.pll_target), "u4"), "address": view(&self.address, sizeof(self.address), "u8"),
            "data": view(&self.data, sizeof(self.data), "u4"), "n_unknown": longs(&self.n_unknown, sizeof(self.n_unknown)),
        }
