"""Event routing of the FPGA, for a chip that stands alone and for one among several, and both together with the chip."""

from __future__ import annotations

from halco import (
    ChipAndMultichipJboaLeafFPGAOnSystem,
    ChipAndSinglechipFPGAOnSystem,
    FPGAOnChipAndMultichipJboaLeafFPGA,
    FPGAOnChipAndSinglechipFPGA,
    InputRoutingTableEntryOnFPGA,
    InputRoutingTableOnFPGA,
    OutputRoutingTableEntryOnFPGA,
    OutputRoutingTableOnFPGA,
    SpikeIOInputRouteOnFPGA,
    SpikeIOOutputRouteOnFPGA,
)
from haldls.container import FPGA
from haldls.lola.chip import Chip
from haldls.lola.table import Composed, Member, Members, Part
from haldls.multichip import InputRoutingTableEntry, OutputRoutingTableEntry
from haldls.spikeio import SpikeIOConfig, SpikeIOInputRoute, SpikeIOOutputRoute

__all__ = [
    "ChipAndMultichipJboaLeafFPGA", "ChipAndSinglechipFPGA", "InputRoutingTable", "MultichipJboaLeafFPGA", "OutputRoutingTable",
    "SinglechipFPGA",
]  # fmt: skip


class OutputRoutingTable(Composed):
    """Where the spikes of the chip go among several FPGAs."""

    coordinate = OutputRoutingTableOnFPGA
    backends = FPGA
    entries = Members(OutputRoutingTableEntryOnFPGA, OutputRoutingTableEntry, doc="what becomes of each label")
    parts = (Part(OutputRoutingTableEntry, range(OutputRoutingTableEntryOnFPGA.size), "entries"),)


class InputRoutingTable(Composed):
    """Which labels the spikes of other FPGAs get."""

    coordinate = InputRoutingTableOnFPGA
    backends = FPGA
    entries = Members(InputRoutingTableEntryOnFPGA, InputRoutingTableEntry, doc="what becomes of each label between FPGAs")
    parts = (Part(InputRoutingTableEntry, range(InputRoutingTableEntryOnFPGA.size), "entries"),)


class MultichipJboaLeafFPGA(Composed):
    """FPGA of a chip among several."""

    coordinate = FPGAOnChipAndMultichipJboaLeafFPGA
    backends = FPGA
    output_routing_table = Member(OutputRoutingTable, doc="for spikes of the chip")
    input_routing_table = Member(InputRoutingTable, doc="for spikes from other chips")
    parts = (
        Part(OutputRoutingTable, [0], "output_routing_table"),
        Part(InputRoutingTable, [0], "input_routing_table"),
    )


class SinglechipFPGA(Composed):
    """FPGA of a chip that stands alone: its serial interface for external events."""

    coordinate = FPGAOnChipAndSinglechipFPGA
    backends = FPGA
    spikeio_config = Member(SpikeIOConfig, doc="the serial interface")
    spikeio_input_routes = Members(SpikeIOInputRouteOnFPGA, SpikeIOInputRoute, doc="label of each serial address")
    spikeio_output_routes = Members(SpikeIOOutputRouteOnFPGA, SpikeIOOutputRoute, doc="serial address of each label")
    parts = (
        Part(SpikeIOConfig, [0], "spikeio_config"),
        Part(SpikeIOInputRoute, range(SpikeIOInputRouteOnFPGA.size), "spikeio_input_routes"),
        Part(SpikeIOOutputRoute, range(SpikeIOOutputRouteOnFPGA.size), "spikeio_output_routes"),
    )


class ChipAndSinglechipFPGA(Composed):
    """A chip that stands alone, with its FPGA."""

    coordinate = ChipAndSinglechipFPGAOnSystem
    backends = FPGA
    constructor = ("chip", "fpga")
    chip = Member(Chip, doc="the chip")
    fpga = Member(SinglechipFPGA, doc="its FPGA")
    parts = (Part(SinglechipFPGA, [0], "fpga"), Part(Chip, [0], "chip"))


class ChipAndMultichipJboaLeafFPGA(Composed):
    """A chip among several, with its FPGA."""

    coordinate = ChipAndMultichipJboaLeafFPGAOnSystem
    backends = FPGA
    constructor = ("chip", "fpga")
    chip = Member(Chip, doc="the chip")
    fpga = Member(MultichipJboaLeafFPGA, doc="its FPGA")
    parts = (Part(MultichipJboaLeafFPGA, [0], "fpga"), Part(Chip, [0], "chip"))
