"""`hicannx reg`: what a register has, where something is mentioned, and what a chip says."""

import pytest

import haldls
from haldls import lola
from hicannx.cli import main
from hicannx.tables import plain


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    assert main(["reg", *arguments]) == status
    taken = capsys.readouterr()
    return taken.out + taken.err


def test_a_register_by_name_in_any_case(capsys):
    text = said(capsys, "neuronbackendconfig")
    assert "behavioural" in text and "512 of them" in text
    (row,) = (line for line in text.splitlines() if line.startswith("refractory_time"))
    assert "~w1[3:0] ~w2[5:2]" in row and "0 .. 255" in row and "cycles of the selected clock" in row


def test_a_word_by_address(capsys):
    text = said(capsys, "0x1a1001")
    assert "NeuronBackendConfig at NeuronBackendConfigOnDLS(0), word 1" in text
    assert "reset_holdoff" in text and "enable_adaptation_pulse" not in text


def test_a_composed_container(capsys):
    assert "leak.v_leak" in said(capsys, "AtomicNeuron")


def test_every_container_can_be_shown(capsys):
    every = [one for one in haldls.containers] + [one for one in lola.containers if hasattr(one, "parts")]
    assert len(every) > 120
    for container in every:
        assert container.__name__ in said(capsys, container.__name__)


def test_search(capsys):
    text = said(capsys, "search", "refractory", "time")
    assert "NeuronBackendConfig.refractory_time" in text and "NeuronBackendConfig.reset_holdoff" in text
    assert said(capsys, "search", "flux compensator", status=1) == "hicannx: nothing mentions 'flux compensator'\n"


def test_live(capsys, monkeypatch):
    monkeypatch.setenv("HICANNX_CHIP", "9")
    text = said(capsys, "NeuronConfig", "--live", "--at", "3")
    assert "chip9" in text and "membrane_capacitor_size" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["NeuronBackend"], "hicannx reg search NeuronBackend"),
        (["0x7fffffff"], "no register at address"),
        (["search"], "a text is missing"),
        (["NeuronConfig", "--live", "--at", "512"], "0 .. 511"),
    ],
)
def test_what_is_refused(capsys, arguments, words):
    text = said(capsys, *arguments, status=1)
    assert words in text and "Traceback" not in text


def test_columns():
    assert plain(("a", "bcd"), [("xx", "y"), ("", "z")]) == ["a   bcd", "xx  y", "    z"]
