"""`hicannx compatibility`: what becomes of a client's tests, and the table of it."""

import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from hicannx.compatibility import command
from hicannx.compatibility.clients import Client, ClientError, client, clients
from hicannx.compatibility.pages import cells
from hicannx.compatibility.runs import Result, run
from hicannx.compatibility.table import Row, merged, rows

TESTS = """\
import os, time, unittest
from clientlib import answer

class Group(unittest.TestCase):
    def test_good(self):
        self.assertEqual(answer(), 42)
    def test_bad(self):
        self.assertEqual(answer(), 43, "another answer")
    def test_left_out(self):
        self.skipTest("not today")
    def test_serial(self):
        self.assertEqual(os.environ["HICANNX_CHIP"], "5")
    def test_works(self):
        end = time.process_time() + 0.5
        while time.process_time() < end:
            pass
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "lib").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "lib" / "clientlib.py").write_text("def answer():\n    return 42\n")
    (tmp_path / "tests" / "test_some.py").write_text(TESTS)
    return tmp_path


KNOWN = Client(title="some", tests=["tests"], path=["lib"], environment={"HICANNX_CHIP": "5"}, reasons={"*::test_bad": "wrong on purpose"})


def results(checkout: Path, made: Client = KNOWN, limit: float = 60, only: str = "") -> dict[str, Result]:
    return {one.test.rpartition("::")[2]: one for done in run(made, checkout, limit, os.environ, only) for one in done}


def test_outcomes_reasons_and_times(checkout: Path) -> None:
    found = results(checkout)
    outcomes = {name: one.outcome for name, one in found.items()}
    assert outcomes == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_left_out": "skipped",
        "test_serial": "passed",
        "test_works": "passed",
    }
    assert "another answer" in found["test_bad"].message and found["test_left_out"].message == "not today"
    assert found["test_bad"].test == "tests/test_some.py::Group::test_bad"
    assert found["test_works"].seconds > 0.4 > found["test_serial"].seconds  # its processor ran for 0.5 s by another clock


def test_a_file_that_cannot_be_imported_is_an_error(checkout: Path) -> None:
    (checkout / "tests" / "test_some.py").write_text("import nothing_of_that_name\n")
    (one,) = results(checkout).values()
    assert one.outcome == "error" and "nothing_of_that_name" in one.message


def test_a_process_that_dies_is_an_error(checkout: Path) -> None:
    (checkout / "tests" / "test_some.py").write_text("import os\ndef test_a():\n    pass\ndef test_b():\n    os._exit(9)\n")
    found = results(checkout)
    assert found["test_a"].outcome == "passed"
    assert "status 9" in found["tests/test_some.py"].message


def test_a_file_that_takes_too_long_is_given_up(checkout: Path) -> None:
    (checkout / "tests" / "test_some.py").write_text("import time\ndef test_a():\n    time.sleep(60)\n")
    (one,) = results(checkout, limit=3).values()
    assert one.outcome == "timeout"


def test_folders_of_the_search_path_count_from_where_the_command_is_given(checkout: Path, monkeypatch) -> None:
    (checkout / "elsewhere").mkdir()
    (checkout / "lib" / "clientlib.py").rename(checkout / "elsewhere" / "clientlib.py")
    monkeypatch.chdir(checkout)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(("nowhere", "elsewhere")))
    (checkout / "tests" / "test_some.py").write_text("from clientlib import answer\ndef test_a():\n    assert answer() == 42\n")
    assert results(checkout)["test_a"].outcome == "passed"


def test_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(ClientError, match="tests/sw/py"):
        list(run(client("calix"), tmp_path, 60, {}))


def test_a_name_that_no_file_has(checkout: Path) -> None:
    with pytest.raises(ClientError, match=r"no file of .* has 'tests/test_some' in its name"):
        results(checkout, only="tests/test_some")


def test_a_client_that_is_not_known() -> None:
    with pytest.raises(ClientError, match="calix"):
        client("callix")


def test_every_known_client_can_be_read() -> None:
    assert clients()["calix"].reason("tests/sw/py/test_generic_algorithm_calibration.py::Test::test_00")


def test_the_table_groups_what_passed_and_names_what_did_not(checkout: Path) -> None:
    made = list(rows(KNOWN, list(results(checkout).values())))
    assert [(row.name, row.count, row.outcome, row.why) for row in made] == [
        ("", 3, "passed", ""),
        ("", 1, "skipped", "not today"),
        ("test_bad", 1, "failed", "wrong on purpose"),
    ]
    assert all(Row.read(str(row)) == replace(row, seconds=round(row.seconds, 1)) for row in made)
    assert Row.read("| tests/a.py | 2 passed |  | 1.5 |") == Row("tests/a.py", "", 2, "passed", "", 1.5), "as tables were before"


RUNS = """\
from dlens_vx_v3 import halco, hxcomm, sta, hal
def wait(milliseconds):
    builder = sta.PlaybackProgramBuilder()
    builder.write(halco.TimerOnDLS(), hal.Timer())
    builder.block_until(halco.TimerOnDLS(), hal.Timer.Value(125000 * milliseconds))
    with hxcomm.ManagedConnection() as connection:
        sta.run(connection, builder.done())
