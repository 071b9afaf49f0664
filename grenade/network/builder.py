"""Puts networks together. Whatever does not fit is refused when it is added, in words that name it; the builder stays as it was."""

from __future__ import annotations

import copy
from datetime import timedelta
from time import perf_counter
from typing import overload

from grenade.common import EntityOnChip, ExecutionInstanceID
from grenade.network import between_instances, checks, projection_checks
from grenade.network.between_instances import InterExecutionInstanceProjection
from grenade.network.descriptors import (
    InterExecutionInstanceProjectionOnNetwork,
    PlasticityRuleOnNetwork,
    PopulationOnNetwork,
    ProjectionOnNetwork,
)
from grenade.network.network import Network
from grenade.network.plasticity import PlasticityRule
from grenade.network.populations import (
    AnyPopulation,
    BackgroundSourcePopulation,
    ExternalSourcePopulation,
    Population,
    SpikeIOSourcePopulation,
)  # fmt: skip
from grenade.network.projections import Projection
from grenade.network.recordings import CADCRecording, MADCRecording, PadRecording
from halco.value import shown

Recording = MADCRecording | CADCRecording | PadRecording
Addable = AnyPopulation | Projection | InterExecutionInstanceProjection | PlasticityRule | Recording
Descriptor = PopulationOnNetwork | ProjectionOnNetwork | InterExecutionInstanceProjectionOnNetwork | PlasticityRuleOnNetwork


class NetworkBuilder:
    """Takes entities one after the other; `done` gives the network and empties the builder.

    What is added is copied. Descriptors count from 0 in order of addition, separately for populations, projections and rules of an
    execution instance.
    """

    def __init__(self) -> None:
        self._instances: dict[ExecutionInstanceID, Network.ExecutionInstance] = {}
        self._between: dict[InterExecutionInstanceProjectionOnNetwork, InterExecutionInstanceProjection] = {}
        self._duration = 0.0

    @overload
    def add(self, entity: AnyPopulation, execution_instance: ExecutionInstanceID = ...) -> PopulationOnNetwork: ...
    @overload
    def add(self, entity: Projection, execution_instance: ExecutionInstanceID = ...) -> ProjectionOnNetwork: ...
    @overload
    def add(self, entity: PlasticityRule, execution_instance: ExecutionInstanceID = ...) -> PlasticityRuleOnNetwork: ...
    @overload
    def add(
        self, entity: InterExecutionInstanceProjection, execution_instance: ExecutionInstanceID = ...
    ) -> InterExecutionInstanceProjectionOnNetwork: ...
    @overload
    def add(self, entity: Recording, execution_instance: ExecutionInstanceID = ...) -> None: ...
    def add(
        self,
        entity: Addable,
        execution_instance: ExecutionInstanceID = ExecutionInstanceID(),  # noqa: B008 - an immutable number
    ) -> Descriptor | None:
        """Adds a copy of a population, projection, recording or rule; gives its descriptor (recordings have none).

        Projections between execution instances belong to none of them. NetworkError, a RuntimeError, if it does not fit what was added
        before.
        """
        if not isinstance(execution_instance, ExecutionInstanceID):
            raise TypeError(f"an ExecutionInstanceID is needed, not {shown(execution_instance)}")
        begin = perf_counter()
        descriptor = self._add(entity, execution_instance)
        self._duration += perf_counter() - begin
        return descriptor

    def _add(self, entity: Addable, instance: ExecutionInstanceID) -> Descriptor | None:
        if isinstance(entity, InterExecutionInstanceProjection):
            return self._add_between(entity)
        network = self._instances.get(instance)
        if network is None:
            network = Network.ExecutionInstance()  # kept when something has been found to fit
        if isinstance(entity, EntityOnChip):
            checks.one_chip(network, entity)
        match entity:
            case Projection():
                return self._add_projection(network, entity, instance)
            case Population() | ExternalSourcePopulation() | BackgroundSourcePopulation() | SpikeIOSourcePopulation():
                return self._add_population(network, entity, instance)
            case PlasticityRule():
                return self._add_rule(network, entity, instance)
            case MADCRecording():
                checks.madc(network, entity)
                self._keep(network, instance).madc_recording = copy.copy(entity)
            case CADCRecording():
                checks.cadc(network, entity)
                self._keep(network, instance).cadc_recording = copy.copy(entity)
            case PadRecording():
                checks.pads(network, entity)
                self._keep(network, instance).pad_recording = copy.copy(entity)
            case _:
                raise TypeError(f"a population, projection, recording or plasticity rule can be added, not {shown(entity)}")
        return None

    def _keep(self, network: Network.ExecutionInstance, instance: ExecutionInstanceID) -> Network.ExecutionInstance:
        return self._instances.setdefault(instance, network)

    def _add_population(self, network: Network.ExecutionInstance, entity: AnyPopulation, at: ExecutionInstanceID) -> PopulationOnNetwork:
        descriptor = PopulationOnNetwork(len(network.populations), at)
        layout = checks.population(network, entity, int(descriptor))
        self._keep(network, at).populations[descriptor.toPopulationOnExecutionInstance()] = copy.copy(entity)
        if layout is not None:
            network.layouts[int(descriptor)] = layout
            network.owners[layout.circuit] = int(descriptor)
        return descriptor

    def _add_projection(self, network: Network.ExecutionInstance, entity: Projection, at: ExecutionInstanceID) -> ProjectionOnNetwork:
        descriptor = ProjectionOnNetwork(len(network.projections), at)
        projection_checks.projection(network, entity, int(descriptor))
        self._keep(network, at).projections[descriptor.toProjectionOnExecutionInstance()] = copy.copy(entity)
        return descriptor

    def _add_between(self, entity: InterExecutionInstanceProjection) -> InterExecutionInstanceProjectionOnNetwork:
        descriptor = InterExecutionInstanceProjectionOnNetwork(len(self._between))
        between_instances.check(self._instances, entity, int(descriptor))
        self._sorted(entity)
        self._between[descriptor] = copy.copy(entity)
        layout = self._instances[entity.population_pre.execution_instance].layouts.get(int(entity.population_pre))
        if layout is not None:
            layout.forward(*entity.table[:, :2].T)
        return descriptor

    def _sorted(self, *more: InterExecutionInstanceProjection) -> list[ExecutionInstanceID]:
        ends = [(one.population_pre.execution_instance, one.population_post.execution_instance) for one in (*self._between.values(), *more)]
        return between_instances.sorted_instances(self._instances, ends)

    def _add_rule(self, network: Network.ExecutionInstance, entity: PlasticityRule, at: ExecutionInstanceID) -> PlasticityRuleOnNetwork:
        descriptor = PlasticityRuleOnNetwork(len(network.plasticity_rules), at)
        checks.plasticity_rule(network, entity, int(descriptor))
        self._keep(network, at).plasticity_rules[descriptor.toPlasticityRuleOnExecutionInstance()] = copy.copy(entity)
        return descriptor

    def done(self) -> Network:
        """The network; the builder is empty afterwards."""
        network = Network(self._instances, self._between, self._sorted(), timedelta(seconds=self._duration))
        self._instances, self._between, self._duration = {}, {}, 0.0
        return network
