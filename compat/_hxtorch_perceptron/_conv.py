"""Convolutions as products: every position of the kernel is a vector, every output channel a column. (facts: clients/hxtorch_jaxsnn 2.3)"""

from __future__ import annotations

from collections.abc import Sequence

import torch

from _hxtorch_perceptron._mac import matmul
from _hxtorch_perceptron._operation import Operation
from _hxtorch_perceptron.constants import defaults
from grenade.hagen import HagenError

WAIT = defaults.wait_between_events


@Operation
def conv1d(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | Sequence[int] = 1,
    num_sends: int = 1,
    wait_between_events: int = WAIT,
    mock: bool = False,
) -> torch.Tensor:
    """[entry, output channel, position] of input [entry, channel, time] and weight [output channel, channel, time]; bias is added after."""
    return _conv(input, weight, bias, _strides(stride, 1), num_sends, wait_between_events, mock)


@Operation
def conv2d(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | Sequence[int] = 1,
    num_sends: int = 1,
    wait_between_events: int = WAIT,
    mock: bool = False,
) -> torch.Tensor:
    """As `conv1d` with two dimensions of positions."""
    return _conv(input, weight, bias, _strides(stride, 2), num_sends, wait_between_events, mock)


@Operation
def expanded_conv1d(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None = None,
    stride: int | Sequence[int] = 1,
    num_expansions: int = 1,
    num_sends: int = 1,
    wait_between_events: int = WAIT,
    mock: bool = False,
) -> torch.Tensor:
    """As `conv1d`, computed with `num_expansions` copies of the kernel beside each other in the matrix, each shifted by a stride."""
    [step] = _strides(stride, 1)
    _require_dimensions(input, weight, 1)
    if num_expansions < 1:
        raise HagenError(f"a kernel is there at least once, not {num_expansions} times")
    channels, length, size = weight.shape[0], input.shape[2], weight.shape[2]
    wide = weight.new_zeros(channels * num_expansions, weight.shape[1], size + step * (num_expansions - 1), dtype=input.dtype)
    for copy in range(num_expansions):
        wide[copy::num_expansions, :, copy * step : copy * step + size] = weight
    positions = _positions(length, size, step)
    missing = max((-(-positions // num_expansions) - 1) * step * num_expansions + wide.shape[2] - length, 0)
    every = None if bias is None else bias.repeat_interleave(num_expansions)
    padded = torch.nn.functional.pad(input, (0, missing))
    found = _conv(padded, wide, every, (step * num_expansions,), num_sends, wait_between_events, mock)
    found = found.reshape(input.shape[0], channels, num_expansions, -1).transpose(2, 3)
    return found.reshape(input.shape[0], channels, -1)[..., :positions].contiguous()


def _strides(stride: int | Sequence[int], dimensions: int) -> tuple[int, ...]:
    """One for each dimension. TypeError for another number of them."""
    steps = (stride,) * dimensions if isinstance(stride, int) else tuple(int(one) for one in stride)
    if len(steps) != dimensions:
        raise TypeError(f"stride is an integer or {dimensions} of them, not {stride!r}")
    if min(steps) < 1:
        raise HagenError(f"strides are at least 1, not {stride!r}")
    return steps


def _positions(length: int, size: int, step: int) -> int:
    """How often a kernel fits."""
    if size > length:
        raise HagenError(f"Input size per channel: {length}. Kernel size: {size}. Kernel size can't be greater than actual input size")
    return (length - size) // step + 1


def _require_dimensions(input: torch.Tensor, weight: torch.Tensor, dimensions: int) -> None:
    if weight.dim() != 2 + dimensions:
        raise HagenError(f"conv expects a weight shape of (out_channels, in_channels, **kernel_shape), not {tuple(weight.shape)}")
    if input.dim() != 2 + dimensions:
        raise HagenError(f"conv expects an input shape of (minibatches, in_channels, **single_input_shape), not {tuple(input.shape)}")
    if input.shape[1] != weight.shape[1]:
        raise HagenError(f"conv expects matching in_channels in input ({input.shape[1]}) and weight ({weight.shape[1]})")


def _conv(
    input: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor | None,
    strides: tuple[int, ...],
    num_sends: int,
    wait: int,
    mock: bool,
) -> torch.Tensor:
    dimensions = len(strides)
    _require_dimensions(input, weight, dimensions)
    windows = input
    for number, step in enumerate(strides):
        size = weight.shape[2 + number]
        _positions(input.shape[2 + number], size, step)
        windows = windows.unfold(2 + number, size, step)  # [entry, channel, position.., time in the kernel..]
    windows = windows.movedim(1, 1 + dimensions).flatten(1 + dimensions)
    found = matmul(windows, weight.flatten(1).t(), num_sends, wait, mock).movedim(-1, 1).contiguous()
    return found if bias is None else found + bias.reshape(-1, *(1,) * dimensions)
