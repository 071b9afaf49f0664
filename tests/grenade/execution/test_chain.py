"""Execution instances one after the other: neurons that fire for every event pass their spikes on."""

import numpy as np
import pytest
from networks import POPULATION, external, neuron, projection

import pygrenade_vx.network as grenade
from grenade.common import ChipOnConnection, ExecutionInstanceID, Time
from grenade.execution import JITGraphExecutor, extract_neuron_spikes, run
from grenade.signal_flow import InputData
from haldls.lola import Chip

FIRST, SECOND = ExecutionInstanceID(2), ExecutionInstanceID(0)
SIZE, BATCH = 3, 2
DELAY = 1000
RUNTIME = 12_500  # 100 us


def chain(record_first=True):
    """Two execution instances with sources and neurons; neuron i of the first one drives source i of the second."""
    builder = grenade.NetworkBuilder()
    for instance, record in ((FIRST, record_first), (SECOND, True)):
        builder.add(external(SIZE), instance)
        builder.add(grenade.Population([neuron(4 * i, record=record) for i in range(SIZE)]), instance)
        one = projection(0, 1, [(i, i) for i in range(SIZE)], weight=63)
        one.from_numpy(one.receptor, one.table, POPULATION(0, instance), POPULATION(1, instance))
        builder.add(one, instance)
    between = grenade.InterExecutionInstanceProjection()
    between.from_numpy(np.array([(i, 0, i, 0, DELAY) for i in range(SIZE)]), POPULATION(1, FIRST), POPULATION(0, SECOND))
    builder.add(between)
    network = builder.done()
    return grenade.build_network_graph(network, grenade.routing.PortfolioRouter()(network))


def bypassing() -> Chip:
    """Neurons fire for every event."""
    chip = Chip(Chip.default_neuron_bypass)
    for one in range(SIZE):
        routing = chip.neuron_block.atomic_neurons[4 * one].event_routing
        routing.analog_output = type(routing.analog_output).normal
    return chip


def executed(executor: JITGraphExecutor, graph, *additions):
    """[{(instance, neuron): times in cycles}] of each batch entry."""
    generator = grenade.InputGenerator(graph, BATCH)
    for times, population in additions:
        generator.add(times, population)
    snippet = generator.done()
    snippet.runtime = [{FIRST: Time(RUNTIME), SECOND: Time(RUNTIME)}] * BATCH
    configs = {instance: {ChipOnConnection(): bypassing()} for instance in (FIRST, SECOND)}
    output = run(executor, graph, configs, InputData([snippet]))
    translations = graph.graph_translation.execution_instances
    return [
        {
            (instance, translations[instance].spikes.recorded[index].neuron): spikes.times[indices == index]
            for instance in (FIRST, SECOND)
            for spikes in [output.snippets[0].data[instance].spikes[entry]]
            for indices in [translations[instance].spikes.index_of_label[spikes.labels]]
            for index in np.unique(indices[indices >= 0]).tolist()
        }
        for entry in range(BATCH)
    ], extract_neuron_spikes(output.snippets[0], graph)


@pytest.mark.parametrize("record", [True, False])
def test_spikes_of_the_first_arrive_at_the_second_in_the_same_batch_entry(executor: JITGraphExecutor, record: bool) -> None:
    times = [[[0.01], [], [0.03]], [[], [0.02], []]]
    entries, extracted = executed(executor, chain(record), (times, POPULATION(0, FIRST)))
    expected = [{0: 0.01, 2: 0.03}, {1: 0.02}]
    for entry, wanted in zip(entries, expected, strict=True):
        assert {neuron for instance, neuron in entry if instance == SECOND} == set(wanted)
        for index, at in wanted.items():
            assert entry[SECOND, index] == pytest.approx([at * 125_000 + DELAY], abs=200)
            assert ((FIRST, index) in entry) == record
    assert len(extracted) == BATCH


def test_spikes_of_the_host_come_in_addition(executor: JITGraphExecutor) -> None:
    entries, _ = executed(executor, chain(), ([[0.01], [], []], POPULATION(0, FIRST)), ([[0.05], [], []], POPULATION(0, SECOND)))
    assert entries[0][SECOND, 0] == pytest.approx([0.01 * 125_000 + DELAY, 0.05 * 125_000], abs=200)
