"""Errors of this package. Every one is a `FischError`, which is a RuntimeError as in the original driver."""


class FischError(RuntimeError):
    """Base of all errors of this package."""


class WireError(FischError):
    """A stream of words does not follow the message format.

    `position` counts from the start of the stream: words to the FPGA, bytes from the FPGA.
    """

    def __init__(self, text: str, position: int) -> None:
        super().__init__(text)
        self.position = position


class AccessError(FischError):
    """A register cannot be reached the way it was asked for: no such backend, not writable, not readable, value out of range."""


class InvalidDataError(FischError):
    """A response arrived, but carries no valid data (an I2C device did not acknowledge)."""


class ConnectionFailedError(FischError):
    """No connection can be had: nothing to connect to, the endpoint is taken, or this kind is not available."""


class ProgramError(FischError):
    """What was handed over for execution cannot be executed as it stands."""
