"""How long a synapse driver's pulse lasts, relative to one without plasticity (facts: analog model 5.1, 5.2; behavioural).

With enable_stp a comparator ends the pulse when a ramp has met a voltage. The ramp's reach grows with stp_i_ramp, so

    length = 1 - (voltage - start + trims + pattern) / (reach per code * stp_i_ramp)        within 0 .. 1

With hagen modulation all pulses are longer by a factor, and the voltage is that of a DAC, one step per unit that the lower five address bits exceed 1: 1 is the longest pulse, 31 the
shortest; stp_i_calib scales the driver's offset, hagen_ibias_dac the step, hagen_dac_offset moves it. Without, it is that of the plasticity: an
event first moves it by a part, which utilization sets, towards v_charge of the selected pair, and the pulse follows from the result.
In between it relaxes to v_recover, with the recovery clock and enable_recovery at 4 us * 2^speed * (1 + recovery) / 8, else by leakage.
Charge sharing and renewing do not work on the chip and are not modelled. Numbers in `hicannx_sim.base.numbers`.
"""

from libc.string cimport memset

import numpy as np

from hicannx_sim.base.capmem cimport CAPMEM_CELLS
from hicannx_sim.base.clock cimport TICK_NS

from halco import CapMemCellOnCapMemBlock, CapMemCellOnDLS
from haldls import CommonSTPConfig, SynapseDriverConfig
from hicannx_sim.base.mismatch import deviation, factor
from hicannx_sim.base.numbers import number
from hicannx_sim.base.state import fields

cdef extern from "sim/anncore/kernel/arithmetic.h":
    double exponential(double x) noexcept nogil

cdef enum:
    OFFSET_MIDDLE = 7


cdef class PulseLengths:
    def __init__(self, chip):
        self.common_layout = CommonSTPConfig.layout("Omnibus")
        if self.common_layout.n_slots > 16:
            raise ValueError("CommonSTPConfig has more fields than the model expects")
        shifts, ramps = deviation(chip, "driver_ramp", np.arange(256)), factor(chip, "driver_ramp_current", np.arange(4))
        for driver in range(256):
            self.shift[<int>driver] = shifts[driver]
        for block in range(4):
            self.ramp_factor[<int>block] = ramps[block]

    cdef void reset(self) noexcept nogil:
        """All words are 0; the plasticity's voltages are at ground (assumed)."""
        memset(self.drivers, 0, sizeof(self.drivers))
        memset(&self.s, 0, sizeof(self.s))
        self.clock_us[0] = self.clock_us[1] = 0.0

    cdef attach(self, Omnibus bus):
        bus.keep("CommonSTPConfig", self.s.words, sizeof(self.s.words), <void*> self, _written)

    cdef void configure(self, int driver, const int64_t* slots) noexcept nogil:
        """The words of a driver, decoded, have changed."""
        cdef Driver* d = &self.drivers[driver]
        d.kind = 0 if not slots[ENABLE_STP] else HAGEN if slots[ENABLE_HAGEN] else STP
        d.has_dac = slots[ENABLE_DAC] != 0
        d.offset, d.dac_offset = <int16_t>(slots[OFFSET] - OFFSET_MIDDLE), <int16_t>slots[DAC_OFFSET]
        d.pair = <uint8_t>slots[PAIR]
        d.use = USE + USE_STEP * slots[UTILIZATION]
        d.recovery_us = 1.0 + slots[RECOVERY] if slots[ENABLE_RECOVERY] else 0.0
        d.shift = self.shift[driver]

    cdef double length(self, AnalogCore core, int driver, int address, int64_t tick) noexcept nogil:
        """Length of the pulse of an event with a 6-bit address at a tick; moves the plasticity's voltage."""
        cdef Driver* d = &self.drivers[driver]
        cdef int block = driver >> 7 << 1 | driver & 1
        cdef const unsigned short* cells = core.cells + block * CAPMEM_CELLS
        cdef double volts, reach
        if d.kind == 0:
            return 1.0
        if d.kind == HAGEN:
            volts = 0.0
            if d.has_dac:
                volts = DAC_STEP * ((address & 31) - 1) * core.cells[DAC_BIAS[driver >> 7]] + DAC_TRIM * (d.dac_offset - DAC_MIDDLE)
        else:
            volts = self._plasticity(core, driver, cells, tick) - START
        reach = REACH * cells[I_RAMP] * self.ramp_factor[block]
        volts += TRIM * d.offset * cells[I_CALIB] + d.shift
        if cells[I_COMPARATOR] < BIAS_FLOOR:
            return 1.0
        return (HAGEN_FULL if d.kind == HAGEN else 1.0) * (min(max(1.0 - volts / reach, 0.0), 1.0) if reach > 0.0 else <double>(volts <= 0.0))

    cdef double _plasticity(self, AnalogCore core, int driver, const unsigned short* cells, int64_t tick) noexcept nogil:
        """The plasticity's voltage, with the event that comes now."""
        cdef Driver* d = &self.drivers[driver]
        cdef double recover = VOLTS_ZERO + VOLTS_PER_CODE * cells[V_RECOVER[d.pair]]
        cdef double charge = VOLTS_ZERO + VOLTS_PER_CODE * cells[V_CHARGE[d.pair]], tau = LEAKAGE_US, past
        if d.recovery_us > 0.0 and self.clock_us[driver >> 7] > 0.0:
            tau = d.recovery_us * self.clock_us[driver >> 7]
        past = (tick - self.s.since[driver]) * TICK_US / tau
        if past > 0.0:
            self.s.potential[driver] = recover + (self.s.potential[driver] - recover) * exponential(-past) if past < 40.0 else recover
            self.s.since[driver] = tick
        self.s.potential[driver] += d.use * (charge - self.s.potential[driver])
        return self.s.potential[driver]

    cdef void set_clock(self, int hemisphere) noexcept nogil:
        """The hemisphere's register was written."""
        cdef int64_t slots[16]
        self.common_layout.decode(&self.s.words[hemisphere], slots)
        self.clock_us[hemisphere] = CLOCK_US * (1 << slots[SPEED]) if slots[ENABLE_CLOCK] else 0.0

    def potentials(self):
        """Voltage [V] of the plasticity of each driver right after its latest event."""
        return np.array([self.s.potential[driver] for driver in range(256)])

    def arrays(self):
        """Registers, and the plasticity's voltages."""
        return fields(<PulseLengthState[:1]> &self.s)

    def restored(self):
        """What follows from the registers; those of the drivers are decoded by their owner."""
        self.set_clock(0)
        self.set_clock(1)


