"""Of the revision our registers follow, but gone since: Extoll network and event switch of the FPGA."""

from halco.conversions import at
from halco.kinds import Coordinate, Mixin
from halco.value import Linear

__all__ = [
    "EventSwitchConfigOnFPGA", "EventSwitchReadoutOnFPGA", "EventSwitchSourceOnFPGA", "ExtollAddress", "ExtollAddressOnExtollNetwork",
    "ExtollBarrierConfigOnExtollNetwork", "ExtollBarrierConfigOnExtollNodeId", "ExtollBarrierInterruptInportCounterResetOnFPGA",
    "ExtollBarrierInterruptInportErrorCountOnFPGA", "ExtollBarrierReleasedOnExtollNetwork", "ExtollBarrierReleasedOnExtollNodeId",
    "ExtollBarrierTriggerReachedOnExtollNetwork", "ExtollBarrierTriggerReachedOnExtollNodeId", "ExtollChipType",
    "ExtollInterruptConfigOnExtollNetwork", "ExtollInterruptConfigOnExtollNodeId", "ExtollInterruptControlOnExtollNetwork",
    "ExtollInterruptControlOnExtollNodeId", "ExtollNodeId", "ExtollNodeIdOnExtollNetwork", "ExtollSpikeCommBucketCounterResetOnFPGA",
    "ExtollSpikeCommBucketDestinationConfigOnFPGA", "ExtollSpikeCommBucketNumEvtsRcvdOnFPGA",
    "ExtollSpikeCommBucketNumEvtsRcvdOnSpikeCommSplit", "ExtollSpikeCommBucketNumPktsSentOnFPGA",
    "ExtollSpikeCommBucketTriggerConfigOnFPGA", "ExtollSpikeCommDecoderCounterResetOnFPGA", "ExtollSpikeCommDecoderNumEventsReceivedOnFPGA",
    "ExtollSpikeCommDecoderNumEventsReceivedOnSpikeCommSplit", "ExtollSpikeCommRouterConfigOnFPGA",
    "ExtollSpikeCommRouterConfigOnSpikeCommSplit", "ExtollSpikeCommRouterCounterResetOnFPGA",
    "ExtollSpikeCommRouterCounterResetOnSpikeCommSplit", "ExtollSpikeCommRouterEventLossDisabledOnFPGA",
    "ExtollSpikeCommRouterEventLossDisabledOnSpikeCommSplit", "ExtollSpikeCommRouterEventLossMisconfOnFPGA",
    "ExtollSpikeCommRouterEventLossMisconfOnSpikeCommSplit", "ExtollSpikeCommRouterEventsRoutedOnFPGA",
    "ExtollSpikeCommRouterEventsRoutedOnSpikeCommSplit", "ExtollSpikeCommRouterLookupConfigOnFPGA",
    "ExtollSpikeCommRouterLookupConfigOnSpikeCommSplit", "ExtollSpikeCommSplitOnFPGA", "ExtollSpikeCommTimestampDelayConfigOnFPGA",
    "ExtollSpikeCommTimestampDelayConfigOnSpikeCommSplit", "ExtollSpikeCommTimestampDelayCounterResetOnFPGA",
    "ExtollSpikeCommTimestampDelayCounterResetOnSpikeCommSplit", "ExtollSpikeCommTimestampDelayEventLossExpiredOnFPGA",
    "ExtollSpikeCommTimestampDelayEventLossExpiredOnSpikeCommSplit", "ExtollSpikeCommTimestampDelayEventLossFullOnFPGA",
    "ExtollSpikeCommTimestampDelayEventLossFullOnSpikeCommSplit", "ExtollSpikeCommTimestampDelayNumEventsReceivedOnFPGA",
    "ExtollSpikeCommTimestampDelayNumEventsReceivedOnSpikeCommSplit", "LinkOnExtollNode",
]  # fmt: skip


class EventSwitchSourceOnFPGA(Linear, Coordinate, size=3):
    """Where the event switch sends to."""

    to_executor = at(0)
    to_asic = at(1)
    to_external = at(2)


