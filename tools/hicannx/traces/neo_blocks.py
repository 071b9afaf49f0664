"""Observations as Neo blocks, which Elephant and its relatives analyse, and as files of Neurodata Without Borders."""

import datetime
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np

from hicannx.errors import HicannxError
from hicannx.traces.needed import library
from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.observe import Observation

BEGINNING: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""Files of NWB need a date; that of a model means nothing."""


def neo_block(observation: Observation, name: str = "hicannx") -> Any:
    """A neo.Block with one segment: a signal for each potential [V], a spike train for each neuron that fired [us of hardware time].

    Signals are regularly sampled if the samples are. Raises MissingLibraryError without neo, HicannxError if time went back.
    """
    neo = library("neo")
    block, segment = neo.Block(name=name), neo.Segment(name="observation")
    block.segments.append(segment)
    steps = np.diff(observation.ticks)
    if len(steps) and steps.min() <= 0:
        raise HicannxError(
            "a chip was restored or switched off and on while it was observed: time does not grow, and Neo has no way to say so"
        )
    segment.analogsignals.extend([_signal(neo, observation, column, steps) for column in _regular(observation, steps)])
    if len(steps) and steps.min() != steps.max():
        segment.irregularlysampledsignals.extend([_irregular(neo, observation, column) for column in range(len(observation.potentials))])
    times, neurons = observation.spikes
    ends = [*times.tolist(), *observation.times.tolist(), 0.0]
    for neuron in np.unique(neurons).tolist():
        own = times[neurons == neuron]
        train = neo.SpikeTrain(own, units="us", t_stop=max(ends), name=f"neuron {neuron}", array_annotations={}, neuron=neuron)
        segment.spiketrains.append(train)
    return block


def _regular(observation: Observation, steps: Any) -> range:
    return range(len(observation.potentials) if len(steps) and steps.min() == steps.max() else 0)


def _named(observation: Observation, column: int) -> dict[str, Any]:
    source, neuron = observation.potentials[column]
    return {"name": f"{source} of neuron {neuron}", "source": source, "neuron": neuron}


def _signal(neo: Any, observation: Observation, column: int, steps: Any) -> Any:
    quantities = library("quantities")
    period, start = float(steps[0]) / TICKS_PER_US * quantities.us, float(observation.times[0]) * quantities.us
    return neo.AnalogSignal(
        np.asarray(observation.volts[:, column], np.float64),
        units="V",
        sampling_period=period,
        t_start=start,
        **_named(observation, column),
    )


def _irregular(neo: Any, observation: Observation, column: int) -> Any:
    volts = np.asarray(observation.volts[:, column], np.float64)
    return neo.IrregularlySampledSignal(observation.times, volts, units="V", time_units="us", **_named(observation, column))


def nwb(observation: Observation, path: Path) -> None:
    """Writes a file of Neurodata Without Borders, through neo and pynwb. Raises MissingLibraryError without them."""
    library("pynwb")
    block = neo_block(observation)
    block.annotate(session_start_time=BEGINNING, identifier="hicannx", session_description="observed on a virtual chip")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of neo about pynwb, which nobody here can do anything about
        library("neo").io.NWBIO(str(path), mode="w").write_all_blocks([block])
