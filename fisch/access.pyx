"""Access sequences: the messages by which registers of every backend are written and read, and how their responses become words.

The table stands in backends.py. Sequences are the original's, message for message (golden programs).
"""

from libc.stdint cimport uint8_t, uint32_t, uint64_t

from fisch.words cimport WordBuffer
from fisch.ut cimport *
from fisch._wire cimport word_of

import numpy as np

from fisch import backends
from fisch.backends import ACCESS, Sequence
from fisch.errors import AccessError, InvalidDataError

cdef enum:
    N_BACKENDS = 29
    N_REGISTERS = 8

cdef struct Spec:
    int write
    int read
    int answers
    int responses
    uint32_t value_max
    uint64_t size
    int header
    uint32_t device
    uint32_t step
    uint32_t n_registers
    uint32_t registers[N_REGISTERS]
    int length
    int shift
    uint32_t ldac        # word that follows each datum to a DAC, 0 for none

cdef Spec specs[N_BACKENDS]

cdef int NONE = Sequence.NONE
cdef int MESSAGE = Sequence.MESSAGE
cdef int SPIKES = Sequence.SPIKES
cdef int OMNIBUS = Sequence.OMNIBUS
cdef int OMNIBUS_OVER_JTAG = Sequence.OMNIBUS_OVER_JTAG
cdef int PLL = Sequence.PLL
cdef int PHY = Sequence.PHY
cdef int IDCODE = Sequence.IDCODE
cdef int FPGA_REGISTER = Sequence.FPGA_REGISTER
cdef int SPI = Sequence.SPI
cdef int SPI_REGISTER = Sequence.SPI_REGISTER
cdef int I2C = Sequence.I2C
cdef int I2C_PLAIN = Sequence.I2C_PLAIN

cdef uint32_t SPI_BASE = backends.SPI
cdef uint32_t SPI_STOP = backends.SPI_STOP
cdef uint32_t I2C_BASE = backends.I2C
cdef uint32_t I2C_STOP = backends.I2C_STOP
cdef uint32_t I2C_MISSING_ACK = backends.I2C_MISSING_ACK


def _fill():
    cdef Spec* spec
    control = ACCESS[backends.Backend.SPIDACControlRegister]
    for i, row in enumerate(ACCESS):
        spec = &specs[i]
        spec.write, spec.read, spec.answers, spec.responses = row.write, row.read, row.answers, row.responses
        spec.value_max, spec.size, spec.header = (1 << row.bits) - 1, row.size, row.header
        spec.device, spec.step, spec.length, spec.shift = row.device, row.step, row.length, row.shift
        spec.n_registers = len(row.registers)
        for j, register in enumerate(row.registers):
            spec.registers[j] = register
        spec.ldac = control.registers[backends.LDAC_REGISTER] << 8 | backends.LDAC if i == backends.Backend.SPIDACDataRegister else 0


_fill()


# ---------------------------------------------------------------------------------------------------------------------- messages
cdef inline uint64_t scan(uint64_t data, uint64_t bits, uint64_t keep_response) noexcept nogil:
    return word_of(TO_JTAG_DATA, keep_response << 48 | bits << 40 | data)


cdef inline uint64_t select(uint64_t instruction) noexcept nogil:
    return word_of(TO_JTAG_INS, instruction)


cdef inline int omnibus_write(WordBuffer out, uint32_t address, uint32_t word) except -1:
    return out.omnibus_writes(&address, &word, NULL, 1)


cdef inline uint32_t address_of(const Spec* spec, uint32_t address) noexcept nogil:
    """Bus address of the device that a register belongs to."""
    return spec.device + spec.step * (address / spec.n_registers)


cdef inline uint32_t register_of(const Spec* spec, uint32_t address) noexcept nogil:
    return spec.registers[address % spec.n_registers]


# ------------------------------------------------------------------------------------------------------------------------ writes
cdef int write_over_jtag(WordBuffer out, uint32_t address, uint32_t word) except -1:
    """Address, data, request."""
    out.push(select(JTAG_OMNIBUS_ADDRESS))
    out.push(scan(address, 33, 0))
    out.push(select(JTAG_OMNIBUS_DATA))
    out.push(scan(word, 32, 0))
    out.push(select(JTAG_OMNIBUS_REQUEST))
    return out.push(scan(0, 3, 0))


cdef int write_pll(WordBuffer out, uint32_t target, uint32_t word) except -1:
    out.push(select(JTAG_PLL_TARGET_REG))
    out.push(scan(target, 4, 0))
    out.push(select(JTAG_SHIFT_PLL))
    return out.push(scan(word, 32, 0))


cdef int write_phy(WordBuffer out, uint32_t phy, uint32_t word) except -1:
    out.push(select(JTAG_PHY0 | phy << 3))
    return out.push(scan(word, 22, 0))


