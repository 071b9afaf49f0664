"""The rows of a container's table: fields, arrays of fields and groups, with range, default, place and meaning.

    refractory_time = Field(RefractoryTime, "~w1[3:0] ~w2[5:2]", unit="cycles of the selected clock", doc="...")
    enable_fire = Field(bool, "w3[4]", doc="...")
    weights = Array(EntryOnQuad, Weight, lambda entry: f"w0[...]", doc="...")

A field is a property of its container. Reading gives a value of the field's type, writing takes one or a plain integer in
range; anything else raises TypeError or RangeError and changes nothing.
"""

from cpython.long cimport PyLong_Check
from enum import Enum

import numpy as np

from halco._core cimport Value, bounds_of, checked, make

from halco._core import RangeError

from haldls._core cimport Container, schema_of

from haldls.bits import parse, width
from haldls.describe import meaning
from haldls.errors import AlternativeError, ContainerError, FieldValueError

cdef enum Kind:
    FLAG, RANGED, CHOICE, UNION

cdef object KEEP = object()
cdef int LISTED = 32  # elements of an array that `repr` of its container lists
cdef int SHOWN = 512  # and that of the array itself


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
            return self.raw(default)
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
        self.name = name

    def __get__(self, container, owner):
        if container is None:
            return self
        return self.cooked((<Container>container).slots[self.slot])

    def __set__(self, container, value):
        if self.readonly:
            raise AttributeError(f"{type(container).__name__}.{self.name} can only be read")
        cdef long long raw = self.raw(value)
        if self.allowed is not None and raw not in self.allowed:
            raise FieldValueError(f"{type(container).__name__}.{self.name} cannot be {value!r}, only one of {sorted(self.allowed)}")
        (<Container>container).slots[self.slot] = raw

    cdef long long raw(self, object value) except? -9223372036854775807:
        """The integer of a user's value. Raises TypeError or RangeError."""
        if self.kind == FLAG:
            return self._raw_flag(value)
        if self.kind == RANGED:
            return checked(<type>self.type, value)
        if self.kind == CHOICE:
            return self._raw_choice(value)
        for alternative in self.type:
            if type(value) is alternative:
                return (<Value>value).v
        try:
            return checked(<type>self.type[0], value)
        except RangeError as error:
            raise AlternativeError(str(error)) from None

    def _raw_flag(self, value):
        if value is True or value is False:
            return 1 if value else 0
        if isinstance(value, np.bool_) or (PyLong_Check(value) and 0 <= value <= 1):
            return int(value)
        raise TypeError(f"{self.name} takes True or False, not {value!r}")

    def _raw_choice(self, value):
        if isinstance(value, (Enum, Value)) and not isinstance(value, self.type) or int(value) not in self.choices:
            raise TypeError(f"{self.name} takes a {self.type.__qualname__} ({', '.join(self.type.__members__)}), not {value!r}")
        return int(value)

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
        raise RangeError(f"{raw} fits none of {self.type}")

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
        cdef int index
        for index in range(self.slot, self.slot + self.count):
            if self.kind == RANGED:
                checked(<type>self.type, container.slots[index])
            elif self.kind == UNION:
                self.cooked(container.slots[index])

    def is_default(self, Container container):
        """Whether all slots of the field hold their default."""
        return all(container.slots[self.slot + index] == self.defaults[index] for index in range(self.count))

    def nested(self, values):
        """The field's raw integers int64[count] as plain numbers, lists and dictionaries."""
        return int(values[0])

    def flattened(self, tree):
        """The raw integers int64[count] that `nested` was given. Raises ContainerError for anything of another shape."""
        return self.flat_numbers([tree])

    cdef object flat_numbers(self, object numbers):
        """An array of `count` integers out of a list. Raises ContainerError for another number or other things than integers."""
        try:
            values = np.array(numbers)
        except ValueError:  # lists of different length
            values = np.zeros(0, dtype=np.int64)
        cdef bint flags = self.type is bool
        if values.size != self.count or values.dtype.kind not in "iub" or flags and not ((values == 0) | (values == 1)).all():
            raise ContainerError(f"{self.name} is {self.count} {'truth values' if flags else 'integers'}, not {str(numbers)[:40]}")
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
            self.defaults = [self.raw(value) for value in default]
        else:
            self.defaults = [self._default(default)] * self.count

    def __get__(self, container, owner):
        if container is None:
            return self
        return _view(owner(container) if self.copies else container, self)

    def __set__(self, container, values):
        raw = [self.raw(value) for value in values]
        if len(raw) != self.count:
            raise ValueError(f"{self.name} holds {self.count} values, {len(raw)} were given")
        for index, value in enumerate(raw):
            (<Container>container).slots[self.slot + index] = value

    def accessors(self, str name):
        """The pair of methods (getter, setter) by which the original offers single elements."""
        def getter(container, index):
            return self.cooked((<Container>container).slots[self.position(index)])

        def setter(container, index, value):
            (<Container>container).slots[self.position(index)] = self.raw(value)

        return _named(getter, setter, name, self.doc)

    cdef int position(self, object index) except -1:
        """Slot of an element. Raises TypeError for a coordinate of another kind, IndexError outside the array."""
        if isinstance(index, Value) and not isinstance(self.index, int) and type(index) is not self.index:
            raise TypeError(f"{self.name} is indexed by {self.index.__name__} or integers, not {index!r}")
        number = index.__index__()
        if not 0 <= number < self.count:
            raise IndexError(f"{self.name}[{number}]: there are {self.count} elements")
        return self.slot + number

    def nested(self, values):
        return values.tolist()

    def flattened(self, tree):
        return self.flat_numbers(tree)

    def text(self, Container container):
        numbers = [container.slots[self.slot + index] for index in range(self.count)]
        return few(numbers, self.defaults) if self.count > LISTED else "[" + ", ".join(map(str, numbers)) + "]"


