"""Running programs on the PPUs; also as a command: `python -m dlens_vx_v3.tools.run_ppu_program PROGRAM [--wait CYCLES] [--ppu_id 0|1]`."""

import argparse
from collections.abc import Sequence

from dlens_vx_v3 import halco, hxcomm, sta
from hicannx.ppu.host import PPUTimeoutError, load_and_start_program, stop_program, wait_until_ppu_finished

__all__ = ["PPUTimeoutError", "load_and_start_program", "stop_program", "wait_until_ppu_finished"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Initialises a chip and runs a program on it. Raises RuntimeError if it returns anything but 0."""
    parser = argparse.ArgumentParser(prog="run_ppu_program", description="Runs a PPU program.")
    parser.add_argument("program", help="linked program (ELF)")
    parser.add_argument("--wait", type=int, default=10_000_000, help="FPGA cycles that the program may take (%(default)s)")
    parser.add_argument("--ppu_id", type=int, default=0, help="0 top, 1 bottom")
    chosen = parser.parse_args(arguments)
    ppu = halco.PPUOnDLS(chosen.ppu_id)
    with hxcomm.ManagedConnection() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, [builder.done()])
        load_and_start_program(connection, chosen.program, ppu)
        wait_until_ppu_finished(connection, chosen.wait, ppu)
        code = stop_program(connection, ppu=ppu)
    if code != 0:
        raise RuntimeError(f"the PPU program {chosen.program} returned {code}")


if __name__ == "__main__":
    main()
