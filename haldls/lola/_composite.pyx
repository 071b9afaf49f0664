# cython: language_level=3, boundscheck=False, wraparound=False, cdivision=True, initializedcheck=False
"""Containers made of containers: one flat array of slots, of which every nested structure is a view.

A composed container owns the slots of all its members, so copying, comparing and pickling it is one move of memory, and
`neuron.leak` is a container object whose fields are the parent's slots. A `CompositeLayout` knows for every part which of
the parent's slots the part's own layout encodes, and lets that layout do the work: no register bit is described twice.
The rows of the tables are written with `haldls.lola.table`.
"""

from libc.stdint cimport int32_t, int64_t, uint8_t, uint32_t
from libc.stdlib cimport calloc, free, malloc
from libc.string cimport memcmp, memcpy, memset

from cpython.bytes cimport PyBytes_AS_STRING, PyBytes_FromStringAndSize

import numpy as np

from halco._core cimport Bounds, Value, bounds_of
from haldls._core cimport Container, Layout, Schema, part_of, schema_of
from haldls.fields cimport Array, Field, Group

from enum import Enum

from halco._core import RangeError

from haldls.errors import ContainerError

cdef enum:
    SCRATCH = 1024  # slots of a part that are gathered on the stack; bigger ones on the heap
cdef int LISTED = 4096  # members up to this size list their defaults for structures that nest them


