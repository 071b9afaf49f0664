"""All neurons of the chip with what they share."""

from __future__ import annotations

from typing import Any, overload

from halco import AtomicNeuronOnDLS, CapMemBlockOnDLS, ColumnCurrentRowOnDLS, CommonNeuronBackendConfigOnDLS, NeuronBlockOnDLS
from haldls.container import OMNIBUS
from haldls.describe import meaning
from haldls.fields import Array
from haldls.lola._cells import ANALOG, shared_cells
from haldls.lola.column import ColumnCurrentRow
from haldls.lola.members import MembersView
from haldls.lola.neuron import AtomicNeuron
from haldls.lola.table import Composed, Members, Part
from haldls.neuron_backend import CommonNeuronBackendConfig

__all__ = ["NeuronBlock"]

QUADRANTS = CapMemBlockOnDLS.size


class _NeuronBackends(Members[CommonNeuronBackendConfigOnDLS, CommonNeuronBackendConfig]):
    # The attribute `backends` of an instance; of the class, it is the names of the ways to reach the registers, as everywhere.

    __doc__ = property(meaning)

    @overload  # type: ignore[override]
    def __get__(self, container: None, owner: Any = None) -> tuple[str, ...]: ...

    @overload
    def __get__(self, container: object, owner: Any = None) -> MembersView[CommonNeuronBackendConfigOnDLS, CommonNeuronBackendConfig]: ...

    def __get__(self, container: Any, owner: Any = None) -> Any:
        return OMNIBUS if container is None else super().__get__(container, owner)


class NeuronBlock(Composed):
    """All neurons, their backends, the switches from the columns, and the biases that each quadrant shares."""

    coordinate = NeuronBlockOnDLS

    atomic_neurons = Members(AtomicNeuronOnDLS, AtomicNeuron, doc="the neuron circuits")
    backends = _NeuronBackends(CommonNeuronBackendConfigOnDLS, CommonNeuronBackendConfig, doc="shared by the backends of a half")  # type: ignore[assignment]
    current_rows = Members(
        ColumnCurrentRowOnDLS, ColumnCurrentRow, doc="switches between the columns of synapses and the neurons, per row of neurons"
    )
    v_bias_casc_n = Array(CapMemBlockOnDLS, ANALOG, default=250, doc="cascode bias of the neurons' amplifiers, per quadrant")
    i_bias_readout_amp = Array(CapMemBlockOnDLS, ANALOG, default=110, doc="bias of the readout amplifiers, per quadrant")
    i_bias_leak_source_follower = Array(
        CapMemBlockOnDLS, ANALOG, default=100, doc="bias of the source followers in the leak circuits, per quadrant"
    )
    i_bias_threshold_comparator = Array(CapMemBlockOnDLS, ANALOG, default=200, doc="bias of the threshold comparators, per quadrant")
    i_bias_synin_drop = Array(CapMemBlockOnDLS, ANALOG, default=300, doc="bias of the voltage drop in the synaptic inputs, per quadrant")

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
