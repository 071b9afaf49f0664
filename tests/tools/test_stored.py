"""Files of calibrations and other containers: opened, listed and compared on the command line."""

import gzip
from pathlib import Path

import pytest
from stored_forms import records

import haldls
import stadls
from halco import AtomicNeuronOnDLS, BarrierOnFPGA, CADCConfigOnDLS, CapMemCellOnDLS, LogicalNeuronOnDLS, TimerOnDLS
from haldls import lola
from hicannx.cli import main
from hicannx.stored import StoredFileError, open_stored
from stadls import DumperDone


def a_list(value=5, neuron_leak=700):
    dumper, neuron = stadls.PlaybackProgramBuilderDumper(), lola.AtomicNeuron()
    neuron.leak.v_leak = neuron_leak
    neuron.event_routing.analog_output = neuron.event_routing.AnalogOutputMode.normal
    dumper.write(CapMemCellOnDLS(7), haldls.CapMemCell(value))
    dumper.write(AtomicNeuronOnDLS(3, 1), neuron)
    dumper.block_until(TimerOnDLS(), haldls.Timer.Value(9))
    return dumper.done()


def store(path, stored):
    module = stadls if isinstance(stored, DumperDone) else haldls
    data = module.to_json(stored).encode() if ".json" in path.name else module.to_portablebinary(stored)
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


@pytest.mark.parametrize(
    "name, form", [("a.pbin", "portable binary"), ("a.json", "JSON"), ("a.json.gz", "JSON"), ("a.gz", "portable binary")]
)
def test_a_list_is_shown_line_by_line(name, form, tmp_path, capsys):
    assert main(["calibration", "show", str(store(tmp_path / name, a_list()))]) == 0
    headline, cell, neuron, timer = capsys.readouterr().out.splitlines()
    assert headline == f"DumperDone, {form}, 3 entries"
    assert cell.startswith("CapMemCellOnDLS(") and cell.endswith("CapMemCell(5)")
    assert neuron.endswith("AtomicNeuron(leak.v_leak=700, event_routing.analog_output=normal)")
    assert timer == "TimerOnDLS(0)  Timer.Value(9)"


@pytest.mark.parametrize("name", ["a.pbin", "a.json"])
def test_every_kind_of_object_is_recognized(name, tmp_path):
    """Unless several classes could have written the same, which only a class given tells apart."""
    for cls in [*haldls.containers, *lola.containers]:
        made = cls()
        if name == "a.json" and len(haldls.to_portablebinary(made)) > 1 << 17:
            continue  # seconds of text
        path = store(tmp_path / name, made)
        assert open_stored(path, cls.__name__).content == made
        try:
            found = open_stored(path).content
        except StoredFileError as error:
            assert cls.__name__ in str(error) and "--class" in str(error)
        else:
            assert found == made or (isinstance(found, DumperDone) and not len(found))


def test_containers_show_what_is_not_as_by_default(tmp_path, capsys):
    config = haldls.CADCConfig(enable=True, dead_time=9)
    assert main(["calibration", "show", "--class", "CADCConfig", str(store(tmp_path / "a.pbin", config))]) == 0
    assert capsys.readouterr().out == "CADCConfig, portable binary\nenable: True\ndead_time: 9\n"


def test_long_lines_are_cut(tmp_path, capsys):
    path = store(tmp_path / "a.pbin", lola.SynapseWeightRow())
    done = DumperDone()
    row = lola.SynapseWeightRow()
    row.values.fill(63)
    done.values = [(lola.SynapseWeightRow.coordinate(), row)]
    store(path, done)
    main(["calibration", "show", str(path)])
    assert {len(line) for line in capsys.readouterr().out.splitlines()[1:]} == {200}
    main(["calibration", "show", "--all", str(path)])
    assert "values[255]=63)" in capsys.readouterr().out


def test_calibrations_of_the_original_are_opened(tmp_path):
    for record in records("dumper", "builder", "program"):
        if "Dumper<" in record.name:
            continue  # a part of a builder, which is not stored by itself
        path = tmp_path / "a.pbin"
        path.write_bytes(record.binary)
        assert type(open_stored(path).content).__name__ == record.name.split("::")[-1]


def compare(tmp_path, capsys, one, other):
    files = [str(store(tmp_path / "one.pbin", one)), str(store(tmp_path / "other.json", other))]
    status = main(["calibration", "diff", "--all", "--class", type(one).__name__, *files])
    return status, capsys.readouterr().out.splitlines()


def test_equal_lists_have_no_differences(tmp_path, capsys):
    assert compare(tmp_path, capsys, a_list(), a_list()) == (0, [])


def test_differences_are_told_by_field(tmp_path, capsys):
    cell, neuron = CapMemCellOnDLS(7), AtomicNeuronOnDLS(3, 1)
    assert compare(tmp_path, capsys, a_list(), a_list(6, 701)) == (1, [f"{cell!r} value: 5 -> 6", f"{neuron!r} leak.v_leak: 700 -> 701"])


