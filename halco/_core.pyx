"""Typed integers: what every coordinate and every ranged number of a container is made of.

A `Value` is one integer whose class says what it counts. Values of different classes never compare equal, never mix in
arithmetic and hash differently; plain integers are welcome wherever the range allows. `Linear` adds the range.
"""

from cpython.long cimport PyLong_AsLongLong, PyLong_Check
from cpython.number cimport PyIndex_Check
from cpython.object cimport Py_EQ, Py_GE, Py_GT, Py_LE, Py_LT, Py_NE
from libc.stdint cimport INT64_MAX, INT64_MIN, int64_t

__all__ = ["BaseType", "CoordinateError", "Linear", "RangeError", "Value"]


class RangeError(OverflowError, RuntimeError):
    """A number lies outside the range of its type. The text begins as the original's: `range overflow: 64 > max(63)`."""


class CoordinateError(ValueError, RuntimeError):
    """There is no such position, or it has no counterpart of the wanted type."""


cdef class Bounds:
    """Inclusive range of a class and the value of its default instance."""

    def __cinit__(self, int64_t min, int64_t max, int64_t default, bint checked):
        self.min, self.max, self.default, self.checked = min, max, default, checked


cdef dict _bounds = {}


cdef Bounds bounds_of(type cls):
    return <Bounds>_bounds[cls]


cdef Value make(type cls, int64_t v):
    """An instance of `cls` with a value known to be legal."""
    cdef Value made = <Value>cls.__new__(cls)
    made.v = v
    return made


cdef bint _is_integer(object number):
    return PyLong_Check(number) or (PyIndex_Check(number) and getattr(number, "shape", ()) == ())


cdef int64_t _within(type cls, object number) except? -9223372036854775807:
    cdef Bounds bounds = bounds_of(cls)
    cdef int64_t v
    try:
        v = PyLong_AsLongLong(number)
    except OverflowError:
        v = INT64_MAX if number > 0 else INT64_MIN
    if v > bounds.max:
        raise RangeError(f"range overflow: {number} > max({bounds.max}) ({cls.__qualname__})")
    if v < bounds.min:
        raise RangeError(f"range underflow: {number} < min({bounds.min}) ({cls.__qualname__})")
    return v


cdef int64_t checked(type cls, object number) except? -9223372036854775807:
    """The value that `number` has as a `cls`: an instance of `cls` or a plain integer inside its range.

    Raises RangeError outside the range and TypeError for anything else, in particular for a Value of another class.
    """
    if type(number) is cls:
        return (<Value>number).v
    if isinstance(number, Value) or not _is_integer(number):
        raise TypeError(f"{cls.__qualname__} takes a {cls.__qualname__} or an integer, not {number!r}")
    return _within(cls, number.__index__())


cdef bint _operand(Value self, object other, int64_t* v) except -1:
    """Value of the other operand; False if the two do not mix."""
    if type(other) is type(self):
        v[0] = (<Value>other).v
        return True
    if isinstance(other, Value) or not _is_integer(other):
        return False
    v[0] = PyLong_AsLongLong(other.__index__())
    return True


