"""Programs on both PPUs, as one brings them up: the sources beside this file say what each looks at."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dlens_vx_v3 import hal, halco, lola, sta
from dlens_vx_v3.tools.run_ppu_program import load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx.ppu import CompilerNotFoundError, build, find_compiler

SOURCES = Path(__file__).parent / "ppu"
PATIENCE = 5_000_000  # FPGA cycles
RETURN_CODES = {
    "external_memory": 0,
    "measure_time": 0,
    "omnibus": 0,
    "random_numbers": 0,
    "returncode": -559038737,
    "synram_masked": 0,
    "synram_rw": 0,
    "vector_arithmetic": 0,
}

Built = Callable[[str], str]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Builds one of the programs; returns the name of its file."""
    try:
        compiler = find_compiler()
    except CompilerNotFoundError as error:
        pytest.skip(str(error))
    folder, done = tmp_path_factory.mktemp("ppu"), {}

    def made(name: str) -> str:
        if name not in done:
            program = build(SOURCES / f"{name}.c", folder / f"{name}.elf", options=["-Werror"], compiler=compiler)
            assert [finding for finding in program.findings if finding.harmful] == []
            done[name] = str(program.path)
        return done[name]

    return made


@pytest.fixture
def converters(connection: Any, execute: Callable[[Any], Any]) -> Any:
    """A connection to a setup whose parallel converters are on."""
    builder = sta.PlaybackProgramBuilder()
    for half in halco.iter_all(halco.CADCConfigOnDLS):
        builder.write(half, hal.CADCConfig(enable=True))
    execute(builder)
    return connection


def finish(connection: Any, name: str, ppu: Any, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Runs a program; return code and mailbox."""
    load_and_start_program(connection, name, ppu)
    wait_until_ppu_finished(connection, PATIENCE, ppu)
    return stop_program(connection, ppu=ppu), capsys.readouterr().out


@pytest.mark.parametrize("name", RETURN_CODES)
def test_programs_that_check_themselves(name: str, connection: Any, built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    for ppu in halco.iter_all(halco.PPUOnDLS):
        code, text = finish(connection, built(name), ppu, capsys)
        assert (code, text.strip()) == (RETURN_CODES[name], ""), ppu


def test_each_knows_where_it_is(connection: Any, built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [finish(connection, built("where"), ppu, capsys)[0] for ppu in halco.iter_all(halco.PPUOnDLS)]
    assert codes == [100, 101]
    for ppu in halco.iter_all(halco.PPUOnDLS):  # both at once
        load_and_start_program(connection, built("where"), ppu)
    for ppu in halco.iter_all(halco.PPUOnDLS):
        wait_until_ppu_finished(connection, PATIENCE, ppu)
        assert stop_program(connection, False, ppu) == 100 + int(ppu)
    assert capsys.readouterr().out == ""


def test_barrier_of_both(connection: Any, built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    """They meet in each other's memory; one that is alone says so."""
    for ppu in halco.iter_all(halco.PPUOnDLS):
        load_and_start_program(connection, built("barrier"), ppu)
    for ppu in halco.iter_all(halco.PPUOnDLS):
        wait_until_ppu_finished(connection, PATIENCE, ppu)
    codes = [stop_program(connection, ppu=ppu) for ppu in halco.iter_all(halco.PPUOnDLS)]
    assert (codes, capsys.readouterr().out.strip()) == ([0, 0], "")
    code, text = finish(connection, built("barrier"), halco.PPUOnDLS.top, capsys)
    assert code == 1 and "waited in vain in round 1" in text


@pytest.fixture
def firing(connection: Any, execute: Callable[[Any], Any]) -> Iterator[None]:
    """All neurons ready to count their spikes."""
    builder = sta.PlaybackProgramBuilder()
    for place in halco.iter_all(halco.NeuronConfigOnDLS):
        builder.write(place, hal.NeuronConfig(enable_fire=True))
    for place in halco.iter_all(halco.NeuronBackendConfigOnDLS):
        builder.write(place, hal.NeuronBackendConfig(enable_spike_out=True, refractory_time=10))
    for place in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
        builder.write(place, hal.CommonNeuronBackendConfig(enable_event_registers=True, enable_clocks=True))
    for place in halco.iter_all(halco.CommonCorrelationConfigOnDLS):
        builder.write(place, hal.CommonCorrelationConfig())
    for place in halco.iter_all(halco.SpikeCounterResetOnDLS):
        builder.write(place, hal.SpikeCounterReset())
    execute(builder)
    yield


@pytest.fixture
def driven(firing: None, execute: Callable[[Any], Any]) -> None:
    """And every excitatory event makes them fire, if it comes through the first driver of a hemisphere at the address of their columns."""
    builder = sta.PlaybackProgramBuilder()
    for place in halco.iter_all(halco.NeuronConfigOnDLS):
        builder.write(place, hal.NeuronConfig(enable_fire=True, enable_bypass_excitatory=True, enable_synaptic_input_excitatory=True))
    bias, value = halco.CapMemCellOnCapMemBlock.syn_i_bias_dac, hal.CapMemCell(1022)
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        builder.write(halco.CapMemBlockConfigOnDLS(block), hal.CapMemBlockConfig())
        builder.write(halco.CapMemCellOnDLS(bias, block), value)
    longest = hal.CommonPADIBusConfig()  # a bypassed neuron fires on strong pulses only
    for bus in halco.iter_all(halco.PADIBusOnPADIBusBlock):
        longest.dacen_pulse_extension[bus] = hal.CommonPADIBusConfig.DacenPulseExtension.max
    for place in halco.iter_all(halco.CommonPADIBusConfigOnDLS):
        builder.write(place, longest)
    for synram in halco.iter_all(halco.SynramOnDLS):
        driver, currents, row = hal.SynapseDriverConfig(), lola.ColumnCurrentRow(), lola.SynapseRow()
        driver.enable_receiver = True
        driver.row_mode_top = hal.SynapseDriverConfig.RowMode.excitatory
        first = halco.SynapseDriverOnSynapseDriverBlock(0)
        builder.write(halco.SynapseDriverOnDLS(first, halco.SynapseDriverBlockOnDLS(int(synram))), driver)
        for column in halco.iter_all(halco.SynapseOnSynapseRow):
            currents.values[column].enable_synaptic_current_excitatory = True
            row.weights[column], row.labels[column] = 63, 5 + int(column) % 2
        builder.write(halco.ColumnCurrentRowOnDLS(int(synram)), currents)
        builder.write(halco.SynapseRowOnDLS(first.toSynapseRowOnSynram()[halco.SynapseRowOnSynapseDriver.top], synram), row)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(2_500_000))  # 20 ms for the analog parameter memory
    execute(builder)


