# cython: language_level=3
"""The one place where a typed integer changes: reading a stored coordinate into an existing one, as the original's functions do."""

from halco.value cimport Value


def overwrite(Value value, number):
    """Gives a typed integer another number, already checked."""
    value.v = number
