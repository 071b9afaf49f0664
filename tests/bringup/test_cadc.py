"""The parallel converters, as one uses them: membranes of all neurons at once, beside the fast converter."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlens_vx_v3 import hal, halco, lola, sta

SETTLE = 2_500_000  # FPGA cycles: 20 ms for the analog parameter memory
WATCHED = halco.AtomicNeuronOnDLS(halco.NeuronColumnOnDLS(6), halco.NeuronRowOnDLS.top)
Execute, Wait = Callable[[Any], Any], Callable[[Any, int], None]


def converters(builder: Any, **connections: bool) -> None:
    """Both hemispheres on, with the analog values of a default calibration."""
    chain = lola.CADCReadoutChain()
    chain.ramp.enable = True
    for side in halco.iter_all(halco.CapMemBlockOnHemisphere):
        chain.ramp.v_offset[side], chain.ramp.i_slope[side] = 60, 350
        chain.ramp.i_bias_comparator[side] = chain.ramp.i_bias_vreset_buffer[side] = 1022
        chain.ramp.v_bias_buffer[side] = 400
    for column in halco.iter_all(halco.CADCChannelColumnOnSynram):
        for channels in (chain.channels_causal, chain.channels_acausal):
            for name, on in connections.items():
                setattr(channels[column], f"enable_connect_{name}", on)
    for half in halco.iter_all(halco.CADCOnDLS):
        builder.write(half, chain)


def resting(v_leak: int, watched: bool = False) -> Any:
    """A neuron that only leaks."""
    neuron = lola.AtomicNeuron()
    neuron.membrane_capacitance.capacitance = 63
    neuron.leak.v_leak, neuron.leak.i_bias = v_leak, 1000
    neuron.readout.source = lola.AtomicNeuron.Readout.Source.membrane
    neuron.readout.enable_amplifier, neuron.readout.enable_buffered_access = True, watched
    return neuron


def biases(builder: Any) -> None:
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        for name, value in (("neuron_v_bias_casc_n", 250), ("neuron_i_bias_readout_amp", 110), ("neuron_i_bias_leak_source_follower", 100)):
            builder.write(halco.CapMemCellOnDLS(getattr(halco.CapMemCellOnCapMemBlock, name), block), hal.CapMemCell(value))


def start_madc(builder: Any, wait: Wait) -> None:
    chain = lola.ReadoutChain()
    chain.input_mux[0].neuron_even[halco.HemisphereOnDLS.top] = True
    builder.write(halco.ReadoutChainOnDLS(), chain)
    builder.write(halco.MADCControlOnDLS(), hal.MADCControl(wake_up=True, enable_pre_amplifier=True))
    wait(builder, 125_000)


def record(builder: Any, wait: Wait) -> None:
    """300 us of the fast converter."""
    options = {"enable_pre_amplifier": True, "enable_continuous_sampling": True}
    builder.write(halco.MADCControlOnDLS(), hal.MADCControl(start_recording=True, **options))
    wait(builder, 37_500)
    builder.write(halco.MADCControlOnDLS(), hal.MADCControl(stop_recording=True, **options))
    wait(builder, 1000)


def means(samples: Any) -> np.ndarray:
    """Of the causal and acausal sample of each neuron."""
    return np.mean([samples.causal.to_numpy(), samples.acausal.to_numpy()], axis=0).reshape(-1)


def sweep(execute: Execute, wait: Wait, codes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """All neurons at each leak potential: samples of the parallel converters [code, neuron], mean of the fast one for `WATCHED`."""
    parallel, fast = [], []
    for code in codes:
        builder = sta.PlaybackProgramBuilder()
        biases(builder)
        converters(builder, correlation=True, neuron=True)
        for neuron in halco.iter_all(halco.AtomicNeuronOnDLS):
            builder.write(neuron, resting(code, neuron == WATCHED))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        wait(builder, SETTLE)
        tickets = [builder.read(halco.CADCSamplesOnDLS()) for _ in range(5)]
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        start_madc(builder, wait)
        record(builder, wait)
        program = execute(builder)
        parallel.append(np.mean([means(ticket.get()) for ticket in tickets], axis=0))
        fast.append(program.madc_samples.to_numpy()["value"][1000:].mean())
    return np.array(parallel), np.array(fast)


def test_a_sweep_of_the_leak_potential_is_seen_by_both_converters(execute: Execute, wait: Wait) -> None:
    parallel, fast = sweep(execute, wait, [450, 550, 650, 750, 850])
    steps = np.diff(parallel, axis=0)
    assert ((steps > 15) & (steps < 40)).mean() > 0.99  # 120 mV, 4.5 mV per count
    assert np.diff(fast).min() > 60
    slope, _ = np.polyfit(parallel[:, int(WATCHED.toEnum())], fast, 1)
    assert slope == pytest.approx(2.96, rel=0.15)


def test_both_converters_agree_with_the_published_pairs(execute: Execute, wait: Wait) -> None:
    """79 beside 304, 125 beside 440, 72 beside 276; another chip has another offset, of some 30 counts of the fast converter."""
    parallel, fast = sweep(execute, wait, [600, 770])
    counts = parallel[:, int(WATCHED.toEnum())]
    published = np.interp(counts, [72, 79, 125], [276, 304, 440])
    assert counts[0] > 60 and counts[1] < 140
    np.testing.assert_allclose(fast, published, atol=100)


def test_rows_and_all_samples_show_the_same(execute: Execute, wait: Wait) -> None:
    builder = sta.PlaybackProgramBuilder()
    biases(builder)
    converters(builder, correlation=True, neuron=True)
    for neuron in halco.iter_all(halco.AtomicNeuronOnDLS):
        builder.write(neuron, resting(400 + int(neuron.toEnum())))
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    wait(builder, SETTLE)
    everything = builder.read(halco.CADCSamplesOnDLS())
    rows = [builder.read(halco.CADCSampleRowOnDLS(halco.SynapseRowOnSynram(17), synram)) for synram in halco.iter_all(halco.SynramOnDLS)]
    execute(builder)
    samples = means(everything.get())
    np.testing.assert_allclose(np.concatenate([means(row.get()) for row in rows]), samples, atol=6)
    assert np.corrcoef(samples, np.arange(512))[0, 1] > 0.9


@pytest.mark.parametrize("synram", [halco.SynramOnDLS.top, halco.SynramOnDLS.bottom], ids=["top", "bottom"])
def test_each_channel_belongs_to_its_column(synram: Any, execute: Execute, wait: Wait) -> None:
    """One neuron after another is put low among high ones."""
    chosen = [(column, halco.AtomicNeuronOnDLS(halco.NeuronColumnOnDLS(column), synram.toNeuronRowOnDLS())) for column in (0, 1, 77, 255)]
    builder = sta.PlaybackProgramBuilder()
    biases(builder)
    converters(builder, correlation=True, neuron=True)
    for neuron in halco.iter_all(halco.AtomicNeuronOnDLS):
        builder.write(neuron, resting(900))
    tickets = []
    for _, neuron in chosen:
        builder.write(neuron, resting(0))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        wait(builder, SETTLE)
        tickets.append(builder.read(halco.CADCSampleRowOnDLS(halco.SynapseRowOnSynram(), synram)))
        builder.write(neuron, resting(900))
    execute(builder)
    for (column, _), ticket in zip(chosen, tickets, strict=True):
        for samples in (ticket.get().causal.to_numpy(), ticket.get().acausal.to_numpy()):
            assert samples[column] < 50
            assert np.delete(samples, column).min() > 100


def test_a_conversion_does_not_happen_by_itself(execute: Execute, wait: Wait) -> None:
    """Buffered reads repeat what the last triggering read of the hemisphere saw."""
    quad = halco.CADCSampleQuadOnSynram()
    trigger, buffered = (
        halco.CADCSampleQuadOnDLS(halco.CADCSampleQuadOnSynram(quad.toCADCSampleQuadUnspecifiedReadoutOnSynram(), kind))
        for kind in (halco.CADCReadoutType.trigger_read, halco.CADCReadoutType.buffered)
    )
    builder = sta.PlaybackProgramBuilder()
    biases(builder)
    converters(builder, correlation=True, neuron=True)
    tickets = []
    for code, coordinate in ((500, trigger), (900, buffered), (900, trigger), (500, buffered)):
        for neuron in halco.iter_all(halco.AtomicNeuronOnDLS):
            builder.write(neuron, resting(code))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        wait(builder, SETTLE)
        tickets.append(builder.read(coordinate))
    execute(builder)
    low, still_low, high, still_high = (int(ticket.get().get_sample(halco.EntryOnQuad(2))) for ticket in tickets)
    assert low == still_low < high == still_high


def test_a_read_waits_for_its_conversion(execute: Execute, wait: Wait) -> None:
    """reset_wait and dead_time are spent before each triggering read is answered."""
    quad = halco.CADCSampleQuadOnSynram()
    builder, times = sta.PlaybackProgramBuilder(), []
    for reset_wait in (0, 250):
        config = hal.CADCConfig()
        config.enable, config.reset_wait = True, reset_wait
        builder.write(halco.CADCConfigOnDLS.top, config)
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        builder.write(halco.TimerOnDLS(), hal.Timer())
        builder.read(halco.CADCSampleQuadOnDLS(quad))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        times.append(builder.read(halco.TimerOnDLS()))
    execute(builder)
    short, long = (int(time.get().value) for time in times)
    assert 110 < long - short < 140  # 125 cycles of 8 ns


def test_a_voltage_from_the_board_reaches_all_channels(execute: Execute, wait: Wait) -> None:
    """DAC -> multiplexers of the board -> pad -> debug lines -> converters."""
    builder, tickets = sta.PlaybackProgramBuilder(), []
    biases(builder)
    converters(builder, debug=True)
    mux = hal.PadMultiplexerConfig()
    mux.cadc_debug_acausal_to_synapse_intermediate_mux = mux.cadc_debug_causal_to_synapse_intermediate_mux = True
    mux.synapse_intermediate_mux_to_pad = True
    builder.write(halco.PadMultiplexerConfigOnDLS(0), mux)
    register = hal.ShiftRegister()
    register.select_analog_readout_mux_1_input = register.AnalogReadoutMux1Input.readout_chain_0
    register.select_analog_readout_mux_2_input = register.AnalogReadoutMux2Input.mux_dac_25
    builder.write(halco.ShiftRegisterOnBoard(), register)
    volts = np.array([0.2, 0.4, 0.6, 0.8, 1.0])
    for voltage in volts:
        builder.write(halco.DACChannelOnBoard.mux_dac_25, hal.DACChannel(value=round(voltage / 2.5 * 4095)))
        builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
        wait(builder, SETTLE)
        tickets.append(builder.read(halco.CADCSamplesOnDLS()))
    execute(builder)
    samples = np.array([means(ticket.get()) for ticket in tickets])
    slope, offset = np.polyfit(volts, samples.mean(axis=1), 1)
    assert 1 / slope == pytest.approx(4.5e-3, rel=0.1)
    np.testing.assert_allclose(samples.mean(axis=1), slope * volts + offset, atol=1)
    assert np.median(samples.std(axis=1)) < 20
