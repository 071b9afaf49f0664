"""The curve of spike-timing-dependent plasticity: what causal and acausal sensors store of a pair, against the delay between its pulses.

    python examples/correlation.py [picture.png]

Runs on whatever the environment gives as a connection, calibrated for causal sensors: 1.5 LSB per pair, 30 us. Pre-synaptic pulses are
events of the PADI register, post-synaptic ones artificial spikes. A quad of columns is measured, 1024 synapses; the lines are the means,
the bands hold the middle 80 %.
"""

import sys
from pathlib import Path

import numpy as np

import hicannx
from dlens_vx_v3 import hal, halco, hxcomm, lola, sta

US = int(hal.Timer.Value.fpga_clock_cycles_per_us)
# us, post-synaptic pulse after the pre-synaptic one
DELAYS = np.array([-100, -70, -50, -30, -20, -10, -5, -2, -1, 1, 2, 5, 10, 20, 30, 50, 70, 100])
PAIRS = 30
BETWEEN_PAIRS = 1000  # us: nothing of a pair is left when the next one comes
LABEL = hal.SynapseQuad.Label(15)
QUAD = halco.SynapseQuadColumnOnDLS(8)
SYNRAM = halco.SynramOnDLS.top


def calibrated(builder):
    """The calibration for sensors: their voltages, biases and bits, neurons that fire when they are reset, converters."""
    writes = hicannx.calibration_writes("correlation")  # for a real chip: sta.from_portablebinary of its file
    builder.merge_back(sta.convert_to_builder(writes))
    synapses = dict(writes.tolist())[SYNRAM]
    synapses.labels.from_numpy(np.full((256, 256), int(LABEL)))
    builder.write(SYNRAM, synapses)


def connections(builder):
    """All rows pass the events below on; the converters see the sensors, and not the neurons."""
    driver = hal.SynapseDriverConfig(enable_receiver=True, enable_address_out=True, row_address_compare_mask=0)
    driver.row_mode_top = driver.row_mode_bottom = hal.SynapseDriverConfig.RowMode.excitatory
    for place in halco.iter_all(halco.SynapseDriverOnDLS):
        builder.write(place, driver)
    switches = lola.ColumnCorrelationRow()
    for column in halco.iter_all(halco.SynapseOnSynapseRow):
        switches.values[column].enable_internal_causal = switches.values[column].enable_internal_acausal = True
    builder.write(halco.ColumnCorrelationRowOnDLS(int(SYNRAM)), switches)


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
    calibrated(builder)
    connections(builder)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
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
