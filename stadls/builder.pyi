from collections.abc import Sequence
from typing import Any, TypeVar, overload

from numpy.typing import ArrayLike

from fisch.backends import Backend
from fisch.draft import Draft
from halco import BarrierOnFPGA, LogicalNeuronOnDLS, PollingOmnibusBlockOnFPGA, TimerOnDLS
from haldls import Barrier, PollingOmnibusBlock, Timer
from haldls.container import Container
from haldls.lola import LogicalNeuron
from stadls._reading import Reading
from stadls.program import PlaybackProgram

__all__ = ["PlaybackProgramBuilder"]

K = TypeVar("K")

PLAYBACK_MEMORY_SIZE: int

class PlaybackProgramBuilder(Draft, Reading):
    def __init__(self) -> None: ...
    @overload
    def write(
        self,
        coordinate: K,
        container: Container[K],
        other: Container[K] | Backend | str | None = None,
        backend: Backend | str | None = None,
    ) -> None: ...
    @overload
    def write(self, coordinate: LogicalNeuronOnDLS, container: LogicalNeuron, other: Backend | str | None = None) -> None: ...
    @overload
    def block_until(self, coordinate: TimerOnDLS, condition: Timer.Value) -> None: ...
    @overload
    def block_until(self, coordinate: BarrierOnFPGA, condition: Barrier) -> None: ...
    @overload
    def block_until(self, coordinate: PollingOmnibusBlockOnFPGA, condition: PollingOmnibusBlock) -> None: ...
    def _repr_html_(self) -> str: ...
    def merge_back(self, other: Draft) -> None: ...
    def copy_back(self, other: Draft) -> None: ...
    def done(self) -> PlaybackProgram: ...
    def write_spikes(self, times: ArrayLike | Sequence[Any], labels: ArrayLike | Sequence[Any]) -> None: ...
