"""Builder, tickets, programs and run on the level of the wire: what the original's own tests ask for, and what arrays add."""

import copy
import logging
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fisch
from fisch import Omnibus, OmnibusChipOverJTAG, Timer, WaitUntil
from fisch.backends import ACCESS, Sequence
from halco import (
    Enum,
    I2CTempRegisterOnBoard,
    JTAGIdCodeOnDLS,
    MADCSamplePackFromFPGAOnDLS,
    NeuronConfigOnDLS,
    NullPayloadReadableOnFPGA,
    OmnibusAddress,
    OmnibusChipOverJTAGAddress,
    SpikePackFromFPGAOnDLS,
    TimerOnDLS,
    WaitUntilOnFPGA,
)

ALL = list(fisch.CONTAINERS.values())
OMNIBUS, JTAG, LOOPBACK, SPIKES, MADC, TIMEOUT = 0x01, 0x00, 0x02, 0x0B, 0x07, 0x04


class Answering(fisch.Connection):
    """A connection that answers with given messages and remembers what it was sent."""

    kind = "answering"
    identifier = "answering"
    hwdb_entry = fisch.SimulationEntry()

    def __init__(self, *messages):
        super().__init__()
        self.messages = messages

    def _execute(self, words):
        self.sent = words.tolist()
        writer = fisch.ResponseWriter()
        for header, payload in (*self.messages, (LOOPBACK, 0)):
            writer.append(header, payload)
        writer.flush()
        return writer.words()


def answered(program, *messages):
    """Lets the program run on a connection that answers with the messages."""
    return fisch.run(Answering(*messages), [program])


@pytest.fixture
def builder():
    return fisch.PlaybackProgramBuilder()


def addresses(*numbers):
    return [OmnibusAddress(number) for number in numbers]


# --------------------------------------------------------------------------------------------------------------------- capabilities
@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_reading_one_and_many(cls, builder):
    coordinate = cls.coordinate_type()
    if ACCESS[cls.backend].read == Sequence.NONE:
        with pytest.raises(fisch.AccessError) as one:
            builder.read(coordinate)
        with pytest.raises(fisch.AccessError) as many:
            builder.read([coordinate, coordinate])
        assert str(one.value) == f"Coordinate {coordinate} can't be read."
        assert str(many.value) == f"Coordinates [{coordinate}, {coordinate}] can't be read."
        assert builder.empty()
        return
    assert len(builder.read(coordinate)) == 1
    words = builder.words.tolist()
    assert len(builder.read([coordinate, coordinate])) == 2
    assert builder.words.tolist() == 3 * words
    assert builder.size_from_fpga() == 3 * ACCESS[cls.backend].responses


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: cls.__name__)
def test_writing_one_and_many(cls, builder):
    coordinate, config = cls.coordinate_type(), cls()
    if ACCESS[cls.backend].write == Sequence.NONE:
        with pytest.raises(fisch.AccessError) as one:
            builder.write(coordinate, config)
        with pytest.raises(fisch.AccessError) as many:
            builder.write([coordinate, coordinate], [config, config])
        assert str(one.value) == f"{config} can't be written."
        assert str(many.value) == f"Containers [{config}, {config}] can't be written."
        assert builder.empty()
        return
    builder.write(coordinate, config)
    words = builder.words.tolist()
    builder.write([coordinate, coordinate], [config, config])
    assert builder.words.tolist() == 3 * words
    assert builder.is_write_only() and builder.size_to_fpga() == len(builder.words)


def test_both_lists_have_the_same_length(builder):
    for places, words in ((addresses(0, 1, 2), 2), (addresses(0), 2)):
        with pytest.raises(RuntimeError, match=r"^Coordinate count does not match configuration count\."):
            builder.write(places, [Omnibus()] * words)
    builder.write([], [])
    assert builder.empty()


def test_a_list_is_of_one_class(builder):
    with pytest.raises(fisch.UsageError, match=r"Timer\(0\) is not a Omnibus"):
        builder.write([OmnibusAddress(), TimerOnDLS()], [Omnibus(), Timer()])
    with pytest.raises(fisch.UsageError, match="Omnibus stands on OmnibusAddress, not on TimerOnDLS"):
        builder.write([OmnibusAddress(), TimerOnDLS()], [Omnibus(), Omnibus()])
    with pytest.raises(fisch.UsageError, match="Omnibus stands on OmnibusAddress, not on TimerOnDLS"):
        builder.read([OmnibusAddress(), TimerOnDLS()])
    assert builder.empty()


