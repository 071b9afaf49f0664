"""The rows of a container's table: fields, arrays of fields and groups, with range, default, place and meaning.

    refractory_time = Field(RefractoryTime, "~w1[3:0] ~w2[5:2]", unit="cycles of the selected clock", doc="...")
    enable_fire = Field(bool, "w3[4]", doc="...")
    weights = Array(EntryOnQuad, Weight, lambda entry: f"w0[...]", doc="...")

A field is a property of its container. Reading gives a value of the field's type, writing takes one or a plain integer in
range; anything else raises TypeError or RangeError and changes nothing. In detail, as the original's bindings do it:

flag          whatever has a truth value as a number has: integers and floats of Python and numpy, None, coordinates
number        integers of Python and numpy, also True and False; no floats, nothing is ever cut off
enumeration   a member; beyond the original, its plain integer
"""

from cpython.long cimport PyLong_Check
from cpython.number cimport PyNumber_Index
from libc.stdint cimport int64_t
from libc.string cimport memcpy
from enum import Enum

import numpy as np

from halco.value cimport Value, bounds_of, checked, make, shown, truth

from halco.value import RangeError
from halco.typed_array import TypedArray, same_elements, unmasked, whole_numbers

from haldls.layout cimport Container, schema_of

from haldls.layout import packed_slots, restored_slots

from haldls.bits import parse, width
from haldls.describe import meaning
from haldls.errors import AlternativeError, ContainerError, FieldValueError, ShapeError


cdef enum Kind:
    FLAG, RANGED, CHOICE, UNION

cdef object KEEP = object()
cdef int LISTED = 32  # elements of an array that `repr` of its container lists
cdef int SHOWN = 512  # and that of the array itself
cdef object MAXIMUM = (1 << 63) - 1


cdef list _per_element(bits, int count):
    if bits is None:
        return None
    if callable(bits):
        return [bits(index) for index in range(count)]
    return [bits] * count if isinstance(bits, str) else list(bits)


cdef str few(list numbers, list defaults):
    """Long arrays in `repr`: the elements that differ from the default, if they are few."""
    changed = {index: number for index, (number, default) in enumerate(zip(numbers, defaults)) if number != default}
    if len(changed) <= LISTED:
        return "{" + ", ".join(f"{index}: {number}" for index, number in changed.items()) + "}"
    return f"<{len(changed)} of {len(numbers)} differ from the default: {min(numbers)} .. {max(numbers)}>"


cdef tuple _code_pair(code):
    """(register value of each value, value of each register value)."""
    if isinstance(code[0], int):
        inverse = [0] * (max(code) + 1)
        for value, stored in enumerate(code):
            inverse[stored] = value
        return tuple(code), tuple(inverse)
    return tuple(code[0]), tuple(code[1])


