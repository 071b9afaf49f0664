"""PADI buses: events from the crossbar or from the PADI event register (facts: registers/behaviour, events; behavioural).

An event is an 11-bit word, row select address [10:6] and synapse address [5:0], as in the lower bits of a spike label. enable_spl1 of a bus
chooses its source: the crossbar or the event register, never both. dacen_pulse_extension lengthens the pulses of all drivers on the bus:
charge 1 is the length without extension, each step adds one (facts: analog model 5, derived).
"""

from hicannx_sim.chip.queue cimport AT_PADI

from haldls import CommonPADIBusConfig, PADIEvent
from hicannx_sim.chip.omnibus import written_field
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields


cdef class PADIBuses:
    def __init__(self, SynapseDrivers drivers not None, Crossbar crossbar not None, EventQueue queue not None):
        self.layout = CommonPADIBusConfig.layout("Omnibus")
        self.drivers, self.crossbar, self.queue = drivers, crossbar, queue
        if self.layout.n_slots > 16:
            raise ValueError("CommonPADIBusConfig has more fields than the model expects")
        self.reset()

    cdef void reset(self) noexcept nogil:
        cdef int hemisphere
        for hemisphere in range(2):
            self.s.words[hemisphere] = 0
            self.configure(hemisphere, &self.s.words[hemisphere])

    cdef attach(self, Omnibus bus):
        bus.keep("CommonPADIBusConfig", self.s.words, sizeof(self.s.words), <void*> self, _configure)
        bus.serve("PADIEvent", <void*> self, _trigger, NULL)

    cdef void configure(self, int hemisphere, const uint32_t* word) noexcept nogil:
        """Follows the register of a hemisphere; at the crossbar only buses that listen take time."""
        cdef int64_t slots[16]
        cdef int i, bus
        self.layout.decode(word, slots)
        for i in range(4):
            bus = 4 * hemisphere + i
            self.s.spl1[bus] = slots[SPL1 + i] != 0
            self.s.charge[bus] = PULSE_BASE + slots[EXTENSION + i]
            self.s.period[bus] = EXTENDED_PERIOD if slots[EXTENDED + i] else PERIOD
            self.crossbar.set_period(bus, self.s.period[bus] if self.s.spl1[bus] else 0)

    def relative_charge(self, int bus):
        """Pulse length on a bus 0..7 in units of the unextended pulse."""
        return self.s.charge[bus]

    cdef bint accepts_spl1(self, int bus) noexcept nogil:
        """Whether an event from the crossbar passes; counts it."""
        if self.s.spl1[bus]:
            self.s.n_spl1[bus] += 1
        else:
            self.s.n_blocked[bus] += 1
        return self.s.spl1[bus]

    cdef void trigger(self, int hemisphere, uint32_t word, int64_t tick) noexcept nogil:
        """A write to the event register: an event on each bus of the hemisphere that it names and that listens to the register."""
        cdef uint32_t event = (word >> SELECT_SHIFT & SELECT_MASK) << 6 | (word >> ADDRESS_SHIFT & ADDRESS_MASK)
        cdef int bus
        for bus in range(4):
            if not word >> FIRE_SHIFT[bus] & 1:
                continue
            if self.s.spl1[4 * hemisphere + bus]:
                self.s.n_write_lost[4 * hemisphere + bus] += 1
            else:
                self.s.n_written[4 * hemisphere + bus] += 1
                self.queue.push(tick + WRITE_TO_PULSE, AT_PADI, 4 * hemisphere + bus, event)

    cdef void deliver(self, AnalogCore core, int bus, uint32_t event, int64_t tick) noexcept nogil:
        self.drivers.pulse(core, bus, event >> 6 & 31, event & 63, self.s.charge[bus], tick)

    def arrays(self):
        """Registers, as written and decoded, and counters."""
        return fields(<PADIState[:1]> &self.s)


cdef void _configure(void* block, uint32_t hemisphere, const uint32_t* words, int64_t tick) noexcept nogil:
    (<PADIBuses> block).configure(hemisphere, words)


cdef void _trigger(void* block, uint32_t hemisphere, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<PADIBuses> block).trigger(hemisphere, data & mask, tick)


cdef int64_t WRITE_TO_PULSE = number("padi_write_to_pulse")
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
