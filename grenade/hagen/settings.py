"""The chip's configuration for matrix products, on top of a calibrated one. (facts: clients/hxtorch_jaxsnn 2.4)

Each row of a matrix has a synapse driver: its even row of synapses is inhibitory and holds the negative weights, its odd one is excitatory
and holds the positive ones. Events come from the FPGA only, and neurons send none.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grenade.execution.configure import configured
from grenade.hagen.events import HEMISPHERE_BIT
from grenade.hagen.limits import COLUMNS, ROWS
from grenade.hagen.partition import HEMISPHERES, Piece
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.graph import AnalogReadout, Hardware
from grenade.network.recordings import AtomicNeuronOnExecutionInstance
from halco import (
    AtomicNeuronOnDLS,
    CompartmentOnLogicalNeuron,
    CrossbarInputOnDLS,
    CrossbarNodeOnDLS,
    CrossbarOutputOnDLS,
    NeuronLabel,
    PADIBusOnPADIBusBlock,
    SynapseDriverBlockOnDLS,
    iter_all,
)
from haldls import CrossbarNode, SynapseDriverConfig
from haldls.lola import AtomicNeuron, Chip

FIRST_L2_INPUT = 8
"""Crossbar input of the first of the four streams of events from the FPGA."""
COMPARE_MASK = 0b11111
"""Drivers listen to their own number only."""
MODE = SynapseDriverConfig.RowMode
MEMBRANE = AtomicNeuron.Readout.Source.membrane
NO_NEURON = AtomicNeuronOnExecutionInstance(PopulationOnExecutionInstance(), 0, CompartmentOnLogicalNeuron(), 0)
"""There is no network whose neuron is recorded."""


def prepared(chip: Chip, recorded: AtomicNeuronOnDLS | None) -> Chip:
    """The configuration without weights. recorded: a neuron whose membrane is led to the fast converter."""
    made = configured(chip, _hardware(recorded))
    for block in range(SynapseDriverBlockOnDLS.size):
        for driver in made.synapse_driver_blocks[block].synapse_drivers:
            driver.enable_address_out = False  # it would be the activation, which no synapse has as its label
    return made


def _hardware(recorded: AtomicNeuronOnDLS | None) -> Hardware:
    hardware = Hardware(crossbar_nodes=_nodes(), readout_sources=dict.fromkeys(iter_all(AtomicNeuronOnDLS), MEMBRANE))
    hardware.neurons_with_synapses[:] = hardware.padi_buses[:] = True
    hardware.row_modes[0::2], hardware.row_modes[1::2] = MODE.inhibitory, MODE.excitatory
    hardware.driver_compare_masks[:] = COMPARE_MASK
    if recorded is not None:
        hardware.madc = [AnalogReadout(recorded, MEMBRANE, NO_NEURON)]
    return hardware


def _nodes() -> dict[CrossbarNodeOnDLS, CrossbarNode]:
    """Each stream of events reaches the bus of its number in the hemisphere that the label names."""
    found, mask = {}, NeuronLabel(1 << HEMISPHERE_BIT)
    buses = PADIBusOnPADIBusBlock.size
    for bus in range(buses):
        for side in range(HEMISPHERES):
            node = CrossbarNodeOnDLS(CrossbarInputOnDLS(FIRST_L2_INPUT + bus), CrossbarOutputOnDLS(side * buses + bus))
            found[node] = CrossbarNode(mask=mask, target=NeuronLabel(side << HEMISPHERE_BIT))
    return found


def with_weights(chip: Chip, weights: NDArray[np.int8], pieces: Iterable[Piece]) -> Chip:
    """A copy of the configuration with the weights of the pieces of one run, int8[rows, columns] of the whole matrix."""
    made, arrays = Chip(chip), np.zeros((HEMISPHERES, 2 * ROWS, COLUMNS), np.int64)
    for piece in pieces:
        found = weights[piece.rows, piece.columns]
        arrays[piece.hemisphere, 0 : 2 * len(found) : 2, : found.shape[1]] = np.maximum(-found, 0)
        arrays[piece.hemisphere, 1 : 2 * len(found) : 2, : found.shape[1]] = np.maximum(found, 0)
    for side, array in enumerate(arrays):
        made.synapse_blocks[side].matrix.weights.from_numpy(array)
    return made


@dataclass
class Preparations:
    """The configuration without weights as it was last made: most products differ in their weights only."""

    _made: tuple[Chip, AtomicNeuronOnDLS | None, Chip] | None = None

    def get(self, chip: Chip, recorded: AtomicNeuronOnDLS | None) -> Chip:
        """The configuration for a chip; nobody changes what is returned."""
        if self._made is None or self._made[1] != recorded or self._made[0] != chip:
            self._made = Chip(chip), recorded, prepared(chip, recorded)
        return self._made[2]