cdef class Field:
    """One value of a register.

    type     bool, a ranged number or coordinate class, an IntEnum, or a tuple of ranged classes with disjoint ranges (a union)
    bits     place in the written words (see `haldls.bits`), None if the field is not written
    read     place in the words read, if that differs; None if it is not read
    default  value of a default constructed container (None: the default of the type)
    offset   the register stores value + offset
    code     the register stores code[value] (thermometer, one-hot, ...); a pair of sequences also says the value of each register value
    is_signed  the value read is in two's complement
    allowed  the values the register can hold, where these are not all of the range; others raise ValueError
    readonly whether only reading the container sets the field
    """

    def __init__(self, type, bits=None, *, read=KEEP, default=None, unit="", doc="", offset=0, code=None, is_signed=False, allowed=None,
                 readonly=False):
        self.count = 1
        self._describe(type, bits, read, unit, doc, offset)
        self.code = None if code is None else _code_pair(code)
        self.allowed = None if allowed is None else frozenset(map(int, allowed))
        self.is_signed, self.readonly = is_signed, readonly
        self.defaults = [self._default(default)]

    def _describe(self, type, bits, read, str unit, str doc, long long offset):
        self.type, self.unit, self.doc, self.offset, self.repeat = type, unit, doc, offset, 1
        if type is bool:
            self.kind = FLAG
        elif isinstance(type, tuple):
            self.kind = UNION
        elif issubclass(type, Enum):
            self.kind, self.choices = CHOICE, {int(member): member for member in type}
        else:
            self.kind = RANGED
        self.write_bits = _per_element(bits, self.count)
        self.read_bits = self.write_bits if read is KEEP else _per_element(read, self.count)

    def _default(self, default):
        if default is not None:
            return self.raw(default, None)
        if self.kind == FLAG:
            return 0
        return next(iter(self.choices)) if self.kind == CHOICE else int(self.type[0]() if self.kind == UNION else self.type())

    @classmethod
    def __class_getitem__(cls, types):
        """For type checkers: `Field[what reading gives, what can be assigned]`."""
        return cls

    @property
    def __doc__(self):
        """Meaning, type, range, default, unit and bits."""
        return meaning(self)

    @property
    def __name__(self):
        return self.name

    def __repr__(self):
        return f"<{type(self).__name__} {self.name}: {meaning(self).splitlines()[0]}>"

    def __set_name__(self, owner, name):
        self.name, self.owner = name, owner

    def __get__(self, container, owner):
        if container is None:
            return self
        return self.cooked((<Container>container).slots[self.slot])

    def __set__(self, container, value):
        if self.readonly:
            raise AttributeError(f"{type(container).__name__}.{self.name} can only be read")
        cdef long long raw = self.raw(value, container)
        if self.allowed is not None and raw not in self.allowed:
            raise FieldValueError(f"{self.place(container)} cannot be {shown(value)}, only one of {sorted(self.allowed)}")
        (<Container>container).slots[self.slot] = raw

    def __delete__(self, container):
        raise AttributeError(f"{self.place(container)} cannot be deleted")

    cdef long long raw(self, object value, object container) except? -9223372036854775807:
        """The integer of a user's value. Raises TypeError or RangeError that names the field of `container` (None: of its class)."""
        try:
            return self.number(value)
        except RangeError as error:
            text = f"{str(error).partition(' (')[0]} ({self.place(container)} takes {self.takes()})"
            raise (RangeError if self.kind == RANGED else AlternativeError)(text) from None
        except TypeError:
            raise TypeError(f"{self.place(container)} takes {self.takes()}, not {shown(value)}") from None

    cdef long long number(self, object value) except? -9223372036854775807:
        """The integer of a user's value. Raises TypeError or RangeError without the field's name."""
        if self.kind == FLAG:
            return truth(value)
        if self.kind == RANGED:
            return checked(<type>self.type, value)
        if self.kind == CHOICE:
            return int(self.member(value))
        for alternative in self.type:
            if type(value) is alternative:
                return (<Value>value).v
        return checked(<type>self.type[0], value)

    cdef object member(self, object value):
        """The member of the enumeration that a user means. Raises TypeError, or RangeError for an integer that is none's."""
        if type(value) is self.type:
            return value
        if type(value) is not int and isinstance(value, (bool, Enum, Value)):
            raise TypeError("a member of another kind")
        number = PyNumber_Index(value)
        found = self.choices.get(number)
        if found is None:
            low, high = min(self.choices), max(self.choices)
            below, above = f"range underflow: {shown(number)} < min({low})", f"range overflow: {shown(number)} > max({high})"
            raise RangeError(below if number < low else above if number > high else f"no member has the number {shown(number)}")
        return found

    cdef object view_from(self, Container container, Py_ssize_t first, int axis):
        """The field's array property, or a part of it, without a copy of the container."""
        raise ContainerError(f"{self.name} is not an array")

    cpdef str place(self, object container):
        """What an error calls the field: `NeuronConfig.enable_fire`."""
        owner = self.owner if container is None else container if isinstance(container, type) else type(container)
        return self.name if owner is None else f"{owner.__qualname__}.{self.name}"

    def takes(self):
        """What can be assigned, for errors: type and range, or the members."""
        if self.kind == FLAG:
            return "True or False"
        if self.kind == CHOICE:
            return f"a {self.type.__qualname__} ({', '.join(self.type.__members__)}; {min(self.choices)} to {max(self.choices)})"
        parts = [(one.__qualname__, bounds_of(one).min, bounds_of(one).max) for one in (self.type if self.kind == UNION else (self.type,))]
        return "an integer " + " or ".join(f"from {low} to {high} ({name})" if low < high else f"{low} ({name})" for name, low, high in parts)

    cdef object cooked(self, long long raw):
        """The user's value of an integer."""
        if self.kind == FLAG:
            return raw != 0
        if self.kind == RANGED:
            return make(<type>self.type, raw)
        if self.kind == CHOICE:
            return self.choices.get(raw, raw)  # a register may hold a number that has no name
        for alternative in self.type:
            if bounds_of(alternative).min <= raw <= bounds_of(alternative).max:
                return make(<type>alternative, raw)
        raise RangeError(f"{self.place(None)} takes {self.takes()}, not {raw}")

    def fits_any_register(self):
        """Whether the field can hold whatever stands in its place of a register, so that decoding need not check it."""
        if self.read_bits is None or self.kind in (FLAG, CHOICE) or isinstance(self, Group):
            return True
        ranges = self.type if self.kind == UNION else (self.type,)
        if self.offset or self.is_signed or self.code is not None:
            return False
        widest = max(width(parse(bits)) for bits in self.read_bits)
        covered = sum(bounds_of(one).max - max(0, bounds_of(one).min) + 1 for one in ranges)
        return min(bounds_of(one).min for one in ranges) <= 0 and covered >= 1 << widest

    def check(self, Container container):
        """Refuses values that decoding left outside the range of the type. Raises RangeError."""
        cdef int64_t low = 0, high = 1
        cdef int64_t* slots = container.slots + self.slot
        cdef int index, count = 0 if self.kind == CHOICE else self.count
        if self.kind == RANGED:
            low, high = bounds_of(self.type).min, bounds_of(self.type).max
        elif self.kind == UNION:
            low, high = min(bounds_of(one).min for one in self.type), max(bounds_of(one).max for one in self.type)
        for index in range(count):
            if slots[index] < low or slots[index] > high:
                if self.kind == RANGED:
                    self.raw(slots[index], container)  # raises
                raise RangeError(f"{self.place(container)} takes {self.takes()}, not {slots[index]}")
        if self.kind == UNION:
            for index in range(count):
                self.cooked(slots[index])

    def is_default(self, Container container):
        """Whether all slots of the field hold their default."""
        return all(container.slots[self.slot + index] == self.defaults[index] for index in range(self.count))

    def nested(self, values):
        """The field's raw integers int64[count] as plain numbers, lists and dictionaries."""
        return int(values[0])

    def flattened(self, tree):
        """The raw integers int64[count] that `nested` was given. Raises ContainerError for anything of another shape."""
        return self.flat_numbers([tree])

    def stored_shape(self):
        """Shape of the numbers as `nested` gives them, in a list of their own if there is just one."""
        return (self.count,)

    cdef object flat_numbers(self, object numbers):
        """An array of `count` integers out of a list. Raises ContainerError for another number or other things than integers."""
        try:
            values = np.array(numbers)
        except (ValueError, RecursionError):  # lists of different length, or one in another without end
            values = np.zeros(0, dtype=np.int64)
        cdef bint flags = self.type is bool, fits
        fits = values.shape == self.stored_shape() and values.dtype.kind in "iub" and not (values.dtype.kind == "u" and values.max() > MAXIMUM)
        if not fits or flags and not ((values == 0) | (values == 1)).all():
            raise ContainerError(f"{self.name} is {self.count} {'truth values' if flags else 'integers'}, not {shown(numbers)}")
        return values.astype(np.int64).ravel()

    def text(self, Container container):
        """The value as `repr` shows it."""
        value = self.cooked(container.slots[self.slot])
        return value.name if isinstance(value, Enum) else str(int(value)) if isinstance(value, Value) else str(value)


