"""The crossbar that routes events between neurons, link, background sources and synapse drivers."""

from __future__ import annotations

from halco import CrossbarNodeOnDLS, CrossbarOnDLS
from haldls.container import FPGA
from haldls.lola.table import Composed, Member, Members, Part
from haldls.routing import CrossbarNode, CrossbarOutputConfig


class Crossbar(Composed):
    """Filters of all nodes and the settings of the outputs; the real chip cannot read them back."""

    coordinate = CrossbarOnDLS
    backends = FPGA
    no_read_on = ("hardware",)

    nodes = Members(CrossbarNodeOnDLS, CrossbarNode)
    outputs = Member(CrossbarOutputConfig)

    parts = (
        Part(CrossbarOutputConfig, [0], "outputs"),
        Part(CrossbarNode, range(CrossbarNodeOnDLS.size), "nodes"),
    )
