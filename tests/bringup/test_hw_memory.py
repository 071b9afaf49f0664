"""Random contents of every register that can be written and read, over every way to it."""

import random
from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, hxcomm, sta

CHIP = (hal.Backend.Omnibus, hal.Backend.OmnibusChipOverJTAG)
FPGA = (hal.Backend.Omnibus,)
COUNT = 150
"""Places that are tested of each register, chosen at random."""


def listed(names: str) -> list[str]:
    return names.split()


ON_CHIP = listed("""ADPLL CADCConfig CADCOffsetSRAMTimingConfig CapMemCell CapMemSRAMTimingConfig ColumnCorrelationQuad ColumnCurrentQuad
CommonCorrelationConfig CommonNeuronBackendConfig CurrentDAC MADCConfig NeuronBackendConfig NeuronConfig NeuronSRAMTimingConfig
PLLClockOutputBlock PLLSelfTest PPUMemoryWord PadMultiplexerConfig ReadoutSourceSelection ReferenceGeneratorConfig
SynapseCorrelationCalibQuad SynapseDriverConfig SynapseLabelQuad SynapseQuad SynapseWeightQuad SystimeSyncBase""")
OVER_JTAG_ONLY = {"ADPLL", "PLLClockOutputBlock", "PLLSelfTest"}
ON_FPGA = listed("""EventRecordingConfig ExternalPPUDRAMMemoryByte ExternalPPUDRAMMemoryQuad ExternalPPUMemoryByte ExternalPPUMemoryQuad
FPGASystimeSyncNumRetries SpikeIOConfig SpikeIOInputRoute SpikeIOOutputRoute SystimeCorrectionBarrierConfig""")
ON_BOARD = {"INA219Config": hal.Backend.I2CINA219RwRegister}
# switch accesses off, change the way to what is tested, or start a test: compared with their defaults
WITH_SIDE_EFFECTS = {
    "CommonPhyConfigChip": hal.Backend.OmnibusChipOverJTAG,
    "CommonPhyConfigFPGA": hal.Backend.Omnibus,
    "CommonSynramConfig": hal.Backend.Omnibus,
    "InstructionTimeoutConfig": hal.Backend.Omnibus,
    "PPUControlRegister": hal.Backend.Omnibus,
    "PerfTest": hal.Backend.Omnibus,
    "PhyConfigFPGA": hal.Backend.Omnibus,
}
UNREADABLE = listed("""BackgroundSpikeSource CADCChannelConfig CapMemBlockConfig CommonPADIBusConfig CommonSTPConfig CrossbarNode
CrossbarOutputConfig NeuronBackendSRAMTimingConfig PollingOmnibusBlockConfig SynapseBiasSelection SynapseDriverSRAMTimingConfig""")
ON_JBOA = {
    "TCA9554Config": hal.Backend.I2CTCA9554RwRegister,
    "AD5252ChannelConfig": hal.Backend.I2CAD5252RwRegister,
    "DAC6573ChannelConfig": hal.Backend.I2CDAC6573RwRegister,
    "OutputRoutingTableEntry": hal.Backend.Omnibus,
    "InputRoutingTableEntry": hal.Backend.Omnibus,
}
PLACES = {
    "DAC6573ChannelConfig": halco.DAC6573ChannelOnBoard,
    "SynapseDriverConfig": halco.SynapseDriverOnDLS,
    "TCA9546ChannelConfig": halco.TCA9546OnBoard,
}
"""Coordinates that are not called like their register."""

CASES = [(name, backend) for name in ON_CHIP for backend in (CHIP[1:] if name in OVER_JTAG_ONLY else CHIP)]
CASES += [(name, hal.Backend.Omnibus) for name in ON_FPGA]
CASES += list(ON_BOARD.items())
COMMON = set(dir(hal.Container))


def place_class(name: str) -> Any:
    suffixes = (getattr(halco, name + unit, None) for unit in ("OnDLS", "OnFPGA", "OnBoard"))
    return PLACES.get(name) or next(found for found in suffixes if found is not None)


def places(name: str, draw: random.Random) -> list[Any]:
    coordinate = place_class(name)
    numbers = draw.sample(range(coordinate.size), min(COUNT, coordinate.size))
    return [coordinate(halco.common.Enum(number)) for number in numbers]


def random_value(old: Any, draw: random.Random) -> Any:
    """Another legal value of the kind of `old`; a structure or an array is changed in place."""
    kind = type(old)
    if isinstance(old, bool):
        return draw.random() < 0.5
    if isinstance(old, IntEnum):
        return draw.choice(list(kind))
    if hasattr(old, "__len__"):
        for index in range(len(old)):
            old[index] = random_value(old[index], draw)
        return old
    if hasattr(kind, "min"):
        return kind(draw.randint(kind.min, kind.max))
    return fill(old, draw)


