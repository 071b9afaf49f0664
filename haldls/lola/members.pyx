"""The rows of a composed container's table: members, arrays of members, arrays of numbers, and the views users get of them.

Every view reads and writes the slots of the container it belongs to, and keeps it alive.
"""

from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc
from libc.string cimport memcmp, memcpy, memmove

import numpy as np

from halco.value cimport Bounds, Value, bounds_of
from haldls.layout cimport Container, Schema, part_of, schema_of
from halco.value cimport shown
from haldls.fields cimport Field, Group, View, array_elements, element, flat_tree, flat_trees, listed, row_elements, tree_of, trees_of

from halco.value import RangeError
from halco.typed_array import TypedArray

from haldls.errors import ContainerError

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
    if isinstance(field, Group):
        return 0
    if field.type is bool:
        for i in range(field.slot, field.slot + field.count):
            if not 0 <= slots[i] <= 1:
                raise RangeError(f"{field.place(schema.container)} is 0 or 1, not {slots[i]}")
        return 0
    if isinstance(field.type, tuple) or field.choices is not None:
        for i in range(field.slot, field.slot + field.count):
            field.cooked(slots[i])
        return 0
    bounds = bounds_of(field.type)
    for i in range(field.slot, field.slot + field.count):
        if not bounds.min <= slots[i] <= bounds.max:
            field.raw(slots[i], schema.container)  # raises
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


