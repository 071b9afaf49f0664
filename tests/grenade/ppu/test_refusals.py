"""Kernels that do not become programs: a typed error that says which rule, what it is, and what the compiler said."""

from pathlib import Path

import pytest
from ppu_rules import HEADERS, MS, TOP, rule

from grenade.ppu import Array, KernelError, RawRecording, Rule, SynapseView, TimedRecording, Timer, program
from grenade.ppu.compile import cache_folder
from grenade.ppu.program import made_by_rules
from haldls.ppu_toolchain import CompilerNotFoundError

VIEW = (SynapseView(TOP, (0,), (0,)),)
HEAD = "void PLASTICITY_RULE_KERNEL(std::array<SynapseArrayViewHandle, {}>& synapses, std::array<NeuronViewHandle, 0>&)"

REFUSED = {
    "header": (
        '#include "libnux/vx/uart.h"\n' + HEADERS + HEAD.format(1) + "{}",
        "includes <libnux/vx/uart.h>, which is not among the headers",
    ),
    "type": (HEADERS + HEAD.format(1) + "{ __vector uint8_t a; }", "uses __vector of the original's compiler: use a Vector or VectorRow"),
    "assembler": (
        HEADERS + HEAD.format(1) + '{ int a; asm volatile("fxvsplatb %0, 1" : "=qv"(a)); }',
        "assembler text with vector registers",
    ),
    "name": (HEADERS + HEAD.format(1) + "{ synapses[0].set_labels(3); }", "uses a member set_labels, which is not known here"),
    "function": (HEADERS + HEAD.format(1) + "{ draw_gamma(3); }", "uses draw_gamma, which is not known here"),
    "views": (HEADERS + HEAD.format(2) + "{}", "takes another number of SynapseArrayViewHandles than the rule has views"),
    "syntax": (HEADERS + HEAD.format(1) + "{ int 3; }", "does not compile"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_kernels_that_do_not_compile(case: str) -> None:
    kernel, said = REFUSED[case]
    with pytest.raises(KernelError, match="kernel of plasticity rule 7 does not compile") as caught:
        program([Rule(kernel, Timer(0, MS, 1), VIEW, id=7)])
    assert said in str(caught.value) and caught.value.rule == 7
    assert "plasticity rule 7:" in str(caught.value), "the compiler names the line of the kernel"


def test_what_is_nowhere_defined() -> None:
    with pytest.raises(KernelError, match=r"do not become a program: it uses mystery\(int\), which is declared but is not defined here"):
        program([rule("mystery(3);", None, before="void mystery(int);")])


def test_what_two_kernels_define() -> None:
    with pytest.raises(KernelError, match=r"(?s)several of them define calls, .* give it another name.*plasticity rule 1:"):
        program([rule("", None, before="volatile uint32_t calls;", number=number) for number in (0, 1)])


def test_text_without_a_kernel() -> None:
    with pytest.raises(KernelError, match="kernel of plasticity rule 0 has no function PLASTICITY_RULE_KERNEL"):
        program([Rule("int x;", Timer(0, MS, 1), VIEW)])


def test_only_the_first_occurrence_is_the_kernel() -> None:
    made = program([rule("", None, before="/* the kernel's */\nvoid other();\n", number=3)])
    assert "plasticity_rule_3" in made.symbols


def test_variables_that_do_not_fit() -> None:
    with pytest.raises(KernelError, match="do not fit into the processor's own memory of 12 kB"):
        program([rule("large[5] = 1;", None, before="volatile uint32_t large[3000];")])


def test_constants_that_do_not_fit() -> None:
    with pytest.raises(KernelError, match="do not fit into the FPGA's block RAM"):
        program(
            [rule("chosen = table[chosen];", None, before=f"uint8_t const table[140000] = {{{'7,' * 140000}}}; volatile uint32_t chosen;")]
        )


@pytest.mark.parametrize(
    ("in_dram", "runs", "text"),
    [
        (True, 100_000, "need 301600000 bytes of the FPGA's DRAM, it has 268435456: rule 5 takes 100000 times 3008 bytes"),
        (False, 44, "need 132704 bytes of the FPGA's block RAM, it has 131072: rule 5 takes 44 times 3008 bytes"),
    ],
)
def test_recordings_that_do_not_fit(in_dram: bool, runs: int, text: str) -> None:
    recorded = TimedRecording({"a": Array("int8", 3000)}, in_dram)
    other = Rule(HEADERS + HEAD.format(1) + "{}", Timer(0, MS, 1), VIEW, (), RawRecording(800 * 1000 if in_dram else 352, in_dram), id=2)
    with pytest.raises(KernelError, match=text) as caught:
        program([other, Rule(HEADERS + HEAD.format(1) + "{}", Timer(0, MS, runs), VIEW, (), recorded, id=5)])
    assert caught.value.rule == 5


def test_large_constants_stand_in_the_memory_of_the_fpga() -> None:
    before = f"uint8_t const table[12000] = {{{'7,' * 12000}}}; volatile uint32_t chosen;"
    made = program([rule("chosen = table[chosen];", None, before=before)])
    assert made.memory.external is not None and len(made.memory.external) > 12000


def test_instructions_that_the_core_lacks() -> None:
    with pytest.raises(KernelError, match=r"(?s)do not have all instructions.*lwbrx.*compose the word of bytes"):
        program([rule('asm volatile(".long 0x7c00042c");', None)])


def test_timers_and_numbers() -> None:
    with pytest.raises(KernelError, match="timer of plasticity rule 2 has a period of 0 cycles"):
        program([rule("", None, timer=Timer(0, 0, 1), number=2)])
    with pytest.raises(KernelError, match="those of number 0 differ in kernel: give them other numbers"):
        program([rule("", None), rule("int other;", None)])
    with pytest.raises(KernelError, match="those of number 0 differ in kernel, recording: "):
        program([rule("", None), rule("", {"a": Array("int8", 1)})])
    with pytest.raises(KernelError, match="those of number 0 differ in numbers of synapses or neurons: "):
        program([rule("", None, synapses=(SynapseView(TOP, columns, (0,)),)) for columns in ((0,), (0, 1))])


def test_names_types_and_places() -> None:
    for name in ("time", "3d", "a b", "ä", ""):
        with pytest.raises(KernelError, match=r"observable .* cannot be called so"):
            program([rule("", {name: Array("int8", 1)})])
    with pytest.raises(KernelError, match="observable 'w' of plasticity rule 0 has elements of type 'float', not int8, uint8"):
        program([rule("", {"w": Array("float", 1)})])
    with pytest.raises(KernelError, match="rows and columns of views of plasticity rule 0 are 0 to 255, not 300"):
        program([rule("", None, synapses=(SynapseView(TOP, (300,), (0,)),))])


def test_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    """For C++, and any."""
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(CompilerNotFoundError, match=r"apt install gcc-powerpc-linux-gnu"):
        program([rule("", None, before="// none\n")])


def test_without_a_compiler_for_cpp(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "powerpc-linux-gnu-gcc").symlink_to("/usr/bin/powerpc-linux-gnu-gcc")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CompilerNotFoundError, match=r"no compiler for C\+\+ .*apt install g\+\+-powerpc-linux-gnu"):
        program([rule("", None, before="// none for C++\n")])


def test_programs_are_made_once(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same rules give the same file, also without a compiler's work; other views only a new schedule."""
    one = rule("int once;", None)
    made = program([one])
    files = {path.name for path in cache.iterdir()}
    made_by_rules.cache_clear()
    assert program([one]).path == made.path and {path.name for path in cache.iterdir()} == files
    moved = rule("int once;", None, synapses=(SynapseView(TOP, (5,), (6,)),))
    assert program([moved]).path != made.path
    new = {path.name.split("-")[0] for path in cache.iterdir() if path.name not in files}
    assert new == {"schedule", "program"}
    made.path.unlink()
    assert program([one]).path.is_file(), "a cleared cache is filled again"
    assert not list(cache.glob(".making-*"))


def test_a_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HICANNX_PPU_CACHE", "/proc/nowhere")
    folder = cache_folder()
    assert folder.is_dir() and "hicannx-ppu" in folder.name
