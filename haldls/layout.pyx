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

from halco.value cimport Value, shown

from halco.value import RangeError

from copyreg import __newobj__

from haldls.bits import parse, width
from haldls.errors import ContainerError, CoordinateError, UnknownBackendError


cdef int REPR_MAX = 20000  # characters; what is left out then is seen in `str` or by looking at the parts
cdef int64_t TABLE_LIMIT = 1 << 16  # coordinates with more instances get their addresses computed instead of looked up


cdef Move* _moves(list rows, int* count) except? NULL:
    cdef const int64_t[::1] table
    count[0] = len(rows)
    cdef Move* moves = <Move*>calloc(max(1, len(rows)), sizeof(Move))
    for i, (slot, piece, code) in enumerate(rows):
        moves[i] = Move(slot, piece.word, piece.source, piece.target, (1 << piece.width) - 1, NULL, 0)
        if code is not None:
            table = code
            moves[i].code, moves[i].code_mask = &table[0], len(code) - 1
    return moves


cdef Fix* _fixes(list rows, int* count) except? NULL:
    cdef const int64_t[::1] table
    count[0] = len(rows)
    cdef Fix* fixes = <Fix*>calloc(max(1, len(rows)), sizeof(Fix))
    for i, (slot, kind, amount, code) in enumerate(rows):
        fixes[i].slot, fixes[i].kind, fixes[i].amount = slot, <FixKind><int>kind, amount
        if code is not None:
            table = code
            fixes[i].code = &table[0]
    return fixes


cdef inline uint32_t _binary_of_gray(uint32_t word) noexcept nogil:
    word ^= word >> 16
    word ^= word >> 8
    word ^= word >> 4
    word ^= word >> 2
    return word ^ (word >> 1)


cdef inline void _apply(const Fix* fix, int64_t* value) noexcept nogil:
    if fix.kind == FixKind.OFFSET:
        value[0] -= fix.amount
    elif fix.kind == FixKind.CONSTANT:
        value[0] |= fix.amount
    elif fix.kind == FixKind.CODE:
        value[0] = fix.code[value[0]]
    elif fix.kind == FixKind.FLAG:
        value[0] = value[0] != 0
    elif value[0] & fix.amount:  # sign bit: the bits below are a two's complement magnitude
        value[0] = -(-value[0] & (fix.amount - 1))


