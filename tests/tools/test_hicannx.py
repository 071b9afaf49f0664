"""The public face: chosen virtual chips, accuracy, and the command line."""

import subprocess
import sys

import pytest

import haldls
import hicannx
import hicannx_sim as sim
from dlens_vx_v3 import hal, halco, sta
from fisch.database import VIRTUAL_CHIPS
from haldls import lola
from hicannx.cli import main
from hicannx.errors import HicannxError
from pyhxcomm_vx import ConnectionHandle, ManagedConnection


def test_connect_gives_the_handle_of_a_chosen_chip():
    with hicannx.connect(serial=7, mode="ideal", seed=3, strict=True) as connection, ManagedConnection() as other:
        assert type(connection) is type(other) is ConnectionHandle
        system = connection.connections[0].system
        assert (system.identity, system.seed, system.strict) == (hicannx.VirtualChip(7, "ideal"), 3, True)
        assert connection.get_unique_identifier() == ["hxcube0fpga0chip7_1"]
        assert connection.get_hwdb_entry()[0].fpgas


def test_connect_to_several_chips():
    """Each has its own program, and its own state."""
    with hicannx.connect(serial=[7, 9], mode="ideal") as connection:
        assert connection.get_unique_identifier() == ["hxcube0fpga0chip7_1", "hxcube0fpga0chip9_1"]
        tickets, programs = [], []
        for value in (3, 4):
            builder = sta.PlaybackProgramBuilder()
            builder.write(halco.ExternalPPUMemoryByteOnFPGA(), hal.ExternalPPUMemoryByte(hal.ExternalPPUMemoryByte.Value(value)))
            tickets.append(builder.read(halco.ExternalPPUMemoryByteOnFPGA()))
            programs.append(builder.done())
        info = sta.run(connection, programs)
        assert [int(ticket.get().value) for ticket in tickets] == [3, 4] and len(info.connection) == 2


def test_connect_closes(monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "12")
    with hicannx.connect(mode=hicannx.Mode.IDEAL) as connection:
        assert connection.connections[0].system.identity == sim.VirtualChip(12, "ideal")
    with pytest.raises(RuntimeError, match="closed"):
        connection.execute([[0x0A << 56]])


def test_connect_refuses_nonsense():
    with pytest.raises(sim.ConfigurationError, match="serial"), hicannx.connect(serial=-1):
        pass


def test_same_chip_as_in_sim():
    assert hicannx.VirtualChip is sim.VirtualChip and set(hicannx.__all__) <= {*dir(hicannx), *hicannx._HOMES}
    assert all(hasattr(hicannx, name) for name in hicannx.__all__)
    with pytest.raises(AttributeError, match="nothing"):
        _ = hicannx.nothing


@pytest.mark.parametrize("register", ["NeuronConfig", haldls.NeuronConfig, haldls.NeuronConfig(), 0x160002])
def test_accuracy_of_one_register(register):
    accuracy, note = hicannx.accuracy(register)
    assert accuracy is hicannx.Accuracy.BEHAVIOURAL and isinstance(note, str)


def test_accuracy_of_everything():
    """Every container has a rating; so has every address of one."""
    for container in [*haldls.containers, haldls.Barrier, haldls.PollingOmnibusBlock]:
        trust = hicannx.accuracy(container)
        assert trust.accuracy in hicannx.Accuracy
        layout = container.layout()
        on_omnibus = layout.backend.startswith("Omnibus") and not container.coordinate.is_interval
        if on_omnibus and trust.accuracy is not hicannx.Accuracy.UNMODELLED:
            address = int(layout.addresses([0], bool(layout.n_write))[0, 0])
            assert hicannx.accuracy(address).accuracy <= trust.accuracy
    for container in lola.containers:
        if hasattr(container, "parts"):
            assert hicannx.accuracy(container).accuracy in hicannx.Accuracy