"""


def test_time_on_the_chip_is_counted_for_each_test_and_program(checkout: Path) -> None:
    tests = "def test_long():\n    wait(20)\ndef test_short():\n    wait(3)\ndef test_none():\n    pass\n"
    (checkout / "tests" / "test_some.py").write_text(RUNS + tests)
    (checkout / "script.py").write_text(f"{RUNS}for _ in range(2):\n    wait(20)\n")
    found = results(checkout, Client(title="some", tests=["tests"], programs=["*.py"]))
    times = {name: one.on_chip for name, one in found.items()}
    assert times == {
        "test_long": pytest.approx(20, abs=1),
        "test_short": pytest.approx(3, abs=1),
        "test_none": 0,
        "script.py": pytest.approx(40, abs=2),
    }
    assert all(0 <= one.model <= one.seconds + 0.01 for one in found.values())


def row(file: str, outcome: str = "passed") -> Row:
    return Row(f"tests/{file}.py", "", 2, outcome, "", 1.0)


def test_a_section_is_made_anew_and_others_stay() -> None:
    document = merged("", "a 1, chip 0", KNOWN, [row("test_one"), row("test_two")])
    document = merged(document, "b 2, chip 0", KNOWN, [row("test_other")])
    again = merged(document, "a 1, chip 0", KNOWN, [row("test_two", "failed"), row("test_three")])
    assert again.startswith("# Compatibility") and again.count("## a 1, chip 0") == 1
    first, second = again.split("## ")[1:]
    assert "4 passed, 2 failed; 3 s." in first and [line.split()[1] for line in first.splitlines() if line.startswith("| tests")] == [
        "tests/test_one.py", "tests/test_three.py", "tests/test_two.py",
    ]  # fmt: skip
    assert second == document.split("## ")[2]


def request(checkout: Path, output: Path, **others: object) -> SimpleNamespace:
    known = {"only": "", "limit": 60, "keep": None, "work": None, "resume": False}
    return SimpleNamespace(client="some", checkout=checkout, serial=5, output=output, **(known | others))


SHARED = """\
from pathlib import Path
def test_left_by_another():
    Path("made").write_text(Path("made").read_text() + "x" if Path("made").exists() else "x")