cdef int write_spi(WordBuffer out, uint32_t device, uint32_t value, int length) except -1:
    """`length` bytes, the most significant one first, the last one with the stop bit."""
    cdef int i
    cdef uint32_t byte
    for i in range(length - 1, -1, -1):
        byte = value >> 8 * i & 0xff
        omnibus_write(out, SPI_BASE + device, byte if i else byte | SPI_STOP)
    return 0


cdef int write_i2c(WordBuffer out, uint32_t device, uint32_t value, int length) except -1:
    """`length` bytes, the most significant one first, the last one with the stop bit."""
    cdef int i
    for i in range(length - 1, -1, -1):
        omnibus_write(out, I2C_BASE + device + (0 if i else I2C_STOP), value >> 8 * i & 0xff)
    return 0


cdef int write_spikes(WordBuffer out, const uint32_t* labels, int count) except -1:
    cdef uint64_t payload = 0
    cdef int i
    for i in range(count):
        payload = payload << 16 | labels[i]
    return out.push(word_of(TO_SPIKE_PACK_1 + count - 1, payload))


cdef int write_one(WordBuffer out, const Spec* spec, uint32_t address, uint32_t word) except -1:
    """Everything that is not the omnibus itself and not a spike."""
    cdef uint32_t device
    if spec.write == MESSAGE:
        return out.push(word_of(spec.header, word))
    if spec.write == OMNIBUS_OVER_JTAG:
        return write_over_jtag(out, address, word)
    if spec.write == PLL:
        return write_pll(out, address, word)
    if spec.write == PHY:
        return write_phy(out, address, word)
    device = address_of(spec, address)
    if spec.write == SPI:
        write_spi(out, device, register_of(spec, address) | word, spec.length)
        return write_spi(out, device, spec.ldac, spec.length) if spec.ldac else 0
    if spec.write == SPI_REGISTER:
        omnibus_write(out, SPI_BASE + device, register_of(spec, address))
        return omnibus_write(out, SPI_BASE + device, word | SPI_STOP)
    if spec.write == I2C:
        omnibus_write(out, I2C_BASE + device, register_of(spec, address))
    return write_i2c(out, device, word << spec.shift, spec.length)


cdef Py_ssize_t append_write(
    WordBuffer out, int backend, const uint32_t* addresses, const uint32_t* words, const uint8_t* byte_enables, Py_ssize_t n
) except -1:
    cdef Spec* spec = spec_of(backend)
    cdef Py_ssize_t i, before = out.size
    if spec.write == OMNIBUS:
        out.omnibus_writes(addresses, words, byte_enables, n)
        return 2 * n
    check_write(spec, backend, addresses, words, n)
    if spec.write == SPIKES:
        for i in range(0, n, spec.length):
            write_spikes(out, words + i, spec.length)
    else:
        for i in range(n):
            write_one(out, spec, addresses[i], words[i])
    return out.size - before


# ------------------------------------------------------------------------------------------------------------------------- reads
cdef int read_over_jtag(WordBuffer out, uint32_t address) except -1:
    """Address with the read bit, request, data."""
    out.push(select(JTAG_OMNIBUS_ADDRESS))
    out.push(scan(<uint64_t> 1 << 32 | address, 33, 0))
    out.push(select(JTAG_OMNIBUS_REQUEST))
    out.push(scan(0, 3, 0))
    out.push(select(JTAG_OMNIBUS_DATA))
    return out.push(scan(0, 32, 1))


cdef int read_i2c(WordBuffer out, uint32_t device, uint32_t register, int length) except -1:
    """Register number, then one read per byte, the last one with the stop bit."""
    cdef int i
    cdef uint32_t address
    omnibus_write(out, I2C_BASE + device, register)
    for i in range(length - 1, -1, -1):
        address = I2C_BASE + device + (0 if i else I2C_STOP)
        out.omnibus_reads(&address, 1)
    return 0


cdef int read_one(WordBuffer out, const Spec* spec, uint32_t address) except -1:
    if spec.read == OMNIBUS_OVER_JTAG:
        return read_over_jtag(out, address)
    if spec.read == I2C:
        return read_i2c(out, address_of(spec, address), register_of(spec, address), spec.length)
    if spec.read == FPGA_REGISTER:
        return out.omnibus_reads(&spec.device, 1)
    if spec.read == MESSAGE:
        return out.push(word_of(spec.header, 1))
    out.push(select(JTAG_IDCODE))
    return out.push(scan(0, 32, 1))


cdef Py_ssize_t append_read(WordBuffer out, int backend, const uint32_t* addresses, Py_ssize_t n) except -1:
    cdef Spec* spec = spec_of(backend)
    cdef Py_ssize_t i
    if spec.read == OMNIBUS:
        out.omnibus_reads(addresses, n)
        return n
    check_addresses(spec, backend, addresses, n, spec.read != NONE, "read")
    for i in range(n):
        read_one(out, spec, addresses[i])
    return n * spec.responses


cdef int response_class(int backend) noexcept nogil:
    return specs[backend].answers


cdef int responses_per_word(int backend) noexcept nogil:
    return specs[backend].responses


