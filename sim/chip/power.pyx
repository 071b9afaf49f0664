"""What the chip's supplies and its reset line do to it (assumed from what the supplies are called; behavioural).

vdd25_digital or vdd12_digital off: as in reset for as long, and everything forgotten; the JTAG port does not answer, the link is down.
vdd12_pll off: no clock from the PLL, so the link goes down; it comes up again by itself. vdd25_analog or vdd12_analog off: neurons do not
fire, converters see nothing; the analog memory gets its values back from its registers. vdd12_madc off: the fast converter is off and cannot
be woken up. A supply is on or off: what lies between, and the time it takes, is not modelled.
"""

from hicannx_sim.base.state import fields

cdef enum:
    # bits of `rails`, in the order of VDDOnBoard
    DIGITAL = 1 << 0 | 1 << 1
    ANALOG = 1 << 2 | 1 << 3
    FAST_CONVERTER = 1 << 4
    PLL = 1 << 5
    ALL = 0x3f


cdef class Power:
    """Supplies and reset of the chip behind `port` and `tap`."""

    def __init__(self, Port port not None, TAP tap not None):
        self.port, self.tap, self.s.rails = port, tap, ALL

    cdef void supply(self, int rails, int64_t tick) noexcept nogil:
        """From `tick` on these supplies are on."""
        cdef int changed = rails ^ self.s.rails
        self.s.rails = rails
        if changed & DIGITAL:
            self.hold(self.s.reset_line or rails & DIGITAL != DIGITAL, tick)
        self.port.chip.advance(tick)
        if changed & PLL:
            self.port.power_clocks(rails & PLL, tick)
        if changed & ANALOG:
            self.port.chip.fabric.backends.supply(rails & ANALOG == ANALOG)
            self.port.chip.fabric.cadc.s.powered = rails & ANALOG == ANALOG
            if rails & ANALOG == ANALOG:
                self.port.chip.fabric.analog.settle()
        if changed & (ANALOG | FAST_CONVERTER):
            self.port.chip.fabric.madc.supply(rails & FAST_CONVERTER, rails & ANALOG == ANALOG)

    cdef void reset(self, bint asserted, int64_t tick) noexcept nogil:
        """The reset line."""
        self.s.reset_line = asserted
        self.hold(asserted or self.s.rails & DIGITAL != DIGITAL, tick)

    cdef void hold(self, bint asserted, int64_t tick) noexcept nogil:
        """The chip is in reset, or no longer."""
        self.s.held = asserted
        self.port.reset(asserted, tick)
        self.tap.set_reset(asserted)

    @property
    def rails(self):
        """Bit n: supply n is on, in the order of VDDOnBoard."""
        return self.s.rails

    @property
    def held(self):
        """Whether the chip is in reset, by the line or for want of power."""
        return bool(self.s.held)

    def arrays(self):
        """Supplies and reset."""
        return fields(<PowerState[:1]> &self.s)
