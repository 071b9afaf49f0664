"""Looking into the PPUs of a model in this process: GDB, traces and profiles. Nothing of it changes what a program computes, or when.

>>> import hicannx
>>> with hicannx.connect() as connection, hicannx.debug(connection) as session:
...     session.port > 1023  # gdb-multiarch program.elf -ex "target remote :<port>"
True
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from fisch import MultiConnection
from fisch.environment import PORTS
from halco import PPUOnDLS
from haldls.lola import PPUProgramError
from hicannx.commands import MOST_INSTRUCTIONS
from hicannx.connecting import one_chip
from hicannx.errors import HicannxError
from hicannx.ppu import Code, load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx.ppu.host import exit_status
from hicannx.starting import INTERRUPTED
from hicannx_sim import ModelConnection, System
from hicannx_sim.base.errors import ConfigurationError
from hicannx_sim.base.ranges import whole
from hicannx_sim.debugger.listing import NO_SYMBOLS, ProfileRow, Symbols, profile_rows, profile_text, trace_lines
from hicannx_sim.ppu import Core
from hicannx_sim.setup.debugging import gdb_server
from stadls import SystemInit, generate
from stadls import run as execute

TOP = PPUOnDLS.top
LAST = 0xFFFFFFFF
"""Address of the PPUs."""

Target = System | ModelConnection | MultiConnection


class NoModelError(HicannxError, TypeError):
    """The PPU is not in this process, so nobody can look into it."""


def system_of(target: Target, fpga: int = 0) -> System:
    """The system behind a connection. Raises NoModelError if it is not in this process."""
    if isinstance(target, MultiConnection):
        if not 0 <= fpga < len(target.connections):
            raise NoModelError(f"there is no FPGA {fpga}: the connection has {len(target.connections)}")
        return system_of(target.connections[fpga])  # type: ignore[arg-type]
    found = target.system if isinstance(target, ModelConnection) else target
    if not isinstance(found, System):
        raise NoModelError(f"{type(target).__name__} leads to no model in this process; PPUs behind it cannot be looked into")
    return found


def _number_of(ppu: PPUOnDLS | int) -> int:
    """0 top, 1 bottom. Raises ConfigurationError."""
    return whole(ppu, "ppu", 0, PPUOnDLS.size - 1)


def symbols_of(program: str | Path | Code | None) -> Symbols:
    """Names out of a linked program. Raises PPUProgramError for a file that is none."""
    if program is None:
        return NO_SYMBOLS
    code = program if isinstance(program, Code) else Code(program)
    return Symbols({symbol.name: (symbol.address, symbol.size) for symbol in code.symbols})


def programs_of(chosen: Namespace) -> tuple[Code | None, Code | None]:
    """Programs of the top and the bottom PPU on a command line: one for both, or one for each. Raises PPUProgramError, OSError."""
    if len(chosen.program) > PPUOnDLS.size:
        raise HicannxError("--program: there are two PPUs")
    found = [Code(path) for path in chosen.program]
    return (found[0], found[-1]) if found else (None, None)


def debug(
    target: Target, ppu: PPUOnDLS = TOP, port: int = 0, program: str | Path | Code | None = None, wait: bool = False, fpga: int = 0
) -> gdb_server:
    """A port on this machine (127.0.0.1) at which GDB can debug a PPU; 0 takes a free one. A context manager with `port` and `close()`.

    target   a connection to a model in this process, or the model; `fpga`: which one of the connection's
    program  names for `monitor trace` and `monitor profile`; GDB itself has its own
    wait     the next program to start on the PPU waits in front of its first instruction until a GDB has come and continues

    The chip's time stands still while GDB holds the PPU: within a program its `run` does not return, and between programs the next one does
    not begin. `monitor help` in GDB lists what else there is. Raises NoModelError, OSError if the port is not free.
    """
    return gdb_server(system_of(target, fpga), _number_of(ppu), whole(port, "port", 0, PORTS[-1]), symbols_of(program), wait)


class _Observation:
    """What traces and profiles have in common: a core, names, and the time during which they record."""

    def __init__(self, target: Target, ppu: PPUOnDLS, program: str | Path | Code | None, fpga: int) -> None:
        self._system, self._ppu = system_of(target, fpga), _number_of(ppu)
        self.symbols = symbols_of(program)

    @property
    def _core(self) -> Core:
        return self._system.chip.processors.cores[self._ppu]

    def stop(self) -> None:
        """Records no more."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()


