"""Hello: a program on each of the two PPUs writes a line into its mailbox."""

from pathlib import Path

from dlens_vx_v3 import halco, hxcomm, sta
from dlens_vx_v3.tools.run_ppu_program import load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx import ppu


def main():
    program = ppu.build(Path(__file__).with_suffix(".c"), "hello.elf")
    with hxcomm.ManagedConnection() as connection:
        builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
        sta.run(connection, [builder.done()])
        for place in halco.iter_all(halco.PPUOnDLS):
            load_and_start_program(connection, str(program.path), place)
            wait_until_ppu_finished(connection, timeout=100_000, ppu=place)
            code = stop_program(connection, ppu=place)  # prints the mailbox
            print(f"return code {code}\n")


if __name__ == "__main__":
    main()
