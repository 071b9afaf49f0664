"""Products of vectors with a signed matrix on a chip."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import Any, SupportsIndex
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grenade.common import ChipOnConnection, ConnectionOnExecutor
from grenade.execution.connection import ExecutorConnection, JITGraphExecutor
from grenade.execution.instance import CAPMEM_SETTLING, forgotten_on_failure
from grenade.hagen.converters import Reading
from grenade.hagen.errors import HagenError, OperandError
from grenade.hagen.events import Sending
from grenade.hagen.limits import ACTIVATION_MAX, COLUMNS, RESULT_MAX, RESULT_MIN, ROWS, WAIT_BETWEEN_EVENTS, WEIGHT_MAX
from grenade.hagen.partition import HEMISPHERES, Piece, pieces, runs
from grenade.hagen.program import Run
from grenade.hagen.settings import Preparations, with_weights
from halco import AtomicNeuronOnDLS, BarrierOnFPGA, ChipOnDLS, TimerOnDLS
from haldls import Barrier, Timer
from haldls.lola import Chip
from stadls import PlaybackProgram, PlaybackProgramBuilder

__all__ = ["MatrixProduct", "MembraneRecording"]

CHIP = ChipOnConnection()
_preparations: WeakKeyDictionary[ExecutorConnection, Preparations] = WeakKeyDictionary()


class MembraneRecording:
    """Samples of the membrane of a neuron while a product is computed, by the fast converter.

    samples   int64[n, 4]: run (of the pieces of a matrix that is cut), batch entry, FPGA cycles since the first event, value
    """

    def __init__(self, neuron: AtomicNeuronOnDLS) -> None:
        self.neuron = neuron
        self.samples: NDArray[np.int64] = np.empty((0, 4), np.int64)

    def concerns(self, together: Iterable[Piece]) -> bool:
        """Whether the column of the neuron is in use in a run."""
        hemisphere, column = divmod(int(self.neuron), COLUMNS)
        return any(piece.hemisphere == hemisphere and column < piece.width for piece in together)

    def append(self, run: int, entries: NDArray[np.int64], times: NDArray[np.int64], values: NDArray[np.int64]) -> None:
        """Takes samples of a run."""
        self.samples = np.concatenate((self.samples, np.stack((np.full_like(entries, run), entries, times, values), axis=1)))


class MatrixProduct:
    """A matrix whose products with vectors a chip computes.

    weights               int[rows, columns], -63 to 63; larger matrices than one synapse array holds (128 x 256) are cut into pieces
    num_sends             how often each vector is sent: results grow with it
    wait_between_events   FPGA cycles of 8 ns from one event to the next of the same hemisphere; below 2: as fast as the FPGA sends

    Raises OperandError for weights and numbers that the chip cannot represent, HagenError for other shapes.
    """

    def __init__(self, weights: ArrayLike, num_sends: SupportsIndex = 1, wait_between_events: SupportsIndex = WAIT_BETWEEN_EVENTS) -> None:
        self.weights = _operand(weights, "weights", -WEIGHT_MAX, WEIGHT_MAX).astype(np.int8)
        self.num_sends = count(num_sends, "num_sends")
        self.wait_between_events = count(wait_between_events, "wait_between_events")
        self._runs = runs(pieces(*self.weights.shape))

    def run(
        self, executor: JITGraphExecutor, chip: Chip, activations: ArrayLike, recording: MembraneRecording | None = None
    ) -> NDArray[np.int8]:
        """int8[entries, columns]: products with activations, int[entries, rows], 0 to 31, in units of the converters' LSB.

        chip        the calibrated configuration; its routing and weights are replaced
        recording   takes samples of a neuron's membrane in the runs in which its column is in use

        Parts of rows that are multiplied apart are added and stay within -128 to 127. Raises OperandError, HagenError, or ExecutionError if
        a program fails: what the chip holds is then unknown, and the next run writes everything anew.
        """
        vectors = _operand(activations, "activations", 0, ACTIVATION_MAX).astype(np.uint8)
        if vectors.shape[1] != len(self.weights):
            raise HagenError(f"vectors of {len(self.weights)} activations are needed, one for each row, not of {vectors.shape[1]}")
        connection = executor.connection(ConnectionOnExecutor())
        found = np.zeros((len(vectors), self.weights.shape[1]), np.int16)
        for together in self._runs if found.size else ():
            recorded = recording if recording is not None and recording.concerns(together) else None
            prepared = _preparations.setdefault(connection, Preparations()).get(chip, None if recorded is None else recorded.neuron)
            configured = with_weights(prepared, self.weights, together)
            _configure(connection, configured)
            self._add(found, together, self._run(together, vectors, configured, recorded is not None), connection, recorded)
        return found.astype(np.int8)

    def _run(self, together: list[Piece], vectors: NDArray[np.uint8], configured: Chip, recorded: bool) -> Run:
        sending = Sending(_of_hemispheres(vectors, together), self.num_sends)
        reading = Reading({piece.hemisphere: piece.width for piece in together})
        return Run(configured, sending, reading, self.wait_between_events, recorded)

    def _add(
        self,
        found: NDArray[np.int16],
        together: list[Piece],
        run: Run,
        connection: ExecutorConnection,
        recorded: MembraneRecording | None,
    ) -> None:
        """Executes one run and adds the results of its pieces."""
        for part in run.parts():
            _execute(connection, part.program)
            samples = run.results(part)
            for piece in together:
                place = found[part.entries, piece.columns]
                place += samples[piece.hemisphere][:, : piece.width]
                np.clip(place, RESULT_MIN, RESULT_MAX, out=place)
            if recorded is not None:
                recorded.append(together[0].run, *run.recorded(part))


def _of_hemispheres(vectors: NDArray[np.uint8], together: Iterable[Piece]) -> NDArray[np.uint8]:
    """Activations [entry, hemisphere, row]."""
    made = np.zeros((len(vectors), HEMISPHERES, ROWS), np.uint8)
    for piece in together:
        made[:, piece.hemisphere, : piece.rows.stop - piece.rows.start] = vectors[:, piece.rows]
    return made


# ------------------------------------------------------------------------------------------------------------------ execution
def _configure(connection: ExecutorConnection, chip: Chip) -> None:
    """Writes what differs from what the chip is known to hold."""
    state = connection.states[CHIP]
    if not connection.differential:
        state.forget()
    writes = state.update(ChipOnDLS(), chip)
    if not len(writes):
        return
    builder = PlaybackProgramBuilder()
    builder.merge_back(writes.builder())
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    if writes.change_capmem():
        builder.write(TimerOnDLS(), Timer())
        builder.block_until(TimerOnDLS(), Timer.Value(CAPMEM_SETTLING))
    _execute(connection, builder.done())


def _execute(connection: ExecutorConnection, program: PlaybackProgram) -> None:
    state = connection.states[CHIP]
    with forgotten_on_failure(state):
        connection.run({CHIP: program})
        state.follow(program.words)


# -------------------------------------------------------------------------------------------------------------------- operands
def _operand(values: ArrayLike, what: str, least: int, most: int) -> NDArray[Any]:
    """Whole numbers in two dimensions and within a range."""
    array = np.asarray(values)
    if array.ndim != 2:
        raise HagenError(f"{what} stand in rows and columns, not in an array of shape {array.shape}")
    if array.dtype.kind not in "iub" and not (array.dtype.kind == "f" and np.array_equal(array, np.trunc(array), equal_nan=True)):
        raise HagenError(f"{what} are whole numbers: round them first (they are {array.dtype})")
    outside = ~((array >= least) & (array <= most))  # what is no number as well
    if outside.any():
        row, column = (int(index[0]) for index in np.nonzero(outside))
        raise OperandError(f"{what}[{row}, {column}] is {array[row, column]}, outside {least}..{most}", row=row, column=column)
    return array


def count(value: SupportsIndex, what: str) -> int:
    """A number of sends or cycles. Raises OperandError for anything but an integer of at least 0."""
    if not hasattr(value, "__index__") or operator.index(value) < 0:
        raise OperandError(f"{what} is an integer of at least 0, not {value!r}")
    return operator.index(value)