cdef class Value:
    """Value(value=None)
    --

    Base of all typed integers. Construct with an integer; `int(value)`, `value.value()` and indexing give it back.
    """

    def __init__(self, value=None):
        cls = type(self)
        self.v = bounds_of(cls).default if value is None else _within(cls, _index(value))

    is_interval = False

    def value(self):
        """The plain integer."""
        return self.v

    def toEnum(self):
        """The number as an `Enum`: the plain integer, also where the range does not start at 0."""
        return make(Enum, checked(Enum, self.v))

    @classmethod
    def components(cls, enums):
        """Parts that the number `enums` (an integer or an int64 array) is made of, innermost first; here the number itself."""
        return (enums,)

    @classmethod
    def convert(cls, target, enums):
        """What `coordinate.to<target>()` gives for many coordinates at once, all as plain numbers.

        `target` is a class or its name, `enums` an int64 array. Gives int64: -1 where there is no counterpart, one more
        axis where a coordinate has several.
        """
        return getattr(cls, "to" + (target if isinstance(target, str) else target.__name__)).convert(enums)

    def __int__(self):
        return self.v

    def __index__(self):
        return self.v

    def __bool__(self):
        return self.v != 0

    def __hash__(self):
        return hash((type(self), self.v))

    def __repr__(self):
        return f"{type(self).__qualname__.rpartition('<locals>.')[2]}({self.v})"

    def __str__(self):
        """As the original prints it: without the class that the type is nested in."""
        return f"{type(self).__name__}({self.v})" if type(self).__repr__ is Value.__repr__ else repr(self)

    def __reduce__(self):
        return type(self), (self.v,)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __richcmp__(self, other, int operation):
        cdef int64_t b
        if not _operand(self, other, &b):
            return NotImplemented
        if operation == Py_EQ:
            return self.v == b
        if operation == Py_NE:
            return self.v != b
        if operation == Py_LT:
            return self.v < b
        if operation == Py_LE:
            return self.v <= b
        return self.v > b if operation == Py_GT else self.v >= b

    def __add__(self, other):
        cdef int64_t b
        return _result(type(self), self.v + b) if _operand(self, other, &b) else NotImplemented

    def __radd__(self, other):
        return self.__add__(other)

    def __sub__(self, other):
        cdef int64_t b
        return _result(type(self), self.v - b) if _operand(self, other, &b) else NotImplemented

    def __rsub__(self, other):
        cdef int64_t b
        return _result(type(self), b - self.v) if _operand(self, other, &b) else NotImplemented

    def __mul__(self, other):
        cdef int64_t b
        return _result(type(self), <object>self.v * b) if _operand(self, other, &b) else NotImplemented

    def __rmul__(self, other):
        return self.__mul__(other)

    def __truediv__(self, other):
        cdef int64_t b
        return _result(type(self), _quotient(self.v, b)) if _operand(self, other, &b) else NotImplemented

    def __rtruediv__(self, other):
        cdef int64_t b
        return _result(type(self), _quotient(b, self.v)) if _operand(self, other, &b) else NotImplemented

    def __mod__(self, other):
        cdef int64_t b
        return _result(type(self), self.v - b * _quotient(self.v, b)) if _operand(self, other, &b) else NotImplemented

    def __rmod__(self, other):
        cdef int64_t b
        return _result(type(self), b - self.v * _quotient(b, self.v)) if _operand(self, other, &b) else NotImplemented

    def __neg__(self):
        return _result(type(self), -self.v)

    def __pos__(self):
        return self

    @classmethod
    def _limit(cls, minimum=None, maximum=None, default=None):
        """Sets the inclusive range of the class (None: unlimited 64 bit) and the value of a default instance."""
        ranged = maximum is not None
        low, high = (minimum or 0, maximum) if ranged else (INT64_MIN, INT64_MAX)
        start = default if default is not None else max(low, 0) if ranged else 0
        _bounds[cls] = Bounds(low, high, start, ranged)


cdef object _index(object value):
    if not PyIndex_Check(value):
        raise TypeError(f"an integer is needed, not {value!r}")
    return value.__index__()


cdef int64_t _quotient(int64_t a, int64_t b) except? -1:
    """Division that truncates towards zero, as the original's integers do."""
    if b == 0:
        raise ZeroDivisionError("division of a coordinate or ranged number by zero")
    return a // b


cdef object _result(type cls, object number):
    return make(cls, _within(cls, number))


class BaseType(Value):
    """A typed integer without bounds of its own: `X`, `Y`, `Enum`, labels and addresses (`maximum` only guards the storage)."""

    def __init_subclass__(cls, maximum=None, **others):
        super().__init_subclass__(**others)
        if maximum is not None:
            cls.min, cls.max, cls.lowest = 0, maximum, 0
        cls._limit(0 if maximum is not None else None, maximum)


class Linear(Value):
    """A typed integer with an inclusive range: `class Weight(Linear, max=63)` or `class EntryOnQuad(Linear, size=4)`.

    Class attributes `min`, `max`, `size`, `begin`, `end` (= max + 1) and `lowest` are plain integers. A class nested in a
    container is declared the same way. `default` is the value of `Weight()`; it is 0, or `min` where 0 is not in range.
    """

    def __init_subclass__(cls, size=None, min=0, max=None, default=None, **others):
        super().__init_subclass__(**others)
        if size is not None:
            max = min + size - 1
        if max is None:  # inherits the range of its parent
            parent = bounds_of(cls.__mro__[1])
            min, max, default = parent.min, parent.max, parent.default if default is None else default
        cls.min, cls.max, cls.size = min, max, max - min + 1
        cls.begin, cls.lowest, cls.end = min, min, max + 1
        cls._limit(min, max, default)


_bounds[Value] = _bounds[BaseType] = _bounds[Linear] = Bounds(INT64_MIN, INT64_MAX, 0, False)


class X(BaseType, maximum=INT64_MAX):
    """Any column number: half of the position in any grid."""


class Y(BaseType, maximum=INT64_MAX):
    """Any row number: half of the position in any grid."""


class Enum(BaseType, maximum=INT64_MAX):
    """Any position in the enumeration of any coordinate."""