cdef class Array(Field):
    """One value per instance of a coordinate (or per integer below `index`).

    bits      callable of the element's integer, or a sequence of bit maps
    copies    the property returns a copy, as some properties of the original do; otherwise changes reach the container
    """

    @property
    def __doc__(self):
        return meaning(self)

    def __init__(self, index, type, bits=None, *, read=KEEP, default=None, unit="", doc="", offset=0, copies=False):
        self.index, self.copies, self.code, self.is_signed, self.readonly = index, copies, None, False, False
        self.count = index if isinstance(index, int) else index.size
        self._describe(type, bits, read, unit, doc, offset)
        if isinstance(default, (list, tuple)):
            self.defaults = [self.raw(value, None) for value in default]
        else:
            self.defaults = [self._default(default)] * self.count

    def __get__(self, container, owner):
        if container is None:
            return self
        return _view(owner(container) if self.copies else container, self)

    cdef object view_from(self, Container container, Py_ssize_t first, int axis):
        return _view(container, self)

    def __set__(self, container, values):
        _put(<Container>container, self, range(self.count), values)

    def accessors(self, str name):
        """The pair of methods (getter, setter) by which the original offers single elements."""
        def getter(container, index):
            return self.cooked((<Container>container).slots[self.slot + element(self, self.index, self.count, index, False, container)])

        def setter(container, index, value):
            place = self.slot + element(self, self.index, self.count, index, False, container)
            (<Container>container).slots[place] = self.raw(value, container)

        return _named(getter, setter, name, self.doc)

    def nested(self, values):
        return values.tolist()

    def flattened(self, tree):
        return self.flat_numbers(tree)

    def text(self, Container container):
        numbers = [container.slots[self.slot + index] for index in range(self.count)]
        return few(numbers, self.defaults) if self.count > LISTED else "[" + ", ".join(map(str, numbers)) + "]"


