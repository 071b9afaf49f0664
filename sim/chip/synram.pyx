# distutils: sources = sim/chip/kernel/synram.c
"""Synapse SRAM and its address windows (facts: registers/behaviour, synapse array; exact).

A quad holds four synapses, entry 0 in the most significant byte. Quad q, entry e of a row is column 8 * (q % 32) + 2 * e + q // 32. The
full window has two words per quad: weight (6 bit, the lower five bits mirrored) with time calibration above it, and label with amplitude
calibration above it. The other windows show weight, label or one calibration alone and leave the other bits of the byte untouched
(inferred from the way they are used).
"""

from libc.stdint cimport int64_t

from hicannx_sim.anncore.core cimport AnalogCore

import numpy as np

cdef inline Py_ssize_t _cell(int quad) noexcept nogil:
    """Index of entry 0 of a quad; the entries follow at distance 2."""
    return (quad >> 6) * 256 + 8 * (quad & 31) + (quad >> 5 & 1)


cdef class SynapseMemory:
    def __init__(self, AnalogCore core, CorrelationSensors sensors not None):
        cdef uint8_t[:, ::1] time, amp
        self.time_calibs, self.amp_calibs = np.zeros((512, 256), np.uint8), np.zeros((512, 256), np.uint8)
        time, amp = self.time_calibs, self.amp_calibs
        self.planes[WEIGHT], self.planes[LABEL] = core.weights_data, core.labels_data
        self.planes[TIME], self.planes[AMP] = &time[0, 0], &amp[0, 0]
        self.sensors = sensors
        sensors.connect((core, self.time_calibs, self.amp_calibs), core.cells, self.planes[LABEL], self.planes[TIME], self.planes[AMP])
        for value in range(64):
            self.mirror[value] = value & 32 | sum((value >> bit & 1) << (4 - bit) for bit in range(5))

    cdef void reset(self):
        """Calibrations are 0; weights and labels are the analog core's."""
        self.time_calibs.fill(0)
        self.amp_calibs.fill(0)

    cdef attach(self, Omnibus bus):
        bus.serve("SynapseQuad", <void*> self, _write_full, _read_full)
        bus.serve("SynapseWeightQuad", <void*> self, _write_weights, _read_weights)
        bus.serve("SynapseLabelQuad", <void*> self, _write_labels, _read_labels)
        bus.serve("SynapseCorrelationCalibQuad", <void*> self, _write_calibs, _read_calibs)

    cdef void write_full(self, int quad, int word, uint32_t data, uint32_t mask) noexcept nogil:
        cdef Py_ssize_t cell = _cell(quad)
        cdef uint8_t* low = self.planes[word]
        cdef uint8_t* high = self.planes[word + 2]
        cdef int entry
        cdef uint8_t byte
        for entry in range(4):
            if mask >> (24 - 8 * entry) & 0xff:
                byte = data >> (24 - 8 * entry) & 0xff
                low[cell + 2 * entry] = self.mirror[byte & 63] if word == WEIGHT else byte & 63
                high[cell + 2 * entry] = byte >> 6
        self.sensors.touch_row(quad >> 6)

    cdef uint32_t read_full(self, int quad, int word) noexcept nogil:
        return self.read_plane(word, quad) | self.read_plane(word + 2, quad) << 6

    cdef void write_plane(self, int plane, int quad, uint32_t data, uint32_t mask) noexcept nogil:
        cdef Py_ssize_t cell = _cell(quad)
        cdef uint8_t* values = self.planes[plane]
        cdef int entry
        cdef uint8_t byte
        for entry in range(4):
            if mask >> (24 - 8 * entry) & 0xff:
                byte = data >> (24 - 8 * entry) & (63 if plane < TIME else 3)
                values[cell + 2 * entry] = self.mirror[byte] if plane == WEIGHT else byte
        if plane != WEIGHT:
            self.sensors.touch_row(quad >> 6)

    cdef uint32_t read_plane(self, int plane, int quad) noexcept nogil:
        cdef Py_ssize_t cell = _cell(quad)
        cdef const uint8_t* values = self.planes[plane]
        cdef uint32_t word = 0
        cdef int entry
        for entry in range(4):
            word |= <uint32_t>(self.mirror[values[cell + 2 * entry]] if plane == WEIGHT else values[cell + 2 * entry]) << (24 - 8 * entry)
        return word

    cdef void read_half(self, int plane, int row, int parity, uint8_t* lanes) noexcept nogil:
        synram_read(self.planes[plane] + 256 * row, parity, lanes)

    cdef void write_half(self, int plane, int row, int parity, const uint8_t* lanes, const uint8_t* enables) noexcept nogil:
        synram_write(self.planes[plane] + 256 * row, parity, lanes, enables, 63 if plane < TIME else 3)
        if plane != WEIGHT:
            self.sensors.touch_row(row)

    def arrays(self):
        """What is kept here; weights and labels are the analog core's."""
        return {"time_calibs": self.time_calibs, "amp_calibs": self.amp_calibs}


cdef void _write_full(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<SynapseMemory> block).write_full(index >> 1, index & 1, data, mask)


cdef uint32_t _read_full(void* block, uint32_t index) noexcept nogil:
    return (<SynapseMemory> block).read_full(index >> 1, index & 1)


cdef void _write_weights(void* block, uint32_t quad, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<SynapseMemory> block).write_plane(WEIGHT, quad, data, mask)


cdef uint32_t _read_weights(void* block, uint32_t quad) noexcept nogil:
    return (<SynapseMemory> block).read_plane(WEIGHT, quad)


cdef void _write_labels(void* block, uint32_t quad, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<SynapseMemory> block).write_plane(LABEL, quad, data, mask)


cdef uint32_t _read_labels(void* block, uint32_t quad) noexcept nogil:
    return (<SynapseMemory> block).read_plane(LABEL, quad)


cdef void _write_calibs(void* block, uint32_t index, uint32_t data, uint32_t mask, int64_t tick) noexcept nogil:
    (<SynapseMemory> block).write_plane(TIME + (index & 1), index >> 1, data, mask)


cdef uint32_t _read_calibs(void* block, uint32_t index) noexcept nogil:
    return (<SynapseMemory> block).read_plane(TIME + (index & 1), index >> 1)
