"""What is computed in 8 bits beside the products: on the real system by the host as well. (facts: clients/hxtorch_jaxsnn 2.3)"""

from __future__ import annotations

from typing import Any

import torch

from _hxtorch_perceptron import _tracing
from _hxtorch_perceptron._operation import Operation
from _hxtorch_perceptron._rounding import array
from _hxtorch_perceptron.constants import input_activation_max, output_activation_max, output_activation_min
from grenade.hagen import HagenError
from grenade.hagen.steps import Addition, ArgMax, ConvertingReLU, ReLU, Step, to_int8
from grenade.hardware import HARDWARE


@Operation
def relu(input: torch.Tensor, mock: bool = False) -> torch.Tensor:
    """Whole numbers 0 to 127: rounded down, negative ones become 0."""
    return _ReLU.apply(input, mock)


@Operation
def converting_relu(input: torch.Tensor, shift: int = 2, mock: bool = False) -> torch.Tensor:
    """Activations 0 to 31: rounded down, negative ones become 0, the others are divided by 2^shift. RuntimeError for a shift below 0."""
    return _ConvertingReLU.apply(input, ConvertingReLU(shift).shift, mock)


@Operation
def add(input: torch.Tensor, other: torch.Tensor, alpha: float = 1, mock: bool = False) -> torch.Tensor:
    """Sums of whole numbers, rounded down, that stay within -128 to 127. RuntimeError for another alpha than 1, or a larger `other`."""
    if alpha != 1:
        raise HagenError(f"add only supports alpha = 1. (not {alpha})")
    return _Add.apply(input, other, mock)


@Operation
def argmax(input: torch.Tensor, dim: int | None = None, keepdim: bool = False, mock: bool = False) -> torch.Tensor:
    """Index of the first of the largest numbers (rounded down, -128 to 127) in a dimension, or in all of them; int64."""
    if not input.numel():
        raise HagenError(f"an input of shape {tuple(input.shape)} has no largest number")
    if mock:
        return torch.argmax(_limited(input), dim, keepdim)
    if _tracing.is_tracing() and not (input.dim() == 2 and dim == 1 and keepdim):
        raise HagenError("Tracing argmax operation only supported for 2d input with dim=1 and keepdim enabled.")
    if dim is None:
        return _step(ArgMax(), input.reshape(1, -1), input).reshape((1,) * (input.dim() * keepdim))
    found = _step(ArgMax(), input.movedim(dim, -1), input).movedim(-1, dim)
    return found if keepdim else found.squeeze(dim)


def _limited(values: torch.Tensor) -> torch.Tensor:
    return values.float().floor().clamp(output_activation_min, output_activation_max)


def _step(step: Step, values: torch.Tensor, given: torch.Tensor) -> torch.Tensor:
    """What a step makes of values, recorded if anybody does. given: what the caller got, which the values are made of."""
    _tracing.check(given)
    found = torch.from_numpy(step.run(HARDWARE.executor, HARDWARE.chip, array(values)))
    found = found if isinstance(step, ArgMax) else found.float()
    _tracing.add([step], found)
    return found.to(values.device)


class _ReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: torch.Tensor, mock: bool) -> torch.Tensor:
        ctx.save_for_backward(input)
        return _limited(input).clamp(min=0) if mock else _step(ReLU(), input, input)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        [input] = ctx.saved_tensors
        return gradients[0] * (input > 0), None


class _ConvertingReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: torch.Tensor, shift: int, mock: bool) -> torch.Tensor:
        ctx.save_for_backward(input)
        ctx.divisor = 2.0**shift
        if mock:
            return (_limited(input).clamp(min=0) / ctx.divisor).floor().clamp(max=input_activation_max)
        return _step(ConvertingReLU(shift), input, input)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        [input] = ctx.saved_tensors
        return gradients[0] * (input > 0) / ctx.divisor, None, None


class _Add(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, input: torch.Tensor, other: torch.Tensor, mock: bool) -> torch.Tensor:
        ctx.shapes = input.shape, other.shape
        if mock:
            return _limited(_limited(input) + _limited(other))
        if other.dim() > input.dim():
            raise HagenError(f"add operation only supports dim(other) <= dim(input). ({other.dim()} and {input.dim()})")
        whole = other.dim() and other.shape == input.shape[input.dim() - other.dim() :]  # then it fits other batches, too
        left, right = (input, other) if whole else torch.broadcast_tensors(input, other)
        return _step(Addition(to_int8(array(right).ravel())), left, left)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        input, other = ctx.shapes
        return gradients[0].sum_to_size(input), gradients[0].sum_to_size(other), None
