"""The program of a chip's processors for all snippets of a run: made, put into the configurations, and read afterwards.

(facts: clients/grenade 3.6, 4.2)
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from grenade import ppu
from grenade.errors import GrenadeError
from grenade.execution.hooks import ChipHooks
from grenade.execution.processors import Symbols, place
from grenade.execution.realtime import AFTER_EXPERIMENT, BEFORE_EXPERIMENT, CADC_WAIT, PER_US, Snippet
from grenade.network.descriptors import PlasticityRuleOnExecutionInstance
from grenade.network.graph import Hardware
from grenade.ppu.program import CYCLES_PER_FPGA_CYCLE
from halco import (
    ExternalPPUDRAMMemoryBlockOnFPGA,
    ExternalPPUDRAMMemoryByteOnFPGA,
    HemisphereOnDLS,
    PPUMemoryBlockOnPPU,
)
from halco.value import shown
from haldls import PPUMemoryBlock
from haldls.lola import Chip, ExternalPPUDRAMMemoryBlock

_log = logging.getLogger("grenade.execution.ppu_program")
SAMPLE_DURATION = 1.7 * PER_US
"""Shortest time between two periodic samples [FPGA cycles]. (facts: clients/grenade 3.7)"""
WARM_UP = 10 * PER_US
"""From the command to the first sample that counts [FPGA cycles]."""


class ProgramError(GrenadeError):
    """What the snippets of a run ask of the processors does not go together, or a variable gets what does not fit it."""


@dataclass(frozen=True)
class RunProgram:
    """A program with the rules it is made of, by snippet, and what it records.

    hemispheres, samples   halves of the chip whose columns are sampled, and how many samples are read per batch entry
    """

    program: ppu.Program
    places: dict[tuple[int, PlasticityRuleOnExecutionInstance], int]
    hemispheres: list[HemisphereOnDLS]
    samples: int
    written: Mapping[str, Any]

    @property
    def symbols(self) -> Symbols:
        """Variables of the program."""
        return self.program.symbols

    def load_into(self, chip: Chip) -> Chip:
        """A copy of the configuration with the program in the memories."""
        made = Chip(chip)
        for where, content in self.program.load():
            if isinstance(content, PPUMemoryBlock):
                memory = made.ppu_memory[int(where.toPPUOnDLS())]
                memory.set_block(where.toPPUMemoryBlockOnPPU(), content)
            elif not isinstance(content, ExternalPPUDRAMMemoryBlock):
                made.external_ppu_memory.set_subblock(int(where.toMin()), content)
        for name, content in self.written.items():
            self._write(made, name, content)
        return made

    def dram(self) -> tuple[Any, ExternalPPUDRAMMemoryBlock] | None:
        """Coordinate and contents of the part in DRAM, if there is one."""
        memory, written = self.program.memory.external_dram, dict(self._written_to_dram())
        if memory is None and not written:
            return None
        byte, ends = ExternalPPUDRAMMemoryByteOnFPGA, [int(where.toMax()) + 1 for where in written]
        made = ExternalPPUDRAMMemoryBlock(max([0 if memory is None else len(memory), *ends]))
        if memory is not None:
            made.set_subblock(0, memory)
        for where, content in written.items():
            made.set_subblock(int(where.toMin()), content)
        return ExternalPPUDRAMMemoryBlockOnFPGA(byte(0), byte(len(made) - 1)), made

    def _written_to_dram(self) -> Iterator[tuple[ExternalPPUDRAMMemoryBlockOnFPGA, ExternalPPUDRAMMemoryBlock]]:
        for name, content in self.written.items():
            where = place(self.symbols, name)
            if isinstance(where, ExternalPPUDRAMMemoryBlockOnFPGA):
                self._require(name, where, content, ExternalPPUDRAMMemoryBlock)
                yield where, content

    def _write(self, chip: Chip, name: str, content: Any) -> None:
        """Contents that a user gives a variable before the start."""
        where = place(self.symbols, name)
        if isinstance(where, PPUMemoryBlockOnPPU):
            if not isinstance(content, Mapping):
                own = f"variable {name!r} is in the processors' own memory"
                raise ProgramError(f"{own}: {{HemisphereOnDLS: PPUMemoryBlock}}, not {shown(content)}")
            for hemisphere, block in content.items():
                self._require(name, where, block, PPUMemoryBlock)
                chip.ppu_memory[int(HemisphereOnDLS(int(hemisphere)))].set_block(where, block)
        elif not isinstance(where, ExternalPPUDRAMMemoryBlockOnFPGA):
            self._require(name, where, content, type(chip.external_ppu_memory.get_subblock(0, 1)))
            chip.external_ppu_memory.set_subblock(int(where.toMin()), content)

    def _require(self, name: str, where: Any, content: Any, kind: type) -> None:
        if not isinstance(content, kind) or len(content) != int(where.length()):  # type: ignore[arg-type]
            raise ProgramError(f"variable {name!r} takes a {kind.__name__} of size {int(where.length())}, not {shown(content)}")

    def memories(self) -> dict[Any, Any]:
        """What of the FPGA's memories is read after each batch entry, by hemisphere of the samples or number of the rule."""
        found: dict[Any, Any] = {}
        if self.program.cadc is not None:
            found |= {hemisphere: self.program.cadc.block(hemisphere, self.samples) for hemisphere in self.hemispheres}
        for rule in {rule.id: rule for rule in self.program.rules if rule.recording is not None}.values():
            found[rule.id] = self.program.recording(rule)
        return found


