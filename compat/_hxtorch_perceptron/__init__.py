"""hxtorch's compiled module for matrix products on the chip under its original import name. Needs torch.

See `grenade.hagen`.
"""

from _hxtorch_perceptron import _registered as _registered
from _hxtorch_perceptron import constants as constants
from _hxtorch_perceptron._conv import conv1d, conv2d, expanded_conv1d
from _hxtorch_perceptron._digital import add, argmax, converting_relu, relu
from _hxtorch_perceptron._mac import mac, matmul
from _hxtorch_perceptron._measure import measure_mock_parameter
from _hxtorch_perceptron._mock import MockParameter, get_mock_parameter, set_mock_parameter
from _hxtorch_perceptron._tracing import InferenceTracer, inference_trace

__all__ = [
    "InferenceTracer", "MockParameter", "add", "argmax", "constants", "conv1d", "conv2d", "converting_relu", "expanded_conv1d",
    "get_mock_parameter", "inference_trace", "mac", "matmul", "measure_mock_parameter", "relu", "set_mock_parameter",
]  # fmt: skip
