"""What stands in the body of a coordinate class: conversions into other coordinates, named positions, parts of labels.

A conversion is one row, `toSynramOnDLS = to(lambda e: e // 256)`: the name says where it leads, the rule maps the number of one
coordinate to that of the other. Classes are found by name when a conversion is used, so families may refer to each other.
"""

from libc.stdint cimport int64_t

from halco.record import taken

from halco.value cimport Value, make

from halco.value import CoordinateError


cdef extern from "Python.h":
    object PyMethod_New(object function, object instance)


cdef dict _names = {}


def resolve_in(names):
    """Conversions find the classes they lead to in this namespace."""
    global _names
    _names = names


cdef class to:
    """One row of a coordinate's conversions: `toCapMemBlockOnDLS = to(lambda e: e // 128)`.

    The rule maps numbers to numbers and works on integers and int64 arrays alike; without one the number stays the same.
    `within` restricts it to a range: outside there is no counterpart, which is an error, or None if it is `optional`.
    """

    cdef object rule, within
    cdef readonly bint optional
    cdef readonly str target
    cdef type found

    def __init__(self, rule=None, *, target=None, within=None, optional=False):
        self.rule, self.target, self.within, self.optional = rule, target, within, optional

    def __set_name__(self, owner, name):
        self.target = name.removeprefix("to")

    def __get__(self, instance, owner):
        return self if instance is None else PyMethod_New(self, instance)

    cdef type cls(self):
        if self.found is None:
            self.found = _names[self.target]
        return self.found

    def __call__(self, Value coordinate):
        if self.within is not None and coordinate.v not in self.within:
            if self.optional:
                return None
            raise CoordinateError(f"{coordinate!r} has no {self.target}")
        return make(self.cls(), coordinate.v if self.rule is None else self.rule(coordinate.v))

    def convert(self, enums):
        """The rule applied to an int64 array; -1 where an optional conversion has no counterpart."""
        if self.within is None:
            return enums if self.rule is None else self.rule(enums)
        inside = (enums >= self.within.start) & (enums < self.within.stop)
        if not self.optional and not inside.all():
            raise CoordinateError(f"not all of these have a {self.target}")
        return inside * ((enums if self.rule is None else self.rule(enums)) + 1) - 1


cdef class each:
    """A conversion with several results, one per value of an index coordinate: the rule takes the number and that index.

    The result is a `TypedArray` indexed by that coordinate, or a list if the index is a plain count.
    """

    cdef object rule
    cdef readonly object index
    cdef readonly str target

    def __init__(self, index, rule):
        self.index, self.rule = index, rule

    def __set_name__(self, owner, name):
        self.target = name.removeprefix("to")

    def __get__(self, instance, owner):
        return self if instance is None else PyMethod_New(self, instance)

    def __call__(self, Value coordinate):
        cls = _names[self.target]
        if isinstance(self.index, int):
            return [make(cls, self.rule(coordinate.v, i)) for i in range(self.index)]
        index = _names[self.index]
        return _names["TypedArray"](cls, index, [self.rule(coordinate.v, i) for i in range(index.size)])

    def convert(self, enums):
        """The rule applied to an int64 array; the results stand along a new last axis."""
        import numpy

        size = self.index if isinstance(self.index, int) else _names[self.index].size
        return numpy.stack([self.rule(enums, i) for i in range(size)], axis=-1)


class table:
    """A rule that looks the number up."""

    __slots__ = ("entries",)

    def __init__(self, *entries):
        self.entries = entries

    def __call__(self, e):
        if isinstance(e, int):
            return self.entries[e]
        import numpy

        return numpy.array(self.entries, dtype=numpy.int64)[e]


class Family:
    """Coordinates that count the same thing: each member converts into every other (and itself) by keeping its number.

    `class PerHemisphere(Family, Linear, size=2)` starts a family, classes derived from that are its members; with
    `target=False` a member converts into the others, but they do not convert into it.
    """

    def __init_subclass__(cls, target=True, **others):
        super().__init_subclass__(**others)
        for base in cls.__mro__[1:]:
            if target and Family in base.__bases__:
                setattr(base, "to" + cls.__name__, to(target=cls.__name__))


cdef class BitField:
    """Part of a label: `spl1_address = BitField(SPL1Address, low=14, width=2)`. Assigning to it changes the label in place."""

    cdef readonly type part
    cdef str name
    cdef int low
    cdef int64_t mask

    def __init__(self, part, low, width):
        self.part, self.low, self.mask = part, low, (1 << width) - 1

    def __set_name__(self, owner, name):
        self.name = f"{owner.__qualname__}.{name}"

    def __get__(self, instance, owner):
        return self if instance is None else make(self.part, (<Value>instance).v >> self.low & self.mask)

    def __set__(self, instance, value):
        cdef int64_t number = (<Value>taken(self.part, value, self.name)).v
        (<Value>instance).v = ((<Value>instance).v & ~(self.mask << self.low)) | number << self.low

    def accessors(self):
        """The same as a pair of methods: getter and setter."""
        def getter(label):
            return self.__get__(label, None)

        def setter(label, value):
            self.__set__(label, value)

        getter.__doc__ = f"The {self.part.__name__} that stands in the label."
        setter.__doc__ = f"Puts a {self.part.__name__} into the label, in place."
        return getter, setter


class at:
    """A named position of a coordinate class: `top = at(0)` in the class body; the arguments are the constructor's."""

    __slots__ = ("arguments", "owner", "position")

    def __init__(self, *arguments):
        self.arguments, self.owner, self.position = arguments, None, None

    def __get__(self, instance, owner):
        if self.owner is not owner:
            self.owner, self.position = owner, owner(*self.arguments)
        return self.position
