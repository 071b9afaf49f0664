"""hxtorch's compiled module for spiking networks under its original import name: runs, and observables as tensors. Needs torch.

See `grenade.execution` and `grenade.observables`.
"""

from _hxtorch_spiking._handles import CADCHandle, MADCHandle, SpikeHandle, extract_cadc, extract_madc, extract_spikes
from _hxtorch_spiking._runs import run, tensor_to_spike_times

__all__ = [
    "CADCHandle",
    "MADCHandle",
    "SpikeHandle",
    "extract_cadc",
    "extract_madc",
    "extract_spikes",
    "run",
    "tensor_to_spike_times",
]