@pytest.mark.usefixtures("driven")
def test_events_of_its_own(connection: Any, built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    for ppu in halco.iter_all(halco.PPUOnDLS):
        code, text = finish(connection, built("events"), ppu, capsys)
        assert (code, text.strip()) == (0, ""), ppu


@pytest.mark.usefixtures("firing")
def test_neuron_reset(
    connection: Any, built: Built, execute: Callable[[Any], Any], wait: Callable[[Any, int], None], capsys: pytest.CaptureFixture[str]
) -> None:
    """Neurons of odd columns were reset once, those of even columns twice."""
    for ppu in halco.iter_all(halco.PPUOnDLS):
        assert finish(connection, built("neuron_reset"), ppu, capsys)[0] == 0
    builder = sta.PlaybackProgramBuilder()
    tickets = [builder.read(counter) for counter in halco.iter_all(halco.SpikeCounterReadOnDLS)]
    wait(builder, 10_000)
    execute(builder)
    assert [int(ticket.get().count) for ticket in tickets] == [2, 1] * 256


@pytest.fixture
def correlating(firing: None, execute: Callable[[Any], Any]) -> None:
    """And the parallel converters see the correlation sensors, with the biases of the default calibration; one row has a label."""
    builder = sta.PlaybackProgramBuilder()
    channels = lola.DACChannelBlock().default_ldo_2
    channels.set_voltage(halco.DACChannelOnBoard.v_res_meas, 0.9)
    channels.set_voltage(halco.DACChannelOnBoard.mux_dac_25, 1.85)
    builder.write(halco.DACChannelBlockOnBoard(), channels)
    chain = lola.CADCReadoutChain()
    chain.ramp.enable = True
    for side in halco.iter_all(halco.CapMemBlockOnHemisphere):
        chain.ramp.v_offset[side], chain.ramp.i_slope[side], chain.ramp.v_bias_buffer[side] = 60, 350, 400
        chain.ramp.i_bias_comparator[side] = chain.ramp.i_bias_vreset_buffer[side] = 1022
        chain.correlation.i_bias_ramp[side], chain.correlation.i_bias_store[side], chain.correlation.i_bias_corout[side] = 80, 70, 600
    for column in halco.iter_all(halco.CADCChannelColumnOnSynram):
        chain.channels_causal[column].enable_connect_correlation = chain.channels_acausal[column].enable_connect_correlation = True
    row = lola.SynapseLabelRow()
    row.values = [5] * 256
    driver = hal.SynapseDriverConfig(enable_receiver=True, enable_address_out=True, row_address_compare_mask=31)
    driver.row_mode_bottom = hal.SynapseDriverConfig.RowMode.excitatory
    for half in halco.iter_all(halco.CADCOnDLS):
        builder.write(half, chain)
        synram = halco.SynramOnDLS(int(half))
        builder.write(halco.SynapseLabelRowOnDLS(halco.SynapseRowOnSynram(18), synram), row)
        block = halco.SynapseDriverBlockOnDLS(int(half))
        builder.write(halco.SynapseDriverOnDLS(halco.SynapseDriverOnSynapseDriverBlock(9), block), driver)
        builder.write(halco.CommonPADIBusConfigOnDLS(int(half)), hal.CommonPADIBusConfig())
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    execute(builder)


@pytest.mark.usefixtures("correlating")
def test_correlation_sensors(connection: Any, built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    for ppu in halco.iter_all(halco.PPUOnDLS):
        code, text = finish(connection, built("correlation"), ppu, capsys)
        assert (code, text.strip()) == (0, "")


CYCLES = {
    "fxvstax": (47, 5),
    "fxvlax": (49, 5),
    "weights_out": (20, 2),
    "weights_in": (20, 2),
    "neuron_reset": (20, 2),
    "cadc": (410, 41),
    "external_out": (38, 4),
    "external_in": (344, 34),
}
"""PPU cycles and how far off they may be, as measured on the chip. (facts: ppu/isa_scalar 6)"""


def test_speed_of_vector_accesses(converters: Any, built: Built, capsys: pytest.CaptureFixture[str]) -> None:
    for ppu in halco.iter_all(halco.PPUOnDLS):
        code, text = finish(converters, built("speed_memory"), ppu, capsys)
        found = {name: int(cycles) for name, cycles in (line.split() for line in text.splitlines() if line)}
        outside = {name: cycles for name, cycles in found.items() if abs(cycles - CYCLES[name][0]) > CYCLES[name][1]}
        assert code == 0 and found.keys() == CYCLES.keys() and outside == {}
