"""What all containers of the wire are made of: one value that stands on one coordinate and is reached over one backend."""

from libc.stdint cimport int64_t, uint32_t

from halco.value cimport Value, make

from fisch.backends import ACCESS, Sequence
from fisch.errors import UsageError
from fisch.word_access_type import Omnibus, SpikeLabels

__all__ = ["Register"]

cdef dict _kinds = {}      # container class -> Kind
cdef dict _places = {}     # coordinate class -> Kind


cdef class Kind:
    def __cinit__(self, container, coordinate, int backend, value):
        access = ACCESS[backend]
        self.container, self.coordinate, self.backend = container, coordinate, backend
        self.readable, self.writable = access.read != Sequence.NONE, access.write != Sequence.NONE
        self.labels = access.length if access.write == Sequence.SPIKES else 0
        self.valued, self.enables = value is not None, value is Omnibus


cdef Kind kind_of(object container):
    """Raises UsageError for what is not a container."""
    kind = _kinds.get(container)
    if kind is None:
        raise UsageError(f"{container!r} is not a container of the wire (fisch.CONTAINERS has all of them)")
    return <Kind> kind


cdef Kind kind_at(object coordinate):
    """Kind of the container that stands on a coordinate class. Raises UsageError where there is none."""
    kind = _places.get(coordinate)
    if kind is None:
        raise UsageError(f"no container of the wire stands on {getattr(coordinate, '__name__', coordinate)}: there is nothing to read")
    return <Kind> kind


def kind(container):
    """The `Kind` of a container class, for Python code."""
    return kind_of(container)


cdef RawRegister register_of_word(Kind kind, uint32_t word):
    """A container with a value that was read."""
    cdef RawRegister made = <RawRegister> RawRegister.__new__(kind.container)
    if kind.valued:
        made.raw = <int64_t> 0xf << 32 | word if kind.enables else word
    return made


cdef int64_t packed(object cls, object value) except -1:
    """The number that stands for a value. Raises UsageError for a value of another class and halco's RangeError."""
    cdef object wanted = cls.Value
    cdef int64_t raw = 0
    if value is None:
        return packed(cls, wanted()) if wanted is not None else 0
    if wanted is None:
        raise UsageError(f"a {cls.__name__} has no value")
    if type(value) is not wanted:
        if isinstance(value, Value) or isinstance(value, str):
            raise UsageError(f"{cls.__name__} takes a {wanted.__name__}, not {value!r}")
        value = wanted(value)
    if isinstance(value, Value):
        return (<Value> value).v
    if isinstance(value, SpikeLabels):
        for label in value:
            raw = raw << 16 | (<Value> label).v
        return raw
    for i, enable in enumerate(value.byte_enables):
        raw |= <int64_t> enable << (32 + i)
    return raw | (<Value> value.word).v


cdef object unpacked(object cls, int64_t raw):
    """The value that a number stands for."""
    cdef object wanted = cls.Value
    if issubclass(wanted, Value):
        return make(wanted, raw)
    if issubclass(wanted, SpikeLabels):
        return wanted([raw >> 16 * i & 0xffff for i in reversed(range(wanted.labels))])
    return wanted(raw & 0xffffffff, [raw >> 32 + i & 1 for i in range(4)])


cdef class RawRegister:
    """The number inside; what it means says the class."""

    def __init__(self, value=None):
        self.raw = packed(type(self), value)

    def get(self):
        """The value, of the class `Value`."""
        return unpacked(type(self), self.raw)

    def set(self, value):
        """Sets the value: an instance of `Value`, or what makes one."""
        self.raw = packed(type(self), value)

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return self.raw == (<RawRegister> other).raw

    __hash__ = None

    def __repr__(self):
        cls = type(self)
        return f"{kind_of(cls).container.__name__}({cls._text(self.get()) if cls.Value is not None else ''})"

    def __reduce__(self):
        return type(self), (self.get(),) if type(self).Value is not None else ()


class Register(RawRegister):
    """Base of the containers. A class declares where it stands, its backend and its value: `class Barrier(Register, coordinate=..., ...)`.

    `text(value)` makes what stands in the parentheses of the string form. Instances compare by class and value.
    """

    __slots__ = ()   # no attributes by mistake
    Value = None

    def __init_subclass__(cls, coordinate=None, backend=None, value=None, text=None, **others):
        super().__init_subclass__(**others)
        if backend is None:  # somebody's own variant of a container
            _kinds[cls] = _kinds.get(cls.__mro__[1])
            return
        cls.Value, cls.coordinate_type, cls.backend, cls._text = value, coordinate, backend, staticmethod(text)
        _kinds[cls] = _places[coordinate] = Kind(cls, coordinate, backend, value)
