# ruff: noqa: F401, F403
# mypy: implicit-reexport
"""The original's private twin of `pygrenade_vx.network`, which scripts import by name."""

from grenade.abstract import MappedTopologyStatistics
from grenade.execution import (
    extract_cadc_samples,
    extract_madc_samples,
    extract_neuron_spikes,
    extract_plasticity_rule_recording_data,
    run,
)
from grenade.network import *
from grenade.ppu import OnlyRecordingPlasticityRuleGenerator
