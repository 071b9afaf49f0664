"""`hicannx ppu`: building, checking, listing."""

from pathlib import Path

import pytest

from hicannx.cli import main
from hicannx.ppu import Compiler


@pytest.fixture
def source(tmp_path: Path, gcc: Compiler, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HICANNX_PPU_CC", gcc.command[0])
    file = tmp_path / "program.c"
    file.write_text('#include <ppu.h>\n#include "more.h"\nint main(void) { ppu_print("hello"); BAD; return CODE; }')
    (tmp_path / "more.h").write_text("#ifndef BAD\n#define BAD\n#endif\n")
    return file


def test_build_check_and_disassemble(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = source.with_name("out.elf")
    assert main(["ppu", "build", str(source), "-o", str(target), "-O", "s", "-D", "CODE=3", "-I", str(source.parent)]) == 0
    assert capsys.readouterr().out.startswith(f"{target}: ")
    assert main(["ppu", "check", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["ppu", "disassemble", str(target), "--function", "main"]) == 0
    assert "addi 3,0,3" in capsys.readouterr().out


def test_bad_instructions_are_told_when_building(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ppu", "build", str(source), "-D", "CODE=0", "-D", 'BAD=__asm__("sc")']) == 1
    captured = capsys.readouterr()
    assert "warning: 0x" in captured.err and "sc (0x44000002)" in captured.err and "bytes internal" in captured.out
    assert main(["ppu", "check", str(source.with_suffix(".elf"))]) == 1
    assert "sc (0x44000002)" in capsys.readouterr().out


def test_errors_take_no_traceback(source: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, text in [
        (["build", str(source)], "CODE"),
        (["build", "nowhere.c"], "no source file nowhere.c"),
        (["check", str(source)], "is not a program for the PPU: not an ELF file"),
        (["disassemble", "nowhere.elf"], "No such file"),
        (["run", str(source)], "not an ELF file"),
    ]:
        assert main(["ppu", *arguments]) == 1
        captured = capsys.readouterr()
        assert captured.err.startswith("hicannx: ") and text in captured.err and captured.out == ""
