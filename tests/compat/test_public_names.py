"""The packages under the original names offer everything that belongs to them, and nothing else."""

import inspect
import pkgutil
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

import halco
import haldls
import pyhalco_common
import pyhalco_hicann_dls_vx_v3 as pyhalco
import pyhaldls_vx_v3 as pyhaldls
import pylola_vx_v3 as pylola
from halco import Value
from haldls import lola

PACKAGES = [
    "_hxtorch_core", "hxtorch",
    "dlens_vx_v3", "fisch", "halco", "haldls", "haldls.lola", "hicannx", "pyccalix", "pyfisch_vx_v3", "pyhalco_common",
    "pyhalco_hicann_dls_vx_v3",
    "grenade.abstract", "grenade.network", "pygrenade_common", "pygrenade_vx", "pygrenade_vx.network",
    "pygrenade_vx.network.abstract", "pyhaldls_vx_v3", "pyhwdb", "pyhxcomm_vx", "pylogging", "pylola_vx_v3", "pystadls_vx_v3", "stadls",
]  # fmt: skip


def modules(package: ModuleType) -> list[ModuleType]:
    names = [module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_")]
    return [import_module(f"{package.__name__}.{name}") for name in names]


def defined_in(module: ModuleType) -> dict[str, Any]:
    found = inspect.getmembers(module, lambda one: inspect.isclass(one) and one.__module__ == module.__name__)
    return {name: one for name, one in found if not name.startswith("_")}


@pytest.mark.parametrize("module", modules(halco), ids=lambda module: module.__name__)
def test_every_coordinate_is_a_name_of_halco(module: ModuleType) -> None:
    coordinates = {name for name, one in defined_in(module).items() if issubclass(one, Value)}
    assert coordinates <= set(module.__all__) | {"PerHemisphere"} if coordinates else True
    assert all(getattr(halco, name) is one for name, one in defined_in(module).items() if issubclass(one, Value))


@pytest.mark.parametrize("module", [*modules(haldls), *modules(lola)], ids=lambda module: module.__name__)
def test_every_container_is_a_public_name(module: ModuleType) -> None:
    ours, original = (lola, pylola) if ".lola" in module.__name__ else (haldls, pyhaldls)
    for name, one in defined_in(module).items():
        if getattr(one, "coordinate", None) is not None:
            assert name in module.__all__ and getattr(ours, name) is getattr(original, name) is one


@pytest.mark.parametrize("container", [*haldls.containers, *lola.containers], ids=lambda container: container.__name__)
def test_what_a_container_stands_on_is_importable_beside_it(container: Any) -> None:
    needed = {container.coordinate}
    for field in container.fields() if hasattr(container, "fields") else ():
        index = getattr(field, "index", None)
        needed |= {one for one in (index if isinstance(index, tuple) else (index,)) if inspect.isclass(one)}
    names = {one.__name__ for one in needed if one.__module__.startswith("halco")}
    assert names and all(hasattr(pyhalco, name) for name in names)


def test_common_coordinates() -> None:
    assert set(pyhalco_common.iter_all(pyhalco_common.Unique)) == {pyhalco_common.unique}
    assert not hasattr(pyhalco_common, "AtomicNeuronOnDLS") and not hasattr(pyhalco, "Enum")


@pytest.mark.parametrize("name", PACKAGES)
def test_public_names_can_be_listed_and_are_of_the_package(name: str) -> None:
    module = import_module(name)
    public = getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]
    assert set(public) <= set(dir(module)) and all(hasattr(module, name) for name in public)
    allowed = {"common", "fisch.word_access_type", "fisch.access", "fisch.ut", "fisch", "dlens_vx_v3"}
    strangers = [one.__name__ for one in (getattr(module, name) for name in public) if isinstance(one, ModuleType)]
    ours = {name.split(".")[0] for name in PACKAGES} | allowed
    assert all(stranger.split(".")[0] in ours for stranger in strangers)
