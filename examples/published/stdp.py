"""The curve of spike-timing-dependent plasticity: what sensors store of a pair of pulses, calibrated and at the default codes."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from dlens_vx_v3 import hal, halco, sta
from hicannx import connect
from result import Result, Row

sys.path.append(str(Path(__file__).parents[1]))
import correlation  # the measurement stands in the example on correlation sensors

LATER = np.array([1.0, 2.0, 4.0, 6.0, 10.0, 15.0, 25.0, 40.0, 60.0])
SETTLE_US = 20_000  # of the analog memory
V_RES_MEAS = 3071  # 0.9 V, of 1.2 V at 4095

TEXT = """\
Thirty pairs of a pulse on the rows and one of the neurons, both orders, at 1024 synapses of a typical chip; lines are means over
them, bands hold the middle 80 %. Calibrated, the bits of each synapse bring the causal sensors to the target of the public
calibration; at the codes with which the calibration begins, with 0.9 V as v_res_meas, there is only the fixed pattern. No measured
curve of this revision of the chip was found that could be read off: published are the targets, and the hardware test of the
calibration library, which asks that at 1 us at least 80 % of the synapses store more on the side that the order of the pulses says."""


@dataclass(frozen=True)
class Setting:
    """A panel: its name, what the causal sensors are meant to do, and the delays that are measured [us]."""

    name: str
    amplitude: float
    tau: float
    calibrated: bool

    @property
    def delays(self) -> NDArray[np.float64]:
        """Both orders, up to two time constants."""
        later = LATER[2 * self.tau >= LATER]
        return np.concatenate([-later[::-1], later])


SETTINGS = (Setting("calibrated", 1.5, 30.0, True), Setting("codes 70 and 80", 0.5, 5.0, False))


def default_codes(builder: Any) -> None:
    """Biases with which the calibration begins and the voltage they are meant for, and no calibration bits."""
    builder.write(halco.DACChannelOnBoard.v_res_meas, hal.DACChannel(hal.DACChannel.Value(V_RES_MEAS)))
    for block in halco.iter_all(halco.CapMemBlockOnDLS):
        for cell, code in ((halco.CapMemCellOnCapMemBlock.syn_i_bias_store, 70), (halco.CapMemCellOnCapMemBlock.syn_i_bias_ramp, 80)):
            builder.write(halco.CapMemCellOnDLS(cell, block), hal.CapMemCell(code))
    for row in halco.iter_all(halco.SynapseRowOnSynram):
        quad = halco.SynapseQuadOnSynram(correlation.QUAD, row)
        builder.write(halco.SynapseCorrelationCalibQuadOnDLS(quad, correlation.SYNRAM), hal.SynapseCorrelationCalibQuad())
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(SETTLE_US * correlation.US))


def curve(connection: Any, setting: Setting) -> NDArray[np.float64]:
    """float[delays, 2, 1024]: LSB per pair of causal and acausal sensors."""
    builder, _ = sta.generate(sta.SystemInit(connection.get_hwdb_entry()[0]))
    correlation.calibrated(builder)
    correlation.connections(builder)
    if not setting.calibrated:
        default_codes(builder)
    builder.block_until(halco.BarrierOnFPGA(), hal.Barrier.omnibus)
    sta.run(connection, [builder.done()])
    stored = np.array([correlation.measure(connection, delay) for delay in setting.delays]) / correlation.PAIRS
    return np.moveaxis(stored, 2, 1).reshape(len(stored), 2, -1)


def fit(setting: Setting, stored: NDArray[np.float64]) -> tuple[float, float]:
    """Amplitude [LSB] and time constant [us] of the causal sensors' mean."""
    later = setting.delays > 0
    slope, start = np.polyfit(setting.delays[later], np.log(stored[later, 0].mean(1)), 1)
    return float(np.exp(start)), float(-1 / slope)


def in_order(setting: Setting, stored: NDArray[np.float64]) -> float:
    """Synapses that at 1 us store more on the side that the order of the pulses says [%]."""
    difference = stored[:, 0] - stored[:, 1]
    return float(100 * np.mean([difference[setting.delays == 1] > 0, difference[setting.delays == -1] < 0]))


def measure() -> Result:
    """Both settings, on the default chip."""
    with connect(serial=0, mode="typical") as connection:
        curves = {setting: curve(connection, setting) for setting in SETTINGS}
    rows = []
    for setting, stored in curves.items():
        amplitude, tau = fit(setting, stored)
        rows += [
            Row(f"{setting.name}: amplitude", amplitude, setting.amplitude, "LSB per pair"),
            Row(f"{setting.name}: time constant", tau, setting.tau, "us"),
            Row(f"{setting.name}: synapses in order", in_order(setting, stored), None, "%"),
        ]

    def draw(figure: Figure) -> None:
        for panel, (setting, stored) in zip(figure.subplots(1, len(curves)), curves.items(), strict=True):
            low, high = np.percentile(stored, [10, 90], axis=2)
            for branch, (name, order) in enumerate((("causal", setting.delays > 0), ("acausal", setting.delays < 0))):
                delays, color = setting.delays[order], ("C0", "C3")[branch]
                panel.fill_between(delays, low[order, branch], high[order, branch], color=color, alpha=0.2, linewidth=0)
                panel.plot(delays, stored[order, branch].mean(1), "o-", color=color, markersize=3, label=f"{name} sensors")
                published = setting.amplitude * np.exp(-np.abs(delays) / setting.tau)
                panel.plot(delays, published, "--", color="0.3", linewidth=0.8, label="target" if branch else None)
            panel.set(title=setting.name, xlabel="post-synaptic pulse after the other [us]", ylabel="stored per pair [LSB]", ylim=(0, None))
            panel.legend()

    return Result("Spike-timing-dependent plasticity", TEXT, rows, draw)
