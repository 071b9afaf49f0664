"""The protocol engine: bytes on the wire, sequence numbers, acknowledgements, repetition, dropping. Time in ns."""

import struct

import numpy as np
import pytest

from fisch.arq import PID_CFG, PID_FLUSH, PID_LOOPBACK, PID_UT, Engine, protocol

MS = 1_000_000


def frame(ack=255, seq=0, pid=PID_UT, words=(1,), length=None):
    """A frame as the wire format says. (facts: transport 6.1)"""
    return struct.pack(f">IIHH{len(words)}Q", ack, seq, pid, len(words) if length is None else length, *words)


def ack(value):
    return struct.pack(">I", value)


def sent(engine, now=0):
    """Everything the engine sends at `now`."""
    return list(iter(lambda: engine.transmit(now), None))


def counts(engine, *names):
    return tuple(engine.counters[name] for name in names)


# ------------------------------------------------------------------------------------------------------------------ bytes on the wire
def test_a_frame_byte_for_byte():
    engine = Engine()
    engine.push([0x0A00000000000001, 0x0123456789ABCDEF])
    assert engine.transmit(0).hex() == "000000ff00000000001000020a000000000000010123456789abcdef"
    assert engine.transmit(0) is None
    engine.receive(frame(seq=0, words=[7]), 1)
    engine.push([5])
    assert engine.transmit(2) == frame(ack=0, seq=1, words=[5])


def test_long_streams_are_cut_into_full_frames():
    engine = Engine()
    engine.push(np.arange(400, dtype=np.uint64))
    frames = sent(engine)
    assert [len(each) for each in frames] == [12 + 8 * 180, 12 + 8 * 180, 12 + 8 * 40]
    assert frames == [frame(seq=i, words=list(range(180 * i, min(180 * i + 180, 400)))) for i in range(3)]


def test_control_packets_are_frames_of_their_own_and_keep_their_place():
    engine = Engine()
    engine.push([1])
    engine.push([2])
    engine.push([3], PID_LOOPBACK)
    engine.push([4], PID_LOOPBACK)
    engine.push([5])
    engine.push([0], PID_FLUSH)
    frames = [
        frame(seq=i, pid=pid, words=words)
        for i, (pid, words) in enumerate(
            [
                (PID_UT, [1, 2]),
                (PID_LOOPBACK, [3]),
                (PID_LOOPBACK, [4]),
                (PID_UT, [5]),
                (PID_FLUSH, [0]),
            ]
        )
    ]
    assert sent(engine) == frames
    for words in ([], [0] * 181):
        with pytest.raises(ValueError, match="1 to 180"):
            engine.push(words, PID_LOOPBACK)


def test_configuration_frames():
    assert protocol.configuration_frames("") == [[256, 128, 180, 0]]
    (words,) = protocol.configuration_frames("version: 1")
    assert words == [256, 128, 180, 2, int.from_bytes(b"version:", "big"), int.from_bytes(b" 1\0\0\0\0\0\0", "big")]
    (words,) = protocol.configuration_frames("12345678")
    assert words[3:] == [2, int.from_bytes(b"12345678", "big"), 0], "the text must end with a NUL"
    long = "x" * 8 * 500
    frames = protocol.configuration_frames(long)
    assert [len(each) for each in frames] == [180, 180, 145] and protocol.configuration_length(frames[0]) == 505
    assert protocol.configuration_text([word for each in frames for word in each]) == long


# ------------------------------------------------------------------------------------------------------------------ receiving
def test_frames_are_acknowledged_after_a_while_or_when_there_are_many():
    engine = Engine(ack_delay=MS, ack_every=4)
    engine.receive(frame(seq=0), 0)
    assert engine.deadline == MS and sent(engine, MS - 1) == []
    assert sent(engine, MS) == [ack(0)] and engine.deadline is None
    for seq in range(1, 5):
        assert sent(engine, MS) == []
        engine.receive(frame(seq=seq), MS)
    assert sent(engine, MS) == [ack(4)]


