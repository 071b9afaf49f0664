"""The parallel bus of each hemisphere, by which a vector unit reads and writes half a row at once (facts: ppu/memory_map; exact, where not said).

A location is a place (bits 16 to 20), a flag for converter results without a new conversion (bit 21) and a row: 2 * row + parity, where
lane i is column 2 * i + parity. Bits 22 and 23 are not looked at (inferred: software reaches one place with and without them). Weights are seen
as numbers, whatever their bits are called in the memory; only the raw cells show them as stored (order of the raw rows inferred).

Behind the last row of the planes stand the switches of the columns, with the bits that they have on the omnibus (registers/containers).
A write to the place of the causal converter resets sensors: bit 0 of a lane the causal one, bit 1 the acausal one; to the places of their reset
voltages, both, whatever is written (that of the acausal ones is assumed to do the same). In row 256 neurons are reset, and the sensors of row 0 with them. The
generators' polynomial is assumed.
"""

from libc.string cimport memset

from hicannx_sim.chip.omnibus cimport SERVED, UNDEFINED, UNMODELLED
from hicannx_sim.chip.synram cimport AMP, LABEL, TIME, WEIGHT
from hicannx_sim.base.state cimport view
from hicannx_sim.correlation.sensors cimport BOTH

from hicannx_sim.base.numbers import number

cdef enum:
    # places
    WEIGHTS = 0x00
    TIME_CALIBS = 0x01
    AMP_CALIBS = 0x02
    LABELS = 0x04
    CAUSAL = 0x08
    CAUSAL_RESET = 0x09
    ACAUSAL = 0x0c
    ACAUSAL_RESET = 0x0d
    RANDOM = 0x0e
    CELLS = 0x0f
    BUFFERED = 0x20
    ROWS = 512              # half rows of an array
    NEURON_ROW = 512        # half rows that reset neurons
    ARRAY = 0x2c00000       # words of the top array on the omnibus
    HEMISPHERE = 0x1000000
    PERIOD = 0xffff         # of a generator of 16 bits with a primitive polynomial

cdef uint32_t polynomials[256]
"""Of the generators, by column: a different one each (facts: ppu/libnux_surface 1). Which ones is assumed: the lowest primitive ones."""


cdef uint32_t product(uint32_t a, uint32_t b, uint32_t polynomial) noexcept nogil:
    """Of two polynomials over bits, modulo a third one of degree 16."""
    cdef uint32_t total = 0
    while b:
        total ^= a if b & 1 else 0
        a = a << 1 ^ (polynomial if a & 0x8000 else 0)
        b >>= 1
    return total


cdef bint returns_after(uint32_t polynomial, int steps) noexcept nogil:
    """Whether a generator is then where it was: x^steps is 1."""
    cdef uint32_t power = 1, square = 2
    while steps:
        power = product(power, square, polynomial) if steps & 1 else power
        square = product(square, square, polynomial)
        steps >>= 1
    return power == 1


