"""Several FPGAs: latency and rate of the way between them, barriers, faults, and what happens to the rest of a setup then."""

import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import hicannx_sim as sim
from fisch import ResponseDecoder
from hicannx_sim.base.errors import ConfigurationError, InterruptedRunError, ProtocolError, SnapshotError
from hicannx_sim.base.numbers import number
from hicannx_sim.setup.multichip import MultichipSetup

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Words

INPUT, OUTPUT, TIMEOUT, TIMER = 0x880C0000, 0x880D0000, 0x88000009, 0x8800000C
W = Words()
ENOUGH = W.write(TIMEOUT, 100_000)


def leaves(label, routing):
    return W.write(OUTPUT + label, 1 << 15 | routing)


def enters(routing, label):
    return W.write(INPUT + routing, 1 << 16 | label)


SYNC = W.barrier(8)


class Chips:
    """A setup after its initialisation; runs are lists of words for each FPGA."""

    def __init__(self, size):
        self.setup = MultichipSetup.of([sim.VirtualChip(serial, "ideal") for serial in range(size)])
        self.run(*[W.golden("SystemInit_Jboa")] * size)
        self.run(*[ENOUGH] * size)

    def run(self, *programs):
        answers = []
        for stream in self.setup.execute([np.array([*program, *W.halt], np.uint64) for program in programs]):
            answers.append(ResponseDecoder())
            answers[-1].push(stream)
        return answers

    @property
    def between(self):
        return [system.counters["event path"]["between FPGAs"] for system in self.setup.systems.values()]


@pytest.fixture
def chips():
    return Chips


ALIGNED = [*SYNC, *W.systime_init(), *W.barrier(4)]
"""All chips have the same system time."""


def burst(packs, every):
    """Packs of three spikes of label 17, one in so many cycles; of two, one in each cycle, for less than 3: what the chip's link takes."""
    words = [*W.setup]
    for pack in range(packs):
        words += [*W.wait(pack * every), *W.spikes(17, 17, 17)] if every > 2 else [*W.spikes(17, 17)]
    return [*words, *W.wait(packs * max(every, 1) + 3000)]


# ------------------------------------------------------------------------------------------------------------------ the way of spikes
def delays(chips, every, packs=100):
    """FPGA cycles from the chip of FPGA 0 to that of FPGA 1, and the spikes that were lost."""
    two = chips(2)
    two.run([*leaves(17, 347), *ALIGNED], [*enters(347, 20), *ALIGNED])
    sent, got = two.run([*SYNC, *burst(packs, every)], [*SYNC, *W.setup, *W.wait(100 * packs)])
    out, into = two.between
    assert out["sent"] + out["lost: queue full"] == len(sent.spikes) == (3 if every > 2 else 2) * packs
    assert into["received"] == out["sent"] == two.setup.counters["spikes"] == len(got.spikes)
    n = min(len(sent.spikes), len(got.spikes)) if not out["lost: queue full"] else 100
    first, second = sent.spikes["chip_time"][:n].astype(np.int64), got.spikes["chip_time"][:n].astype(np.int64)
    return second - first, out["lost: queue full"]


@pytest.mark.parametrize("every", [3, 4, 8, 50])
def test_latency_is_constant_up_to_the_rate_of_a_line(chips, every):
    """One spike per cycle is the limit; 1.0 to 1.3 us from chip to chip."""
    delay, lost = delays(chips, every)
    assert lost == 0 and delay.max() - delay.min() <= 1 and np.all((delay * 0.008 > 1.0) & (delay * 0.008 < 1.3))


def test_beyond_that_spikes_queue_and_then_get_lost(chips):
    """Two in each cycle, as many as the chip's link takes, of which the line between FPGAs takes one. Each loss is counted."""
    delay, lost = delays(chips, 1, packs=100)
    assert lost == 0 and np.all(np.diff(delay) >= -1) and delay[-1] > delay[0] + 20
    _, lost = delays(chips, 1, packs=600)
    assert lost > 100


def test_the_sum_of_all_rates_has_to_fit_into_a_line(chips):
    """Three FPGAs send two spikes in three cycles each: more than the lines back take. What the aggregator cannot keep is counted."""
    four = chips(4)
    four.run(
        *[[*leaves(17, 300 + chip), *SYNC] for chip in range(3)], [*(word for chip in range(3) for word in enters(300 + chip, chip)), *SYNC]
    )
    program = [*SYNC, *(word for _ in range(400) for word in (*W.spikes(17, 17), *W.tick, *W.tick)), *W.setup, *W.wait(5000)]
    *_, got = four.run(program, program, program, [*SYNC, *W.setup, *W.wait(20_000)])
    aggregator, fpgas = four.setup.counters, four.between
    assert sum(fpga["sent"] for fpga in fpgas) == aggregator["spikes"] + aggregator["lost: queue full"] == 2400
    assert aggregator["lost: queue full"] > 500 and len(got.spikes) == aggregator["spikes"] == fpgas[3]["received"]