cdef void _written(void* block, uint32_t hemisphere, const uint32_t* words, int64_t tick) noexcept nogil:
    (<PulseLengths> block).set_clock(hemisphere)


cdef double TICK_US = 1e-3 * TICK_NS
cdef double START = number("stp_ramp_start"), REACH = number("stp_ramp_reach"), TRIM = number("stp_offset_step")
cdef double DAC_STEP = number("hagen_dac_step"), DAC_TRIM = number("hagen_dac_offset_step"), DAC_MIDDLE = number("hagen_dac_offset_middle")
cdef double HAGEN_FULL = number("hagen_pulse")
cdef double VOLTS_ZERO = number("capmem_voltage_offset"), VOLTS_PER_CODE = number("capmem_voltage_per_code")
cdef double USE = number("stp_use"), USE_STEP = number("stp_use_step")
cdef double CLOCK_US = number("stp_recovery_clock"), LEAKAGE_US = number("stp_leakage")
cdef int BIAS_FLOOR = int(number("stp_bias_floor"))
_slot = SynapseDriverConfig.layout("Omnibus").slot
cdef int ENABLE_STP = _slot("enable_stp"), ENABLE_HAGEN = _slot("enable_hagen_modulation"), ENABLE_DAC = _slot("enable_hagen_dac")
cdef int OFFSET = _slot("offset"), DAC_OFFSET = _slot("hagen_dac_offset"), PAIR = _slot("select_target_voltages")
cdef int UTILIZATION = _slot("utilization"), RECOVERY = _slot("recovery"), ENABLE_RECOVERY = _slot("enable_recovery")
cdef int ENABLE_CLOCK = CommonSTPConfig.layout("Omnibus").slot("enable_recovery_clock")
cdef int SPEED = CommonSTPConfig.layout("Omnibus").slot("recovery_clock_speed")


cdef int _cell(name):
    return int(getattr(CapMemCellOnCapMemBlock, name).toEnum())


cdef int I_RAMP = _cell("stp_i_ramp"), I_CALIB = _cell("stp_i_calib"), I_COMPARATOR = _cell("stp_i_bias_comparator")
cdef int[2] V_CHARGE = [_cell("stp_v_charge_0"), _cell("stp_v_charge_1")], V_RECOVER = [_cell("stp_v_recover_0"), _cell("stp_v_recover_1")]
cdef int[2] DAC_BIAS = [int(CapMemCellOnDLS.hagen_ibias_dac_top.toEnum()), int(CapMemCellOnDLS.hagen_ibias_dac_bottom.toEnum())]
