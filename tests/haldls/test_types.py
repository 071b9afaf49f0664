"""What a type checker knows of a user's script: real types of attributes and arrays, and errors where the chip would see nonsense."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

import haldls

if find_spec("mypy") is None:
    pytest.skip("mypy is not installed", allow_module_level=True)

from mypy import api

ROOT = Path(haldls.__file__).parent.parent
SCRIPT = """
import pyhalco_hicann_dls_vx_v3 as halco
import pyhaldls_vx_v3 as hal
import pylola_vx_v3 as lola

reveal_type(hal.NeuronConfig().enable_fire)
reveal_type(hal.NeuronConfig().readout_source)
backend = hal.NeuronBackendConfig()
reveal_type(backend.refractory_time)
reveal_type(hal.CapMemCell().value)
reveal_type(hal.PADIEvent().fire_bus[halco.PADIBusOnPADIBusBlock(1)])
reveal_type(hal.SynapseWeightQuad().values[0])
reveal_type(hal.ColumnCurrentQuad().get_switch(halco.EntryOnQuad(1)))
chip = lola.Chip()
neuron = chip.neuron_block.atomic_neurons[halco.AtomicNeuronOnDLS(1)]
reveal_type(neuron)
reveal_type(neuron.leak.v_leak)
reveal_type(chip.neuron_block.backends[0])
reveal_type(lola.SynapseMatrix().weights[halco.SynapseRowOnSynram(1)][3])
reveal_type(lola.Chip.default_neuron_bypass)

backend.refractory_time = 5
backend.refractory_time = hal.NeuronBackendConfig.RefractoryTime(5)
neuron.leak.v_leak = 500
neuron.leak.v_leak = hal.CapMemCell.DisableRefresh()
neuron.leak.v_leak = "high"
backend.refractory_time = backend.reset_holdoff
backend.enable_spike_out = 3
chip.neuron_block.atomic_neurons[halco.NeuronColumnOnDLS(1)]
"""

REVEALED = [
    "bool",
    "haldls.neuron.NeuronConfig.ReadoutSource",
    "haldls.neuron_backend.NeuronBackendConfig.RefractoryTime",
    "haldls.capmem.CapMemCell.Value | haldls.capmem.CapMemCell.DisableRefresh",
    "bool",
    "haldls.synapse.SynapseWeightQuad.Value",
    "haldls.synapse.ColumnCurrentQuad.ColumnCurrentSwitch",
    "haldls.lola.neuron.AtomicNeuron",
    "haldls.capmem.CapMemCell.Value | haldls.capmem.CapMemCell.DisableRefresh",
    "haldls.neuron_backend.CommonNeuronBackendConfig",
    "haldls.synapse.SynapseWeightQuad.Value",
    "haldls.lola.chip.Chip",
]


def test_a_users_script_is_checked_with_real_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    monkeypatch.setenv("MYPYPATH", f"{ROOT}:{ROOT / 'compat'}")
    output, crash, _ = api.run(["--strict", "--config-file=", f"--cache-dir={ROOT / '.mypy_cache' / 'user'}", str(script)])
    assert not crash
    assert re.findall('Revealed type is "(.*)"', output) == REVEALED
    errors = [line for line in output.splitlines() if ": error:" in line]
    lines = SCRIPT.splitlines()
    assert [lines[int(error.split(":")[1]) - 1] for error in errors] == lines[-4:], output
