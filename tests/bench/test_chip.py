"""Throughput of the chip's digital side. Compare the per-item figures: `extra_info["items"]` of each."""

import numpy as np
import pytest

import haldls
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip


@pytest.fixture
def chip():
    return Chip(VirtualChip(1, "ideal"))


@pytest.mark.parametrize("container", ["SynapseQuad", "CapMemCell", "NeuronConfig", "PPUMemoryWord"])
@pytest.mark.parametrize("access", ["write", "read"])
def test_register_access(benchmark, chip, container, access):
    addresses = getattr(haldls, container).write_addresses().ravel()
    words = np.zeros(addresses.shape, np.uint32)
    benchmark.extra_info["items"] = addresses.size
    if access == "write":
        benchmark(chip.write_all, addresses, words)
    else:
        benchmark(chip.read_all, addresses)


def test_loopback_events(benchmark, chip):
    """Link to link through the crossbar, all nodes open."""
    labels, ticks = np.random.default_rng(1).integers(0, 2**16, 100_000).astype(np.uint16), 8 * np.arange(100_000)
    benchmark.extra_info["items"] = labels.size

    def run():
        chip.spikes(labels, chip.now + ticks)
        chip.advance(chip.now + 900_000)
        chip.take_out()

    benchmark(run)


def test_idle_wait(benchmark, chip):
    """20 ms in which nothing happens."""
    benchmark(lambda: chip.advance(chip.now + 10_000_000))