class EventSwitchReadoutOnFPGA(Linear, Coordinate, size=3):
    """Time the event switch reports."""

    systime_offset = at(0)
    global_systime = at(1)
    last_global_systime = at(2)


class EventSwitchConfigOnFPGA(Linear, Coordinate, size=1):
    """Settings of the event switch."""


class ExtollAddress(Linear, max=0x7FFFFF):
    """Address of a register in an Extoll node."""


class ExtollChipType(Linear, size=2):
    """Kind of an Extoll node."""

    fpga = at(0)
    tourmalet = at(1)


class ExtollNodeId(Linear, size=65537):
    """Extoll node; the last number is the node itself."""

    self = at(65536)


class LinkOnExtollNode(Linear, size=7):
    """Network link of an Extoll node."""


class ExtollNodeIdOnExtollNetwork(Mixin, local=ExtollNodeId, mixed_in=ExtollChipType, default=65536):
    """Extoll node of a kind."""


class ExtollAddressOnExtollNetwork(Mixin, local=ExtollAddress, mixed_in=ExtollNodeIdOnExtollNetwork):
    """Register of any Extoll node."""


class ExtollBarrierTriggerReachedOnExtollNodeId(Linear, size=16):
    """Report to a node's barrier."""


class ExtollBarrierTriggerReachedOnExtollNetwork(
    Mixin, Coordinate, local=ExtollBarrierTriggerReachedOnExtollNodeId, mixed_in=ExtollNodeIdOnExtollNetwork
):
    """Report to any node's barrier."""


class ExtollBarrierReleasedOnExtollNodeId(Linear, size=16):
    """Release of a node's barrier."""


class ExtollBarrierReleasedOnExtollNetwork(
    Mixin, Coordinate, local=ExtollBarrierReleasedOnExtollNodeId, mixed_in=ExtollNodeIdOnExtollNetwork
):
    """Release of any node's barrier."""


class ExtollBarrierConfigOnExtollNodeId(Linear, size=16):
    """Settings of a node's barrier."""


class ExtollBarrierConfigOnExtollNetwork(Mixin, Coordinate, local=ExtollBarrierConfigOnExtollNodeId, mixed_in=ExtollNodeIdOnExtollNetwork):
    """Settings of any node's barrier."""


class ExtollInterruptControlOnExtollNodeId(Linear, size=4):
    """Trigger of a node's interrupt."""


class ExtollInterruptControlOnExtollNetwork(
    Mixin, Coordinate, local=ExtollInterruptControlOnExtollNodeId, mixed_in=ExtollNodeIdOnExtollNetwork
):
    """Trigger of any node's interrupt."""


class ExtollInterruptConfigOnExtollNodeId(Linear, size=16):
    """Settings of a node's interrupt."""


class ExtollInterruptConfigOnExtollNetwork(
    Mixin, Coordinate, local=ExtollInterruptConfigOnExtollNodeId, mixed_in=ExtollNodeIdOnExtollNetwork
):
    """Settings of any node's interrupt."""


class ExtollBarrierInterruptInportErrorCountOnFPGA(Linear, Coordinate, size=1):
    """Errors at the input of barriers and interrupts."""


class ExtollBarrierInterruptInportCounterResetOnFPGA(Linear, Coordinate, size=1):
    """Reset of the counters of barriers and interrupts."""


class ExtollSpikeCommSplitOnFPGA(Linear, Coordinate, size=2):
    """Half of the FPGA's spike communication."""


class ExtollSpikeCommBucketTriggerConfigOnFPGA(Linear, Coordinate, size=8):
    """When a bucket of spikes is sent."""


class ExtollSpikeCommBucketDestinationConfigOnFPGA(Linear, Coordinate, size=8):
    """Where a bucket of spikes is sent."""


class ExtollSpikeCommBucketNumPktsSentOnFPGA(Linear, Coordinate, size=8):
    """Packets a bucket has sent."""


class ExtollSpikeCommBucketCounterResetOnFPGA(Linear, Coordinate, size=8):
    """Reset of a bucket's counters."""