def fill(container: Any, draw: random.Random) -> Any:
    """Gives every property a random value that the container accepts."""
    for name in dir(container):
        old = getattr(container, name)
        if name.startswith("_") or name.isupper() or name in COMMON or callable(old) or isinstance(old, type(container)):
            continue
        for _ in range(100):
            try:
                setattr(container, name, random_value(old, draw))
                break
            except (ValueError, RuntimeError):  # not every value of the type is allowed
                continue
    return container


@pytest.fixture(scope="module")
def setup() -> Iterator[Any]:
    with hxcomm.ManagedConnection() as connection:
        yield connection


def write_and_read(connection: Any, name: str, backend: Any, contents: dict[Any, Any]) -> dict[Any, Any]:
    """Tickets by place. Everything is written before anything is read."""
    init, both = sta.SystemInit(connection.get_hwdb_entry()[0]), hal.Barrier()
    init.chip.enable_capmem = False
    builder, _ = init.generate()
    both.enable_jtag = both.enable_omnibus = True
    builder.block_until(halco.BarrierOnFPGA(), both)
    for place, config in contents.items():
        builder.write(place, config, backend)
    tickets = {place: builder.read(place, backend) for place in contents}
    builder.block_until(halco.BarrierOnFPGA(), both)
    sta.run(connection, [builder.done()])
    return tickets


def check(connection: Any, name: str, backend: Any, contents: dict[Any, Any]) -> None:
    for place, ticket in write_and_read(connection, name, backend, contents).items():
        assert ticket.valid() and ticket.get() == contents[place], place


@pytest.mark.parametrize(("name", "backend"), CASES, ids=lambda part: getattr(part, "name", part))
def test_random_contents(name: str, backend: Any, setup: Any) -> None:
    draw = random.Random(f"{name} {backend.name}")
    container = getattr(hal, name)
    contents = {place: fill(container(), draw) for place in places(name, draw)}
    if name != "ExternalPPUMemoryQuad" and name != "ExternalPPUDRAMMemoryQuad":
        assert len({str(config) for config in contents.values()}) > min(len(contents), 20) // 2
    for config in contents.values():
        if hasattr(config, "enables"):
            config.enables = [True] * 4  # bytes that are not written cannot be compared
    check(setup, name, backend, contents)


@pytest.mark.parametrize(("name", "backend"), WITH_SIDE_EFFECTS.items(), ids=lambda part: getattr(part, "name", part))
def test_defaults_of_what_has_side_effects(name: str, backend: Any, setup: Any) -> None:
    container = getattr(hal, name)
    check(setup, name, backend, {place: container() for place in places(name, random.Random(0))})


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused(name: str, setup: Any) -> None:
    """Before anything is executed."""
    with pytest.raises(RuntimeError, match="unsupported target"):
        write_and_read(setup, name, hal.Backend.Omnibus, {places(name, random.Random(0))[0]: getattr(hal, name)()})


@pytest.mark.parametrize(("name", "backend"), ON_JBOA.items(), ids=lambda part: getattr(part, "name", part))
def test_random_contents_on_jboa(name: str, backend: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Registers of the other kind of setup, which the embedded model becomes on demand."""
    monkeypatch.setenv("HICANNX_SETUP", "jboa")
    with hxcomm.ManagedConnection() as connection:
        if not isinstance(connection.get_hwdb_entry()[0], hxcomm.JboaSetupEntry):
            pytest.skip("not a jBOA setup")
        draw = random.Random(name)
        check(connection, name, backend, {place: fill(getattr(hal, name)(), draw) for place in places(name, draw)})


def test_every_register_is_in_a_list() -> None:
    """What is left out: read only, write only, or what the other kind of setup or another FPGA has."""
    others = {"AD5252ChannelConfigPersistent", "TCA9546ChannelConfig", "Timer", "PPUMemoryBlock", "PPUMemory", "CapMemBlock"}
    others |= {"VectorGeneratorLUTEntry", "VectorGeneratorNotificationAddress"}
    expected = {*ON_CHIP, *ON_FPGA, *ON_BOARD, *WITH_SIDE_EFFECTS, *UNREADABLE, *ON_JBOA, *others}
    found = set()
    for name in dir(hal):
        container = getattr(hal, name)
        if not isinstance(container, type) or not issubclass(container, hal.Container) or container is hal.Container:
            continue
        builder = sta.PlaybackProgramBuilder()
        try:
            place = place_class(name)(halco.common.Enum(place_class(name).min if hasattr(place_class(name), "min") else 0))
            builder.write(place, container())
            builder.read(place)
        except (RuntimeError, StopIteration, TypeError, ValueError):
            continue
        found.add(name)
    assert found <= expected, found - expected
    assert len(found) > 50
