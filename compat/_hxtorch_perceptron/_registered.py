"""The operations under `torch.ops.hxtorch_perceptron`."""

from __future__ import annotations

import torch

from _hxtorch_perceptron._digital import add, argmax, converting_relu, relu
from _hxtorch_perceptron._mac import mac, matmul

_LIBRARY = torch.library.Library("hxtorch_perceptron", "DEF")
_PRODUCT = "int num_sends, int wait_between_events, bool mock, int madc_recording_neuron_id, str madc_recording_path"

for _schema, _function in {
    f"mac(Tensor x, Tensor weights, {_PRODUCT}) -> Tensor": mac,
    f"matmul(Tensor input, Tensor other, {_PRODUCT}) -> Tensor": matmul,
    "relu(Tensor input, bool mock) -> Tensor": relu,
    "converting_relu(Tensor input, int shift, bool mock) -> Tensor": converting_relu,
    "add(Tensor input, Tensor other, float alpha, bool mock) -> Tensor": add,
    "argmax(Tensor input, int? dim, bool keepdim, bool mock) -> Tensor": argmax,
}.items():
    _LIBRARY.define(_schema)
    _LIBRARY.impl(_schema.partition("(")[0], _function, "CompositeImplicitAutograd")