@pytest.mark.parametrize("coordinate", [NeuronConfigOnDLS(), Enum(3), 3, None, [], "", [None]], ids=repr)
def test_reading_what_is_not_there(coordinate, builder):
    with pytest.raises(TypeError):
        builder.read(coordinate)
    assert builder.empty()


@pytest.mark.parametrize("config", [None, 3, "x", Omnibus.Value(3), [3]], ids=repr)
def test_writing_what_is_no_container(config, builder):
    with pytest.raises(TypeError):
        builder.write([OmnibusAddress()] if isinstance(config, list) else OmnibusAddress(), config)
    with pytest.raises(fisch.UsageError, match="Omnibus stands on OmnibusAddress, not on 3"):
        builder.write(3, Omnibus())
    assert builder.empty()


# --------------------------------------------------------------------------------------------------------------------------- tickets
def test_ticket_of_one_read(builder):
    ticket = builder.read(OmnibusAddress(13))
    assert not ticket.valid()
    for access in (ticket.get, ticket.fpga_time, ticket.to_numpy):
        with pytest.raises(fisch.TicketError, match=r"^Data not available\."):
            access()
    program = builder.done()
    answered(program, (OMNIBUS, 0x12345678))
    assert ticket.valid() and program.tickets_valid()
    assert ticket.get() == [Omnibus(0x12345678)]
    assert ticket.fpga_time() == fisch.FPGATime(1)


def test_tickets_of_several_reads_and_classes(builder):
    """Each class of responses is counted by itself, whatever their order is."""
    first = builder.read(addresses(0, 1))
    identity = builder.read(JTAGIdCodeOnDLS())
    tick = builder.read(NullPayloadReadableOnFPGA())
    heat = builder.read(I2CTempRegisterOnBoard())
    word = builder.read([OmnibusChipOverJTAGAddress(7)])
    assert builder.size_from_fpga() == 2 + 1 + 1 + 2 + 1
    program = builder.done()
    answers = [(JTAG, 0x348580AF), (OMNIBUS, 1), (LOOPBACK, 1), (OMNIBUS, 2), (JTAG, 0x1_0000_0005), (OMNIBUS, 0x19), (OMNIBUS, 0x80)]
    answered(program, *answers)
    assert first.get() == [Omnibus(1), Omnibus(2)] and first.to_numpy().tolist() == [1, 2]
    assert identity.get() == [fisch.JTAGIdCode(0x348580AF)]
    assert tick.get() == [fisch.NullPayloadReadable()]
    assert heat.get() == [fisch.I2CTempRegister(0x1980)]
    assert word.get() == [OmnibusChipOverJTAG(5)]
    assert [int(ticket.fpga_time()) for ticket in (first, identity, tick, heat, word)] == [4, 1, 3, 7, 5]


def test_tickets_become_valid_as_answers_arrive(builder):
    tickets = [builder.read(addresses(0, 1)), builder.read(addresses(2, 3))]
    program = builder.done()
    for n in (0, 1, 2, 3, 5):
        with pytest.raises(fisch.MissingResponseError, match=f"Not all response data to PlaybackPrograms valid.*{n} of 4 omnibus"):
            answered(program, *[(OMNIBUS, i) for i in range(n)])
        assert [ticket.valid() for ticket in tickets] == [n >= 2, n >= 4]
    answered(program, *[(OMNIBUS, i) for i in range(4)])
    assert tickets[1].to_numpy().tolist() == [2, 3]
    program.clear_from_fpga_messages()
    assert not tickets[0].valid() and not program.tickets_valid()


def test_an_i2c_device_that_does_not_answer(builder):
    ticket = builder.read([I2CTempRegisterOnBoard()])
    answered(builder.done(), (OMNIBUS, 0x19), (OMNIBUS, 1 << 31))
    with pytest.raises(fisch.InvalidDataError, match="I2C ack missing"):
        ticket.get()


def test_tickets_come_from_builders():
    with pytest.raises(RuntimeError, match="Unexpected access to moved-from object"):
        fisch.ContainerTicket()