cdef ArrayView _view(Container container, Array field):
    cdef ArrayView made = ArrayView.__new__(ArrayView)
    made.container, made.field = container, field
    return made


cdef class View:
    """What all array properties have in common: `front`, `back`, `at`, `size` and the like."""

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

    __hash__ = None


cdef class ArrayView(View):
    """An array property of a container: indexable by its coordinate or by integers; what is set here is set in the container."""

    def __len__(self):
        return self.field.count

    def __getitem__(self, index):
        return self.field.cooked(self.container.slots[self.field.position(index)])

    def __setitem__(self, index, value):
        self.container.slots[self.field.position(index)] = self.field.raw(value)

    def __iter__(self):
        return (self.field.cooked(self.container.slots[self.field.slot + index]) for index in range(self.field.count))

    def __eq__(self, other):
        return len(self) == len(other) and all(a == b for a, b in zip(self, other))

    __hash__ = None

    def __repr__(self):
        if len(self) > SHOWN:
            return f"<{len(self)} x {self.field.type.__qualname__}: {self.field.text(self.container)}>"
        return f"[{', '.join(map(repr, self))}]"

    def fill(self, value):
        """Sets all elements."""
        raw = self.field.raw(value)
        for index in range(self.field.count):
            self.container.slots[self.field.slot + index] = raw

    def to_numpy(self):
        """The plain integers (or bools) as an array."""
        raw = [self.container.slots[self.field.slot + index] for index in range(self.field.count)]
        return np.array(raw, dtype=bool if self.field.kind == FLAG else np.int64)

    def from_numpy(self, values):
        """Takes all elements from an array; floats are cut off towards zero.

        Raises RuntimeError for another shape, TypeError for an array of other things, RangeError for a value out of range.
        """
        values = np.asarray(values)
        if values.shape != (self.field.count,):
            raise RuntimeError(f"Input shape does not match. {self.field.name} has {self.field.count} elements, the input {values.shape}.")
        if values.dtype.kind == "f" and np.isfinite(values).all():
            values = values.astype(bool if self.field.kind == FLAG else np.int64)
        self.field.__set__(self.container, values.tolist())


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
    names = [field.name for field in fields]
    if not isinstance(tree, dict) or set(tree) != set(names):
        raise ContainerError(f"the fields of {cls.__qualname__} are {', '.join(names)}, not {str(tree)[:80]}")
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
        raise ContainerError(f"{field.name} is a list of {field.count // max(1, size)} {cls.__qualname__}, not {str(trees)[:40]}")
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
            raw += [(<Field>part).raw(values[part.name])] if part.name in values else (<Field>part).defaults
        return raw

    def _places(self, places):
        return [one for part in self.parts for one in ([places[part.name]] if isinstance(places[part.name], str) else places[part.name])]

    def position(self, index):
        """First slot of an element. Raises TypeError for a coordinate of another kind, IndexError outside the group."""
        if isinstance(index, Value) and not isinstance(self.index, int) and type(index) is not self.index:
            raise TypeError(f"{self.name} is indexed by {self.index.__name__} or integers, not {index!r}")
        cdef int size = schema_of(self.type).n_slots
        number = index.__index__()
        if not 0 <= number < self.count // size:
            raise IndexError(f"{self.name}[{number}]: there are {self.count // size} elements")
        return self.slot + size * number

    def get(self, Container container, index):
        """A copy of the structure at `index`."""
        made = self.type()
        cdef int offset, start = self.position(index), size = (<Container>made).schema.n_slots
        for offset in range(size):
            (<Container>made).slots[offset] = container.slots[start + offset]
        return made

    def set(self, Container container, index, Container value):
        """Stores a structure at `index`. Raises TypeError for a structure of another class."""
        if type(value) is not self.type:
            raise TypeError(f"{self.name} holds {self.type.__qualname__}, not {value!r}")
        cdef int offset, start = self.position(index)
        for offset in range(value.schema.n_slots):
            container.slots[start + offset] = value.slots[offset]

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
        size = schema_of(self.type).n_slots
        return [self.get(container, index) for index in range(self.count // size)]

    def __set__(self, container, values):
        values = list(values)
        if len(values) != self.count // schema_of(self.type).n_slots:
            raise ValueError(f"{self.name} holds {self.count // schema_of(self.type).n_slots} structures, {len(values)} were given")
        for index, value in enumerate(values):
            self.set(container, index, value)

    def nested(self, values):
        return trees_of(self.type, values)

    def flattened(self, tree):
        return flat_trees(self, self.type, tree)

    def check(self, Container container):
        pass  # the parts fill their places in the register: there is nothing they could not hold

    def text(self, Container container):
        elements = self.__get__(container, type(container))
        if len(elements) <= 16:
            return repr(elements)
        usual = self.__get__(type(container)(), type(container))
        changed = [f"{index}: {one!r}" for index, one in enumerate(elements) if one != usual[index]]
        rest = [f"... ({len(changed)} of {len(elements)} differ from the default)"] if len(changed) > LISTED else []
        return "{" + ", ".join(changed[:LISTED] + rest) + "}"
