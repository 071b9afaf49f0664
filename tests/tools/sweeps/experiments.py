"""Experiments that workers can import."""

import os
import signal
import time
from pathlib import Path

import numpy as np

from hicannx.lab import Bench, plain

CHIP = plain()


def rest(connection, point):
    """Membrane at rest, with its noise."""
    bench = Bench(connection, chip=type(CHIP)(CHIP))
    bench.neuron(3).leak.v_leak = point["v_leak"]
    return {"mean": float(bench.record(3, us=5).values.mean()), "first": int(bench.record(3, us=5).values[0])}


def fails_at_two(connection, point):
    if point["x"] == 2:
        raise ValueError("two is not to my taste")
    return point["x"] * 10


def dies_once(connection, point):
    """Kills its worker the first time that x is 3."""
    mark = Path(point["folder"]) / "died"
    if point["x"] == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return point["x"]


def dies_once_at_its_end(connection, point):
    """The same, some time after the points before; leaves a mark for each point that is finished."""
    if point["x"] == 3:
        time.sleep(0.5)
    dies_once(connection, point)
    (Path(point["folder"]) / f"point-{point['x']}-{os.urandom(4).hex()}").touch()
    return point["x"]


def always_dies(connection, point):
    if point["x"] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return point["x"]


def counts(connection, point):
    """Leaves a mark for each call."""
    (Path(point["folder"]) / f"{point['x']}-{os.urandom(4).hex()}").touch()
    return np.arange(point["x"])


def identifier(connection, point):
    return connection.get_unique_identifier()[0]


def shifted(connection, point):
    """The first sample of a membrane at rest that a current shifts."""
    bench = Bench(connection, chip=type(CHIP)(CHIP))
    neuron = bench.neuron(3)
    neuron.leak.v_leak = point["v_leak"]
    neuron.constant_current.enable, neuron.constant_current.i_offset = True, point["current"]
    return {"first": int(bench.record(3, us=5).values[0])}
