"""The crossbar that routes events between neurons, link, background sources and synapse drivers."""

from __future__ import annotations

from halco import CrossbarNodeOnDLS, CrossbarOnDLS
from haldls.container import FPGA
from haldls.lola.table import Composed, Member, Members, Part
from haldls.routing import CrossbarNode, CrossbarOutputConfig

__all__ = ["Crossbar"]


class Crossbar(Composed):
    """Filters of all nodes and the settings of the outputs; the real chip cannot read them back."""

    coordinate = CrossbarOnDLS
    backends = FPGA
    no_read_on = ("hardware",)

    nodes = Members(CrossbarNodeOnDLS, CrossbarNode, doc="filter of each connection between an input and an output")
    outputs = Member(CrossbarOutputConfig, doc="which outputs are on and counted")

    parts = (
        Part(CrossbarOutputConfig, [0], "outputs"),
        Part(CrossbarNode, range(CrossbarNodeOnDLS.size), "nodes"),
    )
