"""What somebody in a class runs: nothing in it says where the chip is. Prints what was written to and read from it."""

import sys

from dlens_vx_v3 import hal, halco, hxcomm, sta

CELLS = list(halco.iter_all(halco.CapMemCellOnDLS))[:5]


def main(number: int) -> None:
    found = []
    with hxcomm.ManagedConnection() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, builder.done())
        for repetition in range(3):
            builder = sta.PlaybackProgramBuilder()
            for cell in CELLS:
                builder.write(cell, hal.CapMemCell(hal.CapMemCell.Value(10 * number + repetition)))
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
            sta.run(connection, builder.done())
            builder = sta.PlaybackProgramBuilder()
            tickets = [builder.read(cell) for cell in CELLS]
            builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
            sta.run(connection, builder.done())
            found.append(sorted({int(ticket.get().value) for ticket in tickets}))
    print(found)


if __name__ == "__main__":
    main(int(sys.argv[1]))
