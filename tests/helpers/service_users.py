"""What users of a service do in its tests."""

import urllib.request

import stadls
from halco import BarrierOnFPGA, CapMemCellOnDLS, iter_all
from haldls import Barrier, CapMemCell

CELLS = list(iter_all(CapMemCellOnDLS))[:3]


def initialise(connection):
    builder, _ = stadls.generate(stadls.SystemInit(connection.hwdb_entry))
    stadls.run(connection, [builder.done()])


def write(connection, value):
    builder = stadls.PlaybackProgramBuilder()
    for cell in CELLS:
        builder.write(cell, CapMemCell(value))
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    stadls.run(connection, [builder.done()])


def read(connection):
    builder = stadls.PlaybackProgramBuilder()
    tickets = [builder.read(cell) for cell in CELLS]
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    stadls.run(connection, [builder.done()])
    return [int(ticket.get().value) for ticket in tickets]


def page(running, path):
    return fetched(running.service.port, path)


def fetched(port, path):
    """A page of a service on this machine."""
    return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).read().decode()
