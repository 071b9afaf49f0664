"""Settings of correlation sensors and trains of pulses drawn at random, and what the equations of docs/correlation.md make of them.

A draw is a function of its seed. Nothing of the model is asked: amplitudes and time constants of a chip without mismatch follow from codes.
"""

from dataclasses import dataclass

import numpy as np
from correlation_reference import pairs
from numpy.typing import NDArray

from hicannx_sim.base.numbers import number

ROWS, COLUMNS = 8, 16
AMP_CALIB, TIME_CALIB = (np.array([number(f"correlation_{kind}_calib_{code}") for code in range(4)]) for kind in ("amp", "time"))


@dataclass(frozen=True)
class Draw:
    """Codes of the biases, v_res_meas [V], calibration codes and labels [row, column]; pulses: (tick, driver, address), (tick, column)."""

    store: int
    ramp: int
    volts: float
    amp: NDArray[np.int64]
    time: NDArray[np.int64]
    labels: NDArray[np.uint8]
    pre: list[tuple[int, int, int]]
    post: list[tuple[int, int]]

    def stored(self) -> NDArray[np.float64]:
        """LSB in the causal and the acausal sensors [branch, row, column]."""
        measured = 1 + number("correlation_amplitude_slope") * (self.volts - number("correlation_measure_volts"))
        amplitude = number("correlation_amplitude") / self.store * max(measured, 0.0) * AMP_CALIB[self.amp]
        tau = number("correlation_tau") / self.ramp * TIME_CALIB[self.time]
        pre = [(tick, row, address) for tick, driver, address in self.pre for row in (2 * driver, 2 * driver + 1)]
        return pairs(pre, self.post, self.labels, np.array([amplitude] * 2), np.array([tau] * 2))


def _train(source: np.random.Generator, us: float, apart_us: float, mean_us: float) -> NDArray[np.int64]:
    """Ticks of a Poisson train with a dead time, at multiples of 8 ns."""
    intervals = apart_us + source.exponential(mean_us, int(4 * us / mean_us) + 4)
    times = np.cumsum(intervals)
    return 4 * np.round(times[times < us] * 125).astype(np.int64)


def draw(seed: int) -> Draw:
    """Trains of 4 drivers and 16 neurons over 200 to 1000 us."""
    source = np.random.default_rng([6, seed])
    us = source.uniform(200, 1000)
    rate = np.exp(source.uniform(np.log(5), np.log(100), 2))
    events = [(int(tick), driver) for driver in range(ROWS // 2) for tick in _train(source, us, 0.2, float(rate[0]))]
    pre = [(tick, driver, int(source.integers(1, 4))) for tick, driver in events]
    post = [(int(tick), column) for column in range(COLUMNS) for tick in _train(source, us, 1.0, float(rate[1]))]
    return Draw(
        store=int(source.integers(50, 400)),
        ramp=int(np.exp(source.uniform(np.log(10), np.log(400)))),
        volts=float(source.uniform(0.88, 1.0)),
        amp=source.integers(0, 4, (ROWS, COLUMNS)),
        time=source.integers(0, 4, (ROWS, COLUMNS)),
        labels=source.integers(1, 4, (ROWS, COLUMNS)).astype(np.uint8),
        pre=pre,
        post=post,
    )
