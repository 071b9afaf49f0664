"""Reinit entries on connections of one's own."""

import numpy as np
import pytest

import halco
import haldls
from fisch import ConnectionFailedError, MultiConnection, ZeroMockConnection, ut
from fisch.connection import Words
from stadls import (
    InstructionTimeoutError,
    NotAContainerError,
    PlaybackProgram,
    PlaybackProgramBuilder,
    ProgramCountError,
    ReinitError,
    ReinitStackEntry,
    run,
)


class Recorder(ZeroMockConnection):
    """Remembers the programs it was given."""

    def __init__(self) -> None:
        super().__init__(0)
        self.seen: list[list[int]] = []

    def _execute(self, words: Words) -> Words:
        self.seen.append(words.tolist())
        return super()._execute(words)


def waiting(cycles: int) -> PlaybackProgram:
    builder = PlaybackProgramBuilder()
    builder.block_until(halco.TimerOnDLS(), haldls.Timer.Value(cycles))
    return builder.done()


def reading() -> PlaybackProgram:
    builder = PlaybackProgramBuilder()
    builder.read(halco.NeuronConfigOnDLS())
    return builder.done()


@pytest.mark.parametrize(("arguments", "executed"), [({}, True), ({"enforce": True}, True), ({"enforce": False}, False)])
def test_an_entry_is_executed_at_once_if_enforced(arguments: dict[str, bool], executed: bool) -> None:
    connection = Recorder()
    entry = ReinitStackEntry(connection)
    assert connection.seen == []
    entry.set([waiting(100)], **arguments)
    assert connection.seen == ([[0x05 << 56 | 100, ut.HALT_WORD]] if executed else [])
    entry.enforce()
    entry.pop()
    entry.pop()
    assert len(connection.seen) == executed


def test_the_arguments_have_the_original_names_and_order() -> None:
    connection = Recorder()
    ReinitStackEntry(connection).set([waiting(1)], [reading()], True)
    ReinitStackEntry(connection).set(pbmem_request=[waiting(2)], pbmem_snapshot=[reading()], enforce=False)
    assert len(connection.seen) == 1


def test_the_programs_stay_as_they_are() -> None:
    program = waiting(5)
    ReinitStackEntry(Recorder()).set([program])
    assert not program.ran and program == waiting(5)


def test_one_program_per_chip() -> None:
    first, second = Recorder(), Recorder()
    entry = ReinitStackEntry(MultiConnection([first, second]))
    entry.set([PlaybackProgram(), waiting(3)])
    assert first.seen == [[ut.HALT_WORD]] and second.seen == [[0x05 << 56 | 3, ut.HALT_WORD]]
    with pytest.raises(ProgramCountError):
        entry.set([waiting(3)])
    with pytest.raises(ProgramCountError):
        entry.set([waiting(3), waiting(3)], [reading()])


def test_requests_do_not_read() -> None:
    connection = Recorder()
    with pytest.raises(ReinitError, match="can only be set to write-only playback programs"):
        ReinitStackEntry(connection).set([reading()])
    assert connection.seen == []


@pytest.mark.parametrize("programs", [3, [3], waiting(1)])
def test_only_programs_are_taken(programs: object) -> None:
    with pytest.raises(NotAContainerError):
        ReinitStackEntry(Recorder()).set(programs)  # type: ignore[arg-type]


def test_only_connections_are_taken() -> None:
    with pytest.raises(NotAContainerError, match="connection"):
        ReinitStackEntry(3)  # type: ignore[arg-type]
    with pytest.raises(NotAContainerError, match="connection"):
        run(3, [])  # type: ignore[arg-type]


def test_a_closed_connection() -> None:
    connection = Recorder()
    entry = ReinitStackEntry(connection)
    connection.close()
    with pytest.raises(ConnectionFailedError, match="closed"):
        entry.set([waiting(1)])


def test_a_failing_request_does_not_go_unnoticed() -> None:
    class Failing(Recorder):
        def _execute(self, words: Words) -> Words:
            return np.array([0x04 << 56, 0x02 << 56], np.uint64)

    with pytest.raises(InstructionTimeoutError):
        ReinitStackEntry(Failing()).set([waiting(1)])