cdef Py_ssize_t element(Field field, object kind, Py_ssize_t size, object index, bint from_end, object container) except -1:
    """Number of an element of an array. With `from_end`, an integer below 0 counts from the end, as in a list.

    Raises TypeError for a coordinate of another kind or what is no integer at all, IndexError outside the array.
    """
    foreign = isinstance(index, Value) and not isinstance(kind, int) and type(index) is not kind
    try:
        number = None if foreign else PyNumber_Index(index)
    except TypeError:
        number = None
    if number is None:
        wanted = "integers" if isinstance(kind, int) else f"{kind.__name__} or integers"
        raise TypeError(f"{field.place(container)} is indexed by {wanted}, not {shown(index)}")
    if from_end and -size <= number < 0:
        return number + size
    if not 0 <= number < size:
        raise IndexError(f"{field.place(container)}[{number}]: there are {size} elements")
    return number


cpdef list listed(Field field, object values, Py_ssize_t count, object container):
    """The values that are assigned to an array. Raises TypeError for what is no sequence, ShapeError for another number."""
    if isinstance(values, (str, dict, set, frozenset)) or not hasattr(type(values), "__iter__"):
        raise TypeError(f"{field.place(container)} takes {count} values, not {shown(values)}")
    values = list(values)
    if len(values) != count:
        raise ShapeError(f"{field.place(container)} holds {count} values, {len(values)} were given")
    return values


cdef int _put(Container container, Array field, object places, object values) except -1:
    """Sets the elements with the numbers `places`, or none if one of the values does not fit."""
    values = row_elements(field, values, len(places), container)
    raw = [field.raw(value, container) for value in values]
    for place, value in zip(places, raw):
        container.slots[field.slot + <Py_ssize_t>place] = value
    return 0


