"""Calibrations: settings by which neurons on the chip behave as a topology asks. (facts: clients/grenade 2.12, 5.1)"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from grenade.abstract.calibrated_neuron import CalibratedNeuron, CalibrationTarget
from grenade.abstract.calibration_target import fill, finish
from grenade.abstract.errors import MappingError, MissingError
from grenade.abstract.identifiers import CompartmentOnNeuron, ExecutionInstanceOnExecutor
from grenade.abstract.mapped import Instance, MappedTopology
from grenade.abstract.run import as_executor
from grenade.common import ChipOnConnection, ConnectionOnExecutor, ExecutionInstanceID
from grenade.execution import JITGraphExecutor
from halco import AtomicNeuronOnDLS
from haldls.lola import Chip
from stadls import PlaybackProgramBuilderDumper, convert_to_chip

Circuit = tuple[AtomicNeuronOnDLS, CalibrationTarget, float, int]
"""A circuit, what it shall do, the capacitance of its compartment in farad, and its place in the compartment."""


class Calibration:
    """Base of calibrations."""

    def __call__(self, topology: MappedTopology, executor: JITGraphExecutor) -> None:
        """Puts settings into a mapping, if it has neurons to be calibrated."""
        raise NotImplementedError


class FixtureCalibration(Calibration):
    """Settings that the user has: configurations by execution instance and chip."""

    def __init__(self, chips: Mapping[ExecutionInstanceOnExecutor, Mapping[ChipOnConnection, Chip]] | None = None) -> None:
        self.chips = {instance: dict(some) for instance, some in (chips or {}).items()}

    def __call__(self, topology: MappedTopology, executor: JITGraphExecutor) -> None:
        """Raises MissingError if there is no configuration for an execution instance with calibrated neurons."""
        found = {}
        for instance in topology.instances:
            if any(_circuits(topology, instance)):
                key = ExecutionInstanceOnExecutor(ExecutionInstanceID(instance.number))
                if ChipOnConnection() not in self.chips.get(key, {}):
                    what = f"calibration result for {key}, {ChipOnConnection()!r}"
                    raise MissingError(f"Expected {what}, which is not present in FixtureCalibration.")
                found[instance.number] = self.chips[key][ChipOnConnection()]
        if found:
            topology.set_calibration(found)


class JITCalibration(Calibration):
    """calix, which calibrates the executor's chip when the topology is mapped.

    target       for all that the topology does not say (None: calix' defaults)
    options      of the calibration (None: calix' defaults)
    cache_paths  folders with results of earlier calibrations (None: calix' defaults; empty: no cache)

    calix is no dependency: it is used from wherever Python finds it.
    """

    def __init__(self) -> None:
        self.target: Any = None
        self.options: Any = None
        self.cache_paths: list[Path] | None = None

    def __call__(self, topology: MappedTopology, executor: JITGraphExecutor) -> None:
        """Raises MappingError if neurons ask for different settings of what a chip has once, or if calix cannot be imported."""
        wanted = {instance.number: list(_circuits(topology, instance)) for instance in topology.instances}
        wanted = {number: circuits for number, circuits in wanted.items() if circuits}
        if not wanted:
            return
        targets = {number: self._target(circuits) for number, circuits in wanted.items()}
        with as_executor(executor).lent() as connections:
            chips = {number: self._calibrate(target, connections[ConnectionOnExecutor()]) for number, target in targets.items()}
        for number, circuits in wanted.items():
            for circuit in circuits:
                finish(chips[number], *circuit)
        topology.set_calibration(chips)

    def _target(self, circuits: list[Circuit]) -> Any:
        target = copy.deepcopy(self.target) if self.target is not None else _calix("calix.spiking").SpikingCalibTarget()
        fill(target, [(where, wanted, capacitance) for where, wanted, capacitance, _ in circuits])
        return target

    def _calibrate(self, target: Any, connection: Any) -> Chip:
        stateful = _calix("calix.common.base").StatefulConnection(connection, int(ChipOnConnection()))
        try:
            result = _calix("calix").calibrate(target, self.options, self.cache_paths, False, stateful)
        finally:
            stateful.reinit.pop()
        dumper = PlaybackProgramBuilderDumper()
        result.apply(dumper)
        return convert_to_chip(dumper.done())


def _calix(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        text = f"neurons are to be calibrated, but calix cannot be imported ({error})"
        raise MappingError(f"{text}: put the folder src/py of its checkout on PYTHONPATH") from error


def _circuits(topology: MappedTopology, instance: Instance) -> Iterator[Circuit]:
    """Circuits of calibrated neurons of an execution instance."""
    for number, places in instance.made.places.items():
        section = instance.made.sections[number]
        population = topology.population(section.vertex)
        if not isinstance(population.get_cell(), CalibratedNeuron):
            continue
        space: Any = population.get_parameter_space()
        for offset, place in enumerate(places):
            targets, capacitances = space.calibration_targets[section.first + offset], space.membrane_capacitance[section.first + offset]
            for name, circuits in place.get_placed_compartments().items():
                index = CompartmentOnNeuron(int(name))
                for at, (circuit, target) in enumerate(zip(circuits, targets[index], strict=True)):
                    yield circuit, target, capacitances[index], at
