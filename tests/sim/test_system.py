"""The whole system and the connection kind that offers it."""

import re
from pathlib import Path

import numpy as np
import pytest

import halco
from fisch import ConnectionFailedError, HXCubeSetupEntry, ProgramError, RunTimeoutError, Target, connection_from_environment, ut
from hicannx_sim.base import clock
from hicannx_sim.base.errors import ConfigurationError, SimError, UndefinedAccess, UnmodelledAccess
from hicannx_sim.base.virtual_chip import VirtualChip
from hicannx_sim.setup.connection import ModelConnection
from hicannx_sim.setup.system import System


def test_identifier_and_hardware_entry():
    connection = ModelConnection(serial=85)
    entry = connection.hwdb_entry
    assert connection.identifier == "hxcube0fpga0chip85_1" and connection.kind == "model"
    assert isinstance(entry, HXCubeSetupEntry) and connection.supported_targets == {Target.hardware}
    wing = entry.fpgas[0].wing
    assert (wing.handwritten_chip_serial, wing.chip_revision, wing.eeprom_chip_serial) == (85, 3, 85)
    assert wing.synram_timing_pcconf == ((8, 8), (8, 8)) and wing.synram_timing_wconf == ((3, 3), (3, 3))
    assert "version:" in connection.bitfile_info and "compatible_until:" in connection.bitfile_info


def test_settings_come_from_arguments_then_environment(monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "0x11")
    monkeypatch.setenv("HICANNX_MODE", "ideal")
    monkeypatch.setenv("HICANNX_SEED", "5")
    system = ModelConnection().system
    assert (system.identity.serial, system.identity.is_ideal, system.seed) == (0x11, True, 5)
    system = ModelConnection(serial=3, mode="typical", seed=9).system
    assert (system.identity.serial, system.identity.is_ideal, system.seed) == (3, False, 9)


@pytest.mark.parametrize(
    "name, value", [("HICANNX_CHIP", "seven"), ("HICANNX_MODE", "perfect"), ("HICANNX_SEED", "-1"), ("HICANNX_CHIP", str(1 << 32))]
)
def test_wrong_settings_are_named(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError):
        ModelConnection()


def test_no_environment_gives_the_model(monkeypatch):
    for name in ("HXCOMM_ENABLE_ZERO_MOCK", "QUIGGELDY_ENABLED", "SLURM_FPGA_IPS", "FLANGE_SIMULATION_RCF_PORT"):
        monkeypatch.delenv(name, raising=False)
    from fisch import register

    register(ModelConnection)
    with connection_from_environment({"HICANNX_CHIP": "12"}) as connection:
        assert connection.identifiers == ["hxcube0fpga0chip12_1"]


def test_program_without_halt_is_refused():
    with pytest.raises(ProgramError, match="halt"):
        ModelConnection().execute(np.array([ut.HALT_WORD | 1], np.uint64))


def test_closed_connection_and_time_info():
    connection = ModelConnection()
    answer = connection.execute(np.array([ut.HALT_WORD], np.uint64))
    assert answer.tolist() == [2 << 56] and connection.time_info.execution_duration.total_seconds() > 0
    connection.close()
    with pytest.raises(RuntimeError, match="closed"):
        connection.execute(np.array([ut.HALT_WORD], np.uint64))


def test_a_run_that_takes_too_long_is_ended(monkeypatch, words):
    """Without a limit it would end after the 34 s of hardware time that its instruction timeout allows."""
    endless = [*words.write(0x88000009, 0xFFFFFFFF), *words.poll(0x80000000, 1, 0xFFFFFFFF), *words.halt]
    monkeypatch.setenv("HICANNX_RUN_TIMEOUT", "0.1")
    connection = ModelConnection()
    with pytest.raises(RunTimeoutError, match=r"no end of the program after 0\.1 s.*HICANNX_RUN_TIMEOUT.*instruction [0-9]"):
        connection.execute(np.array(endless, np.uint64))
    assert connection.execute(np.array([*words.tick, *words.halt], np.uint64)).tolist() == [2 << 56 | 1, 2 << 56]
    monkeypatch.setenv("HICANNX_RUN_TIMEOUT", "soon")
    with pytest.raises(ConnectionFailedError, match="HICANNX_RUN_TIMEOUT: 'soon'"):
        ModelConnection()


def test_reset_is_a_power_cycle(ready, words):
    ready.run(words.write(0x80000000, 5), words.halt)
    ready.system.reset()
    assert ready.data(words.read(0x80000000), words.halt) == [0]
    assert ready.fpga.cycle < 100 and not ready.fpga.trace.timed and ready.system.runs == 1


