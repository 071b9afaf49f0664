"""Programs that do not fit the playback memory, on the embedded model."""

import logging

import numpy as np

import fisch
from fisch import Omnibus, WaitUntil

MEMORY, TIMER = 0x80000000, 0x8800000C


def test_a_program_larger_than_the_playback_memory_runs(caplog):
    """The last instruction arrives: what is written there is read in the next program."""
    builder = fisch.PlaybackProgramBuilder()
    size = fisch.PLAYBACK_MEMORY_SIZE
    builder.write_array(WaitUntil, np.zeros(size, np.uint32), np.arange(size, dtype=np.uint32))
    builder.write_array(Omnibus, [MEMORY], [0xCAFEBABE])
    with caplog.at_level(logging.WARNING):
        program = builder.done()
        ticket = builder.read_array(Omnibus, [MEMORY])
        with fisch.connection_from_environment({}) as connection:
            fisch.run(connection, [program])
            fisch.run(connection, [builder.done()])
    assert ticket.get() == [Omnibus(0xCAFEBABE)]
    assert len(caplog.records) == 1 and "larger than playback memory size on FPGA (4194304)" in caplog.text


def test_as_many_responses_as_instructions():
    size = 1_000_000
    builder = fisch.PlaybackProgramBuilder()
    timer, memory = builder.read_array(Omnibus, np.full(size, TIMER)), builder.read_array(Omnibus, np.full(size, MEMORY))
    with fisch.connection_from_environment({}) as connection:
        fisch.run(connection, [builder.done()])
    assert np.all(np.diff(timer.to_numpy().astype(np.int64)) > 0)
    assert not memory.to_numpy().any() and len(memory) == size
    assert memory.fpga_time() > timer.fpga_time()
