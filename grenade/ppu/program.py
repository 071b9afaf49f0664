"""Programs of the processors of one chip, made of plasticity rules and a periodic recording of the parallel converters.

    made = program([rule], cadc_recording="sram")
    for coordinate, container in made.load():           # both processors stopped
        builder.write(coordinate, container)
    ...                                                 # both processors started; commands are written to made.status
    made.recorded(rule, memory)                         # what a rule has recorded, from the bytes of made.recording(rule)
    made.cadc.decode(memory)                            # what the converters have given

The same program runs on both processors. The host talks to it by writing and reading its variables. A command is a `Status` written to the
variable `status`; the program answers with `Status.idle` when it is done. facts: clients/grenade 3.7, 4.2
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from grenade.ppu.cadc import CADCMemory
from grenade.ppu.checks import check
from grenade.ppu.compile import SAMPLES, Compilers, cache_folder
from grenade.ppu.errors import KernelError
from grenade.ppu.layout import Recorded, decode, memory_bytes, recordings, size
from grenade.ppu.link import link
from grenade.ppu.reason import reason
from grenade.ppu.rule import RawRecording, Rule
from grenade.ppu.services import runs_by_rule
from grenade.ppu.source import kernel_source, schedule_source
from halco import (
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    ExternalPPUMemoryBlockOnFPGA,
    ExternalPPUMemoryByteOnFPGA,
    PPUMemoryBlockOnDLS,
    PPUMemoryBlockOnPPU,
    PPUMemoryWordOnPPU,
    PPUOnDLS,
)
from haldls import PPUMemoryBlock
from haldls.lola import PPUElfFile, PPUProgram
from haldls.ppu_toolchain import BuildError
from haldls.ppu_toolchain.building import START

CYCLES_PER_FPGA_CYCLE = 2
"""Cycles of the processors (4 ns) in one of the FPGA (8 ns)."""


class Status(IntEnum):
    """Commands, and what the program is doing. (facts: clients/grenade 4.2)"""

    initial = 0
    idle = 1
    reset_neurons = 2
    baseline_read = 3
    read = 4
    periodic_read = 5
    inside_periodic_read = 6
    stop_periodic_read = 7
    stop = 8
    scheduler = 9


_FUNCTIONS = {
    Status.scheduler: "grenade_schedule",
    Status.periodic_read: "grenade_read_periodically",
    Status.reset_neurons: "grenade_reset_neurons",
    Status.baseline_read: "grenade_read_baseline",
    Status.read: "grenade_read",
}
"""What carries out a command, if the program has it."""


@dataclass(frozen=True)
class Program:
    """A program for both processors.

    rules   as they were given, in the order of snippets
    cadc    where the converters are recorded, if they are
    """

    path: Path
    rules: tuple[Rule, ...]
    cadc: CADCMemory | None

    @cached_property
    def symbols(self) -> dict[str, PPUProgram.Symbol]:
        """Variables and functions by name, those of the kernels too, with the memory they are in."""
        return PPUElfFile(self.path).read_symbols()

    @cached_property
    def memory(self) -> PPUElfFile.Memory:
        """Contents of the three memories from their beginning on. Samples of the converters are not among them."""
        return PPUElfFile(self.path).read_program()

    def load(self) -> Iterator[tuple[Any, Any]]:
        """Coordinates and containers to be written while both processors are stopped (`PPUControlRegister.inhibit_reset` is False)."""
        for ppu in (PPUOnDLS.top, PPUOnDLS.bottom):
            words = self._with_own_place(ppu)
            yield PPUMemoryBlockOnDLS(_words(0, len(words)), ppu), words
        external, dram = self.memory.external, self.memory.external_dram
        if external is not None:
            yield _bytes(ExternalPPUMemoryBlockOnFPGA, ExternalPPUMemoryByteOnFPGA, 0, len(external)), external
        if dram is not None:
            yield _bytes(ExternalPPUDRAMMemoryBlockOnFPGA, ExternalPPUDRAMMemoryByteOnFPGA, 0, len(dram)), dram

    def _with_own_place(self, ppu: PPUOnDLS) -> PPUMemoryBlock:
        """The own memory with the variable `ppu` set: 0 top, 1 bottom."""
        values = self.memory.internal.to_numpy().copy()
        values[int(self.symbols["ppu"].coordinate.toMin())] = int(ppu)
        block = PPUMemoryBlock(len(values))
        block.decode(values)
        return block

    def variable(self, name: str, ppu: PPUOnDLS) -> Any:
        """Coordinate of a variable: a block of the processor's own memory, or of one of the FPGA's, which both processors share.

        Raises KernelError if the program has none of that name.
        """
        if name not in self.symbols:
            raise KernelError(f"the program has no variable {name}: kernels define variables at global scope, without `static`")
        coordinate = self.symbols[name].coordinate
        return PPUMemoryBlockOnDLS(coordinate, ppu) if isinstance(coordinate, PPUMemoryBlockOnPPU) else coordinate

    def write(self, name: str, ppu: PPUOnDLS, words: ArrayLike) -> tuple[PPUMemoryBlockOnDLS, PPUMemoryBlock]:
        """What is to be written so that a variable in the own memory has these 32-bit words."""
        block = PPUMemoryBlock(np.size(words))
        block.decode(np.asarray(words, dtype=np.uint32))
        return self.variable(name, ppu), block

    def command(self, status: Status, ppu: PPUOnDLS) -> tuple[PPUMemoryBlockOnDLS, PPUMemoryBlock]:
        """What is to be written so that a processor carries out a command. Raises KernelError for one that the program does not know.

        All know `stop`; those with rules `scheduler`, those with a recording `periodic_read` and `stop_periodic_read`, those without rules
        `reset_neurons`, `baseline_read` and `read`.
        """
        function = _FUNCTIONS.get(status)
        if function is not None and function not in self.symbols:
            raise KernelError(f"the program has nothing to do for the command {status.name}: it was made without what that needs")
        return self.write("status", ppu, [int(status)])

    def runtime(self, fpga_cycles: int, ppu: PPUOnDLS) -> tuple[PPUMemoryBlockOnDLS, PPUMemoryBlock]:
        """What is to be written so that `Status.scheduler` ends after so many FPGA cycles."""
        cycles = fpga_cycles * CYCLES_PER_FPGA_CYCLE
        return self.write("runtime", ppu, [cycles >> 32, cycles & 0xFFFFFFFF])

    def recording(self, rule: Rule) -> Any:
        """Coordinate of the memory that a rule records into, in all snippets. Raises KernelError if it records nothing."""
        if rule.recording is None:
            raise KernelError(f"plasticity rule {rule.id} has no recording", rule.id)
        return _first(self.symbols[f"recorded_scratchpad_memory_{rule.id}"].coordinate, self._recording_size(rule))

    def recorded(self, rule: Rule, memory: Any) -> Recorded | NDArray[np.uint8]:
        """What a rule has recorded in all its runs, from the contents of `recording(rule)`; of a raw recording the bytes as they are."""
        return self._decoded(rule, memory, range(self.recorded_runs[rule.id]))

    def recorded_by(self, place: int, memory: Any) -> Recorded | NDArray[np.uint8]:
        """What `rules[place]`, the rule as it stands in one snippet, has recorded of it."""
        return self._decoded(self.rules[place], memory, self.runs[place])

    @staticmethod
    def _decoded(rule: Rule, memory: Any, runs: range) -> Recorded | NDArray[np.uint8]:
        data = memory_bytes(memory)
        if isinstance(rule.recording, RawRecording):
            return data
        each = size(rule)
        return decode(rule, data[runs.start * each : runs.stop * each])

    def _recording_size(self, rule: Rule) -> int:
        """Bytes of all runs of a rule; none if it never runs."""
        return size(rule) * (1 if isinstance(rule.recording, RawRecording) else self.recorded_runs[rule.id])

    @cached_property
    def recorded_runs(self) -> dict[int, int]:
        """How often rules that record run in all snippets together, by their number."""
        return {rule.id: runs for rule, runs in recordings(self.rules)}

    @cached_property
    def runs(self) -> list[range]:
        """Which of the runs of its number belong to each of `rules`."""
        return runs_by_rule(self.rules)

    @property
    def missed(self) -> list[str]:
        """Names of variables that are not zero if events were lost: the queue was full, or a rule still ran when it was due again."""
        timers = (name for name in self.symbols if name.startswith("timer_") and name.endswith("_drop_count"))
        return ["scheduler_event_drop_count", *sorted(timers)]


def _words(first: int, size: int) -> PPUMemoryBlockOnPPU:
    return PPUMemoryBlockOnPPU(PPUMemoryWordOnPPU(first), PPUMemoryWordOnPPU(first + size - 1))


def _bytes(block: Any, byte: Any, first: int, size: int) -> Any:
    return block(byte(first), byte(first + size - 1))


def _first(coordinate: Any, size: int) -> Any:
    """The first bytes of a block of external memory, at least one."""
    byte = type(coordinate.toMin())
    return _bytes(type(coordinate), byte, int(coordinate.toMin()), max(size, 1))


def program(rules: Sequence[Rule] = (), cadc_recording: Literal["sram", "dram"] | None = None) -> Program:
    """The program for these rules, in the order of snippets, and a periodic recording into one of the FPGA's memories, if wanted.

    Compiled once: the same rules give the same program again, also in another process.

    Raises CompilerNotFoundError without a compiler, and KernelError for a rule that does not become a program: it says which rule, why,
    and what the compiler said. Rules of equal number that differ in more than timer and places are refused, as are a period of zero and
    a recording into block RAM by both a rule and the converters (as the original refuses it).
    """
    check(rules, cadc_recording)
    made = made_by_rules(tuple(rules), cadc_recording, cache_folder())
    if not made.path.is_file():  # somebody has cleared the cache
        made_by_rules.cache_clear()
        made = made_by_rules(tuple(rules), cadc_recording, cache_folder())
    return made


RESIDENT = ("resident.c", "vectors.c")
RULES = ("scheduler.c", "soft_float.c", "handles.cpp", "support.cpp")
NO_RULES = ("commands.c",)


@lru_cache(maxsize=64)
def made_by_rules(rules: tuple[Rule, ...], cadc_recording: str | None, folder: Path) -> Program:
    """The same, of rules that are known to fit together; remembers the last ones that stand in this folder."""
    compilers = Compilers()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        objects = list(pool.map(lambda make: make(), _objects(compilers, rules, cadc_recording)))
    try:
        path = link(compilers, objects, rules)
    except BuildError as error:
        raise KernelError(f"the kernels do not become a program: {reason(str(error))}. The linker said:\n{error}") from error
    return Program(path, rules, CADCMemory.of(path, SAMPLES[cadc_recording][1]) if cadc_recording else None)


def _objects(compilers: Compilers, rules: Sequence[Rule], cadc_recording: str | None) -> Iterator[Callable[[], Path]]:
    """What makes each object of the program."""
    yield from (partial(compilers.start, source) for source in START)
    yield from (partial(compilers.own, name) for name in (*RESIDENT, *(RULES if rules else NO_RULES)))
    if cadc_recording:
        section, room = SAMPLES[cadc_recording]
        yield partial(compilers.own, "periodic_cadc.c", [f'-DGRENADE_CADC_MEMORY="{section}"', f"-DGRENADE_CADC_SAMPLES={room}"])
    if rules:
        yield from (partial(_kernel, compilers, rule) for rule in {rule.id: rule for rule in reversed(rules)}.values())
        yield partial(compilers.generated, "schedule", schedule_source(rules))


def _kernel(compilers: Compilers, rule: Rule) -> Path:
    try:
        return compilers.generated("kernel", kernel_source(rule))
    except BuildError as error:
        said = f"{reason(str(error))}. The compiler said:\n{error}"
        raise KernelError(f"the kernel of plasticity rule {rule.id} does not compile: {said}", rule.id) from error
