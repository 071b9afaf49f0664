"""Sweeps: the same results for any number of workers, whatever happens to them."""

import csv
import importlib
import io
import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from hicannx import sweep
from hicannx.sweeps import SweepError, grid
from hicannx.sweeps.command import axis
from hicannx.sweeps.store import decode, encode

HERE = Path(__file__).parent


@pytest.fixture
def experiments(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(HERE))
    monkeypatch.setenv("PYTHONPATH", str(HERE), prepend=os.pathsep)
    monkeypatch.delitem(sys.modules, "experiments", raising=False)
    return importlib.import_module("experiments")


@pytest.fixture
def threads():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def plain(results):
    return [(one.point, one.value, one.chip, one.seed) for one in results]


def test_neither_workers_nor_order_change_a_result(experiments, threads):
    points = {"v_leak": [500, 700, 900]}
    alone = sweep(experiments.rest, points, chips=[3, 4], workers=1)
    assert plain(sweep(experiments.rest, points, chips=[3, 4], workers=2)) == plain(alone)
    assert plain(sweep(experiments.rest, points, chips=[3, 4], executor=threads)) == plain(alone)
    assert [one.chip for one in alone] == [3, 4, 3] and len({one.seed for one in alone}) == 3
    assert alone[2].value["mean"] - alone[0].value["mean"] == pytest.approx(316, rel=0.1)
    assert plain(sweep(experiments.rest, points, chips=[3, 4], executor=threads, seed=1)) != plain(alone)


def test_points(experiments, threads):
    assert grid({"a": [1, 2], "b": np.array([0.5, 1.5])}) == [{"a": a, "b": b} for a in (1, 2) for b in (0.5, 1.5)]
    array = np.array([(1, 7), (3, 8)], [("x", int), ("chip", int)])
    results = sweep(experiments.identifier, array, chips=[1], executor=threads)
    assert [(one.point, one.chip) for one in results] == [({"x": 1, "chip": 7}, 7), ({"x": 3, "chip": 8}, 8)]
    assert ["chip7" in results[0].value, "chip8" in results[1].value] == [True, True]


def test_an_error_belongs_to_its_point(experiments, threads):
    results = sweep(experiments.fails_at_two, {"x": [1, 2, 3]}, executor=threads)
    assert [one.value for one in results] == [10, None, 30]
    assert "two is not to my taste" in results.failed[0].error and "1 failed" in repr(results)
    with pytest.raises(SweepError, match=r"1 of 3 points failed.*'x': 2"):
        _ = results.values
    assert results.table()["value"] == [10, None, 30]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_point_whose_worker_was_killed_is_done_again(experiments, workers, tmp_path):
    results = sweep(experiments.dies_once, {"x": range(6), "folder": [str(tmp_path)]}, workers=workers)
    assert results.values == list(range(6))


def test_a_point_that_kills_its_workers_costs_nobody_else(experiments):
    results = sweep(experiments.always_dies, {"x": range(4)}, workers=2, retries=1)
    assert [one.value for one in results] == [0, None, 2, 3]
    assert results.failed[0].error == "its worker died 2 times"


def test_finished_points_are_skipped(experiments, threads, tmp_path):
    store, marks = tmp_path / "store", tmp_path / "marks"
    marks.mkdir()
    points = [{"x": x, "folder": str(marks)} for x in (1, 2)]
    first = sweep(experiments.counts, points, executor=threads, store=store)
    again = sweep(experiments.counts, [*points, {"x": 3, "folder": str(marks)}], executor=threads, store=store)
    assert len(list(marks.iterdir())) == 3
    assert [one.value.tolist() for one in again] == [[0], [0, 1], [0, 1, 2]] and again[0].seconds == first[0].seconds
    sweep(experiments.counts, points, executor=threads, store=store, seed=1)
    assert len(list(marks.iterdir())) == 5, "another seed is another point"


def test_a_changed_function_is_done_again(threads, tmp_path):
    def experiment(connection, point):
        return 1

    def changed(connection, point):
        return 2

    changed.__qualname__ = experiment.__qualname__
    store = tmp_path / "store"
    assert sweep(experiment, [{}], executor=threads, store=store).values == [1]
    assert sweep(changed, [{}], executor=threads, store=store).values == [2]


def test_what_a_store_keeps():
    value = {"a": [1, 2.5, None, True, "text"], "b": np.arange(6).reshape(2, 3), "c": np.float32(3)}
    back = decode(encode(value))
    assert back["a"] == value["a"] and np.array_equal(back["b"], value["b"]) and back["b"].dtype == value["b"].dtype and back["c"] == 3
    with pytest.raises(SweepError, match="object"):
        encode({"a": object()})
    with pytest.raises(SweepError, match="ndarray"):
        encode(np.array([object()]))


def test_labelled_table(experiments, threads):
    xarray = pytest.importorskip("xarray")
    data = sweep(experiments.rest, {"v_leak": [500, 900], "chip": [3, 4]}, executor=threads).to_xarray()
    assert isinstance(data, xarray.Dataset) and dict(data.sizes) == {"v_leak": 2, "chip": 2}
    assert float(data["mean"].sel(v_leak=900, chip=4)) > float(data["mean"].sel(v_leak=500, chip=4)) + 200


