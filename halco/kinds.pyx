"""How positions are composed: grids, parts of a whole, intervals.

Every coordinate is one number, its position in the enumeration of its class (`int(c)`, `c.toEnum()`). The kinds say how
that number comes about: a `Grid` counts row by row, a `Mixin` counts a local position inside a larger unit, an `Interval`
holds two bounds.
"""

from itertools import product

from libc.stdint cimport int64_t

from halco.value cimport Value, checked, make, shown

from halco.conversions import table, to
from halco.value import CoordinateError, Enum, Linear, X, Y

__all__ = ["Grid", "Interval", "Mixin", "RangedEnum", "ranged_enum"]


class Coordinate:
    """Base of all coordinates at which a container can be written or read."""

    __slots__ = ()

    def __init__(self):
        raise TypeError("Coordinate is abstract: construct the coordinate of a container, for example NeuronConfigOnDLS(3)")


class RangedEnum(Linear):
    """Position in an enumeration of known length; the classes `EnumRanged_<size>_` are what `enum_type` names."""

    def __repr__(self):
        return f"Enum({int(self)})"

    def __reduce__(self):
        return _ranged_enum_value, (type(self).size, int(self))

    def __hash__(self):
        return Linear.__hash__(self)

    def __eq__(self, other):
        return Linear.__eq__(self, _plain(other))

    def __ne__(self, other):
        return Linear.__ne__(self, _plain(other))

    def __lt__(self, other):
        return Linear.__lt__(self, _plain(other))

    def __le__(self, other):
        return Linear.__le__(self, _plain(other))

    def __gt__(self, other):
        return Linear.__gt__(self, _plain(other))

    def __ge__(self, other):
        return Linear.__ge__(self, _plain(other))


cdef dict _ranged_enums = {}


def ranged_enum(size):
    """The class of positions in an enumeration of `size` entries."""
    if size not in _ranged_enums:
        _ranged_enums[size] = type(RangedEnum)(f"EnumRanged_{size}_", (RangedEnum,), {"__module__": "halco"}, size=size)
    return _ranged_enums[size]


def _ranged_enum_value(size, value):
    return ranged_enum(size)(value)


cdef object _plain(object number):
    return (<Value>number).v if type(number) is Enum else number


cdef class _EnumType:
    """Class property: the ranged enum that fits the size of the class."""

    def __get__(self, instance, owner):
        return ranged_enum(owner.size)


cdef int64_t _position(type cls, object e) except? -1:
    """Position that a single constructor argument stands for: an Enum, a ranged enum, a plain integer or a `cls`."""
    if type(e) is Enum or isinstance(e, RangedEnum):
        return checked(cls, (<Value>e).v)
    return checked(cls, e)


def _no_arithmetic(self, other):
    return NotImplemented


class _Composed(Value):
    """A position made of parts. Ordered and compared by its number, but without arithmetic of its own."""

    enum_type = _EnumType()
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _no_arithmetic
    __truediv__ = __rtruediv__ = __mod__ = __rmod__ = _no_arithmetic

    def toEnum(self):
        """The number as ranged enum of this class."""
        return make(ranged_enum(type(self).size), (<Value>self).v)


cdef class Shape:
    """What the constructor of one grid class needs."""

    cdef type x_type, y_type
    cdef int64_t width
    cdef tuple nodes
    cdef dict index


cdef dict _shapes = {}


