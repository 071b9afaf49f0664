"""Sessions with several chips: FPGAs of one setup that run together, as embedded ones do."""

import os
import signal
import time

import numpy as np
import pytest
from service_users import CELLS

import fisch
import fisch.service.connection
import stadls
from fisch.errors import ConnectionFailedError, ConnectionLostError, ProgramError
from fisch.service.messages import VERSION, Done, Failed, Hello, Submit, encode, reply
from halco import BarrierOnFPGA, InputRoutingTableEntryOnFPGA, OutputRoutingTableEntryOnFPGA, TimerOnDLS
from haldls import Barrier, CapMemCell, InputRoutingTableEntry, OutputRoutingTableEntry, Timer
from hicannx.service.server import Options, ServiceError
from hicannx_sim import ModelConnection

SERIALS = [7, 8, 9]
HALT = np.array([fisch.ut.HALT_WORD], np.uint64)


def initialised(connection):
    builders = [stadls.generate(stadls.SystemInit(entry))[0] for entry in connection.hwdb_entries]
    stadls.run(connection, [builder.done() for builder in builders])


def nobody(running):
    """Whether there is no session any more, before long: a client that goes does not wait for the service to notice."""
    deadline = time.monotonic() + 20
    while running.service._sessions and time.monotonic() < deadline:
        time.sleep(0.01)
    return not running.service._sessions


def chain(connection):
    """Spikes that go from the first chip to the second one and on to the third: labels that come back from each chip."""
    builders = [stadls.generate(stadls.SystemInit(entry))[0] for entry in connection.hwdb_entries]
    for number, builder in enumerate(builders):
        out, into = OutputRoutingTableEntry(), InputRoutingTableEntry()
        out.label, out.enable = OutputRoutingTableEntry.Label(100 + number), True
        into.label, into.enable = InputRoutingTableEntry.Label(20 + number), True
        builder.write(OutputRoutingTableEntryOnFPGA(20 + number), out)
        builder.write(InputRoutingTableEntryOnFPGA(99 + number), into)
        builder.block_until(BarrierOnFPGA(), Barrier.multi_fpga)
        builder.write(TimerOnDLS(), Timer())
        if number == 0:
            builder.write_spikes(np.arange(5) * 1000, np.full(5, 20))
        builder.block_until(TimerOnDLS(), Timer.Value(20_000))
    programs = [builder.done() for builder in builders]
    stadls.run(connection, programs)
    return [program.spikes.to_numpy() for program in programs]


def words_of(value):
    """A program that writes cells, with its halt, and one that reads them."""
    write, read = stadls.PlaybackProgramBuilder(), stadls.PlaybackProgramBuilder()
    for cell in CELLS:
        write.write(cell, CapMemCell(value))
        read.read(cell)
    for builder in (write, read):
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    return write, read


def test_the_same_spikes_as_embedded(serve):
    running = serve(chips=1)
    served = running.connect_several(serials=SERIALS, seed=3)
    with served, fisch.MultiConnection(ModelConnection.several(SERIALS, seed=3, setup="jboa")) as embedded:
        assert served.identifiers == embedded.identifiers and served.hwdb_entries == embedded.hwdb_entries
        for _ in range(2):
            found, expected = chain(served), chain(embedded)
            for here, there in zip(found, expected, strict=True):
                np.testing.assert_array_equal(here, there)
    assert [set(spikes["label"].tolist()) for spikes in found] == [{20}, {21}, {22}]


def test_setups_take_turns_in_one_process(serve):
    """Both go on as they were left, a single chip among them."""
    running = serve(chips=1)
    ann, bob = (running.connect_several(user, serials=[7, 8]) for user in ("ann", "bob"))
    with ann, bob, fisch.MultiConnection([running.connect("cid")]) as cid:
        users = (ann, bob, cid)
        for number, connection in enumerate(users):
            initialised(connection)
            stadls.run(connection, [words_of(100 + 10 * number + chip)[0].done() for chip in range(connection.size)])
        for _ in range(2):
            assert [cells(connection) for connection in users] == [[100, 101], [110, 111], [120]]


def cells(connection):
    """What the cells of each chip have in common."""
    found = []
    programs = [stadls.PlaybackProgramBuilder() for _ in range(connection.size)]
    tickets = [[builder.read(cell) for cell in CELLS] for builder in programs]
    for builder in programs:
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    stadls.run(connection, [builder.done() for builder in programs])
    for chip in tickets:
        (value,) = {int(ticket.get().value) for ticket in chip}
        found.append(value)
    return found


