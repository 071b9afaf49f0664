"""Served chips, seen from a socket that follows the wire format byte for byte, and from our own client."""

import random
import socket
import struct
import threading
import time

import numpy as np
import pytest

from fisch import ConnectionFailedError, ConnectionLostError, HXCubeSetupEntry, ResponseDecoder, RunTimeoutError, ut
from fisch.arq import ARQConnection
from fisch.database import VIRTUAL_CHIPS, Database
from hicannx_sim.setup.connection import setup_of
from hicannx_sim.setup.serve import System, VirtualChip

DATA, RESET = 1234, 45054
UT, FLUSH, LOOPBACK, CFG = 0x0010, 0x8000, 0x8001, 0x8002
SRAM = 0x80000000


class Host:
    """Does what the original host does, one frame at a time."""

    def __init__(self, ip):
        self.ip, self.socket = ip, None
        self.reset()

    def reset(self):
        """A new connection: another port."""
        if self.socket:
            self.socket.close()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(2)
        self.socket.sendto(bytes.fromhex("abababab"), (self.ip, RESET))
        self.seq, self.expected = 0, 0

    def frame(self, pid, words, seq=None, ack=None):
        number, last = self.seq if seq is None else seq, self.expected - 1 & 0xFF if ack is None else ack
        return struct.pack(f">IIHH{len(words)}Q", last, number, pid, len(words), *words)

    def send(self, pid, words):
        self.socket.sendto(self.frame(pid, words), (self.ip, DATA))
        self.seq = self.seq + 1 & 0xFF

    def receive(self):
        """(ack, pid, words) of the next new frame; pid None for an acknowledgement. Every frame is acknowledged at once."""
        while True:
            datagram, source = self.socket.recvfrom(2048)
            assert source == (self.ip, DATA), "answers come from the data port"
            if len(datagram) == 4:
                return struct.unpack(">I", datagram)[0], None, []
            ack, seq, pid, length = struct.unpack(">IIHH", datagram[:12])
            assert len(datagram) == 12 + 8 * length and 1 <= length <= 180
            fresh = seq == self.expected
            self.expected = self.expected + fresh & 0xFF
            self.socket.sendto(struct.pack(">I", self.expected - 1 & 0xFF), (self.ip, DATA))
            if fresh:
                return ack, pid, list(struct.unpack(f">{length}Q", datagram[12:]))

    def packet(self, pid):
        """Words of the next frame with that id."""
        while (found := self.receive())[1] != pid:
            assert found[1] is None
        return found[2]

    def run(self, words):
        """Sends a program in frames and gives the words up to the halt's echo."""
        for first in range(0, len(words), 180):
            self.send(UT, words[first : first + 180])
        answer = []
        while 2 << 56 not in answer:
            answer += self.packet(UT)
        return answer


@pytest.fixture
def host(address):
    made = []

    def make(ip=address):
        made.append(Host(ip))
        return made[-1]

    yield make
    for each in made:
        each.socket.close()


# ------------------------------------------------------------------------------------------------------------------ byte for byte
def test_a_session_byte_for_byte(serve, host, words, address):
    chip = serve(System(VirtualChip(7)))
    peer = host()
    ack, pid, configuration = peer.receive()
    assert (ack, pid, configuration[:3]) == (255, CFG, [256, 128, 180])
    text = b"".join(struct.pack(">Q", word) for word in configuration[4:])
    assert len(configuration) == 4 + configuration[3] and text.rstrip(b"\0") + b"\0" in text + b"\0" and text.endswith(b"\0")
    assert text.startswith(b"version: 1\ncompatible_until: 0\n")
    peer.send(LOOPBACK, [0x0123456789ABCDEF])
    assert peer.packet(LOOPBACK) == [0x0123456789ABCDEF]
    assert peer.run([*words.tick, *words.write(SRAM, 0xCAFE), *words.read(SRAM), *words.halt]) == [2 << 56 | 1, 1 << 56 | 0xCAFE, 2 << 56]
    peer.send(FLUSH, [0])
    while chip.counters["frames_received"] < 3 or peer.receive()[0] != 2:
        pass
    assert chip.counters["unknown_pids"] == chip.counters["foreign"] == chip.counters["bad_length"] == 0


def test_frames_are_acknowledged_within_the_hosts_patience(serve, host, words):
    serve(System())
    peer = host()
    peer.packet(CFG)
    peer.send(UT, words.tick)
    begin = time.monotonic()
    assert peer.receive()[0] == 0 and time.monotonic() - begin < 0.1


def test_unacknowledged_frames_are_repeated(serve, host, words):
    """The host acknowledges only when something arrives; the FPGA has to provoke it."""
    serve(System())
    peer = host()
    first = peer.socket.recv(2048)
    assert [peer.socket.recv(2048) for _ in range(3)] == [first] * 3
    assert peer.packet(CFG) and peer.run(words.halt) == [2 << 56]


