"""Synapse drivers: which rows an event on a PADI bus reaches (facts: analog model 5; behavioural).

Driver d of a hemisphere sits on bus d % 4 with index d // 4 and serves rows 2 d (bottom) and 2 d + 1 (top). It responds to an event if
(row select address XOR index) & row_address_compare_mask is 0 and its receiver is on. Without enable_address_out the lower five address
bits are sent as 0. Plasticity and hagen modulation shorten the pulse (`hicannx_sim.chip.pulse_length`), not what the bus adds to it. Drivers
differ in strength: a fixed factor on all that they send.
"""

from libc.string cimport memset

import numpy as np

from haldls import SynapseDriverConfig
from hicannx_sim.base.mismatch import factor
from hicannx_sim.base.state import fields


cdef class SynapseDrivers:
    def __init__(self, chip, CorrelationSensors sensors not None):
        self.lengths, self.sensors = PulseLengths(chip), sensors
        self.layout = SynapseDriverConfig.layout("Omnibus")
        if self.layout.n_slots > 32:
            raise ValueError("SynapseDriverConfig has more fields than the model expects")
        strengths = factor(chip, "driver_strength", np.arange(256))
        for driver in range(256):
            self.strength[<int>driver] = strengths[driver]
        self._decode_all()

    cdef void reset(self) noexcept nogil:
        memset(self.s.words, 0, sizeof(self.s.words))
        self.lengths.reset()
        self._decode_all()

    cdef attach(self, Omnibus bus):
        bus.keep("SynapseDriverConfig", &self.s.words[0][0], sizeof(self.s.words), <void*> self, _written)
        self.lengths.attach(bus)

    cdef void _decode_all(self) noexcept nogil:
        """Any word may have changed."""
        memset(self.dirty, 1, sizeof(self.dirty))
        memset(self.stale, 1, sizeof(self.stale))

    cdef void touch(self, int driver) noexcept nogil:
        """A word of a driver (SynapseDriverOnDLS enum) was written."""
        self.dirty[driver] = True
        self.stale[driver >> 7 << 2 | driver & 3] = True

    cdef void pulse(self, AnalogCore core, int bus, int row_select, int address, double charge, int64_t tick) noexcept nogil:
        """An event on bus 0..7 (4 * hemisphere + bus of the hemisphere): pulses on all rows of all drivers that respond."""
        cdef uint32_t left
        cdef int driver, index = 0, side
        cdef double sent
        cdef bint stores
        if self.stale[bus]:
            self._refresh(bus)
        self.s.selected[bus] |= <uint32_t>1 << row_select
        left = self.responders[bus][row_select]
        if left == 0:
            self.s.n_unmatched[bus] += 1
            return
        stores = self.sensors.stores(bus >> 2)
        while left:
            if left & 1:
                driver = (bus >> 2) * 128 + 4 * index + (bus & 3)
                sent = charge
                if self.modulated[driver]:
                    sent += self.lengths.length(core, driver, address, tick) - 1.0
                    self.s.n_modulated += 1
                sent *= self.strength[driver]
                for side in range(2):
                    if self.mode[driver][side]:
                        core.row_pulse(tick, 2 * driver + side, address & self.address_mask[driver], sent, self.mode[driver][side])
                        if stores:
                            self.sensors.pre(2 * driver + side, address & self.address_mask[driver], tick)
                        self.s.addressed[2 * driver + side] |= <uint64_t>1 << (address & self.address_mask[driver])
                        self.s.n_pulses += 1
            left >>= 1
            index += 1

    def reach(self, int bus, int row_select, int address):
        """[(row 0..511, address sent, mode)] that an event on a bus 0..7 pulses; mode bit 0 excitatory, bit 1 inhibitory."""
        if not (0 <= bus < BUSES and 0 <= row_select < 32 and 0 <= address < 64):
            raise ValueError(f"no event: bus {bus}, row select address {row_select}, address {address}")
        self._refresh(bus)
        drivers = [(bus >> 2) * 128 + 4 * index + (bus & 3) for index in range(32) if self.responders[bus][row_select] >> index & 1]
        return [(2 * driver + side, address & self.address_mask[<int>driver], self.mode[<int>driver][<int>side])
                for driver in drivers for side in range(2) if self.mode[<int>driver][<int>side]]

    def length(self, AnalogCore core, int driver, int address, int64_t tick):
        """Relative length of the pulse that an event on driver 0..255 would make, as if it happened: plasticity moves on."""
        self._refresh(driver >> 7 << 2 | driver & 3)
        return self.lengths.length(core, driver, address, tick)

    cdef void _refresh(self, int bus) noexcept nogil:
        cdef int64_t slots[32]
        cdef int index, driver, select
        memset(self.responders[bus], 0, sizeof(self.responders[bus]))
        for index in range(32):
            driver = (bus >> 2) * 128 + 4 * index + (bus & 3)
            if self.dirty[driver]:
                self.layout.decode(self.s.words[driver], slots)
                self.receives[driver] = slots[RECEIVER] != 0
                self.compare_mask[driver] = <uint8_t>slots[COMPARE_MASK]
                self.address_mask[driver] = 0x3f if slots[ADDRESS_OUT] else 0x20
                self.mode[driver][0], self.mode[driver][1] = <uint8_t>slots[MODE_BOTTOM], <uint8_t>slots[MODE_TOP]
                self.lengths.configure(driver, slots)
                self.modulated[driver] = self.lengths.drivers[driver].kind != 0
                self.dirty[driver] = False
            if self.receives[driver]:
                for select in range(32):
                    if (select ^ index) & self.compare_mask[driver] == 0:
                        self.responders[bus][select] |= <uint32_t>1 << index
        self.stale[bus] = False

    def arrays(self):
        """Registers and counters; the plasticity's voltages stand in `lengths`."""
        return fields(<DriverState[:1]> &self.s)

    def restored(self):
        """The words may have changed."""
        self._decode_all()


cdef void _written(void* block, uint32_t driver, const uint32_t* words, int64_t tick) noexcept nogil:
    (<SynapseDrivers> block).touch(driver)


cdef int RECEIVER = SynapseDriverConfig.layout("Omnibus").slot("enable_receiver")
cdef int COMPARE_MASK = SynapseDriverConfig.layout("Omnibus").slot("row_address_compare_mask")
cdef int ADDRESS_OUT = SynapseDriverConfig.layout("Omnibus").slot("enable_address_out")
cdef int MODE_BOTTOM = SynapseDriverConfig.layout("Omnibus").slot("row_mode_bottom")
cdef int MODE_TOP = SynapseDriverConfig.layout("Omnibus").slot("row_mode_top")
