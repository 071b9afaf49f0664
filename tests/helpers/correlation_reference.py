"""What correlation sensors hold after trains of pulses, from the equations in docs/correlation.md, pulse by pulse."""

import numpy as np
from numpy.typing import NDArray

CAUSAL, ACAUSAL = 0, 1
LINEAR, STOP = 100.0, 160.0


def pairs(
    pre: list[tuple[int, int, int]],
    post: list[tuple[int, int]],
    labels: NDArray[np.uint8],
    amplitude: NDArray[np.float32],
    tau: NDArray[np.float32],
) -> NDArray[np.float64]:
    """LSB stored in sensors [branch, row, column] of one hemisphere.

    pre: (tick, row, address), post: (tick, column). labels: [row, column]; amplitude [LSB] and tau [us]: [branch, row, column].
    """
    stored = np.zeros(amplitude.shape)
    last_pre = np.full(labels.shape, -np.inf)
    last_post = np.full(labels.shape[1], -np.inf)
    pulses = sorted([(tick, 0, row, address) for tick, row, address in pre] + [(tick, 1, column, 0) for tick, column in post])
    for tick, kind, place, address in pulses:
        if kind == 0:
            seen = labels[place] == address
            age = (tick - last_post) * 0.002
            stored[ACAUSAL, place] += seen * amplitude[ACAUSAL, place] * np.exp(-age / tau[ACAUSAL, place])
            last_pre[place][seen] = tick
        else:
            age = (tick - last_pre[:, place]) * 0.002
            stored[CAUSAL, :, place] += amplitude[CAUSAL, :, place] * np.exp(-age / tau[CAUSAL, :, place])
            last_post[place] = tick
    return stored


def shown(stored: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the converter sees of it [LSB]."""
    y = np.clip((stored - LINEAR) / (1.5 * (STOP - LINEAR)), 0, 1)
    return np.where(stored <= LINEAR, stored, LINEAR + (STOP - LINEAR) * y * (3 - y * y) / 2)