def test_entries_of_one_list_only(tmp_path, capsys):
    one, other = DumperDone(), DumperDone()
    one.values = [(TimerOnDLS(), haldls.Timer()), (TimerOnDLS(), haldls.Timer.Value(3)), (CADCConfigOnDLS(1), haldls.CADCConfig())]
    other.values = [(TimerOnDLS(), haldls.Timer()), (TimerOnDLS(), haldls.Timer()), (BarrierOnFPGA(), haldls.Barrier.jtag)]
    status, lines = compare(tmp_path, capsys, one, other)
    assert status == 1 and lines == [
        "- TimerOnDLS(0) (entry 2)  Timer.Value(3)",
        "+ TimerOnDLS(0) (entry 2)  Timer(0)",
        "- CADCConfigOnDLS(1)  CADCConfig()",
        "+ BarrierOnFPGA(0)  Barrier(enable_jtag=True)",
    ]


def test_another_order_is_a_difference(tmp_path, capsys):
    one, other = a_list(), a_list()
    other.values = other.values[::-1]
    assert compare(tmp_path, capsys, one, other) == (1, ["the entries stand in another order"])


def test_containers_are_compared(tmp_path, capsys):
    one, other = haldls.PPUMemoryBlock(5), haldls.PPUMemoryBlock(5)
    other[3] = 7
    assert compare(tmp_path, capsys, one, other) == (1, ["[3]: 0 -> 7"])
    switches = haldls.ColumnCurrentQuad()
    switches.set_switch(2, haldls.ColumnCurrentQuad.ColumnCurrentSwitch(enable_debug_inhibitory=True))
    assert compare(tmp_path, capsys, haldls.ColumnCurrentQuad(), switches) == (1, ["switch[2].enable_debug_inhibitory: False -> True"])
    matrix = lola.SynapseMatrix()
    matrix.labels[3][4] = 5
    assert compare(tmp_path, capsys, lola.SynapseMatrix(), matrix) == (1, ["labels[3][4]: 0 -> 5"])


def test_logical_neurons_are_compared(tmp_path, capsys):
    (record,) = [one for one in records("dumper") if one.instance == "logical_neuron_1"]
    one, other = DumperDone(), DumperDone()
    stadls.from_portablebinary(one, record.binary)
    ((place, neuron),) = one.values
    assert isinstance(place, LogicalNeuronOnDLS)
    neuron[next(iter(place.get_placed_compartments())), 0].threshold.v_threshold = 3
    other.values = [(place, neuron)]
    status, (line,) = compare(tmp_path, capsys, one, other)
    assert status == 1 and line.endswith(" [0, 0].threshold.v_threshold: 0 -> 3")


@pytest.mark.parametrize(
    "data, message",
    [
        (b"", "ends too early"),
        (b"{}", "there is nothing in it"),
        (b"{\xff", "is not text"),
        (b"\x1f\x8bnonsense", "is damaged"),
        (gzip.compress(b"{")[:-2], "is damaged"),
        (b"\x07", "neither with 1"),
    ],
)
def test_other_files_are_refused(data, message, tmp_path, capsys):
    path = tmp_path / "file"
    path.write_bytes(data)
    assert main(["calibration", "show", str(path)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"hicannx: {path}") and message in error and error.count("\n") == 1


@pytest.mark.parametrize(
    "old, new, place",
    [
        ('"value": 1001', '"value": -1', "value0.values[0].second"),
        ('"value": 1001', '"value": "1"', "value0.values[0].second"),
        ('"first"', '"fist"', "value0.values[0]"),
        ("haldls::", "hadlls::", "value0.values[0].second.polymorphic_name"),
    ],
)
def test_a_damaged_list_is_taken_for_a_list(old, new, place, tmp_path, capsys):
    path, text = tmp_path / "a.json", stadls.to_json(a_list(1001))
    path.write_text(text.replace(old, new, 1))
    assert old in text and main(["calibration", "show", str(path)]) == 1
    error = capsys.readouterr().err
    assert "this DumperDone cannot be read" in error and place in error


def test_a_damaged_builder_is_taken_for_a_builder(tmp_path, capsys):
    (record, *_) = [one for one in records("builder") if "Dumper<" not in one.name]
    path = tmp_path / "a.json"
    path.write_text(record.text.replace('"m_dumpit"', '"m_dumpi"', 1))
    assert main(["calibration", "show", str(path)]) == 1
    assert "this PlaybackProgramBuilderDumper cannot be read" in capsys.readouterr().err


def test_what_cannot_be_compared(tmp_path, capsys):
    one, other = store(tmp_path / "a.pbin", a_list()), store(tmp_path / "b.pbin", lola.AtomicNeuron())
    assert main(["calibration", "diff", str(one), str(other)]) == 1
    assert f"{one} a DumperDone, {other} a AtomicNeuron" in capsys.readouterr().err
    assert main(["calibration", "show", "--class", "Nothing", str(one)]) == 1
    assert "nothing that can be stored is called 'Nothing'" in capsys.readouterr().err
    assert main(["calibration", "show", str(Path("missing"))]) == 1


def test_earlier_files_are_shown(tmp_path, capsys):
    path = tmp_path / "a.json"
    path.write_text('{"DumperDone": [["CapMemCellOnDLS", 7, {"CapMemCell": {"value": 5}}]]}')
    assert main(["calibration", "show", str(path)]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "DumperDone, earlier JSON, 1 entries"
