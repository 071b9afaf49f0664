# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Registers as data: the machinery that turns the table of a container class into properties, encoding and decoding.

A container class declares its coordinate, its address rule and its fields (`haldls.fields`). The values of an instance live in
a flat array of integers, one slot per field or array element. A `Layout` moves slots to and from the words of one backend;
the chip model decodes with the same layouts.
"""

from cpython.object cimport Py_EQ, Py_NE
from libc.stdint cimport int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

import numpy as np

from halco._core cimport Value

from haldls.bits import parse
from haldls.errors import ContainerError, UnknownBackendError


cdef int64_t TABLE_LIMIT = 1 << 16  # coordinates with more instances get their addresses computed instead of looked up


cdef Move* _moves(list rows, int* count) except? NULL:
    count[0] = len(rows)
    cdef Move* moves = <Move*>calloc(max(1, len(rows)), sizeof(Move))
    for i, (slot, word, source, target, width) in enumerate(rows):
        moves[i] = Move(slot, word, source, target, (1 << width) - 1)
    return moves


cdef inline uint32_t _binary_of_gray(uint32_t word) noexcept nogil:
    word ^= word >> 16
    word ^= word >> 8
    word ^= word >> 4
    word ^= word >> 2
    return word ^ (word >> 1)


cdef class Layout:
    def __cinit__(self, container, str backend, list fields, write_address, read_address, dict constants,
                  bint gray_words=False, bint byte_lane=False):
        self.container, self.backend = container, backend
        self.write_address, self.read_address = write_address, read_address
        self.n_write = 0 if write_address is None else write_address.words
        self.n_read = 0 if read_address is None else read_address.words
        self.gray_words, self.byte_lane = gray_words, byte_lane
        self.n_slots = sum(field.count for field in fields)
        self.slots = {}
        self.write_flip = <uint32_t*>calloc(max(1, self.n_write), sizeof(uint32_t))
        self.read_flip = <uint32_t*>calloc(max(1, self.n_read), sizeof(uint32_t))
        self.offset = <int64_t*>calloc(max(1, self.n_slots), sizeof(int64_t))
        self._compile(fields, constants)

    def __dealloc__(self):
        free(self.write_moves)
        free(self.read_moves)
        free(self.write_flip)
        free(self.read_flip)
        free(self.offset)

    def _compile(self, list fields, dict constants):
        writes, reads, slot = [], [], 0
        for field in fields:
            self.slots[field.name] = slot
            for index in range(field.count):
                self.offset[slot] = field.offset
                if self.n_write and field.write_bits is not None:
                    writes += self._rows(slot, field.write_bits[index], self.write_flip, self.n_write)
                if self.n_read and field.read_bits is not None:
                    reads += self._rows(slot, field.read_bits[index], self.read_flip, self.n_read)
                slot += 1
        for word, bits in constants.items():
            self.write_flip[<int>word] |= <uint32_t>bits
        self.write_moves = _moves(writes, &self.n_write_moves)
        self.read_moves = _moves(reads, &self.n_read_moves)

    cdef list _rows(self, int slot, str text, uint32_t* flip, int words):
        rows = []
        for piece in parse(text):
            if piece.word >= words or piece.target + piece.width > 32:
                raise ValueError(f"{self.container.__name__}: {text!r} leaves the {words} words of backend {self.backend}")
            rows.append((slot, piece.word, piece.source, piece.target, piece.width))
            if piece.inverted:
                flip[<int>piece.word] |= <uint32_t>(((1 << piece.width) - 1) << piece.target)
        return rows

    def slot(self, str name):
        """Index of the (first) slot of the field called `name`."""
        return self.slots[name]

    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept nogil:
        cdef int i
        cdef Move* move
        for i in range(self.n_write):
            words[i] = self.write_flip[i]
        for i in range(self.n_write_moves):
            move = &self.write_moves[i]
            words[move.word] ^= (<uint32_t>((slots[move.slot] + self.offset[move.slot]) >> move.source) & move.mask) << move.target
        if self.gray_words:
            for i in range(self.n_write):
                words[i] = _binary_of_gray(words[i])

    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept nogil:
        cdef int i
        cdef uint32_t word
        cdef Move* move
        for i in range(self.n_read_moves):
            slots[self.read_moves[i].slot] = 0
        for i in range(self.n_read_moves):
            move = &self.read_moves[i]
            word = words[move.word]
            if self.gray_words:
                word ^= word >> 1
            word ^= self.read_flip[move.word]
            slots[move.slot] |= <int64_t>((word >> move.target) & move.mask) << move.source
        for i in range(self.n_read_moves):
            move = &self.read_moves[i]
            if move.source == 0:
                slots[move.slot] -= self.offset[move.slot]

    def encode_array(self, slots):
        """Words uint32[n, n_write] of slots int64[n, n_slots]."""
        cdef const int64_t[:, ::1] source = np.ascontiguousarray(slots, dtype=np.int64).reshape(-1, self.n_slots)
        words = np.zeros((source.shape[0], self.n_write), dtype=np.uint32)
        cdef uint32_t[:, ::1] target = words
        cdef Py_ssize_t i
        if self.n_write and self.n_slots:
            for i in range(source.shape[0]):
                self.encode(&source[i, 0], &target[i, 0])
        return words

    def decode_array(self, words):
        """Slots int64[n, n_slots] of words uint32[n, n_read]. Raw: values outside a field's range are not refused."""
        cdef const uint32_t[:, ::1] source = np.ascontiguousarray(words, dtype=np.uint32).reshape(-1, self.n_read)
        slots = np.zeros((source.shape[0], self.n_slots), dtype=np.int64)
        cdef int64_t[:, ::1] target = slots
        cdef Py_ssize_t i
        if self.n_read and self.n_slots:
            for i in range(source.shape[0]):
                self.decode(&source[i, 0], &target[i, 0])
        return slots

    def addresses(self, enums=None, bint write=True):
        """Addresses uint32[n, words] of the given coordinate enums (None: all)."""
        rule = self.write_address if write else self.read_address
        if enums is None:
            enums = np.arange(self.container.coordinate.size)
        enums = np.atleast_1d(np.asarray(enums, dtype=np.int64))
        if rule is None:
            return np.zeros((len(enums), 0), dtype=np.uint32)
        return np.ascontiguousarray(rule.of(self.container.coordinate, enums), dtype=np.uint32)

    cdef int write_addresses_at(self, int64_t enum, uint32_t* addresses) except -1:
        if self.write_rows == NULL:
            return self._lookup(enum, addresses, True)
        memcpy(addresses, self.write_rows + enum * self.n_write, self.n_write * sizeof(uint32_t))
        return self.n_write

    cdef int read_addresses_at(self, int64_t enum, uint32_t* addresses) except -1:
        if self.read_rows == NULL:
            return self._lookup(enum, addresses, False)
        memcpy(addresses, self.read_rows + enum * self.n_read, self.n_read * sizeof(uint32_t))
        return self.n_read

    cdef int _lookup(self, int64_t enum, uint32_t* addresses, bint write) except -1:
        """Computes one row of addresses; keeps the whole table if the coordinate is small enough."""
        cdef int count = self.n_write if write else self.n_read
        cdef const uint32_t[:, ::1] rows
        if count == 0:
            return 0
        if self.container.coordinate.size > TABLE_LIMIT:
            rows = self.addresses(enum, write)
            memcpy(addresses, &rows[0, 0], count * sizeof(uint32_t))
            return count
        rows = self.addresses(None, write)
        if write:
            self.write_table, self.write_rows = rows, &rows[0, 0]
        else:
            self.read_table, self.read_rows = rows, &rows[0, 0]
        memcpy(addresses, &rows[enum, 0], count * sizeof(uint32_t))
        return count

    cdef int encode_at(self, Container container, int64_t enum, uint32_t* words, uint8_t* enables) except -1:
        """Words and byte enables of `container` at a coordinate; returns their number."""
        cdef int lane
        self.encode(container.slots, words)
        memset(enables, 0xf, self.n_write)
        if self.byte_lane:
            lane = 3 - enum % 4
            words[0] <<= 8 * lane
            enables[0] = 1 << lane
        if container.schema.encode_hook:
            container._encode_hook(<uint32_t[:self.n_write]>words, self.backend)
        return self.n_write

    cdef int decode_at(self, Container container, int64_t enum, const uint32_t* words) except -1:
        """Fields of `container` from the words read at a coordinate. Raises RangeError for contents that no field can hold."""
        cdef uint32_t lane
        if self.byte_lane:
            lane = words[0] >> (8 * (3 - enum % 4)) & 0xff
            words = &lane
        self.decode(words, container.slots)
        if container.schema.decode_hook:
            container._decode_hook(np.asarray(<uint32_t[:self.n_read]><uint32_t*>words).copy(), self.backend)
        for field in container.schema.fields:
            if field.read_bits is not None:
                field.check(container)
        return 0


