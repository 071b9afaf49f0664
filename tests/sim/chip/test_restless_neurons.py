"""Neurons that fire for ever into their spike counters: read, reset, and counted by the chip, as if each spike had been handed over."""

import numpy as np
import pytest

import haldls
from halco import CapMemRowOnCapMemBlock
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip

PERIOD = 255 * 4 + 16  # ticks: refractory time and comparator
CONFIG = {"membrane_capacitor_size": 63, "enable_threshold_comparator": 1, "enable_fire": 1, "enable_reset_multiplication": 1}


def words(container, **fields: int) -> np.ndarray:
    layout = container.layout("Omnibus")
    slots = layout.decode_array(np.asarray(container().words()).reshape(1, -1))
    for name, value in fields.items():
        slots[0, layout.slot(name)] = value
    return layout.encode_array(slots)[0]


@pytest.fixture
def chip() -> Chip:
    chip = Chip(VirtualChip(1, "ideal"))
    for addresses in haldls.CommonNeuronBackendConfig.write_addresses([0, 1]):
        chip.write_all(addresses, haldls.CommonNeuronBackendConfig(enable_event_registers=True).encode())
    core = chip.fabric.analog
    core.neuron_config[:] = words(haldls.NeuronConfig, **CONFIG)
    core.neuron_backend[:] = words(haldls.NeuronBackendConfig, refractory_time=255)
    for name, code in {"v_leak": 700, "i_bias_leak": 200, "v_reset": 700, "i_bias_reset": 1022, "v_threshold": 0}.items():
        row = int(getattr(CapMemRowOnCapMemBlock, name)) * 130
        core.capmem[:, row : row + 128] = code
    core.touch_all()
    return chip


def counter(chip: Chip, neuron: int) -> int:
    return chip.read(int(haldls.SpikeCounterRead.read_addresses([neuron])[0][0]), chip.now)


def total(chip: Chip) -> int:
    found = chip.fabric.counters()
    assert found["neuron_spikes"] == 0
    return found["neuron_spikes_not_enabled"]


def test_counters_count_what_is_not_stepped(chip: Chip) -> None:
    chip.advance(chip.now + 40 * PERIOD)
    steps, before, begin = chip.fabric.analog.steps, counter(chip, 7), chip.now
    chip.advance(begin + 100 * PERIOD)
    assert chip.fabric.analog.steps == steps
    assert counter(chip, 7) - before == pytest.approx(100, abs=1)
    for addresses in haldls.SpikeCounterReset.write_addresses([7]):
        chip.write_all(addresses, haldls.SpikeCounterReset().encode())
    assert counter(chip, 7) <= 1
    chip.advance(chip.now + 300 * PERIOD)
    read = counter(chip, 7)
    assert read >> 8 & 1 and read & 0xFF == pytest.approx(300 - 256, abs=1)
    assert total(chip) == pytest.approx(512 * (chip.now / PERIOD), rel=0.01)
    assert total(chip) == total(chip)
