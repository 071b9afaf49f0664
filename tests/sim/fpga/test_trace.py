"""Events in the stream of responses: stamps, packing, order, the recording gate. They travel to the chip and back over its crossbar."""

import numpy as np
import pytest

from fisch import ut
from hicannx_sim.base.numbers import number

RECORDING = 0x88000005
DRAIN = 1000


def headers_of(stream):
    """Headers of the messages in a stream, in order."""
    data, position, found = stream.astype(">u8").tobytes(), 0, []
    while position < len(data) and not data[position] & ut.COMMA:
        found.append(data[position])
        position += ut.FROM_FPGA[data[position]].bytes
    return found


def test_labels_come_back_with_consistent_times(ready, words):
    labels = [0x0000, 0x3FFF, 0x4001, 0x8002, 0xC003]
    sent = [part for i, label in enumerate(labels) for part in (words.wait(200 * (i + 1) - 1), words.spikes(label))]
    spikes = ready.run(words.setup, *sent, words.wait(200 * len(labels) + DRAIN), words.halt).spikes
    assert list(spikes["label"]) == labels
    fpga, chip = spikes["fpga_time"].astype(np.int64), spikes["chip_time"].astype(np.int64)
    assert list(np.diff(fpga)) == [200] * (len(labels) - 1) and list(np.diff(chip)) == [200] * (len(labels) - 1)
    assert np.all((fpga - chip >= 0) & (fpga - chip <= 127))
    assert fpga[0] - chip[0] == pytest.approx((number("event_from_chip") + number("event_to_chip")) / 4, abs=1.5)


@pytest.mark.parametrize("pack", [1, 2, 3])
def test_packs_keep_their_order(ready, words, pack):
    labels = [1000 + i for i in range(30 * pack)]
    packs = [part for i in range(30) for part in (words.spikes(*labels[pack * i : pack * i + pack]), words.wait(20 * (i + 1)))]
    answer = ready.run(words.setup, *packs, words.wait(600 + DRAIN), words.halt)
    assert [int(label) for label in answer.spikes["label"]] == labels
    assert np.all(np.diff(answer.spikes["chip_time"].astype(np.int64)) >= 0)


def test_events_of_one_cycle_share_a_message(ready, words):
    answer = ready.run(words.spikes(1, 2, 3), words.setup, words.wait(DRAIN), words.halt)
    counts = [int(count) for count in answer.spike_pack_counts][-3:]
    assert sum((i + 1) * count for i, count in enumerate(counts)) == 3 and counts[1] + counts[2] >= 1, "two events per FPGA cycle"


def test_chip_stamp_is_the_chips_system_time(ready, words):
    """Low 8 bits of the 250 MHz counter, seen in the raw message."""
    answer = ready.run(words.setup, words.wait(100), words.spikes(7), words.wait(DRAIN), words.halt)
    data = ready.stream.astype(">u8").tobytes()
    (position,) = (i for i in range(len(data)) if data[i : i + 5] == bytes([0x0A, 0, 0, 0, 0]) and data[i + 6 : i + 8] == b"\x00\x07")
    stamp = data[position + 5]
    assert stamp >> 1 == int(answer.spikes["chip_time"][0]) & 0x7F


def test_gate_records_the_middle_third_only(ready, words):
    gate = [words.write(RECORDING, 0), words.write(RECORDING, 1), words.write(RECORDING, 0)]
    program = [*words.setup]
    for third in range(3):
        program += [*words.wait(4000 * third), *gate[third], *words.wait(4000 * third + 500)]
        for i in range(100):
            program += [*words.spikes(third * 100 + i), *words.wait(4000 * third + 500 + 10 * i)]
    answer = ready.run(program, words.wait(13_000), words.halt)
    assert [int(label) for label in answer.spikes["label"]] == list(range(100, 200))
    assert ready.system.counters["events"]["spikes"]["not recorded"] == 200


def test_late_events_appear_in_the_following_run(ready, words):
    assert len(ready.run(words.spikes(5), words.halt).spikes) == 0
    spikes = ready.run(words.setup, words.wait(DRAIN), words.halt).spikes
    assert [int(label) for label in spikes["label"]] == [5]
    assert 0 <= int(spikes["fpga_time"][0]) - int(spikes["chip_time"][0]) <= 127


def test_labels_without_link_are_dropped_and_counted(lab, words):
    assert len(lab.run(words.spikes(1, 2, 3), words.spikes(4), words.setup, words.wait(DRAIN), words.halt).spikes) == 0
    assert lab.system.counters["labels dropped"] == 4


def test_flood_of_labels_is_counted(ready, words):
    n = 3000
    answer = ready.run(words.spikes(1, 0x4001, 0x8001) * n, words.setup, words.wait(10 * n), words.halt)
    counters = ready.system.counters
    assert counters["labels dropped"] > 0 and counters["labels sent"] + counters["labels dropped"] == 3 * n
    assert len(answer.spikes) == counters["events"]["spikes"]["recorded"]


def test_stream_is_in_order_of_arrival(ready, words):
    program = [word for i in range(200) for word in (*words.spikes(i), *words.read(0x80000000), *words.tick)]
    answer = ready.run(words.setup, program, words.wait(5000), words.halt)
    stamps = [set(int(t) for t in rows["fpga_time"]) for rows in (answer.omnibus, answer.loopback, answer.spikes)]
    assert len(answer.omnibus) == 200 and len(answer.loopback) == 201 and len(answer.spikes) == 200
    assert not stamps[0] & stamps[1] and not stamps[0] & stamps[2] and not stamps[1] & stamps[2], "one message per cycle"
    kinds = headers_of(ready.stream)
    assert kinds.count(1) == 200 and kinds[-1] == 2
    deadline = answer.spikes["fpga_time"].astype(np.int64) - answer.spikes["chip_time"].astype(np.int64)
    assert deadline.max() <= 127


def test_unsynced_stream_has_no_annotations(lab, words):
    lab.run(words.setup, words.tick, words.wait(500), words.read(0x80000000), words.halt)
    assert headers_of(lab.stream) == [2, 1, 2]


def test_annotations_are_minimal(ready, words):
    """A message one cycle after another needs none, up to 257 cycles a Sysdelta, more a Systime."""
    ready.run(words.setup, words.tick * 3, words.wait(50), words.tick, words.wait(10_000), words.tick, words.halt)
    assert headers_of(ready.stream)[:8] == [5, 2, 2, 2, 6, 2, 5, 2]
