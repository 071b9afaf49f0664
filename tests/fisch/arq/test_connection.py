"""The kind of connection "arq": connecting, checks, errors and what is left after them."""

import os
import signal
import socket
import threading
import time

import numpy as np
import pytest

import fisch
from fisch import ut
from fisch.arq import ARQConnection, Engine, ServerEndpoint, protocol, session

HALT = ut.HALT_WORD
TICK = HALT | 1
ECHO = 2 << 56


@pytest.fixture(autouse=True)
def no_environment(monkeypatch):
    for name in ("HICANNX_HWDB", "SLURM_HWDB_YAML", "HICANNX_RUN_TIMEOUT"):
        monkeypatch.delenv(name, raising=False)


def test_programs_run(echo_fpga, address):
    echo_fpga()
    with ARQConnection(address) as connection:
        assert connection.execute([HALT]).tolist() == [ECHO]
        assert connection.execute([TICK, HALT, TICK, HALT]).tolist() == [ECHO | 1, ECHO, ECHO | 1, ECHO], "every halt is waited for"
        long = np.full(300_000, TICK, np.uint64)
        assert len(connection.execute([*long, HALT])) == 300_001
        assert connection.kind == "arq" and connection.supported_targets == {fisch.Target.hardware} and connection.repo_state == ""
        assert 0 < connection.time_info.commit_duration.total_seconds() < connection.time_info.execution_duration.total_seconds()
        with pytest.raises(fisch.ProgramError, match="without halt"):
            connection.execute([TICK])
        assert connection.execute([HALT]).tolist() == [ECHO]


def test_an_endpoint_can_be_taken_once(echo_fpga, address):
    echo_fpga()
    text = r"^Trying to construct Connection to already connected endpoint\."
    with ARQConnection(address), pytest.raises(fisch.ConnectionFailedError, match=text):
        ARQConnection(address)
    ARQConnection(address).close()


def test_other_ports(echo_fpga, address):
    info = "version: 1\ncompatible_until: 0\nhwdb: {hxcube_id: 0, fpgas: []}"
    endpoint = ServerEndpoint(Engine(echo_loopback=True), address, 0, 0, info=info)
    thread = threading.Thread(target=endpoint.run)
    thread.start()
    try:
        with pytest.raises(fisch.HwdbError, match="has no FPGA"):
            ARQConnection(":".join(map(str, (address, *endpoint.ports))))
    finally:
        endpoint.stop()
        thread.join()
        endpoint.close()
    for text in ("127.0.0.1:1", "127.0.0.1:1:2:3", "127.0.0.1:a:b"):
        with pytest.raises(fisch.ConnectionFailedError, match="address:data port:reset port"):
            ARQConnection(text)


# ------------------------------------------------------------------------------------------------------------------ connecting
def test_nobody_there(address):
    begin = time.monotonic()
    with pytest.raises(fisch.ConnectionFailedError, match=r"^HostARQ daemon terminated unexpectedly\. Reason: FPGA reset timeout reached"):
        ARQConnection(address, connect_timeout=0.3)
    assert 0.3 <= time.monotonic() - begin < 1
    with pytest.raises(fisch.ConnectionFailedError, match=f"reset timeout reached .*{address}"):
        ARQConnection(address, connect_timeout=0.1)  # the endpoint is free again


@pytest.mark.parametrize("ip", ["no such place.invalid", "300.1.1.1"])
def test_no_way(ip):
    with pytest.raises(fisch.ConnectionFailedError, match="no way to the FPGA"):
        ARQConnection(ip, connect_timeout=0.1)


def test_lost_resets_are_repeated(echo_fpga, address):
    """The FPGA is switched on while the host tries to connect."""
    threading.Timer(0.3, echo_fpga).start()
    with ARQConnection(address) as connection:
        assert connection.execute([HALT]).tolist() == [ECHO]


