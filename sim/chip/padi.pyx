"""PADI buses: events from the crossbar or from the PADI event register (facts: registers/behaviour, events; behavioural).

An event is an 11-bit word, row select address [10:6] and synapse address [5:0], as in the lower bits of a spike label. enable_spl1 of a bus
chooses its source: the crossbar or the event register, never both. dacen_pulse_extension lengthens the pulses of all drivers on the bus:
charge 1 is the length without extension, each step adds one (facts: analog model 5, derived).
"""

from hicannx_sim.base.state cimport ints, longs, view

from haldls import CommonPADIBusConfig, PADIEvent
from hicannx_sim.chip.omnibus import written_field
from hicannx_sim.base.numbers import number


cdef class PADIBuses:
    def __init__(self, SynapseDrivers drivers):
        self.layout, self.drivers = CommonPADIBusConfig.layout("Omnibus"), drivers
        if self.layout.n_slots > 16:
            raise ValueError("CommonPADIBusConfig has more fields than the model expects")
        self.reset()

    cdef void reset(self) noexcept nogil:
        cdef uint32_t zero = 0
        self.configure(0, &zero)
        self.configure(1, &zero)

    cdef void configure(self, int hemisphere, const uint32_t* word) noexcept nogil:
        cdef int64_t slots[16]
        cdef int i
        self.layout.decode(word, slots)
        for i in range(4):
            self.spl1[4 * hemisphere + i] = slots[SPL1 + i] != 0
            self.charge[4 * hemisphere + i] = PULSE_BASE + slots[EXTENSION + i]
            self.period[4 * hemisphere + i] = EXTENDED_PERIOD if slots[EXTENDED + i] else PERIOD

    def relative_charge(self, int bus):
        """Pulse length on a bus 0..7 in units of the unextended pulse."""
        return self.charge[bus]

    cdef bint accepts_spl1(self, int bus) noexcept nogil:
        """Whether an event from the crossbar passes; counts it."""
        if self.spl1[bus]:
            self.n_spl1 += 1
        else:
            self.n_blocked += 1
        return self.spl1[bus]

    cdef int trigger(self, int hemisphere, uint32_t word, uint32_t* event) noexcept nogil:
        """A write to the event register: the buses of the hemisphere (bit mask) that fire, and the event."""
        cdef int bus, fired = 0
        event[0] = (word >> SELECT_SHIFT & SELECT_MASK) << 6 | (word >> ADDRESS_SHIFT & ADDRESS_MASK)
        for bus in range(4):
            if word >> FIRE_SHIFT[bus] & 1:
                if self.spl1[4 * hemisphere + bus]:
                    self.n_write_lost += 1
                else:
                    self.n_written += 1
                    fired |= 1 << bus
        return fired

    cdef void deliver(self, AnalogCore core, int bus, uint32_t event, int64_t tick) noexcept nogil:
        self.drivers.pulse(core, bus, event >> 6 & 31, event & 63, self.charge[bus], tick)

    def arrays(self):
        """Decoded registers and counters."""
        return {
            "spl1": ints(self.spl1, sizeof(self.spl1)), "charge": view(self.charge, sizeof(self.charge), "f8"),
            "period": longs(self.period, sizeof(self.period)), "n_spl1": longs(&self.n_spl1, sizeof(self.n_spl1)),
            "n_blocked": longs(&self.n_blocked, sizeof(self.n_blocked)), "n_written": longs(&self.n_written, sizeof(self.n_written)),
            "n_write_lost": longs(&self.n_write_lost, sizeof(self.n_write_lost)),
        }


cdef double PULSE_BASE = number("pulse_base")
cdef int64_t PERIOD = number("padi_period")
cdef int64_t EXTENDED_PERIOD = number("extended_padi_period")
cdef int SPL1 = CommonPADIBusConfig.layout("Omnibus").slot("enable_spl1")
cdef int EXTENSION = CommonPADIBusConfig.layout("Omnibus").slot("dacen_pulse_extension")
cdef int EXTENDED = CommonPADIBusConfig.layout("Omnibus").slot("enable_extended_timing")
cdef int ADDRESS_SHIFT, ADDRESS_MASK, SELECT_SHIFT, SELECT_MASK
cdef int[4] FIRE_SHIFT
ADDRESS_SHIFT, ADDRESS_MASK = written_field(PADIEvent, "event_address")
SELECT_SHIFT, SELECT_MASK = written_field(PADIEvent, "row_select_address")
for _bus in range(4):
    FIRE_SHIFT[_bus] = written_field(PADIEvent, "fire_bus", _bus)[0]