def test_spikes_on_their_way_when_a_run_ends_have_arrived(chips):
    """The run goes on for a hop after the last program, and the next one begins in the same cycle everywhere."""
    two = chips(2)
    two.run([*leaves(17, 347), *SYNC], [*enters(347, 20), *SYNC])
    before = two.setup.systems[1].chip.fabric.crossbar
    two.run([*SYNC, *W.spikes(17), *W.setup, *W.wait(60)], SYNC)
    assert two.between[1]["received"] == 1 and before is two.setup.systems[1].chip.fabric.crossbar
    spikes = two.setup.systems[1].counters["events"]["spikes"]
    assert spikes["after halt"] + spikes["recorded"] + len(two.run([*W.setup, *W.wait(200)], [*W.setup, *W.wait(200)])[1].spikes) == 1


# ------------------------------------------------------------------------------------------------------------------ barriers
def test_twelve_fpgas_are_released_in_the_same_cycle(chips):
    draw = np.random.default_rng(12)
    twelve = chips(12)
    twelve.run(*[ALIGNED] * 12)
    for _ in range(5):
        late = draw.integers(0, 50_000, 12).tolist()
        answers = twelve.run(*[[*W.setup, *W.wait(wait), *SYNC, *W.tick, *W.read(TIMER)] for wait in late])
        assert len({int(answer.loopback["fpga_time"][0]) for answer in answers}) == 1
        waited = [int(answer.omnibus["data"][0]) for answer in answers]
        assert waited == [waited[0]] * 12 and waited[0] - max(late) in range(int(number("network_hop")), int(number("network_hop")) + 5)
        twelve.run(*[ALIGNED] * 12)


def test_two_barriers_keep_their_distance(chips):
    """The second one is released late, and not lost."""
    two = chips(2)
    two.run(ALIGNED, ALIGNED)
    for answer in two.run(*[[*SYNC, *W.tick, *SYNC, *W.tick, *SYNC, *W.tick]] * 2):
        times = answer.loopback["fpga_time"][:3].astype(np.int64)
        assert len(answer.timeouts) == 0 and np.all(np.diff(times) >= number("network_refractory"))


def test_an_fpga_without_a_program_lives_along(chips):
    """It gets spikes, sends them on, and has no part in barriers."""
    three = chips(3)
    three.run([*leaves(17, 1), *SYNC], [*enters(1, 5), *leaves(5, 2), *SYNC], [*enters(2, 6), *SYNC])
    program = np.array([*W.spikes(17), *W.setup, *W.wait(1000), *W.halt], np.uint64)
    three.setup.execute({0: program})
    assert [fpga["received"] for fpga in three.between] == [0, 1, 1]
    answer = ResponseDecoder()
    answer.push(three.setup.systems[0].execute(np.array([*SYNC, *W.halt], np.uint64)))
    assert len(answer.timeouts) == 1, "nobody else comes to the barrier"


def test_chips_that_do_not_talk_are_not_stopped(chips):
    """What costs time is to learn of each other: without routes and barriers it is not done before the end."""
    two = chips(2)
    two.run([*W.setup, *W.wait(1_000_000)], [*W.setup, *W.wait(500_000), *W.spikes(1)])
    assert two.setup.rounds <= 3


# ------------------------------------------------------------------------------------------------------------------ what goes wrong
def test_an_error_of_one_ends_the_run_of_all_and_the_next_one_runs(chips):
    two = chips(2)
    with pytest.raises(ProtocolError, match="instruction 1") as caught:
        two.run(SYNC, [*W.tick, 12 << 56])
    assert caught.value.__notes__ == ["this was FPGA 1 of the setup, chip 1"]
    two.run([*leaves(17, 347), *SYNC], [*enters(347, 20), *SYNC])
    assert [len(answer.spikes) for answer in two.run([*SYNC, *burst(1, 1)], [*SYNC, *burst(0, 1)])] == [2, 2]


def test_a_power_cycle_of_one(chips):
    """A new FPGA takes part like the others, from their time on."""
    two = chips(2)
    two.setup.systems[1].reset()
    two.run(W.golden("SystemInit_Jboa"), W.golden("SystemInit_Jboa"))
    two.run([*leaves(17, 347), *SYNC], [*ENOUGH, *enters(347, 20), *SYNC])
    assert [len(answer.spikes) for answer in two.run([*SYNC, *burst(1, 1)], [*SYNC, *burst(0, 1)])] == [2, 2]


def test_a_run_can_be_interrupted(chips):
    two = chips(2)
    two.run([*leaves(17, 347), *SYNC], SYNC)
    program = [word for _ in range(200_000) for word in (*W.setup, *W.wait(125_000_000))]
    over = threading.Event()

    def interrupt():
        while not over.wait(0.05):
            two.setup.interrupt()

    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        with pytest.raises(InterruptedRunError):
            two.run(program, program)
    finally:
        over.set()
        thread.join()
    two.run(SYNC, SYNC)


