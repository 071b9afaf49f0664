"""A whole setup: FPGA, board and one chip, wired together. Words in, words out."""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any, Final, Never, Self, TypeVar, get_args

import numpy as np
from numpy.typing import NDArray

from halco.value import truth
from hicannx_sim.base.errors import ConfigurationError, SnapshotError
from hicannx_sim.base.gate import Gate
from hicannx_sim.base.noise import stream
from hicannx_sim.base.ranges import whole
from hicannx_sim.base.register_table import Row
from hicannx_sim.base.signals import held
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.board import SUPPLIES, Board, JboaBoard, XBoard, new_memory
from hicannx_sim.board.pads import pad_volts, reference_volts, sensor_volts
from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.jtag import TAP
from hicannx_sim.chip.link import Link
from hicannx_sim.chip.pll import PLL
from hicannx_sim.chip.port import Port
from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.fpga.executor import Executor
from hicannx_sim.fpga.faults import Fault
from hicannx_sim.fpga.host import HostLink
from hicannx_sim.fpga.table import Setup
from hicannx_sim.observe import Observables, Recording
from hicannx_sim.setup import snapshot
from hicannx_sim.setup.frame import FrameSource
from hicannx_sim.trust.accuracy import Trust, accuracy
from hicannx_sim.trust.explain import Finding, explain
from hicannx_sim.trust.hops import Events, system_hops
from hicannx_sim.trust.registers import registers
from hicannx_sim.trust.report import text

Words = NDArray[np.uint64]
T = TypeVar("T")
MOST_HISTORY: Final = 10_000
LONGEST_STEP: Final = 1 << 60
PATIENCE: Final = 10.0
BUSY_AFTER: Final = 0.5
"""[s] after which a program counts as being executed."""
LOOKS_EVERY: Final = 0.002
"""[s] between looks whether a program has ended that somebody wanted to look into."""

_DNA_HEAD = 0x15 << 52
_DNA_TAIL = 0x5D