@pytest.mark.parametrize(
    "info, text",
    [
        ("", "^Bitfile info empty"),
        ("just words", "^Cannot find version info in bitfile info"),
        ("version: 1", "^Cannot find version info in bitfile info"),
        ("version: [1\n", "not YAML"),
        ("version: 1\ncompatible_until: 77", r"^Software too old\. Bitfile needs at least 77\. Software only supports 2"),
        ("version: 1\ncompatible_until: 0", r"^Setup not found in hwdb\..*127\."),
        ("version: 1\ncompatible_until: 0\nhwdb: {hxcube_id: no}", "hxcube_id"),
    ],
)
def test_configurations_that_do_not_fit(echo_fpga, address, info, text):
    echo_fpga(info=info)
    with pytest.raises(fisch.FischError, match=text):
        ARQConnection(address)


def test_settings_that_do_not_fit(echo_fpga, address, monkeypatch):
    monkeypatch.setattr(protocol, "_FIXED", (256, 64, 180))
    echo_fpga()
    monkeypatch.setattr(protocol, "_FIXED", (256, 128, 180))
    text = r"^Settings mismatch between Host and FPGA.* 256, 64, 180 there and 256, 128, 180 here"
    with pytest.raises(fisch.ConnectionFailedError, match=text):
        ARQConnection(address)


def test_long_bitfile_info(echo_fpga, address):
    info = "version: 1\ncompatible_until: 0\nhwdb: {hxcube_id: 1, fpgas: [{fpga: 0, ip: x}]}\n" + "# filling\n" * 500
    echo_fpga(info=info)
    with ARQConnection(address) as connection:
        assert connection.bitfile_info == info


def test_no_loopback(echo_fpga, address):
    echo_fpga(echo_loopback=False)
    with pytest.raises(fisch.ConnectionFailedError, match=r"^no loopback packet response after timeout of 400ms"):
        ARQConnection(address, connect_timeout=0.1)


# ------------------------------------------------------------------------------------------------------------------ who is it
def test_identity_from_what_the_fpga_says(echo_fpga, address):
    echo_fpga()
    with ARQConnection(address) as connection:
        assert connection.identifier == "hxcube5fpga3chip9_1" and list(connection.hwdb_entry.fpgas) == [3]


@pytest.fixture
def database(tmp_path, address):
    path = tmp_path / "hwdb.yaml"
    fpgas = f"""
fpgas:
  - {{fpga: 0, ip: 10.0.0.1}}
  - {{fpga: 2, ip: {address}, handwritten_chip_serial: 55, chip_revision: 3}}
"""
    path.write_text(f"hxcube_id: 7{fpgas}---\njboa_id: 4\nfpgas: []\n")
    return path


def test_identity_from_the_hardware_database(echo_fpga, address, database, monkeypatch):
    echo_fpga()
    with ARQConnection(address, str(database)) as connection:
        assert connection.identifier == "hxcube7fpga2chip55_1" and list(connection.hwdb_entry.fpgas) == [2]
    monkeypatch.setenv("HICANNX_HWDB", str(database))
    with ARQConnection(address) as connection:
        assert connection.identifier == "hxcube7fpga2chip55_1"
    monkeypatch.delenv("HICANNX_HWDB")
    monkeypatch.setenv("SLURM_HWDB_YAML", database.read_text().replace("hxcube_id", "jboa_id").replace("jboa_id: 4", "jboa_id: 5"))
    with ARQConnection(address) as connection:
        assert connection.identifier == "jboa7fpga2chip55_1"


def test_the_name_in_another_database(echo_fpga, address, database, tmp_path):
    """Handles name chips as the database at a path does, whatever the connection itself has used."""
    echo_fpga()
    with fisch.ConnectionHandle.of([ARQConnection(address, str(database))]) as handle:
        other = tmp_path / "other.yaml"
        other.write_text(database.read_text().replace("hxcube_id: 7", "hxcube_id: 8"))
        assert handle.get_unique_identifier() == handle.get_unique_identifier(None) == ["hxcube7fpga2chip55_1"]
        assert handle.get_unique_identifier(str(other)) == ["hxcube8fpga2chip55_1"]
        other.write_text("hxcube_id: 7\nfpgas: []\n")
        with pytest.raises(fisch.HwdbError, match=r"Setup not found in hwdb\."):
            handle.get_unique_identifier(str(other))


