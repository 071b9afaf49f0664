"""Serial spikes: routes in both directions, the internal loopback, the line to the outside, and what gets lost."""

import numpy as np
import pytest

from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.numbers import number

OUTPUT, INPUT, CONFIG = 0x88020000, 0x88030000, 0x88038000
TX, RX, LOOPBACK = 1 << 16, 1 << 17, 1 << 18
FRAME = number("spike_io_frame")


def routes(words, outputs=(), inputs=()):
    """Program that sets {label: address} and {address: label}."""
    program = [word for label, address in dict(outputs).items() for word in words.write(OUTPUT + label, address)]
    return program + [word for address, label in dict(inputs).items() for word in words.write(INPUT + address, label)]


def config(words, switches, scaler=1):
    return words.write(CONFIG, switches | scaler)


def send(words, labels, period=250):
    program = [word for i, label in enumerate(labels) for word in (*words.wait(period * (i + 1)), *words.spikes(label))]
    return [*words.setup, *program, *words.wait(period * len(labels) + 12_500)]


ROUTED = {0: 3, 1: 4, 2: 5}
BACK = {3: 6, 4: 7, 5: 8}


@pytest.mark.parametrize("tx", [False, True])
@pytest.mark.parametrize("rx", [False, True])
def test_loopback_traces_routed_spikes_twice(ready, words, tx, rx):
    ready.run(config(words, LOOPBACK | TX * tx | RX * rx), routes(words, ROUTED, BACK), words.halt)
    spikes = ready.run(send(words, [0, 1, 2]), words.halt).spikes
    twice = tx and rx
    assert sorted(spikes["label"].tolist()) == ([0, 1, 2, 6, 7, 8] if twice else [0, 1, 2])
    counters = ready.system.counters["event path"]["serial"]
    assert counters["sent"] == 3 * tx and counters["received"] == 3 * twice and counters["ignored: receiver off"] == 3 * (tx and not rx)


@pytest.mark.parametrize("scaler", [1, 40])
def test_the_way_back_takes_a_frame_and_two_passes_over_the_link(ready, words, scaler):
    ready.run(config(words, LOOPBACK | TX | RX, scaler), routes(words, ROUTED, BACK), words.halt)
    times = ready.run(send(words, [1], period=2000), words.halt).spikes["chip_time"].astype(np.int64)
    link = (number("event_to_chip") + number("event_from_chip")) / 4
    through_the_chip = 15
    assert FRAME * scaler + link <= times[1] - times[0] <= FRAME * scaler + link + through_the_chip


def test_a_closed_loop_runs_at_its_own_period(ready, words):
    """A label that is routed to itself goes round until the sender is switched off."""
    ready.run(config(words, LOOPBACK | TX | RX), routes(words, {5: 9}, {9: 5}), words.halt)
    off = [*words.wait(10_000), *config(words, LOOPBACK), *words.wait(20_000)]
    spikes = ready.run(words.setup, words.spikes(5), off, words.halt).spikes
    times = spikes["chip_time"].astype(np.int64)
    assert set(spikes["label"].tolist()) == {5} and len(times) > 50
    assert np.ptp(np.diff(times)) <= 1 and times[-1] - times[0] == pytest.approx(10_000, abs=200)


def test_feedback_does_not_depend_on_other_accesses(make_lab, words):
    """Reads in between, which look at the chip more often, change nothing."""
    setup = [*config(words, LOOPBACK | TX | RX, 3), *routes(words, {5: 9}, {9: 5})]
    reads = [word for i in range(200) for word in (*words.wait(37 * i), *words.read(0))]
    found = []
    for between in ([], reads):
        lab = make_lab()
        lab.run(words.golden("SystemInit_ZeroMock"), setup, words.halt)
        answer = lab.run(words.setup, words.spikes(5), between, words.wait(8000), words.halt)
        found.append(answer.spikes["chip_time"].astype(np.int64) - answer.spikes["chip_time"][0])
    assert len(found[0]) > 50 and found[0].tolist() == found[1].tolist()


def test_silent_routes(ready, words):
    ready.run(config(words, LOOPBACK | TX | RX), routes(words, {1: 4, 2: 0xFF}, {4: 0xFFFF}), words.halt)
    assert ready.run(send(words, [1, 2]), words.halt).spikes["label"].tolist() == [1, 2]
    counters = ready.system.counters["event path"]["serial"]
    assert (counters["sent"], counters["without output route"], counters["without input route"]) == (1, 1, 1)


def test_frames_leave_the_board(ready, words):
    ready.run(config(words, TX | RX, 7), routes(words, {label: label + 1 for label in range(20)}), words.halt)
    begin = ready.fpga.cycle
    labels = [3, 7, 7, 19]
    ready.run(send(words, labels), words.halt)
    frames = ready.fpga.events.spike_io.take_transmitted()
    assert frames["address"].tolist() == [label + 1 for label in labels]
    assert np.diff(frames["cycle"]).tolist() == [251, 250, 250] or np.ptp(np.diff(frames["cycle"])) <= 1
    assert frames["cycle"][0] - begin > 250 + 7 * FRAME and len(ready.fpga.events.spike_io.take_transmitted()) == 0


def test_recording_gate_does_not_stop_the_serial_line(ready, words):
    ready.run(config(words, TX), routes(words, {3: 4}), words.write(0x88000005, 0), words.halt)
    assert len(ready.run(send(words, [3]), words.halt).spikes) == 0
    assert ready.fpga.events.spike_io.take_transmitted()["address"].tolist() == [4]


def test_slow_line_drops_and_counts(ready, words):
    ready.run(config(words, TX, 1000), routes(words, {3: 4}), words.halt)
    ready.run(send(words, [3] * 200, period=20), words.halt)
    counters = ready.system.counters["event path"]["serial"]
    assert counters["dropped: line busy"] > 0 and counters["sent"] + counters["dropped: line busy"] == 200
    frames = ready.fpga.events.spike_io.take_transmitted()
    assert len(frames) == counters["sent"] and set(np.diff(frames["cycle"])) == {1000 * FRAME}


def test_frames_from_outside_reach_the_chip(ready, words):
    ready.run(config(words, RX), routes(words, (), {200: 0x4001, 7: 2}), words.halt)
    begin = ready.fpga.cycle
    ready.fpga.events.spike_io.listen([begin + 3000, begin + 1000, begin + 2000], [200, 7, 99])
    spikes = ready.run(words.setup, words.wait(5000), words.halt).spikes
    assert spikes["label"].tolist() == [2, 0x4001]
    assert int(spikes["chip_time"][1]) - int(spikes["chip_time"][0]) == pytest.approx(2000, abs=1)
    assert ready.system.counters["event path"]["serial"]["without input route"] == 1


def test_outside_line_is_disconnected_by_the_loopback(ready, words):
    ready.run(config(words, RX | LOOPBACK), words.halt)
    with pytest.raises(ConfigurationError, match="loopback"):
        ready.fpga.events.spike_io.listen([0], [1])
    ready.run(config(words, RX), words.halt)
    with pytest.raises(ConfigurationError, match="256"):
        ready.fpga.events.spike_io.listen([0], [256])
