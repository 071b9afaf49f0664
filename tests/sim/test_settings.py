"""What is switched on without effect is listed, and refused in strict mode at the write that does it."""

import numpy as np
import pytest

import haldls
import hicannx_sim as sim
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.settings import CELLS_WITHOUT_EFFECT, SETTINGS, watches

CASES = [(setting, field) for setting in SETTINGS for field in setting.fields]


def word_of(lab, words, container, place=0):
    """A program that writes a container."""
    addresses = type(container).write_addresses([place])[0]
    return [word for address, data in zip(addresses, container.encode(), strict=True) for word in words.write(int(address), int(data))]


@pytest.fixture(scope="module")
def chip():
    made = Chip(VirtualChip(7, "ideal"))
    made.faults.strict = True
    return made


def slots_with(watch, field, place, value):
    """The container's defaults, with one value in one field."""
    slots = np.array([default for one in watch.container.fields() for default in one.defaults])
    slots[watch.slots[[row[0] for row in watch.rows].index(field) + place]] = value
    return slots


@pytest.mark.parametrize(("setting", "field"), CASES, ids=lambda case: case if isinstance(case, str) else case.container)
def test_every_setting_without_effect_is_listed_and_refused(chip, setting, field):
    watch = watches()[setting.container]
    row = [name for name, _ in watch.rows].index(field)
    addresses = watch.container.write_addresses([watch.container.coordinate.size - 1])[0]
    for value, listed in ((int(watch.harmless[row]), False), (int(watch.harmless[row]) ^ 1, True)):
        chip.reset(chip.now)
        faults = chip.faults.n
        chip.write_all(addresses, watch.layout.encode_array(slots_with(watch, field, 0, value)))
        found = [one for one in chip.unmodelled() if one.feature == field]
        assert bool(found) == listed
        assert chip.faults.n - faults == (listed and setting.refused)
        if listed:
            assert found[0][:2] == (watch.name(watch.container.coordinate.size - 1), field) and found[0].why == setting.why
            assert found[0].refused == setting.refused


def test_chip_after_reset_has_nothing_to_report():
    assert Chip(VirtualChip(7)).unmodelled() == []


@pytest.mark.parametrize("name", CELLS_WITHOUT_EFFECT)
def test_biases_without_effect_are_counted(name):
    from halco import CapMemCellOnCapMemBlock, CapMemRowOnCapMemBlock

    chip = Chip(VirtualChip(7))
    if hasattr(CapMemRowOnCapMemBlock, name):
        cells = int(getattr(CapMemRowOnCapMemBlock, name)) * 130 + np.array([0, 127]) + 3120
    else:
        cells = int(getattr(CapMemCellOnCapMemBlock, name).toEnum()) + 3120 * np.array([0, 3])
    chip.write_all(haldls.CapMemCell.write_addresses(cells).ravel(), [1, 1022])
    assert chip.unmodelled() == [("2 CapMemCellOnDLS", name, "nothing follows this bias or voltage", False)]


def test_strict_mode_runs_an_initialisation(make_lab, words):
    lab = make_lab(strict=True)
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    assert [found for found in lab.system.chip.unmodelled() if found.refused] == []


def test_strict_mode_names_the_write(make_lab, words):
    lab = make_lab(strict=True)
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    before = word_of(lab, words, haldls.SynapseDriverConfig(), 200)
    driver = word_of(lab, words, haldls.SynapseDriverConfig(enable_readout=True), 200)
    with pytest.raises(sim.UnmodelledSetting, match=r"enable_readout of SynapseDriverOnDLS\(200\).*not modelled") as caught:
        lab.run(before, driver, words.halt)
    address = int(haldls.SynapseDriverConfig.write_addresses([200])[0, 2])
    assert (caught.value.feature, caught.value.place, caught.value.address) == ("enable_readout", "SynapseDriverOnDLS(200)", address)
    assert caught.value.instruction == len(before) + 5
    assert lab.run(words.tick, words.halt).loopback["tick"].tolist() == [1, 0]


def test_a_setting_that_a_processor_writes_is_nobodys_instruction(make_lab, words):
    lab = make_lab(strict=True)
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    address = int(haldls.CurrentDAC.write_addresses()[0, 0])
    place, data = 0x80000000 | address << 2, int(haldls.CurrentDAC(enable_current=True).encode()[0])
    halves = [(register, value >> 16, value & 0xFFFF) for register, value in ((3, place), (4, data))]
    code = [part for r, high, low in halves for part in (0x3C000000 | r << 21 | high, 0x60000000 | r << 21 | r << 16 | low)]
    program = [word for index, one in enumerate([*code, 0x90830000, 0x7C00007C]) for word in words.write(0x2800000 + index, one)]
    with pytest.raises(sim.UnmodelledSetting, match=r"enable_current of CurrentDACOnDLS.*from within the chip") as caught:
        lab.run(program, words.write(0x2A00000, 1), words.setup, words.wait(500), words.read(0x2A00001), words.halt)
    assert (caught.value.address, caught.value.instruction) == (address, -1)


def test_over_jtag_too(make_lab, words):
    lab = make_lab(strict=True)
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    address = int(haldls.CurrentDAC.write_addresses()[0, 0])
    data = int(haldls.CurrentDAC(enable_current=True).encode()[0])
    with pytest.raises(sim.UnmodelledSetting, match="enable_current of CurrentDACOnDLS"):
        lab.run(words.chip_over_jtag(address, data), words.barrier(2), words.tick, words.halt)


def test_without_strict_mode_it_is_only_reported(ready, words):
    ready.run(word_of(ready, words, haldls.SynapseDriverConfig(enable_readout=True), 5), words.halt)
    assert [found[:2] for found in ready.system.chip.unmodelled() if found.refused] == [("SynapseDriverOnDLS(5)", "enable_readout")]
