"""Programs of plasticity rules: what processors cost that wait for commands or for their next timer, what it costs to ask for a program
again, and to take recordings apart. CPU seconds of a second of the chip's time are beside the numbers."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ppu_rules import BOTH, MS, Chip, rule

import hicannx
from grenade.ppu import PerSynapse, Program, Rule, Status, SynapseView, TimedRecording, Timer, program
from grenade.ppu.layout import size
from grenade.ppu.program import made_by_rules
from halco import HemisphereOnDLS
from haldls.ppu_toolchain import CompilerNotFoundError, find_compiler
from stadls import PlaybackProgramBuilder

SECOND = 125_000_000  # FPGA cycles


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        find_compiler().for_cpp()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
    monkeypatch.setenv("HICANNX_PPU_CACHE", str(tmp_path))


@pytest.fixture
def chip() -> Iterator[Chip]:
    with hicannx.connect(mode="ideal") as connection:
        yield Chip(connection)


def wait(chip: Chip) -> None:
    builder = PlaybackProgramBuilder()
    chip.wait(builder, SECOND)
    chip.run(builder)


def test_waiting_for_commands(benchmark: Any, chip: Chip) -> None:
    chip.start(program([rule("", None)]))
    benchmark.pedantic(wait, args=(chip,), rounds=3)


def test_ended(benchmark: Any, chip: Chip) -> None:
    made = program([rule("", None)])
    chip.start(made)
    for ppu in BOTH:
        chip.put(*made.command(Status.stop, ppu))
    benchmark.pedantic(wait, args=(chip,), rounds=3)


@pytest.mark.parametrize("period", [10, 1000], ids=lambda period: f"every {period} ms")
def test_waiting_for_timers(period: int, benchmark: Any, chip: Chip) -> None:
    made = program([rule("", None, timer=Timer(0, period * MS, 1000 // period))])
    chip.start(made)
    benchmark.pedantic(chip.schedule, args=(made, SECOND), rounds=3)


def test_a_kernel_that_polls_the_time(benchmark: Any, chip: Chip) -> None:
    """It does nothing else for a second."""
    made = program(
        [rule(f"uint64_t const end = now() + {1000 * MS - MS // 10}ull; while (now() < end) {{}}", None, timer=Timer(0, 2000 * MS, 1))]
    )
    chip.start(made)
    benchmark.pedantic(chip.schedule, args=(made, SECOND), rounds=3)


def unchanged(made: Program) -> None:
    assert program(made.rules).path == made.path


def test_an_unchanged_program(benchmark: Any) -> None:
    benchmark(unchanged, program([rule("", None)]))


def test_an_unchanged_program_in_another_process(benchmark: Any) -> None:
    made = program([rule("", None)])
    benchmark.pedantic(unchanged, args=(made,), setup=made_by_rules.cache_clear, rounds=5)


def test_a_new_kernel(benchmark: Any) -> None:
    program([rule("", None)])
    numbers = iter(range(100))
    benchmark.pedantic(lambda: program([rule(f"volatile int number = {next(numbers)};", None)]), rounds=3)


@pytest.mark.parametrize("snippets", [64, 1024])
def test_recordings_of_snippets(snippets: int, benchmark: Any) -> None:
    """Of 64 x 64 synapses, one run in each snippet."""
    view = SynapseView(HemisphereOnDLS.top, tuple(range(64)), tuple(range(64)))
    recording = TimedRecording({"weights": PerSynapse("int8", complete_rows=False)})
    rules = tuple(Rule("", Timer(MS * number, MS, 1), (view,), recording=recording) for number in range(snippets))
    memory = np.zeros(size(rules[0]) * snippets, np.uint8)

    def take_apart() -> None:
        made = Program(Path(), rules, None)
        for place in range(snippets):
            assert len(made.recorded_by(place, memory).times) == 1  # type: ignore[union-attr]

    benchmark.pedantic(take_apart, rounds=5)
