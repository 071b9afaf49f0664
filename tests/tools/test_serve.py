"""`hicannx serve` as a process."""

import os
import signal
import subprocess
import sys

import pytest

from fisch.arq import ARQConnection
from fisch.database import Database
from hicannx.cli import main
from hicannx_sim.setup.serve import System

HALT = 0x0A << 56


@pytest.fixture
def process(address):
    """Starts the command with some arguments; gives the process and its first lines up to the list of addresses."""
    started = []

    def start(*arguments):
        command = [sys.executable, "-m", "hicannx", "serve", "--address", address, *arguments]
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ))
        lines = []
        while not lines or not (lines[-1] == "" or lines[-1].startswith("SLURM")):
            lines.append(started[-1].stdout.readline())
        return started[-1], lines

    yield start
    for each in started:
        each.kill()
        each.communicate()


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
def test_serves_until_a_signal(process, address, tmp_path, number, status):
    hwdb = tmp_path / "hwdb.yaml"
    server, lines = process("7", "0x10", "--mode", "ideal", "--seed", "3", "--write-hwdb", str(hwdb))
    first = address.rsplit(".", 1)
    ips = [address, f"{first[0]}.{int(first[1]) + 1}"]
    assert lines[-1].strip() == f"SLURM_FPGA_IPS={','.join(ips)}"
    assert lines[0].strip() == f"chip 7 at {address}, data port 1234, reset port 45054"
    with ARQConnection(ips[1]) as connection:
        assert connection.identifier == "hxcube0fpga1chip16_1" and connection.execute([HALT]).tolist() == [2 << 56]
    database = Database()
    database.load(hwdb)
    assert {n: fpga.ip for n, fpga in database.get_hxcube_setup_entry(0).fpgas.items()} == dict(enumerate(ips))
    server.send_signal(number)
    output, errors = server.communicate(timeout=10)
    assert (server.returncode, output) == (status, "") and "Traceback" not in errors


def test_a_signal_ends_a_run(process, address):
    server, _ = process()
    connection = ARQConnection(address, run_timeout=0.3, connect_timeout=0.1)
    writes = {0x88000009: 0xFFFFFFFF, 0x88000006: 0x80000000, 0x88000007: 1, 0x88000008: 0xFFFFFFFF}  # no timeout; poll what never comes
    forever = [word for where, data in writes.items() for word in (0x0B0000_0F << 32 | where, 0x0C << 56 | data)] + [8 << 56 | 1, HALT]
    with pytest.raises(RuntimeError, match="no end of the program"):
        connection.execute(forever)
    server.send_signal(signal.SIGTERM)
    assert server.wait(10) == 0
    connection.close()


@pytest.mark.parametrize(
    "arguments, text",
    [
        (["--address", "0.0.0.0"], "add --public"),
        (["--address", "192.0.2.1", "--public"], "cannot listen at 192.0.2.1"),
        (["--address", "somewhere"], "'somewhere' is not an IPv4 address"),
        (["1", "2", "--address", "255.255.255.255", "--public"], "--address: '255.255.255.255'"),
        (["--gdb", "65535"], "--gdb: 2 ports are needed, and from 65535 on there are 1"),
        (["--data-port", "9", "--reset-port", "9"], "cannot listen at 127.0.0.1"),
        (["--write-hwdb", "/dev/full"], "No space left"),
        (["--address", "224.0.0.1", "--public"], "224.0.0.1 is the address of many"),
    ],
)
def test_what_cannot_be_served_is_explained(arguments, text, capsys):
    assert main(["serve", *arguments]) == 1
    assert text in capsys.readouterr().err


def test_addresses_in_use(serve, address, capsys):
    serve(System())
    assert main(["serve", "--address", address]) == 1
    assert f"cannot listen at {address}" in capsys.readouterr().err
