"""Registers of the FPGA: the table itself, and every row through programs."""

import numpy as np
import pytest

from hicannx_sim.base.register_table import Accuracy
from hicannx_sim.fpga import REGISTERS, find
from hicannx_sim.fpga.table import named

SRAM, DRAM = named("external SRAM"), named("external DRAM")

STORED = [
    row for row in REGISTERS if row.access == "rw" and not row.volatile and row.name not in ("instruction timeout", "performance test")
]


def test_rows_do_not_overlap():
    taken = [(row.address, row.address + (row.count - 1) * row.stride) for row in REGISTERS if row.stride == 1]
    for (_, end), (begin, _) in zip(sorted(taken), sorted(taken)[1:], strict=False):
        assert end < begin
    addresses = [address for row in REGISTERS if row.count < 100_000 for address in row.addresses()]
    assert len(addresses) == len(set(addresses))


def test_find():
    assert find(0x88000009).name == "instruction timeout" and find(0x80007FFF).name == "external SRAM"
    assert find(0x80008000) is None and find(0x880C0000) is None and find(0x40000) is None


def test_every_row_says_how_sure_it_is():
    assert all(row.meaning and isinstance(row.accuracy, Accuracy) for row in REGISTERS)


@pytest.mark.parametrize("row", STORED, ids=lambda row: row.name)
def test_registers_start_at_their_reset_value_and_read_back(lab, words, row):
    mask = (1 << row.width) - 1
    last = row.addresses()[-1]
    for address in {row.address, last}:
        assert lab.data(words.read(address), words.halt) == [row.reset]
        assert lab.data(
            words.write(address, 0xFFFFFFFF), words.read(address), words.write(address, 0), words.read(address), words.halt
        ) == [mask, 0]


def test_instruction_timeout_register(lab, words):
    address = 0x88000009
    assert lab.data(words.read(address), words.write(address, 0x12345678), words.read(address), words.halt) == [1_250_000, 0x12345678]


def test_read_only_registers_ignore_writes(lab, words):
    for address in (0x88000003, 0x88004004, 0x88002005):
        (before, after) = lab.data(words.read(address), words.write(address, ~0 & 0xFFFFFFFF), words.read(address), words.halt)
        assert before == after


def test_device_dna(make_lab, words):
    high, low = make_lab(serial=0).data(words.read(0x88000003), words.read(0x88000004), words.halt)
    assert high << 32 | low == 0x15000000000005D
    lab = make_lab(serial=85)
    high, low = lab.data(words.read(0x88000003), words.read(0x88000004), words.halt)
    assert high << 32 | low == lab.connection.hwdb_entry.fpgas[0].get_dna_port() == lab.system.device_dna


@pytest.mark.parametrize("base", [SRAM.address, SRAM.end - 1, DRAM.address, DRAM.end - 1])
def test_memories_and_byte_enables(lab, words, base):
    program = words.write(base, 0x11223344)
    assert lab.data(program, words.write(base, 0xAABBCCDD, 0b1000), words.read(base), words.halt) == [0xAA223344]
    assert lab.data(words.write(base, 0xAABBCCDD, 0b0101), words.read(base), words.halt) == [0xAABB33DD]
    assert lab.data(words.write(base, 0, 0), words.read(base), words.halt) == [0xAABB33DD]


def test_whole_sram(lab, words):
    values = np.random.default_rng(3).integers(0, 1 << 32, SRAM.count)
    program = [word for i, value in enumerate(values) for word in words.write(SRAM.address + i, int(value))]
    assert lab.data(program, [word for i in range(SRAM.count) for word in words.read(SRAM.address + i)], words.halt) == values.tolist()


def test_end_of_sram_is_undefined(lab, words):
    assert lab.data(words.write(SRAM.end, 5), words.read(SRAM.end), words.halt) == [0]
    assert sum(lab.fpga.registers.faults.values()) == 2


@pytest.mark.parametrize("phys", [1, 3, 5, 8])
def test_performance_test_rates(ready, words, phys):
    """595 Mbit/s of 59-bit words per PHY within 5 %, no more beyond five PHYs. (facts: registers/behaviour, PerfTest)"""
    cycles = 125_000
    program = [
        *words.write(0x88004000, (1 << phys) - 1),
        *words.setup,
        *words.write(0x88008000, 1),
        *words.wait(cycles),
        *words.write(0x88008000, 0),
        *words.wait(2 * cycles),
    ]
    sent, received, in_order, error = ready.data(program, [w for a in range(0x88008001, 0x88008005) for w in words.read(a)], words.halt)
    assert sent == received == in_order and error == 0
    assert sent * 59 / (cycles * 8e-9) / 1e6 == pytest.approx(595 * min(phys, 5), rel=0.05)
