"""What the chip does to a spike, from its registers alone: crossbar, buses, drivers, synapses. An independent look at routed networks."""

from __future__ import annotations

import numpy as np

from grenade.network.graph import Hardware
from halco import CrossbarInputOnDLS, CrossbarOutputOnDLS, SpikeLabel
from haldls import SynapseDriverConfig

Pulls = dict[tuple[int, str], int]
"""(circuit, line): sum of weights."""
MODES = {1: "excitatory", 2: "inhibitory"}


def outputs(hardware: Hardware, source: CrossbarInputOnDLS, label: int) -> set[int]:
    """Outputs of the crossbar (0 to 7: PADI buses, 8 to 11: to the FPGA) that a label leaves by."""
    passed = set()
    for coordinate, node in hardware.crossbar_nodes.items():
        compared = label & 0x3FFF & int(node.mask)
        if int(coordinate.y()) == int(source) and compared == int(node.target):
            passed.add(int(CrossbarOutputOnDLS(int(coordinate.x()))))
    return passed


def pulls(hardware: Hardware, source: CrossbarInputOnDLS, label: int) -> Pulls:
    """What one spike pulls on: over all buses, drivers and rows that take it, the weights of synapses with its label."""
    found: Pulls = {}
    for bus in outputs(hardware, source, label):
        if bus < 8 and hardware.padi_buses[bus]:
            _on_bus(hardware, bus, SpikeLabel(label), found)
    return found


def _on_bus(hardware: Hardware, bus: int, label: SpikeLabel, found: Pulls) -> None:
    for number in range(32):
        driver = bus // 4 * 128 + 4 * number + bus % 4
        mask = int(hardware.driver_compare_masks[driver])
        if mask >= 0 and (number ^ int(label.row_select_address)) & mask == 0:
            for row in (2 * driver, 2 * driver + 1):
                _in_row(hardware, row, int(label.synapse_label), found)


def _in_row(hardware: Hardware, row: int, label: int, found: Pulls) -> None:
    line = MODES.get(int(hardware.row_modes[row]))
    for column in np.flatnonzero((hardware.synapse_labels[row] == label) & (hardware.synapse_weights[row] > 0)).tolist():
        assert line is not None, "a synapse with weight in a row that is switched off"
        circuit = row // 256 * 256 + column
        assert hardware.neurons_with_synapses[circuit]
        found[circuit, line] = found.get((circuit, line), 0) + int(hardware.synapse_weights[row, column])


assert SynapseDriverConfig.RowMode.excitatory == 1 and SynapseDriverConfig.RowMode.inhibitory == 2
