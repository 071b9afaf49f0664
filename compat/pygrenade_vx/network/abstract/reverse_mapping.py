"""Places and settings of parts of a topology; see `grenade.abstract.reverse_mapping`."""

from grenade.abstract import (
    get_calibrated_neuron_actual_hardware_parameters,
    get_locally_placed_neuron_coordinates,
    get_uncalibrated_synapse_coordinates,
)

__all__ = [
    "get_calibrated_neuron_actual_hardware_parameters",
    "get_locally_placed_neuron_coordinates",
    "get_uncalibrated_synapse_coordinates",
]
