"""Every rule by which the original refuses something, in one table: the same class of exception, and its words where programs rely
on them."""

from collections.abc import Callable
from typing import Any

import pytest

import halco
import haldls
import haldls.lola as lola
from fisch import HXCubeFPGAEntry, HXCubeSetupEntry, MultiConnection, ResponseWriter, ZeroMockConnection, ZeroMockEntry
from fisch.connection import Connection, Words
from stadls import (
    AbsoluteTimePlaybackProgramBuilder,
    ChipInit,
    ContainerTicket,
    DumperDone,
    PlaybackProgram,
    PlaybackProgramBuilder,
    PlaybackProgramBuilderDumper,
    ReinitStackEntry,
    SystemInit,
    convert_to_builder,
    generate,
    run,
)

NEURON, TIMER, BARRIER = halco.NeuronConfigOnDLS(), halco.TimerOnDLS(), halco.BarrierOnFPGA()
CONFIG, TIME = haldls.NeuronConfig(), haldls.Timer.Value(10)


class Answering(Connection):
    """Gives what a test writes."""

    kind, identifier, hwdb_entry = "answering", "answering", ZeroMockEntry()

    def __init__(self, answer: Callable[[ResponseWriter], Any]) -> None:
        super().__init__()
        self.answer = answer

    def _execute(self, words: Words) -> Words:
        writer = ResponseWriter()
        self.answer(writer)
        writer.loopback(False)
        writer.flush()
        return writer.words()


def reading(coordinate: Any = NEURON) -> tuple[PlaybackProgramBuilder, ContainerTicket]:
    builder = PlaybackProgramBuilder()
    return builder, builder.read(coordinate)


def builder() -> PlaybackProgramBuilder:
    return PlaybackProgramBuilder()


def absolute_reading() -> AbsoluteTimePlaybackProgramBuilder:
    made = AbsoluteTimePlaybackProgramBuilder()
    made.read(TIME, NEURON)
    return made


def self_merge() -> None:
    one = builder()
    one.merge_back(one)


def set_values(values: Any) -> None:
    DumperDone().values = values


def without_link(capmem: bool) -> ChipInit:
    init = ChipInit(ZeroMockEntry())
    init.enable_highspeed_link, init.enable_capmem = False, capmem
    return init


def failing(writer: ResponseWriter) -> None:
    writer.timeout(0, 0, 0)


def two_chips() -> HXCubeSetupEntry:
    return HXCubeSetupEntry(fpgas={number: HXCubeFPGAEntry() for number in range(2)})