def test_every_order_of_frames_is_understood(serve, host, words):
    serve(System())
    peer = host()
    peer.packet(CFG)
    program = [word for value in range(120) for word in words.write(SRAM + value, value)]
    program += [word for value in range(120) for word in words.read(SRAM + value)]
    frames = [peer.frame(UT, [*program, *words.halt][i : i + 4], seq=n) for n, i in enumerate(range(0, len(program) + 1, 4))]
    frames += frames[3:60:7]
    random.Random(2).shuffle(frames)
    for datagram in frames:
        peer.socket.sendto(datagram, (peer.ip, DATA))
    answer = []
    while 2 << 56 not in answer:
        answer += peer.receive()[2]
    assert answer == [*(1 << 56 | value for value in range(120)), 2 << 56]


def test_garbage_between_frames(serve, host, words):
    chip = serve(System())
    peer = host()
    peer.packet(CFG)
    chance = random.Random(4)
    good = peer.frame(UT, [*words.tick * 20, *words.halt])
    bad = [
        b"",
        b"\1",
        good[:-1],
        good + b"\0",
        good[:12],
        good[:10] + b"\0\1" + good[12:],
        peer.frame(UT, words.tick, seq=300),
        b"\xab" * 4,
    ]
    for datagram in [*bad, *(chance.randbytes(chance.randrange(5, 2000)) for _ in range(100))]:
        peer.socket.sendto(datagram, (peer.ip, DATA))
        peer.socket.sendto(datagram[:3], (peer.ip, RESET))
    assert peer.run([*words.tick, *words.halt]) == [2 << 56 | 1, 2 << 56]
    counters = chip.counters
    assert counters["bad_length"] + counters["bad_header"] + counters["bad_acks"] == 108 and counters["bad_resets"] == 108


# ------------------------------------------------------------------------------------------------------------------ sessions
def test_reset_at_any_time(serve, host, words):
    """In the middle of the configuration, of a program's words and of a run."""
    chip = serve(System())
    peer = host()
    peer.reset()
    peer.packet(CFG)
    peer.send(UT, [*words.tick] * 100)
    peer.reset()
    peer.packet(CFG)
    forever = [*words.write(0x88000009, 0xFFFFFFFF), *words.poll(SRAM, 1, 0xFFFFFFFF)]
    peer.send(UT, [*forever, *words.halt])
    time.sleep(0.1)
    begin = time.monotonic()
    peer.reset()
    peer.packet(CFG)
    assert peer.run([*words.tick, *words.halt]) == [2 << 56 | 1, 2 << 56], "nothing of the sessions before answers"
    assert time.monotonic() - begin < 2
    assert chip.counters["sessions"] in (3, 4)  # the first two resets follow each other at once and may be seen as one


def test_the_chip_keeps_its_state_between_sessions(serve, address, words):
    serve(System(VirtualChip(1)))
    with ARQConnection(address) as connection:
        connection.execute([*words.write(SRAM, 77), *words.halt])
    with ARQConnection(address) as connection:
        assert connection.execute([*words.read(SRAM), *words.halt]).tolist() == [1 << 56 | 77, 2 << 56]


def test_power_cycle_between_sessions(serve, address, words):
    serve(System(VirtualChip(1)), power_cycle=True)
    for _ in range(2):
        with ARQConnection(address) as connection:
            assert connection.execute([*words.read(SRAM), *words.write(SRAM, 77), *words.halt]).tolist() == [1 << 56, 2 << 56]


def test_many_clients_one_after_the_other(serve, address, words):
    chip = serve(System())
    for _ in range(20):
        with ARQConnection(address) as connection:
            assert connection.execute([*words.tick, *words.halt]).tolist() == [2 << 56 | 1, 2 << 56]
    assert chip.counters["sessions"] == 20 and chip.counters["runs"] == 20


def test_two_chips_at_two_addresses(serve, address, words):
    from pyhxcomm_vx import ManagedMultiARQConnection

    second = address.rsplit(".", 1)[0] + "." + str(int(address.rsplit(".", 1)[1]) + 1)
    serve(System(VirtualChip(5)))
    serve(System(VirtualChip(6)), second, fpga=1)
    with ManagedMultiARQConnection([(address,), (second,)]) as both:
        assert both.get_unique_identifier() == ["hxcube0fpga0chip5_1", "hxcube0fpga1chip6_1"]
        for value in range(20):
            programs = [[*words.write(SRAM, value + 100 * n), *words.read(SRAM), *words.halt] for n in range(2)]
            assert [answer.tolist() for answer in both.execute(programs)] == [[1 << 56 | value + 100 * n, 2 << 56] for n in range(2)]


# ------------------------------------------------------------------------------------------------------------------ same as embedded
def test_the_same_bytes_as_embedded(serve, address, words):
    programs = [[*words.golden("SystemInit_ZeroMock"), *words.halt]]
    programs += [[*words.setup, *(word for t in range(3000) for word in (*words.wait(t * 10), *words.read(0))), *words.halt]] * 2
    embedded = System(VirtualChip(9), seed=4)
    serve(System(VirtualChip(9), seed=4))
    with ARQConnection(address) as connection:
        for program in programs:
            assert np.array_equal(connection.execute(program), embedded.execute(np.array(program, np.uint64)))


