"""What abstract topologies cost on the host's side: their mapping, and a run that changes nothing but spikes."""

import numpy as np
import pytest
from topologies import MS, connect, data, neurons, record, sources

from fisch import ZeroMockConnection
from grenade.execution import JITGraphExecutor
from pygrenade_common import Topology
from pygrenade_vx.execution import run
from pygrenade_vx.network.abstract import ExternalSourceNeuron, GreedyMapper, JITCalibration

ALL_TO_ALL = [(pre, post) for pre in range(256) for post in range(256)]


@pytest.fixture
def executor():
    made = JITGraphExecutor([ZeroMockConnection()])
    yield made
    made.close()


def test_a_mapping_of_65536_connections(benchmark, executor):
    topology = Topology()
    connect(topology, topology.add_vertex(sources(256)), topology.add_vertex(neurons(256)), ALL_TO_ALL)
    mapped = benchmark(lambda: GreedyMapper()(topology, JITCalibration(), executor))
    assert len(mapped.instances) == 1


def test_a_mapping_of_many_small_projections(benchmark, executor):
    topology = Topology()
    source, targets = topology.add_vertex(sources(1)), [topology.add_vertex(neurons(1)) for _ in range(64)]
    for target in targets:
        connect(topology, source, target, [(0, 0)])
    mapped = benchmark(lambda: GreedyMapper()(topology, JITCalibration(), executor))
    assert len(mapped.instances[0].made.projections) == 64


def test_a_run_that_changes_nothing_but_spikes(benchmark, executor):
    topology, generator = Topology(), np.random.default_rng(1)
    source, target = topology.add_vertex(sources(64)), topology.add_vertex(neurons(64))
    connect(topology, source, target, [(cell, cell) for cell in range(64)])
    recorder = record(topology, target, range(64))
    mapped, given = GreedyMapper()(topology, JITCalibration(), executor), data(topology, {source: [[[]] * 64]}, MS)

    def once():
        times = [sorted(generator.integers(0, MS, 100).tolist()) for _ in range(64)]
        given.ports.set((source, 0), ExternalSourceNeuron.Dynamics([times]))
        (output,) = run(executor, [mapped], [mapped.map_root_input_data(given)], {})
        return mapped.map_root_output_data(output).ports.get((recorder, 0))

    once()
    assert len(benchmark(once).spikes[0]) == 64
