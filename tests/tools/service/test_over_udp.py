"""FPGAs that a service reaches over UDP, for which served chips stand here; and that nothing which comes over a network is code."""

import ast
import os
from pathlib import Path

import pytest
from service_users import CELLS, initialise, read, write

import stadls
from fisch.errors import ConnectionFailedError
from halco import BarrierOnFPGA
from haldls import Barrier, CapMemCell
from hicannx_sim import ModelConnection, System, VirtualChip
from hicannx_sim.setup.serve import ServedChip

ROOT = Path(__file__).parents[3]
REACHED = ("fisch/arq", "fisch/service", "tools/hicannx/service", "tools/hicannx/clusters", "sim/setup", "fisch/decoder.pyx")
CODE = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "joblib"}


@pytest.fixture
def fpgas():
    """Addresses of two, which end with the test."""
    ips = [f"127.{192 + os.getpid() % 63}.{os.getpid() // 63 % 256}.{100 + number}" for number in range(2)]
    served = [ServedChip(ip, System(VirtualChip(serial))) for ip, serial in zip(ips, (7, 8), strict=True)]
    for chip in served:
        chip.start()
    yield ips
    for chip in served:
        chip.stop()


def test_fpgas_are_shared_over_udp(serve, fpgas):
    """Each user gets one of them as it was left, and what an entry of the stack sets when somebody else had it before."""
    running = serve(fpgas=fpgas)
    with running.connect("ann") as ann, running.connect("bob") as bob, running.connect("cid") as cid:
        identifiers = [one.identifier for one in (ann, bob, cid)]
        assert set(identifiers) == {ModelConnection(serial).identifier for serial in (7, 8)}
        same = [one for one in (ann, bob, cid) if identifiers.count(one.identifier) == 2]
        initialise(same[0])
        write(same[0], 5)
        assert read(same[1]) == [5] * 3, "as the other has left it"
        builder = stadls.PlaybackProgramBuilder()
        for cell in CELLS:
            builder.write(cell, CapMemCell(200))
        builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
        stadls.ReinitStackEntry(same[1]).set([builder.done()], None, False)
        write(same[0], 6)
        assert read(same[1]) == [200] * 3
        alone = next(one for one in (ann, bob, cid) if one not in same)
        initialise(alone)
        assert read(alone) == [0] * 3


def test_an_fpga_that_is_not_there_is_told(serve):
    running = serve(fpgas=[f"127.{192 + os.getpid() % 63}.{os.getpid() // 63 % 256}.199"])
    with pytest.raises(ConnectionFailedError, match=r"127\."):
        running.connect()


def test_nothing_from_a_network_is_unpickled():
    """Modules that take bytes from others import nothing that makes code of them, and take bytes from pipes, not objects."""
    files = [file for place in REACHED for file in ([ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*.py*"))]
    sources = [file for file in files if file.suffix in (".py", ".pyx")]
    assert len(sources) > 30
    for file in sources:
        text = file.read_text()
        if file.suffix == ".pyx":
            assert not any(f"import {name}" in text for name in CODE), file
            continue
        for node in ast.walk(ast.parse(text)):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else [getattr(node, "module", None)]
            assert not CODE & {str(name).partition(".")[0] for name in names if isinstance(node, ast.Import | ast.ImportFrom)}, file
        assert "pipe.recv()" not in text and "allow_pickle=True" not in text, file