def test_runs_continue_where_the_last_one_stopped(ready, words):
    first = int(ready.run(words.tick, words.halt).loopback["fpga_time"][-1])
    second = int(ready.run(words.tick, words.halt).loopback["fpga_time"][0])
    assert 1 <= second - first <= 3


def test_same_serial_seed_and_programs_give_the_same_bytes(make_lab, words):
    program = [*words.golden("SystemInit_ZeroMock"), *words.spikes(1, 2, 3), *words.read(0), *words.setup, *words.wait(1000), *words.halt]
    labs = make_lab(seed=4), make_lab(seed=4)
    for _ in range(2):
        one, other = (lab.run(program) and lab.stream for lab in labs)
        assert one.tolist() == other.tolist()
    assert labs[0].system.runs == 2


def test_chip_access_faults_in_strict_mode(make_lab, words):
    lab = make_lab(strict=True)
    lab.run(words.golden("SystemInit_ZeroMock"), words.halt)
    with pytest.raises(UndefinedAccess, match="0x07ffffff") as caught:
        lab.run(words.tick, words.read(0x07FFFFFF), words.halt)
    assert caught.value.instruction == 1 and caught.value.is_read
    assert lab.data(words.read(0), words.halt) == [0], "the next run is clean"


MADC_CONFIG = (0x3500, 0xC060, 0, 0, 0x103, 0x1C9, 0x1 | 1 << 1, 0xF9, 0, 0x51)  # default words with dummy data


@pytest.mark.parametrize("p2, rate", [(2, 500e6 / 17), (4, 250e6 / 17)])
def test_madc_rate_follows_the_pll(ready, words, p2, rate):
    low = 0x2A20A902 & ~(3 << 29) | p2 - 1 << 29
    ready.run(words.chip_over_jtag(0x80000, low), words.barrier(2), words.halt)
    config = [word for i, value in enumerate(MADC_CONFIG) for word in words.write(0xC0001 + i, value)]
    wake, start, stop = (words.write(0xC0000, word) for word in (1, 1 << 1 | 1 << 4, 1 << 2))
    microseconds = 200
    answer = ready.run(config, wake, words.setup, words.wait(125_000), start, words.wait(125_000 + 125 * microseconds), stop, words.halt)
    samples = answer.madc_samples
    assert len(samples) == pytest.approx(rate * microseconds * 1e-6, rel=0.01)
    assert ready.system.counters["events"]["madc"]["late"] == 0
    delay = samples["fpga_time"].astype(np.int64) - samples["chip_time"].astype(np.int64)
    assert delay.min() >= 0 and delay.max() <= 127


def test_seed_range():
    with pytest.raises(ConfigurationError, match="seed"):
        System(VirtualChip(0), seed=1 << 64)


def test_errors_are_runtime_errors():
    assert issubclass(SimError, RuntimeError) and issubclass(UnmodelledAccess, SimError)
    assert "0x88000fff" in str(UndefinedAccess(0x88000FFF, 3)) and "instruction 3" in str(UndefinedAccess(0x88000FFF, 3))


def test_time_units():
    assert clock.TICKS_PER_FPGA_CYCLE * clock.TICK_NS == 8 and clock.TICKS_PER_SYSTIME * clock.TICK_NS == 4
    assert clock.TICKS_PER_US * clock.TICK_NS == 1000 and clock.GRID_TICKS * clock.TICK_NS == 100
    assert clock.NEVER * clock.TICK_NS * 1e-9 > 100 * 365 * 86400


def test_layout_of_the_analog_memory_is_that_of_its_coordinates():
    declared = dict(re.findall(r"CAPMEM_(\w+) = (\d+)", (Path(__file__).parents[2] / "sim/base/capmem.pxd").read_text()))
    sizes = halco.CapMemBlockOnDLS.size, halco.CapMemRowOnCapMemBlock.size, halco.CapMemColumnOnCapMemBlock.size
    assert tuple(int(declared[name]) for name in ("BLOCKS", "ROWS", "COLUMNS")) == sizes
    assert int(halco.CapMemRowOnCapMemBlock.i_bias_leak) == int(declared["VOLTAGE_ROWS"]), "the first row of currents"


def test_public_names_and_examples():
    import doctest

    import hicannx_sim as sim
    import hicannx_sim.setup.connection

    assert [name for name in sim.__all__ if not hasattr(sim, name)] == []
    with pytest.raises(AttributeError, match="nothing"):
        _ = sim.nothing
    results = [doctest.testmod(module) for module in (sim, hicannx_sim.setup.connection)]
    assert all(result.attempted and not result.failed for result in results)
