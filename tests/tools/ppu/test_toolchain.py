"""Building: options, sizes, and what is said about programs that cannot be built."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from haldls.lola import PPUElfFile, PPUProgram
from hicannx.ppu import BuildError, Compiler, CompilerNotFoundError, Program, build, find_compiler

Make = Callable[..., Program]


def test_several_files_options_and_symbols(tmp_path: Path, gcc: Compiler) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "shared.h").write_text("extern int shared[SIZE];")
    (tmp_path / "one.c").write_text('#include <ppu.h>\n#include "shared.h"\nint main(void) { return shared[SIZE - 1]; }')
    (tmp_path / "two.c").write_text('#include "shared.h"\nint shared[SIZE] = {1};')
    options = [f"-I{tmp_path / 'sub'}", "-DSIZE=7"]
    program = build([tmp_path / "one.c", tmp_path / "two.c"], tmp_path / "out.elf", options=options, compiler=gcc)
    symbols = PPUElfFile(program.path).read_symbols()
    assert program.path == tmp_path / "out.elf"
    assert symbols["shared"].coordinate.length() == 7 and symbols["main"].type is PPUProgram.Symbol.Type.function
    assert program.sizes["internal"] < 1000


def test_output_stands_beside_the_source(make: Make, gcc: Compiler) -> None:
    program = make("int main(void) { return 0; }", gcc)
    assert program.path.name == "program.elf" and program.path.is_file()


def test_remarks_of_the_compiler_are_kept(tmp_path: Path, gcc: Compiler) -> None:
    source = tmp_path / "program.c"
    source.write_text("int main(void) { int unused; return 0; }")
    assert "unused" in build(source, compiler=gcc).messages


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int main(void) { return nothing; }", "nothing"),
        ("int main(void) { return missing(); } int missing(void);", "missing"),
        ("int start(void) { return 0; }", "main"),
        ("static volatile char big[13000]; int main(void) { return big[ppu_time() & 1023]; }", "region|room for its stack"),
        ("static volatile char big[0x2d00]; int main(void) { return big[ppu_time() & 1023]; }", "no room for its stack"),
        ("volatile int big[40000] PPU_EXTERNAL_DATA = {1}; int main(void) { return big[ppu_time() & 1023]; }", "external_data"),
    ],
)
def test_programs_that_cannot_be_built(text: str, message: str, tmp_path: Path, gcc: Compiler) -> None:
    source = tmp_path / "program.c"
    source.write_text(f"#include <ppu.h>\n{text}")
    with pytest.raises(BuildError, match=message) as caught:
        build(source, compiler=gcc)
    assert str(source) in str(caught.value)


def test_floating_point_is_refused(make: Make, gcc: Compiler) -> None:
    """The compiler's library needs a unit that the core does not have, which the linker says."""
    with pytest.raises(BuildError, match="float"):
        make("volatile double x = 1.5; int main(void) { x = x * 7; return (int)(x * 100); }", gcc)


def test_missing_sources(tmp_path: Path, gcc: Compiler) -> None:
    with pytest.raises(BuildError, match=r"no source file .*nowhere\.c"):
        build(tmp_path / "nowhere.c", compiler=gcc)
    with pytest.raises(BuildError, match="no source file"):
        build([], compiler=gcc)


def test_no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HICANNX_PPU_CC", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(CompilerNotFoundError, match=r"apt install gcc-powerpc-linux-gnu.*HICANNX_PPU_CC"):
        find_compiler()
    with pytest.raises(CompilerNotFoundError, match="'some-gcc -x'"):
        find_compiler("some-gcc -x")


def test_a_clang_is_refused(tmp_path: Path) -> None:
    """Its shifts of 64 bits go wrong on the core, without a word that could be found."""
    pretended = tmp_path / "powerpc-cc"
    pretended.write_text("#!/bin/sh\necho 'clang version 20.1.0'\n")
    pretended.chmod(0o755)
    with pytest.raises(CompilerNotFoundError, match="is a clang"):
        find_compiler(str(pretended))
