"""What a run costs on the host's side: on a connection to nothing, so that no model is in the figures."""

import numpy as np
import pytest
from graphs_by_hand import CHIP, INSTANCE, MS, Example, runtime
from networks import POPULATION, all_to_all, external, network, population, projection
from networks import graph as built

from fisch import ZeroMockConnection
from grenade.execution import JITGraphExecutor, extract_madc_samples, extract_neuron_spikes, run
from grenade.network import InputGenerator, NetworkGraph, requires_routing, update_network_graph
from grenade.signal_flow import SpikesToChip
from haldls.lola import Chip


@pytest.fixture
def executor():
    made = JITGraphExecutor([ZeroMockConnection()])
    yield made
    made.close()


def trains(count):
    """Inputs of a tenth of a millisecond with so many spikes, another one each time."""
    generator = np.random.default_rng(1)
    while True:
        inputs = runtime(MS // 10)
        times = np.sort(generator.integers(0, MS // 10, count))
        inputs.snippets[0].data[INSTANCE] = [SpikesToChip(times, generator.integers(0, 1 << 14, count).astype(np.uint16))]
        yield inputs


@pytest.mark.parametrize("spikes", [100, 100_000])
def test_a_run_that_changes_nothing_but_spikes(benchmark, executor, spikes):
    example, inputs = Example(tuple(range(64)), madc=(3,)), trains(spikes)

    def once():
        output = run(executor, example.graph, example.config, next(inputs))
        return extract_neuron_spikes(output.snippets[0], example.graph), extract_madc_samples(output.snippets[0], example.graph)

    once()
    [found], [samples] = benchmark(once)
    assert len(found) == 64 and len(samples.time) == 0


def test_a_network_that_is_described_anew_for_other_spikes(benchmark, executor):
    """As PyNN does before a run: builder, comparison with the routed network, spikes, run, spikes that come back."""
    described = [population(range(64)), external(64), projection(1, 0, all_to_all(64, 64))]
    graph, config, times = built(*described), {INSTANCE: {CHIP: Chip()}}, np.random.default_rng(1)

    def once():
        made = network(*described)
        assert not requires_routing(made, graph)
        update_network_graph(graph, made)
        inputs = InputGenerator(graph)
        inputs.add(np.sort(times.random((64, 10)) / 10).tolist(), POPULATION(1))
        output = run(executor, NetworkGraph(graph), config, inputs.done())
        return extract_neuron_spikes(output.snippets[0], graph)

    once()
    [found] = benchmark(once)
    assert len(found) == 64


def test_a_run_with_another_parameter(benchmark, executor):
    example = Example(tuple(range(64)))
    value = 0

    def once():
        nonlocal value
        value = (value + 1) % 4
        example.chip.synapse_blocks[0].matrix.amp_calibs[3][5] = value
        return run(executor, example.graph, example.config, runtime(MS // 10))

    once()
    assert benchmark(once).execution_time_info is not None


def test_64_snippets(benchmark, executor):
    example, configs = Example((3,)), []
    for number in range(64):
        other = Example((3,))
        other.chip.neuron_block.atomic_neurons[3].leak.i_bias = number
        configs.append(other.config)
    inputs = runtime(*[MS // 10] * 64)
    output = benchmark(run, executor, [example.graph] * 64, configs, inputs)
    assert len(output.snippets) == 64
