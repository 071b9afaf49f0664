"""The chip as a formula: gain and noise of products that are computed without one. (facts: clients/hxtorch_jaxsnn 2.2)"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from _hxtorch_perceptron._operation import Operation
from _hxtorch_perceptron.constants import defaults, hardware_matrix_height, output_activation_max, output_activation_min
from grenade.hagen import OperandError


@dataclass
class MockParameter:
    """Standard deviation of a result's noise [LSB], and gain [LSB for each unit of activation times weight]."""

    noise_std: float = defaults.noise_std
    gain: float = defaults.gain

    def __repr__(self) -> str:
        return f"MockParameter(noise_std={self.noise_std:.6f}, gain={self.gain:.6f})"

    __hash__ = None  # type: ignore[assignment]


_parameter = [MockParameter()]


@Operation
def get_mock_parameter() -> MockParameter:
    """Those of mocked products, and the gain of all gradients: a copy."""
    return MockParameter(_parameter[0].noise_std, _parameter[0].gain)


@Operation
def set_mock_parameter(parameter: MockParameter) -> None:
    """Sets them. OverflowError for a gain that is not above 0 and at most 1."""
    if not 0 < parameter.gain <= 1:
        hint = "; where it was measured, is the chip calibrated? init_hardware() alone leaves it as it is, init_hardware(ann=True) does it"
        raise OperandError(f"Gain is expected to be in the interval (0, 1] but was {parameter.gain:.6f}{hint}")
    _parameter[0] = MockParameter(parameter.noise_std, parameter.gain)


def multiplied(x: torch.Tensor, weights: torch.Tensor, num_sends: int) -> torch.Tensor:
    """Products of whole numbers as a chip would give them: parts of 128 rows one after the other, each with its own noise, then added."""
    parameter = _parameter[0]
    result = torch.zeros((*x.shape[:-1], weights.shape[1]), device=x.device)
    for part, rows in zip(x.split(hardware_matrix_height, -1), weights.split(hardware_matrix_height, 0), strict=True):
        found = part.matmul(rows) * (num_sends * parameter.gain)
        if parameter.noise_std > 0:
            found = found + torch.normal(0.0, parameter.noise_std, result.shape, device=x.device)
        result += found.floor().clamp(output_activation_min, output_activation_max)
    return result.clamp_(output_activation_min, output_activation_max)