def test_accuracy_of_a_composed_container_names_the_worst():
    parts = [haldls.NeuronConfig, haldls.CapMemCell, haldls.NeuronBackendConfig]
    trust, ratings = hicannx.accuracy(lola.AtomicNeuron), {part.__name__: hicannx.accuracy(part).accuracy for part in parts}
    assert trust.accuracy is max(ratings.values())
    named = {name for name in ratings if name in trust.note.replace(",", "").split()}
    assert named == {name for name in ratings if ratings[name] is trust.accuracy}


@pytest.mark.parametrize("register", ["NoContainer", 0x2, 0x90000000, -1, 1 << 32, 1 << 70, int])
def test_accuracy_of_nothing(register):
    with pytest.raises(HicannxError, match="there is no register"):
        hicannx.accuracy(register)


def test_command_accuracy(capsys):
    assert main(["accuracy", "0x88000009"]) == 0
    assert "instruction timeout" in capsys.readouterr().out
    assert main(["accuracy", "0x16000b"]) == 0
    assert "NeuronConfig at NeuronConfigOnDLS(1), word 1" in capsys.readouterr().out
    assert main(["accuracy", "SynapseQuad"]) == 0
    assert "exact" in capsys.readouterr().out
    assert main(["accuracy"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 130
    assert main(["accuracy", "Nothing"]) == 1
    assert capsys.readouterr().err == "hicannx: there is no register container called 'Nothing'\n"
    assert main(["accuracy", "neuronconfig"]) == 1
    assert capsys.readouterr().err.startswith("hicannx: there is no register container called 'neuronconfig'; is NeuronConfig or ")


def test_command_info(capsys, monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "5")
    assert main(["info"]) == 0
    shown = capsys.readouterr().out
    assert "serial 5, typical, seed 0: hxcube0fpga0chip5_1" in shown and "model (chosen)" in shown and "zeromock" in shown


def test_command_info_of_several_chips_and_of_paths(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HICANNX_CHIP", "5,6")
    monkeypatch.setenv("HICANNX_HWDB", str(VIRTUAL_CHIPS))
    assert main(["info"]) == 0
    shown = capsys.readouterr().out
    assert "hxcube0fpga0chip5_1" in shown and "hxcube0fpga0chip6_1" in shown and "database       1 setups" in shown
    (tmp_path / "wrong.yaml").write_text("hxcube_id: x")
    for name, value in (
        ("HICANNX_HWDB", "/nowhere"),
        ("HICANNX_HWDB", str(tmp_path / "wrong.yaml")),
        ("HICANNX_CALIBRATIONS", "/etc/passwd"),
        ("HICANNX_PPU_CC", "nowhere"),
    ):
        monkeypatch.setenv(name, value)
        assert main(["info"]) == 1
        said = capsys.readouterr()
        assert said.err.startswith("hicannx: ") and value in said.err and said.err.count("\n") == 1 and said.out == ""
        monkeypatch.delenv(name)


def test_command_docs(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["docs"]) == 0
    assert (tmp_path / "docs/build/index.md").exists()
    assert main(["docs", "--output", "pages", "--systemrdl", "registers.rdl"]) == 0
    assert "addrmap hicann_x_chip {" in (tmp_path / "registers.rdl").read_text()
    assert (tmp_path / "pages/registers/neuron.md").exists()
    assert "begin with pages/index.md" in capsys.readouterr().out


def test_help_does_not_load_the_model():
    loaded = "any(name.split('.')[0] in ('hicannx_sim', 'haldls', 'numpy') for name in sys.modules)"
    code = f"import sys, hicannx.cli; hicannx.cli.parser(); sys.exit({loaded})"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_command_serve_knows_its_own_arguments(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["serve", "--help"])
    assert "hicannx serve" in capsys.readouterr().out


def test_without_a_command(capsys):
    with pytest.raises(SystemExit, match="2"):
        main([])
    assert "COMMAND" in capsys.readouterr().err
