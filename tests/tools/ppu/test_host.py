"""Running programs on the chip: results, what they left behind, and what is said when they go wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from elftools.elf.elffile import ELFFile

import hicannx
from halco import (
    PPUControlRegisterOnDLS,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUOnDLS,
    SynapseRowOnDLS,
    SynapseRowOnSynram,
    SynramOnDLS,
)
from haldls import PPUControlRegister
from haldls.lola import PPUProgramError, SynapseRow
from hicannx import ppu
from hicannx.cli import main
from hicannx.errors import HicannxError
from hicannx.ppu import Compiler, PPUTimeoutError, Program, Result
from hicannx.ppu.host import load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx_sim import ModelConnection
from hicannx_sim.setup.serve import ServedChip
from pyhxcomm_vx import ManagedConnection
from stadls import PlaybackProgramBuilder, SystemInit, generate, run

Make = Callable[..., Program]


@pytest.fixture
def connection() -> Iterator[Any]:
    with hicannx.connect(mode="ideal") as connection:
        initialise(connection)
        yield connection


def initialise(connection: Any) -> None:
    builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
    run(connection, [builder.done()])


@pytest.mark.parametrize("place", [PPUOnDLS.top, PPUOnDLS.bottom])
def test_a_program_and_its_result(place: PPUOnDLS, connection: Any, make: Make, gcc: Compiler) -> None:
    program = make('int main(void) { ppu_print("here"); return -3 + ppu_hemisphere(); }', gcc)
    assert ppu.run(connection, program.path, place) == Result(-3 + int(place), "here")


def test_program_of_the_manual(connection: Any, tmp_path: Path, gcc: Compiler) -> None:
    manual = (Path(__file__).parents[3] / "docs" / "ppu.md").read_text(encoding="utf-8")
    source, row = tmp_path / "more.c", SynapseRowOnDLS(SynapseRowOnSynram(17), SynramOnDLS.bottom)
    source.write_text(manual.split("```c\n")[1].split("```")[0])
    builder, weights = PlaybackProgramBuilder(), SynapseRow()
    weights.weights.from_numpy(np.arange(256) % 60)
    builder.write(row, weights)
    run(connection, [builder.done()])
    assert ppu.run(connection, ppu.build(source, compiler=gcc).path, PPUOnDLS.bottom) == Result(0, "one more\n")
    ticket = builder.read(row)
    run(connection, [builder.done()])
    assert (ticket.get().weights.to_numpy() == np.arange(256) % 60 + (np.arange(256) % 2 == 0)).all()


def test_programs_after_each_other_start_afresh(connection: Any, make: Make, gcc: Compiler) -> None:
    program = make('static int count; int main(void) { ppu_print("x"); return ++count; }', gcc)
    assert [ppu.run(connection, program.path) for _ in range(2)] == [Result(1, "x")] * 2


def test_a_program_that_is_started_again_keeps_its_variables(connection: Any, make: Make, gcc: Compiler) -> None:
    program = make('static int count; int main(void) { ppu_print("text"); return ++count; }', gcc)
    assert ppu.run(connection, program.path) == Result(1, "text")
    builder = PlaybackProgramBuilder()
    builder.write(PPUControlRegisterOnDLS.top, PPUControlRegister(inhibit_reset=True))
    run(connection, [builder.done()])
    wait_until_ppu_finished(connection, 10_000)
    builder = PlaybackProgramBuilder()
    mailbox = builder.read(PPUMemoryBlockOnDLS(PPUMemoryBlockOnPPU.mailbox, PPUOnDLS.top))
    run(connection, [builder.done()])
    assert mailbox.get().to_string() == "text"
    assert stop_program(connection, print_mailbox=False) == 2


RUNAWAY = """
__attribute__((noinline)) static void forever(void) { for (;;) ppu_sync(); }
int main(void) { ppu_print("before"); forever(); return 0; }
"""


def test_a_program_that_runs_away(connection: Any, make: Make, gcc: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    program = make(RUNAWAY, gcc)
    load_and_start_program(connection, program.path, PPUOnDLS.bottom)
    text = r"PPU bottom did not finish within 20000 FPGA cycles; it is at 0x[0-9a-f]+ \(forever(\+0x[0-9a-f]+)?\)"
    with pytest.raises(PPUTimeoutError, match=text):
        wait_until_ppu_finished(connection, 20_000, PPUOnDLS.bottom)
    stop_program(connection, ppu=PPUOnDLS.bottom)
    assert capsys.readouterr().out == "before\n"
    assert ppu.run(connection, make("int main(void) { return 5; }", gcc).path, PPUOnDLS.bottom).return_code == 5


def test_the_program_counter_stays_on_the_chip_over_a_link(make: Make, gcc: Compiler, monkeypatch: pytest.MonkeyPatch) -> None:
    chip = ServedChip("127.191.7.1", ModelConnection().system)
    chip.start()
    try:
        monkeypatch.setenv("SLURM_FPGA_IPS", "127.191.7.1")
        with ManagedConnection() as connection:
            initialise(connection)
            with pytest.raises(PPUTimeoutError, match="within 5000 FPGA cycles; where it is cannot be read over this connection"):
                ppu.run(connection, make(RUNAWAY, gcc).path, timeout=5000)
    finally:
        chip.stop()


def test_a_wait_without_limit_ends_with_the_program(connection: Any, make: Make, gcc: Compiler) -> None:
    program = make("int main(void) { ppu_delay(1000000); return (int)(ppu_time() / 1000000); }", gcc)
    assert ppu.run(connection, program.path, timeout=None).return_code == 1
    load_and_start_program(connection, program.path)
    with pytest.raises(PPUTimeoutError):
        wait_until_ppu_finished(connection, 100_000)


def test_the_last_look_is_at_the_time_out(connection: Any, make: Make, gcc: Compiler) -> None:
    """A program that takes 1500 FPGA cycles and some more ends in time or not."""
    program = make("int main(void) { ppu_delay(3000); return 0; }", gcc)
    assert ppu.run(connection, program.path, timeout=1800).return_code == 0
    with pytest.raises(PPUTimeoutError, match="within 1400 FPGA cycles"):
        ppu.run(connection, program.path, timeout=1400)


def test_interrupts_without_handler_are_told(connection: Any, make: Make, gcc: Compiler) -> None:
    program = make("int main(void) { return *(volatile int *)(uintptr_t)(ppu_time() | 2); }", gcc)
    result = ppu.run(connection, program.path)
    assert result.return_code == 0x15E00018
    assert result.failure is not None and result.failure.startswith("alignment interrupt at 0x") and "(main+0x" in result.failure


def test_files_that_are_no_programs(connection: Any, tmp_path: Path) -> None:
    other = b"\x7fELF\x02\x01\x01" + bytes(9) + bytes.fromhex("02003e0001000000") + bytes(40)
    for content, text in [(b"", "not an ELF file"), (None, "No such file"), (other, "64-bit little-endian code for EM_X86_64")]:
        file = tmp_path / "program"
        file.unlink(missing_ok=True)
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(PPUProgramError, match=text):
            load_and_start_program(connection, file)


def field(program: Program, section: str, offset: int) -> int:
    """Where a field of a section's header stands in the file."""
    with program.path.open("rb") as stream:
        elf = ELFFile(stream)
        return int(elf["e_shoff"] + elf.get_section_index(section) * elf["e_shentsize"] + offset)


