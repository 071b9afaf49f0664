"""Files for other tools, each read back by a reader of its own."""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import halco
import hicannx
from haldls import lola
from hicannx.cli import main
from hicannx.lab import Bench
from hicannx.ppu import CompilerNotFoundError, build, load_and_start_program, stop_program, wait_until_ppu_finished
from hicannx.ppu_debug import symbols_of
from hicannx_sim.debugger.listing import NO_SYMBOLS
from hicannx_sim.observe import Observation
from stadls import SystemInit, generate, run

EVENTS = [10.0, 60.0, 65.0, 70.0]
PACEMAKER = 3
MAKER = """
from hicannx_sim import ModelConnection
import numpy as np
with_words = np.array([0x0A << 56], np.uint64)
connection = ModelConnection(serial=5)
connection.execute(with_words)
"""


@pytest.fixture(scope="module")
def seen() -> Observation:
    """Two neurons, one that fires and one that hears four events."""
    with Bench(serial=3) as bench:
        neuron = bench.neuron(PACEMAKER)
        neuron.leak.v_leak, neuron.leak.i_bias = 1000, 200
        neuron.threshold.enable, neuron.threshold.v_threshold = True, 500
        neuron.event_routing = lola.AtomicNeuron.EventRouting.enabled
        kinds = ("neuron", "crossbar", "padi", "out", "madc")
        with bench.connection.insight.observe(membrane=[PACEMAKER, 300], every=10, events=kinds, accesses=True) as observer:
            bench.stimulate(300, us=150, excitatory=EVENTS, weight=200)
        return observer.seen


def test_value_change_dump(seen: Observation, tmp_path: Path) -> None:
    reader = pytest.importorskip("vcd.reader")
    hicannx.traces.vcd(seen, tmp_path / "run.vcd")
    names: dict[str, str] = {}
    changes: dict[str, list[tuple[int, Any]]] = {}
    time = 0
    with (tmp_path / "run.vcd").open("rb") as file:
        for token in reader.tokenize(file):
            if token.kind is reader.TokenKind.VAR:
                names[token.var.id_code] = token.var.reference
            elif token.kind is reader.TokenKind.CHANGE_TIME:
                time = token.time_change
            elif token.kind.name.startswith("CHANGE_"):
                change = token.data
                changes.setdefault(names[change.id_code], []).append((time, change.value))
    arrivals = seen.of_kind("crossbar")
    label = arrivals[arrivals["where"] >= 8][0]
    assert (2 * label["tick"], label["what"]) in changes[f"in_{label['where']}"]
    ticks = [time for time, _ in changes[f"neuron_{PACEMAKER}_fires"] if time]
    fired = seen.of_kind("neuron")
    assert ticks == (2 * fired["tick"][fired["where"] == PACEMAKER]).tolist()
    assert any(value == "NeuronConfig(300)[0]" for _, value in changes["register"])
    assert changes["membrane_300"][-1][1] == pytest.approx(float(seen.potential("membrane", 300)[-1]), rel=1e-6)


