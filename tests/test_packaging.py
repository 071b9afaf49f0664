"""What packages are made from says the same everywhere: version, dependencies, interpreters."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import hicannx

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONDA = yaml.safe_load((ROOT / "packaging/conda/recipe.yaml").read_text(encoding="utf-8"))


def spaceless(requirements):
    return sorted(requirement.replace(" ", "").lower() for requirement in requirements)


def test_one_version():
    assert PROJECT["project"]["version"] == CONDA["context"]["version"] == hicannx.__version__


@pytest.mark.parametrize(
    ("conda", "wheel"), [("run", PROJECT["project"]["dependencies"]), ("host", PROJECT["build-system"]["requires"])], ids=["run", "build"]
)
def test_conda_needs_what_the_wheel_needs(conda, wheel):
    assert spaceless(set(CONDA["requirements"][conda]) - {"python", "pip"}) == spaceless(wheel)


def test_conda_has_the_wheel_s_commands():
    commands = [f"{name} = {where}" for name, where in PROJECT["project"]["scripts"].items()]
    assert CONDA["build"]["python"]["entry_points"] == commands


def test_wheels_begin_with_the_oldest_interpreter_that_is_allowed():
    oldest = re.fullmatch(r">=3\.(\d+)", PROJECT["project"]["requires-python"])[1]
    assert PROJECT["tool"]["cibuildwheel"]["build"].split()[0] == f"cp3{oldest}-*"


def test_wheels_are_tried_with_tests_that_exist():
    named = re.findall(r"{project}/(\S+)", " ".join(PROJECT["tool"]["cibuildwheel"]["test-command"]))
    assert named and all((ROOT / name).is_file() for name in named)
