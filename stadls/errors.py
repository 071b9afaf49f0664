"""Errors of playback programs: one shallow tree on RuntimeError, as everything the original raises here is one.

What the wire's level (`fisch`) has an error for is one of those as well. Errors about an access carry the coordinate and the container
(object or class); errors of a run carry the time and place of the failure.
"""

from __future__ import annotations

from typing import Any

import fisch
import haldls


class StadlsError(RuntimeError):
    """Base of all errors of this package."""


class AccessError(StadlsError):
    """A write, read or wait that cannot be part of a program."""

    def __init__(self, text: str, coordinate: Any = None, container: Any = None) -> None:
        super().__init__(text)
        self.coordinate = coordinate
        self.container = container


class CoordinateError(AccessError, TypeError):
    """A coordinate of another kind than the container stands on, or one that no container stands on."""


def wrong_coordinate(coordinate: Any, container: Any, wanted: type) -> CoordinateError:
    """What to raise for a container (object or class) on a coordinate that is not of the class it stands on."""
    name = (container if isinstance(container, type) else type(container)).__qualname__
    return CoordinateError(f"{name} stands on {wanted.__name__}, not on {coordinate!r}", coordinate, container)


class NotAContainerError(AccessError, TypeError):
    """Something else than a container, condition or backend was given where one is needed."""


class NotWritableError(AccessError):
    """The container has nothing to write over that backend."""


class NotReadableError(AccessError):
    """The container has nothing to read over that backend."""


class DifferentialWriteError(AccessError):
    """A write against a reference of a container that has no such writes, or against a reference of another class."""


class DumperError(StadlsError):
    """A dumper or what it made was asked for something that only a program has, or given something else than pairs."""


class SerializationError(StadlsError, haldls.SerializationError):
    """Text or bytes that do not describe the object they were to be read into. `path`, `offset` and `line` tell the place at fault."""


class SpikeTrainError(StadlsError, ValueError):
    """Times and labels that do not make a spike train."""


class MergeError(StadlsError, fisch.MergeError):
    """Two builders cannot be joined as asked for."""


class TicketError(StadlsError, fisch.TicketError):
    """A ticket was asked for something it does not have (yet)."""


class RunError(StadlsError, fisch.RunError):
    """A program could not be executed or its execution failed."""


class ProgramCountError(RunError):
    """The number of programs is not the number of FPGAs of the connection."""


class ReinitError(RunError):
    """Programs that cannot bring a chip back into its state, because they read."""


class TargetError(RunError):
    """A program contains accesses that the other end of the connection does not support."""


class InstructionTimeoutError(RunError, fisch.InstructionTimeoutError):
    """An FPGA reported that an instruction ran into the instruction timeout.

    fpga_time     stamp of the first notification in FPGA cycles
    instruction   0-based index of the instruction in the program
    chip          index of the FPGA
    """


class MissingResponseError(RunError, fisch.MissingResponseError):
    """Fewer or more responses arrived than the program has reads."""
