"""The high-speed link between FPGA and chip: 8 PHYs that come up when both ends agree.

A PHY comes up BRING_UP_TICKS after the last of these became true, and drops at once when one becomes false: enabled in the FPGA's mask (bit
n) and in the chip's (bit 7-n), FPGA end configured as initialization master and chip end as the other side, both with automatic
initialization and without a test mode, chip out of reset, PHY reference clock at its nominal frequency. Bit errors are not modelled.
Accuracy: behavioural. (facts: transport 2.9; registers/behaviour, PHYs; the time is an assumption below the 80 us that software allows)
"""

from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport free, realloc

from hicannx_sim.base.clock cimport NEVER, TICKS_PER_US
from hicannx_sim.base.state cimport ints, longs, view

cdef enum:
    BRING_UP_TICKS = 40 * TICKS_PER_US
    PHY_BITS = 0x3fffff
    MASTER = 1 << 6
    AUTO_INIT = 1 << 21
    VBIAS = 7 << 12
    TEST_MODES = 1 << 7 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 20   # manual tx valid, forced start, manual training, both loopbacks

bring_up_ticks = BRING_UP_TICKS


cdef class Link:
    """State of the 8 PHYs. The settings arrive from FPGA registers, JTAG and chip registers, each with its tick, in time order."""

    def __cinit__(self):
        cdef int phy
        self.in_reset = False
        self.ready = NEVER
        for phy in range(N_PHYS):
            self.up_at[phy] = NEVER

    def __dealloc__(self):
        free(self.changes)

    cdef void set_fpga_mask(self, uint32_t mask, int64_t tick) noexcept nogil:
        self.fpga_mask = mask & 0xff
        self.update(tick)

    cdef void set_chip_mask(self, uint32_t mask, int64_t tick) noexcept nogil:
        self.chip_mask = mask & 0xff
        self.update(tick)

    cdef void set_fpga_config(self, int phy, uint32_t word, int64_t tick) noexcept nogil:
        self.fpga_config[phy & 7] = word & PHY_BITS
        self.update(tick)

    cdef void set_chip_config(self, int jtag_register, uint32_t word, int64_t tick) noexcept nogil:
        self.chip_config[jtag_register & 7] = word & PHY_BITS
        self.update(tick)

    cdef void set_clock_good(self, bint good, int64_t tick) noexcept nogil:
        self.clock_good = good
        self.update(tick)

    cdef void set_reset(self, bint asserted, int64_t tick) noexcept nogil:
        """A chip reset clears the chip's end; the settings of the FPGA's end stay."""
        cdef int phy
        self.in_reset = asserted
        if asserted:
            self.chip_mask = 0
            self.clock_good = False
            for phy in range(N_PHYS):
                self.chip_config[phy] = 0
        self.update(tick)

    cdef bint wanted(self, int phy) noexcept nogil:
        cdef uint32_t fpga = self.fpga_config[phy], chip = self.chip_config[7 - phy]
        if self.in_reset or not self.clock_good or not self.fpga_mask >> phy & 1 or not self.chip_mask >> (7 - phy) & 1:
            return False
        if (fpga ^ chip) & MASTER != MASTER or not fpga & MASTER:
            return False
        return bool(fpga & chip & AUTO_INIT) and fpga & VBIAS and chip & VBIAS and not (fpga | chip) & TEST_MODES

    cdef void update(self, int64_t tick) noexcept nogil:
        """Follows the settings that hold from `tick` on."""
        cdef int phy
        self.collect(tick)
        self.ready = NEVER
        for phy in range(N_PHYS):
            if self.wanted(phy):
                if self.up_at[phy] == NEVER:
                    self.up_at[phy] = tick + BRING_UP_TICKS
            elif self.up_at[phy] != NEVER:
                if self.told[phy]:
                    self.note(phy, False, tick)
                self.up_at[phy] = NEVER
            if self.up_at[phy] < self.ready:
                self.ready = self.up_at[phy]

    cdef void note(self, int phy, bint up, int64_t tick) noexcept nogil:
        cdef LinkChange* grown
        if self.n_changes == self.changes_capacity:
            grown = <LinkChange*> realloc(self.changes, (self.changes_capacity * 2 + 16) * sizeof(LinkChange))
            if grown == NULL:
                return
            self.changes = grown
            self.changes_capacity = self.changes_capacity * 2 + 16
        self.changes[self.n_changes].tick = tick
        self.changes[self.n_changes].phy = phy
        self.changes[self.n_changes].up = up
        self.n_changes += 1
        self.told[phy] = up

    cdef void collect(self, int64_t tick) noexcept nogil:
        """Everything up to and including `tick` is in `changes` afterwards."""
        cdef int phy
        for phy in range(N_PHYS):
            if self.up_at[phy] <= tick and not self.told[phy]:
                self.note(phy, True, self.up_at[phy])

    cdef void clear_changes(self) noexcept nogil:
        self.n_changes = 0

    cdef bint is_up(self, int phy, int64_t tick) noexcept nogil:
        return self.up_at[phy] <= tick

    cdef int n_up(self, int64_t tick) noexcept nogil:
        cdef int phy, n = 0
        for phy in range(N_PHYS):
            n += self.up_at[phy] <= tick
        return n

    def up(self, int64_t tick):
        """Which PHYs are up at `tick`: tuple of 8 bool, counted as the FPGA does."""
        return tuple(self.up_at[phy] <= tick for phy in range(N_PHYS))

    def arrays(self):
        """Settings of both ends, the PHYs, and changes that were not reported yet."""
        return {
            "fpga_mask": view(&self.fpga_mask, sizeof(self.fpga_mask), "u4"), "chip_mask": view(&self.chip_mask, sizeof(self.chip_mask), "u4"),
            "fpga_config": view(self.fpga_config, sizeof(self.fpga_config), "u4"),
            "chip_config": view(self.chip_config, sizeof(self.chip_config), "u4"), "in_reset": ints(&self.in_reset, sizeof(self.in_reset)),
            "clock_good": ints(&self.clock_good, sizeof(self.clock_good)), "up_at": longs(self.up_at, sizeof(self.up_at)),
            "told": view(self.told, sizeof(self.told), "u1"), "ready": longs(&self.ready, sizeof(self.ready)),
            "changes": view(self.changes, self.n_changes * sizeof(LinkChange), "u1"),
        }

    def resize_arrays(self, sizes):
        """Room for changes of so many bytes."""
        self.clear_changes()
        while self.n_changes < <Py_ssize_t>(sizes["changes"] // sizeof(LinkChange)):
            self.note(0, False, 0)