cdef class Layout:
    def __cinit__(self, container, str backend, list fields, write_address, read_address, dict constants,
                  bint gray_words=False, bint byte_lane=False, bint ignore_read=False):
        self.container, self.backend = container, backend
        self.write_address, self.read_address = write_address, read_address
        self.n_write = 0 if write_address is None else write_address.words
        self.n_read = 0 if read_address is None else read_address.words
        self.gray_words, self.byte_lane = gray_words, byte_lane
        self.slots, self.tables = {}, []
        self.repeat = fields[0].repeat if len(fields) == 1 else 1
        if self.repeat > 1:
            self.slots[fields[0].name] = 0
            fields = fields[0].parts
        self.element_slots = sum(field.count for field in fields)
        self.element_write, self.element_read = self.n_write // self.repeat, self.n_read // self.repeat
        self.n_slots = self.repeat * self.element_slots
        self.write_flip = <uint32_t*>calloc(max(1, self.element_write), sizeof(uint32_t))
        self.read_flip = <uint32_t*>calloc(max(1, self.element_read), sizeof(uint32_t))
        self.offset = <int64_t*>calloc(max(1, self.element_slots), sizeof(int64_t))
        self._compile(fields, constants, ignore_read)

    def __dealloc__(self):
        free(self.write_moves)
        free(self.read_moves)
        free(self.enable_moves)
        free(self.fixes)
        free(self.write_flip)
        free(self.read_flip)
        free(self.offset)

    def _compile(self, list fields, dict constants, bint ignore_read):
        writes, reads, enables, fixes, slot = [], [], [], [], 0
        for field in fields:
            self.slots[field.name] = slot
            encoded, decoded = self._codes(field)
            for index in range(field.count):
                self.offset[slot] = field.offset
                if self.n_write and field.write_bits is not None:
                    self._place(slot, field.write_bits[index], encoded, writes, enables)
                if self.n_read and field.read_bits is not None and not ignore_read:
                    self._gather(slot, field, field.read_bits[index], decoded, reads, fixes)
                slot += 1
        for word, bits in constants.items():
            self.write_flip[<int>word] |= <uint32_t>bits
        self.write_moves = _moves(writes, &self.n_write_moves)
        self.read_moves = _moves(reads, &self.n_read_moves)
        self.enable_moves = _moves(enables, &self.n_enable_moves)
        self.fixes = _fixes(fixes, &self.n_fixes)

    def _codes(self, field):
        """Lookup tables (value to register, register to value) of a field with a code of its own, kept alive here."""
        if field.code is None:
            return None, None
        size = 1 << max(len(table) - 1 for table in field.code).bit_length()
        tables = [np.resize(np.array(table, dtype=np.int64), size) for table in field.code]
        self.tables += tables
        return tables

    def _place(self, int slot, str text, code, list writes, list enables):
        for piece in self._pieces(text, self.element_write):
            if piece.lane:
                enables.append((slot, piece, None))
                continue
            writes.append((slot, piece, code))
            if piece.inverted:
                self.write_flip[<int>piece.word] |= <uint32_t>(((1 << piece.width) - 1) << piece.target)

    def _gather(self, int slot, field, str text, code, list reads, list fixes):
        for piece in parse(text):
            if piece.word < 0:
                fixes.append((slot, FixKind.CONSTANT, 1 << piece.source, None))
        pieces = [piece for piece in self._pieces(text, self.element_read) if not piece.lane]
        for piece in pieces:
            reads.append((slot, piece, None))
            if piece.inverted:
                self.read_flip[<int>piece.word] |= <uint32_t>(((1 << piece.width) - 1) << piece.target)
        if code is not None:
            fixes.append((slot, FixKind.CODE, 0, code))
        if field.is_signed:
            fixes.append((slot, FixKind.SIGN, 1 << (width(pieces) - 1), None))
        if field.type is bool and width(pieces) > 1:
            fixes.append((slot, FixKind.FLAG, 0, None))
        if field.offset and pieces:
            fixes.append((slot, FixKind.OFFSET, field.offset, None))

    def _pieces(self, str text, int words):
        pieces = [piece for piece in parse(text) if piece.word >= 0]
        for piece in pieces:
            if piece.word >= words or piece.target + piece.width > 32:
                raise ValueError(f"{self.container.__name__}: {text!r} leaves the {words} words of backend {self.backend}")
        return pieces

    def slot(self, str name):
        """Index of the (first) slot of the field called `name`."""
        return self.slots[name]

    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept nogil:
        cdef int i
        for i in range(self.repeat):
            self._encode_element(slots + i * self.element_slots, words + i * self.element_write)

    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept nogil:
        cdef int i
        for i in range(self.repeat):
            self._decode_element(words + i * self.element_read, slots + i * self.element_slots)

    cdef void _encode_element(self, const int64_t* slots, uint32_t* words) noexcept nogil:
        cdef int i
        cdef int64_t value
        cdef Move* move
        for i in range(self.element_write):
            words[i] = self.write_flip[i]
        for i in range(self.n_write_moves):
            move = &self.write_moves[i]
            value = slots[move.slot] + self.offset[move.slot]
            if move.code != NULL:
                value = move.code[value & move.code_mask]
            words[move.word] ^= (<uint32_t>(value >> move.source) & move.mask) << move.target
        if self.gray_words:
            for i in range(self.element_write):
                words[i] = _binary_of_gray(words[i])

    cdef void _decode_element(self, const uint32_t* words, int64_t* slots) noexcept nogil:
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
        for i in range(self.n_fixes):
            _apply(&self.fixes[i], &slots[self.fixes[i].slot])

    def encode_array(self, slots):
        """Words uint32[n, n_write] of slots int64[n, n_slots]."""
        cdef const int64_t[:, ::1] source = _rows(slots, np.int64, self.n_slots)
        words = np.zeros((source.shape[0], self.n_write), dtype=np.uint32)
        cdef uint32_t[:, ::1] target = words
        cdef Py_ssize_t i
        if self.n_write:
            for i in range(source.shape[0]):
                self.encode(&source[i, 0] if self.n_slots else NULL, &target[i, 0])
        return words

    def decode_array(self, words):
        """Slots int64[n, n_slots] of words uint32[n, n_read]. Raw: values outside a field's range are not refused."""
        cdef const uint32_t[:, ::1] source = _rows(words, np.uint32, self.n_read)
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
        cdef int i, lane
        cdef Move* move
        self.encode(container.slots, words)
        memset(enables, 0xf, self.n_write)
        for i in range(self.n_enable_moves):
            move = &self.enable_moves[i]
            enables[move.word] = enables[move.word] & ~(1 << move.target) | (container.slots[move.slot] & 1) << move.target
        if self.byte_lane:
            lane = 3 - enum % 4
            words[0] <<= 8 * lane
            enables[0] = 1 << lane
        if container.schema.encode_hook:
            container._encode_hook(np.asarray(<uint32_t[:self.n_write]>words), self.backend)
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
        if container.schema.checks is None:
            container.schema.checks = [field for field in container.schema.fields if not field.fits_any_register()]
        for field in container.schema.checks:
            field.check(container)
        return 0


