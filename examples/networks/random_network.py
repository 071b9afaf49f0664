"""A balanced random network, that of Brunel (2000) at a sixth of its size: 2083 neurons, each with 166 excitatory, 41 inhibitory and 200
external inputs. (facts: clients/reference_networks 1)"""

from dataclasses import replace

import numpy as np
from network import Cell, Network, Numbers, Scale

NEURONS, EXCITATORY, EXTERNAL = 2083, 1666, 2083
INPUTS = {"excitatory": 166, "inhibitory": 41, "external": 200}
CELL = Cell(rest=0.0, reset=10.0, threshold=20.0, tau_m=10.0, tau_excitatory=3.0, tau_inhibitory=3.0, refractory=2.0)
AMPLITUDE = 0.24
"""mV/ms of an excitatory or external synapse: 0.24 nA on 1 nF, for potentials of 0.6 mV."""
WEIGHT = 5
"""The same on the chip; inhibitory ones are g times as strong."""
SCALE = Scale(4, 3e-3, 0.6, excitatory=AMPLITUDE / WEIGHT, inhibitory=AMPLITUDE / WEIGHT, capacitor=24, strength=700)
SLOW = replace(SCALE, us_per_ms=8, volts_per_mv=4e-3)
"""Four us are a ms, and eight where neurons are so fast that the lines between FPGAs could not carry all spikes otherwise: what is lost is
inhibition as well, which makes neurons faster still. Of `volts_per_mv` see `network.Scale`."""
SLOW_BELOW = 8
"""Inhibition that is weaker than this holds nobody back."""
THRESHOLD_RATE = 1000 * (CELL.threshold - CELL.rest) / (0.6 * CELL.tau_m)
"""Hz of all external inputs together that would bring a membrane to its threshold."""
GS, ETAS = (1, 4, 8, 10), (0.8, 1.6, 2.4, 3.2)


def network(g: float = 8, seed: int = 1) -> Network:
    """The network; `g` is how much stronger inhibition is."""
    draw = np.random.default_rng(seed)
    post = np.arange(NEURONS)
    ranges = {"excitatory": (0, EXCITATORY), "inhibitory": (EXCITATORY, NEURONS), "external": (NEURONS, NEURONS + EXTERNAL)}
    pre = np.concatenate([draw.integers(*ranges[kind], (NEURONS, count)).ravel() for kind, count in INPUTS.items()])
    excitatory = np.ones(NEURONS + EXTERNAL, bool)
    excitatory[EXCITATORY:NEURONS] = False
    return Network(
        f"random network, g {g}",
        {"excitatory": EXCITATORY, "inhibitory": NEURONS - EXCITATORY},
        NEURONS + EXTERNAL,
        CELL,
        scale(g),
        excitatory,
        pre,
        np.concatenate([np.repeat(post, count) for count in INPUTS.values()]),
        np.where(excitatory[pre], WEIGHT, round(WEIGHT * g)),
        np.zeros(NEURONS),
    )


def scale(g: float) -> Scale:
    """How it comes onto the chips."""
    return SLOW if g < SLOW_BELOW else SCALE


def external_rate(eta: float) -> float:
    """Hz of each external source."""
    return eta * THRESHOLD_RATE / INPUTS["external"]


def external_spikes(eta: float, ms: float, g: float = 8, seed: int = 2) -> tuple[Numbers, Numbers]:
    """Times in cycles of an FPGA and sources of what comes from outside within so many ms."""
    draw, span = np.random.default_rng(seed), round(ms * scale(g).us_per_ms * 125)
    count = draw.poisson(external_rate(eta) * ms / 1000, EXTERNAL)
    sources = np.repeat(NEURONS + np.arange(EXTERNAL), count)
    times = draw.integers(0, span, len(sources))
    order = np.argsort(times, kind="stable")
    return times[order], sources[order]
