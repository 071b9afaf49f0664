"""Running programs: tickets, events, time, and what happens when something goes wrong."""

import pickle
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fisch
import halco
import haldls
from fisch import Backend, Connection, ConnectionFailedError, MultiConnection, ResponseWriter, Target, ZeroMockConnection, ZeroMockEntry, ut
from fisch.connection import Words
from haldls.container import container_on
from stadls import (
    InstructionTimeoutError,
    MissingResponseError,
    NotAContainerError,
    PlaybackProgram,
    PlaybackProgramBuilder,
    ProgramCountError,
    RunTimeInfo,
    RunTimeoutError,
    TargetError,
    TicketError,
    run,
)

NEURON = halco.NeuronConfigOnDLS(halco.Enum(5))


class Scripted(Connection):
    """A connection that answers with what a test writes."""

    kind = "scripted"
    identifier = "scripted"
    hwdb_entry = ZeroMockEntry()

    def __init__(self, answer: Callable[[ResponseWriter], None]) -> None:
        super().__init__()
        self.answer = answer
        self.words: Words | None = None

    def _execute(self, words: Words) -> Words:
        self.words = words
        writer = ResponseWriter()
        self.answer(writer)
        writer.loopback(False)
        writer.flush()
        return writer.words()


def reading(coordinate: object, *backend: Backend) -> tuple[PlaybackProgramBuilder, object]:
    builder = PlaybackProgramBuilder()
    return builder, builder.read(coordinate, *backend)


def test_the_words_are_those_of_the_program_and_a_halt() -> None:
    builder, _ = reading(halco.TimerOnDLS())
    program = builder.done()
    connection = Scripted(lambda writer: writer.omnibus(7))
    run(connection, [program])
    assert connection.words.tolist() == [*program.words.tolist(), ut.HALT_WORD]


def test_ticket_before_and_after_the_run() -> None:
    builder, ticket = reading(halco.TimerOnDLS())
    program = builder.done()
    assert not ticket.valid() and ticket.get_coordinate() == halco.TimerOnDLS()
    for access in (ticket.get, lambda: ticket.fpga_time):
        with pytest.raises(TicketError, match=r"Data not available\."):
            access()

    def answer(writer: ResponseWriter) -> None:
        writer.annotate(1000)
        writer.omnibus(0x1234)

    run(Scripted(answer), [program])
    assert ticket.valid() and int(ticket.get().value) == 0x1234 and int(ticket.fpga_time) == 1000
    assert ticket.get() is not ticket.get() and ticket.get() == ticket.get()


def test_time_without_annotation_counts_messages() -> None:
    builder, ticket = reading(NEURON)
    run(Scripted(lambda writer: [writer.omnibus(0) for _ in range(6)]), [builder.done()])
    assert int(ticket.fpga_time) == 6


def test_a_ticket_cannot_be_made() -> None:
    with pytest.raises(TicketError, match="Unexpected access to moved-from object"):
        type(reading(NEURON)[1])()


def test_a_second_run_replaces_the_first() -> None:
    builder, ticket = reading(halco.TimerOnDLS())
    program = builder.done()
    run(Scripted(lambda writer: writer.omnibus(1)), [program])
    run(Scripted(lambda writer: writer.omnibus(2)), [program])
    assert int(ticket.get().value) == 2
    with pytest.raises(MissingResponseError):
        run(Scripted(lambda writer: None), [program])
    assert not ticket.valid()


def test_a_ticket_keeps_its_program() -> None:
    builder, ticket = reading(halco.TimerOnDLS())
    run(Scripted(lambda writer: writer.omnibus(3)), [builder.done()])
    del builder
    assert int(ticket.get().value) == 3


def test_classes_of_responses_do_not_mix() -> None:
    builder = PlaybackProgramBuilder()
    timer = builder.read(halco.TimerOnDLS())
    over_jtag = builder.read(NEURON, Backend.OmnibusChipOverJTAG)
    empty = builder.read(halco.NullPayloadReadableOnFPGA())
    over_link = builder.read(NEURON)
    other = builder.read(halco.TimerOnDLS())

    def answer(writer: ResponseWriter) -> None:
        for word in (11, 0, 0, 0, 0, 1 << 2, 0, 12):
            writer.omnibus(word)
        for _ in range(6):
            writer.jtag(0)
        writer.loopback(True)

    run(Scripted(answer), [builder.done()])
    assert (int(timer.get().value), int(other.get().value)) == (11, 12)
    assert over_jtag.get() != over_link.get()
    assert empty.get() == haldls.NullPayloadReadable()


