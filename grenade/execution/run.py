"""Execution of networks: from graphs, configurations and inputs to what was recorded. (facts: clients/grenade 2.8, 3.6)"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

from fisch import Connection, MultiConnection
from grenade.execution import health
from grenade.execution.connection import JITGraphExecutor
from grenade.execution.experiment import Configs, Experiment, Hooks
from grenade.execution.instance import ExecutionError, Instance
from grenade.execution.results import hand_out
from grenade.network.graph import NetworkGraph
from grenade.signal_flow import ExecutionHealthInfo, ExecutionTimeInfo, InputData, InputDataSnippet, OutputData

__all__ = ["ExecutionError", "run"]

_log = logging.getLogger("grenade.execution")


def run(
    executor: JITGraphExecutor | MultiConnection | Connection,
    network_graphs: Sequence[NetworkGraph] | NetworkGraph,
    configs: Sequence[Configs] | Configs,
    inputs: InputData | InputDataSnippet,
    hooks: Hooks | None = None,
) -> OutputData:
    """Executes snippets one after the other without a gap; of graphs and configurations there is one each per snippet.

    executor   connections that remember what is on their chips, or a plain open connection, which is initialised anew on every call
    Raises InputError if the arguments do not fit together, ExecutionError if a program fails, and what the configuration raises.
    """
    begin = time.perf_counter()
    if not isinstance(executor, JITGraphExecutor):
        _log.warning("networks are executed by a JITGraphExecutor; a plain connection is deprecated and is initialised on every run")
        executor = JITGraphExecutor([executor], enable_differential_config=False)
    experiment = Experiment.of(network_graphs, configs, inputs, hooks)
    output, times = experiment.output, ExecutionTimeInfo()
    output.execution_time_info, output.execution_health_info = times, ExecutionHealthInfo()
    for instance in experiment.instances():
        _execute(Instance(executor, experiment, instance), output, times)
    times.execution_duration = max(timedelta(seconds=time.perf_counter() - begin), times.longest())
    for snippet in output.snippets:
        snippet.execution_time_info = times
    _log.info("executed %d snippets in %s", len(output.snippets), times.execution_duration)
    return output


def _execute(instance: Instance, output: OutputData, times: ExecutionTimeInfo) -> None:
    before = instance.connection.execution_durations()[instance.chip]
    assembled = instance.execute()
    waited = instance.connection.execution_durations()[instance.chip] - before
    spent = max(waited, health.duration(assembled.health))  # a model needs less time for a wait than the hardware
    chips = times.execution_duration_per_hardware.setdefault(instance.number, {})
    chips[instance.chip] = chips.get(instance.chip, timedelta(0)) + spent
    hand_out(instance, assembled, output)