def test_setups_that_cannot_be():
    with pytest.raises(ConfigurationError, match="chip 7 is in the setup twice"):
        MultichipSetup.of([sim.VirtualChip(7), sim.VirtualChip(7)])
    with pytest.raises(ConfigurationError, match="setup='jboa'"):
        MultichipSetup({0: sim.System(), 1: sim.System(setup="jboa")})
    with pytest.raises(ConfigurationError, match="no FPGA 2 in a setup of 2"):
        MultichipSetup.of([sim.VirtualChip(0), sim.VirtualChip(1)]).execute({2: np.array(W.halt, np.uint64)})
    with pytest.raises(ConfigurationError, match="whole program"):
        MultichipSetup.of([sim.VirtualChip(0), sim.VirtualChip(1)]).systems[0].begin()


# ------------------------------------------------------------------------------------------------------------------ snapshots
def test_a_snapshot_of_a_setup_goes_on_to_the_same_bits(chips):
    """With spikes on their way, and an FPGA at a barrier that others have not reached."""
    two = chips(2)
    two.run([*leaves(17, 347), *leaves(20, 348), *SYNC], [*enters(347, 20), *leaves(20, 349), *SYNC])
    two.run([*burst(30, 1), *W.spikes(17)], SYNC)
    assert two.setup.aggregator.arrived == [1]
    state = two.setup.snapshot()
    following = [[*SYNC, *burst(20, 3)], burst(10, 1)]
    expected, answers = [], two
    for setup in (two.setup, MultichipSetup.of([sim.VirtualChip(5), sim.VirtualChip(6)]).restore(state)):
        answers.setup = setup
        streams = [answer.spikes.tolist() + answer.loopback.tolist() for answer in answers.run(*following)]
        expected.append((streams, setup.counters, setup.serials, [system.counters for system in setup.systems.values()]))
    assert expected[0] == expected[1] and expected[0][1]["barriers"] > 1


def loop(chips):
    """Two chips that send each other's spikes on, so that there is always one on its way."""
    two = chips(2)
    two.run([*leaves(17, 347), *leaves(20, 348), *ALIGNED], [*enters(347, 20), *leaves(20, 349), *ALIGNED])
    return two.setup, [np.array([*words, *W.halt], np.uint64) for words in ([*SYNC, *burst(60, 4)], [*burst(30, 1), *SYNC, *burst(20, 3)])]


@pytest.mark.parametrize("cycles", [100, 999])
def test_a_run_in_pieces_is_the_same_with_a_snapshot_after_each(chips, cycles):
    """Each piece goes on in a setup that was made of the snapshot after the one before."""
    setup, programs = loop(chips)
    state = setup.snapshot()
    expected, counters = setup.execute(programs), setup.counters
    at_barrier = 0
    pieces, goes_on = MultichipSetup.of([sim.VirtualChip(5), sim.VirtualChip(6)]).restore(state), True
    pieces.begin(programs)
    while goes_on:
        goes_on = pieces.advance(cycles)
        pieces = MultichipSetup.of([sim.VirtualChip(8), sim.VirtualChip(9)]).restore(pieces.snapshot())
        at_barrier += bool(pieces.aggregator.arrived)
    assert at_barrier > 0 or cycles > 100, "some were taken while an FPGA waited for the other"
    for found, words in zip(pieces.finish(), expected, strict=True):
        np.testing.assert_array_equal(found, words)
    assert pieces.counters == counters and pieces.serials == (0, 1)
    assert len({system.fpga.cycle for system in pieces.systems.values()}) == 1


def test_runs_in_pieces_keep_their_order(chips):
    two = chips(2)
    with pytest.raises(ConfigurationError, match="no run is under way"):
        two.setup.advance(10)
    two.setup.begin({0: np.array([*W.setup, *W.wait(100_000), *W.halt], np.uint64)})
    with pytest.raises(ConfigurationError, match="`finish` ends it"):
        two.run(SYNC, SYNC)
    assert two.setup.advance(10)
    two.setup.systems[1].reset()
    with pytest.raises(ConfigurationError, match="power cycled"):
        two.setup.finish()
    two.run(W.golden("SystemInit_Jboa"), W.golden("SystemInit_Jboa"))


def test_chips_that_are_put_back_one_by_one_talk_again(chips):
    """To a time before that of the lines between them, which lose nothing for it and keep no barrier up."""
    two, burst_of = chips(2), [[*ALIGNED, *burst(20, 3)], [*ALIGNED, *burst(5, 1)]]
    two.run([*leaves(17, 347), *SYNC], [*enters(347, 20), *SYNC])
    states = [system.snapshot() for system in two.setup.systems.values()]

    def arrived():
        return [answer.spikes["label"].tolist() + answer.loopback.tolist() for answer in two.run(*burst_of)], two.between

    first = arrived()
    two.run([*W.setup, *W.wait(100_000)], [])
    arrived()
    for system, state in zip(two.setup.systems.values(), states, strict=True):
        system.restore(state)
    assert arrived() == first and two.setup.counters["lost: queue full"] == 0


def test_what_is_no_snapshot_of_a_setup(chips):
    two = chips(2)
    with pytest.raises(SnapshotError, match="no snapshot of a setup"):
        two.setup.restore(sim.System().snapshot())
    with pytest.raises(SnapshotError, match="3 FPGAs for a setup of 2"):
        two.setup.restore(chips(3).setup.snapshot())
    assert two.setup.serials == (0, 1) and two.setup.systems[0].runs == 2
