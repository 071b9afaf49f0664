"""The checker finds what the core does not have, where it is, and what to do about it; the listing shows the rest."""

from collections.abc import Callable
from pathlib import Path

import pytest

from haldls.lola import PPUProgramError
from haldls.ppu_toolchain.isa import SPECIAL_REGISTERS
from hicannx.ppu import Code, Compiler, Kind, build, check, find_compiler, listing
from hicannx_sim.ppu import Core

Build = Callable[[str], Path]


@pytest.fixture
def assembled(tmp_path: Path, gcc: Compiler) -> Build:
    """Builds `main` out of lines of assembler."""

    def assembled(lines: str) -> Path:
        statements = "\n".join(f'"{line}\\n"' for line in lines.splitlines())
        source = tmp_path / "program.c"
        source.write_text(f"#include <ppu.h>\nint main(void) {{ __asm__ volatile(\n{statements}); return 0; }}\n")
        return build(source, compiler=gcc, options=["-Wa,-many"]).path

    return assembled


MISSING = [
    ("lwbrx 3,4,5", "lwbrx (0x7c642c2c)", "bytes"),
    ("isync", "isync (0x4c00012c)", "ppu_sync"),
    ("lfd 1,0(3)", "lfd (0xc8230000)", "-msoft-float"),
    ("isel 3,4,5,2", "isel (0x7c64289e)", "-mno-isel"),
    ("lwarx 3,0,4", "lwarx (0x7c602028)", "interrupts"),
    (".long 0x7c6c42e6", "mftb (0x7c6c42e6)", "ppu_time"),
    ("sc", "sc (0x44000002)", "system call"),
    ("dcbz 0,3", "dcbz (0x7c001fec)", "cache"),
    ("fadd 1,2,3", ".long 0xfc22182a", "-msoft-float"),
    (".long 0x1000000a", ".long 0x1000000a", "vector"),
]


@pytest.mark.parametrize(("line", "text", "advice"), MISSING)
def test_instructions_that_are_missing(line: str, text: str, advice: str, assembled: Build) -> None:
    program = assembled(f"nop\n{line}")
    (finding,) = check(program)
    (main,) = (symbol for symbol in Code(program).symbols if symbol.name == "main")
    assert finding.kind is Kind.missing and finding.harmful
    assert finding.text == text and advice in finding.advice
    assert finding.address == main.address + 4 and finding.place == f"{finding.address:#x} (main+0x4)"
    assert str(finding) == f"{finding.place}: {text}: the core does not have it and passes over it; {finding.advice}"


def test_what_the_core_names_undecoded_is_what_the_checker_finds(assembled: Build) -> None:
    lines = "\n".join(line for line, *_ in MISSING)
    program = assembled(lines)
    core, found = Core(), check(program)
    core.load_image(Code(program).sections[0])
    core.pc = found[0].address
    core.run(1000, instructions=len(MISSING))
    assert core.undecoded() == [finding.address for finding in found] and len(found) == len(MISSING)


def test_registers_that_are_missing_and_what_differs(assembled: Build) -> None:
    found = check(assembled("mfspr 3,268\nmtspr 272,3\nmfspr 3,284\nlha 3,-2(4)\nlha 3,2(4)\n.long 0x7c20007c\n.long 0"))
    kinds = [finding.kind for finding in found]
    assert kinds == [Kind.register, Kind.register, Kind.differs, Kind.differs]
    assert [finding.harmful for finding in found] == [True, True, False, False]
    assert "ppu_wait" in found[3].advice and "registers.h" in found[0].advice


def test_special_registers_are_those_of_the_core() -> None:
    """What is written and read back, or read with a value of its own, exists."""
    core = Core()
    core.run(10)
    for number in range(1024):
        core.set_spr(number, 0xFFFFFFFF)
    kept = {number for number in range(1024) if core.spr(number)}
    assert kept - set(SPECIAL_REGISTERS.values()) == set()
    assert set(SPECIAL_REGISTERS.values()) - kept == {65, 68, 336}  # inputs, write-only, written bits clear it


def test_a_clean_program_is_silent_at_all_optimisations(tmp_path: Path, gcc: Compiler) -> None:
    source = tmp_path / "program.c"
    source.write_text(
        """#include <ppu.h>
        static uint64_t power(uint64_t x, int n) { uint64_t r = 1; while (n--) r = r * x % 1000000007u; return r; }
        static int16_t table[8] = {1, -2, 3};
        int main(void) { ppu_print_int((int)(power(ppu_time(), 9) >> 3) / 7 + table[ppu_time() & 7]); return 0; }"""
    )
    for optimise in "02s":
        assert [finding for finding in build(source, compiler=gcc, optimise=optimise).findings if finding.harmful] == []


def test_listing(tmp_path: Path, gcc: Compiler) -> None:
    source = tmp_path / "program.c"
    source.write_text('#include <ppu.h>\nint main(void) { fxvaddbfs(1, 2, 3, PPU_GT); ppu_print("a"); return 0; }')
    program = build(source, compiler=gcc)
    lines = list(listing(program.path, "main"))
    assert lines[:1] == ["\nmain:"] and any(line.endswith("fxvaddbfs 1,2,3,1") for line in lines)
    assert any("# (ppu_print)" in line for line in lines)
    whole = list(listing(program.path))
    assert whole[0] == "\nppu_start:" and whole[1].startswith("       0  48000034  b 0x34") and set(lines) <= set(whole)
    with pytest.raises(PPUProgramError, match=r"no function nowhere; it has .*main"):
        list(listing(program.path, "nowhere"))


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("text")
    for look in (check, Code, lambda file: list(listing(file))):
        with pytest.raises(PPUProgramError, match="not an ELF file"):
            look(tmp_path / "text")


def test_compilers_by_name(monkeypatch: pytest.MonkeyPatch, gcc: Compiler) -> None:
    assert find_compiler("powerpc-linux-gnu-gcc -mcpu=603") == Compiler(("powerpc-linux-gnu-gcc", "-mcpu=603"))
    monkeypatch.setenv("HICANNX_PPU_CC", "powerpc-linux-gnu-gcc -v")
    assert find_compiler() == Compiler(("powerpc-linux-gnu-gcc", "-v")) and find_compiler("powerpc-linux-gnu-gcc") == gcc
