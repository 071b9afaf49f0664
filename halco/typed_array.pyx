"""Arrays of numbers of one type that are indexed by a coordinate."""

from array import array
from itertools import islice

from cpython.long cimport PyLong_Check
from libc.stdint cimport int64_t

from halco.value cimport Value, checked, make, shown, truth

from halco.value import RangeError

__all__ = ["ArrayError", "TypedArray"]

cdef int SHOWN = 512  # elements that `repr` lists


class ArrayError(RuntimeError):
    """An array has the wrong shape or holds the wrong kind of numbers."""


class ArrayElementError(ArrayError, TypeError):
    """An array holds something that is not a whole number."""


class ArrayIndexError(RangeError, IndexError):
    """There is no such element."""


def unmasked(values):
    """What is given as a numpy array. Raises ArrayElementError for a masked array with masked elements: they have no value."""
    import numpy

    masked = numpy.argwhere(numpy.ma.getmaskarray(values)) if isinstance(values, numpy.ma.MaskedArray) else ()
    if len(masked):
        raise ArrayElementError(f"the element at {masked[0].tolist()} is masked: fill the masked array first, with filled(...)")
    return numpy.asarray(values)


def whole_numbers(values, bint flags):
    """A numpy array whose elements are integers (or truth values, if `flags`), whatever their type.

    Floats have to be whole numbers: nothing is cut off. Raises ArrayElementError that shows the first element at fault.
    """
    import numpy

    kind = values.dtype.kind
    if flags and kind in "biufc":
        return values.astype(bool)
    if kind in "biu":
        return values
    if kind != "f":
        raise ArrayElementError(f"an array of {'truth values' if flags else 'integers'} is needed, not of {values.dtype}")
    wrong = numpy.argwhere(~(numpy.isfinite(values) & (numpy.trunc(values) == values)))
    if len(wrong):
        place = tuple(wrong[0].tolist())
        raise ArrayElementError(f"integers are needed, not {float(values[place])!r} at {list(place)}: round the array first if that is meant")
    return values