class Grid(_Composed):
    """A position in two dimensions, counted row by row: `class AtomicNeuronOnDLS(Grid, x=NeuronColumnOnDLS, y=NeuronRowOnDLS)`.

    Constructed from (x, y) or (y, x) of its own axes' types or `X` and `Y`, by name, from two integers (x, y), or from the number alone.
    A sparse grid lists its `nodes`, a tuple of (x, y), in the order of their numbers; other combinations raise CoordinateError.
    """

    def __init_subclass__(cls, x=None, y=None, nodes=None, **others):
        super().__init_subclass__(**others)
        if x is not None:
            cls.x_type, cls.y_type = x, y
            _shapes[cls] = _grid_shape(x, y, nodes)
            cls.size = len(nodes) if nodes else x.size * y.size
            cls.min, cls.max = 0, cls.size - 1
            for axis, part in ((x, _axis_rule(cls, 0)), (y, _axis_rule(cls, 1))):
                setattr(cls, "to" + axis.__name__, to(part, target=axis.__name__))
        else:
            _shapes[cls] = _shapes[cls.__mro__[1]]
        cls._limit(0, cls.max)

    def __init__(self, first=..., second=..., *, x=..., y=...):
        cls = type(self)
        if x is not ... or y is not ...:
            first, second = _named(cls, ("x", "y"), (first, second), {"x": x, "y": y})
        if second is not ...:
            (<Value>self).v = _node(cls, <Shape>_shapes[cls], first, second)
        elif first is not ...:
            (<Value>self).v = _position(cls, first)

    def x(self):
        """Position along the x axis."""
        cdef Shape shape = <Shape>_shapes[type(self)]
        return make(shape.x_type, shape.nodes[(<Value>self).v][0] if shape.nodes else (<Value>self).v % shape.width)

    def y(self):
        """Position along the y axis."""
        cdef Shape shape = <Shape>_shapes[type(self)]
        return make(shape.y_type, shape.nodes[(<Value>self).v][1] if shape.nodes else (<Value>self).v // shape.width)

    @classmethod
    def components(cls, enums):
        """(x, y) of the positions `enums`, an integer or an int64 array."""
        cdef Shape shape = <Shape>_shapes[cls]
        if shape.nodes:
            return table(*(node[0] for node in shape.nodes))(enums), table(*(node[1] for node in shape.nodes))(enums)
        return enums % shape.width, enums // shape.width

    def __repr__(self):
        return f"{type(self).__name__}({self.x()!r}, {self.y()!r}; Enum({int(self)}))"


cdef tuple _named(type cls, tuple names, tuple given, dict named):
    """The two parts of a position, given by place or by name. Raises TypeError for a name that does not exist or is given twice."""
    values = {name: value for name, value in zip(names, given) if value is not ...}
    for name, value in named.items():
        if name not in names or (name in values and value is not ...):
            raise TypeError(f"{cls.__name__} takes {names[0]} and {names[1]}, each once, not {name}={value!r}")
        if value is not ...:
            values[name] = value
    if names[0] not in values:
        raise TypeError(f"{cls.__name__} needs {names[0]}, not {names[1]} alone")
    return values[names[0]], values.get(names[1], ...)


cdef Shape _grid_shape(type x, type y, object nodes):
    cdef Shape shape = Shape()
    shape.x_type, shape.y_type, shape.width = x, y, x.size
    shape.nodes = tuple(nodes) if nodes else None
    shape.index = {node: number for number, node in enumerate(nodes)} if nodes else None
    return shape


def _axis_rule(cls, axis):
    return lambda e: cls.components(e)[axis]


cdef int64_t _along(type axis, type anything, object position) except? -1:
    return checked(axis, (<Value>position).v if type(position) is anything else position)


cdef int64_t _node(type cls, Shape shape, object first, object second) except? -1:
    if isinstance(first, (shape.y_type, Y)) or isinstance(second, (shape.x_type, X)):
        first, second = second, first
    cdef int64_t x = _along(shape.x_type, X, first)
    cdef int64_t y = _along(shape.y_type, Y, second)
    if shape.nodes is None:
        return y * shape.width + x
    number = shape.index.get((x, y))
    if number is None:
        raise CoordinateError(f"{cls.__name__} has no node at ({shape.x_type.__name__}({x}), {shape.y_type.__name__}({y}))")
    return number


cdef class Parts:
    """What the constructor of one mixin class needs."""

    cdef type local, mixed_in
    cdef int64_t local_size
    cdef bint interval


cdef dict _parts = {}


class Mixin(_Composed):
    """A local position inside one of several equal units: `class SynapseRowOnDLS(Mixin, local=SynapseRowOnSynram, mixed_in=SynramOnDLS)`.

    Its number is that of the unit times the number of local positions plus that of the local position. Constructed from
    (local, unit), the unit being optional, or from the number. What the local part offers (`x()`, conversions, ...) is offered too.
    `names` are the original's names of the two parts, under which they may be given: `names="block synram"`.
    """

    part_names = ("local", "mixed_in")

    def __init_subclass__(cls, local=None, mixed_in=None, default=None, names=None, **others):
        super().__init_subclass__(**others)
        if names is not None:
            cls.part_names = tuple(names.split())
        if local is not None:
            cls.local_type, cls.mixed_in_type, cls.is_interval = local, mixed_in, local.is_interval
            _parts[cls] = _mixin_parts(local, mixed_in)
            if local.is_interval:
                cls.bound_type = local.bound_type
            cls.size = local.size * mixed_in.size
            cls.min, cls.max = 0, cls.size - 1
            size = local.size
            setattr(cls, "to" + local.__name__, to(lambda e: e % size, target=local.__name__))
            setattr(cls, "to" + mixed_in.__name__, to(lambda e: e // size, target=mixed_in.__name__))
        else:
            _parts[cls] = _parts[cls.__mro__[1]]
        start = default if default is not None else int(cls.mixed_in_type()) * cls.local_type.size + int(cls.local_type())
        cls._limit(0, cls.max, start)

    def __init__(self, first=..., second=..., **named):
        cls = type(self)
        if named:
            first, second = _named(cls, cls.part_names, (first, second), named)
        cdef Parts parts = <Parts>_parts[cls]
        cdef int64_t unit
        if first is ... and second is ...:
            Value.__init__(self)
        elif second is not ... or type(first) is parts.local:
            unit = checked(parts.mixed_in, parts.mixed_in() if second is ... else second)
            (<Value>self).v = unit * parts.local_size + checked(parts.local, first)
        elif parts.interval and type(first) is not cls:
            unit = _position(cls, first)
            (<Value>self).v = unit // parts.local_size * parts.local_size + (<Value>parts.local(unit % parts.local_size)).v
        else:
            (<Value>self).v = _position(cls, first)

    def value(self):
        """Plain integer of the innermost linear position; of a grid or interval inside, the position in this enumeration.

        The original's mixins inherit this from their local part. For the position use `int(c)` or `c.toEnum()`.
        """
        cdef Parts parts = <Parts>_parts[type(self)]
        if issubclass(parts.local, Linear):
            return (<Value>self).v % parts.local_size
        return self.split()[1].value() if issubclass(parts.local, Mixin) else (<Value>self).v

    def split(self):
        """The two parts: (unit, local position)."""
        cdef Parts parts = <Parts>_parts[type(self)]
        cdef int64_t v = (<Value>self).v
        return make(parts.mixed_in, v // parts.local_size), make(parts.local, v % parts.local_size)

    @classmethod
    def components(cls, enums):
        """Components of the local position, then those of the unit; `enums` is an integer or an int64 array."""
        cdef Parts parts = <Parts>_parts[cls]
        return parts.local.components(enums % parts.local_size) + parts.mixed_in.components(enums // parts.local_size)

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__} has no attribute {name}")
        try:
            return getattr(self.split()[1], name)
        except AttributeError:
            raise AttributeError(f"neither {type(self).__name__} nor {type(self).local_type.__name__} has {name}") from None

    def __repr__(self):
        unit, local = self.split()
        return f"{type(self).__name__}({local!r}, {unit!r})"

    def __reduce__(self):
        return type(self), self.split()[::-1]


cdef Parts _mixin_parts(type local, type mixed_in):
    cdef Parts parts = Parts()
    parts.local, parts.mixed_in, parts.local_size, parts.interval = local, mixed_in, local.size, local.is_interval
    return parts


class Interval(_Composed):
    """A closed interval of positions, ordered by its lower, then its upper bound: `class PPUMemoryBlockOnPPU(Interval, bound=...)`.

    Constructed from (min, max); min > max raises CoordinateError. Constructed from a single number e, it starts at e // n
    and extends e % n beyond that, n being the number of bounds. This is not the inverse of `toEnum()`, which is n * min + max:
    the original enumerates its intervals this way, and so do we.
    """

    is_interval = True

    def __init_subclass__(cls, bound=None, **others):
        super().__init_subclass__(**others)
        if bound is not None:
            cls.bound_type, cls.size = bound, bound.size * bound.size
            cls.min, cls.max = 0, cls.size - 1
        cls._limit(0, cls.max)

    def __init__(self, first=..., second=...):
        cls = type(self)
        bound = cls.bound_type
        cdef int64_t low, high, e
        if second is ... and (first is ... or type(first) is cls):
            (<Value>self).v = 0 if first is ... else (<Value>first).v
            return
        if second is ...:
            e = _position(cls, first)
            low, high = e // bound.size, checked(bound, e % bound.size + e // bound.size)
        else:
            low, high = checked(bound, first), checked(bound, second)
        if low > high:
            raise CoordinateError(f"{cls.__name__}: the interval is oriented wrongly, min {low} > max {high}")
        (<Value>self).v = bound.size * low + high

    def toMin(self):
        """Lower bound."""
        bound = type(self).bound_type
        return make(bound, (<Value>self).v // <int64_t>bound.size)

    def toMax(self):
        """Upper bound, part of the interval."""
        bound = type(self).bound_type
        return make(bound, (<Value>self).v % <int64_t>bound.size)

    def length(self):
        """Number of positions in the interval."""
        return int(self.toMax()) - int(self.toMin()) + 1

    def contains(self, position):
        """Whether a bound lies inside."""
        return self.toMin() <= position <= self.toMax()

    def __getitem__(self, index):
        if not 0 <= index < self.length():
            raise IndexError(f"{index} is outside of {self!r}, which holds {self.length()}")
        return type(self).bound_type(int(self.toMin()) + index)

    def __len__(self):
        return self.length()

    @classmethod
    def components(cls, enums):
        """(min, max) of the intervals `enums` (their `toEnum()`), an integer or an int64 array."""
        return enums // cls.bound_type.size, enums % cls.bound_type.size

    def __repr__(self):
        return f"{type(self).__name__}([{self.toMin()!r}, {self.toMax()!r}])"

    def __reduce__(self):
        return type(self), (int(self.toMin()), int(self.toMax()))


def iter_all(*types):
    """All positions of a coordinate in the order of their numbers; of several coordinates, all combinations as tuples.

    >>> from halco import HemisphereOnDLS, iter_all
    >>> list(iter_all(HemisphereOnDLS))
    [HemisphereOnDLS(0), HemisphereOnDLS(1)]
    """
    return _all_of(types[0]) if len(types) == 1 else product(*map(_all_of, types))


def _all_of(cls):
    if not isinstance(cls, type) or not issubclass(cls, Value) or not hasattr(cls, "size"):
        raise TypeError(f"{cls.__name__ if isinstance(cls, type) else shown(cls)} cannot be iterated: a class with a size is needed")
    return _intervals(cls) if cls.is_interval else _numbers(cls, getattr(cls, "min", 0), cls.max)


def _numbers(type cls, int64_t first, int64_t last):
    cdef int64_t v
    for v in range(first, last + 1):
        yield make(cls, v)


def _intervals(type cls):
    cdef int64_t unit, low, high
    inner = cls
    while issubclass(inner, Mixin):
        inner = inner.local_type
    cdef int64_t n = inner.bound_type.size
    for unit in range(cls.size // inner.size):
        for low in range(n):
            for high in range(low, n):
                yield make(cls, unit * n * n + low * n + high)
