"""A chip on the bench: a configuration that can be changed at will, and recordings of its neurons.

>>> with Bench(serial=7) as bench:
...     bench.neuron(3).leak.v_leak = 1000
...     trace = bench.record(3, us=50)
>>> bool(trace.values.mean() > 500)
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from typing import Any, Self

import numpy as np

import halco
from fisch import ConnectionHandle
from hicannx.calibration.making import calibration_writes
from hicannx.connecting import connect
from hicannx.lab import chips, playback
from hicannx.lab.errors import LabError
from hicannx.lab.script import script
from hicannx.lab.traces import Curve, Trace
from hicannx.systems import system_of

LONGEST = 100_000
"""Longest recording in us: 0.1 s of hardware time are some 3 million samples."""

CALIBRATIONS = ("spiking", "spiking2")
"""Those that make neurons and synapses alike."""

Pairs = list[tuple[float, int]]
Place = int | halco.AtomicNeuronOnDLS
"""A neuron: its number 0 .. 511, or its coordinate."""


class Bench:
    """A booted chip and its configuration `chip` (lola.Chip), which is written anew for each recording.

    connection   a connection that is open already (of any kind: a real system will do); a virtual chip of its own if not given
    chip         the configuration to begin with; by default one that is plain and not calibrated
    calibration  the name of a calibration of this virtual chip, "spiking" or "spiking2": neurons then leak, fire and integrate alike, and
                 have
                 synapses of equal strength. Computed in a second when it is first asked for; see `hicannx.calibrated_chip`
    serial, ...  see `hicannx.connect`
    """

    def __init__(
        self, connection: ConnectionHandle | None = None, *, chip: Any = None, calibration: str | None = None, **chosen: Any
    ) -> None:
        self._open = ExitStack()
        if connection is not None and chosen:
            raise LabError(f"{', '.join(chosen)}: a connection that is open already cannot be chosen any more")
        if chip is not None and calibration is not None:
            raise LabError(f"calibration {calibration!r}: a chip is given, with whatever calibration it has")
        self.connection = self._open.enter_context(connect(**chosen)) if connection is None else connection
        self.chip = self._first_chip(calibration) if chip is None else chip
        self._last: tuple[float, Pairs, Pairs] | None = None
        playback.boot(self.connection)

    def _first_chip(self, calibration: str | None) -> Any:
        if calibration is None:
            return chips.plain()
        if calibration not in CALIBRATIONS:
            raise LabError(f"calibration {calibration!r}: for a bench there are {' and '.join(CALIBRATIONS)}")
        identity = system_of(self.connection).identity
        return chips.calibrated(calibration_writes(calibration, identity.serial, identity.mode))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection if it is the bench's own."""
        self._open.close()

    def neuron(self, number: Place) -> Any:
        """The settings of a neuron (lola.AtomicNeuron, 0 .. 511), to be changed in place."""
        return self.chip.neuron_block.atomic_neurons[chips.neuron_of(number)]

    def record(self, neuron: Place, us: float, source: str = "membrane") -> Trace:
        """Records a potential of a neuron (membrane, adaptation, exc_synin or inh_synin) for 1 .. 100000 us of hardware time."""
        return self._record(neuron, us, source, {})

    def stimulate(
        self, neuron: Place, us: float, weight: int = 62, *, watch: Place | None = None, source: str = "membrane", **events: Iterable[float]
    ) -> Trace:
        """Records while events are sent to a neuron: excitatory=[...] and inhibitory=[...] in us, each with a weight of 0 .. 1008.

        watch   the neuron to be recorded, if it is not the one that is stimulated; source as in `record`
        """
        place, sent = chips.neuron_of(neuron), {name: np.sort(np.asarray(list(times), float)) for name, times in events.items()}
        chips.silence(self.chip)
        for receptor in sent:
            chips.connect(self.chip, place, receptor, weight)
        return self._record(neuron if watch is None else watch, us, source, sent)

    def step(self, neuron: Place, us: float, start: float, stop: float, source: str = "membrane") -> Trace:
        """Records while a constant current flows onto the membrane from start to stop (us); `constant_current.i_offset` is its size."""
        settings = self.neuron(neuron).constant_current
        if not 0 <= start <= stop <= us:
            raise LabError(f"a current from {start} to {stop} us: the recording lasts from 0 to {us} us")
        settings.enable = False
        return self._record(neuron, us, source, {"current": np.array([start, stop])})

    def sweep(self, codes: Iterable[int], setting: Callable[[Any, int], None], neuron: int, us: float = 100) -> list[Trace]:
        """A recording for each code; `setting(settings of the neuron, code)` says what a code changes."""
        traces = []
        for code in codes:
            setting(self.neuron(neuron), code)
            traces.append(self.record(neuron, us))
        return traces

    def f_i_curve(self, neuron: int, currents: Iterable[int] = range(0, 1001, 100), us: float = 1000) -> Curve:
        """Rate of a neuron (kHz of hardware time) over the code 0 .. 1022 of a constant current into its membrane."""
        codes = list(currents)
        chips.report_spikes(self.chip, chips.neuron_of(neuron))

        def setting(settings: Any, code: int) -> None:
            settings.constant_current.enable, settings.constant_current.i_offset = code > 0, code

        rates = [1000 * len(trace.spikes) / us for trace in self.sweep(codes, setting, neuron, us)]
        return Curve(f"Neuron {neuron}", "constant current [code]", "rate [kHz]", np.asarray(codes, float), np.asarray(rates))

    def script(self) -> str:
        """The last recording as a script of its own, for this or the real system, in hal, halco, lola and sta."""
        if self._last is None:
            raise LabError("nothing was recorded yet")
        return script(self.chip, *self._last)

    def _record(self, neuron: Place, us: float, source: str, events: Mapping[str, Any]) -> Trace:
        place = chips.neuron_of(neuron)
        if not 1 <= us <= LONGEST:
            raise LabError(f"{us} us: a recording takes 1 .. {LONGEST} us")
        if late := [time for times in events.values() for time in times if not 0 <= time <= us]:
            raise LabError(f"event at {late[0]} us: the recording lasts from 0 to {us} us")
        chips.watch(self.chip, place, source)
        if self.neuron(place).threshold.enable:
            chips.report_spikes(self.chip, place)
        steps = [(float(time), int(place.toEnum())) for time in events.get("current", ())]
        sent = sorted((float(time), chips.label_of(name)) for name, times in events.items() if name != "current" for time in times)
        self._last = (us, sent, steps)
        program = playback.experiment(self.connection, self.chip, us, sent, steps)
        return _trace(place, source, program, dict(events))


def _trace(place: halco.AtomicNeuronOnDLS, source: str, program: Any, events: dict[str, Any]) -> Trace:
    samples = np.sort(program.madc_samples.to_numpy(), order="chip_time")
    if not len(samples):
        raise LabError(f"neuron {int(place.toEnum())}: the MADC sent no samples")
    start, number = int(samples["chip_time"][0]), int(place.toEnum())
    spikes = program.spikes.to_numpy()
    mine = spikes["chip_time"][chips.fired_by(spikes["label"].astype(int)) == number].astype(np.int64)
    times = (samples["chip_time"].astype(np.int64) - start) / playback.US
    fired = np.sort(mine - start) / playback.US
    within = fired[(fired >= 0) & (fired <= times[-1])]  # it may fire while its parameters settle as well
    return Trace(number, source, times, samples["value"].astype(np.int64), within, events)
