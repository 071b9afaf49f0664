"""Products of vectors with a matrix: on the chip or mocked, with gradients as if they were linear. (facts: clients/hxtorch_jaxsnn 2.3)"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch

from _hxtorch_perceptron import _tracing
from _hxtorch_perceptron._mock import get_mock_parameter, multiplied
from _hxtorch_perceptron._operation import Operation
from _hxtorch_perceptron._rounding import array, rounded
from _hxtorch_perceptron.constants import (
    defaults,
    input_activation_max,
    input_activation_min,
    synaptic_weight_max,
    synaptic_weight_min,
)
from grenade.hagen import HagenError, MatrixProduct, MembraneRecording, OperandError
from grenade.hagen.product import count
from grenade.hagen.steps import Product
from grenade.hardware import HARDWARE
from halco import AtomicNeuronOnDLS, Enum

HEADER = "ExecutionIndex\tbatch\ttime\tvalue\n"


@Operation
def mac(
    x: torch.Tensor,
    weights: torch.Tensor,
    num_sends: int = 1,
    wait_between_events: int = defaults.wait_between_events,
    mock: bool = False,
    madc_recording_neuron_id: int = 0,
    madc_recording_path: str = "",
) -> torch.Tensor:
    """Products of activations [row] or [entry, row], 0 to 31, with weights [row, column], -63 to 63, as whole numbers -128 to 127.

    num_sends                   how often each vector is sent
    wait_between_events         FPGA cycles of 8 ns
    mock                        compute with the mock parameters instead of on the chip
    madc_recording_neuron_id    (AtomicNeuronOnDLS) its membrane is recorded if there is a path: samples are appended to that file, FPGA
                                cycles count from the first event

    Raises RuntimeError for other shapes, OverflowError for activations, weights and numbers out of range.
    """
    return _MAC.apply(x, weights, num_sends, wait_between_events, mock, madc_recording_neuron_id, madc_recording_path)


class _MAC(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, x: torch.Tensor, weights: torch.Tensor, num_sends: int, wait: int, mock: bool, neuron: int, path: str
    ) -> torch.Tensor:
        if mock and path:
            raise HagenError("Recording with MADC in mock-mode is not implemented.")
        num_sends, wait = count(num_sends, "num_sends"), count(wait, "wait_between_events")
        _require_shapes(x, weights)
        result = _mocked(x, weights, num_sends) if mock else _on_chip(x, weights, num_sends, wait, neuron, path)
        ctx.save_for_backward(x, weights)
        ctx.num_sends = num_sends
        return result

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        x, weights = (one.float() for one in ctx.saved_tensors)
        scaled = gradients[0] * (get_mock_parameter().gain * ctx.num_sends)
        of_weights = x.reshape(-1, x.shape[-1]).t().matmul(scaled.reshape(-1, scaled.shape[-1]))
        return scaled.matmul(weights.t()), of_weights, None, None, None, None, None


def _require_shapes(x: torch.Tensor, weights: torch.Tensor) -> None:
    if weights.dim() != 2:
        raise HagenError(f"only 2D weight matrices are supported, not {weights.dim()} dimensions")
    if x.dim() not in (1, 2):
        raise HagenError(f"only 1D or 2D input is supported, not {x.dim()} dimensions")
    if x.shape[-1] != weights.shape[0]:
        raise HagenError(f"inputs of length {x.shape[-1]} do not match weights of {weights.shape[0]} rows")
    if not x.numel() or not weights.numel():
        raise HagenError(f"Provided inputs are empty. (input {list(x.shape)}, weights {list(weights.shape)})")


def _mocked(x: torch.Tensor, weights: torch.Tensor, num_sends: int) -> torch.Tensor:
    whole, matrix = x.float().round(), weights.float().round()
    _require_range(matrix, "weights", synaptic_weight_min, synaptic_weight_max)
    _require_range(whole, "inputs", input_activation_min, input_activation_max)
    return multiplied(whole, matrix, num_sends)


def _require_range(values: torch.Tensor, what: str, least: int, most: int) -> None:
    low, high = float(values.min()), float(values.max())
    if not (least <= low and high <= most):
        raise OperandError(f"{what} are supported between {least} and {most}, got {low:g} (min), {high:g} (max)")


def _on_chip(x: torch.Tensor, weights: torch.Tensor, num_sends: int, wait: int, neuron: int, path: str) -> torch.Tensor:
    _tracing.check(x)
    product = MatrixProduct(rounded(array(weights)), num_sends, wait)
    recording = MembraneRecording(AtomicNeuronOnDLS(Enum(neuron))) if path else None
    found = product.run(HARDWARE.executor, HARDWARE.chip, rounded(array(x).reshape(-1, x.shape[-1])), recording)
    given = torch.from_numpy(found.astype(np.float32)).reshape(*x.shape[:-1], -1)
    if recording is not None:
        _append(Path(path), recording)
    _tracing.add([Product(product)], given)
    return given.to(x.device)


def _append(path: Path, recording: MembraneRecording) -> None:
    try:
        with path.open("a") as file:
            if not file.tell():
                file.write(HEADER)
            np.savetxt(file, recording.samples, "%d", "\t")
    except OSError as error:
        raise HagenError(f"samples of a membrane cannot be appended to {path} ({error.strerror})") from None


@Operation
def matmul(
    input: torch.Tensor,
    other: torch.Tensor,
    num_sends: int = 1,
    wait_between_events: int = defaults.wait_between_events,
    mock: bool = False,
    madc_recording_neuron_id: int = 0,
    madc_recording_path: str = "",
) -> torch.Tensor:
    """`torch.matmul` of activations with a weight vector or matrix; arguments as those of `mac`. RuntimeError for more dimensions."""
    if not input.dim() or not other.dim():
        raise HagenError("both arguments to matmul need to be at least 1D")
    if other.dim() > 2:
        raise HagenError(f"matmul for {input.dim()}D and {other.dim()}D inputs is not implemented.")
    matrix = other.unsqueeze(-1) if other.dim() == 1 else other
    vectors = input.reshape(-1, input.shape[-1]) if input.numel() else input.reshape(0, input.shape[-1])
    result = mac(vectors, matrix, num_sends, wait_between_events, mock, madc_recording_neuron_id, madc_recording_path)
    return result.reshape((*input.shape[:-1], *other.shape[1:]))
