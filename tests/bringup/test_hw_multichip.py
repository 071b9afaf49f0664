"""Several FPGAs of one jBOA setup: spikes from chip to chip, and barriers between FPGAs. (facts: clients/multichip 3)"""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, hxcomm, sta
from fisch.registry import chosen_kind
from hicannx_sim import VirtualChip
from hicannx_sim.setup.multichip import MultichipSetup
from hicannx_sim.setup.serve import Gathering, ServedChip

SECOND = 125_000_000
"""FPGA cycles."""
Opener = Callable[[], Any]


@pytest.fixture(params=["chosen", "over UDP"])
def several(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opener]:
    """Opens connections to one setup of four or more FPGAs; the embedded model becomes one on demand, and is served then."""
    if request.param == "chosen":
        monkeypatch.setenv("HICANNX_SETUP", "jboa")
        monkeypatch.setenv("HICANNX_CHIP", "7,8,9,10")
        yield hxcomm.ManagedConnection
        return
    if chosen_kind(os.environ)[0] != "model":
        pytest.skip("the environment chooses something else than the model")
    setup = MultichipSetup.of([VirtualChip(serial) for serial in (7, 8, 9, 10)])
    setup.goes_on = True
    gathering = Gathering(setup)
    ips = [f"127.{192 + os.getpid() % 63}.{os.getpid() // 63 % 256}.{10 + number}" for number in range(4)]
    chips = [ServedChip(ip, system, number, gathering=gathering) for (number, system), ip in zip(setup.systems.items(), ips, strict=True)]
    for chip in chips:
        chip.start()
    monkeypatch.setenv("SLURM_FPGA_IPS", ",".join(ips))
    yield hxcomm.ManagedConnection
    for chip in chips:
        chip.stop()


@pytest.fixture
def setup(several: Opener) -> Iterator[Any]:
    with several() as connection:
        if len(connection) < 4 or not isinstance(connection.get_hwdb_entry()[0], hxcomm.JboaSetupEntry):
            pytest.skip("not a jBOA setup of four FPGAs")
        yield connection


def timeout(builder: Any, cycles: int) -> None:
    config = hal.InstructionTimeoutConfig()
    config.value = hal.InstructionTimeoutConfig.Value(cycles)
    builder.write(halco.InstructionTimeoutConfigOnFPGA(), config)


def wait(builder: Any, cycles: int) -> None:
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(cycles))


def sync(builder: Any) -> None:
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.multi_fpga)


def out(builder: Any, label: int, routing: int) -> None:
    entry = hal.OutputRoutingTableEntry()
    entry.label, entry.enable = hal.OutputRoutingTableEntry.Label(routing), True
    builder.write(halco.OutputRoutingTableEntryOnFPGA(label), entry)


def into(builder: Any, routing: int, label: int) -> None:
    entry = hal.InputRoutingTableEntry()
    entry.label, entry.enable = hal.InputRoutingTableEntry.Label(label), True
    builder.write(halco.InputRoutingTableEntryOnFPGA(routing), entry)


def run(connection: Any, builders: Sequence[Any]) -> list[Any]:
    programs = [builder.done() for builder in builders]
    sta.run(connection, programs)
    return programs


def route(
    connection: Any, routes: dict[int, list[tuple[int, int]]], targets: dict[int, list[tuple[int, int]]], sent: dict[int, list[int]]
) -> list[set[int]]:
    """Labels that come out of each chip when FPGAs send spikes to their chips; the tables are those of upstream's tests."""
    builders = []
    for number, entry in enumerate(connection.get_hwdb_entry()):
        builder, _ = sta.generate(sta.SystemInit(entry))
        timeout(builder, 15 * SECOND)
        for label, routing in routes.get(number, []):
            out(builder, label, routing)
        for routing, label in targets.get(number, []):
            into(builder, routing, label)
        sync(builder)
        for label in sent.get(number, []):
            builder.write(halco.SpikePack1ToChipOnDLS(), hal.SpikePack1ToChip([halco.SpikeLabel(label)]))
        wait(builder, SECOND)
        builders.append(builder)
    found = [program.spikes.to_numpy()["label"].tolist() for program in run(connection, builders)]
    assert all(len(labels) == len(set(labels)) for labels in found), "each spike once"
    return [set(labels) for labels in found]