# --------------------------------------------------------------------------------------------------------------------------- joining
def test_merge_back_and_front(builder):
    """The other's tickets move with its words, in both directions."""
    other = fisch.PlaybackProgramBuilder()
    builder.merge_back(other)
    builder.merge_front(other)
    assert builder.empty()
    middle = builder.read(OmnibusAddress(1))
    tick = builder.read(NullPayloadReadableOnFPGA())
    back = other.read(addresses(2, 3))
    builder.merge_back(other)
    assert other.empty() and other.is_write_only()
    front = other.read(OmnibusAddress(0))
    identity = other.read(JTAGIdCodeOnDLS())
    other.write(OmnibusAddress(9), Omnibus(9))
    builder.merge_front(other)
    assert other.empty() and builder.size_from_fpga() == 6
    program = builder.done()
    reference = fisch.PlaybackProgramBuilder()
    reference.read(OmnibusAddress(0))
    reference.read(JTAGIdCodeOnDLS())
    reference.write(OmnibusAddress(9), Omnibus(9))
    reference.read(OmnibusAddress(1))
    reference.read(NullPayloadReadableOnFPGA())
    reference.read(addresses(2, 3))
    assert program == reference.done()
    answered(program, *[(OMNIBUS, 10 + i) for i in range(4)], (LOOPBACK, 1), (JTAG, 7))
    assert [ticket.to_numpy().tolist() for ticket in (front, middle, back, identity)] == [[10], [11], [12, 13], [7]]
    assert tick.valid()


def test_copy_back(builder):
    other = fisch.PlaybackProgramBuilder()
    other.read(OmnibusAddress())
    with pytest.raises(fisch.MergeError, match=r"^PlaybackProgramBuilder to copy is not write only\."):
        builder.copy_back(other)
    other.done()
    other.write(OmnibusAddress(), Omnibus(5))
    builder.copy_back(other)
    builder.copy_back(builder)
    assert builder.words.tolist() == 2 * other.words.tolist() and not other.empty()


def test_builders_do_not_merge_into_themselves(builder):
    builder.write(TimerOnDLS(), Timer())
    for verb in ("merge_back", "merge_front"):
        with pytest.raises(fisch.MergeError, match=f"^{verb} not possible from same PlaybackProgramBuilder"):
            getattr(builder, verb)(builder)
        with pytest.raises(fisch.UsageError, match="a PlaybackProgramBuilder is needed"):
            getattr(builder, verb)(None)
    assert builder.size_to_fpga() == 1


def test_builders_are_not_copied_silently(builder):
    for action in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError):
            action(builder)


STEPS = st.lists(st.tuples(st.sampled_from(["write", "read", "tick", "front", "back", "copy"]), st.integers(0, 2)), max_size=30)


@settings(deadline=None, max_examples=60)
@given(STEPS)
def test_joined_builders_are_lists_of_commands(steps):
    """Any sequence of additions and joins, beside the same done with plain lists."""
    builders, lists, tickets = [fisch.PlaybackProgramBuilder() for _ in range(3)], [[] for _ in range(3)], {}
    for number, (step, i) in enumerate(steps):
        j = (i + 1) % 3
        if step == "write":
            builders[i].write(OmnibusAddress(number), Omnibus(number))
            lists[i].append(("write", number))
        elif step in ("read", "tick"):
            tickets[number] = builders[i].read(OmnibusAddress(number) if step == "read" else NullPayloadReadableOnFPGA())
            lists[i].append((step, number))
        elif step in ("front", "back"):
            getattr(builders[i], f"merge_{step}")(builders[j])
            lists[i], lists[j] = (lists[j] + lists[i] if step == "front" else lists[i] + lists[j]), []
        elif builders[j].is_write_only():
            builders[i].copy_back(builders[j])
            lists[i] = lists[i] + lists[j]
    for builder, commands in zip(builders, lists, strict=True):
        reads = [number for kind, number in commands if kind == "read"]
        assert builder.size_to_fpga() == sum(2 if kind == "write" else 1 for kind, _ in commands)
        answers = [(OMNIBUS, number) if kind == "read" else (LOOPBACK, 1) for kind, number in commands if kind != "write"]
        answered(builder.done(), *answers)
        assert [tickets[number].to_numpy().tolist() for number in reads] == [[number] for number in reads]
        assert all(tickets[number].valid() for kind, number in commands if kind == "tick")


# -------------------------------------------------------------------------------------------------------------------------- programs
def test_done_starts_a_new_program(builder):
    builder.write(TimerOnDLS(), Timer())
    assert "timing::Setup()" in str(builder) and repr(builder) == "PlaybackProgramBuilder(to FPGA size: 1, is write only: true)"
    program = builder.done()
    assert str(program) == "timing::Setup()" and not program.empty() and program.size_to_fpga == 1
    assert builder.empty() and builder.done() != program
    assert fisch.PlaybackProgram().empty() and fisch.PlaybackProgram() == fisch.PlaybackProgram()


