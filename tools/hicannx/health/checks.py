"""The checks of one chip. Each is a small program whose responses are known beforehand; none needs more than some seconds."""

import hashlib
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from fisch import FischError
from fisch.connection import Connection, MultiConnection
from halco import (
    BackgroundSpikeSourceOnDLS,
    BarrierOnFPGA,
    ExternalPPUMemoryByteOnFPGA,
    JTAGIdCodeOnDLS,
    NeuronLabel,
    PhyStatusOnFPGA,
    PPUMemoryWordOnDLS,
    SpikeLabel,
    SpikePack1ToChipOnDLS,
    SystimeSyncOnFPGA,
    TimerOnDLS,
    iter_all,
)
from haldls import BackgroundSpikeSource, Barrier, ExternalPPUMemoryByte, PPUMemoryWord, SpikePack1ToChip, SystimeSync, Timer
from hicannx.errors import HicannxError
from hicannx.health.results import References, Result
from hicannx_sim import SimError
from stadls import PlaybackProgram, PlaybackProgramBuilder, StadlsError, SystemInit, generate, run

PART_NUMBER: Final = 0x4858
PACKS: Final = 1000
ARRIVES: Final = 0.98
"""Share of the packs that have to come back, as the original's tests have it."""
PERIOD: Final = 1000
"""Cycles of a background source's clock, 250 MHz, between two spikes."""
SPAN: Final = 1_250_000
"""FPGA cycles for which background sources run: 10 ms."""
SLOWER: Final = 1.2
"""Times the seconds of the reference from which on speed is remarked on."""


class CheckFailedError(HicannxError):
    """A check has found something."""


@dataclass
class Subject:
    """The chip that is checked, and what its answers were so far, for the digest."""

    connection: MultiConnection
    references: References
    remark: str = ""
    answers: list[bytes] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def chip(self) -> str:
        return self.connection.identifiers[0]

    def run(self, builder: PlaybackProgramBuilder) -> PlaybackProgram:
        program = builder.done()
        begin = time.process_time()
        run(self.connection, [program])
        self.seconds += time.process_time() - begin
        return program

    def answered(self, *values: Any) -> None:
        self.answers.extend(np.asarray(value, np.int64).tobytes() for value in values)


def _wait(builder: PlaybackProgramBuilder, cycles: int) -> None:
    builder.write(TimerOnDLS(), Timer())
    builder.block_until(TimerOnDLS(), Timer.Value(cycles))


def _initialisation(subject: Subject) -> None:
    """The chip's initialisation runs without a time-out."""
    subject.run(generate(SystemInit(subject.connection.hwdb_entries[0]))[0])


def _links(subject: Subject) -> None:
    """All eight links between FPGA and chip are up, and nothing was damaged on them."""
    builder = PlaybackProgramBuilder()
    _wait(builder, 100_000)
    tickets = [builder.read(place) for place in iter_all(PhyStatusOnFPGA)]
    subject.run(builder)
    found = [ticket.get() for ticket in tickets]
    down = [number for number, status in enumerate(found) if not int(status.online_time)]
    damaged = {number: count for number, status in enumerate(found) if (count := int(status.crc_error_count))}
    wrong = [*(f"link {n} is down" for n in down), *(f"link {n}: {c} CRC errors" for n, c in damaged.items())]
    if wrong:
        raise CheckFailedError("; ".join(wrong))


def _identity(subject: Subject) -> None:
    """The chip is a HICANN-X of the revision that is known here."""
    builder = PlaybackProgramBuilder()
    ticket = builder.read(JTAGIdCodeOnDLS())
    subject.run(builder)
    part = int(ticket.get().part_number)
    if part != PART_NUMBER:
        raise CheckFailedError(f"part number {part:#x} is not {PART_NUMBER:#x}")


def _memories(subject: Subject) -> None:
    """What is written into the memories of a plasticity processor and of the FPGA can be read again."""
    draw = np.random.default_rng(2025)
    builder, kept = PlaybackProgramBuilder(), list[tuple[Any, Any]]()
    for number in range(0, PPUMemoryWordOnDLS.size, 97):
        word = PPUMemoryWord(PPUMemoryWord.Value(int(draw.integers(1 << 32))))
        builder.write(PPUMemoryWordOnDLS(number), word)
        kept.append((PPUMemoryWordOnDLS(number), word))
    for number in range(0, 4096, 61):
        byte = ExternalPPUMemoryByte(ExternalPPUMemoryByte.Value(int(draw.integers(1 << 8))))
        builder.write(ExternalPPUMemoryByteOnFPGA(number), byte)
        kept.append((ExternalPPUMemoryByteOnFPGA(number), byte))
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    tickets = [(place, value, builder.read(place)) for place, value in kept]
    subject.run(builder)
    wrong = [str(place) for place, value, ticket in tickets if ticket.get() != value]
    if wrong:
        raise CheckFailedError(f"{len(wrong)} of {len(tickets)} words read back wrong, {wrong[0]} the first")


