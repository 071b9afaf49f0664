"""What can be made to go wrong, and how programs see it."""

import numpy as np
import pytest

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.numbers import number
from hicannx_sim.fpga import CRCErrors, LostEvents, MissingResponse, Notification, PHYDown

UP, CRC, RECOVER = 1 << 4, 1 << 2, 1 << 1
TIMEOUT = 0x88000009
BRING_UP = 5000  # cycles


def counters(lab, words, phy=0):
    """CRC errors, online time and drops of a PHY, then ARQ counters: write, tx, rx, read."""
    addresses = [0x88004004 + phy, 0x8800400C + phy, 0x88004014 + phy, *range(0x8800C010, 0x8800C014)]
    return lab.data([word for address in addresses for word in words.read(address)], words.halt)


def notified(answer):
    return [int(value) for value in answer.highspeed_link_notifications["value"]]


def test_phy_goes_down_and_comes_back(ready, words):
    ready.system.inject(PHYDown(phy=3, after=1000, cycles=2000))
    answer = ready.run(words.setup, words.wait(2500), words.halt)
    assert notified(answer) == [3 << 5] and not ready.system.link.up(4 * ready.fpga.cycle)[3]
    answer = ready.run(words.setup, words.wait(2 * BRING_UP), words.halt)
    assert notified(answer) == [3 << 5 | UP] and all(ready.system.link.up(4 * ready.fpga.cycle))
    crc, online, dropped, *_ = counters(ready, words, 3)
    assert crc == dropped == 0 and online < counters(ready, words, 2)[1] - 3 * BRING_UP // 2
    assert ready.data(words.read(0x88004000), words.halt) == [0xFF], "the register still says what was written"


def test_without_any_phy_accesses_time_out(ready, words):
    ready.system.inject(*(PHYDown(phy) for phy in range(8)))
    answer = ready.run(words.tick, words.read(0), words.halt)
    assert len(answer.timeouts) == 1 and len(answer.omnibus) == 0 and sorted(notified(answer)) == [phy << 5 for phy in range(8)]
    ready.system.clear_faults()
    assert ready.data(words.setup, words.wait(2 * BRING_UP), words.read(0), words.halt) == [0]


def test_a_program_waits_for_the_link_to_come_back(ready, words):
    ready.system.inject(*(PHYDown(phy, after=100, cycles=1000) for phy in range(8)))
    answer = ready.run(words.setup, words.wait(200), words.read(0), words.read(0x8800000C), words.halt)
    assert len(answer.timeouts) == 0 and int(answer.omnibus["data"][1]) > BRING_UP


def test_events_get_lost_while_the_link_is_down(ready, words):
    ready.system.inject(*(PHYDown(phy, after=2000) for phy in range(8)))
    program = [word for i in range(40) for word in (*words.wait(100 * i), *words.spikes(i))]
    spikes = ready.run(words.setup, program, words.wait(6000), words.halt).spikes
    assert spikes["label"].tolist() == list(range(20))
    path = ready.system.counters["event path"]
    assert path["to chip"]["lost: no link"] + path["from chip"]["lost: no link"] == 20


@pytest.mark.parametrize("at_chip", [False, True])
def test_crc_errors_are_counted_and_repaired(ready, words, at_chip):
    before = counters(ready, words, 5)
    ready.system.inject(CRCErrors(phy=5, count=7, after=100, every=50, at_chip=at_chip))
    answer = ready.run(words.setup, words.wait(2000), words.read(0), words.halt)
    assert len(answer.omnibus) == 1 and len(answer.timeouts) == 0
    expected = [] if at_chip else [5 << 5 | UP | CRC] * 7 + [5 << 5 | UP | RECOVER] * 7
    assert sorted(notified(answer)) == sorted(expected)
    after = counters(ready, words, 5)
    crc, _, dropped, write, tx, rx, read = (b - a for a, b in zip(before, after, strict=True))
    assert (crc, dropped) == (0 if at_chip else 7, 0) and (write, read) == (1, 1)
    assert tx - write == (7 if at_chip else 0) and rx - read == (0 if at_chip else 7)


def test_crc_error_delays_responses(ready, words):
    def delay():
        answer = ready.run(words.tick, words.read(0), words.halt)
        return int(answer.omnibus["fpga_time"][0]) - int(answer.loopback["fpga_time"][0])

    plain = delay()
    ready.system.inject(CRCErrors(phy=0))
    assert delay() - plain >= number("arq_repeat") / 2


def test_a_phy_that_is_down_has_no_errors(ready, words):
    ready.run(words.write(0x88004000, 0xFE), words.halt)
    ready.system.inject(CRCErrors(phy=0, count=3))
    assert notified(ready.run(words.setup, words.wait(1000), words.halt)) == [] and counters(ready, words, 0)[0] == 0


def test_performance_test_sees_errors(ready, words):
    ready.system.inject(CRCErrors(phy=1, count=4, after=5000, every=100))
    program = [*words.setup, *words.write(0x88008000, 1), *words.wait(50_000), *words.write(0x88008000, 0)]
    sent, received, in_order, error = ready.data(program, [w for a in range(0x88008001, 0x88008005) for w in words.read(a)], words.halt)
    assert received == in_order == sent - 4 and 0 < error < sent