def test_merged_tickets_belong_to_the_new_program() -> None:
    first, one = reading(halco.TimerOnDLS())
    second, two = reading(halco.TimerOnDLS())
    third, three = reading(halco.TimerOnDLS())
    second.merge_back(third)
    first.merge_back(second)
    late = second.read(halco.TimerOnDLS())
    run(Scripted(lambda writer: [writer.omnibus(word) for word in (1, 2, 3)]), [first.done()])
    assert [int(ticket.get().value) for ticket in (one, two, three)] == [1, 2, 3]
    assert not late.valid()


READS = st.sampled_from([(halco.TimerOnDLS(),), (NEURON,), (NEURON, Backend.OmnibusChipOverJTAG), (halco.NullPayloadReadableOnFPGA(),)])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(READS, max_size=4), min_size=1, max_size=6), st.data())
def test_however_builders_are_joined_every_ticket_finds_its_response(parts: list[list[tuple[object, ...]]], data: st.DataObject) -> None:
    """Builders joined in any order of neighbours give the program that one builder makes, and the same answers."""
    plain, builders, pairs = PlaybackProgramBuilder(), [PlaybackProgramBuilder() for _ in parts], []
    for builder, part in zip(builders, parts, strict=True):
        for read in part:
            pairs.append((builder.read(*read), plain.read(*read)))
    while len(builders) > 1:
        index = data.draw(st.integers(0, len(builders) - 2))
        builders[index].merge_back(builders.pop(index + 1))
    joined, expected = builders[0].done(), plain.done()
    assert joined == expected

    def answer(writer: ResponseWriter) -> None:
        for number in range(expected.expected[1]):
            writer.omnibus(number & 0xFC)
        for number in range(expected.expected[2]):
            writer.jtag(number & 0xFC)
        for _ in range(expected.expected[3]):
            writer.loopback(True)

    run(Scripted(answer), [joined])
    run(Scripted(answer), [expected])
    for mine, theirs in pairs:
        assert (mine.get(), int(mine.fpga_time)) == (theirs.get(), int(theirs.fpga_time))


def test_spikes_and_samples() -> None:
    def answer(writer: ResponseWriter) -> None:
        writer.append(5, 0x1000)
        writer.append(0x0B, 0x0A_0001_0B_8002)
        writer.append(0x07, 0x0C_0401)
        writer.append(0x0C, 0x0D_0003_0E_0004_0F_0005)

    program = PlaybackProgramBuilder().done()
    run(Scripted(answer), [program])
    spikes, samples = program.spikes.to_numpy(), program.madc_samples.to_numpy()
    assert spikes.dtype == np.dtype([("label", "u2"), ("fpga_time", "u8"), ("chip_time", "u8")]) and spikes.dtype.itemsize == 18
    assert (
        samples.dtype == np.dtype([("value", "u2"), ("channel", "u1"), ("fpga_time", "u8"), ("chip_time", "u8")])
        and samples.dtype.itemsize == 19
    )
    assert spikes["label"].tolist() == [1, 0x8002, 3, 4, 5] and spikes["fpga_time"].tolist() == [0x1001] * 2 + [0x1003] * 3
    assert spikes["chip_time"].tolist() == [0xF85, 0xF85, 0xF86, 0xF87, 0xF87]
    assert samples[["value", "channel"]].tolist() == [(1, 1)]
    assert [program.spikes_pack_counts[halco.SpikePackFromFPGAOnDLS(n)] for n in (1, 2, 3)] == [0, 1, 1]
    assert [program.madc_samples_pack_counts[halco.MADCSamplePackFromFPGAOnDLS(n)] for n in (1, 2, 3)] == [1, 0, 0]
    assert len(program.spikes) == 5 and program.spikes[1].label == halco.SpikeLabel(0x8002)
    assert [int(spike.chip_time) for spike in program.spikes] == spikes["chip_time"].tolist()
    sample = program.madc_samples[-1]
    assert (int(sample.value), int(sample.channel), int(sample.fpga_time)) == (1, 1, 0x1002)
    assert len(program.spikes[1:3]) == 2
    with pytest.raises(IndexError):
        program.spikes[5]


