"""The commands of `monitor` in GDB: what the protocol has no packets for."""

from collections.abc import Callable, Iterable
from itertools import islice

from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.debugger.debugger import DebugError, Debugger
from hicannx_sim.debugger.listing import NO_SYMBOLS, Symbols, code_lines, profile_rows, profile_text, trace_lines
from hicannx_sim.ppu.observed import PARALLEL, READS, WRITES

HELP = """\
time                              cycle of the core, tick of the chip, what has been executed
trace on [COUNT] | off            record the last COUNT instructions (4096)
trace [COUNT]                     show the last COUNT recorded instructions (20)
profile on | off                  count instructions and cycles, from zero
profile [COUNT]                   show the COUNT symbols with the most cycles (20)
disassemble [ADDRESS [COUNT]]     COUNT words of code (8) from ADDRESS, by default from the pc on
rows FIRST [LAST] [r|w|rw] | off  stop in front of fxvinx (r) and fxvoutx (w) at these locations
why                               why the last command was refused
help                              this text
"""
WORDS_MOST = 4096
_KINDS = {"r": READS, "w": WRITES, "rw": READS | WRITES}


def _number(words: list[str], place: int, default: int) -> int:
    number = int(words[place], 0) if len(words) > place else default
    if number < 0:
        raise ValueError(f"{words[place]} is negative")
    return number


class Monitor:
    """Runs the commands on a debugger's core. `last_error`: why something was refused last."""

    def __init__(self, debugger: Debugger, symbols: Symbols = NO_SYMBOLS) -> None:
        self._debugger = debugger
        self.symbols = symbols
        self.last_error = ""
        self._rows: list[tuple[int, int, int]] = []
        self._commands: dict[str, Callable[[list[str]], str]] = {
            "time": self._time, "trace": self._trace, "profile": self._profile, "disassemble": self._disassemble, "rows": self._watch_rows,
            "why": lambda words: (self.last_error or "nothing was refused") + "\n", "help": lambda words: HELP,
        }  # fmt: skip

    def run(self, line: str) -> str:
        """The output of a command."""
        name, *words = line.split() or ["help"]
        matching = [command for command in self._commands if command.startswith(name)]
        if len(matching) != 1 and name not in self._commands:
            return f"{'ambiguous' if matching else 'unknown'} command {name!r}; try `monitor help`\n"
        try:
            return self._commands[name if name in self._commands else matching[0]](words)
        except (ValueError, DebugError) as error:
            return f"{line}: {error}\n"

    def _time(self, words: list[str]) -> str:
        core = self._debugger.core
        tick = self._debugger.tick_of(core.cycle)
        state = f"sleeping since cycle {core.slept}" if core.sleeping else f"at {core.pc:#x} {self.symbols.at(core.pc)}"
        executed = f"{core.instructions} instructions, {core.vector_instructions} of them of the vector unit"
        return f"cycle {core.cycle}, chip tick {tick} ({tick / TICKS_PER_US:.3f} us), {state}; {executed}\n"

    def _trace(self, words: list[str]) -> str:
        core = self._debugger.core
        if words[:1] == ["on"]:
            core.start_trace(_number(words, 1, 4096))
        elif words[:1] == ["off"]:
            core.stop_trace()
        else:
            return self._lines(trace_lines(core, self.symbols, self._debugger.tick_of, _number(words, 0, 20)), "monitor trace on")
        return ""

    def _profile(self, words: list[str]) -> str:
        core = self._debugger.core
        if words[:1] == ["on"]:
            core.start_profile()
        elif words[:1] == ["off"]:
            core.stop_profile()
        else:
            rows, count = profile_rows(core, self.symbols), _number(words, 0, 20)
            return profile_text(islice(rows, count), core.asleep) + "\n" if rows else self._lines([], "monitor profile on")
        return ""

    @staticmethod
    def _lines(lines: Iterable[str], otherwise: str) -> str:
        return "".join(f"{line}\n" for line in lines) or f"nothing has been recorded; `{otherwise}` first\n"

    def _disassemble(self, words: list[str]) -> str:
        pc = self._debugger.core.pc
        address, count = _number(words, 0, pc) & ~3, _number(words, 1, 8)
        if not 0 < count <= WORDS_MOST:
            raise ValueError(f"COUNT is 1 to {WORDS_MOST}")
        code = self._debugger.read_memory(address, 4 * count)
        return "".join(f"{line}\n" for line in code_lines(code, address, pc, self.symbols))

    def _watch_rows(self, words: list[str]) -> str:
        if words[:1] == ["off"]:
            for row in self._rows:
                self._debugger.set_watch(*row, on=False)
            self._rows.clear()
            return ""
        kinds = PARALLEL | (_KINDS[words.pop()] if words[-1:] and words[-1] in _KINDS else _KINDS["rw"])
        if not words:
            raise ValueError("which locations?")
        first = _number(words, 0, 0)
        row = (first, _number(words, 1, first), kinds)
        self._debugger.set_watch(*row)
        self._rows.append(row)
        return ""
