"""What it costs to look at a chip that works."""

from typing import Any

import pytest

import halco
import haldls as hal
import hicannx
from haldls import lola
from hicannx.lab import Bench
from hicannx.lab.playback import wait_until
from stadls import PlaybackProgramBuilder, run


def firing_bench() -> Bench:
    """All neurons fire by themselves."""
    bench = Bench(serial=3)
    for number in range(512):
        neuron = bench.neuron(number)
        neuron.leak.v_leak, neuron.leak.i_bias = 1000, 200
        neuron.threshold.enable, neuron.threshold.v_threshold = True, 500
        neuron.event_routing = lola.AtomicNeuron.EventRouting.enabled
    bench.record(0, us=10)
    return bench


def test_a_frame(benchmark: Any) -> None:
    """All that a page shows."""
    with firing_bench() as bench:
        benchmark(bench.connection.insight.frame)


@pytest.mark.parametrize("look", [{}, {"events": ("neuron",)}, {"membrane": range(512), "every": 1}, {"accesses": True}], ids=str)
def test_a_millisecond_with_observers(benchmark: Any, look: dict[str, Any]) -> None:
    """512 neurons that fire, with nobody who looks, and with an observer."""
    with firing_bench() as bench:
        builder = PlaybackProgramBuilder()
        builder.write(halco.TimerOnDLS(), hal.Timer())
        wait_until(builder, 1000)
        program = builder.done()

        def watched() -> None:
            with hicannx.observe(bench.connection, **{"events": (), **look}):
                run(bench.connection, [program])

        benchmark(watched if look else lambda: run(bench.connection, [program]))
