"""Builder: what goes in, what is refused, and how builders are joined."""

import copy
import pickle

import numpy as np
import pytest

import fisch
import halco
import haldls
from fisch import Backend, MultiConnection, Target
from haldls.errors import UnknownBackendError
from stadls import (
    AccessError,
    CoordinateError,
    DifferentialWriteError,
    MergeError,
    NotAContainerError,
    NotReadableError,
    NotWritableError,
    PlaybackProgramBuilder,
    StadlsError,
    run,
)

NEURON = halco.NeuronConfigOnDLS(halco.Enum(5))
TIMER = halco.TimerOnDLS()


def neuron(**fields: bool) -> haldls.NeuronConfig:
    made = haldls.NeuronConfig()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def test_a_new_builder_is_empty() -> None:
    builder = PlaybackProgramBuilder()
    assert builder.empty() and builder.is_write_only()
    assert (builder.size_to_fpga(), builder.size_from_fpga()) == (0, 0)
    assert repr(builder) == "PlaybackProgramBuilder(to FPGA size: 0, is write only: true)"


def test_sizes_count_messages_and_responses() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, neuron())  # 6 words, address and data each
    builder.read(NEURON)
    builder.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
    assert (builder.size_to_fpga(), builder.size_from_fpga()) == (12 + 6 + 1, 6)
    assert not builder.empty() and not builder.is_write_only()
    assert repr(builder) == "PlaybackProgramBuilder(to FPGA size: 19, is write only: false)"


def test_str_lists_the_messages() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(TIMER, haldls.Timer())
    builder.block_until(TIMER, haldls.Timer.Value(0x1234))
    lines = str(builder).splitlines()
    assert len(lines) == 2 and "Setup" in lines[0] and "WaitUntil" in lines[1] and "0x1234" in lines[1]


def test_done_leaves_an_empty_builder_that_can_be_used_again() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, neuron())
    first = builder.done()
    assert builder.empty() and builder.done().empty()
    builder.write(NEURON, neuron())
    second = builder.done()
    assert first == second and first is not second
    assert first.words.dtype == np.uint64 and len(first.words) == 12


def test_the_original_arguments_are_positional() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, neuron(enable_fire=True), Backend.OmnibusChipOverJTAG)
    assert builder.size_to_fpga() == 6 * 6
    builder.write(NEURON, neuron(enable_fire=True), neuron(), Backend.OmnibusChipOverJTAG)
    assert builder.size_to_fpga() == 6 * 6 + 6


@pytest.mark.parametrize("backend", ["Omnibus", "OmnibusChipOverJTAG"])
def test_differential_write_contains_the_words_that_differ(backend: str) -> None:
    reference, changed = neuron(), neuron(enable_fire=True)
    old, new = (PlaybackProgramBuilder() for _ in range(2))
    old.write(NEURON, reference)
    new.write(NEURON, changed)
    differing = np.flatnonzero(old.done().words != new.done().words)
    assert len(differing) == 1
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, changed, reference, Backend[backend])
    assert builder.size_to_fpga() == {"Omnibus": 2, "OmnibusChipOverJTAG": 6}[backend]


def test_differential_write_of_equal_containers_is_nothing() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, neuron(), neuron())
    assert builder.empty()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((TIMER, haldls.NeuronConfig()), CoordinateError, r"NeuronConfig stands on NeuronConfigOnDLS, not on TimerOnDLS\(0\)"),
        ((3, haldls.NeuronConfig()), CoordinateError, "not on 3"),
        ((NEURON, 3), NotAContainerError, "int is not a container"),
        ((NEURON, haldls.NeuronConfig), NotAContainerError, "not its class"),
        ((NEURON, haldls.NeuronConfig(), 7), NotAContainerError, "Backend"),
        ((NEURON, haldls.NeuronConfig(), 7, Backend.Omnibus), NotAContainerError, "reference container"),
        ((NEURON, haldls.NeuronConfig(), haldls.Timer()), DifferentialWriteError, "against a Timer"),
        ((TIMER, haldls.Timer(), haldls.Timer()), DifferentialWriteError, "Timer has no differential writes"),
        ((NEURON, haldls.NeuronConfig(), Backend.JTAGIdCode), UnknownBackendError, "over backend JTAGIdCode"),
        ((halco.JTAGIdCodeOnDLS(), haldls.JTAGIdCode()), NotWritableError, r"Container not writeable.*JTAGIdCode at JTAGIdCodeOnDLS\(0\)"),
    ],
)
def test_refused_writes(arguments: tuple[object, ...], error: type[Exception], text: str) -> None:
    builder = PlaybackProgramBuilder()
    with pytest.raises(error, match=text) as caught:
        builder.write(*arguments)
    assert isinstance(caught.value, RuntimeError)
    if isinstance(caught.value, AccessError) and caught.value.coordinate is not None:
        assert caught.value.coordinate is arguments[0]
    assert builder.empty()


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((halco.NeuronResetOnDLS(),), NotReadableError, r"Container not readable.*NeuronReset at NeuronResetOnDLS"),
        ((halco.NeuronColumnOnDLS(3),), CoordinateError, "no container stands on NeuronColumnOnDLS"),
        ((3,), CoordinateError, "no container stands on int"),
        ((NEURON, Backend.JTAGIdCode), UnknownBackendError, "over backend JTAGIdCode"),
    ],
)
def test_refused_reads(arguments: tuple[object, ...], error: type[Exception], text: str) -> None:
    builder = PlaybackProgramBuilder()
    with pytest.raises(error, match=text):
        builder.read(*arguments)
    assert builder.empty() and builder.is_write_only()