def test_no_chip(echo_fpga, address, database):
    database.write_text(f"hxcube_id: 7\nfpgas: [{{fpga: 0, ip: {address}}}]\n")
    echo_fpga()
    with ARQConnection(address, str(database)) as connection, pytest.raises(fisch.HwdbError, match=r"^No chip present\."):
        _ = connection.identifier


# ------------------------------------------------------------------------------------------------------------------ environment
def test_the_environment_names_the_fpgas(echo_fpga, address, tmp_path, monkeypatch):
    others = [address, address.rsplit(".", 1)[0] + ".251"]
    fpgas = [echo_fpga(ip) for ip in others]
    environ = {"SLURM_FPGA_IPS": f" {others[0]}, {others[1]},"}
    with fisch.connection_from_environment(environ) as connection:
        assert connection.size == 1 and connection.connections[0].kind == "arq", "without jBOA the first one is used"
        assert [fpga.endpoint.session for fpga in fpgas] == [1, 1]
        assert connection.execute([[HALT]])[0].tolist() == [ECHO]
    path = tmp_path / "jboa.yaml"
    path.write_text("jboa_id: 1\nfpgas:\n" + "".join(f"  - {{fpga: {n}, ip: {ip}}}\n" for n, ip in enumerate(others)))
    with fisch.connection_from_environment({**environ, "HICANNX_HWDB": str(path)}) as connection:
        assert connection.size == 2
        assert [answer.tolist() for answer in connection.execute([[HALT], [TICK, HALT]])] == [[ECHO], [ECHO | 1, ECHO]]


@pytest.mark.parametrize("ips", ["", " , "])
def test_no_address_in_the_environment(ips):
    with pytest.raises(fisch.ConnectionFailedError, match=r"^No FPGA IP found in environment \(SLURM_FPGA_IPS\)\."):
        fisch.connection_from_environment({"SLURM_FPGA_IPS": ips})


def test_all_or_none(echo_fpga, address, monkeypatch):
    echo_fpga()
    monkeypatch.setattr("fisch.arq.connection.CONNECT_TIMEOUT", 0.1)
    with pytest.raises(fisch.ConnectionFailedError, match="does not answer"):
        fisch.connection_from_environment({"SLURM_FPGA_IPS": f"{address},{address}:4:5"})
    ARQConnection(address).close()


# ------------------------------------------------------------------------------------------------------------------ failing runs
def test_a_run_without_end_times_out_and_the_next_one_runs(echo_fpga, address):
    fpga = echo_fpga(silent=[HALT])
    with ARQConnection(address, run_timeout=0.1) as connection:
        with pytest.raises(fisch.RunTimeoutError, match=r"no end of the program after 0\.1 s.*HICANNX_RUN_TIMEOUT"):
            connection.execute([TICK, HALT])
        fpga.silent = []
        assert connection.execute([HALT]).tolist() == [ECHO], "nothing of the run before is left"
        assert fpga.endpoint.session == 2


@pytest.mark.parametrize("text, seconds", [("5", 5.0), ("0", None), ("", 600.0)])
def test_the_time_out_comes_from_the_environment(echo_fpga, address, monkeypatch, text, seconds):
    echo_fpga()
    monkeypatch.setenv("HICANNX_RUN_TIMEOUT", text)
    with ARQConnection(address) as connection:
        assert connection._run_timeout == seconds
    monkeypatch.setenv("HICANNX_RUN_TIMEOUT", "soon")
    with pytest.raises(fisch.ConnectionFailedError, match="HICANNX_RUN_TIMEOUT: 'soon'"):
        ARQConnection(address)


