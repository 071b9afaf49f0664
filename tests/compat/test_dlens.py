"""The one import of most scripts."""

import subprocess
import sys

import pytest

PACKAGES = {
    "hal": "pyhaldls_vx_v3",
    "halco": "pyhalco_hicann_dls_vx_v3",
    "logger": "pylogging",
    "lola": "pylola_vx_v3",
    "sta": "pystadls_vx_v3",
    "hxcomm": "pyhxcomm_vx",
}


def in_new_interpreter(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(("name", "package"), PACKAGES.items())
def test_names_are_the_original_packages(name: str, package: str) -> None:
    ways = f"""
import dlens_vx_v3, {package}
from dlens_vx_v3 import {name}
import dlens_vx_v3.{name} as direct
print({name} is {package}, dlens_vx_v3.{name} is {package}, direct is {package})
"""
    assert in_new_interpreter(ways).split() == ["True"] * 3


def test_attribute_access_alone_is_enough() -> None:
    assert in_new_interpreter("import dlens_vx_v3; print(dlens_vx_v3.hxcomm.ZeroMockEntry.__name__)") == "ZeroMockEntry\n"


def test_star_import() -> None:
    assert (
        in_new_interpreter("from dlens_vx_v3 import *; print(hal.NeuronConfig.__name__, lola.AtomicNeuron.__name__)")
        == "NeuronConfig AtomicNeuron\n"
    )


def test_nothing_of_the_model_is_imported_before_a_connection_is_made() -> None:
    model = "[name for name in sys.modules if name.split('.')[0] == 'hicannx_sim']"
    program = f"import sys; from dlens_vx_v3 import hal, halco, hxcomm, lola, sta; print({model})"
    assert in_new_interpreter(program) == "[]\n"


def test_an_unknown_name_is_an_attribute_error() -> None:
    import dlens_vx_v3

    with pytest.raises(AttributeError, match="dlens_vx_v3"):
        dlens_vx_v3.nonsense  # noqa: B018
    assert set(PACKAGES) <= set(dir(dlens_vx_v3))