cpdef object array_elements(Field field, object values, tuple shape, object container):
    """The elements of a numpy array in order: integers, flags or whole floats, or objects as they are. Nothing is cut off.

    Raises ShapeError for another shape, TypeError for fractions and what is no number at all.
    """
    if values.shape != shape:
        raise ShapeError(f"Input shape does not match. {field.place(container)} is of shape {shape}, the input of {values.shape}.")
    if field.kind == CHOICE and values.dtype.kind not in "iuO":
        raise TypeError(f"{field.place(container)} takes {field.takes()}, not an array of {values.dtype}")
    try:
        values = unmasked(values)
        return (values if values.dtype.kind == "O" else whole_numbers(values, field.kind == FLAG)).ravel()
    except TypeError as error:
        raise TypeError(f"{field.place(container)} takes {field.takes()}: {error}") from None


cdef list row_elements(Field field, object values, Py_ssize_t count, object container):
    """The same as `listed` for what is a row of numbers or flags, also as numpy array."""
    if isinstance(values, np.ndarray):
        values = array_elements(field, values, (count,), container)
        values = values.tolist() if values.dtype.kind != "f" else [int(one) for one in values]
    return listed(field, values, count, container)


cdef ArrayView _view(Container container, Array field):
    cdef ArrayView made = ArrayView.__new__(ArrayView)
    made.container, made.field = container, field
    return made


cdef class View:
    """What all array properties have in common. They behave as lists of a fixed length that are part of their container:

    indexed by their coordinate, by integers (below 0 from the end) and by slices; what is set in them is set in the container; equal
    to sequences of equal elements. Copies and pickles are independent of the container.
    """

    cdef Py_ssize_t length(self):
        raise NotImplementedError

    cdef Py_ssize_t position(self, object index) except -1:
        raise NotImplementedError

    cdef object item(self, Py_ssize_t number):
        raise NotImplementedError

    cdef int put(self, object numbers, object values) except -1:
        """Sets the elements with these numbers, or none if one of the values does not fit."""
        raise NotImplementedError

    cdef tuple region(self):
        """Slots of the container that the view stands for: (first, how many, axis)."""
        raise NotImplementedError

    def __len__(self):
        return self.length()

    def __iter__(self):
        cdef Py_ssize_t number
        for number in range(self.length()):
            yield self.item(number)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self.item(number) for number in range(*index.indices(self.length()))]
        return self.item(self.position(index))

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            self.put(range(*index.indices(self.length())), value)
        else:
            self.put((self.position(index),), (value,))

    def __delitem__(self, index):
        raise TypeError(f"{self.field.place(self.container)} has {self.length()} elements: none can be deleted")

    @property
    def size(self):
        """Number of elements."""
        return len(self)

    @property
    def max_size(self):
        """Number of elements."""
        return len(self)

    @property
    def empty(self):
        """Never: an array has at least one element."""
        return False

    def front(self):
        """The first element."""
        return self[0]

    def back(self):
        """The last element."""
        return self[len(self) - 1]

    def at(self, index):
        """The element at a coordinate."""
        return self[index]

    def fill(self, value):
        """Sets all elements."""
        self.put(range(self.length()), [value] * self.length())

    def __eq__(self, other):
        if isinstance(other, np.ndarray):
            other = other.tolist()
        return same_elements(self, other) if isinstance(other, (View, TypedArray, list, tuple)) else NotImplemented

    __hash__ = None

    def __copy__(self):
        restore, state = self.__reduce__()
        return restore(*state)

    def __deepcopy__(self, memo):
        return self.__copy__()

    def __reduce__(self):
        first, count, axis = self.region()
        return restored_view, (type(self.container), self.field.name, packed_slots(self.container, first, count), first, axis)

    def __repr__(self):
        return f"[{', '.join(map(repr, self))}]"


def restored_view(cls, name, state, first, axis):
    """An array property of a container of its own, with the slots that a copied or pickled one had."""
    field = next((one for one in schema_of(cls).fields if one.name == name), None)
    if field is None:
        raise ContainerError(f"{cls.__qualname__} has no array {name!r}")
    made = cls.__new__(cls)
    restored_slots(made, first, state)
    return (<Field>field).view_from(made, first, axis)


