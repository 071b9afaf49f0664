"""Each part of the FPGA alone, made of nothing but what it needs."""

import numpy as np
import pytest

from hicannx_sim.base.errors import ConfigurationError, UndefinedAccess
from hicannx_sim.board import XBoard
from hicannx_sim.chip.chip import Chip
from hicannx_sim.chip.jtag import TAP
from hicannx_sim.chip.link import Link
from hicannx_sim.chip.pll import PLL
from hicannx_sim.chip.port import Port
from hicannx_sim.fpga.board_buses import BoardBuses
from hicannx_sim.fpga.due import DueQueue
from hicannx_sim.fpga.host import GIGABIT
from hicannx_sim.fpga.jtag_master import JTAGMaster
from hicannx_sim.fpga.memory import ExternalMemory
from hicannx_sim.fpga.performance_test import PerformanceTest
from hicannx_sim.fpga.phys import PHYBlock
from hicannx_sim.fpga.playback_memory import PlaybackMemory
from hicannx_sim.fpga.registers import RegisterFile
from hicannx_sim.fpga.responses import Responses
from hicannx_sim.fpga.router import Router
from hicannx_sim.fpga.spike_io import SpikeIO
from hicannx_sim.fpga.systime_sync import SystimeSync
from hicannx_sim.fpga.table import named
from hicannx_sim.fpga.trace import Trace

TEST, RESULT = named("performance test").address, named("performance test result").address
CONFIG, SPI = named("spike I/O config").address, named("SPI").address


@pytest.fixture
def registers():
    return RegisterFile()


def test_registers_keep_what_exists_of_a_word(registers):
    retries = named("systime retries").address
    registers.write_word(retries, 0xFFFFFFFF)
    assert registers.read_word(retries) == 0xF
    registers.write_word(retries, 0x5, byte_enables=0b1110)
    assert registers.read_word(retries) == 0xF


def test_a_block_that_is_gone_serves_nothing(registers):
    router = Router(registers)
    registers.write_word(CONFIG, 3)
    del router
    registers.write_word(CONFIG, 5)
    assert registers.read_word(CONFIG) == 5


def test_strict_registers_name_the_address():
    with pytest.raises(UndefinedAccess, match="0x88000fff"):
        RegisterFile(strict=True).read_word(0x88000FFF)


def test_identification_stands_in_its_registers():
    registers = RegisterFile(device_dna=0x123456789ABCDEF)
    assert [registers.read_word(named(f"device DNA {half}").address) for half in ("high", "low")] == [0x1234567, 0x89ABCDEF]


def test_performance_test_counts_only_with_a_link(registers):
    test = PerformanceTest(registers, Link())
    registers.write_word(TEST, 1, cycle=10)
    assert registers.read_word(RESULT, cycle=1_000_000) == 0 and test.arrays()["begin"] == 10
    registers.write_word(TEST, 0, cycle=20)
    assert test.arrays()["begin"] > 1 << 60


def test_phys_switch_their_end_of_the_link(registers):
    link = Link()
    phys = PHYBlock(registers, link)
    registers.write_word(named("PHY enable").address, 0xA5)
    registers.write_word(named("PHY config").address + 3, 0x1234)
    assert link.arrays()["fpga_mask"] == 0xA5 and link.arrays()["fpga_config"][3] == 0x1234 and phys.link is link


def test_a_bus_of_the_board_is_busy_with_a_byte(registers):
    buses = BoardBuses(registers, XBoard(1))
    registers.write_word(SPI + 1, 0x3F, cycle=100)
    assert buses.arrays()["spi_free"] > 100 and buses.arrays()["i2c_free"] == 0
    registers.write_word(SPI, 0)
    assert registers.n_faults == 1, "there is no device 0"


def test_recording_gate_of_a_trace(registers):
    trace = Trace(registers)
    assert trace.arrays()["recording"]
    registers.write_word(named("event recording").address, 0)
    assert not trace.arrays()["recording"] and len(trace.words()) == 0 and Responses(trace).arrays()["last"] == -1


def test_frames_on_the_line_of_a_spike_interface(registers):
    serial = SpikeIO(registers)
    serial.listen([30, 10], [3, 1])
    assert len(serial.received) == 2 and len(serial.take_transmitted()) == 0
    registers.write_word(CONFIG, 1 << 18 | 1)
    with pytest.raises(ConfigurationError, match="loopback"):
        serial.listen([0], [1])


def test_router_counts_enabled_entries():
    registers = RegisterFile(setup="jboa")
    router = Router(registers)
    output = named("output routing table").address + 7
    for enabled, count in ((1 << 15, 1), (1 << 15 | 3, 1), (3, 0)):
        registers.write_word(output, enabled)
        assert router.arrays()["outputs"] == count


def test_time_registers_before_the_first_sync(registers):
    sync = SystimeSync(registers, Chip(), Link(), Trace(registers))
    assert registers.read_word(named("systime active").address) == 0 and sync.arrays()["failed"] == 0


def test_memory_and_queues():
    memory, queue, playback = ExternalMemory(), DueQueue(), PlaybackMemory(GIGABIT)
    memory.open_page(3)
    assert set(memory.arrays()) == {"sram", "dram 3"} and len(queue) == 0
    assert len(playback.arrays()["left"]) == 8 * GIGABIT.playback_words


def test_jtag_master_starts_idle():
    master = JTAGMaster(TAP(Port(Chip(), Link(), PLL())))
    np.testing.assert_array_equal(master.arrays()["count"], 0)