@pytest.mark.parametrize(
    ("coordinate", "condition", "error"),
    [
        (TIMER, 5, NotAContainerError),
        (TIMER, haldls.Timer(), NotAContainerError),
        (TIMER, haldls.NeuronConfig(), NotAContainerError),
        (halco.BarrierOnFPGA(), haldls.Timer.Value(5), CoordinateError),
        (TIMER, haldls.Barrier.omnibus, CoordinateError),
        (TIMER, haldls.PollingOmnibusBlock(), CoordinateError),
    ],
)
def test_refused_waits(coordinate: object, condition: object, error: type[StadlsError]) -> None:
    builder = PlaybackProgramBuilder()
    with pytest.raises(error) as caught:
        builder.block_until(coordinate, condition)
    assert isinstance(caught.value, TypeError) and builder.empty()


@pytest.mark.parametrize("expects_equality", [True, False])
def test_polling(expects_equality: bool) -> None:
    block = haldls.PollingOmnibusBlock()
    block.enable_expects_equality = expects_equality
    builder = PlaybackProgramBuilder()
    builder.block_until(halco.PollingOmnibusBlockOnFPGA(), block)
    assert builder.done().words.tolist() == [0x08 << 56 | expects_equality]


def test_merge_back_moves() -> None:
    first, second, expected = (PlaybackProgramBuilder() for _ in range(3))
    for builder in (first, expected):
        builder.write(NEURON, neuron())
    for builder in (second, expected):
        builder.write(TIMER, haldls.Timer())
        builder.read(NEURON)
    first.merge_back(second)
    assert second.empty() and second.is_write_only()
    assert first.done() == expected.done()


def test_copy_back_leaves_the_other() -> None:
    first, second = PlaybackProgramBuilder(), PlaybackProgramBuilder()
    second.write(NEURON, neuron())
    for _ in range(2):
        first.copy_back(second)
    first.copy_back(first)
    assert second.size_to_fpga() == 12 and first.size_to_fpga() == 48


def test_copy_back_refuses_reads() -> None:
    first, second = PlaybackProgramBuilder(), PlaybackProgramBuilder()
    second.read(NEURON)
    with pytest.raises(MergeError, match="not write only"):
        first.copy_back(second)
    assert first.empty() and second.size_from_fpga() == 6


def test_self_merge_is_refused() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, neuron())
    with pytest.raises(MergeError):
        builder.merge_back(builder)
    assert builder.size_to_fpga() == 12


@pytest.mark.parametrize("join", ["merge_back", "copy_back"])
def test_only_builders_can_be_joined(join: str) -> None:
    with pytest.raises(TypeError):
        getattr(PlaybackProgramBuilder(), join)(3)


@pytest.mark.parametrize("way", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_builder_cannot_be_copied(way: object) -> None:
    with pytest.raises(TypeError, match="PlaybackProgramBuilder"):
        way(PlaybackProgramBuilder())  # type: ignore[operator]


def test_refused_targets_are_collected_and_merged() -> None:
    first, second = PlaybackProgramBuilder(), PlaybackProgramBuilder()
    second.write(halco.PollingOmnibusBlockConfigOnFPGA(), haldls.PollingOmnibusBlockConfig())
    assert second.done().unsupported_targets == set()
    second.read(halco.PollingOmnibusBlockConfigOnFPGA())
    first.merge_back(second)
    assert first.done().unsupported_targets == {Target.hardware, Target.simulation}
    assert second.done().unsupported_targets == set()


def test_a_program_larger_than_the_playback_memory_is_announced(caplog: pytest.LogCaptureFixture) -> None:
    builder, part = PlaybackProgramBuilder(), PlaybackProgramBuilder()
    part.write(NEURON, neuron())
    while part.size_to_fpga() <= 4194304:
        part.copy_back(part)
    builder.merge_back(part)
    with caplog.at_level("WARNING", logger="fisch.PlaybackProgramBuilder"):
        assert builder.done().size_to_fpga > 4194304
    assert "no timing guarantees" in caplog.text


def test_builders_of_the_wires_level_merge_in(zero_mock: MultiConnection) -> None:
    """Words and tickets of a raw builder move into a program of containers; that has no merge_front."""
    builder, raw = PlaybackProgramBuilder(), fisch.PlaybackProgramBuilder()
    own = builder.read(NEURON)
    ticket = raw.read([halco.OmnibusAddress(1), halco.OmnibusAddress(2)])
    builder.merge_back(raw)
    assert raw.empty() and builder.size_from_fpga() == 8 and not hasattr(builder, "merge_front")
    run(zero_mock, [builder.done()])
    assert own.valid() and ticket.get() == [fisch.Omnibus(0), fisch.Omnibus(0)]
    assert int(ticket.fpga_time()) == 8
