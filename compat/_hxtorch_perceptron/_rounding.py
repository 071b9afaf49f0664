"""Numbers as the chip's operands: whole ones, halves away from 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray


def rounded(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The nearest whole numbers, of two equally near ones the one farther from 0.

    >>> rounded(np.array([0.5, -0.5, 2.5, 1.4])).tolist()
    [1.0, -1.0, 3.0, 1.0]
    """
    whole = np.trunc(values)
    with np.errstate(invalid="ignore"):  # infinite ones stay what they are
        return whole + np.where(np.abs(values - whole) >= 0.5, np.sign(values), 0.0) + 0.0


def array(tensor: torch.Tensor) -> NDArray[Any]:
    """The numbers of a tensor, float64."""
    return tensor.detach().cpu().double().numpy()