def _synchronisation(subject: Subject) -> None:
    """FPGA and chip find a common time: a spike's time on the chip lies less than 127 cycles before the FPGA's."""
    builder = PlaybackProgramBuilder()
    builder.write(SystimeSyncOnFPGA(), SystimeSync(True))
    builder.block_until(BarrierOnFPGA(), Barrier.systime)
    builder.write(SpikePack1ToChipOnDLS(), SpikePack1ToChip([SpikeLabel(1)]))
    _wait(builder, 1000)
    spikes = subject.run(builder).spikes.to_numpy()
    late = spikes["fpga_time"].astype(np.int64) - spikes["chip_time"].astype(np.int64)
    if len(late) != 1 or not 0 <= late[0] < 127:
        raise CheckFailedError(f"a spike came {len(late)} times, with {late.tolist()} cycles between chip and FPGA")


def _loopback(subject: Subject) -> None:
    """Spikes that the host sends come back."""
    labels = np.random.default_rng(7).integers(1, 1 << 16, PACKS).tolist()
    builder = PlaybackProgramBuilder()
    for label in labels:
        builder.write(SpikePack1ToChipOnDLS(), SpikePack1ToChip([SpikeLabel(label)]))
        _wait(builder, 10)
    _wait(builder, 1000)
    spikes = subject.run(builder).spikes.to_numpy()
    subject.answered(spikes["label"], np.diff(spikes["chip_time"].astype(np.int64)))
    strange = set(spikes["label"].tolist()) - set(labels)
    if len(spikes) < ARRIVES * PACKS or strange:
        foreign = f", {len(strange)} labels among them that nobody sent" if strange else ""
        raise CheckFailedError(f"{len(spikes)} of {PACKS} spikes came back{foreign}")


def _background(subject: Subject) -> None:
    """Each of the eight background sources sends as many spikes as its period says."""
    builder = PlaybackProgramBuilder()
    for number, place in enumerate(iter_all(BackgroundSpikeSourceOnDLS)):
        source = BackgroundSpikeSource()
        source.period, source.enable, source.enable_random = BackgroundSpikeSource.Period(PERIOD), True, False
        source.neuron_label = NeuronLabel(number)
        builder.write(place, source)
    _wait(builder, SPAN)
    for place in iter_all(BackgroundSpikeSourceOnDLS):
        builder.write(place, BackgroundSpikeSource())
    builder.block_until(BarrierOnFPGA(), Barrier.omnibus)
    _wait(builder, 10_000)
    counts = Counter((subject.run(builder).spikes.to_numpy()["label"] & 7).tolist())
    subject.answered(sorted(counts.items()))
    expected = 2 * SPAN // PERIOD
    wrong = {number: counts[number] for number in range(8) if abs(counts[number] - expected) > max(10, expected // 50)}
    if wrong:
        raise CheckFailedError(f"sources {', '.join(f'{n} sent {c}' for n, c in wrong.items())}, expected {expected} spikes each")


def _digest(subject: Subject) -> None:
    """The answers of the other checks are those of an earlier time."""
    digest = hashlib.sha256(b"".join(subject.answers)).hexdigest()
    earlier = subject.references.of(subject.chip, "digest", digest)
    if earlier is None:
        subject.remark = f"kept {digest[:16]} as reference"
    elif earlier != digest:
        raise CheckFailedError(f"digest {digest[:16]} is not {str(earlier)[:16]}, as earlier checks had it (--renew keeps the new one)")


def _speed(subject: Subject) -> None:
    """The checks take not much more processor time than before; this is a remark, and no failure."""
    earlier = subject.references.of(subject.chip, "seconds", subject.seconds)
    if isinstance(earlier, float) and subject.seconds > SLOWER * earlier:
        subject.remark = f"{subject.seconds:.2f} s of processor time, and {earlier:.2f} s earlier"


CHECKS: Final[dict[str, Callable[[Subject], None]]] = {
    "initialisation": _initialisation,
    "links": _links,
    "identity": _identity,
    "memories": _memories,
    "synchronisation": _synchronisation,
    "loopback": _loopback,
    "background sources": _background,
    "digest": _digest,
    "speed": _speed,
}
"""In their order; the later ones need the earlier ones."""


def check(connection: MultiConnection | Connection, references: References) -> list[Result]:
    """All checks of all chips of a connection; those of a chip that cannot be initialised fail at once.

    What the chips were before is lost.
    """
    return [result for one in MultiConnection.of_one(connection).connections for result in _check_one(MultiConnection([one]), references)]


def _check_one(connection: MultiConnection, references: References) -> list[Result]:
    subject, results = Subject(connection, references), list[Result]()
    for name, look in CHECKS.items():
        subject.remark, failure, begin = "", "", time.perf_counter()
        if results and results[0].failure:
            failure = "not tried, as the chip is not initialised"
        else:
            try:
                look(subject)
            except (CheckFailedError, FischError, StadlsError, SimError) as error:
                failure = " ".join(str(error).split())
        results.append(Result(subject.chip, name, time.perf_counter() - begin, failure, subject.remark))
    return results
