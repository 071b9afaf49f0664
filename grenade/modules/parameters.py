"""Parameters of neurons, with one value for the chip and one for a numerical model of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade.errors import GrenadeError

__all__ = ["HXBaseParameter", "HXParameter", "MixedHXModelParameter", "values"]


class HXBaseParameter:
    """`hardware_value`: what the chip is calibrated to; `model_value`: what the model computes with. Numbers or arrays of any kind."""

    hardware_value: Any
    model_value: Any


class HXParameter(HXBaseParameter):
    """The same value for both."""

    def __init__(self, value: Any) -> None:
        self.hardware_value = value

    @property
    def model_value(self) -> Any:
        """That of the chip."""
        return self.hardware_value

    def __repr__(self) -> str:
        return f"HXParameter({self.hardware_value!r})"


class MixedHXModelParameter(HXBaseParameter):
    """A value for each."""

    def __init__(self, model_value: Any, hardware_value: Any) -> None:
        self.model_value, self.hardware_value = model_value, hardware_value

    def __repr__(self) -> str:
        return f"MixedHXModelParameter({self.model_value!r}, {self.hardware_value!r})"


def values(name: str, parameter: Any, size: int) -> NDArray[np.float64]:
    """The chip's value for each neuron of a population; GrenadeError if there are as many as neither one nor all."""
    given = np.asarray(parameter.hardware_value if isinstance(parameter, HXBaseParameter) else parameter, np.float64)
    if given.ndim > 1 or given.size not in (1, size) or not np.isfinite(given).all():
        raise GrenadeError(f"{name} of a population of {size} neurons is one finite number or {size} of them, not {given}")
    return np.broadcast_to(given.ravel(), (size,))