# ------------------------------------------------------------------------------------------------------------------ spikes
def test_routing_loopback(setup: Any) -> None:
    assert route(setup, {0: [(17, 347)]}, {0: [(347, 20)]}, {0: [17]})[0] == {17, 20}


def test_routing_one_to_one(setup: Any) -> None:
    sent = [17, 2384, 24398, 5, 28]
    routing = [347, 9823, 4587, 17]
    found = route(setup, {0: list(zip(sent[:4], routing, strict=True))}, {1: list(zip(routing, [1, 2, 3, 4], strict=True))}, {0: sent})
    assert found[:2] == [set(sent), {1, 2, 3, 4}] and not any(found[2:])


def test_routing_chain(setup: Any) -> None:
    found = route(setup, {0: [(0, 347)], 1: [(1, 6923)], 2: [(2, 13)]}, {1: [(347, 1)], 2: [(6923, 2)], 3: [(13, 3)]}, {0: [0]})
    assert found[:4] == [{0}, {1}, {2}, {3}]


def test_routing_many_to_one(setup: Any) -> None:
    routes = {number: [(10 + number, 10 + 10 * number)] for number in range(3)}
    found = route(setup, routes, {3: [(10, 100), (20, 200), (30, 300)]}, {number: [10 + number] for number in range(3)})
    assert found[:4] == [{10}, {11}, {12}, {100, 200, 300}]


def test_one_to_one_at_a_time(setup: Any) -> None:
    """The experiment layer's own case: label 13 of chip 0 is 7 on chip 1, each spike with its time."""
    assert route(setup, {0: [(13, 982)]}, {1: [(982, 7)]}, {0: [13]})[:2] == [{13}, {7}]


# ------------------------------------------------------------------------------------------------------------------ barriers
def test_sync_empty_run(setup: Any) -> None:
    builders = [sta.PlaybackProgramBuilder() for _ in range(len(setup))]
    tickets = []
    for builder in builders:
        timeout(builder, 10 * SECOND)
        sync(builder)
        tickets.append(builder.read(halco.NullPayloadReadableOnFPGA()))
    run(setup, builders)
    assert all(ticket.valid() for ticket in tickets)


@pytest.mark.parametrize(("seconds", "enough_for"), [(1, 1), (3, 2), (5, 3), (15, 8)])
def test_sync_timeout(setup: Any, seconds: int, enough_for: int) -> None:
    """Every FPGA waits for the slowest one, from its own arrival."""
    builders = []
    for number in range(len(setup)):
        builder = sta.PlaybackProgramBuilder()
        timeout(builder, seconds * SECOND)
        sync(builder)
        wait(builder, 2 * SECOND * (number + 1))
        sync(builder)
        builders.append(builder)
    if len(setup) > enough_for:
        with pytest.raises(RuntimeError, match="error notification"):
            run(setup, builders)
    else:
        run(setup, builders)


def synchronised(connection: Any, numbers: Sequence[int]) -> None:
    """A run in which these FPGAs wait for the others."""
    builders = []
    for number in range(len(connection)):
        builder = sta.PlaybackProgramBuilder()
        timeout(builder, 15 * SECOND)
        if number in numbers:
            sync(builder)
        builders.append(builder)
    run(connection, builders)


@pytest.mark.parametrize("missing", [True, False], ids=["one missing", "only one"])
def test_a_barrier_that_timed_out_is_completed_by_the_others(several: Opener, missing: bool) -> None:
    """What one run begins another one ends, in a new connection."""
    with several() as connection:
        first = range(1, len(connection)) if missing else [0]
        with pytest.raises(RuntimeError, match="error notification"):
            synchronised(connection, first)
    with several() as connection:
        synchronised(connection, [number for number in range(len(connection)) if number not in first])
