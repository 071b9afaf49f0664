"""The correlation sensors of the synapses, which measure how close in time pre- and post-synaptic pulses come."""

from hicannx_sim.correlation.sensors import LEVELS, CorrelationSensors

__all__ = ["LEVELS", "CorrelationSensors"]
