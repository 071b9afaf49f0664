"""Circuits drawn at random from what experiments set, by the names of published behaviours: parameters that nobody has looked at before.

A draw is a function of (kind, seed). `python tests/helpers/held_out_circuits.py KIND SEED` prints one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pprint import pprint
from sys import argv
from typing import Any

import numpy as np

from hicannx_sim.base.numbers import number

Fields = dict[str, int]
CLOCK = 5
"""Scale of the clock of adaptation pulses."""
PER_CODE = number("compartment_conductance_per_code") * 1e6
TO_LINE = {"enable_multicomp_conductance": 1, "connect_soma_right": 1}
FIRES = {"enable_threshold_comparator": 1, "enable_fire": 1}
EXPONENTIAL, ADAPTATION = {"enable_exponential": 1}, {"enable_adaptation": 1}


@dataclass
class Draw:
    """circuits: (configuration, cells, backend) by neuron; nodes, links as in `circuit_equations.Network`; events: tick, circuit, side."""

    circuits: dict[int, tuple[Fields, Fields, Fields]]
    events: list[tuple[int, int, int]]
    us: float
    dac: int
    weight: int
    nodes: list[int] = field(default_factory=lambda: [0])
    links: list[tuple[int, int, float]] = field(default_factory=list)

    def step(self, circuit: int, side: int) -> float:
        """What an event does to a line at rest [V]."""
        config = list(self.circuits.values())[circuit][0]
        small = config.get(f"enable_synaptic_input_{('excitatory', 'inhibitory')[side]}_small_capacitance", 0)
        return self.weight * number("synapse_line_step") * self.dac * 1e-3 / (number("synapse_small_capacitance") if small else 1.0)


Source = np.random.Generator


def code(source: Source, low: int, high: int) -> int:
    return int(source.integers(low, high + 1))


def biased(source: Source, low: int, high: int) -> int:
    """A bias current: as often within each octave."""
    return round(float(np.exp(source.uniform(np.log(low), np.log(high)))))


def flag(source: Source, likely: float = 0.5) -> int:
    return int(source.random() < likely)


def membrane(source: Source) -> tuple[Fields, Fields]:
    """Capacitor and leak: time constants of 1 to 60 us."""
    division = flag(source, 0.2)
    config = {"membrane_capacitor_size": 63 if flag(source) else code(source, 15, 63), "enable_leak_division": division}
    config["enable_leak_degeneration"] = flag(source, 0.3)
    return config, {
        "v_leak": code(source, 500, 750),
        "i_bias_leak": biased(source, 40, 1000) if not division else biased(source, 300, 1000),
    }


def inputs(source: Source) -> tuple[Fields, Fields]:
    """Both synaptic inputs: lines of 0.7 to 10 us, strengths over a decade, shifts around the neutral one."""
    config: Fields = {}
    cells: Fields = {}
    for side, name in (("exc", "excitatory"), ("inh", "inhibitory")):
        config |= {f"enable_synaptic_input_{name}": 1, f"enable_synaptic_input_{name}_small_capacitance": flag(source, 0.2)}
        cells |= {f"i_bias_synin_{side}_tau": biased(source, 20, 300), f"i_bias_synin_{side}_gm": biased(source, 60, 700)}
        cells |= {f"i_bias_synin_{side}_shift": code(source, 305, 315)}
    return config, cells


def firing(source: Source) -> tuple[Fields, Fields, Fields]:
    """Comparator, reset and refractory time."""
    config = FIRES | {"enable_reset_multiplication": 1, "enable_membrane_offset": 1}
    backend = {"refractory_time": code(source, 100, 255), "reset_holdoff": code(source, 8, 15), "enable_adaptation_pulse": 1}
    return config, {"v_reset": code(source, 500, 620), "i_bias_reset": code(source, 800, 1022)}, backend


def events(source: Source, us: float, circuits: int, number_of: int) -> list[tuple[int, int, int]]:
    drawn = source.integers([0, 0, 0], [round(us * 500), circuits, 2], (number_of, 3))
    return [(int(tick), int(circuit), int(side)) for tick, circuit, side in sorted(drawn.tolist())]


def neuron(source: Source, us: float, config: Fields, cells: Fields, backend: Fields | None = None) -> Draw:
    """One circuit, driven by its offset current, and in two of three draws by events."""
    parts = membrane(source), inputs(source), firing(source)
    everything = {name: value for part in parts for name, value in part[0].items()}, {n: v for part in parts for n, v in part[1].items()}
    driven = events(source, us, 1, code(source, 40, 150) if flag(source, 0.67) else 0)
    circuit = everything[0] | config, everything[1] | cells, parts[2][2] | (backend or {})
    return Draw({77: circuit}, driven, us, code(source, 200, 800), code(source, 5, 63))


def lif(source: Source) -> Draw:
    return neuron(
        source,
        150,
        {},
        {"v_threshold": code(source, 250, 450), "i_mem_offset": biased(source, 200, 1022), "v_leak": code(source, 550, 800)},
    )


def exponential(source: Source) -> Fields:
    """With a threshold on the upswing, where the term is at a tenth to three quarters of its limit."""
    potential, bias = code(source, 720, 850), biased(source, 20, 400)
    current = source.uniform(0.1, 0.75) * number("exponential_limit") * 1e6
    volts = number("leak_offset") + potential * number("leak_slope")
    volts += number("exponential_slope") * float(np.log(current / (number("exponential_current") * bias * 1e-3)))
    threshold = round((volts - number("threshold_offset")) / number("threshold_slope"))
    return {"v_threshold": threshold, "v_exp": potential, "i_bias_exp": bias, "i_mem_offset": biased(source, 200, 1022)}


def tonic(source: Source) -> Draw:
    return neuron(source, 150, EXPONENTIAL, exponential(source))


def adaptation(source: Source, a: tuple[int, int], b: tuple[int, int], tau: tuple[int, int]) -> Fields:
    reference = code(source, 420, 560)
    return {
        "v_adapt_ref": reference, "v_adapt_leak": code(source, reference - 100, reference + 100), "i_bias_adapt_a": code(source, *a),
        "i_bias_adapt_b": code(source, *b), "i_bias_adapt_tau": biased(source, *tau),
    }  # fmt: skip


def adapting(source: Source) -> Draw:
    return neuron(source, 250, EXPONENTIAL | ADAPTATION, exponential(source) | adaptation(source, (0, 10), (100, 500), (60, 500)))


def bursting(source: Source) -> Draw:
    cells = exponential(source) | adaptation(source, (0, 8), (300, 1000), (60, 300)) | {"v_reset": code(source, 600, 700)}
    return neuron(source, 250, EXPONENTIAL | ADAPTATION, cells, {"refractory_time": code(source, 20, 120)})


def transient(source: Source) -> Draw:
    cells = exponential(source) | adaptation(source, (10, 60), (200, 800), (30, 200))
    return neuron(source, 200, EXPONENTIAL | ADAPTATION | {"invert_adaptation_a": flag(source, 0.2)}, cells)


def conductance_based(source: Source) -> Draw:
    """Both inputs or one of them follow the membrane; the firing is that of LIF."""
    draw = lif(source)
    ((config, cells, backend),) = draw.circuits.values()
    for side, name in (("exc", "excitatory"), ("inh", "inhibitory")):
        config |= {f"enable_synaptic_input_{name}_coba_mode": flag(source, 0.8)}
        cells |= {f"i_bias_synin_{side}_coba": biased(source, 20, 1000), f"e_synin_{side}_rev": code(source, 500, 900)}
    draw.events = events(source, draw.us, 1, 200)
    draw.circuits = {77: (config, cells, backend)}
    return draw


def compartment(source: Source) -> tuple[Fields, Fields]:
    config, cells = membrane(source)
    more, lines = inputs(source)
    return config | more, cells | lines


def soma(source: Source) -> tuple[Fields, Fields, Fields]:
    """What makes the first circuit of a morphology fire, with or without exponential term and adaptation."""
    config, cells, backend = firing(source)
    config |= [{}, EXPONENTIAL, EXPONENTIAL | ADAPTATION][code(source, 0, 2)]
    cells |= exponential(source) | adaptation(source, (0, 10), (100, 500), (60, 500)) | {"v_leak": code(source, 600, 800)}
    if not config.get("enable_exponential"):
        cells["v_threshold"] = code(source, 230, 350)
    return config, cells | {"i_mem_offset": biased(source, 500, 1022)}, backend


def chain(source: Source, length: int) -> Draw:
    """Compartments of two circuits (the last has one), each connected to the next through a conductance and its soma line."""
    circuits: dict[int, tuple[Fields, Fields, Fields]] = {}
    links = []
    for k in range(length):
        bias, last = biased(source, 30, 1000), k == length - 1
        config, cells = compartment(source)
        fires: Any = soma(source) if k == 0 else ({}, {}, {})
        circuits[20 + 2 * k] = (config | fires[0] | ({} if last else TO_LINE), cells | fires[1] | {"i_bias_nmda": bias}, fires[2])
        if not last:
            config, cells = compartment(source)
            circuits[21 + 2 * k] = (config | {"connect_soma": 1, "connect_membrane_right": 1}, cells, {})
            links.append((k, k + 1, PER_CODE * bias))
    return Draw(
        circuits, events(source, 100, 2 * length - 1, 150), 100, 500, code(source, 10, 63), [(n - 19) // 2 for n in circuits], links
    )


def joined(source: Source) -> Draw:
    """Two to four circuits of both rows with one potential; the first one fires."""
    members = [10, 11, 266, 267][: code(source, 2, 4)]
    switches: dict[int, Fields] = {
        10: {"connect_membrane_right": 1, "connect_bottom": int(266 in members)},
        11: {"connect_bottom": int(267 in members)},
    }
    circuits = {}
    for n in members:
        config, cells = compartment(source)
        fires: Any = soma(source) if n == 10 else ({}, {}, {})
        circuits[n] = (config | fires[0] | switches.get(n, {}), cells | fires[1], fires[2])
    return Draw(circuits, events(source, 150, len(members), 120), 150, 500, code(source, 10, 63), [0] * len(members))


KINDS: dict[str, Callable[[Source], Draw]] = {
    "LIF": lif, "tonic": tonic, "adapting": adapting, "bursting": bursting, "transient": transient, "conductance-based": conductance_based,
    "two compartments": lambda source: chain(source, 2), "chain of five": lambda source: chain(source, 5), "joined": joined,
}  # fmt: skip


def draw(kind: str, seed: int) -> Draw:
    return KINDS[kind](np.random.default_rng([seed, list(KINDS).index(kind)]))


if __name__ == "__main__":
    pprint(draw(argv[1], int(argv[2])))
