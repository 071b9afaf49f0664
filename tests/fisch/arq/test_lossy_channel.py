"""Both ends of the protocol against each other, over a channel that loses, repeats, delays, cuts and invents datagrams."""

import random
import struct
from functools import partial

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from fisch.arq import PID_LOOPBACK, Engine

MS = 1_000_000
OLDEST = 128  # frames: what is delayed for longer cannot be told from new frames with 256 sequence numbers

ends = st.sampled_from((0, 1))
choices = st.integers(0, 1 << 30)
chances = st.sampled_from((0, 0.02, 0.2))


def joined(parts):
    return np.concatenate([np.empty(0, np.uint64), *parts])


class TwoEnds(RuleBasedStateMachine):
    """End 0 is a host, end 1 an FPGA; `wire[n]` holds what is on its way to end n."""

    def __init__(self):
        super().__init__()
        self.now = 10**10
        self.ends = Engine(rto=MS, ack_delay=MS // 8), Engine(rto=MS, ack_delay=MS // 4, echo_loopback=True)
        self.begin()

    def begin(self):
        self.wire = [], []
        self.pushed, self.taken = ([], []), ([], [])
        self.loopbacks, self.echoes = [], []
        self.word = 0
        self.frames_before = [0, 0]
        self.frames_before = [self.sent(end) for end in (0, 1)]

    # -- the channel
    def sent(self, end):
        """How many different frames an end has sent in this session."""
        counters = self.ends[end].counters
        return counters["frames_sent"] - counters["frames_resent"] - self.frames_before[end]

    def expected(self, end):
        """Index of the frame that an end waits for."""
        return self.sent(1 - end) - (self.sent(1 - end) - self.ends[end].expected & 0xFF)

    def transmit(self, end):
        while (datagram := self.ends[end].transmit(self.now)) is not None:
            newest = self.sent(end) - 1
            frame = newest - (newest - struct.unpack(">I", datagram[4:8])[0] & 0xFF) if len(datagram) > 4 else None
            self.wire[1 - end].append((frame, self.expected(end), datagram))

    def deliver(self, end, index, keep=False, cut=None):
        """Hands over one datagram, unless it or its acknowledgement is too old."""
        wire = self.wire[end]
        index %= len(wire)
        frame, acknowledged, datagram = wire[index] if keep else wire.pop(index)
        oldest = self.sent(end) - self.ends[end].in_flight
        if (frame is None or self.expected(end) - frame < OLDEST) and oldest - acknowledged < OLDEST:
            self.ends[end].receive(datagram[:cut], self.now)

    # -- what happens
    @rule(end=ends, length=st.sampled_from((1, 10, 500, 60_000)))
    def push(self, end, length):
        words = np.arange(self.word, self.word + length, dtype=np.uint64)
        self.word += length
        self.ends[end].push(words)
        self.pushed[end].append(words)

    @rule()
    def push_loopback(self):
        self.loopbacks.append(len(self.loopbacks))
        self.ends[0].push([self.loopbacks[-1]], PID_LOOPBACK)

    @rule(end=ends)
    def send(self, end):
        self.transmit(end)

    @rule(end=ends, count=st.integers(1, 200))
    def arrive_in_order(self, end, count):
        for _ in range(min(count, len(self.wire[end]))):
            self.deliver(end, 0)

    @precondition(lambda self: any(self.wire))
    @rule(end=ends, index=choices, keep=st.booleans())
    def arrive_in_any_order(self, end, index, keep):
        if self.wire[end]:
            self.deliver(end, index, keep)

    @precondition(lambda self: any(self.wire))
    @rule(end=ends, index=choices, cut=st.integers(0, 1460))
    def arrive_cut(self, end, index, cut):
        if self.wire[end]:
            self.deliver(end, index, cut=cut)

    @rule(rounds=st.integers(1, 60), seed=choices, lost=chances, twice=chances, late=chances, cut=chances)
    def converse(self, rounds, seed, lost, twice, late, cut):
        """Both ends send what they have; each datagram may be lost, arrive twice, wait or be cut."""
        chance = random.Random(seed)
        for _ in range(rounds):
            for end in (0, 1):
                self.transmit(end)
                for _ in range(len(self.wire[end])):
                    if chance.random() < late:
                        self.wire[end].append(self.wire[end][0] if chance.random() < 0.5 else self.wire[end].pop(0))
                    elif chance.random() < lost:
                        self.wire[end].pop(0)
                    else:
                        self.deliver(end, 0, chance.random() < twice, chance.randrange(1460) if chance.random() < cut else None)
            self.now += chance.choice((50_000, 300_000, 1_500_000))

    @rule(end=ends, datagram=st.binary(max_size=64))
    def invent(self, end, datagram):
        before = self.ends[end].counters
        possible = len(datagram) == 4 or (len(datagram) >= 20 and len(datagram) == 12 + 8 * int.from_bytes(datagram[10:12], "big"))
        if not possible:
            assert not self.ends[end].receive(datagram, self.now)
            after = self.ends[end].counters
            assert sum(after.values()) == sum(before.values()) + 1

    @rule(microseconds=st.integers(1, 3000))
    def wait(self, microseconds):
        self.now += microseconds * 1000

    @rule(end=ends)
    def take(self, end):
        self.taken[end].append(self.ends[end].take())
        while packet := self.ends[end].take_control():
            assert end == 0 and packet[0] == PID_LOOPBACK
            self.echoes.extend(packet[1].tolist())

    @rule()
    def reset(self):
        """A new session: what was on its way is addressed to a port that is closed."""
        for end in self.ends:
            end.reset()
        self.begin()

    # -- what must hold
    @invariant()
    def what_arrives_is_what_was_sent(self):
        for end in (0, 1):
            taken, pushed = joined(self.taken[end]), joined(self.pushed[1 - end])
            assert np.array_equal(taken, pushed[: len(taken)])
        assert self.echoes == self.loopbacks[: len(self.echoes)]

    @invariant()
    def the_window_is_kept(self):
        assert all(end.in_flight <= 128 and not end.failed for end in self.ends)

    def teardown(self):
        """On a channel that loses nothing any more, everything arrives."""
        for _ in range(10_000):
            for end in (0, 1):
                self.transmit(end)
            for end in (0, 1):
                while self.wire[end]:
                    self.deliver(end, 0)
                self.take(end)
            if all(end.in_flight == end.waiting == 0 for end in self.ends):
                break
            self.now += MS // 4
        for end in (0, 1):
            assert np.array_equal(joined(self.taken[end]), joined(self.pushed[1 - end]))
        assert self.echoes == self.loopbacks


TestTwoEnds = TwoEnds.TestCase
TestTwoEnds.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_one_percent_loss_costs_little():
    """A long stream each way; every hundredth datagram is lost, every fiftieth overtakes another one."""
    chance = random.Random(5)
    ends, wire, now = (Engine(), Engine()), ([], []), 10**10
    words = np.arange(180 * 3000, dtype=np.uint64)
    for end in ends:
        end.push(words)
    rounds = 0
    while any(end.in_flight or end.waiting for end in ends):
        rounds += 1
        now += 100_000  # a round trip of 0.2 ms
        for end in (0, 1):
            for datagram in wire[end]:
                ends[end].receive(datagram, now)
            wire[end].clear()
        for end in (0, 1):
            for datagram in iter(partial(ends[end].transmit, now), None):
                if chance.random() >= 0.01:
                    wire[1 - end].insert(len(wire[1 - end]) - (chance.random() < 0.02), datagram)
    assert all(np.array_equal(end.take(), words) for end in ends)
    assert all(end.counters["frames_resent"] < 0.05 * end.counters["frames_sent"] for end in ends)
    assert rounds < 500, f"{3000 / rounds:.0f} frames per 0.1 ms"
