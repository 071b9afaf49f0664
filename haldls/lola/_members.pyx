"""The rows of a composed container's table: members, arrays of members, arrays of numbers, and the views users get of them.

Every view reads and writes the slots of the container it belongs to, and keeps it alive.
"""

from libc.stdint cimport int64_t
from libc.string cimport memcmp, memcpy

import numpy as np

from halco._core cimport Bounds, Value, bounds_of
from haldls._core cimport Container, Schema, part_of, schema_of
from haldls.fields cimport Field, Group, View, flat_tree, flat_trees, tree_of, trees_of

from halco._core import RangeError

from haldls.describe import meaning

cdef int SHOWN = 32     # numbers of an array, and
cdef int ELEMENTS = 4   # structures of one, that `repr` shows
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
    cdef const int64_t* defaults
    if field.count <= LISTED:
        defaults = inner.default_slots()
        field.defaults = [defaults[i] for i in range(inner.n_slots)] * elements
    return 0


cdef bint _holds_defaults(Field field, Container container, int elements):
    cdef Schema inner = schema_of(field.type)
    cdef int i
    cdef int64_t* slots = container.slots + field.slot
    cdef const int64_t* defaults = inner.default_slots()
    for i in range(elements):
        if memcmp(slots + i * inner.n_slots, defaults, inner.n_slots * sizeof(int64_t)):
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

    @property
    def __doc__(self):
        return meaning(self)

    def __init__(self, type, doc=""):
        _describe_part(self, type, 1, doc)

    def __get__(self, container, owner):
        if container is None:
            return self
        return part_of(<Container>container, <type>self.type, (<Container>container).slots + self.slot)

    def __set__(self, container, value):
        _put(<Container>container, self, self.slot, value)

    def nested(self, values):
        return tree_of(self.type, values)

    def flattened(self, tree):
        return flat_tree(self.type, tree)

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

    @property
    def __doc__(self):
        return meaning(self)

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

    def nested(self, values):
        return trees_of(self.type, values)

    def flattened(self, tree):
        return flat_trees(self, self.type, tree)

    def check(self, Container container):
        """Refuses values that decoding left outside their range. Raises RangeError."""
        _check_field(self, container.schema, container.slots)

    def is_default(self, Container container):
        """Whether all elements hold their default."""
        return _holds_defaults(self, container, self.size)

    def text(self, Container container):
        """The elements that differ from the default."""
        cdef Schema inner = schema_of(self.type)
        cdef int64_t* slots = container.slots + self.slot
        cdef int i
        cdef list changed = []
        for i in range(self.size):
            if memcmp(slots + i * inner.n_slots, inner.default_slots(), inner.n_slots * sizeof(int64_t)):
                changed.append(i)
        elements = self.__get__(container, None)
        shown = [f"{one}: {elements[one]!r}" for one in changed[:ELEMENTS]]
        rest = [f"... ({len(changed)} of {self.size} differ from the default)"] if len(changed) > ELEMENTS else []
        return "{" + ", ".join(shown + rest) + "}"


cdef class MembersView(View):
    """An array of structures: indexable by its coordinate or by integers; what is set in an element is set in the container."""

    def __len__(self):
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
        if self.field.size <= ELEMENTS:
            return f"[{', '.join(map(repr, self))}]"
        return f"<{self.field.size} x {self.field.type.__qualname__}: {self.field.text(self.container)}>"


cdef class Coded(Field):
    """A choice stored as a code whose bits are several switches of the register: `codes` gives the code of every member.

    `aliases` are codes that the registers may hold although no member is stored that way, and the code they stand for.
    """

    @property
    def __doc__(self):
        return meaning(self)

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

    @property
    def __doc__(self):
        return meaning(self)

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

    def nested(self, values):
        return values.reshape(self.shape).tolist()

    def flattened(self, tree):
        return self.flat_numbers(tree)

    def is_default(self, Container container):
        """Whether all elements hold their default."""
        return bool((np.asarray(<int64_t[:self.count]>(container.slots + self.slot)) == self.defaults[0]).all())

    def text(self, Container container):
        values = np.asarray(<int64_t[:self.count]>(container.slots + self.slot))
        changed = np.flatnonzero(values != self.defaults[0])
        if len(changed) > SHOWN:
            return f"<{len(changed)} of {self.count} differ from the default: {values.min()} .. {values.max()}>"
        places = [tuple(map(int, np.unravel_index(one, self.shape))) for one in changed]
        shown = (f"{place if len(place) > 1 else place[0]}: {values[one]}" for place, one in zip(places, changed))
        return "{" + ", ".join(shown) + "}"


cdef NumbersView _numbers(Container container, Numbers field, int64_t* first, int axis):
    cdef NumbersView made = NumbersView.__new__(NumbersView)
    made.container, made.field, made.first, made.axis = container, field, first, axis
    made.length = field.shape[axis]
    made.stride = 1 if axis == len(field.shape) - 1 else field.shape[axis + 1]
    return made


cdef class NumbersView(View):
    """An array property: `weights[row][column]`, indexed by coordinates or integers, or taken as a whole with numpy."""

    def __len__(self):
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
        """Takes all elements from an array; floats are cut off towards zero.

        Raises RuntimeError for another shape, TypeError for an array of other things, RangeError for a value out of range.
        """
        values = np.asarray(values)
        if values.shape != self.shape:
            raise RuntimeError(f"Input shape does not match. {self.field.name} is of shape {self.shape}, the input of {values.shape}.")
        if values.dtype.kind == "O":
            values = np.array([int(value) for value in values.ravel()], dtype=object).reshape(values.shape)
        elif values.dtype.kind == "f" and np.isfinite(values).all():
            values = np.trunc(values)
        elif values.dtype.kind not in "iub":
            raise TypeError(f"{self.field.name} takes an array of finite numbers, not of {values.dtype}")
        self._check(values)
        self._all()[:] = values.ravel()

    def _check(self, values):
        low, high = int(values.min()), int(values.max())
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
