"""What one synapse array can do in one go. (facts: clients/hxtorch_jaxsnn 2.2)"""

from __future__ import annotations

from halco import NeuronColumnOnDLS, SynapseDriverOnSynapseDriverBlock
from haldls.padi import PADIEvent
from haldls.synapse import SynapseWeightQuad

COLUMNS = NeuronColumnOnDLS.size
"""Columns of a synapse array: results."""
ROWS = SynapseDriverOnSynapseDriverBlock.size
"""Signed rows of a synapse array: one synapse driver with its two rows of synapses for each."""

WEIGHT_MAX = int(SynapseWeightQuad.Value.max)
"""Of excitatory or inhibitory synapses; signed weights go from -63 to 63."""
ACTIVATION_MAX = int(PADIEvent.HagenActivation.max)
"""Of activations, which go from 0 to 31: the length of a pulse."""
RESULT_MIN, RESULT_MAX = -128, 127
"""Of results: samples of the parallel converters less their baseline."""
WAIT_BETWEEN_EVENTS = 5
"""FPGA cycles from one event to the next of the same hemisphere, by default."""