"""


def test_what_a_file_leaves_serves_the_next(checkout: Path, tmp_path: Path) -> None:
    (checkout / "tests" / "test_more.py").write_text(SHARED)
    (checkout / "tests" / "test_some.py").write_text(SHARED)
    for _ in range(2):
        list(run(KNOWN, checkout, 60, os.environ, work=tmp_path / "work"))
    assert (tmp_path / "work" / "made").read_text() == "xxxx"


def test_a_run_that_was_interrupted_goes_on(checkout: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(command, "client", lambda name: KNOWN)
    assert command.main(request(checkout, tmp_path / "table.md")) == 0
    (checkout / "tests" / "test_more.py").write_text("def test_more():\n    pass\n")
    capsys.readouterr()
    assert command.main(request(checkout, tmp_path / "table.md", resume=True)) == 0
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["tests/test_more.py::test_more"]
    assert "4 passed, 1 failed, 1 skipped" in (tmp_path / "table.md").read_text()


def test_failures_without_a_reason_set_the_exit_status(checkout: Path, tmp_path: Path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(command, "client", lambda name: KNOWN)
    chosen = request(checkout, tmp_path / "table.md")
    assert command.main(chosen) == 0 and "wrong on purpose" in (tmp_path / "table.md").read_text()
    monkeypatch.setattr(command, "client", lambda name: Client(title="some", tests=["tests"], path=["lib"]))
    assert command.main(chosen) == 1 and "another answer" in capsys.readouterr().out


PAGE = """\
Title
=====

.. include:: common.rst

.. only:: jupyter and not (exclude_nmpi or Other)

   .. code:: ipython3

       left_out

Text with a quotation:

.. code:: python3

    quoted

.. only:: Solution

    .. note:: Indented.

\t.. code:: ipython3
            :linenos:

            if True:

                answer = data.read()

.. code:: ipython3

    %matplotlib inline
    from matplotlib import pyplot
    pyplot.plot([1, 2])
    assert answer == "42"
"""
COMMON = ".. code-block:: ipython3\n\n    data = open('_static/data.txt')\n"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    (tmp_path / "common.rst").write_text(COMMON)
    (tmp_path / "material").mkdir()
    (tmp_path / "material" / "data.txt").write_text("42")
    (tmp_path / "page_1.rst").write_text(PAGE)
    (tmp_path / "page_2.rst").write_text("Nothing but text.\n")
    (tmp_path / "script.py").write_text("import sys\nprint('said')\nsys.exit(0)\n")
    return tmp_path / "page_1.rst"


PROGRAMS = Client(title="pages", programs=["page_*.rst", "*.py"], beside={"_static": ["material"]})


def test_the_code_of_a_page_is_that_of_its_notebook(page: Path) -> None:
    first, second, third = cells(page)
    assert first == "data = open('_static/data.txt')"
    assert second == "if True:\n\n    answer = data.read()"
    assert third.startswith("%matplotlib inline\nfrom")


def test_code_that_is_not_marked_counts_if_there_is_no_other(tmp_path: Path) -> None:
    (tmp_path / "page.rst").write_text(".. code:: python3\n\n    a = 1\n")
    assert cells(tmp_path / "page.rst") == ["a = 1"]


def test_programs_run_and_leave_pictures_and_output(page: Path, tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    found = [one for done in run(PROGRAMS, tmp_path, 60, os.environ, keep=tmp_path / "kept") for one in done]
    assert [(one.test, one.outcome, one.message) for one in found] == [("page_1.rst", "passed", ""), ("script.py", "passed", "")]
    assert (tmp_path / "kept" / "page_1" / "000.png").stat().st_size > 1000
    assert (tmp_path / "kept" / "script" / "output.txt").read_text() == "said\n"
    assert (tmp_path / "kept" / "page_1" / "page_1.ipy").read_text().count("# %%\n") == 3


def test_a_cell_that_fails_is_named(page: Path, tmp_path: Path) -> None:
    pytest.importorskip("IPython")
    (tmp_path / "material" / "data.txt").write_text("43")
    (one,) = next(run(PROGRAMS, tmp_path, 60, os.environ))
    assert (one.outcome, one.message) == ("failed", "AssertionError:  (cell 2)")


def test_a_script_that_fails_says_how(page: Path, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("{}['key']\n")
    (one,) = next(run(PROGRAMS, tmp_path, 60, os.environ, only="script"))
    assert (one.outcome, one.message) == ("failed", "KeyError: 'key'")
