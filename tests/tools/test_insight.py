"""What can be seen and done of a chip, the same in this process and through the side door of a served one."""

import re
import threading
from typing import Any

import numpy as np
import pytest

import halco
import haldls as hal
import hicannx
from fisch.arq import ARQConnection
from fisch.handles import ConnectionHandle
from hicannx.cli import main
from hicannx.served import NoAnswerError
from hicannx_sim import ConfigurationError, System
from hicannx_sim.setup.frame import decode
from stadls import PlaybackProgramBuilder, SystemInit, generate, run

WAIT_US = 200


def program() -> Any:
    """A neuron's configuration, five spikes of the host, and a wait."""
    builder = PlaybackProgramBuilder()
    builder.write(halco.NeuronConfigOnDLS(7), hal.NeuronConfig(enable_fire=True))
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.write_spikes(np.arange(1000, 1500, 100), np.arange(5))
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(WAIT_US * 125))
    return builder.done()


def use(connection: Any) -> dict[str, Any]:
    """Everything that an insight offers, once; what came of it."""
    insight = connection.insight
    builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
    run(connection, [builder.done()])
    insight.keep_history(4)
    state = insight.snapshot()
    with insight.observe(membrane=[7], every=10, events=("crossbar",), accesses=True) as observer:
        run(connection, [program()])
    seen = observer.seen
    found = {
        "labels": seen.of_kind("crossbar")["what"].tolist(),
        "samples": len(seen.ticks),
        "writes": len(seen.accesses),
        "config": insight.contents(hal.NeuronConfig, halco.NeuronConfigOnDLS(7)).enable_fire,
        "report": insight.report(),
        "explain": [str(finding) for finding in insight.explain()],
        "sent": insight.events()["link to chip"].sent,
        "unmodelled": insight.unmodelled(),
        "counted": insight.counters()["labels sent"],
        "accuracy": insight.accuracy("NeuronConfig").accuracy.name,
        "frame": decode(insight.frame())[1]["membranes"].shape,
    }
    insight.rewind(1)
    found["rewound"] = insight.contents(hal.NeuronConfig, halco.NeuronConfigOnDLS(7)).enable_fire
    insight.inject(hicannx.faults.LostEvents(probability=1.0), seed=3)
    run(connection, [program()])
    found["lost"] = insight.events()["link to chip"].dropped
    insight.clear_faults()
    insight.restore(state)
    found["restored"] = insight.contents(hal.NeuronConfig)[halco.NeuronConfigOnDLS(7)].enable_fire
    return found


def test_a_served_chip_shows_as_much_as_one_in_this_process(serve: Any, address: str) -> None:
    with hicannx.connect() as connection:
        here = use(connection)
    assert here["labels"] == [0, 1, 2, 3, 4] and here["config"] is True and here["rewound"] is False and here["restored"] is False
    assert here["samples"] >= WAIT_US // 10 and here["lost"] == 5 and here["sent"] == 5
    serve(System())
    with ARQConnection(address) as served:
        there = use(ConnectionHandle.of([served]))
    assert there.keys() == here.keys()
    for name in here.keys() - {"writes", "samples"}:
        assert there[name] == here[name], name


def test_what_is_refused_is_refused_over_there_as_well(serve: Any, address: str) -> None:
    serve(System())
    with ARQConnection(address) as connection:
        insight = hicannx.Insight(connection)
        with pytest.raises(NoAnswerError, match="1 runs cannot be taken back"):
            insight.rewind()
        with pytest.raises(ConfigurationError, match="membrane: 600 is outside"):
            insight.observe(membrane=[600])
        with pytest.raises(NoAnswerError, match="snapshot: "):
            insight.restore(b"nothing of the kind")


def test_time_stands_still_in_the_middle_of_a_run() -> None:
    with hicannx.connect() as connection:
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        run(connection, [builder.done()])
        insight = hicannx.Insight(connection)
        insight.keep_history(3)
        insight.pause()
        begin = decode(insight.frame())[0]["us"]
        thread = threading.Thread(target=run, args=(connection, [program()]))
        thread.start()
        times = [begin]
        for _ in range(3):
            insight.step(us=50)
            times.append(waited(insight, times[-1]))
        with pytest.raises(ConfigurationError, match="a program is being executed: let it end"):
            insight.rewind()
        insight.resume()
        thread.join(30)
        assert not thread.is_alive()
        assert np.diff(times) == pytest.approx([50, 50, 50], abs=1)


def waited(insight: hicannx.Insight, before: float) -> float:
    """The chip's time in us as soon as it has gone on and stands still again."""
    for _ in range(500):
        head = decode(insight.frame())[0]
        if head["us"] > before + 40:
            return float(head["us"])
        threading.Event().wait(0.01)
    raise AssertionError("time did not go on")


def test_only_models_show_anything() -> None:
    with pytest.raises(hicannx.NotAModelError, match="does not lead to the model"):
        hicannx.Insight(Nothing())  # type: ignore[arg-type]
    with hicannx.connect() as connection, pytest.raises(Exception, match=r"Timer is no register of the chip's omnibus"):
        connection.insight.contents(hal.Timer)


