"""Programs as people read them, and the way back from words to accesses."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import halco
import haldls
import haldls.lola as lola
from fisch import Backend, HXCubeFPGAEntry, HXCubeWingEntry, JboaSetupEntry, ZeroMockEntry
from haldls.container import container_on
from stadls import (
    Entry,
    Listing,
    NotAContainerError,
    PlaybackProgramBuilder,
    SystemInit,
    generate,
)
from stadls.accesses import Verb
from stadls.explain import entries_around, surroundings
from stadls.lookup import locate, places

NEURON = halco.NeuronConfigOnDLS(5)
TIMER = halco.TimerOnDLS()
REGISTERS = [container for container in haldls.containers if not hasattr(container, "get_subblock")]


def entries(builder: PlaybackProgramBuilder) -> list[Entry]:
    return list(Listing(builder))


def jboa() -> JboaSetupEntry:
    return JboaSetupEntry(fpgas={0: HXCubeFPGAEntry(wing=HXCubeWingEntry())})


@pytest.mark.parametrize("backend", ["default", *(backend.name for backend in Backend)])
@pytest.mark.parametrize("container", REGISTERS, ids=lambda container: container.__name__)
def test_every_write_is_recognised(container: Any, backend: str) -> None:
    """First and last instance of every register over every backend: one entry with that coordinate, covering all instructions."""
    if backend != "default" and (backend not in container.backends or backend == container.backends[0]):
        return
    if not container.layout(None if backend == "default" else backend).n_write:
        return
    first = container.coordinate.size // 2 if "DRAM" in container.__name__ else 0  # the DRAM begins where the vector generators stand
    for number in {first, container.coordinate.size - 1}:
        coordinate, builder = container.coordinate(number), PlaybackProgramBuilder()
        builder.write(coordinate, container(), None if backend == "default" else Backend[backend])
        size = builder.size_to_fpga()
        (entry,) = entries(builder)
        assert (entry.index, entry.count, entry.verb, entry.coordinate) == (0, size, Verb.WRITE, coordinate), str(entry)
        assert entry.place is not None and entry.place.container is container
        assert entry.container == container() or (entry.container is None and entry.contents)


@pytest.mark.parametrize("container", REGISTERS, ids=lambda container: container.__name__)
def test_every_read_is_recognised(container: Any) -> None:
    coordinate, builder = container.coordinate(container.coordinate.size - 1), PlaybackProgramBuilder()
    try:
        builder.read(coordinate)
    except RuntimeError:
        return
    size = builder.size_to_fpga()
    (entry,) = entries(builder)
    if container.byte_lane:
        assert entry.place is not None and "Quad" in entry.place.container.__name__  # a read of a byte is that of its word
        return
    assert (entry.count, entry.verb, entry.coordinate) == (size, Verb.READ, coordinate)


def test_times_are_those_of_the_executor() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, haldls.NeuronConfig())
    builder.write(TIMER, haldls.Timer())
    builder.write(NEURON, haldls.NeuronConfig())
    builder.block_until(TIMER, haldls.Timer.Value(100))
    builder.read(NEURON)
    builder.block_until(TIMER, haldls.Timer.Value(50))
    builder.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)
    builder.read(TIMER)
    builder.write(TIMER, haldls.Timer())
    builder.read(TIMER)
    found = [(entry.index, entry.time) for entry in Listing(builder)]
    assert found == [(0, None), (12, None), (13, 0), (25, 12), (26, 101), (32, 107), (33, 108), (34, None), (35, None), (36, 0)]


def test_changed_fields_are_shown() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, haldls.NeuronConfig(enable_fire=True, membrane_capacitor_size=12))
    (entry,) = entries(builder)
    assert entry.container == haldls.NeuronConfig(enable_fire=True, membrane_capacitor_size=12)
    assert entry.contents == repr(entry.container) and entry.contents in str(entry) and repr(NEURON) in str(entry)


def test_write_only_registers_are_decoded_too() -> None:
    builder = PlaybackProgramBuilder()
    event, control = haldls.PADIEvent(), haldls.MADCControl(wake_up=True)
    event.event_address = 5
    event.fire_bus[halco.PADIBusOnPADIBusBlock(2)] = True
    builder.write(halco.PADIEventOnDLS(1), event)
    builder.write(halco.MADCControlOnDLS(), control)
    spikes = [
        haldls.SpikePack1ToChip([halco.SpikeLabel(3)]),
        haldls.SpikePack2ToChip([halco.SpikeLabel(3), halco.SpikeLabel(4)]),
        haldls.SpikePack3ToChip([halco.SpikeLabel(3), halco.SpikeLabel(4), halco.SpikeLabel(5)]),
    ]
    for pack in spikes:
        builder.write(type(pack).coordinate(), pack)
    assert [entry.container for entry in Listing(builder)] == [event, control, *spikes]


@pytest.mark.parametrize("backend", [Backend.Omnibus, Backend.OmnibusChipOverJTAG])
def test_a_differential_write_shows_the_word_and_its_fields(backend: Backend) -> None:
    builder = PlaybackProgramBuilder()
    builder.write(NEURON, haldls.NeuronConfig(enable_fire=True), haldls.NeuronConfig(), backend)
    (entry,) = entries(builder)
    assert entry.container is None and entry.coordinate == NEURON
    assert "of 6" in entry.contents and "enable_fire=True" in entry.contents


def test_conditions() -> None:
    builder = PlaybackProgramBuilder()
    conditions = [
        (TIMER, haldls.Timer.Value(7)),
        (halco.BarrierOnFPGA(), haldls.Barrier(enable_jtag=True, enable_systime=True)),
        (halco.PollingOmnibusBlockOnFPGA(), haldls.PollingOmnibusBlock(enable_expects_equality=False)),
    ]
    for condition in conditions:
        builder.block_until(*condition)
    assert [(entry.verb, entry.container) for entry in Listing(builder)] == [(Verb.WAIT, condition) for _, condition in conditions]


def test_a_composed_container_is_listed_as_its_registers() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.AtomicNeuronOnDLS(), lola.AtomicNeuron())
    found = entries(builder)
    assert {entry.place.container for entry in found if entry.place} == {haldls.NeuronConfig, haldls.NeuronBackendConfig, haldls.CapMemCell}
    assert sum(entry.count for entry in found) == builder.size_to_fpga()


@pytest.mark.parametrize("entry", [ZeroMockEntry(), jboa()], ids=["cube", "jboa"])
def test_an_initialisation_is_recognised_completely(entry: Any) -> None:
    """Every instruction belongs to a register or a wait, and writing what was recognised gives the same words again."""
    builder, _ = generate(SystemInit(entry))
    again = PlaybackProgramBuilder()
    for one in Listing(builder):
        if one.verb is Verb.WAIT:
            again.block_until(TIMER if isinstance(one.container, haldls.Timer.Value) else one.container.coordinate(), one.container)
        else:
            assert one.place is not None and one.container is not None, str(one)
            again.write(one.coordinate, one.container)
    assert again.words.tolist() == builder.words.tolist()


def test_unknown_addresses_and_broken_sequences_are_shown_as_they_are() -> None:
    words = np.array([0x0B << 56 | 0xF << 32 | 0x12345678, 0x0C << 56 | 0xCAFE, 0x02 << 56 | 5, 0x0C << 56, 0x0A << 56], np.uint64)
    found = list(Listing(words))
    assert "0x12345678 0xcafe" in found[0].contents and found[0].place is None
    assert [entry.verb for entry in found[1:]] == [Verb.MESSAGE] * 3
    assert "omnibus_to_fpga::Data" in str(found[2])


@pytest.mark.filterwarnings("error")
def test_any_words_can_be_listed() -> None:
    rng = np.random.default_rng(3)
    for _ in range(200):
        words = rng.integers(0, 16, 12).astype(np.uint64) << np.uint64(56) | rng.integers(0, 1 << 37, 12).astype(np.uint64)
        assert sum(entry.count for entry in Listing(words)) == 12 and str(Listing(words))


def test_golden_programs_can_be_listed() -> None:
    with gzip.open(Path(__file__).parents[1] / "golden" / "programs.jsonl.gz", "rt") as lines:
        for row in map(json.loads, lines):
            words = np.array([int(word, 16) for word in row.get("words", "").split()][:400], np.uint64)
            assert sum(entry.count for entry in Listing(words)) == len(words)


def test_parts_of_a_program_keep_their_indices() -> None:
    builder = PlaybackProgramBuilder()
    for _ in range(10):
        builder.write(NEURON, haldls.NeuronConfig())
    assert [entry.index for entry in Listing(builder.done(), 24, 48)] == [24, 36]


@pytest.mark.parametrize("other", [3, "words", [1, 2], None])
def test_only_programs_can_be_listed(other: object) -> None:
    with pytest.raises(NotAContainerError, match="program"):
        Listing(other)  # type: ignore[arg-type]


def test_long_contents_are_cut_in_the_line_only() -> None:
    builder, config = PlaybackProgramBuilder(), haldls.NeuronConfig()
    for field in config.fields():
        if field.type is bool:
            setattr(config, field.name, not getattr(config, field.name))
    builder.write(NEURON, config)
    (entry,) = entries(builder)
    assert entry.container == config and entry.contents == repr(config) and repr(config) not in str(entry) and " ..." in str(entry)


def test_surroundings_mark_the_access_of_the_instruction() -> None:
    builder = PlaybackProgramBuilder()
    for number in range(20):
        builder.write(halco.NeuronBackendConfigOnDLS(number), haldls.NeuronBackendConfig())
    words = builder.words
    found = entries_around(words, 8 * 10 + 5)
    assert [int(entry.coordinate) for entry in found] == list(range(7, 14))
    marked = [line for line in surroundings(words, 85).splitlines() if line.startswith("->")]
    assert len(marked) == 1 and repr(halco.NeuronBackendConfigOnDLS(10)) in marked[0]
    assert [int(entry.coordinate) for entry in entries_around(words, 0)] == [0, 1, 2, 3]
    assert [int(entry.coordinate) for entry in entries_around(words, 159)] == [16, 17, 18, 19]


def test_addresses_lead_back_to_every_register() -> None:
    for coordinate, container in container_on.items():
        if container not in REGISTERS or "Omnibus" not in container.backends or container.layout("Omnibus").n_write == 0:
            continue
        number = coordinate.size - 1
        (rows,) = container.write_addresses([number], "Omnibus")
        for word, address in enumerate(rows.tolist()):
            if not container.byte_lane or coordinate.size <= 1 << 17:
                assert (container, number, word) in [tuple(place) for place in places(address)], container
    assert locate(0x12345678) == "" and locate(0x84100000).startswith("ExternalPPUDRAMMemoryQuad")
    assert places(1 << 32) == []
