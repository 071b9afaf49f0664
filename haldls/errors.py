"""Errors of the container layer, one shallow tree."""

from halco import RangeError


class ContainerError(RuntimeError):
    """Something about a container does not fit; the text names the class and the coordinate or field."""


class CoordinateError(ContainerError, TypeError):
    """A coordinate of another kind than the container stands on."""


class UnknownBackendError(ContainerError):
    """The container cannot be accessed over that backend."""


class FieldValueError(ContainerError, ValueError):
    """A value inside the range of its type that the register cannot hold."""


class AlternativeError(RangeError, TypeError):
    """A plain number that fits none of the alternatives or members a field can hold."""


class ShapeError(ContainerError, ValueError):
    """Values of another number or shape than an array has."""


class BlockSizeError(ContainerError, ValueError, IndexError):
    """Words or bytes that are not all inside a block, or as many as it does not hold."""