def test_what_is_refused(experiments, tmp_path):
    (tmp_path / "text").write_text("no database, but a text that is long enough to be looked at")
    refused = [
        ({"points": [1, 2]}, "1 is no mapping"),
        ({"points": np.zeros(3)}, "no names"),
        ({"points": {"x": [1]}, "chips": []}, "at least one serial"),
        ({"points": {"x": [1]}, "workers": 0}, "from 1 to"),
        ({"points": {"x": [1]}, "store": tmp_path / "text"}, "store"),
        ({"points": {"x": 5}}, "points: x: 5"),
        ({"points": {"x": "abc"}}, "points: x: 'abc'"),
        ({"points": 5}, "points: 5"),
        ({"points": [{1: 2}]}, "points: {1: 2}"),
        ({"points": dict.fromkeys("abc", range(1000))}, "1000000000 combinations of a, b, c"),
        ({"points": {"chip": [1.5]}}, "chip: 1.5"),
        ({"points": {"chip": ["a"]}}, "chip: 'a'"),
        ({"points": {"chip": [-1]}}, "chip: -1"),
        ({"points": {"x": [1]}, "chips": 5}, "chips"),
        ({"points": {"x": [1]}, "chips": [2**32]}, "chips: 4294967296"),
        ({"points": {"x": [1]}, "mode": "perfect"}, "mode: 'perfect'"),
        ({"points": {"x": [1]}, "seed": "a"}, "seed: 'a'"),
        ({"points": {"x": [1]}, "seed": -1}, "seed: -1"),
        ({"points": {"x": [1]}, "workers": 0.5}, "workers: 0.5"),
        ({"points": {"x": [1]}, "retries": "a"}, "retries: 'a'"),
    ]
    for given, words in refused:
        with pytest.raises(SweepError, match=words):
            sweep(experiments.fails_at_two, **given)


def test_functions_that_workers_cannot_import():
    with pytest.raises(SweepError, match="function: workers cannot import it"):
        sweep(lambda connection, point: 1, {"x": [1]})
    typed = "import hicannx\ndef f(connection, point): return 1\nhicannx.sweep(f, {'x': [1]})"
    done = subprocess.run([sys.executable, "-c", typed], capture_output=True, text=True, timeout=60, check=False)
    assert "SweepError: function: workers cannot import <function f" in done.stderr and "multiprocessing" not in done.stderr


def test_a_function_is_needed():
    with pytest.raises(SweepError, match="function: 5"):
        sweep(5, {"x": [1]})


@pytest.mark.parametrize("damage", ["UPDATE results SET value = x'c1'", "UPDATE results SET seconds = 'soon'", "DROP TABLE results"])
def test_a_store_that_somebody_has_changed(experiments, threads, damage, tmp_path):
    store = tmp_path / "store"
    sweep(experiments.counts, [{"x": 1, "folder": str(tmp_path)}], executor=threads, store=store)
    with sqlite3.connect(store) as file:
        file.execute(damage)
        if damage.startswith("DROP"):
            file.execute("CREATE TABLE results (other)")
    file.close()
    with pytest.raises(SweepError, match=f"store {store}: "):
        sweep(experiments.counts, [{"x": 1, "folder": str(tmp_path)}], executor=threads, store=store)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("g=1,4,8", [1, 4, 8]), ("x=3..5", [3, 4, 5]), ("x=0x10", [16]), ("eta=0.8..3.2/0.8", [0.8, 1.6, 2.4, 3.2]), ("x=3..1/-1", [3, 2, 1])],
)
def test_axes(text, expected):
    assert axis(text)[1] == expected


@pytest.mark.parametrize(
    "text", ["g", "=1", "g=", "g=a", "g=1..", "g=1..3/0", "g=3..1", "g=nan", "g=1e400", "g=0..inf", "g=0..1e12", "g=0..1e308/1e-308"]
)
def test_axes_that_are_refused(text):
    with pytest.raises(SweepError, match="name=first"):
        axis(text)


@pytest.mark.parametrize(
    ("name", "script", "grid", "said"),
    [
        ("good.py", "def f(connection, point): return 1", ["x=1", "x=2"], "hicannx: --grid x: there twice"),
        ("json.py", "def f(connection, point): return 1", ["x=1"], "give it a name that no module has"),
        ("a.b.py", "def f(connection, point): return 1", ["x=1"], "give it a name that no module has"),
        ("good.py", "f = 5", ["x=1"], "has no function 'f'"),
        ("good.py", "def f(:", ["x=1"], "SyntaxError"),
        ("good.py", "raise ValueError('mine')", ["x=1"], "ValueError: mine"),
    ],
)
def test_what_the_command_refuses(name, script, grid, said, tmp_path):
    (tmp_path / name).write_text(script)
    command = [sys.executable, "-m", "hicannx", "sweep", f"{tmp_path / name}:f", "--grid", *grid]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 1 and said in done.stderr and done.stdout == ""
    assert "importlib" not in done.stderr and "tools/hicannx" not in done.stderr  # of an error in the script, the script's part is shown


def test_the_command(tmp_path):
    command = [sys.executable, "-m", "hicannx", "sweep", f"{HERE / 'experiments.py'}:fails_at_two", "--grid", "x=1..3", "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and "two is not to my taste" in done.stderr
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["x"], row["value"], row["chip"]) for row in rows] == [("1", "10", "0"), ("2", "", "0"), ("3", "30", "0")]
    wrong = subprocess.run([*command[:4], "nothing.py:f", "--grid", "x=1"], capture_output=True, text=True, timeout=120)
    assert wrong.returncode == 1 and "script.py:function" in wrong.stderr and "Traceback" not in wrong.stderr