cdef class TypedArray:
    """Fixed-size array of ranged numbers, plain integers or booleans with one or two coordinates as index.

    `element` is a Value class, int or bool; `coordinate` a class with a size, or a pair of them for a matrix whose rows are arrays
    too; `values` fills it (nested for a matrix), otherwise each element has its type's default. Elements are read and written by
    coordinate or by plain number; iterating gives them in order. Wrong types raise TypeError, numbers out of range RangeError.

    >>> from halco import *
    >>> fire = TypedArray(bool, PADIBusOnPADIBusBlock)
    >>> fire[PADIBusOnPADIBusBlock(2)] = True
    >>> fire.to_numpy()
    array([False, False,  True, False])
    """

    cdef readonly object element
    cdef tuple coordinates
    cdef int64_t[::1] data
    cdef int64_t start

    def __init__(self, element, coordinate, values=None):
        self.element = element
        self.coordinates = coordinate if isinstance(coordinate, tuple) else (coordinate,)
        self.start = _first(self.coordinates[0])
        count = _product(self.coordinates)
        self.data = array("q", [int(element())]) * count
        if values is not None:
            self._assign(values)

    @classmethod
    def over(cls, element, coordinate, buffer):
        """An array that reads and writes `buffer`, a contiguous writable int64 buffer with one entry per element."""
        cdef TypedArray made = cls.__new__(cls)
        made.element = element
        made.coordinates = coordinate if isinstance(coordinate, tuple) else (coordinate,)
        made.start = _first(made.coordinates[0])
        made.data = buffer
        if made.data.shape[0] != _product(made.coordinates):
            raise ArrayError(f"a buffer of {made.data.shape[0]} entries cannot hold {_product(made.coordinates)} elements")
        return made

    cdef int64_t _index(self, object key) except -1:
        """Number of an element. A plain integer below 0 counts from the end, as in a list."""
        coordinate = self.coordinates[0]
        if PyLong_Check(key) and key < 0:
            key = key + self.start + coordinate.size
        try:
            return checked(coordinate, key) - self.start
        except RangeError as error:
            raise ArrayIndexError(f"{error}: there are {coordinate.size} elements") from None
        except TypeError:
            raise TypeError(f"the array is indexed by {coordinate.__name__}, an integer or a slice, not {shown(key)}") from None

    cdef TypedArray _row(self, int64_t index):
        cdef TypedArray row = TypedArray.__new__(getattr(type(self), "row", TypedArray))
        cdef int64_t width = self.data.shape[0] // <int64_t>self.coordinates[0].size
        row.element, row.coordinates = self.element, self.coordinates[1:]
        row.start = _first(row.coordinates[0])
        row.data = self.data[index * width : (index + 1) * width]
        return row

    cdef object _get(self, int64_t index):
        if len(self.coordinates) > 1:
            return self._row(index)
        return _decoded(self.element, self.data[index])

    cdef int _set(self, int64_t index, object value) except -1:
        if len(self.coordinates) > 1:
            self._row(index)._assign(value)
        else:
            self.data[index] = _encoded(self.element, value)
        return 0

    cdef int _assign(self, object values) except -1:
        """Sets all elements, or none if one of them does not fit."""
        return self._put(list(range(self.coordinates[0].size)), values)

    cdef int _put(self, list places, object values) except -1:
        values = list(values)
        if len(values) != len(places):
            raise ArrayError(f"{len(values)} values for {len(places)} elements")
        before = self.data.copy()
        try:
            for index, value in zip(places, values):
                self._set(index, value)
        except BaseException:
            self.data[:] = before
            raise
        return 0

    def __getitem__(self, key):
        if isinstance(key, slice):
            return [self._get(index) for index in range(*key.indices(self.coordinates[0].size))]
        return self._get(self._index(key))

    def __setitem__(self, key, value):
        if isinstance(key, slice):
            self._put(list(range(*key.indices(self.coordinates[0].size))), value)
        else:
            self._set(self._index(key), value)

    def __delitem__(self, key):
        raise TypeError(f"an array of {self.coordinates[0].size} elements: none can be deleted")

    def at(self, key):
        """The element at a coordinate."""
        return self[key]

    def front(self):
        """The first element."""
        return self._get(0)

    def back(self):
        """The last element."""
        return self._get(self.coordinates[0].size - 1)

    def fill(self, value):
        """Sets all elements (of a matrix: all rows)."""
        self._assign([value] * self.coordinates[0].size)

    def __len__(self):
        return self.coordinates[0].size

    def __iter__(self):
        return (self._get(index) for index in range(self.coordinates[0].size))

    @property
    def size(self):
        """Number of elements, of a matrix: of rows."""
        return self.coordinates[0].size

    @property
    def max_size(self):
        """The same as `size`."""
        return self.coordinates[0].size

    @property
    def empty(self):
        """False: no coordinate is without positions."""
        return False

    @property
    def shape(self):
        """Number of elements along each coordinate."""
        return tuple(coordinate.size for coordinate in self.coordinates)

    def to_numpy(self):
        """A copy as numpy array of `shape`: bool for booleans, int64 otherwise."""
        import numpy

        return numpy.array(self.data, dtype=bool if self.element is bool else numpy.int64).reshape(self.shape)

    def from_numpy(self, values):
        """Sets all elements from an array of the same shape. Floats have to be whole numbers.

        ArrayError (a RuntimeError) if the shape does not fit or for other things than numbers, RangeError if an element is out of range;
        then nothing changes.
        """
        import numpy

        values = unmasked(values)
        if values.ndim != len(self.coordinates):
            raise ArrayError(f"an array of {len(self.coordinates)} dimensions is needed, not {values.ndim}")
        if values.shape != self.shape:
            raise ArrayError(f"Input shape does not match. It is {values.shape}, {self.shape} is needed.")
        values = whole_numbers(values, self.element is bool)
        if self.element is not bool:
            _encoded(self.element, int(values.min()))
            _encoded(self.element, int(values.max()))
        numpy.asarray(self.data)[:] = values.astype(numpy.int64).reshape(-1)

    def __array__(self, dtype=None, copy=None):
        return self.to_numpy() if dtype is None else self.to_numpy().astype(dtype)

    def _key(self):
        return self.element, self.coordinates, bytes(self.data)

    def __eq__(self, other):
        if isinstance(other, TypedArray):
            return self._key() == other._key()
        if hasattr(type(other), "__array__") and hasattr(type(other), "tolist"):
            other = other.tolist()
        return same_elements(self, other) if isinstance(other, (list, tuple)) else NotImplemented

    def __lt__(self, other):
        return list(self) < list(other) if isinstance(other, TypedArray) else NotImplemented

    __hash__ = None

    def __copy__(self):
        return TypedArray(self.element, self.coordinates, self)

    def __deepcopy__(self, memo):
        return TypedArray(self.element, self.coordinates, self)

    def __reduce__(self):
        return TypedArray, (self.element, self.coordinates, [list(row) for row in self] if len(self.coordinates) > 1 else list(self))

    def __repr__(self):
        if len(self) > SHOWN:
            return f"[{', '.join(repr(one) for one in islice(self, SHOWN))}, ... ({len(self)} elements)]"
        return f"[{', '.join(map(repr, self))}]"


cdef int64_t _product(tuple coordinates):
    cdef int64_t count = 1
    for coordinate in coordinates:
        count *= <int64_t>coordinate.size
    return count


cdef int64_t _first(object coordinate):
    return getattr(coordinate, "min", 0)


cdef object _decoded(object element, int64_t number):
    if element is bool:
        return number != 0
    return number if element is int else make(element, number)


cdef int64_t _encoded(object element, object value) except? -9223372036854775807:
    if element is bool:
        return truth(value)
    if element is not int:
        return checked(element, value)
    try:
        return value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"an integer is needed, not {shown(value)}") from None


def same_elements(one, other):
    """Whether two sequences have equal elements, also where comparing two of them gives no truth value."""
    return len(one) == len(other) and all(_same(a, b) for a, b in zip(one, other))


cdef bint _same(object a, object b):
    try:
        return bool(a == b)
    except (TypeError, ValueError):  # arrays: no single truth value
        return False