cdef dict _schemas = {}


def register(cls, Schema schema):
    """Makes `schema` that of `cls`."""
    _schemas[cls] = schema


def schemas():
    """The schema of every container class."""
    return _schemas


cdef Schema schema_of(object cls):
    schema = _schemas.get(cls)
    if schema is None:  # a user's subclass shares the schema of the container it derives from
        schema = _schemas[cls] = _schemas[next(base for base in cls.__mro__ if base in _schemas)]
    return <Schema>schema


cdef class Schema:
    def __cinit__(self, container, list fields, list layouts):
        self.container, self.fields = container, tuple(fields)
        self.n_slots = sum(field.count for field in fields)
        self.defaults = <int64_t*>calloc(max(1, self.n_slots), sizeof(int64_t))
        self.layouts = {layout.backend: layout for layout in layouts}
        self.default_backend = layouts[0].backend if layouts else ""
        self.encode_hook, self.decode_hook = hasattr(container, "_encode_hook"), hasattr(container, "_decode_hook")
        slot = 0
        for field in fields:
            field.slot = slot
            for value in field.defaults:
                self.defaults[slot] = value
                slot += 1

    def __dealloc__(self):
        free(self.defaults)

    cdef Layout layout(self, str backend):
        found = self.layouts.get(backend or self.default_backend)
        if found is None:
            known = ", ".join(self.layouts) or "none"
            raise UnknownBackendError(f"{self.container.__name__} cannot be accessed over backend {backend} (it knows: {known})")
        return <Layout>found


