"""The experiment that users of higher interfaces describe: elements that come and go, snippets, runs. (facts: clients/grenade 2.12)"""

from __future__ import annotations

from typing import Any

from grenade.abstract.calibration import Calibration, JITCalibration
from grenade.abstract.data import BatchedPortData, InputData, OutputData, TimeDomainRuntimes
from grenade.abstract.errors import TopologyError
from grenade.abstract.identifiers import ExecutionInstanceOnExecutor, TimeDomainOnTopology
from grenade.abstract.mapped import MappedInputData, MappedTopology
from grenade.abstract.mapper import GreedyMapper, Mapper
from grenade.abstract.run import run
from grenade.abstract.topology import Topology
from grenade.errors import InputError
from grenade.execution import ExecutionInstanceHooks, JITGraphExecutor


class ExperimentElement:
    """Base of what an experiment consists of: populations, projections, recorders, rules.

    `changed_topology` and `changed_input_data` say whether the element has to be asked again for its part of the topology, or its data;
    who has changed its part of the topology is asked for its data as well.
    """

    def __init__(self, experiment: Experiment) -> None:
        experiment.elements.append(self)
        self.changed_topology = True
        self.changed_input_data = True

    def add_to_topology(self, experiment: ExperimentSnippet) -> bool:
        """Adds the element to a snippet's topology, or replaces it there. False if it cannot yet, as others have to come first."""
        raise NotImplementedError

    def add_to_input_data(self, experiment: ExperimentSnippet, snippet_begin_time: Any, snippet_end_time: Any) -> None:
        """Sets the element's data of a snippet, whose topology is mapped by now."""
        raise NotImplementedError

    def extract_output_data(self, experiment: list[ExperimentSnippet]) -> None:
        """Takes the element's results out of all snippets."""
        raise NotImplementedError


class ExperimentSnippet:
    """A part of an experiment in which nothing but the spikes changes: its elements, topology and data, and both mapped.

    `last_topology` and `last_input_data` are what was mapped last.
    """

    def __init__(self) -> None:
        self.elements: list[ExperimentElement] = []
        self.topology = Topology()
        self.input_data = InputData()
        self.output_data: OutputData | None = None
        self.mapped_topology: MappedTopology | None = None
        self.mapped_input_data: MappedInputData | None = None
        self.last_topology: Topology | None = None
        self.last_input_data: InputData | None = None

    def copy(self) -> ExperimentSnippet:
        """A snippet of its own with the same content."""
        made = ExperimentSnippet()
        made.elements = list(self.elements)
        made.topology, made.input_data = self.topology.copy(), InputData(self.input_data)
        made.output_data = None if self.output_data is None else OutputData(self.output_data)
        made.mapped_topology = None if self.mapped_topology is None else self.mapped_topology.copy()
        made.last_topology = None if self.last_topology is None else self.last_topology.copy()
        made.last_input_data = None if self.last_input_data is None else InputData(self.last_input_data)
        return made


class Experiment:
    """Elements, and snippets in their order; the last one is being filled.

    `calibration` and `mapper` bring topologies onto chips, `hooks` add to runs. Who derives from it says what runtimes mean.
    """

    def __init__(self, calibration: Calibration | None = None, mapper: Mapper | None = None) -> None:
        self.calibration = JITCalibration() if calibration is None else calibration
        self.mapper = GreedyMapper() if mapper is None else mapper
        self.snippets = [ExperimentSnippet()]
        self.elements: list[ExperimentElement] = []
        self.hooks = {ExecutionInstanceOnExecutor(): ExecutionInstanceHooks()}
        self._windows: dict[int, tuple[Any, Any]] = {}

    def generate_runtimes(self, runtime: Any) -> dict[TimeDomainOnTopology, TimeDomainRuntimes]:
        """What a snippet's runtime is for each time domain."""
        raise NotImplementedError

    def fill_snippet(self, snippet_begin_time: Any, snippet_end_time: Any, executor: JITGraphExecutor) -> None:
        """Brings the last snippet up to date: topology, its mapping, and data.

        Raises TopologyError if elements wait for each other, and what the mapper and the elements raise.
        """
        snippet = self.snippets[-1]
        snippet.elements = list(self.elements)
        self._add_to_topology(snippet)
        if snippet.mapped_topology is None or snippet.last_topology != snippet.topology:
            snippet.mapped_topology = self.mapper(snippet.topology, self.calibration, executor)
            snippet.last_topology = snippet.topology.copy()
        self._add_to_input_data(snippet, snippet_begin_time, snippet_end_time)
        for domain, runtimes in self.generate_runtimes(snippet_end_time - snippet_begin_time).items():
            snippet.input_data.time_domain_runtimes.set(domain, runtimes)
        snippet.mapped_input_data = snippet.mapped_topology.map_root_input_data(snippet.input_data)
        snippet.last_input_data = InputData(snippet.input_data)

    @staticmethod
    def _add_to_topology(snippet: ExperimentSnippet) -> None:
        """Offers all elements that have changed, again and again, until each has been added."""
        waiting = [element for element in snippet.elements if element.changed_topology]
        while waiting:
            left = []
            for element in waiting:
                if element.add_to_topology(snippet):
                    element.changed_topology = False
                    element.changed_input_data = True  # its ports can be others now
                else:
                    left.append(element)
            if len(left) == len(waiting):
                names = ", ".join(type(element).__name__ for element in left)
                raise TopologyError(f"No element added to experiment, loop terminated. ({names}: they wait for each other or in vain)")
            waiting = left

    def _add_to_input_data(self, snippet: ExperimentSnippet, begin: Any, end: Any) -> None:
        """Asks elements that have changed for their data, and those whose data is of a certain time if that is another one now."""
        for element in snippet.elements:
            if element.changed_input_data or self._windows.get(id(element), (begin, end)) != (begin, end):
                snippet.input_data.ports.written.clear()
                element.add_to_input_data(snippet, begin, end)
                element.changed_input_data = False
                written = [snippet.input_data.ports.get(port) for port in snippet.input_data.ports.written]
                self._windows.pop(id(element), None)
                if any(isinstance(data, BatchedPortData) for data in written):
                    self._windows[id(element)] = begin, end

    def add_snippet(self, snippet_begin_time: Any, snippet_end_time: Any, executor: JITGraphExecutor) -> None:
        """Brings the last snippet up to date and begins another one with the same content."""
        self.fill_snippet(snippet_begin_time, snippet_end_time, executor)
        self.snippets.append(self.snippets[-1].copy())

    def run(self, executor: JITGraphExecutor) -> None:
        """Executes all snippets but the last, and hands the results to the elements. Raises InputError, and what `run` raises."""
        snippets = self.snippets[:-1]
        if not snippets:
            raise InputError("there is no snippet to be run: add_snippet makes them")
        last = snippets[-1]
        assert last.mapped_topology is not None
        last.mapped_input_data = last.mapped_topology.map_root_input_data(last.input_data)  # calibrated settings may have changed
        outputs = run(executor, [_mapped(one) for one in snippets], [one.mapped_input_data or [] for one in snippets], self.hooks)
        for snippet, output in zip(snippets, outputs, strict=True):
            snippet.output_data = _mapped(snippet).map_root_output_data(output)
        for element in self.elements:
            element.extract_output_data(snippets)

    def reset(self) -> None:
        """Forgets all snippets but the last, which is the next one to be filled."""
        self.snippets = [self.snippets[-1]]


def _mapped(snippet: ExperimentSnippet) -> MappedTopology:
    assert snippet.mapped_topology is not None
    return snippet.mapped_topology
