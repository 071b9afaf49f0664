"""`hxtorch.core` is found beside any hxtorch: the small package that comes with this one, and a checkout that shadows it."""

import os
import subprocess
import sys

import pytest

import hxtorch
from hicannx.calibration.errors import CalibrationError
from hxtorch.core.experiment import BaseExperiment
from hxtorch.core.modules.population import InputPopulation, Population
from hxtorch.core.modules.projection import Projection, ProjectionConnection
from hxtorch.core.morphology import Morphology
from hxtorch.core.observables import HXObservables
from hxtorch.core.parameter import HXBaseParameter, HXParameter, MixedHXModelParameter

CHECK = "import {first}; import hxtorch, hxtorch.core.experiment as core; print(hxtorch.__file__); print(core.__file__)"


def found(first: str, folder: str) -> list[str]:
    """Files of `hxtorch` and `hxtorch.core` with a folder on the path, if something else is imported first."""
    environ = {**os.environ, "PYTHONPATH": folder}
    done = subprocess.run([sys.executable, "-c", CHECK.format(first=first)], env=environ, capture_output=True, text=True, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("first", ["sys", "_hxtorch_core"])
def test_a_checkout_counts_and_has_a_core(tmp_path, first):
    (tmp_path / "hxtorch").mkdir()
    (tmp_path / "hxtorch" / "__init__.py").write_text("from _hxtorch_core import *\n")
    package, core = found(first, str(tmp_path))
    assert package == str(tmp_path / "hxtorch" / "__init__.py") and core.endswith("compat/hxtorch/core/experiment.py")


def test_a_core_of_its_own_counts(tmp_path):
    (tmp_path / "hxtorch" / "core").mkdir(parents=True)
    for name in ("__init__.py", "core/__init__.py", "core/experiment.py"):
        (tmp_path / "hxtorch" / name).write_text("")
    assert found("_hxtorch_core", str(tmp_path))[1] == str(tmp_path / "hxtorch" / "core" / "experiment.py")


def test_without_a_checkout_it_is_ours():
    package, core = found("sys", "")
    assert package == hxtorch.__file__ and core.endswith("compat/hxtorch/core/experiment.py")


def test_names_as_jaxsnn_uses_them():
    assert issubclass(MixedHXModelParameter, HXBaseParameter) and issubclass(HXParameter, HXBaseParameter)
    assert ProjectionConnection(1, 2, -3)[:2] == (1, 2) and callable(Projection.get_connections) and callable(Morphology)
    observables = HXObservables()
    observables.set_data(spikes="spikes")
    assert (observables.spikes, observables.cadc, observables.madc) == ("spikes", None, None)


def test_attributes_that_are_set_before_stay():
    class Experiment(BaseExperiment):
        def __init__(self):
            self.topology = "before"
            super().__init__(250)

    experiment = Experiment()
    assert experiment.topology == "before" and experiment.inter_batch_entry_wait == 250


def test_a_chip_is_calibrated_to_the_parameters(monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "7")
    hxtorch.init_hardware()
    try:
        experiment = BaseExperiment(0)
        sources = type("Sources", (InputPopulation,), {"get_spike_times": lambda self: [[[1.0]]]})(1, experiment, None, False)
        neurons = Population(size=2, experiment=experiment, threshold=150, tau_syn=6e-6)
        experiment.run(20e-6)
        assert neurons.hw_observables.spikes.batch_size == 1 and sources.hw_observables.spikes is None
        Population(size=1, experiment=experiment, holdoff_time=1e-6)
        with pytest.raises(CalibrationError, match="holdoff_time"):
            experiment.run(20e-6)
    finally:
        hxtorch.release_hardware()
