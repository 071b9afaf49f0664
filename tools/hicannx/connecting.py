"""Connections to a chosen virtual chip."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fisch import ConnectionHandle
from hicannx_sim import Mode, ModelConnection


@contextmanager
def connect(
    serial: int | Sequence[int] | None = None, mode: Mode | str | None = None, seed: int | None = None, strict: bool | None = None
) -> Iterator[ConnectionHandle]:
    """A connection to a virtual chip of one's choice, with the handle that `hxcomm.ManagedConnection` gives.

    serial   0 .. 2**32 - 1: whose fixed pattern the circuits have; a list of them for several chips, each a setup of its own
    mode     "typical", or "ideal" for circuits without fixed pattern and noise
    seed     0 .. 2**64 - 1: the trial noise
    strict   an access to something undefined or not modelled raises an error

    What is not given comes from HICANNX_CHIP, HICANNX_MODE, HICANNX_SEED and HICANNX_STRICT, else 0, typical, 0, not strict. The chip has
    just been powered on. Raises hicannx_sim.ConfigurationError for values out of range.

    >>> with connect(serial=7, mode="ideal") as connection:
    ...     connection.get_unique_identifier()
    ['hxcube0fpga0chip7_1']
    >>> with connect(serial=[7, 8]) as connection:  # runs take a list of two programs
    ...     connection.size
    2
    """
    mode = mode.value if isinstance(mode, Mode) else mode
    serials = serial if isinstance(serial, Sequence) else [serial]
    handle = ConnectionHandle.of([ModelConnection(each, mode, seed, strict) for each in serials])
    with handle:
        yield handle
