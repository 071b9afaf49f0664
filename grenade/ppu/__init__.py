"""Programs for the processors: plasticity rules and the periodic recording of the parallel converters.

`program` makes one of rules; docs/ppu.md says what kernels may use.
"""

from grenade.ppu.cadc import CADCMemory, Samples
from grenade.ppu.errors import KernelError
from grenade.ppu.layout import Recorded
from grenade.ppu.only_recording import OnlyRecordingPlasticityRuleGenerator
from grenade.ppu.program import Program, Status, program
from grenade.ppu.rule import Array, NeuronView, PerNeuron, PerSynapse, RawRecording, Rule, SynapseView, TimedRecording, Timer, placed

__all__ = [
    "Array",
    "CADCMemory",
    "KernelError",
    "NeuronView",
    "OnlyRecordingPlasticityRuleGenerator",
    "PerNeuron",
    "PerSynapse",
    "Program",
    "RawRecording",
    "Recorded",
    "Rule",
    "Samples",
    "Status",
    "SynapseView",
    "TimedRecording",
    "Timer",
    "placed",
    "program",
]