class ppu_profile(_Observation):  # noqa: N801
    """Counts a PPU's instructions and cycles by symbol, from now on until `stop` or the end of a `with` block.

    print(profile) shows the table, `rows` gives it as data. The core runs five to seven times slower meanwhile, in wall time only.

    >>> with hicannx.connect() as connection, hicannx.ppu_profile(connection) as profile:
    ...     pass  # a program runs
    >>> profile.rows
    []
    """

    def __init__(self, target: Target, ppu: PPUOnDLS = TOP, program: str | Path | Code | None = None, fpga: int = 0) -> None:
        super().__init__(target, ppu, program, fpga)
        self._kept: tuple[list[ProfileRow], int] | None = None
        self._core.start_profile()

    @property
    def rows(self) -> list[ProfileRow]:
        """Symbol, instructions, cycles of 4 ns and their share of the cycles awake; the most cycles first."""
        return profile_rows(self._core, self.symbols) if self._kept is None else self._kept[0]

    @property
    def asleep(self) -> int:
        """Cycles slept."""
        return self._core.asleep if self._kept is None else self._kept[1]

    def stop(self) -> None:
        """Counts no more; what has been counted stays."""
        if self._kept is None:
            self._kept = self.rows, self.asleep
            self._core.stop_profile()

    def __str__(self) -> str:
        return profile_text(self.rows, self.asleep)


class ppu_trace(_Observation):  # noqa: N801
    """Records a PPU's instructions, from now on until `stop` or the end of a `with` block.

    capacity   so many are kept, the last ones or, with `head`, the first ones
    addresses  range of addresses of the instructions to record; all by default
    lanes      also the contents of written vector registers

    print(trace) and `lines` show tick (2 ns) and time on the chip, address, symbol, word, disassembly, access to memory and changed
    registers; `entries` is the data, a structured array of hicannx_sim.ppu.observed.TRACE_ENTRY.
    """

    def __init__(
        self,
        target: Target,
        ppu: PPUOnDLS = TOP,
        program: str | Path | Code | None = None,
        fpga: int = 0,
        *,
        capacity: int = 4096,
        addresses: range | None = None,
        head: bool = False,
        lanes: bool = False,
    ) -> None:
        super().__init__(target, ppu, program, fpga)
        if addresses is not None and not (isinstance(addresses, range) and len(addresses) and 0 <= addresses[0] <= addresses[-1] <= LAST):
            raise ConfigurationError(f"addresses: a range within 0 .. {LAST:#x} is needed, not {addresses!r}")
        first, last = (0, LAST) if addresses is None else (addresses[0], addresses[-1])
        self._core.start_trace(whole(capacity, "capacity", 1, MOST_INSTRUCTIONS), first, last, head, lanes)
        self._kept: tuple[NDArray[Any], list[str]] | None = None

    def _lines(self) -> Iterator[str]:
        return trace_lines(self._core, self.symbols, lambda cycle: self._system.chip.processors.tick_of(self._ppu, cycle))

    @property
    def entries(self) -> NDArray[np.void]:
        """One row an instruction, oldest first."""
        return self._core.trace() if self._kept is None else self._kept[0]

    @property
    def lines(self) -> list[str]:
        """One line an instruction, oldest first."""
        return list(self._lines()) if self._kept is None else self._kept[1]

    def stop(self) -> None:
        """Records no more; what has been recorded stays."""
        if self._kept is None:
            self._kept = self.entries, self.lines
            self._core.stop_trace()

    def __str__(self) -> str:
        return "\n".join(self.lines)


def gdb(chosen: Namespace) -> int:
    """`hicannx gdb`: runs a program that waits for GDB in front of its first instruction; returns the exit status."""
    ppu = getattr(PPUOnDLS, chosen.ppu)
    try:
        with one_chip() as connection, debug(connection, ppu, chosen.port, chosen.program, wait=True) as session:
            builder, _ = generate(SystemInit(connection.hwdb_entries[0]))
            execute(connection, [builder.done()])
            print(f'gdb-multiarch {chosen.program} -ex "target remote :{session.port}"', flush=True)
            load_and_start_program(connection, chosen.program, ppu)
            wait_until_ppu_finished(connection, None, ppu)
            code = stop_program(connection, True, ppu)
    except PPUProgramError as error:
        raise HicannxError(str(error)) from error
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    print(f"return code {code}")
    return exit_status(code)