cdef object _rows(values, dtype, int length):
    """One or many rows of `length` numbers as a matrix."""
    rows = np.ascontiguousarray(values, dtype=dtype)
    return rows.reshape(-1, length) if length else rows.reshape(len(rows) if rows.ndim > 1 else 1, 0)


cdef dict _schemas = {}


def register(cls, Schema schema):
    """Makes `schema` that of `cls`."""
    _schemas[cls] = schema


def has_schema(cls):
    """Whether the class or one that it derives from has a schema."""
    return any(base in _schemas for base in cls.__mro__)


def registered(cls):
    """Whether the class derives from one that has a schema."""
    return any(base in _schemas for base in cls.__mro__[1:])


cdef int64_t _enum_on(cls, coordinate) except -1:
    """Number of a coordinate (0 for None). Raises CoordinateError for one of another kind."""
    if coordinate is None:
        return 0
    if type(coordinate) is not cls.coordinate and not isinstance(coordinate, cls.coordinate):
        raise CoordinateError(f"{cls.__name__} stands on {cls.coordinate.__name__}, not on {coordinate!r}")
    return (<Value>coordinate).v


cdef Schema schema_of(object cls):
    schema = _schemas.get(cls)
    if schema is None:  # a user's subclass shares the schema of the container it derives from
        parent = next((base for base in cls.__mro__ if base in _schemas), None)
        if parent is None:
            raise TypeError(f"{cls.__name__} is abstract: construct a container, for example NeuronConfig()")
        schema = _schemas[cls] = _schemas[parent]
    return <Schema>schema


cdef class Schema:
    def __cinit__(self, container, list fields, backends):
        self.container, self.fields = container, tuple(fields)
        self.backends, self.layouts = tuple(backends), {}
        self.default_backend = self.backends[0] if self.backends else ""
        self.n_slots = 0
        self.encode_hook, self.decode_hook = hasattr(container, "_encode_hook"), hasattr(container, "_decode_hook")
        for field in fields:
            field.slot = self.n_slots
            self.n_slots += field.count

    def __dealloc__(self):
        free(self.defaults)

    cdef const int64_t* default_slots(self) except NULL:
        """Slots of a default constructed instance."""
        if self.defaults == NULL:
            self.defaults = <int64_t*>calloc(max(1, self.n_slots), sizeof(int64_t))
            self.fill_defaults()
        return self.defaults

    cdef int fill_defaults(self) except -1:
        cdef int slot = 0
        for field in self.fields:
            for value in field.defaults:
                self.defaults[slot] = value
                slot += 1
        return 0

    cdef Layout layout(self, str backend):
        """The layout over a backend (None: the default one); compiled when it is first needed."""
        cdef str name = backend or self.default_backend
        found = self.layouts.get(name)
        if found is None:
            if name not in self.backends:
                known = ", ".join(self.backends) or "none"
                raise UnknownBackendError(f"{self.container.__name__} cannot be accessed over backend {name} (it knows: {known})")
            found = self.layouts[name] = self.container._layout(name)
        return <Layout>found


cdef str _name(object backend):
    """Name of a backend given by its name, by an enumerator of that name, or not at all."""
    return backend if backend is None or type(backend) is str else backend.name


cdef object BORROWED = object()


cdef Container part_of(Container owner, type cls, int64_t* slots):
    """A container of class `cls` whose fields are those of a part of `owner`: what is set in one is set in the other."""
    cdef Container made = <Container>cls.__new__(cls, BORROWED)
    made.owner, made.slots = owner.owner if owner.borrowed else owner, slots
    return made


