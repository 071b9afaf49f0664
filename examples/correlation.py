"""The curve of spike-timing-dependent plasticity: what causal and acausal sensors store of a pair, against the delay between its pulses.

    python examples/correlation.py [picture.png]

Runs on whatever the environment gives as a connection. Pre-synaptic pulses are events of the PADI register, post-synaptic ones artificial
spikes. A quad of columns is measured, 1024 synapses; the lines are the means, the bands hold the middle 80 %.
"""

import sys
from pathlib import Path

import numpy as np

from dlens_vx_v3 import hal, halco, hxcomm, lola, sta

US = int(hal.Timer.Value.fpga_clock_cycles_per_us)
# us, post-synaptic pulse after the pre-synaptic one
DELAYS = np.array([-20, -15, -10, -7, -5, -3.5, -2, -1, -0.5, 0.5, 1, 2, 3.5, 5, 7, 10, 15, 20])
PAIRS = 60
BETWEEN_PAIRS = 500  # us: nothing of a pair is left when the next one comes
SETTLED = 100_000  # us until the analog memory has its values
LABEL = hal.SynapseQuad.Label(15)
QUAD = halco.SynapseQuadColumnOnDLS(8)
SYNRAM = halco.SynramOnDLS.top


def board(builder):
    """Voltages of the sensors."""
    channels = lola.DACChannelBlock().default_ldo_2
    channels.set_voltage(halco.DACChannelOnBoard.v_res_meas, 0.9)
    channels.set_voltage(halco.DACChannelOnBoard.mux_dac_25, 1.85)
    builder.write(halco.DACChannelBlockOnBoard(), channels)


def converters(builder):
    """The parallel converters see the sensors, whose biases are those of the default calibration."""
    chain = lola.CADCReadoutChain()
    chain.ramp.enable = True
    for side in halco.iter_all(halco.CapMemBlockOnHemisphere):
        chain.ramp.v_offset[side], chain.ramp.i_slope[side] = 60, 350
        chain.ramp.i_bias_comparator[side] = chain.ramp.i_bias_vreset_buffer[side] = 1022
        chain.ramp.v_bias_buffer[side] = 400
        chain.correlation.i_bias_ramp[side], chain.correlation.i_bias_store[side], chain.correlation.i_bias_corout[side] = 80, 70, 600
    for column in halco.iter_all(halco.CADCChannelColumnOnSynram):
        chain.channels_causal[column].enable_connect_correlation = chain.channels_acausal[column].enable_connect_correlation = True
    builder.write(halco.CADCOnDLS(int(SYNRAM)), chain)


def synapses(builder):
    """All rows answer to the events below, and so do the synapses of one quad, which have no weight."""
    driver = hal.SynapseDriverConfig()
    driver.enable_receiver = driver.enable_address_out = True
    driver.row_address_compare_mask = 0
    driver.row_mode_top = driver.row_mode_bottom = hal.SynapseDriverConfig.RowMode.excitatory
    for place in halco.iter_all(halco.SynapseDriverOnDLS):
        builder.write(place, driver)
    for place in halco.iter_all(halco.CommonPADIBusConfigOnDLS):
        builder.write(place, hal.CommonPADIBusConfig())
    matrix = lola.SynapseMatrix()
    matrix.labels.from_numpy(np.full((256, 256), int(LABEL), dtype=int))
    builder.write(SYNRAM, matrix)


def neurons(builder):
    """Neurons that fire when they are reset, and are refractory for 2 us then."""
    for place in halco.iter_all(halco.CommonNeuronBackendConfigOnDLS):
        builder.write(place, hal.CommonNeuronBackendConfig())
    for place in halco.iter_all(halco.NeuronConfigOnDLS):
        builder.write(place, hal.NeuronConfig(enable_fire=True))
    backend = hal.NeuronBackendConfig()
    backend.refractory_time = hal.NeuronBackendConfig.RefractoryTime.max
    for place in halco.iter_all(halco.NeuronBackendConfigOnDLS):
        builder.write(place, backend)


