"""Gain and noise of the chip, for the mock. (facts: clients/hxtorch_jaxsnn 2.2)"""

from __future__ import annotations

import logging

import torch

from _hxtorch_perceptron._mac import matmul
from _hxtorch_perceptron._mock import MockParameter
from _hxtorch_perceptron._operation import Operation
from _hxtorch_perceptron.constants import (
    hardware_matrix_height,
    hardware_matrix_width,
    input_activation_max,
    output_activation_max,
    synaptic_weight_max,
)

ACTIVATION, WEIGHT, TARGET = input_activation_max / 2, synaptic_weight_max / 3, output_activation_max / 2
SHARE, STEPS, ENTRIES = 0.85, 20, 50
ROWS, COLUMNS = hardware_matrix_width, hardware_matrix_height  # as on the real system, where the two are exchanged: two blocks of rows

_log = logging.getLogger("hxtorch.perceptron.measure_mock_parameter")


@Operation
def measure_mock_parameter() -> MockParameter:
    """Measured with equal weights and as many equal activations as bring results to the middle of their range."""
    weights = torch.full((ROWS, COLUMNS), WEIGHT)
    steps = torch.arange(STEPS).unsqueeze(1)
    found = matmul((torch.rand(STEPS, ROWS) < SHARE**steps) * ACTIVATION, weights)
    best = int((found.median(1).values - TARGET).abs().argmin())
    activations = (torch.rand(ENTRIES, ROWS) < SHARE**best) * ACTIVATION
    exact, found = activations.matmul(weights), matmul(activations, weights)
    gain = float((found / exact).median())
    noise = float((found - exact * gain).std(0).median())
    _log.info("obtained gain=%f, noise_std=%f at output=%d", gain, noise, int(found.median()))
    return MockParameter(noise, gain)
