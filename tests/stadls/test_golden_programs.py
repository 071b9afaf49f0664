"""Whole programs against the words of the original software (tests/golden/programs.jsonl.gz).

Of long programs the first words are there to show where a difference begins; the hash is over all of them.
"""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import halco
import haldls
import haldls.lola
from fisch import Backend, HXCubeFPGAEntry, HXCubeWingEntry, JboaSetupEntry, ZeroMockEntry, decode_to_fpga, encode_to_fpga
from stadls import ChipInit, PlaybackProgramBuilder, SystemInit, generate

GOLDEN = Path(__file__).parents[1] / "golden" / "programs.jsonl.gz"
with gzip.open(GOLDEN, "rt") as lines:
    ROWS: dict[str, dict[str, Any]] = {row["name"]: row for row in map(json.loads, lines)}
SINGLE = [name for name in ROWS if name.startswith(("write_", "read_"))]


def fnv1a64(data: bytes) -> int:
    value = 1469598103934665603
    for byte in data:
        value = (value ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return value


def check(words: NDArray[np.uint64], row: dict[str, Any]) -> None:
    """Compares readable words first, then everything; the messages are the words taken apart and put together again."""
    first = row["words"].split()
    assert [f"{word:016x}" for word in words[: len(first)]] == first
    assert len(words) == row["n"]
    if row["n"] > len(first):
        assert fnv1a64(words.astype("<u8").tobytes()) == int(row["fnv1a64"])
    assert np.array_equal(encode_to_fpga(*decode_to_fpga(words)), words)


def container_class(name: str) -> Any:
    found = getattr(haldls, name, None) or getattr(haldls.lola, name, None)
    if found is None:
        pytest.skip(f"{name} is not there yet")
    return found


@pytest.mark.parametrize("name", SINGLE)
def test_single_access_of_a_default_container(name: str) -> None:
    verb, container = name.split("_", 1)
    cls, row, builder = container_class(container), ROWS[name], PlaybackProgramBuilder()
    access: Callable[[], Any] = (
        (lambda: builder.write(cls.coordinate(), cls())) if verb == "write" else (lambda: builder.read(cls.coordinate()))
    )
    if "error" in row:
        with pytest.raises(RuntimeError, match=re.escape(row["error"])):
            access()
        assert builder.empty()
        return
    access()
    check(builder.done().words, row)


def jboa_entry() -> JboaSetupEntry:
    wing = HXCubeWingEntry(synram_timing_pcconf=((1, 2), (3, 1)), synram_timing_wconf=((3, 4), (65, 66)))
    return JboaSetupEntry(fpgas={0: HXCubeFPGAEntry(wing=wing)})


INITS = {
    "SystemInit_ZeroMock": (SystemInit, ZeroMockEntry),
    "ChipInit_ZeroMock": (ChipInit, ZeroMockEntry),
    "SystemInit_Jboa": (SystemInit, jboa_entry),
}


@pytest.mark.parametrize("name", INITS)
def test_initialisation(name: str) -> None:
    init, entry = INITS[name]
    builder, result = generate(init(entry()))
    assert result is None
    check(builder.done().words, ROWS[name])


def timers(builder: PlaybackProgramBuilder) -> None:
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    for cycles in (0, 1, 2, 100, 125, 65535, 1000000):
        builder.block_until(halco.TimerOnDLS(), haldls.Timer.Value(cycles))


def barriers(builder: PlaybackProgramBuilder) -> None:
    for bits in range(32):
        barrier = haldls.Barrier()
        names = ("omnibus", "jtag", "systime", "multi_fpga", "systime_correction")
        for bit, name in enumerate(names):
            setattr(barrier, f"enable_{name}", bool(bits >> bit & 1))
        builder.block_until(halco.BarrierOnFPGA(), barrier)


def spikes(builder: PlaybackProgramBuilder) -> None:
    builder.write(halco.TimerOnDLS(), haldls.Timer())
    for i in range(8):
        one, two, three = (
            [halco.SpikeLabel(x & 0xFFFF) for x in labels] for labels in ((i * 4099,), (i, 0xFFFF - i), (7 * i, 257 * i, 0x8000 + i))
        )
        builder.write(halco.SpikePack1ToChipOnDLS(), haldls.SpikePack1ToChip(one))
        builder.write(halco.SpikePack2ToChipOnDLS(), haldls.SpikePack2ToChip(two))
        builder.block_until(halco.TimerOnDLS(), haldls.Timer.Value(100 * (i + 1)))
        builder.write(halco.SpikePack3ToChipOnDLS(), haldls.SpikePack3ToChip(three))


def neurons(builder: PlaybackProgramBuilder) -> None:
    config = haldls.NeuronConfig()
    config.enable_fire = True
    for index in (0, 5, 511):
        coordinate = halco.NeuronConfigOnDLS(halco.Enum(index))
        for backend in (Backend.Omnibus, Backend.OmnibusChipOverJTAG):
            builder.write(coordinate, config, backend)
            builder.read(coordinate, backend)
    builder.block_until(halco.BarrierOnFPGA(), haldls.Barrier.omnibus)


def nothing(builder: PlaybackProgramBuilder) -> None:
    pass


PROGRAMS = {"empty": nothing, "timer_wait": timers, "barriers": barriers, "spikes": spikes, "neuron_rw": neurons}


@pytest.mark.parametrize("name", PROGRAMS)
def test_small_program(name: str) -> None:
    builder = PlaybackProgramBuilder()
    PROGRAMS[name](builder)
    check(builder.done().words, ROWS[name])


def test_whole_chip() -> None:
    builder = PlaybackProgramBuilder()
    builder.write(halco.ChipOnDLS(), container_class("Chip")())
    check(builder.done().words, ROWS["lola_Chip_default"])


def test_whole_synapse_matrix() -> None:
    builder, matrix = PlaybackProgramBuilder(), container_class("SynapseMatrix")
    builder.write(matrix.coordinate(1), matrix())
    check(builder.done().words, ROWS["lola_SynapseMatrix"])


def test_cadc_samples() -> None:
    container_class("CADCSamples")
    builder = PlaybackProgramBuilder()
    builder.read(halco.CADCSamplesOnDLS())
    check(builder.done().words, ROWS["lola_CADCSamples_read"])
