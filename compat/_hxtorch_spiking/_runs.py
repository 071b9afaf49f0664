"""Runs on the process' connection, and their input. (facts: clients/hxtorch_jaxsnn 2.6)"""

from __future__ import annotations

import numpy as np
import torch

from grenade.errors import InputError
from grenade.execution import run as execute
from grenade.execution.experiment import Configs, Hooks
from grenade.hardware import HARDWARE
from grenade.network import NetworkGraph
from grenade.network.spike_times import SpikeTimes
from grenade.signal_flow import InputData, OutputData


def run(config: Configs, network_graph: NetworkGraph, inputs: InputData, hooks: Hooks) -> OutputData:
    """Executes a network on the connection that `init_hardware` has opened. RuntimeError without one."""
    return execute(HARDWARE.executor, network_graph, config, inputs, hooks)


def tensor_to_spike_times(times: torch.Tensor, dt: float) -> SpikeTimes:
    """Every entry other than 0 of a tensor [step, batch entry, source] on the CPU as a spike at step * dt: `result[entry][source]`."""
    if times.dim() != 3:
        raise InputError(f"Only data tensors with dim = 3 are supported. ([step, batch entry, source], not {times.dim()})")
    if not times.numel():
        raise InputError(f"Given data tensor has size = 0 along one dimension. (its shape is {tuple(times.shape)})")
    if times.device.type != "cpu":
        raise InputError(f"The input tensor is expected to be on device torch::device('cpu'). (it is on {times.device})")
    step, entry, source = torch.nonzero(times, as_tuple=True)
    at = np.float32(dt) * step.numpy().astype(np.float32)
    return SpikeTimes(entry.numpy(), source.numpy(), at, (times.shape[1], times.shape[2]))
