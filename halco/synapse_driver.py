"""PADI buses and the synapse drivers listening on them: 4 buses and 128 drivers per hemisphere, two synapse rows per driver."""

from halco.conversions import each, to
from halco.hemisphere import PerHemisphere
from halco.kinds import Coordinate, Mixin
from halco.value import Linear

__all__ = [
    "CommonPADIBusConfigOnDLS", "CommonSTPConfigOnDLS", "CommonSynapseDriverConfigOnDLS", "PADIBusBlockOnDLS", "PADIBusOnDLS",
    "PADIBusOnPADIBusBlock", "PADIEventOnDLS", "PADIRowSelectAddress", "SynapseDriverBlockOnDLS", "SynapseDriverOnDLS",
    "SynapseDriverOnPADIBus", "SynapseDriverOnSynapseDriverBlock", "SynapseDriverSRAMTimingConfigOnDLS",
]  # fmt: skip


class PADIBusBlockOnDLS(PerHemisphere):
    """The PADI buses of one hemisphere."""


class PADIBusOnPADIBusBlock(Linear, size=4):
    """PADI bus of a hemisphere; it serves every fourth synapse driver."""


class PADIBusOnDLS(Mixin, local=PADIBusOnPADIBusBlock, mixed_in=PADIBusBlockOnDLS, names="synapse_driver block"):
    """PADI bus of the chip."""

    toCrossbarOutputOnDLS = to()


class CommonPADIBusConfigOnDLS(PerHemisphere, Coordinate):
    """Settings of the PADI buses of one hemisphere."""


class PADIEventOnDLS(PerHemisphere, Coordinate):
    """Trigger of events on the PADI buses of one hemisphere by a register write."""


class PADIRowSelectAddress(Linear, max=31):
    """5-bit driver address of an event on a PADI bus."""


class CommonSTPConfigOnDLS(PerHemisphere, Coordinate):
    """Short-term plasticity settings common to one hemisphere."""


class SynapseDriverOnPADIBus(Linear, size=32):
    """Synapse driver among those of one PADI bus."""

    toSynapseDriverOnSynapseDriverBlock = each("PADIBusOnPADIBusBlock", lambda e, bus: 4 * e + bus)


class SynapseDriverOnSynapseDriverBlock(Linear, size=128):
    """Synapse driver of one hemisphere; it feeds two neighbouring synapse rows."""

    toPADIBusOnPADIBusBlock = to(lambda e: e % 4)
    toSynapseDriverOnPADIBus = to(lambda e: e // 4)
    toSynapseRowOnSynram = each("SynapseRowOnSynapseDriver", lambda e, row: 2 * e + 1 - row)


class SynapseDriverBlockOnDLS(PerHemisphere, Coordinate):
    """The synapse drivers of one hemisphere."""


class SynapseDriverOnDLS(
    Mixin, Coordinate, local=SynapseDriverOnSynapseDriverBlock, mixed_in=SynapseDriverBlockOnDLS, names="synapse_driver block"
):
    """Synapse driver of the chip."""

    toCapMemBlockOnDLS = to(lambda e: e % 2 + 2 * (e // 128))
    toSynapseRowOnDLS = each(2, lambda e, row: 2 * e + row)


class CommonSynapseDriverConfigOnDLS(PerHemisphere, Coordinate):
    """Settings common to the synapse drivers of one hemisphere."""


class SynapseDriverSRAMTimingConfigOnDLS(PerHemisphere, Coordinate):
    """Timing of the SRAM that holds the synapse drivers' settings."""