cdef int decode_read(int backend, const uint32_t* responses, Py_ssize_t n, uint32_t* words) except -1:
    cdef Spec* spec = spec_of(backend)
    cdef Py_ssize_t i
    cdef int j
    cdef uint32_t byte, word
    for i in range(n):
        if spec.read != I2C:
            words[i] = responses[i]
            continue
        word = 0
        for j in range(spec.length):
            byte = responses[i * spec.length + j]
            if byte & I2C_MISSING_ACK:
                raise InvalidDataError("I2C ack missing, data invalid.")
            word = word << 8 | (byte & 0xff)
        words[i] = word >> spec.shift
    return 0


# ------------------------------------------------------------------------------------------------------------------------ checks
cdef Spec* spec_of(int backend) except NULL:
    if not 0 <= backend < N_BACKENDS:
        raise AccessError(f"there is no backend {backend}, only 0 to {N_BACKENDS - 1}")
    return &specs[backend]


cdef object coordinates(int backend, const uint32_t* addresses, Py_ssize_t n):
    cdef Py_ssize_t i
    return ", ".join([f"{ACCESS[backend].coordinate}({addresses[i]})" for i in range(n)])


cdef int check_addresses(const Spec* spec, int backend, const uint32_t* addresses, Py_ssize_t n, bint possible, str verb) except -1:
    cdef Py_ssize_t i
    if not possible:
        raise AccessError(f"Coordinates [{coordinates(backend, addresses, n)}] can't be {'written' if verb == 'write' else verb}.")
    for i in range(n):
        if addresses[i] >= spec.size:
            raise AccessError(f"cannot {verb} {coordinates(backend, addresses + i, 1)}: there are only 0 to {spec.size - 1}")
    return 0


cdef int check_write(const Spec* spec, int backend, const uint32_t* addresses, const uint32_t* words, Py_ssize_t n) except -1:
    cdef Py_ssize_t i
    check_addresses(spec, backend, addresses, n, spec.write != NONE, "write")
    if spec.write == SPIKES and n % spec.length:
        raise AccessError(f"{n} labels do not make whole packs of {spec.length}")
    for i in range(n):
        if words[i] > spec.value_max:
            raise AccessError(f"cannot write {words[i]:#x} to {coordinates(backend, addresses + i, 1)}: the largest value is {spec.value_max:#x}")
    return 0


# ------------------------------------------------------------------------------------------------------------------- from Python
def write(WordBuffer out not None, int backend, addresses, words, byte_enables=None):
    """Appends the write of `words` to `addresses` (both uint32[n]; `byte_enables` uint8[n], omnibus only) and returns the number of messages.

    >>> from fisch import WordBuffer
    >>> out = WordBuffer()
    >>> write(out, backends.Backend.JTAGPLLRegister, [1], [0xc0cbf200])
    4
    >>> [f"{word:016x}" for word in out.to_numpy()]
    ['0200000000000003', '0300040000000001', '0200000000000004', '03002000c0cbf200']
    """
    cdef const uint32_t[::1] a = np.ascontiguousarray(addresses, dtype=np.uint32).reshape(-1)
    cdef const uint32_t[::1] w = np.ascontiguousarray(words, dtype=np.uint32).reshape(-1)
    cdef const uint8_t[::1] e
    cdef const uint8_t* enables = NULL
    if a.shape[0] != w.shape[0]:
        raise ValueError(f"{a.shape[0]} addresses and {w.shape[0]} words do not fit together")
    if a.shape[0] == 0:
        return 0
    if byte_enables is not None:
        e = np.ascontiguousarray(byte_enables, dtype=np.uint8).reshape(-1)
        if e.shape[0] != a.shape[0]:
            raise ValueError(f"{a.shape[0]} addresses and {e.shape[0]} byte enables do not fit together")
        enables = &e[0]
    return append_write(out, backend, &a[0], &w[0], enables, a.shape[0])


def read(WordBuffer out not None, int backend, addresses):
    """Appends the read of `addresses` (uint32[n]) and returns the number of responses that will come."""
    cdef const uint32_t[::1] a = np.ascontiguousarray(addresses, dtype=np.uint32).reshape(-1)
    return append_read(out, backend, &a[0], a.shape[0]) if a.shape[0] else 0


def decode(int backend, responses):
    """Words (uint32[n]) of a read from its responses (omnibus or JTAG data, n times the responses per word).

    Raises InvalidDataError when an I2C device did not acknowledge.
    """
    cdef const uint32_t[::1] r = (np.asarray(responses).reshape(-1).astype(np.uint64) & 0xffffffff).astype(np.uint32)
    cdef int each = max(spec_of(backend).responses, 1)
    cdef Py_ssize_t n = r.shape[0] // each
    if r.shape[0] % each:
        raise ValueError(f"{r.shape[0]} responses do not make whole words of {each}")
    words = np.empty(n, dtype=np.uint32)
    cdef uint32_t[::1] out = words
    if n:
        decode_read(backend, &r[0], n, &out[0])
    return words