cdef int _check_field(Field field, Schema schema, int64_t* slots) except -1:
    """Refuses slots that decoding left outside the field's range. `slots` are those of the structure the field belongs to."""
    cdef int i
    cdef Bounds bounds
    cdef Schema inner
    if isinstance(field, Member):
        inner = schema_of(field.type)
        return check_slots(inner, slots + field.slot)
    if isinstance(field, Members):
        inner = schema_of(field.type)
        for i in range(field.count // inner.n_slots if inner.n_slots else 0):
            check_slots(inner, slots + field.slot + i * inner.n_slots)
        return 0
    if isinstance(field, Coded):
        slots[field.slot] = (<Coded>field).aliases.get(slots[field.slot], slots[field.slot])
        return 0
    if isinstance(field, Group) or field.type is bool:
        return 0
    if isinstance(field.type, tuple) or field.choices is not None:
        for i in range(field.slot, field.slot + field.count):
            field.cooked(slots[i])
        return 0
    bounds = bounds_of(field.type)
    for i in range(field.slot, field.slot + field.count):
        if slots[i] > bounds.max:
            raise RangeError(f"range overflow: {slots[i]} > max({bounds.max}) ({schema.container.__qualname__}.{field.name})")
        if slots[i] < bounds.min:
            raise RangeError(f"range underflow: {slots[i]} < min({bounds.min}) ({schema.container.__qualname__}.{field.name})")
    return 0


cdef int check_slots(Schema schema, int64_t* slots) except -1:
    """Refuses contents that no field can hold. Raises RangeError."""
    for field in schema.fields:
        _check_field(<Field>field, schema, slots)
    return 0


cdef int _describe_part(Field field, object type, int elements, str doc) except -1:
    cdef Schema inner = schema_of(type)
    cdef int i
    field.type, field.doc, field.unit, field.repeat = type, doc, "", 1
    field.count = inner.n_slots * elements
    if field.count <= LISTED:
        field.defaults = [inner.defaults[i] for i in range(inner.n_slots)] * elements
    return 0


cdef bint _holds_defaults(Field field, Container container, int elements):
    cdef Schema inner = schema_of(field.type)
    cdef int i
    cdef int64_t* slots = container.slots + field.slot
    for i in range(elements):
        if memcmp(slots + i * inner.n_slots, inner.defaults, inner.n_slots * sizeof(int64_t)):
            return False
    return True


cdef int _put(Container target, Field field, int slot, object value) except -1:
    """Copies a structure into the slots of a member."""
    if type(value) is not field.type:
        raise TypeError(f"{field.name} is a {field.type.__qualname__}, not {value!r}")
    memcpy(target.slots + slot, (<Container>value).slots, (<Container>value).schema.n_slots * sizeof(int64_t))
    return 0


cdef class Member(Field):
    """A structure or container as attribute of a bigger one. What is set in it is set in the bigger one."""

    def __init__(self, type, doc=""):
        _describe_part(self, type, 1, doc)

    def __get__(self, container, owner):
        if container is None:
            return self
        return part_of(<Container>container, <type>self.type, (<Container>container).slots + self.slot)

    def __set__(self, container, value):
        _put(<Container>container, self, self.slot, value)

    cdef int check_member(self, int64_t* slots) except -1:
        return check_slots(schema_of(self.type), slots + self.slot)

    def check(self, Container container):
        """Refuses values that decoding left outside their range. Raises RangeError."""
        self.check_member(container.slots)

    def is_default(self, Container container):
        """Whether all fields of the member hold their default."""
        return _holds_defaults(self, container, 1)

    def text(self, Container container):
        return repr(self.__get__(container, None))


cdef class Members(Field):
    """One structure or container per instance of a coordinate (or per integer below `index`)."""

    def __init__(self, index, type, doc=""):
        self.index = index
        self.size = index if isinstance(index, int) else index.size
        _describe_part(self, type, self.size, doc)

    def __get__(self, container, owner):
        if container is None:
            return self
        cdef MembersView made = MembersView.__new__(MembersView)
        made.container, made.field = container, self
        return made

    def __set__(self, container, values):
        values = list(values)
        if len(values) != self.size:
            raise ValueError(f"{self.name} holds {self.size} values, {len(values)} were given")
        for i, value in enumerate(values):
            _put(<Container>container, self, self.position(i), value)

    cdef int position(self, object index) except -1:
        """First slot of an element. Raises TypeError for a coordinate of another kind, IndexError outside the array."""
        if isinstance(index, Value) and not isinstance(self.index, int) and type(index) is not self.index:
            raise TypeError(f"{self.name} is indexed by {self.index.__name__} or integers, not {index!r}")
        number = index.__index__()
        if not 0 <= number < self.size:
            raise IndexError(f"{self.name}[{number}]: there are {self.size} elements")
        return self.slot + <int>number * (self.count // self.size)

    def check(self, Container container):
        """Refuses values that decoding left outside their range. Raises RangeError."""
        _check_field(self, container.schema, container.slots)

    def is_default(self, Container container):
        """Whether all elements hold their default."""
        return _holds_defaults(self, container, self.size)

    def text(self, Container container):
        return repr(self.__get__(container, None))


cdef class MembersView:
    """An array of structures: indexable by its coordinate or by integers; what is set in an element is set in the container."""

    def __len__(self):
        return self.field.size

    @property
    def size(self):
        """Number of elements."""
        return self.field.size

    def __getitem__(self, index):
        return part_of(self.container, <type>self.field.type, self.container.slots + self.field.position(index))

    def __setitem__(self, index, value):
        _put(self.container, self.field, self.field.position(index), value)

    def __iter__(self):
        return (self[i] for i in range(self.field.size))

    def __eq__(self, other):
        return len(self) == len(other) and all(a == b for a, b in zip(self, other))

    __hash__ = None

    def fill(self, value):
        """Sets all elements."""
        for i in range(self.field.size):
            self[i] = value

    def __repr__(self):
        return f"[{', '.join(map(repr, self))}]"


cdef class Coded(Field):
    """A choice stored as a code whose bits are several switches of the register: `codes` gives the code of every member.

    `aliases` are codes that the registers may hold although no member is stored that way, and the code they stand for.
    """

    def __init__(self, type, codes, *, aliases=None, default=None, doc=""):
        self.codes, self.aliases = dict(codes), dict(aliases or {})
        self.members = {code: member for member, code in self.codes.items()}
        Field.__init__(self, type, default=default, doc=doc)

    cdef long long raw(self, object value) except? -9223372036854775807:
        return self.codes[self.choices[self._raw_choice(value)]]

    cdef object cooked(self, long long raw):
        return self.members[self.aliases.get(raw, raw)]


cdef class Numbers(Field):
    """Ranged numbers in one or two dimensions, exchanged with numpy as a whole.

    index   the coordinate class of each dimension, outermost first
    type    a ranged number class; the arrays handed out are of the smallest unsigned type that holds its range (signed: int64)
    """

    def __init__(self, index, type, *, default=None, doc="", unit=""):
        self.index = index if isinstance(index, tuple) else (index,)
        self.shape = tuple(one if isinstance(one, int) else one.size for one in self.index)
        self.count = int(np.prod(self.shape))
        self._describe(type, None, None, unit, doc, 0)
        self.defaults = [self._default(default)] * min(self.count, LISTED)
        self.dtype = np.dtype(np.int64) if type is not bool and type.min < 0 else np.min_scalar_type(1 if type is bool else type.max)

    def __get__(self, container, owner):
        if container is None:
            return self
        return _numbers(<Container>container, self, (<Container>container).slots + self.slot, 0)

    def __set__(self, container, values):
        self.__get__(container, None).from_numpy(values.to_numpy() if isinstance(values, NumbersView) else np.asarray(values))

    def is_default(self, Container container):
        """Whether all elements hold their default."""
        return bool((np.asarray(<int64_t[:self.count]>(container.slots + self.slot)) == self.defaults[0]).all())

    def text(self, Container container):
        return np.array2string(self.__get__(container, None).to_numpy(), separator=", ").replace("\n", "")


cdef NumbersView _numbers(Container container, Numbers field, int64_t* first, int axis):
    cdef NumbersView made = NumbersView.__new__(NumbersView)
    made.container, made.field, made.first, made.axis = container, field, first, axis
    made.length = field.shape[axis]
    made.stride = 1 if axis == len(field.shape) - 1 else field.shape[axis + 1]
    return made


cdef class NumbersView:
    """An array property: `weights[row][column]`, indexed by coordinates or integers, or taken as a whole with numpy."""

    def __len__(self):
        return self.length

    @property
    def size(self):
        """Number of elements along the first dimension."""
        return self.length

    @property
    def shape(self):
        """Number of elements along each dimension."""
        return self.field.shape[self.axis:]

    cdef Py_ssize_t position(self, object index) except -1:
        kind = self.field.index[self.axis]
        if isinstance(index, Value) and not isinstance(kind, int) and type(index) is not kind:
            raise TypeError(f"{self.field.name} is indexed by {kind.__name__} or integers, not {index!r}")
        number = index.__index__()
        if not 0 <= number < self.length:
            raise IndexError(f"{self.field.name}[{number}]: there are {self.length} elements")
        return <Py_ssize_t>number * self.stride

    cdef object element(self, Py_ssize_t position):
        if self.axis == len(self.field.shape) - 1:
            return self.field.cooked(self.first[position])
        return _numbers(self.container, self.field, self.first + position, self.axis + 1)

    def __getitem__(self, index):
        return self.element(self.position(index))

    def __setitem__(self, index, value):
        cdef Py_ssize_t position = self.position(index)
        if self.axis == len(self.field.shape) - 1:
            self.first[position] = self.field.raw(value)
        else:
            self.element(position).from_numpy(value.to_numpy() if isinstance(value, NumbersView) else np.asarray(value))

    def __iter__(self):
        return (self.element(i * self.stride) for i in range(self.length))

    def _all(self):
        """All elements of the view as int64 array on the container's own memory."""
        return np.asarray(<int64_t[:self.length * self.stride]>self.first)

    def to_numpy(self):
        """A copy of the plain integers (or bools), of shape `shape`."""
        dtype = bool if self.field.type is bool else self.field.dtype
        return self._all().astype(dtype).reshape(self.shape)

    def from_numpy(self, values):
        """Takes all elements from an integer array. Raises RuntimeError for another shape, RangeError for a value out of range."""
        values = np.asarray(values)
        if values.shape != self.shape:
            raise RuntimeError(f"Input shape does not match. {self.field.name} is of shape {self.shape}, the input of {values.shape}.")
        if values.dtype.kind == "O":
            values = np.array([int(value) for value in values.ravel()], dtype=object).reshape(values.shape)
        elif values.dtype.kind not in "iub":
            raise TypeError(f"{self.field.name} takes an array of integers, not of {values.dtype}")
        self._check(values)
        self._all()[:] = values.ravel()

    def _check(self, values):
        low, high = values.min(), values.max()
        kind = self.field.type
        least, most = (0, 1) if kind is bool else (kind.min, kind.max)
        if high > most:
            raise RangeError(f"range overflow: {high} > max({most}) ({self.field.name})")
        if low < least:
            raise RangeError(f"range underflow: {low} < min({least}) ({self.field.name})")

    def __array__(self, dtype=None, copy=None):
        values = self.to_numpy()
        return values if dtype is None else values.astype(dtype)

    def fill(self, value):
        """Sets all elements."""
        self._all()[:] = self.field.raw(value)

    def __eq__(self, other):
        if isinstance(other, NumbersView):
            return self.shape == other.shape and bool((self._all() == (<NumbersView>other)._all()).all())
        return len(self) == len(other) and all(a == b for a, b in zip(self, other))

    __hash__ = None

    def __repr__(self):
        return np.array2string(self.to_numpy(), separator=", ")


cdef bint _has_hook(object container):
    cdef Schema schema = schema_of(container)
    return schema.encode_hook or schema.decode_hook


cdef class Step:
    """One part of a composed container, or several in a row: whose layout encodes which of the parent's slots.

    index     int32[count, slots of the part]: slot of the parent, -1 where the part keeps its default
    shift     int[slots of the part], mask int64[...]: the bits of the parent's slot that are meant, None if all are
    at        numbers of the part's coordinates [n, count] from the numbers of the parent's coordinates [n]
    """

    def __cinit__(self, Layout layout, at, index, shift=None, mask=None):
        self.layout, self.at, self.count = layout, at, len(index)
        self.n_slots = layout.n_slots
        self.defaults = schema_of(layout.container).defaults
        self.hooked = isinstance(layout, CompositeLayout) and (<CompositeLayout>layout).hooked or _has_hook(layout.container)
        if layout.byte_lane:
            raise ContainerError(f"{layout.container.__name__} is written byte by byte, it cannot be part of a composed container")
        self._fold(np.ascontiguousarray(index, dtype=np.int32).reshape(self.count, self.n_slots))
        self._keep_bits(shift, mask)

    def __dealloc__(self):
        free(self.index)
        free(self.mask)
        free(self.shift)

    def _fold(self, index):
        """Keeps one row of the table and a stride where the rows differ by a constant only."""
        held = index[0] >= 0 if len(index) else np.zeros(self.n_slots, dtype=bool)
        steps = np.diff(index[:, held], axis=0)
        uniform = bool((index[:, ~held] < 0).all()) and (steps.size == 0 or bool((steps == steps[0, 0]).all()))
        self.stride = int(steps[0, 0]) if uniform and steps.size else 0
        self.rows = 1 if uniform else self.count
        self.first = int(index[0, 0]) if index.size else 0
        self.contiguous = uniform and bool(held.all()) and index.size > 0 and bool((index[0] == self.first + np.arange(self.n_slots)).all())
        cdef const int32_t[::1] flat = np.ascontiguousarray(index[:self.rows]).ravel()
        self.index = <int32_t*>malloc(max(1, flat.shape[0]) * sizeof(int32_t))
        if flat.shape[0]:
            memcpy(self.index, &flat[0], flat.shape[0] * sizeof(int32_t))

    def _keep_bits(self, shift, mask):
        self.masked = shift is not None
        if not self.masked:
            return
        self.contiguous = False
        self.shift = <int*>calloc(max(1, self.n_slots), sizeof(int))
        self.mask = <int64_t*>calloc(max(1, self.n_slots), sizeof(int64_t))
        for j in range(self.n_slots):
            self.shift[<int>j], self.mask[<int>j] = shift[j], mask[j]

    cdef void gather(self, int repetition, const int64_t* slots, int64_t* part) noexcept:
        cdef const int32_t* index = self.index + (repetition * self.n_slots if self.rows > 1 else 0)
        cdef const int64_t* base = slots + (repetition * self.stride if self.rows == 1 else 0)
        cdef int j
        for j in range(self.n_slots):
            part[j] = base[index[j]] if index[j] >= 0 else self.defaults[j]
        if self.masked:
            for j in range(self.n_slots):
                part[j] = (part[j] >> self.shift[j]) & self.mask[j] if index[j] >= 0 else part[j]

    cdef void scatter(self, int repetition, const int64_t* part, int64_t* slots) noexcept:
        cdef const int32_t* index = self.index + (repetition * self.n_slots if self.rows > 1 else 0)
        cdef int64_t* base = slots + (repetition * self.stride if self.rows == 1 else 0)
        cdef int64_t mask
        cdef int j
        for j in range(self.n_slots):
            if index[j] < 0:
                continue
            if self.masked:
                mask = self.mask[j] << self.shift[j]
                base[index[j]] = (base[index[j]] & ~mask) | ((part[j] << self.shift[j]) & mask)
            else:
                base[index[j]] = part[j]

    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept:
        cdef int64_t small[SCRATCH]
        cdef int64_t* part = small
        cdef int i
        if self.contiguous:
            for i in range(self.count):
                self.layout.encode(slots + self.first + i * self.stride, words + i * self.layout.n_write)
            return
        if self.n_slots > SCRATCH:
            part = <int64_t*>malloc(self.n_slots * sizeof(int64_t))
        for i in range(self.count):
            self.gather(i, slots, part)
            self.layout.encode(part, words + i * self.layout.n_write)
        if self.n_slots > SCRATCH:
            free(part)

    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept:
        cdef int64_t small[SCRATCH]
        cdef int64_t* part = small
        cdef int i
        if self.contiguous:
            for i in range(self.count):
                self.layout.decode(words + i * self.layout.n_read, slots + self.first + i * self.stride)
            return
        if self.n_slots > SCRATCH:
            part = <int64_t*>malloc(self.n_slots * sizeof(int64_t))
        for i in range(self.count):
            self.gather(i, slots, part)
            self.layout.decode(words + i * self.layout.n_read, part)
            self.scatter(i, part, slots)
        if self.n_slots > SCRATCH:
            free(part)

    cdef Container part(self, Container container, int repetition):
        """The repetition-th part: a view of the composed container where possible, otherwise a copy."""
        if self.contiguous:
            return part_of(container, <type>self.layout.container, container.slots + self.first + repetition * self.stride)
        return self.made_from(container, repetition)

    cdef int encode_parts(self, Container container, uint32_t* words, uint8_t* enables) except -1:
        """Encodes part by part as objects, for registers that no bit map describes."""
        cdef int i
        for i in range(self.count):
            self.layout.encode_at(self.part(container, i), 0, words + i * self.layout.n_write, enables + i * self.layout.n_write)
        return 0

    cdef int decode_parts(self, Container container, const uint32_t* words) except -1:
        """Decodes part by part as objects, for registers that no bit map describes."""
        cdef int i
        cdef Container part
        for i in range(self.count):
            part = self.part(container, i)
            self.layout.decode_at(part, 0, words + i * self.layout.n_read)
            self.scatter(i, part.slots, container.slots)
        return 0

    def read_into(self, Container container, Container part, int repetition=0):
        """Takes the fields of `part`, the repetition-th of this step, over into the composed container."""
        self.scatter(repetition, part.slots, container.slots)
        check_slots(container.schema, container.slots)

    def made_from(self, Container container, int repetition=0):
        """The part of the composed container that this step writes, as a container of its own."""
        cdef Container part = self.layout.container()
        self.gather(repetition, container.slots, part.slots)
        return part


cdef class CompositeLayout(Layout):
    """Layout of a composed container over one backend: the layouts of its parts in write order."""

    def build(self, int n_slots, steps):
        """Takes the steps in write order; `n_slots` is the number of slots of the composed container."""
        self.n_slots, self.steps = n_slots, list(steps)
        self.hooked = [step for step in self.steps if (<Step>step).hooked]
        for step in self.steps:
            (<Step>step).write_word, (<Step>step).read_word = self.n_write, self.n_read
            self.n_write += (<Step>step).count * (<Step>step).layout.n_write
            self.n_read += (<Step>step).count * (<Step>step).layout.n_read
        return self

    def slot(self, str name):
        """Index of the first slot of the field called `name`."""
        return getattr(self.container, name).slot

    def step(self, container):
        """The step that writes the part of class `container`."""
        for step in self.steps:
            if (<Step>step).layout.container is container:
                return step
        raise ContainerError(f"{self.container.__name__} has no part {container.__name__}")

    cdef void encode(self, const int64_t* slots, uint32_t* words) noexcept nogil:
        with gil:
            for step in self.steps:
                (<Step>step).encode(slots, words + (<Step>step).write_word)

    cdef void decode(self, const uint32_t* words, int64_t* slots) noexcept nogil:
        with gil:
            for step in self.steps:
                (<Step>step).decode(words + (<Step>step).read_word, slots)

    cdef int encode_at(self, Container container, int64_t enum, uint32_t* words, uint8_t* enables) except -1:
        self.encode(container.slots, words)
        memset(enables, 0xf, self.n_write)
        for step in self.hooked:
            (<Step>step).encode_parts(container, words + (<Step>step).write_word, enables + (<Step>step).write_word)
        return self.n_write

    cdef int decode_at(self, Container container, int64_t enum, const uint32_t* words) except -1:
        self.decode(words, container.slots)
        for step in self.hooked:
            (<Step>step).decode_parts(container, words + (<Step>step).read_word)
        return check_slots(container.schema, container.slots)

    def addresses(self, enums=None, bint write=True):
        """Addresses uint32[n, words] of the given coordinate enums (None: all)."""
        if enums is None:
            enums = np.arange(self.container.coordinate.size)
        enums = np.atleast_1d(np.asarray(enums, dtype=np.int64))
        columns = [np.zeros((len(enums), 0), dtype=np.uint32)]
        for step in self.steps:
            places = step.at(enums)
            columns.append(step.layout.addresses(places.ravel(), write).reshape(len(enums), -1))
        return np.ascontiguousarray(np.concatenate(columns, axis=1), dtype=np.uint32)


cdef class Composition(Schema):
    """What a composed container is made of: its fields and the table of its parts."""

    def build(self, list fields, parts):
        """Lays out the slots of the fields and their defaults."""
        self.fields, self.parts = tuple(fields), tuple(parts)
        self.n_slots = sum((<Field>field).count for field in fields)
        free(self.defaults)
        self.defaults = <int64_t*>malloc(max(1, self.n_slots) * sizeof(int64_t))
        cdef int slot = 0
        for field in fields:
            (<Field>field).slot = slot
            self._fill(<Field>field)
            slot += (<Field>field).count
        return self

    def _fill(self, Field field):
        """Writes the defaults of a field into the defaults of the whole."""
        cdef Schema inner
        cdef int i
        cdef int64_t value
        cdef int64_t* target = self.defaults + field.slot
        if isinstance(field, (Member, Members)):
            inner = schema_of(field.type)
            for i in range(field.count // inner.n_slots if inner.n_slots else 0):
                memcpy(target + i * inner.n_slots, inner.defaults, inner.n_slots * sizeof(int64_t))
        elif isinstance(field, Numbers):
            value = field.defaults[0]
            for i in range(field.count):
                target[i] = value
        else:
            for i in range(field.count):
                target[i] = field.defaults[i]


def slots_of(container):
    """Number of slots of any container class."""
    return schema_of(container).n_slots


cdef class Composed(Container):
    """Base of the composed containers; see `haldls.lola.table`."""

    def __reduce__(self):
        return _composed, (type(self), PyBytes_FromStringAndSize(<char*>self.slots, self.schema.n_slots * sizeof(int64_t)))


def _composed(cls, bytes state):
    cdef Container made = cls()
    if <size_t>len(state) != made.schema.n_slots * sizeof(int64_t):
        raise ContainerError(f"{cls.__name__} has {made.schema.n_slots} values, the stored one has {len(state) // sizeof(int64_t)}")
    memcpy(made.slots, PyBytes_AS_STRING(state), len(state))
    return made
