"""What a network refuses: one function per kind of entity, which raises NetworkError with the place at fault or returns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from grenade.common import EntityOnChip
from grenade.errors import NetworkError
from grenade.network.descriptors import PopulationOnExecutionInstance
from grenade.network.layout import Layout
from grenade.network.network import Network
from grenade.network.plasticity import PlasticityRule
from grenade.network.populations import AnyPopulation, BackgroundSourcePopulation, Population, SpikeIOSourcePopulation
from grenade.network.recordings import (
    AtomicNeuronOnExecutionInstance,
    CADCRecording,
    MADCRecording,
    NeuronRecording,
    PadRecording,
    Source,
)  # fmt: skip
from halco import AtomicNeuronOnDLS, CompartmentOnLogicalNeuron, PadOnDLS

Instance = Network.ExecutionInstance
COLUMNS = 256


def one_chip(network: Instance, entity: EntityOnChip) -> None:
    """All entities of an execution instance are on one chip: that of the first population."""
    chip = next((one.chip_on_executor for one in network.populations.values()), entity.chip_on_executor)
    if chip is not entity.chip_on_executor and chip != entity.chip_on_executor:
        name = type(entity).__name__
        raise NetworkError(
            f"an execution instance has one chip, here {chip}; a {name} is for {entity.chip_on_executor}: use another execution instance",
            entity,
        )


def population(network: Instance, entity: AnyPopulation, index: int) -> Layout | None:
    """Any population; gives the layout of one on the chip."""
    match entity:
        case Population():
            return _on_chip(network, entity, index)
        case BackgroundSourcePopulation():
            _background(network, entity, index)
        case SpikeIOSourcePopulation():
            _spikeio(network, entity, index)
    return None


def _on_chip(network: Instance, entity: Population, index: int) -> Layout:
    for n, neuron in enumerate(entity.neurons):
        for fault in neuron.faults():
            raise NetworkError(f"population {index}, neuron {n}: {fault}", entity, population=index, neuron=n)
    layout = Layout(entity)
    owners = network.owners[layout.circuit]
    if (owners >= 0).any():
        first = int((owners >= 0).argmax())
        at, n = AtomicNeuronOnDLS(int(layout.circuit[first])), int(layout.neuron[layout.slot[first]])
        text = f"population {index}, neuron {n}: {at} is in use by population {int(owners[first])}"
        raise NetworkError(text, entity, population=(index, int(owners[first])), neuron=n)
    circuits, numbers = np.unique(layout.circuit, return_counts=True)
    if (numbers > 1).any():
        raise NetworkError(f"population {index} uses {AtomicNeuronOnDLS(int(circuits[numbers.argmax()]))} twice", entity, population=index)
    return layout


def _background(network: Instance, entity: BackgroundSourcePopulation, index: int) -> None:
    for number, other in network.populations.items():
        if not isinstance(other, BackgroundSourcePopulation):
            continue
        for hemisphere, bus in entity.coordinate.items():
            if other.coordinate.get(hemisphere) == bus:
                text = f"population {index}: {bus!r} of {hemisphere!r} is in use by population {int(number)}"
                raise NetworkError(text, entity, population=(index, int(number)))
    size = len(entity.neurons)
    if (entity.config.enable_random and (size == 0 or size & (size - 1))) or size > COLUMNS:
        text = f"population {index}: a random background source has 1, 2, 4, ... 256 neurons, not {size}"
        raise NetworkError(text, entity, population=index)
    if not entity.config.enable_random and size != 1:
        raise NetworkError(f"population {index}: a regular background source has 1 neuron, not {size}", entity, population=index)


def _spikeio(network: Instance, entity: SpikeIOSourcePopulation, index: int) -> None:
    for number, other in network.populations.items():
        if isinstance(other, SpikeIOSourcePopulation) and other.config != entity.config:
            raise NetworkError(
                f"population {index}: the serial link has one configuration; population {int(number)} has {other.config}, "
                f"this one {entity.config}",
                entity,
                population=(index, int(number)),
            )


def madc(network: Instance, entity: MADCRecording) -> None:
    """One or two neurons, at columns of unlike parity, not recorded with another signal elsewhere."""
    _only_one(network.madc_recording, entity, "MADC")
    if not 1 <= len(entity.neurons) <= 2:
        raise NetworkError(f"the MADC records one neuron or two, not {len(entity.neurons)}", entity)
    circuits = _recorded(network, entity, entity.neurons, "MADC")
    if len(circuits) == 2 and (circuits[0] - circuits[1]) % 2 == 0:
        places = " and ".join(_in_column(*one) for one in zip(entity.neurons, circuits, strict=True))
        text = f"the MADC records two neurons only from an even and an odd column, not {places}: place one elsewhere"
        raise NetworkError(text, entity, population=_populations(one.coordinate for one in entity.neurons))
    _consistent(network, entity, _sources(entity.neurons), "MADC", [network.cadc_recording, network.pad_recording])


def cadc(network: Instance, entity: CADCRecording) -> None:
    """Any number of different neurons, not recorded with another signal elsewhere."""
    _only_one(network.cadc_recording, entity, "CADC")
    _recorded(network, entity, entity.neurons, "CADC")
    _consistent(network, entity, _sources(entity.neurons), "CADC", [network.madc_recording, network.pad_recording])


def pads(network: Instance, entity: PadRecording) -> None:
    """Different neurons: unbuffered ones of different hemispheres, buffered ones of different hemispheres or parities of column."""
    _only_one(network.pad_recording, entity, "pad")
    circuits = _recorded(network, entity, [source.neuron for source in entity.recordings.values()], "pad")
    users: dict[tuple[bool, int, int], tuple[PadOnDLS, int]] = {}
    for (pad, source), circuit in zip(entity.recordings.items(), circuits, strict=True):
        line = (source.enable_buffered, circuit // COLUMNS, circuit % 2 if source.enable_buffered else 0)
        if line in users:
            way = (
                "buffered ones need different hemispheres or parities of column"
                if line[0]
                else "unbuffered ones need different hemispheres"
            )
            first, other = users[line][0], entity.recordings[users[line][0]].neuron
            neurons = f"{_in_column(other, users[line][1])} and {_in_column(source.neuron, circuit)}"
            both = f"pads {int(first)} and {int(pad)} cannot both show their neurons: {neurons}"
            whose = _populations(one.coordinate for one in (other, source.neuron))
            raise NetworkError(f"{both}; {way}", entity, pad=int(pad), population=whose)
        users[line] = pad, circuit
    sources = _sources([source.neuron for source in entity.recordings.values()])
    _consistent(network, entity, sources, "pad", [network.madc_recording, network.cadc_recording])


AnalogRecording = MADCRecording | CADCRecording | PadRecording
Sources = dict[tuple[int, int, int, int], Source]


def _only_one(present: object, entity: AnalogRecording, name: str) -> None:
    if present is not None:
        raise NetworkError(f"a network has one {name} recording, with all neurons in it; this one has it already", entity)


def _key(at: AtomicNeuronOnExecutionInstance) -> tuple[int, int, int, int]:
    return int(at.population), at.neuron_on_population, int(at.compartment_on_neuron), at.atomic_neuron_on_compartment


def _place(population: int, neuron: int, compartment: int, place: int) -> AtomicNeuronOnExecutionInstance:
    number = PopulationOnExecutionInstance(population)
    return AtomicNeuronOnExecutionInstance(number, neuron, CompartmentOnLogicalNeuron(compartment), place)


def _in_column(neuron: NeuronRecording.Neuron, circuit: int) -> str:
    """A recorded neuron and where its circuit is, in words."""
    at = neuron.coordinate
    place = f"column {circuit % COLUMNS} of the {('top', 'bottom')[circuit // COLUMNS]} row"
    return f"neuron {at.neuron_on_population} of population {int(at.population)} ({place})"


def _sources(neurons: Iterable[NeuronRecording.Neuron]) -> Sources:
    return {_key(neuron.coordinate): neuron.source for neuron in neurons}


def _recorded(network: Instance, entity: AnalogRecording, neurons: list[NeuronRecording.Neuron], name: str) -> list[int]:
    """Circuits (`AtomicNeuronOnDLS` numbers) of recorded neurons, which exist and are different."""
    circuits: dict[int, AtomicNeuronOnExecutionInstance] = {}
    for neuron in neurons:
        circuit = _circuit(network, entity, neuron.coordinate, name)
        if circuit in circuits:
            raise _unrecorded(entity, neuron.coordinate, f"{name} recording: {neuron.coordinate} is recorded twice")
        circuits[circuit] = neuron.coordinate
    return [*circuits]


def _circuit(network: Instance, entity: AnalogRecording, at: AtomicNeuronOnExecutionInstance, name: str) -> int:
    if at.population not in network.populations:
        raise NetworkError(f"{name} recording: there is no population {int(at.population)}", entity, neuron=at)
    if int(at.population) not in network.layouts:
        raise _unrecorded(entity, at, f"{name} recording: the neurons of population {int(at.population)} are not on the chip")
    circuit = network.layouts[int(at.population)].circuit_of(*_key(at)[1:])
    if circuit is None:
        raise _unrecorded(entity, at, f"{name} recording: there is no {at}")
    return circuit


def _unrecorded(entity: AnalogRecording, at: AtomicNeuronOnExecutionInstance, text: str) -> NetworkError:
    return NetworkError(text, entity, population=int(at.population), neuron=at)


def _populations(places: Iterable[AtomicNeuronOnExecutionInstance]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(int(at.population) for at in places))


def _consistent(network: Instance, entity: AnalogRecording, sources: Sources, name: str, others: list[AnalogRecording | None]) -> None:
    """One neuron has one readout line: other recordings and rules must read the same signal of it."""
    for other, theirs in [*_sources_of(others), *((f"plasticity rule {int(d)}", _read(r)) for d, r in network.plasticity_rules.items())]:
        _same(entity, sources, f"{name} recording", theirs, other)


def _sources_of(recordings: list[AnalogRecording | None]) -> Iterator[tuple[str, Sources]]:
    for recording in recordings:
        if isinstance(recording, PadRecording):
            yield "pad recording", _sources(source.neuron for source in recording.recordings.values())
        elif recording is not None:
            yield f"{type(recording).__name__.removesuffix('Recording')} recording", _sources(recording.neurons)


def _same(entity: object, own: Sources, name: str, theirs: Sources, other: str) -> None:
    for key in own.keys() & theirs.keys():
        if own[key] != theirs[key]:
            raise NetworkError(
                f"{name}: {_place(*key)} is to show its {own[key].name}, but {other} reads its {theirs[key].name}; "
                "a neuron has one readout line",
                entity,
                population=key[0],
            )


def _read(rule: PlasticityRule) -> Sources:
    """Signals that a rule reads."""
    return {
        (int(handle.descriptor), n, int(compartment), place): source
        for handle in rule.populations
        for n, neuron in enumerate(handle.neuron_readout_sources)
        for compartment, sources in neuron.items()
        for place, source in enumerate(sources)
        if source is not None
    }


def plasticity_rule(network: Instance, entity: PlasticityRule, index: int) -> None:
    """Projections and on-chip populations that are there, readout sources in their shape, no other signal than recorded ones."""
    for descriptor in entity.projections:
        if descriptor not in network.projections:
            raise NetworkError(f"plasticity rule {index}: there is no projection {int(descriptor)}", entity)
        if entity.enable_requires_one_source_per_row_in_order:
            _in_order(network, entity, index, int(descriptor))
    for handle in entity.populations:
        _handle(network, entity, index, handle)
    own, name = _read(entity), f"plasticity rule {index}"
    rules = ((f"plasticity rule {int(d)}", _read(rule)) for d, rule in network.plasticity_rules.items())
    for other, theirs in [*_sources_of([network.madc_recording, network.cadc_recording, network.pad_recording]), *rules]:
        _same(entity, own, name, theirs, other)


def _handle(network: Instance, entity: PlasticityRule, index: int, handle: PlasticityRule.PopulationHandle) -> None:
    number = int(handle.descriptor)
    if handle.descriptor not in network.populations:
        raise NetworkError(f"plasticity rule {index}: there is no population {number}", entity)
    if number not in network.layouts:
        text = f"plasticity rule {index}: the neurons of population {number} are not on the chip"
        raise NetworkError(text, entity, population=number)
    layout = network.layouts[number]
    given = [
        (n, int(compartment), len(sources))
        for n, neuron in enumerate(handle.neuron_readout_sources)
        for compartment, sources in neuron.items()
    ]
    wanted = list(zip(layout.neuron.tolist(), layout.compartment.tolist(), layout.size.tolist(), strict=True))
    if len(handle.neuron_readout_sources) != layout.neurons or given != wanted:
        wrong = next((n for (n, *_), other in zip(wanted, [*given, None], strict=False) if (n, *_) != other), layout.neurons)
        raise NetworkError(
            f"plasticity rule {index}, population {number}: neuron_readout_sources need one entry per neuron, compartment and circuit; "
            f"they do not fit at neuron {wrong}",
            entity,
            population=number,
            neuron=wrong,
        )


def _in_order(network: Instance, entity: PlasticityRule, index: int, number: int) -> None:
    """Every source of the projection is connected to every target, sources and targets in ascending order, so a row has one source."""
    projection = [*network.projections.values()][number]
    ends = projection.table[:, :4]
    sources, targets = np.unique(ends[:, :2], axis=0), np.unique(ends[:, 2:], axis=0)
    if len(sources) * len(targets) != len(ends):
        text = f"plasticity rule {index} wants one source per row, but projection {number} does not connect all to all"
        raise NetworkError(text, entity, projection=number)
    if len(ends) > 1 and (np.lexsort(ends.T[::-1]) != np.arange(len(ends))).any():
        text = f"plasticity rule {index} wants sources in order, but the connections of projection {number} are not"
        raise NetworkError(text, entity, projection=number)
    layout = network.layouts.get(int(projection.population_pre))
    if layout is not None and (np.diff(layout.circuit % COLUMNS // 32 % 4) < 0).any():
        raise NetworkError(
            f"plasticity rule {index} wants sources in order, but the neurons of population {int(projection.population_pre)} lie on "
            "PADI buses that are not in their order",
            entity,
            projection=number,
            population=int(projection.population_pre),
        )
