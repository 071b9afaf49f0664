"""Every name that the users' packages take from the original modules exists under the original import names.

tests/golden/client_names.txt.gz lists the names found in calibration, network, machine-learning and PPU packages and in the
original's own tests: `hal.NeuronConfig.enable_fire`, with `[]` for an element of an array.
"""

import gzip
import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from halco import AtomicNeuronOnLogicalNeuron
from haldls.lola import LogicalNeuron, Morphology

MODULES = {"hal": "pyhaldls_vx_v3", "halco": "pyhalco_hicann_dls_vx_v3", "lola": "pylola_vx_v3"}
ELSEWHERE = {"halco.Enum.value": "pyhalco_common"}
"""Found through an instance; the class is exported by another module."""

NOT_A_MEMBER = {"lola.LogicalNeuron.items"}
"""Members of what `LogicalNeuron.collapse_neuron` gives."""

with gzip.open(Path(__file__).parents[1] / "golden" / "client_names.txt.gz", "rt") as lines:
    NAMES = [name for name in lines.read().split() if name.split(".")[0] in MODULES and name not in NOT_A_MEMBER]


def instance_of(owner: Any) -> Any:
    """Something that has the members of a class: an instance where it takes no arguments."""
    if owner is Morphology:
        made = Morphology()
        made.create_compartment([AtomicNeuronOnLogicalNeuron()])
        return made
    try:
        return owner()
    except TypeError:
        return owner


def member(owner: Any, name: str) -> Any:
    """A member of an instance where there is one, else of the class; `name[]` is an element of an array."""
    plain = name.removesuffix("[]")
    found = getattr(instance_of(owner), plain, None) if inspect.isclass(owner) else None
    found = getattr(owner, plain) if found is None else found
    if name == plain:
        return found
    found = instance_of(found) if inspect.isclass(found) else found
    return found[AtomicNeuronOnLogicalNeuron()] if isinstance(found, Morphology) else found[0]


def test_there_are_names() -> None:
    assert len(NAMES) > 600


@pytest.mark.parametrize("name", NAMES)
def test_name_exists(name: str) -> None:
    module, *path = name.split(".")
    found: Any = import_module(ELSEWHERE.get(name, MODULES[module]))
    for part in path:
        found = import_module("pyhalco_common") if part == "common" else member(found, part)
    assert found is not None


def test_collapsed_neurons_have_items() -> None:
    assert list(LogicalNeuron().collapse_neuron().items()) == []