@pytest.mark.parametrize(("to_chip", "from_chip", "passes"), [(True, False, 0.7), (False, True, 0.7), (True, True, 0.49)])
def test_lost_events(ready, words, to_chip, from_chip, passes):
    n = 4000
    ready.system.inject(LostEvents(0.3, to_chip, from_chip))
    program = [word for i in range(n) for word in (*words.wait(10 * i), *words.spikes(i & 0x3FFF))]
    spikes = ready.run(words.setup, program, words.wait(10 * n + 1000), words.halt).spikes
    assert len(spikes) == pytest.approx(passes * n, abs=5 * (n * passes * (1 - passes)) ** 0.5)
    path = ready.system.counters["event path"]
    assert (path["to chip"]["lost: injected"] > 0) == to_chip and (path["from chip"]["lost: injected"] > 0) == from_chip
    assert path["to chip"]["lost: injected"] + path["from chip"]["lost: injected"] + len(spikes) == n
    dropped = ready.data([word for phy in range(8) for word in words.read(0x88004014 + phy)], words.halt)
    assert sum(dropped) == path["from chip"]["lost: injected"]
    ready.system.inject(LostEvents(0.0))
    assert len(ready.run(words.spikes(1, 2, 3), words.setup, words.wait(1000), words.halt).spikes) == 3


def test_chance_is_seeded(make_lab, words):
    def labels(seed, injection):
        lab = make_lab(seed=seed)
        lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
        lab.system.inject(LostEvents(0.5), seed=injection)
        program = [word for i in range(200) for word in (*words.wait(20 * i), *words.spikes(i))]
        return lab.run(words.setup, program, words.wait(6000), words.halt).spikes["label"].tolist()

    assert labels(1, 1) == labels(1, 1)
    assert labels(1, 1) != labels(1, 2) != labels(2, 2)


def test_missing_response_without_barrier(ready, words):
    ready.system.inject(MissingResponse(reads=1, count=2))
    answer = ready.run(words.write(0, 9), *[words.read(0)] * 4, words.halt)
    assert [int(v) for v in answer.omnibus["data"]] == [9, 9] and len(answer.timeouts) == 0
    assert ready.system.counters["responses missing on purpose"] == 2
    assert ready.data(words.read(0), words.halt) == [9]


def test_missing_response_blocks_the_barrier(ready, words):
    ready.system.inject(MissingResponse(count=3))
    reads = [*words.read(0)] * 4
    answer = ready.run(words.write(TIMEOUT, 5000), reads, words.barrier(1), words.tick, words.halt)
    assert [(int(row["instruction"]), int(row["omnibus_reads"])) for row in answer.timeouts] == [(6, 3)]
    assert answer.loopback["tick"].tolist() == [0], "what follows is discarded"
    answer = ready.run(words.read(0), words.barrier(1), words.tick, words.halt)
    assert len(answer.timeouts) == 0 and answer.loopback["tick"].tolist() == [1, 0]


def test_missing_response_of_a_poll(ready, words):
    ready.system.inject(MissingResponse())
    assert len(ready.run(words.write(TIMEOUT, 5000), words.poll(0, 0, 0), words.halt).timeouts) == 1


def test_reads_of_the_fpga_are_not_affected(ready, words):
    ready.system.inject(MissingResponse())
    assert len(ready.data(words.read(0x80000000), words.barrier(1), words.halt)) == 1


def test_notification_out_of_nothing(ready, words):
    ready.system.inject(Notification(phy=6, after=500, decode_error=True, check_error=True))
    answer = ready.run(words.tick, words.setup, words.wait(1000), words.halt)
    assert notified(answer) == [6 << 5 | UP | 1 << 3 | 1]
    delay = int(answer.highspeed_link_notifications["fpga_time"][0]) - int(answer.loopback["fpga_time"][0])
    assert delay == pytest.approx(500, abs=3)


def test_times_count_from_the_injection(ready, words):
    ready.run(words.setup, words.wait(10_000), words.halt)
    ready.system.inject(Notification(phy=0, after=700))
    assert notified(ready.run(words.setup, words.wait(500), words.halt)) == []
    assert notified(ready.run(words.setup, words.wait(500), words.halt)) == [UP]


def test_clear_faults(ready, words):
    ready.system.inject(Notification(phy=0, after=100), PHYDown(1, 100), LostEvents(1.0), MissingResponse(), CRCErrors(2, after=100))
    ready.system.clear_faults()
    answer = ready.run(words.spikes(4), words.read(0), words.setup, words.wait(1000), words.halt)
    assert notified(answer) == [] and len(answer.spikes) == len(answer.omnibus) == 1


@pytest.mark.parametrize(
    "make",
    [
        lambda: PHYDown(8),
        lambda: PHYDown(0, cycles=0),
        lambda: CRCErrors(0, count=0),
        lambda: LostEvents(-0.1),
        lambda: MissingResponse(count=0),
        lambda: Notification(0, after=-1),
    ],
)
def test_impossible_faults(make):
    with pytest.raises(ConfigurationError, match=r"is outside|is not at least"):
        make()


def test_only_faults_can_be_injected(ready):
    with pytest.raises(ConfigurationError, match="no fault"):
        ready.system.inject("lightning")


def test_pending_faults_are_part_of_a_snapshot(ready, words):
    ready.system.inject(Notification(phy=2, after=300), LostEvents(0.5), MissingResponse(reads=1))
    data = ready.system.snapshot()
    spikes = [word for i in range(50) for word in (*words.wait(20 * i), *words.spikes(i))]
    program = [*words.setup, *words.read(0) * 3, *spikes, *words.wait(3000)]
    ready.run(program, words.halt)
    first = ready.stream
    ready.system.restore(data)
    ready.run(program, words.halt)
    assert np.array_equal(first, ready.stream) and ready.system.counters["responses missing on purpose"] == 1