RULES: list[tuple[str, Callable[[], Any], type[Exception], str]] = [
    ("nothing to write", lambda: builder().write(halco.JTAGIdCodeOnDLS(), haldls.JTAGIdCode()), RuntimeError, r"Container not writeable\."),
    ("nothing to read", lambda: builder().read(halco.NeuronResetOnDLS()), RuntimeError, r"Container not readable\."),
    ("a backend that only reads", lambda: builder().read(halco.ResetChipOnDLS()), RuntimeError, "(?i)can't be read|not readable"),
    ("coordinate of another container", lambda: builder().write(TIMER, CONFIG), RuntimeError, "NeuronConfigOnDLS"),
    ("coordinate without a container", lambda: builder().read(halco.NeuronColumnOnDLS()), RuntimeError, "NeuronColumnOnDLS"),
    ("reference of another class", lambda: builder().write(NEURON, CONFIG, haldls.Timer()), RuntimeError, "Timer"),
    ("no differential write", lambda: builder().write(TIMER, haldls.Timer(), haldls.Timer()), RuntimeError, "differential"),
    ("no container at all", lambda: builder().write(NEURON, 3), TypeError, "int"),
    ("no condition", lambda: builder().block_until(TIMER, 5), TypeError, "Timer.Value, Barrier or PollingOmnibusBlock"),
    ("condition on another coordinate", lambda: builder().block_until(BARRIER, TIME), TypeError, "TimerOnDLS"),
    ("merging with itself", self_merge, RuntimeError, "itself"),
    ("copying reads", lambda: builder().copy_back(reading()[0]), RuntimeError, "PlaybackProgramBuilder to copy is not write only"),
    ("a ticket out of nothing", lambda: ContainerTicket(), RuntimeError, "Unexpected access to moved-from object"),
    ("data before the run", lambda: reading()[1].get(), RuntimeError, r"Data not available\."),
    ("time before the run", lambda: reading()[1].fpga_time, RuntimeError, r"Data not available\."),
    ("no program for an FPGA", lambda: run(ZeroMockConnection(), []), RuntimeError, r"For each fpga exactly one program is required\."),
    (
        "a target that refuses",
        lambda: run(ZeroMockConnection(), [reading(halco.PollingOmnibusBlockConfigOnFPGA())[0].done()]),
        RuntimeError,
        r"Trying to execute program on unsupported target\.",
    ),
    ("an error notification", lambda: run(Answering(failing), [PlaybackProgram()]), RuntimeError, r"1 FPGA sent error notification\(s\)\."),
    (
        "missing responses",
        lambda: run(Answering(lambda writer: None), [reading()[0].done()]),
        RuntimeError,
        r"Not all response data to PlaybackPrograms valid\.",
    ),
    ("reinit with reads", lambda: ReinitStackEntry(ZeroMockConnection()).set([reading()[0].done()]), RuntimeError, "write-only"),
    ("a timed write of the timer", lambda: AbsoluteTimePlaybackProgramBuilder().write(TIME, TIMER, haldls.Timer()), RuntimeError, "timer"),
    ("shifting timed reads", lambda: absolute_reading() + TIME, RuntimeError, "not write only"),
    ("scaling timed reads", lambda: absolute_reading() * 2.0, RuntimeError, "not write only"),
    ("copying timed reads", lambda: AbsoluteTimePlaybackProgramBuilder().copy(absolute_reading()), RuntimeError, "not write only"),
    (
        "a timed ticket before the run",
        lambda: AbsoluteTimePlaybackProgramBuilder().read(TIME, NEURON).get(),
        RuntimeError,
        "Access is not possible until ContainerTicket is valid",
    ),
    ("a dumper reads", lambda: PlaybackProgramBuilderDumper().read(NEURON), RuntimeError, r"Dumper does not support reads\."),
    ("words of a dumper", lambda: PlaybackProgramBuilderDumper().size_to_fpga(), RuntimeError, "size_to_fpga"),
    ("responses of a dumper", lambda: PlaybackProgramBuilderDumper().size_from_fpga(), RuntimeError, "size_from_fpga"),
    ("pairs that are no tuples", lambda: set_values([[TIMER, haldls.Timer()]]), RuntimeError, r"Expected tuple\."),
    ("converting something else", lambda: convert_to_builder(3), TypeError, "DumperDone"),
    (
        "capacitor memory without link",
        lambda: generate(without_link(True)),
        RuntimeError,
        r"Highspeed link needs to be enabled to configure CapMem\.",
    ),
    ("several chips in an entry", lambda: SystemInit(two_chips()), RuntimeError, "2 FPGAs"),
    (
        "a block of another size",
        lambda: builder().write(halco.PPUMemoryBlockOnDLS(), haldls.PPUMemoryBlock(3)),
        RuntimeError,
        "3 words cannot be written to",
    ),
    ("a value out of range", lambda: haldls.Timer.Value(1 << 32), OverflowError, "range overflow: 4294967296 > max"),
    ("a value below its range", lambda: haldls.CapMemCell(-1), RuntimeError, "range underflow: -1 < min"),
    ("a member that does not exist", lambda: lola.AtomicNeuron(nonsense=1), TypeError, "nonsense"),
]


@pytest.mark.parametrize(("rule", "use", "error", "text"), RULES, ids=[rule[0] for rule in RULES])
def test_rule(rule: str, use: Callable[[], Any], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text) as caught:
        use()
    assert caught.type is not RuntimeError and caught.type is not AssertionError, "an error has a class of its own"


def test_the_legal_counterparts() -> None:
    """What stands closest to the rules and is allowed."""
    generate(without_link(False))
    builder().write(NEURON, CONFIG, CONFIG)
    builder().copy_back(builder())
    run(MultiConnection([ZeroMockConnection(0)]), [PlaybackProgram()])
    timed = absolute_reading()
    timed += TIME  # in place the tickets stay with their commands
    timed *= 2
    assert timed.done().size_from_fpga() == 6
