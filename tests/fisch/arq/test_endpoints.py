"""Both ends on real sockets, over a relay that damages what it passes on, and against foreign datagrams."""

import random
import socket
import threading

import numpy as np
import pytest

from fisch.arq import DATA_PORT, PID_CFG, RESET_FRAME, RESET_PORT, ClientEndpoint, Engine, protocol


def connect(ip, **options):
    client = ClientEndpoint(Engine(**options), ip)
    if not client.pump(2, control=True):
        client.close()
        raise AssertionError("no answer to the reset")
    assert client.take_control()[0] == PID_CFG
    return client


@pytest.mark.parametrize("lost, twice, cut, words", [(0.01, 0.01, 0.01, 200_000), (0.1, 0.1, 0.05, 20_000)])
def test_streams_survive_damage(echo_fpga, bad_network, address, lost, twice, cut, words):
    fpga = echo_fpga(mirror=True, translate=False)
    end = address.rsplit(".", 1)[0] + ".254"
    bad_network(end, address, lost, twice, cut)
    client = connect(end)
    sent = np.random.default_rng(3).integers(0, 1 << 64, words, dtype=np.uint64)
    client.push(sent)
    assert client.pump(20, words=words)
    assert np.array_equal(client.take(), sent)
    counters, remote = client.counters, fpga.endpoint.counters
    client.close()
    assert counters["frames_resent"] > 0 and counters["bad_length"] + remote["bad_length"] > 0
    assert counters["duplicates"] + remote["duplicates"] > 0


def test_foreign_datagrams_are_counted_and_change_nothing(echo_fpga, address):
    fpga = echo_fpga(translate=False)
    client = connect(address)
    chance = random.Random(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        valid = bytes.fromhex("000000ff 00000000 0010 0001 0000000000000007")
        for datagram in [valid, b"\0\0\0\0", b"", *(chance.randbytes(chance.randrange(1, 3000)) for _ in range(200))]:
            stranger.sendto(datagram, (address, DATA_PORT))
            stranger.sendto(datagram, (address, RESET_PORT))
        for i in range(50):
            client.push([i])
            assert client.pump(2, words=1) and client.take().tolist() == [i]
    assert fpga.endpoint.counters["foreign"] == 203 and fpga.endpoint.counters["bad_resets"] == 203
    assert fpga.endpoint.counters["sessions"] == 1 and fpga.got == list(range(50))
    client.close()


def test_before_a_reset_everybody_is_a_stranger(echo_fpga, address):
    fpga = echo_fpga()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.settimeout(0.1)
        stranger.sendto(bytes.fromhex("000000ff 00000000 0010 0001 0000000000000007"), (address, DATA_PORT))
        with pytest.raises(TimeoutError):
            stranger.recv(100)
    assert fpga.endpoint.counters["foreign"] == 1 and fpga.got == []


def test_the_last_reset_has_the_fpga(echo_fpga, address):
    fpga = echo_fpga(translate=False)
    first, second = connect(address), connect(address)
    second.push([1])
    assert second.pump(2, words=1)
    first.push([2])
    assert not first.pump(0.05, words=1)
    assert fpga.endpoint.session == 2 and fpga.got == [1]
    first.close()
    second.close()


def test_reset_in_the_middle_of_traffic(echo_fpga, address):
    fpga = echo_fpga(mirror=True)
    for count in (100_000, 200_000, 50_000):
        client = connect(address)
        client.push(np.arange(count, dtype=np.uint64))
        client.pump(0.002, words=count)
        client.close()
    client = connect(address)
    client.push([1, 2, 3])
    assert client.pump(2, words=3) and client.take().tolist() == [1, 2, 3]
    assert fpga.endpoint.session == 4
    client.close()


def test_the_same_socket_may_reset_again(echo_fpga, address):
    """As the original does: one socket, the reset port for resets, answers come from the data port."""
    echo_fpga(info="x" * 4000 + "\n")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as host:
        host.settimeout(2)
        for _ in range(3):
            host.sendto(RESET_FRAME, (address, RESET_PORT))
            words = []
            for seq in range(3):
                datagram, source = host.recvfrom(2048)
                assert source == (address, DATA_PORT)
                assert datagram[:12].hex() == f"000000ff{seq:08x}8002{(len(datagram) - 12) // 8:04x}"
                words += np.frombuffer(datagram[12:], ">u8").tolist()
            assert words[:4] == [256, 128, 180, 501] and protocol.configuration_text(words) == "x" * 4000 + "\n"


def test_a_reader_that_does_not_read_holds_up_the_writer(echo_fpga, address):
    fpga = echo_fpga(mirror=False, translate=False, limit=1000)
    ready = threading.Event()
    endpoint = fpga.endpoint
    fpga.endpoint = type("Slow", (), {"__getattr__": lambda self, name: ready.wait() and getattr(endpoint, name)})()
    client = connect(address)
    client.push(np.arange(20_000, dtype=np.uint64))
    client.pump(0.2, idle=True)
    assert endpoint.counters["congestion_drops"] > 0 and client.counters["words_sent"] < 20_000
    ready.set()
    assert client.pump(5, words=20_000) and client.take().tolist() == list(range(20_000))
    client.close()


def test_idle_clients_answer(echo_fpga, address):
    """`keep` acknowledges what arrives while nobody waits for anything."""
    fpga = echo_fpga(translate=False)
    client = connect(address)
    keeper = threading.Thread(target=client.keep)
    keeper.start()
    fpga.endpoint.send(1, np.arange(180 * 300, dtype=np.uint64))
    for _ in range(100):
        if client.available == 180 * 300:
            break
        threading.Event().wait(0.02)
    assert client.take().tolist() == list(range(180 * 300))
    client.stop()
    keeper.join()
    client.close()


def test_ports_in_use_are_reported(echo_fpga, address):
    echo_fpga()
    with pytest.raises(OSError, match="in use"):
        echo_fpga()
