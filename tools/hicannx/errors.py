"""Errors of the command line and of what is ours alone."""


class HicannxError(RuntimeError):
    """Base of all errors raised here."""


class UnknownRegisterError(HicannxError, KeyError):
    """There is no register of that name or at that address."""

    __str__ = RuntimeError.__str__


class NotAModelError(HicannxError, TypeError):
    """A connection does not lead to the model in this process."""