def test_events_are_of_types_that_can_be_named() -> None:
    program = PlaybackProgram()
    for kind, found in ((PlaybackProgram.spikes_type, program.spikes), (PlaybackProgram.madc_samples_type, program.madc_samples)):
        assert type(found) is kind and found == kind() and len(found.to_numpy()) == 0


def test_what_comes_out_cannot_be_changed_behind_the_program() -> None:
    program = PlaybackProgramBuilder().done()
    run(Scripted(lambda writer: writer.append(0x0A, 0x0A_0001)), [program])
    program.spikes.to_numpy()["label"] = 7
    assert program.spikes[0].label == halco.SpikeLabel(1)


def test_link_notifications_are_those_of_the_run() -> None:
    program = PlaybackProgramBuilder().done()
    for _ in range(2):
        run(Scripted(lambda writer: writer.link_notification(0xB0)), [program])
    (notification,) = program.highspeed_link_notifications
    assert (int(notification.phy), notification.link_up, notification.crc_error, int(notification.fpga_time)) == (5, True, False, 1)


def test_run_time_info() -> None:
    builder = PlaybackProgramBuilder()
    builder.write_spikes(np.arange(10_000), np.zeros(10_000, np.uint16))
    program = builder.done()
    with MultiConnection([ZeroMockConnection()]) as connection:
        info = run(connection, [program])
        assert isinstance(info, RunTimeInfo) and len(info.connection) == 1
        assert info.connection[0].execution_duration.total_seconds() > 0
        assert min(info.connection[0].encode_duration, info.connection[0].decode_duration).total_seconds() > 0
        assert info.connection[0].execution_duration <= connection.time_infos[0].execution_duration
    assert "playback_decode_time" in str(info)


def test_programs_compare_and_pickle() -> None:
    one, two = (reading(halco.TimerOnDLS())[0].done() for _ in range(2))
    assert one == two
    run(Scripted(lambda writer: writer.omnibus(1)), [one])
    assert one != two and pickle.loads(pickle.dumps(one)) == one
    run(Scripted(lambda writer: writer.omnibus(1)), [two])
    assert one == two
    run(Scripted(lambda writer: writer.omnibus(2)), [two])
    assert one != two


@pytest.mark.parametrize("number", [0, 2])
def test_one_program_per_chip(number: int, zero_mock: MultiConnection) -> None:
    with pytest.raises(ProgramCountError, match=r"For each fpga exactly one program is required\."):
        run(zero_mock, [PlaybackProgramBuilder().done()] * number)


def test_a_program_alone_is_that_of_the_only_chip(zero_mock: MultiConnection) -> None:
    builder = PlaybackProgramBuilder()
    ticket = builder.read(halco.NullPayloadReadableOnFPGA())
    run(zero_mock, builder.done())
    assert ticket.valid
    with pytest.raises(ProgramCountError, match="exactly one program"):
        run(MultiConnection([Scripted(lambda writer: None)] * 2), PlaybackProgramBuilder().done())


@pytest.mark.parametrize("programs", [None, [None], [3], [PlaybackProgramBuilder()]])
def test_only_programs_run(programs: object, zero_mock: MultiConnection) -> None:
    with pytest.raises(NotAContainerError, match="list of PlaybackPrograms"):
        run(zero_mock, programs)


def test_two_chips() -> None:
    tickets, programs = [], []
    for _ in range(2):
        builder, ticket = reading(halco.TimerOnDLS())
        tickets.append(ticket)
        programs.append(builder.done())
    run(MultiConnection([Scripted(lambda writer: writer.omnibus(1)), Scripted(lambda writer: writer.omnibus(2))]), programs)
    assert [int(ticket.get().value) for ticket in tickets] == [1, 2]


def test_unsupported_target(zero_mock: MultiConnection) -> None:
    builder, _ = reading(halco.PollingOmnibusBlockConfigOnFPGA())
    program = builder.done()
    assert program.unsupported_targets == {Target.hardware, Target.simulation}
    with pytest.raises(TargetError, match=r"Trying to execute program on unsupported target\. .*read of PollingOmni.*"):
        run(zero_mock, [program])


