# ruff: noqa: F401, F403
# mypy: implicit-reexport
"""The logical layer: containers composed of register containers, as one thinks of the chip.

>>> from haldls.lola import AtomicNeuron
>>> neuron = AtomicNeuron()
>>> neuron.threshold.v_threshold = 600
>>> len(neuron.encode())
34

Nested attributes are parts of the object they are read from: changing `neuron.leak` changes the neuron, assigning to it copies.
"""

from haldls.lola.composed import *
from haldls.lola.ppu_program import PPUProgramError