cdef class ArrayView(View):
    """An array property of a container: indexable by its coordinate or by integers; what is set here is set in the container."""

    cdef Py_ssize_t length(self):
        return self.field.count

    cdef Py_ssize_t position(self, object index) except -1:
        return element(self.field, (<Array>self.field).index, self.field.count, index, True, self.container)

    cdef object item(self, Py_ssize_t number):
        return self.field.cooked(self.container.slots[self.field.slot + number])

    cdef int put(self, object numbers, object values) except -1:
        return _put(self.container, <Array>self.field, numbers, values)

    cdef tuple region(self):
        return self.field.slot, self.field.count, 0

    def __getitem__(self, index):
        if isinstance(index, slice):
            return View.__getitem__(self, index)
        return self.field.cooked(self.container.slots[self.field.slot + self.position(index)])

    def __setitem__(self, index, value):
        if isinstance(index, slice):
            View.__setitem__(self, index, value)
        else:
            self.container.slots[self.field.slot + self.position(index)] = self.field.raw(value, self.container)

    def __repr__(self):
        if len(self) > SHOWN:
            return f"<{len(self)} x {self.field.type.__qualname__}: {self.field.text(self.container)}>"
        return View.__repr__(self)

    def to_numpy(self):
        """The plain integers (or bools) as an array."""
        raw = [self.container.slots[self.field.slot + index] for index in range(self.field.count)]
        return np.array(raw, dtype=bool if self.field.kind == FLAG else np.int64)

    def from_numpy(self, values):
        """Takes all elements from an array of integers, or of floats that are whole numbers.

        Raises ShapeError (a RuntimeError) for another shape, TypeError for an array of other things, RangeError for a value out of
        range; then nothing changes.
        """
        _put(self.container, <Array>self.field, range(self.field.count), np.asanyarray(values))

    def __array__(self, dtype=None, copy=None):
        values = self.to_numpy()
        return values if dtype is None else values.astype(dtype)


cdef tuple _named(getter, setter, str name, str doc):
    getter.__name__, setter.__name__ = f"get_{name}", f"set_{name}"
    getter.__doc__, setter.__doc__ = f"Element `index` of {name}: {doc}", f"Sets element `index` of {name}: {doc}"
    return getter, setter


cpdef object tree_of(cls, values):
    """The raw integers int64[n_slots] of a container class by the names of its fields: {field: number, list or dictionary}."""
    return {field.name: field.nested(values[field.slot : field.slot + field.count]) for field in schema_of(cls).fields}


cpdef object flat_tree(cls, tree):
    """The raw integers that `tree_of` was given. Raises ContainerError for other fields or values of another shape."""
    fields = schema_of(cls).fields
    names = {field.name for field in fields}
    if not isinstance(tree, dict):
        raise ContainerError(f"the fields of {cls.__qualname__} are stored by their names, not as {shown(tree)}")
    if set(tree) != names:
        missing, unknown = sorted(names - set(tree)), sorted(map(str, set(tree) - names))
        raise ContainerError(f"the fields of {cls.__qualname__} are others: missing are {shown(missing)}, unknown are {shown(unknown)}")
    parts = [field.flattened(tree[field.name]) for field in fields]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)


cdef bint _is_single(cls):
    """Whether a structure is one number: written as such, not as a dictionary."""
    fields = schema_of(cls).fields
    return len(fields) == 1 and (<Field>fields[0]).count == 1


cdef object trees_of(cls, values):
    """The same as `tree_of` for several structures in a row."""
    cdef int size = schema_of(cls).n_slots
    if _is_single(cls):
        return values.tolist()
    return [tree_of(cls, row) for row in values.reshape(-1, size)] if size else []


cdef object flat_trees(Field field, cls, trees):
    """The raw integers that `trees_of` was given."""
    cdef int size = schema_of(cls).n_slots
    if _is_single(cls):
        return field.flat_numbers(trees)
    if not isinstance(trees, list) or len(trees) * size != field.count:
        raise ContainerError(f"{field.name} is a list of {field.count // max(1, size)} {cls.__qualname__}, not {shown(trees)}")
    return np.concatenate([flat_tree(cls, tree) for tree in trees]) if trees else np.zeros(0, dtype=np.int64)


