"""Readings of the converters in volts, and back. The chip's own spread of offset and gain is not taken out.

>>> print(f"{volts(400):.3f} V, {codes(0.562):.0f} LSB, {volts(20, 'CADC'):.2f} V")
0.562 V, 400 LSB, 0.24 V
"""

from typing import Any

import numpy as np

from hicannx.lab.errors import LabError
from hicannx_sim.base.numbers import number

CONVERTERS = {"MADC": "madc", "CADC": "cadc"}


def _scale(converter: str) -> tuple[float, float]:
    if converter not in CONVERTERS:
        raise LabError(f"converter {converter!r}: there are {' and '.join(CONVERTERS)}")
    name = CONVERTERS[converter]
    return number(f"{name}_offset"), number(f"{name}_lsb")


def volts(reading: Any, converter: str = "MADC") -> Any:
    """Volts at the input of a converter ("MADC" or "CADC", default calibration) that gives this reading, a number or an array."""
    offset, lsb = _scale(converter)
    return np.asarray(reading, float)[()] * lsb + offset


def codes(voltage: Any, converter: str = "MADC") -> Any:
    """Mean reading of a converter at this voltage."""
    offset, lsb = _scale(converter)
    return (np.asarray(voltage, float)[()] - offset) / lsb
