"""What a network is, in biological units: neurons with exponential synaptic currents, synapses, Poisson sources.

Amplitudes are currents over the membrane's capacitance, in mV/ms: 1 pA on 1 pF.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Values = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """Of all neurons. Potentials in mV, times in ms."""

    rest: float
    reset: float
    threshold: float
    tau_m: float
    tau_excitatory: float
    tau_inhibitory: float
    refractory: float


@dataclass(frozen=True)
class Scale:
    """How the numbers come onto the chip.

    us_per_ms                  of hardware time for biological time
    volts_per_mv, rest_volts   of membranes, as a converter reads them; those of both networks were found by trying: with them rates come
                               nearest to NEST's. Why is not known: that circuits are less linear further away from rest is a guess
    excitatory, inhibitory     amplitude [mV/ms] of a synapse with weight 1
    capacitor                  code of the circuits' capacitance
    strength                   bias [code] of the excitatory inputs' amplifiers
    """

    us_per_ms: int
    volts_per_mv: float
    rest_volts: float
    excitatory: float
    inhibitory: float
    capacitor: int
    strength: float


@dataclass
class Network:
    """Neurons come first among the sources, then the Poisson sources. pre, post: of each synapse; the sign is that of its source.

    excitatory   bool[sources]
    weight       int[synapses]: weights on the chip, 0 .. 63, in units of the scale
    drive        mV per neuron by which a constant current would shift its resting potential
    """

    name: str
    populations: dict[str, int]
    sources: int
    cell: Cell
    scale: Scale
    excitatory: NDArray[np.bool_]
    pre: Numbers
    post: Numbers
    weight: Numbers
    drive: Values = field(default_factory=lambda: np.zeros(0))

    @property
    def neurons(self) -> int:
        """All of them."""
        return sum(self.populations.values())

    def members(self) -> dict[str, slice]:
        """The neurons of each population."""
        ends = np.cumsum([0, *self.populations.values()]).tolist()
        return {name: slice(*ends[k : k + 2]) for k, name in enumerate(self.populations)}

    def amplitudes(self) -> Values:
        """Of all synapses [mV/ms], inhibitory ones negative."""
        return self.weight * np.where(self.excitatory[self.pre], self.scale.excitatory, -self.scale.inhibitory)