cdef bint _is_assignable(cls, str name):
    """A descriptor of that name takes values, even if asking the class for it gives something else."""
    return any(hasattr(vars(base).get(name), "__set__") for base in cls.__mro__)


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
        memcpy(self.slots, self.schema.default_slots(), self.schema.n_slots * sizeof(int64_t))

    def __dealloc__(self):
        if not self.borrowed:
            free(self.slots)

    def __init__(self, *values, **fields):
        """Positional values in the order of the class attribute `constructor`, or another instance to copy; fields by name."""
        if not values and not fields:
            return
        cls, given = type(self), set()
        if len(values) == 1 and type(values[0]) is cls:
            self._copy_from(values[0])
            values = ()
        if values and not cls.constructor:
            raise TypeError(f"{cls.__name__} takes its fields by name only, or another {cls.__name__} to copy, not {shown(values[0])}")
        if len(values) > len(cls.constructor):
            raise TypeError(f"{cls.__name__} takes at most {len(cls.constructor)} values, {len(values)} were given")
        for name, value in [*zip(cls.constructor, values), *fields.items()]:
            name = cls.keywords.get(name, name)
            if not hasattr(getattr(cls, name, None), "__set__") and not _is_assignable(cls, name):
                raise TypeError(f"{cls.__name__} has no field {name!r}")
            if name in given:
                raise TypeError(f"{cls.__name__} got two values for {name}")
            given.add(name)
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
        return __newobj__, (type(self),), self.__getstate__()

    def __getstate__(self):
        """All fields as bytes: the item size, then the raw integers in the smallest signed type that holds them."""
        return packed(_memory(self))

    def __setstate__(self, bytes state):
        """Takes over what `__getstate__` gave. Raises ContainerError for the state of a container with other fields, RangeError."""
        values = unpacked(state)
        if len(values) != self.schema.n_slots:
            raise ContainerError(f"{type(self).__name__} has {self.schema.n_slots} values, the stored one has {len(values)}")
        set_slots(self, values)

    def __copy__(self):
        return type(self)(self)

    def __deepcopy__(self, memo):
        return type(self)(self)

    def __repr__(self):
        names = type(self).constructor
        if len(names) == 1 and len(self.schema.fields) == 1:  # a single value, given by position: shown as it is constructed
            return f"{type(self).__name__}({self.schema.fields[0].text(self)})"
        changed = [f"{field.name}={field.text(self)}" for field in self.schema.fields if not field.is_default(self)]
        text = f"{type(self).__name__}({', '.join(changed)})"
        return text if len(text) <= REPR_MAX else f"{text[:REPR_MAX]} ...)"

    def encode(self, coordinate=None, backend=None):
        """Words uint32[n_write] as written over `backend` (None: the default one). The coordinate matters only to single bytes."""
        cdef Layout layout = self.schema.layout(_name(backend))
        words, enables = np.zeros(layout.n_write, dtype=np.uint32), np.zeros(layout.n_write, dtype=np.uint8)
        cdef uint32_t[::1] target = words
        cdef uint8_t[::1] lanes = enables
        if layout.n_write:
            layout.encode_at(self, _enum_on(type(self), coordinate), &target[0], &lanes[0])
        return words

    def words(self, coordinate=None, backend=None):
        """The same as `encode`."""
        return self.encode(coordinate, backend)

    def decode(self, words, coordinate=None, backend=None):
        """Takes the fields from words uint32[n_read] as read over `backend`.

        Raises RangeError for contents that a field cannot hold; the container then stays as it was.
        """
        cdef Layout layout = self.schema.layout(_name(backend))
        cdef const uint32_t[::1] source = _words(words)
        if source.shape[0] != layout.n_read:
            raise ContainerError(f"{type(self).__name__} is read as {layout.n_read} words over {layout.backend}, not {source.shape[0]}")
        if layout.n_read == 0:
            return
        before = get_slots(self)
        try:
            layout.decode_at(self, _enum_on(type(self), coordinate), &source[0])
        except BaseException:
            _memory(self)[:] = before
            raise

    def write_access(self, coordinate, backend=None):
        """Addresses, words (uint32[n] each) and byte enables (uint8[n]) of a write at `coordinate` over `backend`."""
        cdef Layout layout = self.schema.layout(_name(backend))
        addresses, words = np.zeros(layout.n_write, dtype=np.uint32), np.zeros(layout.n_write, dtype=np.uint32)
        enables = np.zeros(layout.n_write, dtype=np.uint8)
        cdef uint32_t[::1] places = addresses, values = words
        cdef uint8_t[::1] lanes = enables
        cdef int64_t enum = _enum_on(type(self), coordinate)
        if layout.n_write:
            layout.write_addresses_at(enum, &places[0])
            layout.encode_at(self, enum, &values[0], &lanes[0])
        return addresses, words, enables

    @classmethod
    def read_access(cls, coordinate, backend=None):
        """Addresses uint32[n] of a read at `coordinate` over `backend`; `decode` takes the n words that come back."""
        return schema_of(cls).layout(_name(backend)).addresses(_enum_on(cls, coordinate), False)[0]

    @classmethod
    def layout(cls, backend=None):
        """The `Layout` over `backend` (None: the default one). Raises UnknownBackendError."""
        return schema_of(cls).layout(_name(backend))

    @classmethod
    def write_addresses(cls, enums=None, backend=None):
        """Addresses uint32[n, n_write] in write order of the given coordinate enums (None: all). Raises TypeError and RangeError for
        enums that the coordinate does not have."""
        return schema_of(cls).layout(_name(backend)).addresses(_enums_on(cls, enums), True)

    @classmethod
    def read_addresses(cls, enums=None, backend=None):
        """Addresses uint32[n, n_read] in read order of the given coordinate enums (None: all). Raises TypeError and RangeError for
        enums that the coordinate does not have."""
        return schema_of(cls).layout(_name(backend)).addresses(_enums_on(cls, enums), False)

    @classmethod
    def fields(cls):
        """The fields in declaration order."""
        return schema_of(cls).fields