class ExtollSpikeCommBucketNumEvtsRcvdOnSpikeCommSplit(Linear, size=8):
    """Spikes a bucket has received from one half."""


class ExtollSpikeCommBucketNumEvtsRcvdOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommBucketNumEvtsRcvdOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes a bucket has received."""


class ExtollSpikeCommRouterLookupConfigOnSpikeCommSplit(Linear, size=16384):
    """Entry of a half's routing table."""


class ExtollSpikeCommRouterLookupConfigOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommRouterLookupConfigOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Entry of any routing table."""


class ExtollSpikeCommRouterConfigOnSpikeCommSplit(Linear, size=1):
    """Settings of a half's router."""


class ExtollSpikeCommRouterConfigOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommRouterConfigOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Settings of any router."""


class ExtollSpikeCommRouterEventLossDisabledOnSpikeCommSplit(Linear, size=1):
    """Spikes a half lost because their route was off."""


class ExtollSpikeCommRouterEventLossDisabledOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommRouterEventLossDisabledOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes any half lost because their route was off."""


class ExtollSpikeCommRouterEventLossMisconfOnSpikeCommSplit(Linear, size=1):
    """Spikes a half lost because their route was wrong."""


class ExtollSpikeCommRouterEventLossMisconfOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommRouterEventLossMisconfOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes any half lost because their route was wrong."""


class ExtollSpikeCommRouterEventsRoutedOnSpikeCommSplit(Linear, size=1):
    """Spikes a half has routed."""


class ExtollSpikeCommRouterEventsRoutedOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommRouterEventsRoutedOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes any half has routed."""


class ExtollSpikeCommRouterCounterResetOnSpikeCommSplit(Linear, size=1):
    """Reset of the counters of a half's router."""


class ExtollSpikeCommRouterCounterResetOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommRouterCounterResetOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Reset of the counters of any router."""


class ExtollSpikeCommDecoderNumEventsReceivedOnSpikeCommSplit(Linear, size=1):
    """Spikes that a half's decoder has received."""


class ExtollSpikeCommDecoderNumEventsReceivedOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommDecoderNumEventsReceivedOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes that any decoder has received."""


class ExtollSpikeCommDecoderCounterResetOnFPGA(Linear, Coordinate, size=1):
    """Reset of the decoders' counters."""


class ExtollSpikeCommTimestampDelayConfigOnSpikeCommSplit(Linear, size=1):
    """Delay buffer of a half."""


class ExtollSpikeCommTimestampDelayConfigOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommTimestampDelayConfigOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Any delay buffer."""


class ExtollSpikeCommTimestampDelayNumEventsReceivedOnSpikeCommSplit(Linear, size=1):
    """Spikes that a half's delay buffer has received."""


class ExtollSpikeCommTimestampDelayNumEventsReceivedOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommTimestampDelayNumEventsReceivedOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes that any delay buffer has received."""


class ExtollSpikeCommTimestampDelayEventLossFullOnSpikeCommSplit(Linear, size=1):
    """Spikes a half lost because its delay buffer was full."""


class ExtollSpikeCommTimestampDelayEventLossFullOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommTimestampDelayEventLossFullOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes lost because a delay buffer was full."""


class ExtollSpikeCommTimestampDelayEventLossExpiredOnSpikeCommSplit(Linear, size=1):
    """Spikes a half lost because they came too late."""


class ExtollSpikeCommTimestampDelayEventLossExpiredOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommTimestampDelayEventLossExpiredOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Spikes lost because they came too late."""


class ExtollSpikeCommTimestampDelayCounterResetOnSpikeCommSplit(Linear, size=1):
    """Reset of the counters of a half's delay buffer."""


class ExtollSpikeCommTimestampDelayCounterResetOnFPGA(
    Mixin, Coordinate, local=ExtollSpikeCommTimestampDelayCounterResetOnSpikeCommSplit, mixed_in=ExtollSpikeCommSplitOnFPGA
):
    """Reset of the counters of any delay buffer."""
