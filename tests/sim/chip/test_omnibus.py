"""Registers keep what is written, through every window, and unknown addresses are noticed."""

import numpy as np
import pytest

import haldls
from hicannx_sim.chip.masks import kept_masks
from hicannx_sim.chip.omnibus import register_map
from hicannx_sim.chip.regions import REGIONS

KEPT = [region for region in REGIONS if getattr(haldls, region.container).read_addresses(backend=region.backend).shape[1]
        and getattr(haldls, region.container).write_addresses(backend=region.backend).shape[1]]  # fmt: skip


def test_writing_everything_disturbs_nothing_else(bench):
    """One random word at every address of every kept container but the windows that show the same memory; then all are read."""
    windows = ("SynapseWeightQuad", "SynapseLabelQuad", "SynapseCorrelationCalibQuad", "PPUControlRegister")
    rng, written = np.random.default_rng(6), []
    for region in KEPT:
        if region.container not in windows:
            container = getattr(haldls, region.container)
            addresses = container.write_addresses(backend=region.backend)
            words = rng.integers(0, 2**32, addresses.shape, np.uint32) & np.array(kept_masks(region, container), np.uint32)
            bench.chip.write_all(addresses, words)
            written.append((addresses, words))
    for addresses, words in written:
        np.testing.assert_array_equal(bench.chip.read_all(addresses), words)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (0x1, ("SystimeSyncBase", 0, 1)),
        (0x1A1000 + 4 * 130 + 0x8000 + 2, ("NeuronBackendConfig", 256 + 130, 2)),
        (0x160002 + 8 * 5 + 0x8000 * 3 + 4, ("NeuronConfig", 3 * 128 + 5, 4)),
        (0x140000 + 32 * 128 + 18 + 0x8000, ("CapMemCell", 3120 + 18 * 130 + 128, 0)),
        (0x2CF0040 + 33 + 0x80 * 7 + 0x1000000, ("SynapseQuad", 16384 + 7 * 64 + 33, 1)),
        (0x130039, ("CrossbarNode", 32, 0)),
        (0x130001 + 3 * 2, ("BackgroundSpikeSource", 2, 2)),
        (0x122C00 + 4 * 9, ("SpikeCounterReset", 9, 0)),
        (0xC0000, ("MADCControl", 0, 0)),
        (0x80007, ("PLLSelfTestStatus", 0, 0)),
    ],
)
def test_known_addresses(address, place):
    assert register_map().lookup(address) == place


@pytest.mark.parametrize("address", [0x2, 0x120000, 0x1A1000 + 4 * 256, 0x4000000, 0x7FFFFFFF, 0x80000000])
def test_undefined_addresses_are_counted_and_read_as_zero(bench, address):
    bench.write(address, 0xFFFFFFFF)
    assert bench.read(address) == 0
    assert bench.chip.faults.n == 2
    assert bench.chip.faults.counts == {(address, False, True): 1, (address, True, True): 1}
    assert bench.chip.faults.latest == (address, True, True)


def test_byte_enables_write_single_bytes(bench):
    address = int(haldls.SynapseQuad.write_addresses([12345])[0, 1])
    for place in (address, 0x2800123):
        bench.write(place, 0x12345678)
        for lane in range(4):
            bench.write(place, 0x87654321, byte_enables=1 << lane)
            mask = (1 << (8 * (lane + 1))) - 1
            assert bench.read(place) == (0x87654321 & mask) | (0x12345678 & ~mask & 0xFFFFFFFF)


def test_synapse_windows_show_one_memory(bench):
    """Quad 33 holds the odd columns 9, 11, 13, 15 of a row; weights stand with their lower five bits mirrored."""
    chip, quad = bench.chip, 16384 + 7 * 64 + 33
    weights, labels = haldls.SynapseWeightQuad.write_addresses([quad])[0, 0], haldls.SynapseLabelQuad.write_addresses([quad])[0, 0]
    full, calib = haldls.SynapseQuad.write_addresses([quad])[0], haldls.SynapseCorrelationCalibQuad.write_addresses([quad])[0]
    chip.write_all(full, [0xD0C8642F, 0x41C2837F])
    np.testing.assert_array_equal(chip.fabric.analog.weights[256 + 7, 9:16:2], [1, 2, 32 + 4, 32 + 30])
    np.testing.assert_array_equal(chip.fabric.analog.labels[256 + 7, 9:16:2], [1, 2, 3, 63])
    assert chip.fabric.analog.weights.sum() == 1 + 2 + 36 + 62
    assert bench.read(weights) == 0x1008242F
    assert bench.read(labels) == 0x0102033F
    np.testing.assert_array_equal(chip.read_all(calib), [0x03030100, 0x01030201])
    bench.write(weights, 0)
    bench.write(labels, 0x05050505)
    bench.write(calib[1], 0)
    np.testing.assert_array_equal(chip.read_all(full), [0xC0C04000, 0x05050505])


def test_reading_write_only_registers_gives_zero(bench):
    bench.put(haldls.NeuronReset(), 3)
    assert bench.read(int(haldls.NeuronReset.write_addresses([3])[0, 0])) == 0
    assert bench.read(0xC0000) == 0
    assert bench.chip.faults.n == 0


def test_every_address_a_chip_container_uses_is_known():
    """Of all containers, the composed ones too, at their first and last coordinate."""
    found = 0
    for name, container in vars(haldls).items():
        if isinstance(container, type) and "OmnibusChipOverJTAG" in getattr(container, "backends", ()) and container.coordinate:
            ends = [0, container.coordinate.size - 1]
            for table in (container.write_addresses, container.read_addresses):
                for address in table(ends, backend="OmnibusChipOverJTAG").ravel().tolist():
                    assert register_map().lookup(address & 0x7FFFFFFF), (name, hex(address))
                    found += 1
    assert found > 500