def test_empty_programs_run(builder):
    connection = Answering()
    fisch.run(connection, [builder.done()])
    assert connection.sent == [0x0A << 56]


def test_the_warning_about_the_playback_memory_comes_once(builder, caplog):
    builder.write_array(WaitUntil, np.zeros(fisch.PLAYBACK_MEMORY_SIZE, np.uint32), np.zeros(fisch.PLAYBACK_MEMORY_SIZE, np.uint32))
    with caplog.at_level(logging.WARNING):
        builder.done()
        assert not caplog.records
        size = fisch.PLAYBACK_MEMORY_SIZE + 1
        builder.write_array(WaitUntil, np.zeros(size, np.uint32), np.zeros(size, np.uint32))
        assert not caplog.records
        program = builder.done()
        answered(program)
    assert [record.getMessage() for record in caplog.records] == [
        "PlaybackProgram instruction size (4194305) larger than playback memory size on FPGA (4194304) -> no timing guarantees possible."
    ]


def test_spikes_samples_and_reports(builder):
    program = builder.done()
    with pytest.raises(fisch.InstructionTimeoutError, match=r"^1 FPGA sent error notification\(s\)\.") as caught:
        answered(program, (SPIKES, 0x02_0001_04_0002), (MADC, 0x06_05FF), (3, 0xB0), (TIMEOUT, 5 << 39 | 17 << 32 | 3))
    assert (caught.value.chip, caught.value.instruction, caught.value.fpga_time) == (0, 3, 4)
    assert [int(spike.label) for spike in program.spikes] == [1, 2]
    assert program.spikes[0] == fisch.SpikeFromChip(program.spikes[0].label, fisch.ChipTime(1), fisch.FPGATime(1))
    assert program.madc_samples[0].value == 0x1FF and program.madc_samples[0].channel == 1
    assert str(program.highspeed_link_notifications[0]) == "HighspeedLinkNotification(Value(176), FPGATime(3))"
    assert (
        str(program.timeout_notifications[0]) == "TimeoutNotification(Value(3), TraceStallCnt(17), OmnibusReadInFlightCnt(5), FPGATime(4))"
    )
    assert [program.spikes_pack_counts[SpikePackFromFPGAOnDLS(n)] for n in (1, 2, 3)] == [0, 1, 0]
    assert [program.madc_samples_pack_counts[MADCSamplePackFromFPGAOnDLS(n)] for n in (1, 2, 3)] == [1, 0, 0]
    answered(program)
    assert not len(program.spikes) and program.run_ok()


@pytest.mark.parametrize(("index", "shown"), [(0, [0]), (25, list(range(15, 26))), (30, list(range(20, 30))), (99, [])])
def test_run_ok_shows_the_instructions(builder, caplog, index, shown):
    builder.write_array(WaitUntil, np.zeros(30, np.uint32), np.arange(30))
    program = builder.done()
    with pytest.raises(fisch.RunError):
        answered(program, (TIMEOUT, index))
    caplog.clear()
    assert not program.run_ok("hxcube1fpga2chip3_1")
    (record,) = caplog.records
    lines = record.getMessage().splitlines()
    assert lines[0].startswith("hxcube1fpga2chip3_1 instruction timeout at FPGATime(1)")
    assert [line.split(":")[0] for line in lines[1:]] == (
        [f"Instruction({i})" for i in shown] or ["There is no such instruction in the program."]
    )


# ------------------------------------------------------------------------------------------------------------------------------- run
def test_run_wants_one_program_per_chip(builder):
    program = builder.done()
    for programs in ([], [program, program]):
        with pytest.raises(fisch.ProgramError, match=r"^For each fpga exactly one program is required\."):
            fisch.run(Answering(), programs)
    for wrong in (program, [None], [program.words]):
        with pytest.raises(fisch.UsageError, match="a list of PlaybackPrograms is needed"):
            fisch.run(Answering(), wrong)


def test_run_tells_where_the_time_went(builder):
    info = answered(builder.done())
    assert len(info.connection) == 1 and info.playback_decode_time.total_seconds() >= 0
    assert info.connection[0].execution_duration.total_seconds() > 0
    assert "playback_decode_time" in str(info)


