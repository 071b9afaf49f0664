"""What a network refuses of projections, for all connections at once: the first one at fault is named."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grenade.errors import NetworkError
from grenade.network.layout import Layout
from grenade.network.network import Network
from grenade.network.populations import AnyPopulation, BackgroundSourcePopulation, Population
from grenade.network.projections import Projection

Indices = NDArray[np.int64]
Mask = NDArray[np.bool_]


def projection(network: Network.ExecutionInstance, entity: Projection, index: int) -> None:
    """Known populations, connections inside them, receptors that are there, sources that reach, no connection twice."""
    pre, post = _ends(network, entity, index)
    if not len(entity.table):
        return
    layout = network.layouts[entity.population_post.value()]
    source = _slots(network.layouts.get(entity.population_pre.value()), len(pre.neurons), entity, index, "pre")
    target = _slots(layout, len(post.neurons), entity, index, "post")
    receptor = f"{entity.receptor.type.name} receptor {int(entity.receptor.id)}"
    _refuse(entity, index, "post", ~layout.takes(entity.receptor)[target], f"has no {receptor}; connect to one that it has")
    if isinstance(pre, Population):
        silent = network.layouts[entity.population_pre.value()].master < 0
        _refuse(entity, index, "pre", silent[source], "sends no spikes; give it a spike master")
    if isinstance(pre, BackgroundSourcePopulation):
        places = ", ".join(sorted(map(str, pre.coordinate))) or "no hemisphere"
        unreached = ~layout.takes(entity.receptor, sorted(map(int, pre.coordinate)))[target]
        _refuse(entity, index, "post", unreached, f"has no {receptor} where the background source is: {places}")
    if len(source) > 1:
        _no_pair_twice(entity, index, source, target)


def _ends(network: Network.ExecutionInstance, entity: Projection, index: int) -> tuple[AnyPopulation, Population]:
    for number in (entity.population_pre, entity.population_post):
        if number.value() >= len(network.populations):
            text = f"projection {index}: there is no population {int(number)}; add populations first"
            raise NetworkError(text, entity, projection=index)
    pre, post = network.populations[entity.population_pre], network.populations[entity.population_post]
    if not isinstance(post, Population):
        target = f"population {int(entity.population_post)}, a {type(post).__name__}"
        text = f"projection {index}: its target is {target}; only neurons on the chip have synapses"
        raise NetworkError(text, entity, projection=index, population=int(entity.population_post))
    return pre, post


def _slots(layout: Layout | None, size: int, entity: Projection, index: int, end: str) -> Indices:
    """Slots of one end of all connections; of sources that are not on the chip the neurons themselves."""
    neurons, compartments = entity.table[:, _column(end)], entity.table[:, _column(end) + 1]
    width = 1 if layout is None else layout.slots.shape[1]
    last_neuron, last_compartment = neurons.max(), compartments.max()
    if last_neuron >= size:
        _refuse(entity, index, end, neurons >= size, f"does not exist, the population has {size} neurons")
    if last_compartment >= width:
        kind = "sources outside of the neuron array have compartment 0 alone" if layout is None else "the neuron has no such compartment"
        _refuse(entity, index, end, compartments >= width, f"does not exist, {kind}")
    if layout is None:
        return neurons
    slots = layout.slots[neurons, compartments]
    if width > 1:
        _refuse(entity, index, end, slots < 0, "does not exist, the neuron has no such compartment")
    return slots


def _column(end: str) -> int:
    """Where the neuron of one end stands in the table; its compartment comes next."""
    return 0 if end == "pre" else 2


def _refuse(entity: Projection, index: int, end: str, wrong: Mask, reason: str) -> None:
    """NetworkError that names one end of the first connection at fault, if there is any."""
    if not wrong.any():
        return
    row = int(wrong.argmax())
    neuron, compartment = entity.table[row, _column(end) : _column(end) + 2].tolist()
    population = int(entity.population_pre if end == "pre" else entity.population_post)
    raise NetworkError(
        f"projection {index}, connection {row}: compartment {compartment} of neuron {neuron} of population {population} {reason}",
        entity,
        projection=index,
        connection=row,
        population=population,
        neuron=neuron,
        compartment=compartment,
    )


def _no_pair_twice(entity: Projection, index: int, source: Indices, target: Indices) -> None:
    pairs = source * (int(target.max()) + 1) + target
    order = np.argsort(pairs, kind="stable")
    again = np.flatnonzero(np.diff(pairs[order]) == 0)
    if again.size:
        first, second = order[again[0]], order[again[0] + 1]
        pre, post = entity.table[first, [_column("pre"), _column("post")]].tolist()
        ends = f"neuron {pre} of population {int(entity.population_pre)} with neuron {post} of population {int(entity.population_post)}"
        raise NetworkError(
            f"projection {index}: connections {first} and {second} both connect {ends}; a projection connects each pair once",
            entity,
            projection=index,
            connection=int(second),
        )
