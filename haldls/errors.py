"""Errors of the container layer, one shallow tree."""

from halco import RangeError

__all__ = ["ContainerError", "CoordinateError", "FieldValueError", "SerializationError", "UnknownBackendError"]


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


class SerializationError(ContainerError):
    """An object without a stored form, or text or bytes that are not the stored form of the object they were to be read into.

    path     names of the members and numbers of the elements that lead to the place at fault
    offset   the byte at fault, of a portable binary; otherwise None
    line     the line at fault, of JSON; otherwise None
    """

    def __init__(self, text: str, path: str = "", offset: int | None = None, line: int | None = None) -> None:
        super().__init__(text)
        self.path, self.offset, self.line = path, offset, line
