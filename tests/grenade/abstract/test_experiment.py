"""Experiments of elements and snippets, as higher interfaces write them."""

from __future__ import annotations

import pytest
from topologies import MS, PATH, connect, neurons, record, runtimes, settings, sources

from fisch import connection_from_environment
from grenade.abstract import UncalibratedSynapse
from pygrenade_common import TimeDomainOnTopology
from pygrenade_vx.network.abstract import ExternalSourceNeuron, frontend, utils


class Experiment(frontend.Experiment):
    """Times are milliseconds."""

    def generate_runtimes(self, runtime):
        return {TimeDomainOnTopology(): runtimes(int(runtime * MS))}


class Element(frontend.ExperimentElement):
    """Adds one vertex, with data; counts how often it is asked."""

    def __init__(self, experiment, *, after=()):
        super().__init__(experiment)
        self.after, self.vertex, self.asked, self.output = after, None, 0, None

    def add_to_topology(self, experiment):
        if any(one.vertex is None for one in self.after):
            return False
        if self.vertex is None:
            self.vertex = self.add(experiment.topology)
        return True

    def add_to_input_data(self, experiment, snippet_begin_time, snippet_end_time):
        self.asked += 1
        port, given = self.data(snippet_begin_time, snippet_end_time)
        if given is not None:
            experiment.input_data.ports.set((self.vertex, port), given)

    def data(self, begin, end):
        return 0, None

    def extract_output_data(self, experiment):
        self.output = [snippet.output_data for snippet in experiment]


class Sources(Element):
    times = (0.02, 0.06, 0.13)

    def add(self, topology):
        return topology.add_vertex(sources(1))

    def data(self, begin, end):
        return 0, ExternalSourceNeuron.Dynamics([[[round((time - begin) * MS) for time in self.times if begin <= time < end]]])


class Neurons(Element):
    def add(self, topology):
        return topology.add_vertex(neurons(1))

    def data(self, begin, end):
        return 1, settings(1)


class Connection(Element):
    weight = 63

    def add(self, topology):
        return connect(topology, self.after[0].vertex, self.after[1].vertex, [(0, 0)])

    def data(self, begin, end):
        return 1, UncalibratedSynapse.ParameterSpace.Parameterization([self.weight])


class Recorder(Element):
    def add(self, topology):
        return record(topology, self.after[0].vertex, [0])

    def spikes(self):
        """Times in ms by snippet."""
        return [[time / MS for time in output.ports.get((self.vertex, 0)).spikes[0][0]] for output in self.output]


@pytest.fixture
def network():
    experiment = Experiment()
    places = {}
    source = Sources.__new__(Sources)
    target = Neurons.__new__(Neurons)
    places["connection"] = Connection(experiment, after=(source, target))  # is there before what it connects
    source.__init__(experiment)
    target.__init__(experiment)
    return experiment, source, target, places["connection"], Recorder(experiment, after=(target,))


def close(found, wanted):
    return len(found) == len(wanted) and all(0 < time - start < PATH / MS for time, start in zip(found, wanted, strict=True))


def test_spikes_arrive_in_the_snippet_they_belong_to(network, executor):
    experiment, source, target, connection, recorder = network
    experiment.add_snippet(0, 0.1, executor)
    experiment.add_snippet(0.1, 0.2, executor)
    experiment.run(executor)
    first, second = recorder.spikes()
    assert close(first, [0.02, 0.06]) and close(second, [0.03])
    assert (source.asked, target.asked, connection.asked) == (2, 1, 1)  # only what is of a certain time is asked again


def test_preparing_does_not_use_up_the_spikes(network, executor):
    experiment, *_, recorder = network
    experiment.fill_snippet(0, 0, executor)
    experiment.add_snippet(0, 0.1, executor)
    experiment.run(executor)
    assert close(recorder.spikes()[0], [0.02, 0.06])


def test_changed_weights_count_from_the_next_snippet_on(network, executor):
    experiment, _, _, connection, recorder = network
    experiment.add_snippet(0, 0.1, executor)
    mapped = experiment.snippets[0].mapped_topology
    connection.weight, connection.changed_input_data = 0, True
    experiment.add_snippet(0.1, 0.2, executor)
    experiment.run(executor)
    assert [len(some) for some in recorder.spikes()] == [2, 0]
    assert experiment.snippets[1].mapped_topology.instances is mapped.instances  # nothing was routed again


def test_who_changes_its_part_of_the_topology_is_asked_for_its_data(network, executor):
    """A rule that gets another projection has its data at other ports."""
    experiment, source, target, *_ = network
    experiment.fill_snippet(0, 0.1, executor)
    target.changed_topology = True
    experiment.fill_snippet(0, 0.1, executor)
    assert (source.asked, target.asked) == (1, 2)


def test_a_reset_experiment_starts_anew(network, executor):
    experiment, *_, recorder = network
    for _ in range(2):
        experiment.add_snippet(0, 0.1, executor)
        experiment.run(executor)
        assert close(recorder.spikes()[0], [0.02, 0.06]) and len(recorder.output) == 1
        experiment.reset()


def test_an_experiment_without_snippets_is_not_run(network, executor):
    with pytest.raises(RuntimeError, match="no snippet to be run"):
        network[0].run(executor)


def test_an_open_connection_executes_as_well(network):
    experiment, *_, recorder = network
    with connection_from_environment() as connection:
        experiment.add_snippet(0, 0.1, connection)
        experiment.run(connection)
    assert close(recorder.spikes()[0], [0.02, 0.06])
    with pytest.raises(TypeError, match="with ManagedJITGraphExecutor"):
        experiment.run("a chip")


def test_elements_that_wait_in_vain_are_refused(executor):
    experiment = Experiment()
    Recorder(experiment, after=(Neurons.__new__(Neurons),))
    experiment.elements[0].after[0].vertex = None
    with pytest.raises(RuntimeError, match=r"No element added to experiment, loop terminated\. .*Recorder"):
        experiment.fill_snippet(0, 1, executor)


def test_values_of_snippets_are_valid_until_the_next_one():
    values = utils.SnippetDataDictionary({1: "a", 4: "b"})
    values.update({6: None})
    assert [values[number] for number in (1, 3, 4, 5, 6, 9)] == ["a", "a", "b", "b", None, None]
    with pytest.raises(KeyError, match="no snippet up to 0"):
        values.get(0)