cdef object BORROWED = object()


cdef Container part_of(Container owner, type cls, int64_t* slots):
    """A container of class `cls` whose fields are those of a part of `owner`: what is set in one is set in the other."""
    cdef Container made = <Container>cls.__new__(cls, BORROWED)
    made.owner, made.slots = owner.owner if owner.borrowed else owner, slots
    return made


cdef class Container:
    """A register set of the chip, its FPGA or its board as an object: fields by name, words by `encode`.

    Subclasses are tables (see `haldls.fields`). Two containers are equal if they are of one class and all fields agree.
    """

    def __cinit__(self, *values, **__):
        self.schema = schema_of(type(self))
        if values and values[0] is BORROWED:
            self.borrowed = True
            return
        self.slots = <int64_t*>malloc(max(1, self.schema.n_slots) * sizeof(int64_t))
        memcpy(self.slots, self.schema.defaults, self.schema.n_slots * sizeof(int64_t))

    def __dealloc__(self):
        if not self.borrowed:
            free(self.slots)

    def __init__(self, *values, **fields):
        """Positional values in the order of the class attribute `constructor`, or another instance to copy; fields by name."""
        if len(values) == 1 and type(values[0]) is type(self):
            self._copy_from(values[0])
            values = ()
        if len(values) > len(type(self).constructor):
            raise TypeError(f"{type(self).__name__} takes at most {len(type(self).constructor)} values, {len(values)} were given")
        for name, value in [*zip(type(self).constructor, values), *fields.items()]:
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no field {name!r}")
            setattr(self, name, value)

    def _copy_from(self, Container other):
        memcpy(self.slots, other.slots, self.schema.n_slots * sizeof(int64_t))

    def __richcmp__(self, other, int operation):
        if type(other) is not type(self) or operation not in (Py_EQ, Py_NE):
            return NotImplemented
        same = memcmp(self.slots, (<Container>other).slots, self.schema.n_slots * sizeof(int64_t)) == 0
        return same == (operation == Py_EQ)

    __hash__ = None

    def __reduce__(self):
        return _restored, (type(self), tuple(self.slots[i] for i in range(self.schema.n_slots)))

    def __copy__(self):
        return type(self)(self)

    def __deepcopy__(self, memo):
        return type(self)(self)

    def __repr__(self):
        changed = [f"{field.name}={field.text(self)}" for field in self.schema.fields if not field.is_default(self)]
        return f"{type(self).__name__}({', '.join(changed)})"

    def encode(self, coordinate=None, str backend=None):
        """Words uint32[n_write] as written over `backend` (None: the default one). The coordinate matters only to single bytes."""
        cdef Layout layout = self.schema.layout(backend)
        words, enables = np.zeros(layout.n_write, dtype=np.uint32), np.zeros(layout.n_write, dtype=np.uint8)
        cdef uint32_t[::1] target = words
        cdef uint8_t[::1] lanes = enables
        if layout.n_write:
            layout.encode_at(self, 0 if coordinate is None else int(coordinate), &target[0], &lanes[0])
        return words

    def decode(self, words, coordinate=None, str backend=None):
        """Takes the fields from words uint32[n_read] as read over `backend`. Raises RangeError for illegal contents."""
        cdef Layout layout = self.schema.layout(backend)
        cdef const uint32_t[::1] source = np.ascontiguousarray(words, dtype=np.uint32)
        if source.shape[0] != layout.n_read:
            raise ContainerError(f"{type(self).__name__} is read as {layout.n_read} words over {layout.backend}, not {source.shape[0]}")
        if layout.n_read:
            layout.decode_at(self, 0 if coordinate is None else int(coordinate), &source[0])

    def write_access(self, coordinate, str backend=None):
        """Addresses, words (uint32[n] each) and byte enables (uint8[n]) of a write at `coordinate` over `backend`."""
        cdef Layout layout = self.schema.layout(backend)
        addresses, words = np.zeros(layout.n_write, dtype=np.uint32), np.zeros(layout.n_write, dtype=np.uint32)
        enables = np.zeros(layout.n_write, dtype=np.uint8)
        cdef uint32_t[::1] places = addresses, values = words
        cdef uint8_t[::1] lanes = enables
        if layout.n_write:
            layout.write_addresses_at(int(coordinate), &places[0])
            layout.encode_at(self, int(coordinate), &values[0], &lanes[0])
        return addresses, words, enables

    @classmethod
    def read_access(cls, coordinate, str backend=None):
        """Addresses uint32[n] of a read at `coordinate` over `backend`; `decode` takes the n words that come back."""
        return schema_of(cls).layout(backend).addresses(int(coordinate), False)[0]

    @classmethod
    def layout(cls, str backend=None):
        """The `Layout` over `backend` (None: the default one). Raises UnknownBackendError."""
        return schema_of(cls).layout(backend)

    @classmethod
    def write_addresses(cls, enums=None, str backend=None):
        """Addresses uint32[n, n_write] in write order of the given coordinate enums (None: all)."""
        return schema_of(cls).layout(backend).addresses(enums, True)

    @classmethod
    def read_addresses(cls, enums=None, str backend=None):
        """Addresses uint32[n, n_read] in read order of the given coordinate enums (None: all)."""
        return schema_of(cls).layout(backend).addresses(enums, False)

    @classmethod
    def fields(cls):
        """The fields in declaration order."""
        return schema_of(cls).fields


def _restored(cls, tuple values):
    cdef Container made = cls()
    if len(values) != made.schema.n_slots:
        raise ContainerError(f"{cls.__name__} has {made.schema.n_slots} values, the stored one has {len(values)}")
    for i, value in enumerate(values):
        made.slots[i] = value
    return made


def get_slot(Container container, int slot):
    """The raw integer in a slot."""
    return container.slots[slot]


def set_slot(Container container, int slot, int64_t value):
    """Puts a raw integer, already checked, into a slot."""
    container.slots[slot] = value