class Nothing:
    """No connection at all."""


def test_configurations_differ_by_field() -> None:
    with hicannx.connect() as connection:
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        run(connection, [builder.done()])
        before = connection.insight.snapshot()
        run(connection, [program()])
        place = halco.NeuronConfigOnDLS(7)
        assert list(hicannx.configuration_diff(before, connection)) == [("NeuronConfig", place, "enable_fire", "False", "True")]
        other = connection.insight.snapshot(compress=True)
        assert list(hicannx.configuration_diff(other, connection)) == []
    assert [one.field for one in hicannx.configuration_diff(PlaybackProgramBuilder(), program())] == ["enable_fire"]


def test_the_command_tells_differences(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    with hicannx.connect() as connection:
        builder, _ = generate(SystemInit(connection.get_hwdb_entry()[0]))
        run(connection, [builder.done()])
        one.write_bytes(connection.insight.snapshot())
        run(connection, [program()])
        other.write_bytes(connection.insight.snapshot(compress=True))
    assert main(["diff", str(one), str(one)]) == 0 and capsys.readouterr().out == ""
    assert main(["diff", str(one), str(other)]) == 1
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 2 and shown[1].startswith("NeuronConfig") and "enable_fire" in shown[1]
    assert main(["diff", str(one), "nowhere"]) == 1 and "nowhere" in capsys.readouterr().err


@pytest.mark.parametrize(
    "call, kind, why",
    [
        (lambda c: c.insight.contents(hal.NeuronConfig, 512), "CoordinateError", "NeuronConfigOnDLS, not on 512"),
        (lambda c: c.insight.contents("NeuronConfig"), "NotReadableError", "'NeuronConfig' is no register"),
        (lambda c: c.insight_into("a"), "ConfigurationError", "chip: 'a'"),
        (lambda c: c.insight.step(1.5), "ConfigurationError", "instructions of a step: 1.5"),
        (lambda c: c.insight.step(us=float("nan")), "ConfigurationError", "us of a step: nan"),
        (lambda c: hicannx.keep_history(c, 1.5), "ConfigurationError", "runs to keep: 1.5"),
        (lambda c: hicannx.keep_history(c, "a"), "ConfigurationError", "runs to keep: 'a'"),
        (lambda c: hicannx.rewind(c, "a"), "ConfigurationError", "runs to take back: 'a'"),
        (lambda c: hicannx.observe(c, membrane=512), "ConfigurationError", "membrane: 512"),
        (lambda c: hicannx.observe(c, membrane=[1.5]), "ConfigurationError", "membrane: 1.5"),
        (lambda c: hicannx.observe(c, excitatory=None), "ConfigurationError", "excitatory: None"),
        (lambda c: hicannx.observe(c, membrane=[1], every=float("nan")), "ConfigurationError", "every: nan"),
        (lambda c: hicannx.observe(c, membrane=[1], every="a"), "ConfigurationError", "every: 'a'"),
        (lambda c: hicannx.observe(c, events="spikes"), "ConfigurationError", "'spikes'"),
        (lambda c: hicannx.observe(c, instructions=1.5), "ConfigurationError", "instructions: 1.5"),
        (lambda c: hicannx.inject(c, hicannx.faults.LostEvents(float("nan"))), "ConfigurationError", "probability of LostEvents: nan"),
        (lambda c: hicannx.inject(c, hicannx.faults.LostEvents("a")), "ConfigurationError", "probability of LostEvents: 'a'"),
        (lambda c: hicannx.inject(c, hicannx.faults.PHYDown(1.5)), "ConfigurationError", "phy of PHYDown: 1.5"),
        (lambda c: hicannx.debug(c, 5), "ConfigurationError", "ppu: 5"),
        (lambda c: hicannx.debug(c, port=70000), "ConfigurationError", "port: 70000"),
        (lambda c: hicannx.ppu_profile(c, -1), "ConfigurationError", "ppu: -1"),
        (lambda c: hicannx.ppu_trace(c, capacity="a"), "ConfigurationError", "capacity: 'a'"),
        (lambda c: hicannx.ppu_trace(c, addresses=range(0)), "ConfigurationError", "addresses"),
        (lambda c: hicannx.ppu_trace(c, addresses=range(-5, 5)), "ConfigurationError", "addresses"),
        (lambda c: list(hicannx.configuration_diff(np.zeros(3), b"")), "HicannxError", "has no configuration"),
    ],
)
def test_what_is_refused_names_what_it_refuses(call, kind, why):
    with hicannx.connect() as connection, pytest.raises(Exception, match=re.escape(why)) as refused:
        call(connection)
    assert refused.type.__name__ == kind


def test_connect_without_with():
    with pytest.raises(AttributeError, match="with connect\\(\\) as connection"):
        hicannx.connect().get_hwdb_entry()
