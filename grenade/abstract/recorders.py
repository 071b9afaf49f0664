"""Recorders of spikes and analog signals, and what they give."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from grenade.abstract.data import BatchedPortData, PortData, TimeDomainRuntimes
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import TimeDomainOnTopology
from grenade.abstract.runtimes import ClockCycleTimeDomainRuntimes
from grenade.abstract.sequences import MultiIndexSequence
from grenade.abstract.vertex import ONE, Port, PortType, Vertex, checked
from grenade.common import Time
from grenade.values import Entity, attribute, listed, made, truth
from halco import PadOnDLS

DATA_PORT = 1
"""Number of the input port of pad recorders that takes data."""


class Recorder(Vertex):
    """Base of recorders: channels by shape, each of which is connected to a source."""

    _records: ClassVar[PortType]
    _gives: ClassVar[PortType]

    def __init__(self, shape: MultiIndexSequence, time_domain: TimeDomainOnTopology) -> None:
        self._shape = checked(MultiIndexSequence, shape, f"{type(self).__name__}.shape")
        self.time_domain = checked(TimeDomainOnTopology, time_domain, f"{type(self).__name__}.time_domain")

    def get_shape(self) -> MultiIndexSequence:
        """Places of the channels."""
        return self._shape  # type: ignore[no-any-return]

    def size(self) -> int:
        """Number of channels."""
        return self.get_shape().size()

    def get_input_ports(self) -> list[Port]:
        """What is recorded, by channel."""
        return [Port(self._records, self.get_shape())]

    def get_output_ports(self) -> list[Port]:
        """What has been recorded, by channel."""
        return [Port(self._gives, self.get_shape())]

    def check_runtimes(self, runtimes: TimeDomainRuntimes) -> None:
        if not isinstance(runtimes, ClockCycleTimeDomainRuntimes):
            raise TopologyError(f"recorders on a chip run for ClockCycleTimeDomainRuntimes, not for {type(runtimes).__name__}")

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and vars(self) == vars(other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.size()} channels)"


class SpikeRecorder(Recorder):
    """Records spikes."""

    _records, _gives = PortType.spike, PortType.results

    class Results(BatchedPortData):
        """Spikes by batch entry and channel: times in FPGA cycles since the begin of the snippet."""

        def __init__(self, spikes: list[list[Sequence[Time]]]) -> None:
            self.spikes = spikes

        def batch_size(self) -> int:
            """Number of batch entries."""
            return len(self.spikes)


class _Samples(BatchedPortData):
    """Samples by batch entry and channel: pairs of a time in FPGA cycles since the begin of the snippet, and a value."""

    def __init__(self, samples: list[list[Sequence[tuple[Time, int]]]]) -> None:
        self.samples = samples

    def batch_size(self) -> int:
        """Number of batch entries."""
        return len(self.samples)


class MADCRecorder(Recorder):
    """Records with the fast converter, up to two channels a chip; values are 0 to 1023."""

    _records, _gives = PortType.analog_observable, PortType.results

    class Results(_Samples):
        """Samples by batch entry and channel."""


class CADCRecorder(Recorder):
    """Records with the parallel converters, into the FPGA's block RAM or DRAM.

    Values are signed bytes: reads above 127 come out negative.
    """

    _records, _gives = PortType.analog_observable, PortType.results

    class Results(_Samples):
        """Samples by batch entry and channel."""

    def __init__(self, shape: MultiIndexSequence, placement_on_dram: bool = False, time_domain: Any = None) -> None:
        super().__init__(shape, time_domain)
        self.placement_on_dram = truth(placement_on_dram)


class PadRecorder(Recorder):
    """Leads signals to pads of the chip, where other devices may record them: one channel per pad."""

    _records = PortType.analog_observable

    @dataclass
    class Parameterization(Entity, PortData):
        """Whether each channel passes the readout chain's buffer."""

        enable_buffered: list[bool] = attribute(listed(truth), default_factory=list)

    def __init__(self, pads: Iterable[Any], shape: MultiIndexSequence, time_domain: TimeDomainOnTopology) -> None:
        super().__init__(shape, time_domain)
        self.pads = [made(PadOnDLS)(pad) for pad in pads]
        if len(self.pads) != self.size() or len(set(self.pads)) != len(self.pads):
            raise TopologyError(f"{self.size()} channels need as many different pads, not {self.pads}")

    def get_input_ports(self) -> list[Port]:
        return [*super().get_input_ports(), Port(PortType.data, ONE)]

    def get_output_ports(self) -> list[Port]:
        """None: what arrives at a pad is not recorded here."""
        return []

    def check_data(self, port: int, data: PortData) -> None:
        if port != DATA_PORT or not isinstance(data, self.Parameterization):
            given = type(data).__qualname__
            raise TopologyError(f"a PadRecorder takes its Parameterization at port {DATA_PORT}, no {given} at port {port}")
        if len(data.enable_buffered) != self.size():
            raise TopologyError(f"{self.size()} pads take as many switches of the buffer, not {len(data.enable_buffered)}")
