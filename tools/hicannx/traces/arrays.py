"""Observations as arrays with names: HDF5 and xarray."""

from pathlib import Path
from typing import Any, Final

import numpy as np

from hicannx.traces.needed import library
from hicannx_sim.base.clock import TICKS_PER_US
from hicannx_sim.chip.watch import KINDS_OF_ACCESSES, KINDS_OF_EVENTS, ORIGINS
from hicannx_sim.observe import Observation, register_name

NS_PER_TICK: Final = 2


def hdf5(observation: Observation, path: Path) -> None:
    """Writes an HDF5 file. Raises MissingLibraryError without h5py.

    /potentials/ticks, volts     with the attributes source and neuron of each column
    /events/<kind>               tick, what, where, for each kind that was seen
    /accesses                    tick, place, address, data, origin, kind, ..., and their names in /registers
    /instructions/top, bottom    tick, cycle, pc, word
    """
    with library("h5py").File(path, "w") as file:
        file.attrs.update({"ns_per_tick": NS_PER_TICK, "origins": list(ORIGINS), "kinds_of_accesses": list(KINDS_OF_ACCESSES)})
        file["potentials/ticks"], file["potentials/volts"] = observation.ticks, observation.volts
        file["potentials/volts"].attrs.update({"unit": "V", **{name: list(values) for name, values in _columns(observation).items()}})
        for kind in KINDS_OF_EVENTS:
            found = observation.of_kind(kind)
            if len(found):
                file[f"events/{kind}"] = _plain(found, ("tick", "what", "where"))
        file["accesses"] = observation.accesses
        names = [
            register_name(int(address), int(kind))
            for address, kind in zip(observation.accesses["address"], observation.accesses["kind"], strict=True)
        ]
        file.create_dataset("registers", data=names, dtype=library("h5py").string_dtype())
        for ppu, instructions in zip(("top", "bottom"), observation.instructions, strict=True):
            entries = instructions["entry"]
            columns = {"tick": instructions["tick"], "cycle": entries["cycle"], "pc": entries["pc"], "word": entries["word"]}
            rows = np.zeros(len(entries), [(name, values.dtype) for name, values in columns.items()])
            for name, values in columns.items():
                rows[name] = values
            file[f"instructions/{ppu}"] = rows


def _plain(found: Any, names: tuple[str, ...]) -> Any:
    rows = np.zeros(len(found), [(name, found.dtype[name]) for name in names])
    for name in names:
        rows[name] = found[name]
    return rows


def _columns(observation: Observation) -> dict[str, tuple[Any, ...]]:
    return {
        "source": tuple(source for source, _ in observation.potentials),
        "neuron": tuple(neuron for _, neuron in observation.potentials),
    }


def dataset(observation: Observation) -> Any:
    """An xarray.Dataset: potentials [V] over time [us] with source and neuron of each, and spikes with their neurons.

    Raises MissingLibraryError without xarray.
    """
    columns = _columns(observation)
    times, neurons = observation.spikes
    samples, about = np.asarray(observation.volts).reshape(len(observation.ticks), len(observation.potentials)), {"units": "us"}
    return library("xarray").Dataset(
        {"potential": (("time", "column"), samples, {"units": "V"}), "spike_neuron": ("spike_time", neurons)},
        {
            "time": ("time", observation.ticks / TICKS_PER_US, about), "spike_time": ("spike_time", times, about),
            "source": ("column", list(columns["source"])), "neuron": ("column", list(columns["neuron"])),
        },
    )  # fmt: skip