cdef bint is_primitive(uint32_t polynomial) noexcept nogil:
    """Its generators go through all states but zero: the period is the whole one, and no part of it (65535 = 3 * 5 * 17 * 257)."""
    return returns_after(polynomial, PERIOD) and not (
        returns_after(polynomial, PERIOD // 3) or returns_after(polynomial, PERIOD // 5)
        or returns_after(polynomial, PERIOD // 17) or returns_after(polynomial, PERIOD // 257)
    )


cdef void choose_polynomials() noexcept nogil:
    cdef uint32_t polynomial = 0x10001
    cdef int column = 0
    while column < 256:
        if is_primitive(polynomial):
            polynomials[column] = polynomial
            column += 1
        polynomial += 2


choose_polynomials()


cdef inline int place_of(uint32_t location) noexcept nogil:
    return location >> 16 & 0x1f


cdef uint32_t switches_at(int hemisphere, uint32_t location) noexcept nogil:
    """The first word on the omnibus of the column switches at a location, which stand behind the last row of the planes and of the raw
    cells, lane by lane as there; 0 if there are none."""
    cdef uint32_t place = place_of(location), row = location & 0xffff
    if not (2 * ROWS + 4 <= row < 2 * ROWS + 8 if place == CELLS else plane_of(place) >= 0 and ROWS <= row < ROWS + 2):
        return 0
    return ARRAY + <uint32_t> hemisphere * HEMISPHERE + (place << 16) + WORDS_OF_ROW * row


cdef class ParallelBus:
    def __init__(self, AnalogCore analog not None, SynapseMemory synapses not None, CADC cadc not None):
        self.analog, self.synapses, self.cadc, self.sensors = analog, synapses, cadc, cadc.sensors

    cdef void reset(self) noexcept nogil:
        """The generators stand still until they are seeded."""
        memset(self.random, 0, sizeof(self.random))

    cdef bint takes_time(self, uint32_t location) noexcept nogil:
        """Reading there starts a conversion."""
        return (place_of(location) == CAUSAL or place_of(location) == ACAUSAL) and not location >> 16 & BUFFERED

    cdef int64_t begin(self, int hemisphere, uint32_t location, int64_t tick) noexcept nogil:
        """A read that takes time begins; the tick at which the answer is there."""
        return self.cadc.start(hemisphere, location >> 1 & 255, tick)

    cdef int read(self, int hemisphere, uint32_t location, uint8_t* lanes) noexcept nogil:
        """Half a row as it is now; the converters' results of the last conversion. `lanes` are 0 before."""
        cdef int place = place_of(location), row = location & 0xffff, parity = row & 1, i
        cdef const uint8_t* samples
        if place == RANDOM and row < 2:
            self._draw(hemisphere, parity, lanes)
        elif (place == CAUSAL or place == ACAUSAL) and row < ROWS:
            samples = &self.cadc.s.samples[hemisphere][256 * (place == ACAUSAL) + parity]
            for i in range(LANES_OF_ROW):
                lanes[i] = samples[2 * i]
        elif place == CELLS and row < 2 * ROWS:
            return self._read_cells(hemisphere, row >> 2, parity, LABEL if row & 2 else WEIGHT, lanes)
        elif row >= ROWS or plane_of(place) < 0:
            return UNDEFINED
        else:
            self.synapses.read_half(plane_of(place), 256 * hemisphere + (row >> 1), parity, lanes)
        return SERVED

    cdef int write(self, int hemisphere, uint32_t location, const uint8_t* lanes, const uint8_t* enables, int64_t tick) noexcept nogil:
        """Half a row, as far as its lanes are enabled."""
        cdef int place = place_of(location), row = location & 0xffff, parity = row & 1, i
        cdef bint always = place == CAUSAL_RESET or place == ACAUSAL_RESET
        if place == RANDOM and row < 2:
            for i in range(LANES_OF_ROW):
                if enables[i]:
                    self.random[hemisphere][2 * i + parity] = lanes[i]
        elif place == ACAUSAL and row < ROWS:
            return UNMODELLED
        elif (place == CAUSAL or always) and row < ROWS:
            for i in range(LANES_OF_ROW):
                if enables[i]:
                    self.sensors.reset(256 * hemisphere + (row >> 1), 2 * i + parity, BOTH if always else lanes[i] & BOTH)
        elif (place == CAUSAL or always) and row < NEURON_ROW + 2:
            for i in range(LANES_OF_ROW):
                if enables[i] and (always or lanes[i] & 2):
                    self.analog.fire(256 * hemisphere + 2 * i + parity, tick + NEURON_RESET_DELAY)
                    self.sensors.neuron_reset(256 * hemisphere + 2 * i + parity)
        elif place == CELLS and row < 2 * ROWS:
            return self._write_cells(hemisphere, row >> 2, parity, LABEL if row & 2 else WEIGHT, lanes, enables)
        elif row >= ROWS or plane_of(place) < 0:
            return UNDEFINED
        else:
            self.synapses.write_half(plane_of(place), 256 * hemisphere + (row >> 1), parity, lanes, enables)
        return SERVED

    cdef int _read_cells(self, int hemisphere, int row, int parity, int plane, uint8_t* lanes) noexcept nogil:
        """Weights or labels as stored, with the calibration bits above them."""
        cdef uint8_t[128] high
        cdef int i
        self.synapses.read_half(plane, 256 * hemisphere + row, parity, lanes)
        self.synapses.read_half(plane + 2, 256 * hemisphere + row, parity, high)
        for i in range(LANES_OF_ROW):
            lanes[i] = (self.synapses.mirror[lanes[i]] if plane == WEIGHT else lanes[i]) | high[i] << 6
        return SERVED

    cdef int _write_cells(
        self, int hemisphere, int row, int parity, int plane, const uint8_t* lanes, const uint8_t* enables
    ) noexcept nogil:
        cdef uint8_t[128] low, high
        cdef int i
        for i in range(LANES_OF_ROW):
            low[i], high[i] = self.synapses.mirror[lanes[i] & 63] if plane == WEIGHT else lanes[i], lanes[i] >> 6
        self.synapses.write_half(plane, 256 * hemisphere + row, parity, low, enables)
        self.synapses.write_half(plane + 2, 256 * hemisphere + row, parity, high, enables)
        return SERVED

    cdef void _draw(self, int hemisphere, int parity, uint8_t* lanes) noexcept nogil:
        """A new bit in each generator, and the eight bits that it then has at the end."""
        cdef int i, column
        cdef uint32_t state
        for i in range(LANES_OF_ROW):
            column = 2 * i + parity
            state = self.random[hemisphere][column]
            self.random[hemisphere][column] = <uint16_t> (state >> 1 ^ (polynomials[column] >> 1 if state & 1 else 0))
            lanes[i] = self.random[hemisphere][column] & 0xff

    def arrays(self):
        """The generators."""
        return {"random": view(self.random, sizeof(self.random), "u2")}


cdef inline int plane_of(int place) noexcept nogil:
    """The synapse memory's plane at a place, -1 if there is none."""
    if place == WEIGHTS:
        return WEIGHT
    if place == LABELS:
        return LABEL
    if place == TIME_CALIBS:
        return TIME
    return AMP if place == AMP_CALIBS else -1


cdef int64_t NEURON_RESET_DELAY = number("neuron_reset_write")
