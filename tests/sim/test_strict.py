"""Strict mode raises on everything that is undefined or not modelled; otherwise there is one warning for each address."""

import numpy as np
import pytest

import hicannx_sim as sim
from hicannx_sim.base.register_table import Accuracy

STOP = 1 << 31
UNDEFINED_CHIP, UNDEFINED_FPGA = 0x07FFFFFF, 0x88000FFF


@pytest.fixture
def strict(make_lab, words):
    lab = make_lab(strict=True)
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    return lab


@pytest.mark.parametrize("setup", ["cube", "jboa"])
def test_the_initialisation_needs_nothing_undefined(make_lab, words, setup):
    name = "SystemInit_ZeroMock" if setup == "cube" else "SystemInit_Jboa"
    lab = make_lab(strict=True, setup=setup)
    lab.run(words.golden(name), words.halt)
    assert lab.data(words.read(0), words.halt) == [0]


@pytest.mark.parametrize("over_jtag", [False, True])
@pytest.mark.parametrize("is_read", [False, True])
def test_accesses_to_the_chip(strict, words, is_read, over_jtag):
    address = UNDEFINED_CHIP
    if over_jtag:
        access = [*words.chip_over_jtag(address, None if is_read else 0), *words.barrier(2)]
    else:
        access = words.read(address) if is_read else words.write(address, 0)
    with pytest.raises(sim.UndefinedAccess, match=f"{address:#010x}") as caught:
        strict.run(words.tick, access, words.halt)
    assert (caught.value.address, caught.value.is_read) == (address, is_read)
    assert strict.data(words.read(0), words.halt) == [0]


@pytest.mark.parametrize("is_read", [False, True])
def test_accesses_to_the_fpga(strict, words, is_read):
    with pytest.raises(sim.UndefinedAccess, match=f"{UNDEFINED_FPGA:#010x}") as caught:
        strict.run(words.tick, words.read(UNDEFINED_FPGA) if is_read else words.write(UNDEFINED_FPGA, 0), words.halt)
    assert caught.value.is_read == is_read and caught.value.instruction == (1 if is_read else 2)


@pytest.mark.parametrize("device", [0, 3, 5])
def test_select_lines_that_lead_nowhere(strict, words, device):
    with pytest.raises(sim.UndefinedAccess, match=f"0x8800700{device}"):
        strict.run(words.write(0x88007000 + device, STOP), words.halt)


def test_scans_without_a_register(strict, words):
    """EXTEST and SAMPLE_PRELOAD exist, the others do not."""
    for instruction in (0, 2, 8, 101):
        with pytest.raises(sim.UnmodelledScan, match=f"{instruction:#04x}") as caught:
            strict.run(words.select(instruction), words.scan(1, 5), words.barrier(2), words.halt)
        assert caught.value.jtag_instruction == instruction and isinstance(caught.value, sim.SimError)
    assert strict.run(words.select(127), words.scan(5, 4), words.barrier(2), words.halt).jtag["data"].tolist() == [10]


def test_settings_without_effect(strict, words):
    from haldls import PPUControlRegister, SynapseDriverConfig

    config = SynapseDriverConfig()
    config.enable_readout = True
    addresses = SynapseDriverConfig.write_addresses([3])[0].tolist()
    program = [word for place, data in zip(addresses, config.encode().tolist(), strict=True) for word in words.write(place, data)]
    with pytest.raises(sim.UnmodelledSetting, match="enable_readout of SynapseDriverOnDLS"):
        strict.run(program, words.halt)
    strict.run(words.write(int(PPUControlRegister.write_addresses([0])[0, 0]), 0), words.halt)


def test_one_warning_for_each_address(make_lab, words, caplog):
    """However often it is accessed, and however many addresses there are."""
    lab = make_lab()
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    nowhere = [*range(0x07FFF000, 0x07FFF200), *range(0x88000F00, 0x88000FF0)]
    accesses = [word for _ in range(3) for place in nowhere for word in [*words.read(place), *words.write(place, 1)]]
    scans = [word for code in (0, 2, 0, 2, 9) for word in [*words.select(code), *words.scan(1, 5)]]
    lab.run(accesses, scans, words.barrier(3), words.halt)
    told = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(told) == len(nowhere) + 3
    for place in nowhere:
        assert sum(f"{place:#010x}" in text for text in told) == 1
    assert sum(lab.system.chip.faults.counts.values()) == 6 * 0x200 and sum(lab.fpga.registers.faults.values()) == 6 * 0xF0


def test_the_table_knows_what_strict_mode_refuses(strict, words):
    """A write and a read at one address of every row of the chip: an error exactly where the table says so."""
    for row in strict.system.registers():
        if row.unit != "chip" or row.name in ("CommonPhyConfigChip", "ADPLL", "PLLClockOutputBlock"):
            continue  # these cut the link
        refused = row.accuracy is Accuracy.UNMODELLED
        for program, allowed in ((words.write(int(row.addresses[0]), 0), "w" in row.access), (words.read(int(row.addresses[0])), True)):
            try:
                strict.run(program, words.barrier(1), words.halt)
            except sim.AccessError as error:
                assert refused or not allowed, (row, error)
            except sim.UnmodelledSetting:  # a register that is used with something else than 0
                assert not refused and allowed, row
            else:
                assert not refused and allowed, row


def test_numbers_of_accesses_are_bounded(make_lab, words, caplog):
    """What a long run with a wrong address leaves behind is one warning and one number."""
    lab = make_lab()
    lab.run(np.tile(words.read(UNDEFINED_FPGA), 10_000).tolist(), words.halt)
    assert lab.fpga.registers.faults == {(UNDEFINED_FPGA, True): 10_000} and len(caplog.records) == 1
