"""Typed integers: what every coordinate and every ranged number of a container is made of.

A `Value` is one integer whose class says what it counts. Values of different classes never compare equal, never mix in
arithmetic and hash differently; plain integers are welcome wherever the range allows. `Linear` adds the range.
"""

from cpython.long cimport PyLong_AsLongLong, PyLong_Check
from cpython.number cimport PyIndex_Check, PyNumber_Index
from cpython.object cimport PyObject_GenericSetAttr, Py_EQ, Py_GT, Py_LE, Py_LT, Py_NE, PyObject_RichCompare
from libc.stdint cimport INT64_MAX, INT64_MIN, int64_t

from reprlib import Repr

cdef extern from *:
    """
    static int has_truth_value(PyObject *object) {
        PyNumberMethods *methods = Py_TYPE(object)->tp_as_number;
        return methods != NULL && methods->nb_bool != NULL;
    }
    """
    bint has_truth_value(object value)

__all__ = ["BaseType", "CoordinateError", "Enum", "Linear", "RangeError", "Value", "X", "Y"]


class RangeError(OverflowError, RuntimeError):
    """A number lies outside the range of its type. The text begins as the original's: `range overflow: 64 > max(63)`."""


class NegativeError(RangeError, TypeError):
    """A number below zero where there are none. A TypeError as well, as the original's unsigned arguments take no such number."""


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


cdef object _brief = Repr()
_brief.maxother = _brief.maxstring = _brief.maxlong = 80
_brief.maxlist = _brief.maxtuple = _brief.maxdict = _brief.maxset = _brief.maxarray = 4
_brief.maxlevel = 3


cpdef str shown(object value):
    """A user's value as error messages show it: short, however big or deep it is."""
    try:
        return _brief.repr(value)
    except ValueError:  # Python shows no integers of thousands of digits
        return f"a huge {type(value).__name__}"


cpdef bint truth(object value) except -1:
    """The truth value of a number-like object, as the original's bindings take it: numbers, None, numpy scalars, coordinates.

    Raises TypeError for strings, containers and whatever else has no truth value of its own.
    """
    if value is True or value is False:
        return value is True
    if has_truth_value(value) and not isinstance(value, (str, bytes, type)):
        try:
            if not getattr(value, "mask", False):  # an element of a masked array that is masked
                return bool(value)
        except Exception:  # an array of several elements, a value that says it has none
            pass
    raise TypeError(f"True or False is needed, not {shown(value)}")


cdef object _integer(object number):
    """The plain integer of an int or of what stands for one exactly (numpy integers, coordinates); None for anything else."""
    if PyLong_Check(number):
        return number
    if not PyIndex_Check(number):
        return None
    try:
        return PyNumber_Index(number)
    except TypeError:  # arrays
        return None


cdef int64_t _within(type cls, object number) except? -9223372036854775807:
    cdef Bounds bounds = bounds_of(cls)
    cdef int64_t v
    try:
        v = PyLong_AsLongLong(number)
    except OverflowError:
        v = INT64_MAX if number > 0 else INT64_MIN
    if v > bounds.max:
        raise RangeError(f"range overflow: {shown(number)} > max({bounds.max}) ({cls.__qualname__})")
    if v < bounds.min:
        error = NegativeError if v < 0 <= bounds.min else RangeError
        raise error(f"range underflow: {shown(number)} < min({bounds.min}) ({cls.__qualname__})")
    return v


cdef int64_t checked(type cls, object number) except? -9223372036854775807:
    """The value that `number` has as a `cls`: an instance of `cls` or a plain integer inside its range.

    Raises RangeError outside the range and TypeError for anything else, in particular for a Value of another class.
    """
    if type(number) is cls:
        return (<Value>number).v
    plain = None if isinstance(number, Value) else _integer(number)
    if plain is None:
        raise TypeError(f"{cls.__qualname__} takes a {cls.__qualname__} or an integer, not {shown(number)}")
    return _within(cls, plain)


cdef object _operand(Value self, object other):
    """Plain integer of the other operand; None if the two do not mix."""
    if type(other) is type(self):
        return (<Value>other).v
    return None if isinstance(other, Value) else _integer(other)


cdef class Value:
    """Value(value=None)
    --

    Base of all typed integers. Construct with an integer; `int(value)`, `value.value()` and indexing give it back.
    """

    def __init__(self, value=...):
        cls = type(self)
        self.v = bounds_of(cls).default if value is ... else _within(cls, _index(cls, value))

    is_interval = False

    def __setattr__(self, name, value):
        if not hasattr(type(getattr(type(self), name, None)), "__set__"):
            raise AttributeError(f"a {type(self).__qualname__} has no attribute {name!r} that could be set")
        PyObject_GenericSetAttr(self, name, value)

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
        if type(other) is type(self):
            return _compared(self.v, (<Value>other).v, operation)
        plain = _operand(self, other)
        return NotImplemented if plain is None else PyObject_RichCompare(self.v, plain, operation)

    def __add__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), <object>self.v + plain)

    def __radd__(self, other):
        return self.__add__(other)

    def __sub__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), <object>self.v - plain)

    def __rsub__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), plain - <object>self.v)

    def __mul__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), <object>self.v * plain)

    def __rmul__(self, other):
        return self.__mul__(other)

    def __truediv__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), _quotient(self.v, plain))

    def __rtruediv__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), _quotient(plain, self.v))

    def __mod__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), self.v - plain * _quotient(self.v, plain))

    def __rmod__(self, other):
        plain = _operand(self, other)
        return NotImplemented if plain is None else _result(type(self), plain - self.v * _quotient(plain, self.v))

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


cdef object _index(type cls, object value):
    try:
        return PyNumber_Index(value)
    except TypeError:
        raise TypeError(f"{cls.__qualname__} is made from an integer, not {shown(value)}") from None


cdef object _quotient(object a, object b):
    """Division that truncates towards zero, as the original's integers do."""
    if b == 0:
        raise ZeroDivisionError("division of a coordinate or ranged number by zero")
    return a // b if (a < 0) == (b < 0) else -(-a // b)


cdef bint _compared(int64_t a, int64_t b, int operation) noexcept:
    if operation == Py_EQ:
        return a == b
    if operation == Py_NE:
        return a != b
    if operation == Py_LT:
        return a < b
    if operation == Py_LE:
        return a <= b
    return a > b if operation == Py_GT else a >= b


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