@pytest.mark.parametrize("coordinate", [halco.SynapseBiasSelectionOnDLS(), halco.CommonSTPConfigOnDLS(1)])
def test_a_refused_access_is_named(zero_mock: MultiConnection, coordinate: object) -> None:
    builder, _ = reading(NEURON)
    builder.read(coordinate)
    with pytest.raises(TargetError, match=f"instruction [0-9]+, read of .*{re.escape(repr(coordinate))}, is refused by: hardware"):
        run(zero_mock, [builder.done()])


def test_missing_responses(zero_mock: MultiConnection) -> None:
    builder, _ = reading(NEURON)
    with pytest.raises(MissingResponseError, match=r"Not all response data to PlaybackPrograms valid\..*4 of 6 omnibus"):
        run(Scripted(lambda writer: [writer.omnibus(0) for _ in range(4)]), [builder.done()])
    with pytest.raises(MissingResponseError, match="1 of 0 omnibus"):
        run(Scripted(lambda writer: writer.omnibus(0)), [PlaybackProgramBuilder().done()])


def test_error_notification_names_the_instruction() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    builder.write(NEURON, haldls.NeuronConfig())
    builder.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
    program = builder.done()

    def answer(writer: ResponseWriter) -> None:
        writer.annotate(1250123)
        writer.timeout(13, 17, 5)

    with pytest.raises(InstructionTimeoutError, match=r"1 FPGA sent error notification\(s\)") as caught:
        run(Scripted(answer), [program])
    error = caught.value
    assert (error.chip, error.instruction, error.fpga_time) == (0, 13, 1250123)
    text = str(error)
    assert "17 trace stalls" in text and "5 omnibus reads in flight" in text and "1250123" in text
    marked = next(line for line in text.splitlines() if line.startswith("->"))
    assert marked.split()[1:] == ["13", "t=12", "wait", "Barrier(enable_omnibus=True)"]
    assert f"NeuronConfig at {NEURON!r}" in text and "SystemInit" in text
    run(Scripted(lambda writer: None), [program])  # what the failed run left behind does not stay


def test_every_fpga_that_failed_is_reported() -> None:
    programs = []
    for container in (haldls.NeuronConfig, haldls.CapMemCell, haldls.CADCConfig):
        builder = PlaybackProgramBuilder()
        builder.write(container.coordinate(), container())
        programs.append(builder.done())
    answers = [lambda writer: writer.timeout(0, 0, 0), lambda writer: None, lambda writer: writer.timeout(0, 1, 2)]
    connections = [Scripted(answer) for answer in answers]
    with pytest.raises(InstructionTimeoutError, match=r"^2 FPGA sent error notification\(s\)") as caught:
        run(MultiConnection(connections), programs)
    text = str(caught.value)
    assert "on FPGA 0" in text and "NeuronConfig at" in text and "on FPGA 2" in text and "CADCConfig at" in text
    assert "on FPGA 1" not in text and "CapMemCell" not in text and caught.value.chip == 0


def test_error_notification_of_an_access_over_jtag() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, haldls.NeuronConfig(), Backend.OmnibusChipOverJTAG)
    with pytest.raises(InstructionTimeoutError, match="NeuronConfig at NeuronConfigOnDLS"):
        run(Scripted(lambda writer: writer.timeout(9, 0, 0)), [builder.done()])


@pytest.mark.parametrize("equality, waits", [(True, "become"), (False, "differ from")])
def test_error_notification_of_a_poll_names_the_register_and_the_target(equality: bool, waits: str) -> None:
    builder = PlaybackProgramBuilder()
    builder.read(halco.CADCConfigOnDLS())
    config = haldls.PollingOmnibusBlockConfig()
    config.address = int(haldls.NeuronConfig.write_addresses(int(NEURON)).flat[0])
    config.target, config.mask = 0x12, 0xFF
    builder.write(halco.PollingOmnibusBlockConfigOnFPGA(), config)
    at = len(builder.words)
    builder.block_until(halco.PollingOmnibusBlockOnFPGA(), haldls.PollingOmnibusBlock(enable_expects_equality=equality))
    with pytest.raises(InstructionTimeoutError, match=f"did not {waits} the target") as caught:
        run(Scripted(lambda writer: writer.timeout(at, 0, 0)), [builder.done()])
    text = str(caught.value)
    assert f"polls omnibus address {int(config.address):#x}, NeuronConfig" in text and "0x12" in text and "0xff" in text
    assert "CADCConfig at" in text and "waits for the chip" not in text


