"""Errors of this package. Every one is a `FischError`, which is a RuntimeError as in the original driver."""

from typing import Never


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


class SettingError(ConnectionFailedError, ValueError):
    """An environment variable says what it must not say, or is not known; see `fisch.environment`."""


class ProgramError(FischError):
    """What was handed over for execution cannot be executed as it stands."""


class UsageError(FischError, TypeError):
    """Something else was given than is needed: a coordinate of another container, a value of another class, not a container at all."""


class MergeError(FischError):
    """Two builders cannot be joined as asked for."""


class TicketError(FischError):
    """A ticket was asked for data that has not arrived."""


class RunError(FischError):
    """A program was executed, and its execution failed."""


class InstructionTimeoutError(RunError):
    """An FPGA reported that an instruction ran into the instruction timeout.

    chip          index of the FPGA
    instruction   0-based index of the instruction in the program
    fpga_time     stamp of the report in FPGA cycles
    """

    def __init__(self, text: str, chip: int, instruction: int, fpga_time: int) -> None:
        super().__init__(text)
        self.chip = chip
        self.instruction = instruction
        self.fpga_time = fpga_time


class MissingResponseError(RunError):
    """Fewer or more responses arrived than the program has reads."""


class HwdbError(FischError):
    """The hardware database cannot be read, or has no such entry."""


class BitfileError(ConnectionFailedError):
    """The FPGA's configuration does not fit this software."""


class RunTimeoutError(RunError):
    """A program did not come to its end in time."""


class ConnectionLostError(RunError):
    """The other side does not answer any more."""


class SessionTakenOverError(ConnectionLostError):
    """Somebody else has connected to the FPGA, which ended this session. The connection stays unusable.

    by   address and port of whoever did, as the FPGA saw it
    """

    def __init__(self, text: str, by: str) -> None:
        super().__init__(text)
        self.by = by


class InheritedConnectionError(FischError):
    """A forked process uses a connection that its parent has opened."""


def not_portable(thing: object, instead: str) -> Never:
    """Raises the TypeError of whoever tries to pickle something that lives in this process only."""
    raise TypeError(f"a {type(thing).__name__} belongs to this process and cannot be pickled: {instead}")