def made_for(snippets: Sequence[Snippet], hardware: Sequence[Hardware], hooks: ChipHooks, batch_size: int) -> RunProgram | None:
    """The program that the snippets need together, None if they need none, which is told if there are variables to write or to read."""
    rules: list[ppu.Rule] = []
    places: dict[tuple[int, PlasticityRuleOnExecutionInstance], int] = {}
    for number, one in enumerate(hardware):
        for descriptor, rule in one.rules.items():
            places[number, descriptor] = len(rules)
            rules.append(ppu.placed(rule))
            _announce_early(rules[-1], number, sum(snippet.duration(0) for snippet in snippets[:number]))
    recording = _cadc_recording(snippets)
    if recording is None and not rules:
        for names, done in ((hooks.write_ppu_symbols, "written"), (hooks.read_ppu_symbols, "read")):
            if names:
                _log.warning("no program runs on the processors, so its variables are not %s: %s", done, ", ".join(sorted(names)))
        return None
    program = ppu.program(rules, recording)
    samples = 0 if program.cadc is None else _samples(snippets, batch_size, program.cadc.room)
    hemispheres = sorted({hemisphere for snippet in snippets for hemisphere in snippet.usage.cadc})
    return RunProgram(program, places, hemispheres, samples, hooks.write_ppu_symbols)


def _announce_early(rule: ppu.Rule, number: int, begin: int) -> None:
    """Tells of runs that a snippet asks for before it begins: they come in addition to those of the snippets before."""
    timer, begin = rule.timer, begin * CYCLES_PER_FPGA_CYCLE
    if timer.num_periods and timer.start < begin:
        ms = 1000 * PER_US * CYCLES_PER_FPGA_CYCLE
        text = "plasticity rule %d runs twice: its timer in snippet %d starts at %g ms, but the snippet begins at %g ms. "
        advice = "A network that has not changed keeps its timer: set it anew for each snippet (PyNN: `rule.timer = ...`)"
        _log.warning(text + advice, rule.id, number, timer.start / ms, begin / ms)


def _cadc_recording(snippets: Sequence[Snippet]) -> Literal["sram", "dram"] | None:
    where = {snippet.usage.cadc_on_dram for snippet in snippets if snippet.usage.cadc}
    if len(where) > 1:
        raise ProgramError("all snippets record the parallel converters into the same memory: block RAM or DRAM")
    return None if not where else "dram" if where.pop() else "sram"


def _samples(snippets: Sequence[Snippet], batch_size: int, room: int) -> int:
    """How many periodic samples there can be at most; announces in the log if there is not enough room for them."""
    recorded = [snippet for snippet in snippets if snippet.usage.cadc]
    longest = max((sum(snippet.duration(entry) for snippet in recorded) for entry in range(batch_size)), default=0)
    expected = int((longest + BEFORE_EXPERIMENT + AFTER_EXPERIMENT + CADC_WAIT - WARM_UP) / SAMPLE_DURATION) + 1
    if expected > room:
        _log.warning("It is estimated, that the CADC will measure %d samples, but only the first %d can be recorded.", expected, room)
    return min(expected, room)
