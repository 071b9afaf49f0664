"""Execution of routed networks on chips: connections, configuration, the experiment itself, and what it gives."""

from grenade.execution.connection import JITGraphExecutor, ManagedJITGraphExecutor
from grenade.execution.extraction import extract_cadc_samples, extract_madc_samples, extract_neuron_spikes
from grenade.execution.hooks import ExecutionInstanceHooks
from grenade.execution.instance import ExecutionError
from grenade.execution.plasticity_data import extract_plasticity_rule_recording_data
from grenade.execution.run import run

__all__ = [
    "ExecutionError",
    "ExecutionInstanceHooks",
    "JITGraphExecutor",
    "ManagedJITGraphExecutor",
    "extract_cadc_samples",
    "extract_madc_samples",
    "extract_neuron_spikes",
    "extract_plasticity_rule_recording_data",
    "run",
]
