"""A network: populations, projections, recordings and rules that fit together, as `NetworkBuilder` has found."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grenade.common import ChipOnExecutor, ExecutionInstanceID
from grenade.network.between_instances import InterExecutionInstanceProjection
from grenade.network.connections import Connections
from grenade.network.descriptors import (
    InterExecutionInstanceProjectionOnNetwork,
    PlasticityRuleOnExecutionInstance,
    PopulationOnExecutionInstance,
    ProjectionOnExecutionInstance,
)
from grenade.network.layout import Layout, Layouts
from grenade.network.plasticity import PlasticityRule
from grenade.network.populations import AnyPopulation
from grenade.network.projections import Projection
from grenade.network.recordings import CADCRecording, MADCRecording, PadRecording

NEURONS = 512


@dataclass
class Network:
    """Parts of a network by execution instance, and what connects these.

    `topologically_sorted_execution_instance_ids`: each after those whose spikes it gets. `construction_duration` is how long the builder
    took; it is not compared.
    """

    @dataclass
    class ExecutionInstance:
        """What runs in one go."""

        populations: dict[PopulationOnExecutionInstance, AnyPopulation] = field(default_factory=dict)
        projections: dict[ProjectionOnExecutionInstance, Projection] = field(default_factory=dict)
        madc_recording: MADCRecording | None = None
        cadc_recording: CADCRecording | None = None
        pad_recording: PadRecording | None = None
        plasticity_rules: dict[PlasticityRuleOnExecutionInstance, PlasticityRule] = field(default_factory=dict)

        layouts: dict[int, Layout] = field(default_factory=dict, compare=False, repr=False)
        """By population: circuits of on-chip populations as arrays."""

        owners: NDArray[np.int64] = field(default_factory=lambda: np.full(NEURONS, -1, np.int64), compare=False, repr=False)
        """By `AtomicNeuronOnDLS`: the population that uses it, -1 if none does."""

        @cached_property
        def connections(self) -> Connections:
            """All connections as arrays; to be asked for when nothing is added any more."""
            return Connections(self.projections)

        @cached_property
        def neurons(self) -> Layouts:
            """All on-chip neurons as arrays; to be asked for when nothing is added any more."""
            return Layouts(self.layouts)

        @property
        def chip_on_executor(self) -> ChipOnExecutor | None:
            """Where the execution instance is placed; None if it is empty."""
            first = next(iter(self.populations.values()), None)
            return None if first is None else first.chip_on_executor

    execution_instances: dict[ExecutionInstanceID, ExecutionInstance] = field(default_factory=dict)
    inter_execution_instance_projections: dict[InterExecutionInstanceProjectionOnNetwork, InterExecutionInstanceProjection] = field(
        default_factory=dict
    )
    topologically_sorted_execution_instance_ids: list[ExecutionInstanceID] = field(default_factory=list)
    construction_duration: timedelta = field(default=timedelta(0), compare=False)
