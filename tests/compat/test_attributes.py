"""Attributes that users set: a misspelt name is an error, and what only tells something cannot be replaced."""

from importlib import import_module
from inspect import isclass

import pytest

FACES = (
    "pyhalco_common",
    "pyhalco_hicann_dls_vx_v3",
    "pyhaldls_vx_v3",
    "pylola_vx_v3",
    "pystadls_vx_v3",
    "pyfisch_vx_v3",
    "pyhxcomm_vx",
    "pygrenade_vx.signal_flow",
    "pygrenade_vx.execution",
)
KEEPS_WHAT_IT_IS_GIVEN = {
    *("BackendContainerList", "Morphology", "PPUProgram", "DumperDone", "PlaybackProgramBuilderDumper", "ZeroMockConnection"),  # methods
    *("PlaybackProgram", "SpikeVector", "MADCSampleVector"),  # what tells something is checked below
    *("ManagedConnection", "ManagedMultiARQConnection", "ManagedMultiSimConnection", "ManagedMultiZeroMockConnection"),
    *("ManagedQuiggeldyConnection", "ManagedJITGraphExecutor", "JITGraphExecutor"),
}
"""Classes without attributes to be set: everything is done with their methods."""


def instances():
    """Everything that a user can make without arguments, also nested classes."""
    seen = set()
    for face in FACES:
        module = import_module(face)
        waiting = [getattr(module, name) for name in dir(module) if not name.startswith("_")]
        while waiting:
            cls = waiting.pop()
            if not isclass(cls) or cls in seen or issubclass(cls, BaseException):
                continue
            seen.add(cls)
            waiting += [value for name, value in vars(cls).items() if not name.startswith("_")]
            try:
                made = cls()
            except Exception:  # needs arguments, or is abstract
                continue
            yield pytest.param(made, id=f"{face}.{cls.__qualname__}")


@pytest.mark.parametrize("made", [one for one in instances() if type(one.values[0]).__name__ not in KEEPS_WHAT_IT_IS_GIVEN])
def test_misspelt_attributes_are_errors(made):
    with pytest.raises(AttributeError):
        made.no_such_thing = 1
    assert not hasattr(made, "no_such_thing")


@pytest.mark.parametrize("face", ["pystadls_vx_v3", "pyfisch_vx_v3"])
def test_what_a_run_has_recorded_cannot_be_replaced(face):
    program = import_module(face).PlaybackProgram()
    for name in ("spikes", "madc_samples", "spikes_pack_counts", "madc_samples_pack_counts", "highspeed_link_notifications"):
        with pytest.raises(AttributeError):
            setattr(program, name, 1)
