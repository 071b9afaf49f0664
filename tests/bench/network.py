"""One chip's worth of network, the common workload of the simulator comparison.

512 adaptive exponential neurons, 256 sources that each reach all of them (131 072 synapses, 154 sources excitatory, the rest inhibitory,
weights drawn from 1..63), Poisson input of 20 Hz per source on a grid of 0.1 ms. In biological units (mV, ms, pA, nS, pF); the chip runs
it a thousand times faster. Independent engines agree on a mean output rate of 16.8 Hz.
"""

import numpy as np
from numpy.typing import NDArray

SOURCES, NEURONS = 256, 512
EXCITATORY = 154
STEP_MS = 0.1
RATE_HZ = 20.0
BIAS_PA = 500.0
PICOAMPERES_PER_WEIGHT = 1.6
ADEX = {
    "C": 281.0, "gL": 30.0, "EL": -70.6, "VT": -50.4, "DeltaT": 2.0, "tau_w": 144.0, "a": 4.0, "b": 80.5, "Vr": -70.6,
    "tau_syn": 5.0, "Vpeak": -40.0, "tref": 1.0,
}  # fmt: skip

WEIGHTS: NDArray[np.uint8] = np.random.default_rng(42).integers(1, 64, size=(SOURCES, NEURONS)).astype(np.uint8)
"""6-bit weights, [source, neuron]."""


def weight_currents() -> NDArray[np.float64]:
    """Signed weights in pA, [source, neuron]."""
    sign = np.where(np.arange(SOURCES) < EXCITATORY, 1.0, -1.0)
    return WEIGHTS * sign[:, None] * PICOAMPERES_PER_WEIGHT


def input_spikes(seconds: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Steps (counted from 1) and sources of the input spikes within some biological seconds, in order of the steps."""
    steps = round(seconds * 1000 / STEP_MS)
    fired = np.random.default_rng(43).random((steps, SOURCES)) < RATE_HZ * STEP_MS / 1000
    step, source = np.nonzero(fired)
    return step + 1, source
