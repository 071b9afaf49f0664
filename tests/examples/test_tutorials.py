"""Each tutorial runs from its first cell to the last, and draws or prints in those that say so."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "tutorials"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
MOST_SECONDS = 300
PICTURES = {"girls_day": 4, "lab_course": 4, "hagen_product": 1}


def test_there_are_tutorials() -> None:
    assert {notebook.stem for notebook in NOTEBOOKS} >= {"girls_day", "lab_course", "hagen_product", "ppu_program", "silent_setup"}


@pytest.mark.filterwarnings("ignore")  # of the notebook's machinery
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda notebook: notebook.stem)
def test_a_tutorial_runs(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("HICANNX_EXPLAIN", "0")
    content = nbformat.read(notebook, as_version=4)
    assert all(not cell.get("outputs") for cell in content.cells), "kept without outputs"
    nbclient.NotebookClient(content, timeout=MOST_SECONDS, kernel_name="python3").execute()
    shown = [output for cell in content.cells for output in cell.get("outputs", ())]
    assert not [output for output in shown if output["output_type"] == "error"]
    assert shown
    pictures = sum("image/png" in output.get("data", {}) for output in shown)
    assert pictures >= PICTURES.get(notebook.stem, 0), "plots are shown"