def test_perfetto_tracks(seen: Observation, tmp_path: Path) -> None:
    hicannx.traces.perfetto(seen, tmp_path / "run.json")
    events = json.loads((tmp_path / "run.json").read_text())["traceEvents"]
    assert {event["ph"] for event in events} == {"M", "X", "i", "C"}
    tracks = {(event["pid"], event["tid"]): event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert all((event["pid"], event["tid"]) in tracks for event in events if event["ph"] in "Xi")
    fired = [event["ts"] for event in events if event["ph"] == "i" and tracks[event["pid"], event["tid"]] == f"neuron {PACEMAKER}"]
    assert len(fired) == np.count_nonzero(seen.spikes[1] == PACEMAKER) > 0
    waits = [event for event in events if event["name"].startswith("waits") and event["dur"] > 19_000]
    assert len(waits) == 1, "the analog memory settles for 20 ms"
    write = next(event for event in events if event["name"] == "write MADCControl(0)")
    assert write["args"]["instruction"] > 0 and write["ts"] > 0


def test_neo_blocks(seen: Observation) -> None:
    pytest.importorskip("neo")
    segment = hicannx.traces.neo_block(seen).segments[0]
    assert [signal.name for signal in segment.analogsignals] == [f"membrane of neuron {PACEMAKER}", "membrane of neuron 300"]
    assert segment.analogsignals[1].sampling_period.rescale("us").item() == 10
    assert segment.analogsignals[1].magnitude[:, 0] == pytest.approx(seen.potential("membrane", 300))
    train = next(train for train in segment.spiketrains if train.annotations["neuron"] == PACEMAKER)
    assert train.rescale("us").magnitude == pytest.approx(seen.spikes[0][seen.spikes[1] == PACEMAKER])


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning", "ignore::FutureWarning")
def test_neurodata_without_borders(seen: Observation, tmp_path: Path) -> None:
    pynwb, _ = pytest.importorskip("pynwb"), pytest.importorskip("neo")
    hicannx.traces.nwb(seen, tmp_path / "run.nwb")
    with pynwb.NWBHDF5IO(str(tmp_path / "run.nwb"), "r") as file:
        content = file.read()
        assert len(content.acquisition) == 2 and len(content.units) == len(np.unique(seen.spikes[1]))


def test_hdf5(seen: Observation, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    hicannx.traces.hdf5(seen, tmp_path / "run.h5")
    with h5py.File(tmp_path / "run.h5") as file:
        assert (file["potentials/volts"][:] == seen.volts).all()
        assert list(file["potentials/volts"].attrs["neuron"]) == [PACEMAKER, 300]
        assert (file["events/neuron"]["where"] == seen.spikes[1]).all()
        assert len(file["registers"]) == len(file["accesses"]) and b"NeuronConfig(300)[0]" in file["registers"][:]


def test_xarray(seen: Observation) -> None:
    pytest.importorskip("xarray")
    data = hicannx.traces.dataset(seen)
    one = data.potential.where((data.source == "membrane") & (data.neuron == 300), drop=True)
    assert one.values[:, 0] == pytest.approx(seen.potential("membrane", 300)) and data.potential.attrs["units"] == "V"
    assert (data.spike_neuron == PACEMAKER).sum() > 0


PROGRAM = """
#include <ppu.h>
volatile uint32_t total;
void __attribute__((noinline)) add(uint32_t what) { total += what; }
int main(void) { for (int i = 0; i < 20; i++) add(i); return total; }
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = tmp_path_factory.mktemp("ppu") / "adds.c"
    source.write_text(PROGRAM)
    try:
        return build(source).path
    except CompilerNotFoundError as error:
        pytest.skip(str(error))


def test_functions_of_the_processors(program: Path, tmp_path: Path) -> None:
    with hicannx.connect() as connection:
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        run(connection, [builder.done()])
        with (
            connection.insight.observe(instructions=5000, accesses=True, events=()) as observer,
            hicannx.ppu_profile(connection, program=program) as profile,
        ):
            load_and_start_program(connection, program, halco.PPUOnDLS.top)
            wait_until_ppu_finished(connection, None, halco.PPUOnDLS.top)
            assert stop_program(connection, False, halco.PPUOnDLS.top) == sum(range(20))
    symbols = symbols_of(program), NO_SYMBOLS
    hicannx.traces.perfetto(observer.seen, tmp_path / "run.json", symbols)
    events = json.loads((tmp_path / "run.json").read_text())["traceEvents"]
    assert sum(event["name"] == "add" for event in events) == 20
    hicannx.traces.speedscope(observer.seen, tmp_path / "run.speedscope.json", symbols)
    check_speedscope(json.loads((tmp_path / "run.speedscope.json").read_text()))
    hicannx.traces.speedscope(profile, tmp_path / "profile.json")
    document = json.loads((tmp_path / "profile.json").read_text())
    check_speedscope(document)
    assert sum(document["profiles"][0]["weights"]) == 4 * sum(row.cycles for row in profile.rows)
    hicannx.traces.vcd(observer.seen, tmp_path / "run.vcd", symbols)
    assert "sadd" in (tmp_path / "run.vcd").read_text()


def check_speedscope(document: dict[str, Any]) -> None:
    """What its schema and its importer ask for."""
    assert document["$schema"] == "https://www.speedscope.app/file-format-schema.json" and document["profiles"]
    frames = range(len(document["shared"]["frames"]))
    for profile in document["profiles"]:
        assert profile["unit"] == "nanoseconds" and profile["startValue"] <= profile["endValue"]
        if profile["type"] == "sampled":
            assert len(profile["samples"]) == len(profile["weights"]) and all(
                one in frames for stack in profile["samples"] for one in stack
            )
            continue
        stack: list[int] = []
        before = profile["startValue"]
        for event in profile["events"]:
            assert before <= event["at"] <= profile["endValue"]
            before = event["at"]
            if event["type"] == "O":
                stack.append(event["frame"])
            else:
                assert stack.pop() == event["frame"]
        assert not stack


def test_recording_a_script(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.py"
    script.write_text(MAKER)
    written = tmp_path / "run.json"
    assert main(["record", "--perfetto", str(written), "--membrane", "3", "5", str(script)]) == 0
    assert f"{written}: {written.stat().st_size} bytes" in capsys.readouterr().err
    assert main(["record", str(script)]) == 1 and "nothing to write: give one of --vcd" in capsys.readouterr().err
    assert main(["record", "--chip", "1", "--perfetto", str(written), str(script)]) == 1
    assert "connected to 1 chips, so there is no chip 1" in capsys.readouterr().err


def test_a_missing_library_is_named(seen: Observation, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(hicannx.HicannxError, match=r"this needs h5py: pip install 'hicannx\[traces\]'"):
        hicannx.traces.hdf5(seen, tmp_path / "run.h5")