cdef int _require(Field field, object value, object container) except -1:
    if type(value) is not field.type:
        raise TypeError(f"{field.place(container)} is a {field.type.__qualname__}, not {shown(value)}")
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
        _require(self, value, container)
        memmove((<Container>container).slots + self.slot, (<Container>value).slots, self.count * sizeof(int64_t))

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
        return self.view_from(<Container>container, self.slot, 0)

    cdef object view_from(self, Container container, Py_ssize_t first, int axis):
        cdef MembersView made = MembersView.__new__(MembersView)
        made.container, made.field = container, self
        return made

    def __set__(self, container, values):
        self.put(<Container>container, range(self.size), values)

    cdef int put(self, Container container, object numbers, object values) except -1:
        """Sets the elements with these numbers, or none; the values may be parts of the container themselves."""
        cdef Py_ssize_t width = self.count // self.size, i
        values = listed(self, values, len(numbers), container)
        for value in values:
            _require(self, value, container)
        cdef int64_t* copies = <int64_t*>malloc(max(1, len(values) * width) * sizeof(int64_t))
        for i, value in enumerate(values):
            memcpy(copies + i * width, (<Container>value).slots, width * sizeof(int64_t))
        for i, number in enumerate(numbers):
            memcpy(container.slots + self.slot + <Py_ssize_t>number * width, copies + i * width, width * sizeof(int64_t))
        free(copies)
        return 0

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

    cdef Py_ssize_t length(self):
        return (<Members>self.field).size

    cdef Py_ssize_t position(self, object index) except -1:
        return element(self.field, (<Members>self.field).index, (<Members>self.field).size, index, True, self.container)

    cdef object item(self, Py_ssize_t number):
        cdef int64_t* slots = self.container.slots + self.field.slot + number * (self.field.count // (<Members>self.field).size)
        return part_of(self.container, <type>self.field.type, slots)

    cdef int put(self, object numbers, object values) except -1:
        return (<Members>self.field).put(self.container, numbers, values)

    cdef tuple region(self):
        return self.field.slot, self.field.count, 0

    def __repr__(self):
        if self.length() <= ELEMENTS:
            return View.__repr__(self)
        return f"<{self.length()} x {self.field.type.__qualname__}: {self.field.text(self.container)}>"


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

    cdef long long number(self, object value) except? -9223372036854775807:
        return self.codes[self.member(value)]

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
        (<NumbersView>self.__get__(container, None)).take(values)

    cdef object view_from(self, Container container, Py_ssize_t first, int axis):
        if not (0 <= axis < len(self.shape) and self.slot <= first < self.slot + self.count):
            raise ContainerError(f"{self.place(container)} has no part at {first}")
        return _numbers(container, self, container.slots + first, axis)

    def nested(self, values):
        return values.reshape(self.shape).tolist()

    def flattened(self, tree):
        return self.flat_numbers(tree)

    def stored_shape(self):
        """Shape of the numbers as `nested` gives them."""
        return self.shape

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
    made.width = field.shape[axis]
    made.stride = 1 if axis == len(field.shape) - 1 else field.shape[axis + 1]
    return made


cdef class NumbersView(View):
    """An array property: `weights[row][column]`, indexed by coordinates or integers, or taken as a whole with numpy."""

    cdef Py_ssize_t length(self):
        return self.width

    cdef Py_ssize_t position(self, object index) except -1:
        return element(self.field, (<Numbers>self.field).index[self.axis], self.width, index, True, self.container)

    cdef bint innermost(self):
        return self.axis == len((<Numbers>self.field).shape) - 1

    cdef object item(self, Py_ssize_t number):
        if self.innermost():
            return self.field.cooked(self.first[number])
        return _numbers(self.container, <Numbers>self.field, self.first + number * self.stride, self.axis + 1)

    cdef int put(self, object numbers, object values) except -1:
        if not self.innermost():
            values = listed(self.field, values, len(numbers), self.container)
            values = [(<NumbersView>self.item(number)).plain(value) for number, value in zip(numbers, values)]
            for number, value in zip(numbers, values):
                (<NumbersView>self.item(number))._all()[:] = value
            return 0
        raw = [self.field.raw(value, self.container) for value in row_elements(self.field, values, len(numbers), self.container)]
        for number, value in zip(numbers, raw):
            self.first[<Py_ssize_t>number] = value
        return 0

    cdef tuple region(self):
        return self.first - self.container.slots, self.width * self.stride, self.axis

    @property
    def shape(self):
        """Number of elements along each dimension."""
        return (<Numbers>self.field).shape[self.axis:]

    def __setitem__(self, index, value):
        if isinstance(index, slice) or not self.innermost():
            View.__setitem__(self, index, value)
        else:
            self.first[self.position(index)] = self.field.raw(value, self.container)

    def _all(self):
        """All elements of the view as int64 array on the container's own memory."""
        return np.asarray(<int64_t[:self.width * self.stride]>self.first)

    def to_numpy(self):
        """A copy of the plain integers (or bools), of shape `shape`."""
        dtype = bool if self.field.type is bool else (<Numbers>self.field).dtype
        return self._all().astype(dtype).reshape(self.shape)

    def from_numpy(self, values):
        """Takes all elements from an array of integers, or of floats that are whole numbers.

        Raises ShapeError (a RuntimeError) for another shape, TypeError for an array of other things, RangeError for a value out of
        range; then nothing changes.
        """
        self._all()[:] = self.plain(np.asanyarray(values))

    cdef int take(self, object values) except -1:
        """The same from a sequence, element by element, or another array of that kind."""
        self._all()[:] = self.plain(values)
        return 0

    cdef object plain(self, object values):
        """The raw integers int64[elements] of what is assigned to the whole view. Raises before anything changes."""
        if isinstance(values, NumbersView):
            values = (<NumbersView>values).to_numpy()
        elif isinstance(values, TypedArray) and values.element in (bool, int):
            values = values.to_numpy()
        if isinstance(values, np.ndarray):
            values = array_elements(self.field, values, self.shape, self.container)
            if values.dtype.kind == "O":
                return np.array([self.field.raw(value, self.container) for value in values], dtype=np.int64)
            for extreme in (values.min(), values.max()):
                self.field.raw(int(extreme), self.container)
            return values.astype(np.int64, copy=False)
        values = listed(self.field, values, self.width, self.container)
        if self.innermost():
            return np.array([self.field.raw(value, self.container) for value in values], dtype=np.int64)
        return np.concatenate([(<NumbersView>self.item(number)).plain(value) for number, value in enumerate(values)])

    def __array__(self, dtype=None, copy=None):
        values = self.to_numpy()
        return values if dtype is None else values.astype(dtype)

    def fill(self, value):
        """Sets all elements: to a number, or all rows of a matrix to a row."""
        if self.innermost() or not hasattr(type(value), "__iter__"):
            self._all()[:] = self.field.raw(value, self.container)
        else:
            View.fill(self, value)

    def __eq__(self, other):
        if isinstance(other, (NumbersView, np.ndarray)):
            other = np.asarray(other)
            return self.shape == other.shape and other.dtype.kind in "biuf" and bool((self._all() == other.ravel()).all())
        return View.__eq__(self, other)

    __hash__ = None

    def __repr__(self):
        return np.array2string(self.to_numpy(), separator=", ")