cdef class Group(Field):
    """One structure (a `Container` without a place of its own) per instance of a coordinate, accessed by get and set methods.

        buffers = Group(BufferIndex, Multiplexer, lambda buffer: {"debug_plus": "w0[3]", ...})
        get_buffer, set_buffer = buffers.accessors("buffer")

    bits     callable of the element's integer giving the bit map (or list of bit maps, for an array) of every field of the structure;
             None for a composed container, whose words are those of so many elements one after the other
    default  callable of the element's integer giving the fields whose default differs from the structure's own
    """

    @property
    def __doc__(self):
        return meaning(self)

    def __init__(self, index, type, bits=None, *, default=None, doc="", unit=""):
        self.index, self.type, self.doc, self.unit, self.repeat = index, type, doc, unit, 1
        self.parts = list(schema_of(type).fields)
        self.code, self.is_signed, self.offset, self.readonly = None, False, 0, False
        elements = index if isinstance(index, int) else index.size
        self.count = elements * sum((<Field>part).count for part in self.parts)
        if bits is None:
            self.repeat, self.write_bits = elements, []
        else:
            self.write_bits = [one for element in range(elements) for one in self._places(bits(element))]
        self.read_bits = self.write_bits
        self.defaults = [one for element in range(elements) for one in self._values({} if default is None else default(element))]

    def _values(self, values):
        """Raw values of the slots of one element."""
        raw = []
        for part in self.parts:
            raw += [(<Field>part).raw(values[part.name], self.type)] if part.name in values else (<Field>part).defaults
        return raw

    def _places(self, places):
        return [one for part in self.parts for one in ([places[part.name]] if isinstance(places[part.name], str) else places[part.name])]

    cdef int size(self):
        """Slots of one element."""
        return schema_of(self.type).n_slots

    def position(self, index, container=None):
        """First slot of an element. Raises TypeError for a coordinate of another kind, IndexError outside the group."""
        return self.slot + self.size() * element(self, self.index, self.count // self.size(), index, False, container)

    def get(self, Container container, index):
        """A copy of the structure at `index`."""
        made = self.type()
        cdef int start = self.position(index, container)
        memcpy((<Container>made).slots, container.slots + start, self.size() * sizeof(int64_t))
        return made

    def set(self, Container container, index, value):
        """Stores a structure at `index`. Raises TypeError for a structure of another class."""
        cdef int start = self.position(index, container)
        self.require(container, value)
        memcpy(container.slots + start, (<Container>value).slots, self.size() * sizeof(int64_t))

    cdef int require(self, Container container, value) except -1:
        if type(value) is not self.type:
            raise TypeError(f"{self.place(container)} holds {self.type.__qualname__}, not {shown(value)}")
        return 0

    def accessors(self, str name):
        """The pair of methods (getter, setter) under which the original offers the group."""
        def getter(container, index):
            return self.get(container, index)

        def setter(container, index, value):
            self.set(container, index, value)

        return _named(getter, setter, name, self.doc)

    def __get__(self, container, owner):
        if container is None:
            return self
        return [self.get(container, index) for index in range(self.count // self.size())]

    def __set__(self, container, values):
        values = listed(self, values, self.count // self.size(), container)
        for value in values:
            self.require(container, value)
        for index, value in enumerate(values):
            self.set(container, index, value)

    def nested(self, values):
        return trees_of(self.type, values)

    def flattened(self, tree):
        return flat_trees(self, self.type, tree)

    def check(self, Container container):
        for index in range(self.count // self.size()):
            structure = self.get(container, index)
            for part in self.parts:
                part.check(structure)

    def text(self, Container container):
        elements = self.__get__(container, type(container))
        if len(elements) <= 16:
            return repr(elements)
        usual = self.__get__(type(container)(), type(container))
        changed = [f"{index}: {one!r}" for index, one in enumerate(elements) if one != usual[index]]
        rest = [f"... ({len(changed)} of {len(elements)} differ from the default)"] if len(changed) > LISTED else []
        return "{" + ", ".join(changed[:LISTED] + rest) + "}"