@pytest.mark.parametrize(
    ("section", "offset", "value", "text"),
    [
        (None, 18, "0028", "code for EM_ARM, not 32-bit big-endian code for EM_PPC"),
        (None, 48, "0000", "damaged|no section"),
        (".text", 20, "00005000", r"section \.text .* is too large: it ends at byte 20480 of 16384"),
        (".bss", 12, "00003ff0", r"section \.bss .* is too large"),
        (".text", 4, "00000004", "no section for the PPU's own memory|damaged|cut off"),
    ],
    ids=["machine", "no sections", "large code", "far variables", "not code"],
)
def test_programs_that_were_damaged(
    section: str | None, offset: int, value: str, text: str, connection: Any, make: Make, gcc: Compiler
) -> None:
    program = make("static volatile int many[50]; int main(void) { return many[3]; }", gcc)
    data = bytearray(program.path.read_bytes())
    at = offset if section is None else field(program, section, offset)
    data[at : at + len(value) // 2] = bytes.fromhex(value)
    program.path.write_bytes(data)
    with pytest.raises(PPUProgramError, match=text):
        ppu.run(connection, program.path)


def test_command(make: Make, gcc: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    program = make('int main(void) { ppu_print("in the mailbox"); return 7 * ppu_hemisphere(); }', gcc)
    assert main(["ppu", "run", str(program.path)]) == 0
    assert capsys.readouterr().out == "in the mailbox\nreturn code 0\n"
    assert main(["ppu", "run", str(program.path), "--ppu", "bottom"]) == 7
    assert capsys.readouterr().out == "in the mailbox\nreturn code 7\n"
    assert main(["ppu", "run", str(make(RUNAWAY, gcc).path), "--timeout", "3000"]) == 1
    assert "hicannx: the program on PPU top did not finish within 3000 FPGA cycles; it is at 0x" in capsys.readouterr().err
    bad = make('int main(void) { __asm__ volatile("tw 31,0,0"); return 0; }', gcc)
    assert main(["ppu", "run", str(bad.path)]) == 1
    assert "ended by: trap interrupt at 0x" in capsys.readouterr().out


@pytest.mark.parametrize("code, status", [(0, 0), (5, 5), (255, 255), (256, 255), (-1, 255)])
def test_the_exit_status_is_the_return_code(code: int, status: int, make: Make, gcc: Compiler, capsys: pytest.CaptureFixture[str]) -> None:
    program = make(f"int main(void) {{ return {code}; }}", gcc)
    assert main(["ppu", "run", str(program.path)]) == status
    assert f"return code {code}" in capsys.readouterr().out


def test_a_negative_time_out_is_refused(connection: Any, make: Make, gcc: Compiler) -> None:
    with pytest.raises(HicannxError, match="-5 FPGA cycles"):
        ppu.run(connection, make("int main(void) { return 0; }", gcc).path, timeout=-5)