cdef object _enums_on(cls, enums):
    """Numbers of places on the coordinate of a container class, as they were given."""
    if enums is None:
        return None
    given, kind = np.asarray(enums), cls.coordinate
    if given.dtype.kind not in "iu" and given.size:
        raise TypeError(f"{kind.__name__} is numbered by integers, not {shown(enums)}")
    if given.size and not 0 <= int(given.min()) <= int(given.max()) < kind.size:
        raise RangeError(f"{kind.__name__} has the numbers 0 to {kind.size - 1}, not {shown(enums)}")
    return given


cdef object _words(words):
    """An array of words as uint32. Raises TypeError for what is no integer, RangeError beyond 32 bits."""
    given = np.asarray(words)
    if given.dtype != np.uint32:
        if given.dtype.kind not in "iu" and given.size:
            raise TypeError(f"words are integers, not {given.dtype}")
        if given.size and not 0 <= int(given.min()) <= int(given.max()) <= 0xffffffff:
            raise RangeError(f"words have 32 bits: {int(given.min())} to {int(given.max())} is not inside 0 to {0xffffffff}")
    return np.ascontiguousarray(given, dtype=np.uint32)


cdef object _memory(Container container):
    """The raw integers of all fields, int64[n_slots], on the container's own memory."""
    if container.schema.n_slots == 0:
        return np.empty(0, dtype=np.int64)
    return np.asarray(<int64_t[:container.schema.n_slots]>container.slots)


def get_slots(Container container):
    """A copy of the raw integers of all fields, int64[n_slots]."""
    return _memory(container).copy()


def set_slots(Container container, values):
    """Takes the raw integers of all fields. Raises ContainerError for another number, RangeError for one out of range."""
    before, values = get_slots(container), np.ascontiguousarray(values, dtype=np.int64)
    if values.shape != before.shape:
        raise ContainerError(f"{type(container).__name__} has {container.schema.n_slots} values, {len(values)} were given")
    _memory(container)[:] = values
    try:
        for field in container.schema.fields:
            field.check(container)
    except BaseException:
        _memory(container)[:] = before
        raise


cdef object packed(values):
    """Integers int64[n] as bytes: the item size, then each of them little-endian."""
    low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
    size = next(size for size in (1, 2, 4, 8) if -1 << 8 * size - 1 <= low and high < 1 << 8 * size - 1)
    return bytes((size,)) + values.astype(f"<i{size}").tobytes()


cdef object unpacked(bytes state):
    """What `packed` was given, as an array of the stored type."""
    if not state or state[0] not in (1, 2, 4, 8) or (len(state) - 1) % state[0]:
        raise ContainerError(f"these {len(state)} bytes are not the state of a container")
    return np.frombuffer(state, dtype=f"<i{state[0]}", offset=1)


def packed_slots(Container container, int first, int count):
    """Some of the raw integers as `packed` bytes."""
    return packed(_memory(container)[first : first + count])


def restored_slots(Container container, Py_ssize_t first, bytes state):
    """Takes what `packed_slots` gave into the slots from `first` on. Raises as `set_slots` does."""
    values, slots = unpacked(state), get_slots(container)
    if not 0 <= first <= len(slots) - len(values):
        raise ContainerError(f"{type(container).__name__} has {len(slots)} values, not {len(values)} from number {first} on")
    slots[first : first + len(values)] = values
    set_slots(container, slots)


def get_slot(Container container, int slot):
    """The raw integer in a slot."""
    return container.slots[slot]


def set_slot(Container container, int slot, int64_t value):
    """Puts a raw integer, already checked, into a slot."""
    container.slots[slot] = value