class System:
    """One FPGA with board and chip, powered on.

    chip: whose fixed pattern the circuits have. seed: 0 .. 2**64 - 1, decides the trial noise together with the number of the run.
    strict: an access to something undefined or not modelled raises a typed error instead of being counted and logged.
    setup: "cube" (FPGA with an xBoard) or "jboa" (one FPGA of a jBOA setup, with its own board and routing tables between FPGAs).
    host: rate of the network between host and FPGA; None: words are there when they are needed and fetched when they are written.

    The same (chip, seed, sequence of programs) gives the same words. Two threads may not run programs at once; `execute` takes turns.
    """

    def __init__(
        self, chip: VirtualChip | None = None, seed: int = 0, strict: bool = False, setup: Setup = "cube", host: HostLink | None = None
    ) -> None:
        seed = whole(seed, "seed of a virtual chip", 0, (1 << 64) - 1)
        try:
            strict = truth(strict)
        except TypeError as error:
            raise ConfigurationError(f"strict: {error}") from None
        if setup not in get_args(Setup):
            raise ConfigurationError(f"setup {setup!r} is neither 'cube' nor 'jboa'")
        self.identity = chip or VirtualChip()
        self.seed = seed
        self.strict = strict
        self.setup: Setup = setup
        self.host = host
        self._board_memory = new_memory()  # outlives the power
        self._lock = threading.Lock()
        self.together: Any = None
        """The setup of several FPGAs that this one is part of (`multichip.MultichipSetup`); its time is common then."""
        self._history: deque[bytes] = deque(maxlen=0)
        self._frames: FrameSource | None = None
        self.powered: list[Callable[[], None]] = []
        """Called after each power cycle, when everything is a new one."""
        self._power_on()

    def __reduce__(self) -> Never:
        raise TypeError("a System belongs to this process and cannot be pickled: its snapshot can, to be restored elsewhere")

    def _power_on(self) -> None:
        self.runs = 0
        self.chip = Chip(self.identity, self.seed)
        self.link = Link()
        self.pll = PLL()
        self.port = Port(self.chip, self.link, self.pll)
        self.tap = TAP(self.port)
        self.chip.faults.strict = self.strict
        self.board: Board = JboaBoard(self.eeprom_serial, self._board_memory) if self.setup == "jboa" else XBoard(self.eeprom_serial)
        self.chip.fabric.references.board_volts = partial(reference_volts, self.board)
        self.chip.fabric.columns.lines.pad_source = partial(pad_volts, self.board)
        self.chip.fabric.correlation.connect_board(partial(sensor_volts, self.board))
        self.fpga = Executor(self.port, self.tap, self.board, self.device_dna, self.strict, setup=self.setup, host=self.host)
        for seen in self.powered:
            seen()

    def __repr__(self) -> str:
        chip = f"chip {self.identity.serial}, {self.identity.mode.value}"
        return f"System({chip}, seed {self.seed}, {self.setup}{', strict' if self.strict else ''}, {self.runs} runs)"

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

    @property
    def events(self) -> Events:
        """What happened to events at every hop between playback program and trace: `system.events.summary()`."""
        return Events(lambda: system_hops(self.fpga.counters, self.chip.fabric.counters()))

    def unmodelled(self) -> list[Unmodelled]:
        """Everything that is set now and has no effect in the model."""
        return self.chip.unmodelled()

    def report(self) -> str:
        """What one should know before believing the runs so far: accesses nobody served, settings without effect, lost events.

        >>> System().report()
        ''
        """
        counters, on = self.fpga.counters, self.board.supplies.on()
        unanswered = {what: counters[what] for what in ("scans of unknown JTAG instructions", "bytes to missing I2C devices")}
        off = [name for n, name in enumerate(SUPPLIES) if not on >> n & 1]
        chip, fpga, way = self.chip.faults.counts, self.fpga.registers.faults, self.events.summary()
        return text(chip, fpga, self.chip.processors.report(), self.unmodelled(), way, unanswered, off)

    def explain(self, ended: bool = True, known: Sequence[Finding] | None = None) -> list[Finding]:
        """Why something that the runs so far attempted did not happen: the registers that stand in its way.

        ended: false while programs follow that may bring something to its end, such as the start of a converter that is awake.
        known: what was found with `ended` false, if nothing has run since; it is not looked for again.
        """
        return explain(self.chip, self.fpga.counters, ended, known)

    def accuracy(self, register: Any) -> Trust:
        """Accuracy class and note of a container (class, instance or name) or of an omnibus word address. KeyError for what is no register.

        >>> System().accuracy("CapMemCell").accuracy.name
        'BEHAVIOURAL'
        """
        return accuracy(register)

    def registers(self, where: Any = None, coordinate: Any = None) -> tuple[Row, ...]:
        """Rows of the register table of chip, FPGA and board: of an address, a container or a coordinate; all for None.

        See `hicannx_sim.base.register_table.RegisterTable`. KeyError for what is no register.

        >>> [row.mask for row in System().registers("SystimeSyncBase")]
        [4294967295, 2047]
        """
        return registers(self.setup)(where, coordinate)

    def execute(self, words: Words) -> Words:
        """Runs the words of a program, uint64[n] with a closing HALT, and returns the stream of responses, uint64[m].

        Raises SimError; the system can be used afterwards. If it is one of several in a setup, the others live along meanwhile.
        """
        if self.together is not None:
            number = self.together.number_of(self)
            answer: Words = self.together.execute({number: words})[number]
            return answer
        with self._lock, held():
            self._begin_run()
            return self.fpga.run(words)

    def _begin_run(self) -> None:
        if self._history.maxlen:
            self._history.append(self._snapshot(False))
        self.chip.fabric.begin_run(self.runs)
        self.runs += 1

    # -- a run in pieces, between which snapshots can be taken

    def begin(self) -> None:
        """Begins a run whose words come in pieces."""
        if self.together is not None:
            raise ConfigurationError("one of several FPGAs of a setup has its time in common with them: give it a whole program")
        with self._lock:
            self._begin_run()
            self.fpga.begin()

    def feed(self, words: Words) -> Words:
        """Executes the next words of a run and returns what is new in its stream of responses. How a run is cut makes no difference.

        Raises SimError; the run has to be ended with `finish` then.
        """
        with self._lock, held():
            self.fpga.feed(words, False)
            return self.fpga.trace.take_words(False)

    def finish(self) -> Words:
        """Ends a run in pieces: the rest of its stream."""
        with self._lock, held():
            self.fpga.settle()
            return self.fpga.trace.take_words(True)

    # -- snapshots

    def _blocks(self) -> dict[str, Any]:
        """Everything that has state."""
        chip = {f"chip.{name}": block for name, block in self.chip.blocks().items()}
        fpga = {f"fpga.{name}": block for name, block in self.fpga.blocks().items()}
        outside = {"link": self.link, "pll": self.pll, "tap": self.tap, "board": self.board}
        return {**chip, **outside, "fpga": self.fpga, **fpga}

    def snapshot(self, compress: bool = False) -> bytes:
        """The whole state, also in the middle of a run in pieces; see `hicannx_sim.setup.snapshot` for the format.

        compress: smaller, but some ten times slower.

        >>> system = System(VirtualChip(3), seed=1)
        >>> System().restore(system.snapshot()).identity.serial
        3
        """
        with self._lock:
            return self._snapshot(compress)

    def _snapshot(self, compress: bool) -> bytes:
        quirks = sorted(quirk.value for quirk in self.identity.quirks)
        identity = {"serial": self.identity.serial, "mode": self.identity.mode.value, "quirks": quirks}
        around = {"setup": self.setup, "host": None if self.host is None else astuple(self.host)}
        described = {**identity, **around, "seed": self.seed, "strict": self.strict, "runs": self.runs}
        return snapshot.encode(described, snapshot.capture(self._blocks()), compress)

    def keep_history(self, runs: int) -> None:
        """Keeps the states before the last `runs` runs from now on (0: none), for `rewind`; some 2 ms and 2 MB for each."""
        runs = whole(runs, "runs to keep", 0, MOST_HISTORY)
        with self._lock:
            self._history = deque(self._history, maxlen=runs)

    @property
    def history(self) -> int:
        """How many runs can be taken back."""
        return len(self._history)

    def rewind(self, runs: int = 1) -> None:
        """Takes the last runs back: the state is that before them.

        Raises ConfigurationError if `keep_history` has not kept it, or while a program is being executed.
        """
        if not 1 <= whole(runs, "runs to take back", 1) <= len(self._history):
            kept = f"{len(self._history)} have been kept (keep_history says how many are)"
            raise ConfigurationError(f"{runs} runs cannot be taken back: {kept}")
        if not self._lock.acquire(timeout=BUSY_AFTER):
            raise ConfigurationError("a program is being executed: let it end before its run is taken back")
        self._lock.release()
        for _ in range(runs):
            state = self._history.pop()
        self.restore(state)

    def restore(self, data: bytes) -> Self:
        """Becomes the system that a snapshot was taken of, with its chip, seed and strictness; what follows is the same to the bit.

        Raises SnapshotError: then nothing has changed if the bytes are no snapshot, and the system has just been powered on if their
        content is not right.
        """
        described, state = snapshot.decode(data)
        identity, host = self._described(described)
        with self._lock:
            system = (identity, described["seed"], described["strict"], described["setup"], host)
            if system != (self.identity, self.seed, self.strict, self.setup, self.host):
                self.identity, self.seed, self.strict, self.setup, self.host = system
                self._power_on()
            try:
                snapshot.install(self._blocks(), state)
            except SnapshotError:
                self._power_on()
                raise
            self.runs = described["runs"]
        return self

    @staticmethod
    def _described(described: Mapping[str, Any]) -> tuple[VirtualChip, HostLink | None]:
        """Chip and host of a snapshot."""
        try:
            host = None if described["host"] is None else HostLink(*described["host"])
            return VirtualChip(described["serial"], described["mode"], described["quirks"]), host
        except ConfigurationError as error:
            raise SnapshotError(str(error)) from None

    # -- who looks

    @property
    def gate(self) -> Gate:
        """Where the thread that executes a program can be held up: `pause`, `step`, `resume`."""
        return self.chip.fabric.watch.gate

    def still(self, call: Callable[[], T], patience: float = PATIENCE) -> T:
        """What a call gives while time stands still on the chip: now if nothing is executed, else when the thread that executes comes by.
        Raises TimeoutError after `patience` [s]."""
        done, answer, failed = threading.Event(), list[T](), list[Exception]()

        def answered() -> None:
            try:
                answer.append(call())
            except Exception as error:
                failed.append(error)
            done.set()

        gate, until, wait = self.gate, time.monotonic() + patience, 0.0
        gate.ask(answered)
        while not done.wait(wait) and time.monotonic() < until:
            wait = LOOKS_EVERY
            if self._lock.acquire(blocking=False):
                try:
                    gate.serve()
                finally:
                    self._lock.release()
        gate.forget(answered)
        if failed:
            raise failed[0]
        if not answer:
            raise TimeoutError(f"nobody could look at the chip within {patience} s: something holds it up")
        return answer[0]

    def observe(self, wanted: Observables) -> Recording:
        """Observes from now on, until `Recording.stop`."""
        return Recording(self, wanted)

    def contents(self, container: str) -> NDArray[np.uint32]:
        """Words uint32[coordinates, words] that the registers of a container hold, without any effect of reading."""
        return self.still(lambda: self.chip.omnibus.contents(container))

    def pause(self) -> None:
        """Time stands still from now on, also in the middle of a run, whose thread waits."""
        self.gate.pause()

    def step(self, instructions: int = 0, ticks: int = 0) -> None:
        """So many instructions of the program are executed, or so many ticks of 2 ns pass, and time stands still again.

        Raises ConfigurationError for negative numbers.
        """
        self.gate.step(whole(instructions, "instructions of a step", 0, LONGEST_STEP), whole(ticks, "ticks of a step", 0, LONGEST_STEP))

    def resume(self) -> None:
        """Time goes on."""
        self.gate.resume()

    def frame(self) -> bytes:
        """What can be seen of the chip at this moment, also in the middle of a run; see `hicannx_sim.setup.frame`."""
        if self._frames is None:
            self._frames = FrameSource(self)
        return self.still(self._frames.frame)

    # -- faults

    def inject(self, *faults: Fault, seed: int = 0) -> None:
        """Lets things go wrong from now on; `seed` decides, with the system's, where chance does. See `fpga.faults` for what there is.

        >>> from hicannx_sim.fpga import CRCErrors, PHYDown
        >>> System().inject(PHYDown(phy=2, after=1000), CRCErrors(phy=0, count=3))
        """
        with self._lock:
            for number, fault in enumerate(faults):
                self.fpga.inject(fault, stream(self.seed, "faults", seed, number))

    def clear_faults(self) -> None:
        """Nothing goes wrong any more; counters keep what has happened."""
        with self._lock:
            self.fpga.clear_faults()

    def reset(self) -> None:
        """Power cycle: everything is as it was after construction, but for what the board keeps without power."""
        with self._lock:
            self._power_on()
