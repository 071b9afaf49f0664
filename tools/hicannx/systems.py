"""What lies behind a connection to the model: its systems, what they have to report, their state, and what can be made to go wrong.

Every function takes the connection handle of any managed connection (or of `hicannx.connect`), or an executor of networks, as PyNN has
one. `chip` says which one is meant where a connection has several. All of it works as well with a chip that `hicannx serve` serves on this
machine, and with those that `hicannx cluster` has distributed over processes, which all have to make the same calls; but for the system
itself, which is in the other process. Other connections raise NotAModelError.

>>> import hicannx
>>> with hicannx.connect(serial=3) as connection:
...     state = hicannx.snapshot(connection)
...     hicannx.report(connection), hicannx.system_of(connection)
('', System(chip 3, typical, seed 0, cube, 0 runs))
>>> with hicannx.connect() as other:
...     hicannx.restore(other, state)
...     other.get_unique_identifier()
['hxcube0fpga0chip3_1']
"""

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from numpy.typing import ArrayLike

from fisch import Connection
from fisch.arq import ARQConnection
from hicannx.asked import AskedSystem
from hicannx.clusters.systems import ClusterSystem
from hicannx.errors import NotAModelError
from hicannx.served import ServedSystem
from hicannx_sim import ModelConnection, System
from hicannx_sim.base.ranges import whole
from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.setup.connection import MemberConnection
from hicannx_sim.setup.multichip import MultichipSetup
from hicannx_sim.trust.explain import Finding
from hicannx_sim.trust.hops import Summary
from stadls import PlaybackProgramBuilder

S = TypeVar("S")


class Connected(Protocol):
    """What has connections to chips: connection handles, executors of networks."""

    @property
    def connections(self) -> Sequence[Connection]:
        """One for each chip."""
        ...


AnyConnection = Connected | Connection


def systems_of(connection: AnyConnection) -> list[System]:
    """The systems behind a connection, one for each FPGA. Raises NotAModelError."""
    return list(_systems(connection))


def _systems(connection: AnyConnection) -> Iterator[System]:
    for one in _connections(connection):
        if not isinstance(one, ModelConnection):
            if isinstance(one, MemberConnection):
                raise NotAModelError(
                    f"{one!r} leads to a chip in another process of this run: `hicannx.events` and its like ask it, called by all"
                )
            raise NotAModelError(
                f"{one!r} does not lead to the model in this process, so nobody can look into it from here: "
                "with hicannx.connect() or without variables that choose a connection one gets the model"
            )
        yield one.system


def _connections(connection: AnyConnection) -> Sequence[Connection]:
    found: Sequence[Connection] = getattr(connection, "connections", [connection])
    return found


Target = System | AskedSystem


def _seen(connection: AnyConnection) -> list[Target]:
    """What can be looked at: systems in this process, and served ones."""
    return [_target(one) for one in _connections(connection)]


def _target(connection: Connection) -> Target:
    if isinstance(connection, ARQConnection):
        return ServedSystem(connection.address)
    if isinstance(connection, ModelConnection | MemberConnection) and connection.group is not None and connection.group.distributed:
        return ClusterSystem(connection.group, connection.number)
    return system_of(connection)


def multichip_of(connection: AnyConnection) -> MultichipSetup:
    """The setup that a connection to several chips of a jBOA leads to: runs in pieces, counters of the aggregator between the chips. The
    latter are the same in all processes of `hicannx cluster`. Raises NotAModelError for other connections.

    >>> import hicannx
    >>> with hicannx.connect(serial=[7, 8], setup="jboa") as connection:
    ...     hicannx.multichip_of(connection).counters
    {'spikes': 0, 'lost: queue full': 0, 'barriers': 0}
    """
    one = _connections(connection)[0]
    if not isinstance(one, ModelConnection | MemberConnection) or one.group is None:
        raise NotAModelError(
            f"{one!r} does not lead to a setup of several chips in this process: hicannx.connect(serial=[...], setup='jboa')"
        )
    group: MultichipSetup = one.group
    return group


def _chosen(found: list[S], chip: int) -> S:
    if not 0 <= whole(chip, "chip", 0) < len(found):
        raise IndexError(f"chip {chip} of a connection with {len(found)}")
    return found[chip]


def target_of(connection: AnyConnection, chip: int = 0) -> Target:
    """The system of one chip, or what can be asked of it where it is served. Raises NotAModelError, and IndexError for a chip that is not
    there."""
    return _chosen(_seen(connection), chip)


