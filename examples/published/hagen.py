"""Products of the matrix multiplication mode: equal synapses on all columns, and one row of all weights."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from grenade.execution import JITGraphExecutor
from grenade.hagen import MatrixProduct
from hicannx import calibrated_chip, connect
from result import Result, Row

SENDS, ACTIVATION = 100, 12
CHIPS = range(6)
WEIGHTS = np.arange(-63, 64).repeat(2)
PUBLISHED_LINE = ((-55, -111), (-40, -94), (0, 0), (40, 96), (52, 125), (63, 127))
"""Weight, result [LSB]: read off the published figure."""

TEXT = f"""\
A single activation of {ACTIVATION} is sent {SENDS} times. On the left to 256 synapses of weight 21, one in each column of a half; on the
right to a row in which two columns each have one of the weights from -63 to 63. The published chip bends below -100, each column at
another place; the converters here do so nearer to their end, so large negative results are larger. The last rows are the tutorial's
printed product of a hundred activations of 15 with weights of 21. The chip is the default one, with the fixed pattern of a typical
chip and the calibration for this mode. Chips differ in their gain: the calibration brings the synapses of all quadrants to those of
the weakest, whose bias is at its end, and the one driver in use has a strength of its own. Of six chips this one has the largest, as
the first rows say."""


Numbers = NDArray[np.int64]


def products(serial: int, *operands: tuple[Numbers, Numbers, int]) -> list[Numbers]:
    """Results [LSB] of weights, a vector of activations, and how often it is sent, on one chip."""
    chip = calibrated_chip("hagen", serial)
    with connect(serial=serial) as connection:
        executor = JITGraphExecutor([connection])
        return [
            MatrixProduct(weights, num_sends=sends).run(executor, chip, activations[None])[0].astype(np.int64)
            for weights, activations, sends in operands
        ]


def measure() -> Result:
    """Three products on one typical chip, the first of them on several."""
    one = np.array([ACTIVATION])
    first = (np.full((1, 256), 21), one, SENDS)
    equal, line, printed = products(CHIPS[0], first, (WEIGHTS[None], one, SENDS), (np.full((100, 10), 21), np.full(100, 15), 1))
    means = [equal.mean(), *(products(serial, first)[0].mean() for serial in CHIPS[1:])]
    middle = np.abs(WEIGHTS) <= 40
    rows = [
        Row(f"equal weights: smallest mean of {len(means)} chips", min(means), None, "LSB"),
        Row("equal weights: largest mean", max(means), None, "LSB"),
        Row("equal weights: mean", equal.mean(), 50.5, "LSB"),
        Row("equal weights: spread", equal.std(), 2.9, "LSB"),
        Row("slope for weights from -40 to 40", np.polyfit(WEIGHTS[middle], line[middle], 1)[0], 2.38, "LSB"),
        Row("weight 40", line[np.abs(WEIGHTS - 40) < 2].mean(), 96, "LSB"),
        Row("weight -40", line[np.abs(WEIGHTS + 40) < 2].mean(), -94, "LSB"),
        Row("weights 60 to 63", line[WEIGHTS >= 60].mean(), 127, "LSB"),
        Row("weights -60 to -63", line[WEIGHTS <= -60].mean(), -106, "LSB"),
        Row("printed product: mean", printed.mean(), 58.6, "LSB"),
        Row("printed product: smallest", printed.min(), 55, "LSB"),
        Row("printed product: largest", printed.max(), 63, "LSB"),
    ]

    def draw(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, sharey=True)
        left.plot(equal, ".")
        left.axhspan(50.5 - 2.9, 50.5 + 2.9, color="C1", alpha=0.3, linewidth=0, label="published: mean and spread")
        left.set(xlabel="column", ylabel="result [LSB]", ylim=(-132, 132))
        right.plot(WEIGHTS, line, ".")
        right.plot(*np.transpose(PUBLISHED_LINE), "x--", color="C1", linewidth=0.7, label="published")
        right.set(xlabel="weight")
        left.legend(loc="lower left")
        right.legend(loc="lower right")

    return Result("Products of activations and weights", TEXT, rows, draw)