def test_error_notification_of_the_halt() -> None:
    with pytest.raises(InstructionTimeoutError, match="instruction 0 of 0"):
        run(Scripted(lambda writer: writer.timeout(0, 0, 0)), [PlaybackProgramBuilder().done()])


def test_decoding_fails_at_the_ticket_not_at_the_run() -> None:
    builder, ticket = reading(halco.JTAGIdCodeOnDLS())
    run(Scripted(lambda writer: writer.jtag(0)), [builder.done()])
    assert ticket.valid()
    with pytest.raises(RuntimeError):
        ticket.get()


def test_closed_connection() -> None:
    connection = ZeroMockConnection()
    connection.close()
    with pytest.raises(ConnectionFailedError, match="closed"):
        run(connection, [PlaybackProgramBuilder().done()])


def test_everything_readable_can_be_read_from_a_chip_of_zeros(zero_mock: MultiConnection) -> None:
    """One read of each container; the tickets decode or say that zeros are not a possible content."""
    builder, tickets = PlaybackProgramBuilder(), []
    for coordinate, container in container_on.items():
        if issubclass(container, haldls.BlockUntil):
            continue
        try:
            tickets.append((container, builder.read(coordinate())))
        except RuntimeError as error:
            assert "not readable" in str(error) or "can't be read" in str(error)
    program = builder.done()
    program.unsupported_targets = set()
    run(zero_mock, [program])
    for container, ticket in tickets:
        try:
            assert type(ticket.get()) is container
        except (RuntimeError, ValueError) as error:
            assert str(error), container


class Silent(Scripted):
    """Never answers."""

    def __init__(self) -> None:
        super().__init__(lambda writer: None)
        self.silent = True

    def _execute(self, words: Words) -> Words:
        if self.silent:
            raise RunTimeoutError("no answer within 0.1 s")
        return super()._execute(words)


def test_an_fpga_that_does_not_answer_in_time() -> None:
    """The connection decides how long to wait; the error arrives as it is, and both program and connection can be used again."""
    connection = Silent()
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, haldls.NeuronConfig())
    program = builder.done()
    with pytest.raises(RunTimeoutError, match=r"0\.1 s"):
        run(connection, [program])
    assert not program.ran
    connection.silent = False
    run(connection, [program])
    assert program.ran


def test_what_the_links_reported_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    program = PlaybackProgramBuilder().done()
    with caplog.at_level(5, logger="stadls.run"):
        run(Scripted(lambda writer: writer.link_notification(0xB0)), [program])
        run(Scripted(lambda writer: None), [program])
        with pytest.raises(MissingResponseError):
            run(Scripted(lambda writer: (writer.link_notification(0xB0), writer.omnibus(0))), [program])
    records = [record for record in caplog.records if record.name == "stadls.run"]
    assert [record.levelno for record in records] == [5, 5, 20]
    texts = [record.getMessage() for record in records]
    assert "scripted got highspeed-link notifications:" in texts[0] and "PhyStatusOnFPGA(5)" in texts[0]
    assert "scripted got no highspeed-link notifications." in texts[1]


def test_nothing_is_logged_unless_somebody_listens(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("DEBUG", logger="stadls.run"):
        run(Scripted(lambda writer: writer.link_notification(0xB0)), [PlaybackProgramBuilder().done()])
    assert not caplog.records


def test_programs_of_the_level_of_the_wire_run_too(zero_mock: MultiConnection) -> None:
    builder = fisch.PlaybackProgramBuilder()
    info = run(zero_mock, [builder.done()])
    assert isinstance(info, RunTimeInfo) and len(info.connection) == 1


def test_errors_are_those_of_the_wire_too() -> None:
    for ours, theirs in (
        (InstructionTimeoutError, fisch.errors.InstructionTimeoutError),
        (MissingResponseError, fisch.errors.MissingResponseError),
        (TicketError, fisch.errors.TicketError),
    ):
        assert issubclass(ours, theirs)
    assert issubclass(RunTimeoutError, fisch.errors.RunError)