def pre(builder):
    event = hal.PADIEvent()
    event.event_address = LABEL
    for bus in halco.iter_all(halco.PADIBusOnPADIBusBlock):
        event.fire_bus[bus] = True
    builder.write(halco.PADIEventOnDLS(int(SYNRAM)), event)


def post(builder):
    builder.write(halco.NeuronResetQuadOnDLS(QUAD, SYNRAM), hal.NeuronResetQuad())


def read(builder):
    """Tickets of the samples of all rows of the quad: a triggering read of the causal channels, and what it left for the acausal ones."""
    tickets = []
    for row in halco.iter_all(halco.SynapseRowOnSynram):
        quad = halco.SynapseQuadOnSynram(QUAD, row)
        for channel, kind in (
            (halco.CADCChannelType.causal, halco.CADCReadoutType.trigger_read),
            (halco.CADCChannelType.acausal, halco.CADCReadoutType.buffered),
        ):
            tickets.append(builder.read(halco.CADCSampleQuadOnDLS(halco.CADCSampleQuadOnSynram(quad, channel, kind), SYNRAM)))
    return tickets


def samples(tickets):
    """int[256, 2, 4]: row, causal or acausal, entry of the quad."""
    values = [[int(ticket.get().sample[entry]) for entry in halco.iter_all(halco.EntryOnQuad)] for ticket in tickets]
    return np.array(values).reshape(256, 2, 4)


def measure(connection, delay):
    """By how much some pairs lower the readings of 256 rows x (causal, acausal) x 4 columns [LSB]."""
    builder = sta.PlaybackProgramBuilder()
    (post if delay > 0 else pre)(builder)  # the second pulse of a pair once before: then all pairs are alike
    for row in halco.iter_all(halco.SynapseRowOnSynram):
        builder.write(halco.CorrelationResetOnDLS(halco.SynapseQuadOnSynram(QUAD, row), SYNRAM), hal.CorrelationReset())
    before = read(builder)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    for pair in range(1, PAIRS + 1):
        for time, pulse in ((0, pre if delay > 0 else post), (abs(delay), post if delay > 0 else pre)):
            builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(round((pair * BETWEEN_PAIRS + time) * US)))
            pulse(builder)
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value((PAIRS + 1) * BETWEEN_PAIRS * US))
    after = read(builder)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    sta.run(connection, [builder.done()])
    return samples(before) - samples(after)


def curve(connection, delays=DELAYS):
    """float[delays, 256, 2, 4]: LSB per pair of each sensor of the quad."""
    builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    for configure in (board, converters, synapses, neurons):
        configure(builder)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(SETTLED * US))
    sta.run(connection, [builder.done()])
    return np.array([measure(connection, delay) for delay in delays]) / PAIRS


def draw(delays, stored, path):
    """stored: as `curve` gives it."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
    for branch, (name, color) in enumerate((("causal", "C0"), ("acausal", "C3"))):
        values = stored[:, :, branch].reshape(len(delays), -1)
        low, high = np.percentile(values, [10, 90], axis=1)
        for order, label in ((delays < 0, None), (delays > 0, f"{name} sensors")):
            axes.fill_between(delays[order], low[order], high[order], color=color, alpha=0.2, linewidth=0)
            axes.plot(delays[order], values.mean(axis=1)[order], "o-", color=color, markersize=3, label=label)
    axes.axvline(0, color="0.6", linewidth=0.8)
    axes.set_xlabel("post-synaptic pulse after the pre-synaptic one [us of hardware time]")
    axes.set_ylabel("stored per pair [LSB]")
    axes.legend(frameon=False)
    figure.savefig(path, dpi=130)


def main():
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("correlation.png")
    with hxcomm.ManagedConnection() as connection:
        stored = curve(connection)
    draw(DELAYS, stored, path)
    causal, acausal = stored.mean(axis=(1, 3)).T
    print(f"mean LSB per pair at +1 us: causal {causal[DELAYS == 1][0]:.2f}, acausal {acausal[DELAYS == 1][0]:.2f}")
    print(f"mean LSB per pair at -1 us: causal {causal[DELAYS == -1][0]:.2f}, acausal {acausal[DELAYS == -1][0]:.2f}; drawn in {path}")


if __name__ == "__main__":
    main()
