"""The test access port through the FPGA: what software reads and writes over JTAG."""

import pytest

IDCODE = 0x348580AF
BYPASS = 127


@pytest.fixture
def jtag(lab, words):
    """Answers of the scans of a program."""

    def run(*parts):
        return [int(value) for value in lab.run(*parts, words.halt).jtag["data"]]

    return run


def test_idcode_is_selected_after_reset(jtag, words):
    assert jtag(words.scan(0, 32)) == [IDCODE], "without any instruction"
    assert jtag(words.select(BYPASS), words.jtag_init, words.scan(0, 32)) == [IDCODE]
    assert jtag(words.select(BYPASS), words.barrier(2), words.reset(1), words.reset(0), words.scan(0, 32)) == [IDCODE]
    assert jtag(words.golden("read_JTAGIdCode")) == [IDCODE]


@pytest.mark.parametrize("bits", [3, 17, 32, 33])
def test_bypass_delays_by_one_bit(jtag, words, bits):
    data = 0x1A5C3_9D27 & (1 << bits) - 1
    (answer,) = jtag(words.select(BYPASS), words.scan(data, bits))
    assert answer == data << 1 & (1 << bits) - 1


def test_scans_longer_and_shorter_than_the_register(jtag, words):
    assert jtag(words.select(1), words.scan(1, 33)) == [IDCODE | 1 << 32], "what was shifted in comes out behind the register"
    assert jtag(words.select(1), words.scan(0, 5)) == [IDCODE & 0x1F]
    # 12 bits into the address register twice: its upper bits move down
    assert jtag(words.select(5), words.scan(0x123456789, 33, False), words.scan(0xABC, 12), words.scan(0, 33)) == [
        0x789,
        0xABC << 21 | 0x123456,
    ]


def test_only_kept_scans_answer(jtag, words):
    assert jtag(words.select(BYPASS), words.scan(1, 8, False), words.scan(2, 8)) == [4]


def test_omnibus_over_jtag_needs_no_link(lab, jtag, words):
    assert jtag(
        words.chip_over_jtag(0x0, 0xCAFEBABE), words.chip_over_jtag(0x1, 0x5), words.chip_over_jtag(0x0), words.chip_over_jtag(0x1)
    ) == [0xCAFEBABE, 0x5]
    assert lab.fpga.time.timeouts == 0
    assert not any(lab.system.link.up(4 * lab.fpga.cycle))


def test_pll_registers_over_both_ways(jtag, words):
    program = [*words.select(3), *words.scan(2, 4, False), *words.select(4), *words.scan(0x2A20A902, 32, False)]
    assert jtag(program, words.chip_over_jtag(0x80002)) == [0x2A20A902]
    assert jtag(words.chip_over_jtag(0x80004, 0x118D8181), words.chip_over_jtag(0x80004)) == [0x118D8181]


def test_pll_self_test_as_the_hardware_test_does_it(lab, jtag, words):
    """Prescaler 8, expected 10240, range 2 on the 500 MHz clock; 10000 cycles of waiting."""
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    setup = 10240 << 12 | 2 << 8 | 8 << 1
    (status,) = jtag(
        words.chip_over_jtag(0x80005, setup),
        words.chip_over_jtag(0x80005, setup | 1),
        words.barrier(2),
        words.setup,
        words.wait(10000),
        words.chip_over_jtag(0x80007),
    )
    assert status >> 20 == 3 and abs((status & 0xFFFFF) - 10240) <= 2
    (status,) = jtag(
        words.chip_over_jtag(0x80005, setup | 2 << 5),
        words.chip_over_jtag(0x80005, setup | 2 << 5 | 1),
        words.barrier(2),
        words.setup,
        words.wait(10000),
        words.chip_over_jtag(0x80007),
    )
    assert status >> 20 == 1 and status & 0xFFFFF == 5120, "the PPU clock has 250 MHz: finished without success"


def test_self_test_in_progress(jtag, words):
    (status,) = jtag(words.chip_over_jtag(0x80005, 15 << 1 | 1), words.chip_over_jtag(0x80007))
    assert status >> 20 == 0


def test_phy_enable_reads_back(jtag, words):
    assert jtag(words.chip_over_jtag(0x40000, 0x3C5), words.chip_over_jtag(0x40000)) == [0xC5]
    assert len(jtag(words.golden("read_CommonPhyConfigChip"))) == 1


def test_chip_in_reset_does_not_answer(jtag, words):
    assert jtag(words.reset(1), words.scan(0, 32)) == [0]
    assert jtag(words.chip_over_jtag(0x0, 5), words.barrier(2), words.reset(0), words.chip_over_jtag(0x0)) == [0]


def test_instructions_without_register_act_as_bypass_and_are_counted(lab, jtag, words):
    assert jtag(words.select(0), words.scan(3, 8)) == [6]
    assert lab.system.counters["scans of unknown JTAG instructions"] == 1