def test_one_of_several_runs_while_the_others_live_along(serve):
    running = serve(chips=1)
    with running.connect_several(serials=SERIALS) as setup:
        first, second, third = setup.connections
        initialised(setup)
        stadls.run(fisch.MultiConnection([second]), [words_of(55)[0].done()])
        assert cells(setup) == [0, 55, 0]
        assert [len(answer) > 0 for answer in fisch.MultiConnection([third, first]).execute([HALT, HALT])] == [True, True]
        second.close()
        assert cells(fisch.MultiConnection([first, third])) == [0, 0]
    assert nobody(running), "the session has ended with its last connection"


def test_who_has_reached_a_barrier_is_not_forgotten(serve):
    """As embedded: what an earlier session of the same user has left at a barrier completes that of a new one; nobody else learns of it."""
    running = serve(chips=1)
    barrier = stadls.PlaybackProgramBuilder()
    barrier.block_until(BarrierOnFPGA(), Barrier.multi_fpga)
    alone = np.append(barrier.done().words, HALT)

    def timeouts(user, programs):
        with running.connect_several(user, serials=[7, 8]) as setup:
            decoder = fisch.ResponseDecoder()
            for answer in setup.execute(programs):
                decoder.push(answer)
            return len(decoder.timeouts)

    assert timeouts("ann", [alone, HALT]) == 1
    assert timeouts("bob", [HALT, alone]) == 1
    assert timeouts("ann", [HALT, alone]) == 0
    assert timeouts("ann", [alone, HALT]) == 1


def test_a_setup_is_shared_as_it_was_left(serve):
    """All users have all of its chips; entries of the reinit stack restore all of them."""
    running = serve(shared=[5, 6], setup="jboa")
    assert len(running.service.workers) == 1
    with running.connect_several("ann") as ann, running.connect_several("bob") as bob:
        assert ann.size == 2 and ann.identifiers == bob.identifiers
        initialised(ann)
        stadls.run(ann, [words_of(value)[0].done() for value in (1, 2)])
        assert cells(bob) == [1, 2]
        entry, (setting, reading) = stadls.ReinitStackEntry(bob), words_of(200)
        other, also_reading = words_of(201)
        entry.set([setting.done(), other.done()], [reading.done(), also_reading.done()], True)
        assert cells(ann) == [200, 201]
        stadls.run(bob, [words_of(value)[0].done() for value in (210, 211)])
        stadls.run(ann, [words_of(value)[0].done() for value in (3, 4)])
        assert cells(bob) == [210, 211], "the snapshot has seen what bob left"
    with pytest.raises(ConnectionFailedError, match="shares a setup of 2 FPGAs"):
        running.connect("cid")
    assert nobody(running)


def test_a_killed_process_takes_its_setup_along(serve):
    running = serve(chips=1)
    with running.connect_several(serials=[7, 8]) as setup:
        initialised(setup)
        os.kill(running.service.workers[0].pid, signal.SIGKILL)
        with pytest.raises(ConnectionLostError, match="powered on anew"):
            cells(setup)
        initialised(setup)
        assert cells(setup) == [0, 0]


def test_what_is_no_setup(serve):
    running = serve(chips=1)
    for chips, said in (
        ({"serials": [7, 7], "setup": "jboa"}, "chip 7 is in the setup twice"),
        ({"serials": [7, 8]}, "those of a setup 'jboa'"),
        ({"serials": [], "setup": "jboa"}, "length"),
        ({"serials": [3] * 65, "setup": "jboa"}, "length"),
    ):
        with pytest.raises(ConnectionFailedError, match=said):
            fisch.service.connection.ServiceConnection.several("127.0.0.1", running.service.port, user="ann", **chips)
    with pytest.raises(ServiceError, match="--setup is for"):
        Options(setup="jboa")


@pytest.mark.parametrize("programs", [[], [HALT.tobytes()], [HALT.tobytes(), b"123"], [b"", b""], [HALT.tobytes()] * 3])
def test_programs_that_do_not_suit_the_chips(serve, programs):
    from websockets.sync.client import connect

    running = serve(chips=1)
    with connect(f"ws://127.0.0.1:{running.service.port}") as client:
        client.send(encode(Hello(VERSION, "eve", "e", serials=[1, 2], setup="jboa")))
        client.recv(timeout=30)
        client.send(encode(Submit(1, programs)))
        said = reply(client.recv(timeout=10))
        assert isinstance(said, Failed) and said.kind == ProgramError.__name__ and "one for each chip" in said.text
        client.send(encode(Submit(2, [HALT.tobytes(), b""])))
        said = reply(client.recv(timeout=10))
        assert isinstance(said, Done) and said.responses[0] and not said.responses[1]
