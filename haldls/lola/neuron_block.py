"""All neurons of the chip with what they share."""

from __future__ import annotations

from typing import Any

from halco import AtomicNeuronOnDLS, CapMemBlockOnDLS, ColumnCurrentRowOnDLS, CommonNeuronBackendConfigOnDLS, NeuronBlockOnDLS
from haldls.container import OMNIBUS
from haldls.fields import Array
from haldls.lola._cells import ANALOG, shared_cells
from haldls.lola.column import ColumnCurrentRow
from haldls.lola.neuron import AtomicNeuron
from haldls.lola.table import Composed, Members, Part
from haldls.neuron_backend import CommonNeuronBackendConfig

QUADRANTS = CapMemBlockOnDLS.size


class _NeuronBackends(Members):
    """The attribute `backends` of an instance; of the class, it is the names of the ways to reach the registers, as everywhere."""

    def __get__(self, container: Any, owner: Any = None) -> Any:
        return OMNIBUS if container is None else super().__get__(container, owner)


class NeuronBlock(Composed):
    """All neurons, their backends, the switches from the columns, and the biases that each quadrant shares."""

    coordinate = NeuronBlockOnDLS

    atomic_neurons = Members(AtomicNeuronOnDLS, AtomicNeuron)
    backends = _NeuronBackends(CommonNeuronBackendConfigOnDLS, CommonNeuronBackendConfig)
    current_rows = Members(ColumnCurrentRowOnDLS, ColumnCurrentRow)
    v_bias_casc_n = Array(CapMemBlockOnDLS, ANALOG, default=250)
    i_bias_readout_amp = Array(CapMemBlockOnDLS, ANALOG, default=110)
    i_bias_leak_source_follower = Array(CapMemBlockOnDLS, ANALOG, default=100)
    i_bias_threshold_comparator = Array(CapMemBlockOnDLS, ANALOG, default=200)
    i_bias_synin_drop = Array(CapMemBlockOnDLS, ANALOG, default=300)

    parts = (
        Part(AtomicNeuron, range(AtomicNeuronOnDLS.size), "atomic_neurons"),
        Part(CommonNeuronBackendConfig, range(2), "backends"),
        Part(ColumnCurrentRow, range(2), "current_rows"),
        shared_cells(
            {
                "neuron_v_bias_casc_n": "v_bias_casc_n",
                "neuron_i_bias_readout_amp": "i_bias_readout_amp",
                "neuron_i_bias_leak_source_follower": "i_bias_leak_source_follower",
                "neuron_i_bias_spike_comparator": "i_bias_threshold_comparator",
                "neuron_i_bias_synin_drop": "i_bias_synin_drop",
            },
            blocks=QUADRANTS,
        ),
    )
