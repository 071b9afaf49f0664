"""A whole setup: FPGA, board and one chip, wired together. Words in, words out."""

import threading
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.board import Board
from sim.chip.chip import Chip
from sim.chip.jtag import TAP
from sim.chip.link import Link
from sim.chip.pll import PLL
from sim.chip.port import Port
from sim.errors import ConfigurationError
from sim.fpga.executor import Executor
from sim.registers import registers
from sim.rows import Row
from sim.virtual_chip import VirtualChip

Words = NDArray[np.uint64]

_DNA_HEAD = 0x15 << 52
_DNA_TAIL = 0x5D


class System:
    """One FPGA with board and chip, powered on.

    chip: whose fixed pattern the circuits have. seed: 0 .. 2**64 - 1, decides the trial noise together with the number of the run.
    strict: an access to something undefined or not modelled raises a typed error instead of being counted and logged.

    The same (chip, seed, sequence of programs) gives the same words. Two threads may not run programs at once; `execute` takes turns.
    """

    def __init__(self, chip: VirtualChip | None = None, seed: int = 0, strict: bool = False) -> None:
        if not 0 <= seed < 1 << 64:
            raise ConfigurationError(f"seed {seed} is outside 0 .. 2**64 - 1")
        self.identity = chip or VirtualChip()
        self.seed = seed
        self.strict = strict
        self._lock = threading.Lock()
        self._power_on()

    def _power_on(self) -> None:
        self.runs = 0
        self.chip = Chip(self.identity, self.seed)
        self.link = Link()
        self.pll = PLL()
        self.port = Port(self.chip, self.link, self.pll)
        self.tap = TAP(self.port)
        self.chip.tap, self.chip.link = self.tap, self.link
        self.board = Board(self.eeprom_serial)
        self.fpga = Executor(self.port, self.tap, self.board, self.device_dna, self.strict)

    @property
    def device_dna(self) -> int:
        """57-bit identification of the FPGA, made from the chip's serial number; that of the original simulation for serial 0."""
        return _DNA_HEAD | self.identity.serial << 8 | _DNA_TAIL

    @property
    def eeprom_serial(self) -> int:
        """What the EEPROM beside the chip answers: the serial number (32 bits)."""
        return self.identity.serial

    @property
    def counters(self) -> dict[str, object]:
        """What happened since power-on, with every place where something got lost."""
        return self.fpga.counters

    def accuracy(self, where: Any = None, coordinate: Any = None) -> tuple[Row, ...]:
        """Rows of the register table of chip, FPGA and board: of an address, a container or a coordinate; all for None.

        See `sim.rows.RegisterTable`. KeyError for what is no register.

        >>> [row.mask for row in System().accuracy("SystimeSyncBase")]
        [4294967295, 2047]
        """
        return registers()(where, coordinate)

    def execute(self, words: Words) -> Words:
        """Runs the words of a program, uint64[n] with a closing HALT, and returns the stream of responses, uint64[m].

        Raises SimError; the system can be used afterwards.
        """
        with self._lock:
            self._begin_run()
            return self.fpga.run(words)

    def _begin_run(self) -> None:
        self.chip.begin_run(self.runs)
        self.runs += 1

    def reset(self) -> None:
        """Power cycle: everything is as it was after construction."""
        with self._lock:
            self._power_on()