def system_of(connection: AnyConnection, chip: int = 0) -> System:
    """The system of one chip: board, FPGA and chip as one. Raises NotAModelError, and IndexError for a chip that is not there."""
    return _chosen(systems_of(connection), chip)


def report(connection: AnyConnection) -> str:
    """What one should know before believing the runs so far, of all chips: accesses nobody served, settings without effect, lost events.

    Empty if there is nothing to say.
    """
    every = [system.report() for system in _seen(connection)]
    if len(every) == 1:
        return every[0]
    return "\n".join(f"chip {number}:\n{text}" for number, text in enumerate(every) if text)


def explain(connection: AnyConnection, chip: int = 0) -> list[Finding]:
    """Why something that the runs so far attempted did not happen. Empty if everything came that was asked for.

    Each finding says what did not come, with the evidence, and names register, coordinate and the write that is missing; `print` shows it
    as a sentence. It follows from the registers as they stand now and from what was counted since power-on.

    >>> import hicannx
    >>> from haldls import MADCControl
    >>> from halco import MADCControlOnDLS
    >>> from stadls import PlaybackProgramBuilder, SystemInit, generate, run
    >>> with hicannx.connect() as connection:
    ...     builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
    ...     builder.write(MADCControlOnDLS(), MADCControl(start_recording=True))
    ...     _ = run(connection, [builder.done()])
    ...     [(finding.register, finding.write) for finding in hicannx.explain(connection)]
    [('MADCControl', 'wake_up = True, some time before start_recording')]
    """
    return target_of(connection, chip).explain()


def events(connection: AnyConnection, chip: int = 0) -> Summary:
    """What happened to events at every hop between playback program and trace. `print` shows it as text."""
    return target_of(connection, chip).events.summary()


def unmodelled(connection: AnyConnection, chip: int = 0) -> list[Unmodelled]:
    """Everything that is set now and has no effect in the model: place, field, and what is missing."""
    return target_of(connection, chip).unmodelled()


def snapshot(connection: AnyConnection, chip: int = 0, compress: bool = False) -> bytes:
    """The whole state of a system, from which `restore` continues with the same bits, in this process or another one."""
    return target_of(connection, chip).snapshot(compress)


def restore(connection: AnyConnection, state: bytes, chip: int = 0) -> None:
    """Makes a system the one that `snapshot` was taken of, with its serial number and seed. Raises hicannx_sim.SnapshotError."""
    target_of(connection, chip).restore(state)


def rewind(connection: AnyConnection, runs: int = 1, chip: int = 0) -> None:
    """Takes the last runs back, as far as `keep_history` has kept the states before them. Raises hicannx_sim.ConfigurationError.

    >>> import hicannx
    >>> with hicannx.connect() as connection:
    ...     hicannx.keep_history(connection, 5)
    ...     _ = connection.connections[0].execute([0x0A << 56])
    ...     hicannx.rewind(connection)
    ...     hicannx.system_of(connection).runs
    0
    """
    target_of(connection, chip).rewind(runs)


def keep_history(connection: AnyConnection, runs: int = 10, chip: int = 0) -> None:
    """Keeps the states before the last runs (0 .. 10000) from now on, some 2 ms and 2 MB each, for `rewind`."""
    target_of(connection, chip).keep_history(runs)


def inject(connection: AnyConnection, *faults: Fault, seed: int = 0, chip: int = 0) -> None:
    """Lets things go wrong from now on, see `hicannx.faults`; `seed` decides where chance does.

    >>> import hicannx
    >>> with hicannx.connect() as connection:
    ...     hicannx.inject(connection, hicannx.faults.PHYDown(phy=2, after=1000), hicannx.faults.LostEvents(probability=0.1), seed=1)
    """
    target_of(connection, chip).inject(*faults, seed=seed)


def clear_faults(connection: AnyConnection, chip: int = 0) -> None:
    """Nothing goes wrong any more; counters keep what has happened."""
    target_of(connection, chip).clear_faults()


def write_spikes(builder: PlaybackProgramBuilder, times: ArrayLike, labels: ArrayLike) -> None:
    """Writes a whole spike train from arrays: `labels[i]` leaves when the timer stands at `times[i]` (FPGA cycles of 8 ns), in any order.

    The same as `builder.write_spikes`, which says what happens to spikes that are due together.

    >>> import hicannx, numpy as np
    >>> from stadls import PlaybackProgramBuilder
    >>> builder = PlaybackProgramBuilder()
    >>> hicannx.write_spikes(builder, times=np.arange(100, 400, 100), labels=np.array([1, 2, 3]))
    >>> builder.size_to_fpga() > 0
    True
    """
    builder.write_spikes(times, labels)