def test_a_dead_fpga_is_noticed(echo_fpga, address, monkeypatch):
    for name, value in (("GIVE_UP", 0.2), ("SILENCE", 0.05), ("CONFIGURATION_TIME", 0.2)):
        monkeypatch.setattr(session, name, value)
    fpga = echo_fpga(silent=[HALT])
    with ARQConnection(address, connect_timeout=0.2) as connection:
        threading.Timer(0.1, fpga.endpoint.stop).start()
        with pytest.raises(fisch.ConnectionLostError, match=r"has not answered for 0"):
            connection.execute([HALT])
        fpga.stop()
        with pytest.raises(fisch.ConnectionFailedError, match="reset timeout"):
            connection.execute([HALT])
        echo_fpga()
        assert connection.execute([HALT]).tolist() == [ECHO]


def test_a_silent_fpga_that_answers_is_not_dead(echo_fpga, address, monkeypatch):
    for name, value in (("GIVE_UP", 0.1), ("SILENCE", 0.02)):
        monkeypatch.setattr(session, name, value)
    fpga = echo_fpga(silent=[HALT])
    with ARQConnection(address) as connection:
        threading.Timer(0.5, lambda: fpga.endpoint.send(1, np.array([ECHO], np.uint64))).start()
        assert connection.execute([HALT]).tolist() == [ECHO]
        assert connection.counters["words_sent"] > 10, "it was asked whether it is there"


def test_something_that_is_no_message(echo_fpga, address):
    echo_fpga(translate=False)
    with ARQConnection(address) as connection:
        with pytest.raises(fisch.WireError, match=r"^Unknown UT message header: 63"):
            connection.execute([0x3F << 56, HALT])
        with pytest.raises(fisch.WireError, match="Unknown UT message header: 62"):
            connection.execute([0x3E << 56, HALT])


def test_an_interrupt_ends_a_run(echo_fpga, address):
    fpga = echo_fpga(silent=[HALT])
    with ARQConnection(address) as connection:
        threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            connection.execute([HALT])
        fpga.silent = []
        assert connection.execute([HALT]).tolist() == [ECHO]


def test_closing_ends_a_run_of_another_thread(echo_fpga, address):
    echo_fpga(silent=[HALT])
    connection = ARQConnection(address)
    threading.Timer(0.1, connection.close).start()
    with pytest.raises(fisch.ConnectionFailedError, match="closed during a run"):
        connection.execute([HALT])
    with pytest.raises(fisch.ConnectionFailedError, match="is closed"):
        connection.execute([HALT])
    connection.close()


def test_closing_says_good_bye(address):
    """The last frame of a host is FLUSH."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as data, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reset:
        data.bind((address, protocol.DATA_PORT))
        reset.bind((address, protocol.RESET_PORT))
        frames = []

        def fpga():
            _, host = reset.recvfrom(10)
            words = protocol.configuration_frames("version: 1\ncompatible_until: 0\nhwdb: {hxcube_id: 0, fpgas: [{fpga: 0, ip: x}]}")[0]
            data.sendto(b"\0\0\0\xff\0\0\0\0\x80\x02" + len(words).to_bytes(2, "big") + np.array(words, ">u8").tobytes(), host)
            while not frames or frames[-1][8:10] != b"\x80\x00":
                frame, host = data.recvfrom(2000)
                if len(frame) > 4:
                    frames.append(frame)
                    data.sendto(frame[4:8], host)
                if frame[8:10] == b"\x80\x01":
                    data.sendto(frame[4:8] + b"\0\0\0\1" + frame[8:], host)

        thread = threading.Thread(target=fpga)
        thread.start()
        ARQConnection(address).close()
        thread.join(5)
        assert not thread.is_alive()
    assert [frame[8:10].hex() for frame in frames] == ["8001", "8000"]
    assert frames[1][4:] == bytes.fromhex("00000001 8000 0001 0000000000000000")
