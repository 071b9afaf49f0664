"""What the processors have recorded, given to the snippets it belongs to. (facts: clients/grenade 3.7, 3.9)"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grenade import ppu
from grenade.execution.ppu_program import RunProgram
from grenade.execution.realtime import CADC_WAIT, Section
from grenade.network.descriptors import PlasticityRuleOnExecutionInstance
from grenade.network.graph import CADCView
from grenade.ppu.program import CYCLES_PER_FPGA_CYCLE
from grenade.signal_flow import PeriodicCADCSamples
from halco import HemisphereOnDLS
from stadls import ContainerTicket


def memory_of(tickets: Sequence[ContainerTicket[Any]]) -> NDArray[np.uint8]:
    """Bytes of a block that was read in parts."""
    return np.concatenate([ticket.get().to_numpy() for ticket in tickets])


def cadc_samples(
    recorded: Mapping[HemisphereOnDLS, ppu.Samples], views: Mapping[HemisphereOnDLS, CADCView], section: Section, first: Section
) -> dict[int, PeriodicCADCSamples]:
    """Samples of one snippet of one batch entry, times from its begin.

    first   the snippet before which the recording was started: its begin is what the processors' times are about
    """
    found = {}
    begin = section.begin - first.begin
    for hemisphere, view in views.items():
        samples = recorded[hemisphere]
        times = (samples.times // np.uint64(CYCLES_PER_FPGA_CYCLE)).astype(np.int64) - CADC_WAIT - begin
        inside = (times >= 0) & (times < section.duration)
        found[int(hemisphere)] = PeriodicCADCSamples(times[inside], samples.values[inside][:, view.columns].view(np.int8))
    return found


def plasticity(
    made: RunProgram, memories: Mapping[Any, NDArray[np.uint8]], number: int, descriptor: PlasticityRuleOnExecutionInstance
) -> ppu.Recorded | NDArray[np.uint8]:
    """What a rule has recorded in one snippet of one batch entry."""
    position = made.places[number, descriptor]
    return made.program.recorded_by(position, memories[made.program.rules[position].id])