def test_two_chips_at_once(builder):
    builders = [builder, fisch.PlaybackProgramBuilder()]
    tickets = [one.read(OmnibusAddress()) for one in builders]
    connection = fisch.MultiConnection([Answering((OMNIBUS, 1)), Answering((OMNIBUS, 2))])
    fisch.run(connection, [one.done() for one in builders])
    assert [ticket.to_numpy().tolist() for ticket in tickets] == [[1], [2]]


def test_reinit_entries(builder):
    connection, entry = Answering(), None
    entry = fisch.ReinitStackEntry(connection)
    builder.write(TimerOnDLS(), Timer())
    program = builder.done()
    entry.set([program], enforce=False)
    assert not hasattr(connection, "sent")
    entry.set([program], [fisch.PlaybackProgram()])
    assert connection.sent == [0x04 << 56, 0x0A << 56]
    entry.enforce()
    entry.pop()
    builder.read(TimerOnDLS())
    with pytest.raises(fisch.ProgramError, match="can only be set to write-only playback programs"):
        entry.set([builder.done()])
    with pytest.raises(fisch.ProgramError, match="exactly one program"):
        entry.set([])
    with pytest.raises(fisch.UsageError, match="list of PlaybackPrograms"):
        entry.set([None])
    with pytest.raises(fisch.UsageError, match="connection"):
        fisch.ReinitStackEntry(None)


def test_a_failing_reinit_request_does_not_go_unnoticed():
    program = fisch.PlaybackProgram()
    with pytest.raises(fisch.InstructionTimeoutError):
        fisch.ReinitStackEntry(Answering((TIMEOUT, 0))).set([program])
    assert not program.ran


def test_vectors_of_events_can_be_made_empty():
    for kind in (fisch.PlaybackProgram.spikes_type, fisch.PlaybackProgram.madc_samples_type):
        assert len(kind()) == 0 and kind().to_numpy().dtype == kind.dtype and list(kind()) == []


# ---------------------------------------------------------------------------------------------------------------------------- arrays
def test_arrays_are_many_single_accesses(builder):
    numbers = np.arange(10) * 3
    single = fisch.PlaybackProgramBuilder()
    builder.write_array(Omnibus, numbers, numbers + 1, np.arange(10) % 16)
    builder.write_array(fisch.SpikePack3ToChip, np.zeros(4, int), np.arange(12).reshape(4, 3))
    builder.write_array(WaitUntil, np.zeros(10, int), numbers)
    ticket = builder.read_array(Omnibus, numbers)
    for i, number in enumerate(numbers):
        enables = [bool(i >> bit & 1) for bit in range(4)]
        single.write(OmnibusAddress(number), Omnibus(Omnibus.Value(number + 1, enables)))
    for i in range(4):
        single.write(fisch.SpikePack3ToChip.coordinate_type(), fisch.SpikePack3ToChip([3 * i, 3 * i + 1, 3 * i + 2]))
    single.write([WaitUntilOnFPGA()] * 10, [WaitUntil(number) for number in numbers])
    single.read(addresses(*numbers))
    assert len(ticket) == 10 and builder.done() == single.done()


def test_arrays_that_do_not_fit(builder):
    for arguments in (([1, 2], [3]), ([1], [-1]), ([1 << 32], [0]), ([0.5], [0]), ([1], [2], [3, 4])):
        with pytest.raises(fisch.UsageError):
            builder.write_array(Omnibus, *arguments)
    with pytest.raises(fisch.AccessError, match="largest value is 0x1f"):
        builder.write_array(fisch.Barrier, [0], [32])
    with pytest.raises(fisch.AccessError, match=r"JTAGIdCode can't be written\."):
        builder.write_array(fisch.JTAGIdCode, [0], [0])
    with pytest.raises(fisch.AccessError, match=r"Barrier can't be read\."):
        builder.read_array(fisch.Barrier, [0])
    builder.write_array(Omnibus, [], [])
    assert builder.empty() and len(builder.read_array(Omnibus, [])) == 0 and builder.is_write_only()


def test_a_program_keeps_its_words_when_the_builder_goes_on(builder):
    """Handing out does not copy; nothing the builder does later may change what was handed out."""
    builder.write_array(Omnibus, np.arange(1000), np.arange(1000))
    program = builder.done()
    before = program.words.tolist()
    builder.write_array(Omnibus, np.arange(5000), np.zeros(5000, np.uint32))
    assert program.words.tolist() == before and len(before) == 2000
    del builder
    words = program.words
    del program
    assert words.tolist() == before