def test_over_a_bad_network_the_bytes_are_the_same(serve, bad_network, address, words):
    programs = [[*words.golden("SystemInit_ZeroMock"), *words.halt], [*(words.read(SRAM + i)[0] for i in range(20_000)), *words.halt]]
    embedded = System(VirtualChip(5))
    expected = [embedded.execute(np.array(program, np.uint64)) for program in programs]
    chip, end = serve(System(VirtualChip(5))), address.rsplit(".", 1)[0] + ".254"
    bad_network(end, address, lost=0.02, twice=0.02, cut=0.02)
    with ARQConnection(end, run_timeout=20) as connection:
        assert all(np.array_equal(connection.execute(program), answer) for program, answer in zip(programs, expected, strict=True))
        counters = connection.counters
    assert counters["frames_resent"] + chip.counters["frames_resent"] > 0
    assert counters["bad_length"] + chip.counters["bad_length"] > 0 and counters["duplicates"] + chip.counters["duplicates"] > 0


def test_what_a_served_chip_says_about_itself(serve, address):
    system = System(VirtualChip(42))
    serve(system, fpga=3)
    with ARQConnection(address) as connection:
        assert connection.hwdb_entry == setup_of(system, address, 3) and connection.identifier == "hxcube0fpga3chip42_1"


def test_the_list_of_virtual_chips_is_what_is_served_by_default():
    database = Database()
    database.load(VIRTUAL_CHIPS)
    fpgas = {n: setup_of(System(VirtualChip(n)), f"127.0.0.{n + 1}", n).fpgas[n] for n in range(8)}
    assert list(database.setups()) == [HXCubeSetupEntry(0, fpgas)]


def test_large_programs_stream(serve, address, words):
    """Larger than the window and longer than what is executed at once; responses come back meanwhile."""
    serve(System())
    reads = 400_000
    with ARQConnection(address) as connection:
        decoder = ResponseDecoder()
        decoder.push(connection.execute(np.array([*words.read(SRAM) * reads, *words.halt], np.uint64)))
    assert len(decoder.omnibus) == reads


# ------------------------------------------------------------------------------------------------------------------ failures
def test_strict_chips_report_what_is_undefined(serve, address, words):
    chip = serve(System(strict=True))
    with ARQConnection(address) as connection:
        for _ in range(2):
            decoder = ResponseDecoder()
            decoder.push(connection.execute([*words.tick, *words.read(0x88000FFF), *words.tick, *words.halt]))
            assert decoder.timeouts["instruction"].tolist() == [1] and decoder.loopback["tick"].tolist() == [1, 0]
    assert chip.counters["instructions not executed"] == 2


def test_a_run_that_takes_too_long_is_given_up_and_ended(serve, address, words):
    chip = serve(System())
    forever = [*words.write(0x88000009, 0xFFFFFFFF), *words.poll(SRAM, 1, 0xFFFFFFFF), *words.halt]
    with ARQConnection(address, run_timeout=0.2) as connection:
        with pytest.raises(RunTimeoutError):
            connection.execute(forever)
        assert connection.execute([*words.tick, *words.halt]).tolist() == [2 << 56 | 1, 2 << 56]
    assert chip.counters["sessions"] == 2


def test_stopping_in_the_middle_of_a_run(serve, address, words):
    """Whoever waits for its end learns of it at once, and not after so long a time without answers."""
    chip = serve(System())
    forever = [*words.write(0x88000009, 0xFFFFFFFF), *words.poll(SRAM, 1, 0xFFFFFFFF), *words.halt]
    connection = ARQConnection(address, connect_timeout=0.1)
    ended = []

    def run():
        with pytest.raises(ConnectionLostError, match="is not served any more"):
            connection.execute(forever)
        ended.append(time.monotonic())

    runner = threading.Thread(target=run)
    runner.start()
    time.sleep(0.2)
    begin = time.monotonic()
    chip.stop()
    assert time.monotonic() - begin < 1
    runner.join()
    assert ended[0] - begin < 1
    with pytest.raises(ConnectionFailedError):
        connection.execute([ut.HALT_WORD])
    connection.close()


def test_stopping_between_two_runs(serve, address, words, caplog):
    """The next run says so, and the one after that finds the chip that is served instead."""
    first = serve(System(VirtualChip(1)))
    with ARQConnection(address) as connection:
        connection.execute([*words.write(SRAM, 77), *words.halt])
        first.stop()
        serve(System(VirtualChip(1)))
        with pytest.raises(ConnectionLostError, match="is not served any more"):
            connection.execute([*words.read(SRAM), *words.halt])
        assert connection.execute([*words.read(SRAM), *words.halt]).tolist() == [1 << 56, 2 << 56]
    assert "did not acknowledge" not in caplog.text


def test_stopping_tells_nobody_whose_session_has_ended(serve, address, words, host):
    chip = serve(System())
    client = host(address)
    client.socket.settimeout(0.3)
    client.receive()
    client.send(FLUSH, [0])
    while not chip.endpoint.over:
        time.sleep(0.01)
    chip.stop()
    with pytest.raises(TimeoutError):
        while True:
            assert b"notice" not in client.socket.recv(2048)
