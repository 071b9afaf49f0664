"""All that can be seen and done of one chip behind a connection, where the model is there: in this process, or served on this machine.

Every handle of a connection has it as `connection.insight`.

>>> import hicannx
>>> with hicannx.connect(serial=3) as connection:
...     insight = hicannx.Insight(connection)
...     with insight.observe(membrane=[0, 1], every=10) as observer:
...         insight.report()
''
>>> observer.seen.potentials
(('membrane', 0), ('membrane', 1))
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

import halco
from halco.value import shown
from haldls.errors import CoordinateError
from hicannx.configuration import compared, decoded
from hicannx.errors import HicannxError
from hicannx.systems import AnyConnection, Target, target_of
from hicannx.trust import Trust, accuracy
from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.base.ranges import real
from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.observe import Observables, Observation
from hicannx_sim.trust.explain import Finding
from hicannx_sim.trust.hops import Summary
from stadls import Listing


class NotReadableError(HicannxError, TypeError):
    """A container whose words cannot be looked at where they stand."""


class Observer:
    """Observes a chip from now on until `stop` or the end of a `with` block. Any number may do so at once; none changes a bit of what is
    computed.

    >>> import hicannx
    >>> with hicannx.connect() as connection, hicannx.observe(connection, accesses=True) as observer:
    ...     pass  # programs run
    >>> len(observer.seen.accesses)
    0
    """

    def __init__(self, system: Target, wanted: Observables) -> None:
        self._recording = system.observe(wanted)

    @property
    def seen(self) -> Observation:
        """Everything seen so far."""
        return self._recording.seen

    def stop(self) -> Observation:
        """Observes no more; gives what has been seen."""
        return self._recording.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class Insight:
    """What can be seen and done of chip number `chip` of a connection. Raises NotAModelError for connections that do not lead to a
    model."""

    def __init__(self, connection: AnyConnection, chip: int = 0) -> None:
        self._target = target_of(connection, chip)

    def __repr__(self) -> str:
        return f"Insight({self._target!r})"

    # -- what happened

    def report(self) -> str:
        """What one should know before believing the runs so far; empty if there is nothing to say."""
        return self._target.report()

    def explain(self) -> list[Finding]:
        """Why something that the runs so far attempted did not happen; see `hicannx.explain`."""
        return self._target.explain()

    def events(self) -> Summary:
        """What happened to events at every hop between playback program and trace."""
        return self._target.events.summary()

    def counters(self) -> dict[str, Any]:
        """Everything that is counted, by name."""
        return dict(self._target.counters)

    def unmodelled(self) -> list[Unmodelled]:
        """Everything that is set now and has no effect in the model."""
        return self._target.unmodelled()

    @staticmethod
    def accuracy(register: Any) -> Trust:
        """How far a register can be trusted; see `hicannx.accuracy`."""
        return accuracy(register)

    @staticmethod
    def listing(program: Any) -> Listing:
        """A program, a builder or words as people read them."""
        return Listing(program)

    # -- what is there now

    def contents(self, container: type[Any], coordinate: Any = None) -> Any:
        """A register as it stands, without any effect of reading it and without a program: a container, or all of them, {coordinate:
        container}.

        Raises NotReadableError for what is no register of the chip's omnibus, CoordinateError for a place that is none of its own.

        >>> import hicannx
        >>> from halco import NeuronConfigOnDLS
        >>> from haldls import NeuronConfig
        >>> with hicannx.connect() as connection:
        ...     hicannx.Insight(connection).contents(NeuronConfig, NeuronConfigOnDLS(3)).enable_fire
        False
        """
        name = getattr(container, "__name__", shown(container))
        if name not in compared():
            raise NotReadableError(f"{name} is no register of the chip's omnibus that can be looked at: let a program read it")
        if coordinate is not None and not isinstance(coordinate, container.coordinate):
            raise CoordinateError(f"{name} stands on {container.coordinate.__name__}, not on {shown(coordinate)}")
        words = self._target.contents(name)
        if coordinate is not None:
            return decoded(container, coordinate, words[int(coordinate.toEnum())])
        return {place: decoded(container, place, words[number]) for number, place in enumerate(halco.iter_all(container.coordinate))}

    def observe(
        self,
        *,
        membrane: Iterable[int] = (),
        excitatory: Iterable[int] = (),
        inhibitory: Iterable[int] = (),
        adaptation: Iterable[int] = (),
        every: float = 1.0,
        events: Iterable[str] = ("neuron",),
        accesses: bool = False,
        instructions: int = 0,
    ) -> Observer:
        """Observes from now on; see `hicannx.observe`."""
        potentials = {"membrane": membrane, "excitatory": excitatory, "inhibitory": inhibitory, "adaptation": adaptation}
        others = {"every": every, "events": events, "accesses": accesses, "instructions": instructions}
        return Observer(self._target, Observables.of({**potentials, **others}))

    def frame(self) -> bytes:
        """A look at the whole chip at this moment, also while a program runs; `hicannx_sim.setup.frame.decode` takes it apart."""
        return self._target.frame()

    # -- state and time

    def snapshot(self, compress: bool = False) -> bytes:
        """The whole state as bytes."""
        return self._target.snapshot(compress)

    def restore(self, state: bytes) -> None:
        """Becomes what a snapshot was taken of; what follows is the same to the bit."""
        self._target.restore(state)

    def keep_history(self, runs: int = 10) -> None:
        """Keeps the states before the last runs from now on, for `rewind`."""
        self._target.keep_history(runs)

    def rewind(self, runs: int = 1) -> None:
        """Takes the last runs back: the chip is as it was before them."""
        self._target.rewind(runs)

    def pause(self) -> None:
        """Time on the chip stands still, also in the middle of a run, which waits."""
        self._target.pause()

    def step(self, instructions: int = 0, us: float = 0) -> None:
        """So many instructions of the program are executed, or so much time passes on the chip, and it stands still again."""
        self._target.step(instructions, round(real(us, "us of a step", 0) * TICKS_PER_US))

    def resume(self) -> None:
        """Time goes on."""
        self._target.resume()

    # -- what goes wrong

    def inject(self, *faults: Fault, seed: int = 0) -> None:
        """Lets things go wrong from now on, see `hicannx.faults`."""
        self._target.inject(*faults, seed=seed)

    def clear_faults(self) -> None:
        """Nothing goes wrong any more."""
        self._target.clear_faults()


def observe(
    connection: AnyConnection,
    *,
    membrane: Iterable[int] = (),
    excitatory: Iterable[int] = (),
    inhibitory: Iterable[int] = (),
    adaptation: Iterable[int] = (),
    every: float = 1.0,
    events: Iterable[str] = ("neuron",),
    accesses: bool = False,
    instructions: int = 0,
    chip: int = 0,
) -> Observer:
    """Observes a chip from now on, without limit of number and without any effect on what is computed: `with` it, or `stop` it.

    membrane, ...   numbers 0 .. 511 of the neurons whose membrane, excitatory or inhibitory synaptic line or adaptation is sampled [V]
    every           us of hardware time between samples, a multiple of 0.1 us
    events          "neuron" (spikes where they arise), "crossbar" (at its inputs), "padi" (on the buses of the synapse drivers), "out"
                    (spikes that leave the chip), "madc" (samples)
    accesses        every write and read of a register, of the host's program, over JTAG and of the processors, with tick, index of the
                    instruction or program counter, address and word (loads that a processor repeats while it waits for a change are not
                    listed one by one)
    instructions    so many of the last instructions of each processor

    Raises hicannx_sim.ConfigurationError for what cannot be observed.

    >>> import hicannx
    >>> from halco import TimerOnDLS
    >>> from haldls import Timer
    >>> from stadls import PlaybackProgramBuilder, run
    >>> with hicannx.connect() as connection, hicannx.observe(connection, membrane=[7], every=2) as observer:
    ...     builder = PlaybackProgramBuilder()
    ...     builder.write(TimerOnDLS(), Timer())
    ...     builder.block_until(TimerOnDLS(), Timer.Value(100 * 125))
    ...     _ = run(connection, [builder.done()])
    >>> observer.seen.times[:3].tolist(), observer.seen.potential("membrane", 7).shape
    ([2.0, 4.0, 6.0], (49,))
    """
    return Insight(connection, chip).observe(
        membrane=membrane, excitatory=excitatory, inhibitory=inhibitory, adaptation=adaptation,
        every=every, events=events, accesses=accesses, instructions=instructions,
    )  # fmt: skip
