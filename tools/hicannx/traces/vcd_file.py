"""Value change dumps (IEEE 1364): every digital net that was observed, and the potentials, for GTKWave, Surfer and their like.

    chip.crossbar    in_0 .. in_19        label of the latest event; in_0_event .. changes when there is one
    chip.padi        bus_0 .. bus_7       the same on the buses of the synapse drivers
    chip.link        out_0 .. out_3       the same of spikes that leave the chip
    chip.neurons     neuron_3_fires ..    an event for each spike
    chip.madc        value, channel
    omnibus.host     address, data, register, write, read, instruction: accesses; beside it jtag, ppu_top, ppu_bottom
    ppu.top          pc, function         the instruction that is executed
    analog           membrane_3 ..        volts

The unit of time is 1 ns; a tick of the chip is 2 ns.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hicannx.traces.needed import library
from hicannx_sim.chip.watch import KINDS_OF_ACCESSES, KINDS_OF_EVENTS, ORIGINS
from hicannx_sim.debugger.listing import NO_SYMBOLS, Symbols
from hicannx_sim.observe import Observation, register_name

NS_PER_TICK: Final = 2
NETS: Final = {"crossbar": ("chip.crossbar", "in", 14), "padi": ("chip.padi", "bus", 11), "out": ("chip.link", "out", 16)}
"""Scope, name and bits of the nets of a kind of event."""
Change = tuple[int, str, str, str, int, Any]
"""Tick, scope, name, type, bits, value; True for an event."""


def vcd(observation: Observation, path: Path, symbols: tuple[Symbols, Symbols] = (NO_SYMBOLS, NO_SYMBOLS)) -> None:
    """Writes a value change dump. symbols: of the programs of the top and the bottom processor. Raises MissingLibraryError without
    pyvcd."""
    changes = sorted(_changes(observation, symbols), key=lambda change: change[0])
    nets = sorted({change[1:5] for change in changes})
    with path.open("w") as file, library("vcd").VCDWriter(file, timescale="1 ns", comment="hicannx: a tick is 2 ns") as writer:
        variables = {
            (scope, name): writer.register_var(scope, name, kind, size=size or None, init=_init(kind)) for scope, name, kind, size in nets
        }
        for tick, scope, name, _, _, value in changes:
            writer.change(variables[scope, name], NS_PER_TICK * tick, value)


def _init(kind: str) -> Any:
    return {"real": 0.0, "string": "", "event": None}.get(kind, 0)


def _changes(observation: Observation, symbols: tuple[Symbols, Symbols]) -> Iterator[Change]:
    for kind, (scope, stem, size) in NETS.items():
        for event in observation.of_kind(kind):
            name, tick = f"{stem}_{event['where']}", int(event["tick"])
            yield tick, scope, name, "reg", size, int(event["what"]) & ((1 << size) - 1)
            yield tick, scope, f"{name}_event", "event", 0, True
    for event in observation.events[observation.events["kind"] == KINDS_OF_EVENTS["neuron"]]:
        yield int(event["tick"]), "chip.neurons", f"neuron_{event['where']}_fires", "event", 0, True
    for event in observation.of_kind("madc"):
        yield int(event["tick"]), "chip.madc", "value", "reg", 10, int(event["what"]) & 1023
        yield int(event["tick"]), "chip.madc", "channel", "reg", 1, int(event["what"]) >> 10 & 1
    yield from _accesses(observation)
    yield from _instructions(observation, symbols)
    for column, (source, neuron) in enumerate(observation.potentials):
        for tick, volts in zip(observation.ticks.tolist(), observation.volts[:, column].tolist(), strict=True):
            yield tick, "analog", f"{source}_{neuron}", "real", 0, volts


def _accesses(observation: Observation) -> Iterator[Change]:
    for access in observation.accesses:
        origin, kind, tick = ORIGINS[access["origin"]].replace(" ", "_"), int(access["kind"]), int(access["tick"])
        scope = f"omnibus.{origin}"
        yield tick, scope, "address", "reg", 32, int(access["address"])
        yield tick, scope, "data", "reg", 32, int(access["data"])
        yield tick, scope, "register", "string", 0, register_name(int(access["address"]), kind).replace(" ", "_")
        yield tick, scope, "pc" if origin.startswith("ppu") else "instruction", "reg", 32, max(int(access["place"]), 0)
        yield tick, scope, KINDS_OF_ACCESSES[kind].replace(" ", "_"), "event", 0, True


def _instructions(observation: Observation, symbols: tuple[Symbols, Symbols]) -> Iterator[Change]:
    for ppu, found, names in zip(("top", "bottom"), observation.instructions, symbols, strict=True):
        for one in found:
            pc, tick = int(one["entry"]["pc"]), int(one["tick"])
            yield tick, f"ppu.{ppu}", "pc", "reg", 32, pc
            yield tick, f"ppu.{ppu}", "function", "string", 0, names.name(pc).replace(" ", "_")