def test_data_carries_the_acknowledgement():
    engine = Engine()
    engine.receive(frame(seq=0), 0)
    engine.push([9])
    assert sent(engine) == [frame(ack=0, seq=0, words=[9])] and sent(engine, 10 * MS // 11) == []


def test_frames_out_of_order_are_kept_and_acknowledged_at_once():
    engine = Engine()
    for seq in (2, 1, 3):
        engine.receive(frame(seq=seq, words=[seq]), 0)
        assert engine.available == 0 and sent(engine) == [ack(255)]
    engine.receive(frame(seq=0, words=[0]), 0)
    assert engine.take().tolist() == [0, 1, 2, 3]
    engine.receive(frame(seq=2, words=[2]), 0)
    assert sent(engine) == [ack(3)] and engine.available == 0
    assert counts(engine, "out_of_order", "duplicates") == (3, 1)


def test_sequence_numbers_wrap():
    one, other = Engine(), Engine()
    one.push(np.arange(180 * 600, dtype=np.uint64))
    for now in range(0, 600 * MS, MS // 2):
        for datagram in sent(one, now):
            assert other.receive(datagram, now)
        for datagram in sent(other, now):
            one.receive(datagram, now)
    assert np.array_equal(other.take(), np.arange(180 * 600)) and one.in_flight == one.waiting == 0
    assert counts(other, "duplicates", "out_of_order") == (0, 0)


def test_a_full_receiver_drops_and_says_that_it_is_there():
    engine = Engine(limit=100)
    engine.receive(frame(seq=0, words=[1] * 101), 0)
    sent(engine, MS)
    engine.receive(frame(seq=1), MS)
    assert sent(engine, MS) == [ack(0)] and counts(engine, "congestion_drops") == (1,)
    engine.take()
    engine.receive(frame(seq=1), 2 * MS)
    assert engine.take().tolist() == [1]


@pytest.mark.parametrize(
    "datagram, counter",
    [
        (b"", "bad_length"),
        (b"\0", "bad_length"),
        (b"\xab" * 4, "bad_acks"),
        (frame()[:-1], "bad_length"),
        (frame() + b"\0", "bad_length"),
        (frame()[:12], "bad_length"),
        (frame(words=[], length=0), "bad_length"),
        (frame(words=[1, 2], length=1), "bad_length"),
        (frame(words=[1], length=2), "bad_length"),
        (frame(words=[0] * 181), "bad_length"),
        (frame(seq=256), "bad_header"),
        (frame(ack=256), "bad_header"),
        (b"\xff" * 1500, "bad_length"),
    ],
)
def test_what_is_no_frame_is_counted_and_changes_nothing(datagram, counter):
    engine = Engine()
    assert not engine.receive(datagram, 0)
    assert {name for name, count in engine.counters.items() if count} == {counter}
    assert sent(engine) == [] and engine.available == 0


def test_packets_of_unknown_ids_are_counted_and_acknowledged():
    engine = Engine(ack_delay=0)
    engine.receive(frame(seq=0, pid=0x1234), 0)
    assert engine.take_control() is None and counts(engine, "unknown_pids") == (1,) and sent(engine) == [ack(0)]


def test_control_packets_arrive_beside_the_stream():
    host, fpga = Engine(), Engine(echo_loopback=True)
    for seq, (pid, words) in enumerate([(PID_CFG, [1, 2]), (PID_UT, [3]), (PID_LOOPBACK, [4]), (PID_FLUSH, [0])]):
        for engine in (host, fpga):
            engine.receive(frame(seq=seq, pid=pid, words=words), 0)
    assert [(pid, words.tolist()) for pid, words in iter(host.take_control, None)] == [
        (PID_CFG, [1, 2]),
        (PID_LOOPBACK, [4]),
        (PID_FLUSH, [0]),
    ]
    assert host.take().tolist() == fpga.take().tolist() == [3]
    assert fpga.take_control() is None and sent(fpga) == [frame(ack=3, pid=PID_LOOPBACK, words=[4])]


# ------------------------------------------------------------------------------------------------------------------ sending
def test_at_most_a_window_is_in_flight():
    engine = Engine()
    engine.push(np.zeros(180 * 1000, np.uint64))
    total = len(sent(engine))
    assert 0 < total < 128
    for now in range(1, 6):
        engine.receive(ack((total - 1) % 256), now)
        total += len(sent(engine, now))
        assert engine.in_flight <= 128
    assert engine.in_flight == 128, "without losses the window opens"


def test_only_the_oldest_frame_is_repeated_ever_more_slowly():
    engine = Engine(rto=MS)
    engine.push([1] * 360)
    first, _ = sent(engine)
    times = [now for now in range(0, 200 * MS, MS // 4) for datagram in sent(engine, now) if datagram == first]
    assert times[:4] == [1 * MS, 3 * MS, 6 * MS, 10 * MS]
    assert set(np.diff(times)[16:]) == {16 * MS}
    assert counts(engine, "frames_resent") == (len(times),)


def test_repetition_carries_the_newest_acknowledgement():
    engine = Engine(rto=MS)
    engine.push([1])
    sent(engine)
    engine.receive(frame(seq=0), 10)
    assert sent(engine, MS) == [frame(ack=0, seq=0, words=[1])]


def test_repeated_acknowledgements_mean_a_loss():
    engine = Engine(rto=MS)
    engine.push([1] * 180 * 8)
    frames = sent(engine)
    engine.receive(ack(1), 0)
    for now in (300_000, 301_000):
        engine.receive(ack(1), now)
        assert sent(engine, now) == []
    engine.receive(ack(1), 302_000)
    assert sent(engine, 302_000) == [frames[2]]


@pytest.mark.parametrize("value", [2, 100, 254, 256, 0xABABABAB])
def test_acknowledgements_of_what_was_not_sent_are_ignored(value):
    engine = Engine()
    engine.push([1, 2])
    sent(engine)
    engine.receive(ack(value), 0)
    assert engine.in_flight == 1 and counts(engine, "bad_acks") == (1,)


def test_the_other_side_is_given_up_after_silence():
    engine = Engine(rto=MS, give_up=50 * MS)
    now = 10_000_000_000
    engine.push([1])
    assert sent(engine, now)
    for later in range(0, 200 * MS, MS):
        sent(engine, now + later)
        if engine.failed:
            break
    assert 50 * MS < later < 80 * MS and engine.deadline is None and sent(engine, now + later + MS) == []


def test_a_reset_forgets_everything_but_the_counters():
    engine = Engine()
    engine.push([1] * 500)
    engine.receive(frame(seq=0, words=[7]), 0)
    engine.receive(frame(seq=2, words=[8]), 0)
    before = len(sent(engine))
    engine.reset()
    assert (engine.available, engine.waiting, engine.in_flight, engine.deadline) == (0, 0, 0, None)
    engine.push([2])
    assert sent(engine) == [frame(seq=0, words=[2])] and counts(engine, "frames_sent") == (before + 1,)
    engine.receive(frame(seq=0, words=[1]), 0)
    engine.receive(frame(seq=1, words=[2]), 0)
    assert engine.take().tolist() == [1, 2], "the early frame of before is gone"


# ------------------------------------------------------------------------------------------------------------------ halts
HALT, TICK = 2 << 56, 2 << 56 | 1


@pytest.mark.parametrize(
    "words, halts, taken",
    [
        ([HALT], 1, 1),
        ([TICK, HALT, TICK], 1, 3),
        ([1 << 56 | 0xCAFE, 0x80 << 56, HALT, HALT], 2, 4),
        ([0x0C000011AA2222BB, 0x3333 << 48 | HALT >> 16], 0, 0),  # 10 bytes of spikes, then a halt that straddles: not at its end yet
        ([0x0C000011AA2222BB, 0x3333 << 48 | HALT >> 16, 0x0000800000000000], 1, 3),
        ([0x0C000011AA2222BB, 0x3333 << 48 | TICK >> 16, 0x0001800000000000], 0, 3),
        ([0x0C00000000000000, 0x0000020000000000], 0, 0),
    ],
)
def test_halts_in_the_stream(words, halts, taken):
    engine = Engine(scan=True)
    for seq, word in enumerate(words):
        engine.receive(frame(seq=seq, words=[word]), 0)
    assert engine.halts == halts and len(engine.take()) == taken


def test_something_that_is_no_message_is_noticed():
    engine = Engine(scan=True)
    engine.receive(frame(seq=0, words=[HALT, 0x3F << 56]), 0)
    assert engine.bad_message == 0x3F
    engine.forget()
    assert engine.bad_message == -1 and engine.available == 0
