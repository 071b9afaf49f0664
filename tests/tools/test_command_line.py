"""What one can type, and what the environment can say, never ends in a traceback."""

import argparse
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from hicannx import commands, reports  # noqa: F401
from hicannx.arguments import assignment, output, path
from hicannx.cli import main, parser
from hicannx.starting import INTERRUPTED

WORDS = {
    "--address",
    "--compiler",
    "--function",
    "-D",
    "-I",
    "register",
    "address",
    "--class",
    "arguments",
    "what",
    "text",
    "function",
    "--grid",
    "--fpga",
    "user",
    "client",
    "--only",
    "one",
    "other",
    "words",
    "message",
    "fields",
}
"""What is neither a number nor a path: checked where it is used."""


def parsers(made=None, given=()):
    """(arguments that lead there, parser) of every command and action."""
    made = made or parser()
    yield given, made
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, sub in action.choices.items():
                yield from parsers(sub, (*given, name))


def options(wanted):
    for given, made in parsers():
        for action in made._actions:
            if action.nargs != 0 and not isinstance(action, argparse._SubParsersAction) and wanted(action):
                yield pytest.param(given, made, action, id=" ".join([*given, *(action.option_strings[:1] or [action.dest])]))


PATHS = (path, output)


def is_number(action):
    return action.type is not None and action.type not in (*PATHS, assignment)


@pytest.mark.parametrize("given, made, action", list(options(lambda action: not is_number(action))))
def test_every_option_is_a_number_a_choice_a_path_or_a_known_word(given, made, action):
    assert action.choices or action.type in PATHS or {*action.option_strings, action.dest} & WORDS


@pytest.mark.parametrize("text", ["abc", "-3", str(2**70), "1.5", "nan", "0x", "\u0663\u0664x"])
@pytest.mark.parametrize("given, made, action", list(options(is_number)))
def test_every_number_has_a_range(given, made, action, text, capsys):
    option = action.option_strings[0] if action.option_strings else None
    needed = [other.dest for other in made._actions if not other.option_strings and other is not action and other.nargs != "*"]
    arguments = [*given, f"{option}={text}", *needed] if option else [*given, *needed, "--", text]
    with pytest.raises(SystemExit) as end:
        main(arguments)
    said = capsys.readouterr()
    assert end.value.code == 2 and said.out == "" and said.err.count("\n") == 1
    assert (option or action.metavar) in said.err and "whole number from " in said.err and text in said.err


def refused(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        main(arguments)
    said = capsys.readouterr()
    assert end.value.code == 2 and said.out == "" and said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("text", ["", "a\0b"], ids=repr)
@pytest.mark.parametrize("given, made, action", list(options(lambda action: action.type in PATHS)))
def test_every_path_is_one(given, made, action, text, capsys):
    places = [other for other in made._actions if not other.option_strings and other.nargs != "..."]
    option = [f"{action.option_strings[-1]}={text}"] if action.option_strings else []
    said = refused([*given, *option, *(text if place is action else place.dest for place in places)], capsys)
    assert (action.option_strings or [action.metavar])[0] in said and "a path is needed" in said


@pytest.mark.parametrize("text, why", [("/nowhere/at/all", "there is no folder /nowhere/at"), ("/", "/ is a folder")])
@pytest.mark.parametrize("given, made, action", list(options(lambda action: action.type is output)))
def test_what_cannot_be_written_is_told_before_the_work(given, made, action, text, why, capsys):
    needed = [other.dest for other in made._actions if not other.option_strings]
    assert why in refused([*given, f"{action.option_strings[-1]}={text}", *needed], capsys)


@pytest.mark.parametrize("given", [given for given, _ in parsers()], ids=" ".join)
def test_version_everywhere(given, capsys):
    with pytest.raises(SystemExit) as end:
        main([*given, "--version"])
    name, version = capsys.readouterr().out.split()
    assert end.value.code == 0 and name == "hicannx" and version[0].isdigit()


@pytest.mark.parametrize("given", [given for given, _ in parsers()], ids=" ".join)
def test_help_everywhere(given, capsys):
    with pytest.raises(SystemExit) as end:
        main([*given, "--help"])
    assert end.value.code == 0 and capsys.readouterr().out.startswith("usage: hicannx")


@pytest.mark.parametrize(
    "given", ["--membrane 0 1 x.py --chip 9", "--membrane 0 1 --chip 2 x.py --chip 9", "--chip 2 --membrane 0 1 -- x.py --chip 9"]
)
def test_values_of_an_option_end_where_the_script_begins(given):
    chosen = parser().parse_args(["record", *given.split()])
    assert chosen.membrane == [0, 1] and str(chosen.script) == "x.py" and chosen.arguments == ["--chip", "9"]
    chosen = parser().parse_args(["sweep", "--grid", "g=1", "x=2,3", "x.py:f"])
    assert chosen.grid == ["g=1", "x=2,3"] and chosen.function == "x.py:f"


@pytest.mark.parametrize("given, made, action", list(options(lambda action: action.nargs == "+" and action.option_strings)))
def test_an_option_of_several_values_gathers_them_all(given, made, action):
    text = "a=1" if action.type is assignment else "1"
    needed = ["--", *places] if (places := [other.dest for other in made._actions if not other.option_strings]) else []
    required = ["--grid", "g=1"] if given == ("sweep",) and action.dest != "grid" else []
    chosen = parser().parse_args([*given, *required, action.option_strings[0], text, text, action.option_strings[0], text, *needed])
    assert len(getattr(chosen, action.dest)) == 3


@pytest.mark.parametrize(
    "line, why",
    [
        ("reg MADCConfig --at 0", "--at"),
        ("reg MADCConfig gain", "'gain'"),
        ("reg search gain --live", "--live"),
        ("reg 0x1a1001 --live --at 5", "--at 5"),
        ("reg search nobodysaysthis", "nothing mentions 'nobodysaysthis'"),
        ("words make Address address=1 address=2", "address is given twice"),
        ("record --vcd {folder}/x --perfetto {folder}/../{name}/x {folder}/script.py", "two kinds"),
        ("record {folder}/script.py --vcd {folder}/x", "before the script"),
        ("diff nothing nothing", "no such file"),
        ("service --port 0 --fpga nowhere", "--fpga: 'nowhere'"),
        ("service --port 0 --memory 1", "--memory"),
        ("token ann --tokens {folder}/script.py", "script.py, line 1"),
        ("docs --output {folder}/script.py", "script.py: File exists"),
        ("sweep {folder}/script.py:f --grid a=1..9999/1 b=1..9999/1", "99980001 combinations of a, b"),
        ("sweep {folder}/other.py:f --grid chip=1.5", "chip: 1.5"),
    ],
)
def test_what_would_be_ignored_or_never_end_is_refused(line, why, tmp_path, capsys):
    for name in ("script", "other"):
        (tmp_path / f"{name}.py").write_text("def f(connection, point): return 1\n")
    assert main(line.format(folder=tmp_path, name=tmp_path.name).split()) == 1
    said = capsys.readouterr().err
    assert said.startswith("hicannx: ") and said.count("\n") == 1 and why in said


@pytest.mark.parametrize("line", ["ppu run {program}", "gdb {program}", "reg MADCConfig --live"])
def test_a_command_for_one_chip_does_not_take_several(line, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("HICANNX_CHIP", "1, 2")
    assert main(line.format(program=tmp_path).split()) == 1
    assert capsys.readouterr().err == "hicannx: HICANNX_CHIP chooses 2 chips, and this takes one\n"


ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^ {4}(?:\$ |mpirun -n \d+ )?hicannx (.+)$|`hicannx ((?:[a-z][\w-]+) [^`\n]*--[^`\n]*)`", re.MULTILINE)
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
WRITTEN = [
    pytest.param(one or other, id=f"{document.name}: {one or other}")
    for document in DOCUMENTS
    for one, other in LINE.findall(document.read_text("utf-8"))
]


@pytest.mark.parametrize("line", WRITTEN)
def test_lines_in_the_documents_are_understood(line, tmp_path, monkeypatch):
    """As they stand, and with all that they show as optional; no option goes to the script that is meant for the command."""
    monkeypatch.chdir(tmp_path)
    for folder in ("build", "docs", "page"):
        (tmp_path / folder).mkdir()
    text = re.sub(r"\s#\s.*", "", line.replace("/var/lib/node_exporter/", ""))
    text = re.sub(r"top\|bottom", "top", text.replace("[", "").replace("]", "").replace(" ...", ""))
    arguments = [{"CYCLES": "1", "COUNT": "1", "PORT": "1", "SERIAL": "1"}.get(word, word) for word in text.split()]
    chosen = parser().parse_args(arguments)
    assert not [word for word in getattr(chosen, "arguments", []) if word in arguments and word.startswith("--")]


def test_the_documents_have_such_lines():
    assert len(WRITTEN) > 30


# ------------------------------------------------------------------------------------------------------------ ends that nobody wants
ENOUGH = {
    "doctor": ["x.py"],
    "ppu": ["check", "x.elf"],
    "gdb": ["x.elf"],
    "calibration": ["show", "x.bin"],
    "sweep": ["x.py:f", "--grid", "x=1"],
    "reg": ["MADCControl"],
    "token": ["ann"],
    "compatibility": ["calix", "x"],
    "diff": ["x", "y"],
    "words": ["list"],
    "record": ["x.py"],
    "c-library": ["x"],
    "cluster": ["x.py", "x"],
}


@pytest.mark.parametrize("command", commands.ALL, ids=lambda command: command.name)
@pytest.mark.parametrize("end", ["KeyboardInterrupt()", "BrokenPipeError()", "OSError(28, 'no space left')"])
def test_interrupts_and_lost_readers(command, end, monkeypatch, capsys):
    def fail(chosen):
        raise eval(end)

    monkeypatch.setattr(commands.Command, "load", lambda self: fail)
    status = main([command.name, *ENOUGH.get(command.name, [])])
    said = capsys.readouterr().err
    assert status == (INTERRUPTED if "Keyboard" in end else 1) and said.count("\n") <= 1 and "Traceback" not in said


COMMANDS = [
    ["info"],
    ["accuracy"],
    ["docs"],
    ["ppu", "run", "x.elf"],
    ["ppu", "check", "x.elf"],
    ["ppu", "disassemble", "x.elf"],
    ["gdb", "x.elf"],
]
ENVIRONMENTS = [
    {"HICANNX_CHIP": "abc"},
    {"HICANNX_MODE": "perfect"},
    {"HICANNX_SEED": "-1"},
    {"HICANNX_STRICT": "maybe"},
    {"HICANNX_SETUP": "wafer"},
    {"HICANNX_RUN_TIMEOUT": "nan"},
    {"HXCOMM_ENABLE_ZERO_MOCK": "maybe"},
    {"HXCOMM_ENABLE_ZERO_MOCK": "1"},
    {"QUIGGELDY_ENABLED": "1"},
    {"SLURM_FPGA_IPS": ""},
    {"SLURM_FPGA_IPS": "nowhere"},
    {"SLURM_FPGA_IPS": "127.254.254.254:4:5"},
    {"FLANGE_SIMULATION_RCF_PORT": "x"},
    {"FLANGE_SIMULATION_RCF_PORT": "50001"},
    {"HICANNX_HWDB": "/"},
    {"HICANNX_STIRCT": "1"},
]


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=str)
def test_nothing_in_the_environment_ends_in_a_traceback(environ, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("fisch.arq.connection.CONNECT_TIMEOUT", 0.05)
    monkeypatch.setattr("hicannx.reports.write_book", lambda folder: ["page"])
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    for arguments in COMMANDS:
        status = main(arguments)
        said = capsys.readouterr().err
        assert status in (0, 1) and said.count("\n") <= 1
        if status:
            assert said.startswith("hicannx: ")


@pytest.mark.parametrize("path", ["/nowhere/at/all", "/", "/etc/passwd/x"], ids=repr)
def test_paths_that_lead_nowhere(path, capsys, monkeypatch):
    for arguments in (
        ["docs", "--output", f"{path}/docs"],
        ["ppu", "check", path],
        ["calibration", "show", path],
        ["ppu", "run", path],
    ):
        if (path, arguments[-1]) == ("/", "//docs") or (path.startswith("/nowhere") and arguments[1] == "--output"):
            continue  # there one may write
        assert main(arguments) == 1
        said = capsys.readouterr().err
        assert said.startswith("hicannx: ") and said.count("\n") == 1


def started(*arguments, **options):
    command = [sys.executable, "-m", "hicannx", *arguments]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ, **options)


def test_interrupting_a_process(address):
    with started("serve", "--address", address) as process:
        while not process.stdout.readline().startswith("SLURM"):
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == INTERRUPTED and "Traceback" not in errors


def test_interrupting_while_a_library_loads(tmp_path):
    """It may make another error of the interrupt, as numpy does."""
    (tmp_path / "numpy.py").write_text(
        "import os, signal, time\ntry:\n    os.kill(os.getpid(), signal.SIGINT); time.sleep(9)\n"
        "except KeyboardInterrupt:\n    raise ImportError('numpy is damaged') from None\n"
    )
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])}
    done = subprocess.run([sys.executable, "-m", "hicannx", "info"], capture_output=True, text=True, env=environ, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (INTERRUPTED, "", "hicannx: interrupted\n")


def test_names_of_files_that_are_no_text(tmp_path, capsys):
    name = os.fsencode(tmp_path / "program") + b"\xff.c"
    for arguments in (["ppu", "check"], ["ppu", "build"], ["doctor"], ["accuracy"], ["calibration", "show"], ["report"]):
        done = subprocess.run([sys.executable, "-m", "hicannx", *arguments, name], capture_output=True, timeout=60, check=False)
        assert done.returncode == 1 and b"Traceback" not in done.stderr and done.stderr.startswith(b"hicannx: "), done.stderr


@pytest.mark.parametrize("command", ["info", "accuracy", "reg MADCConfig"])
def test_terminals_without_our_characters(command):
    environ = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run([sys.executable, "-m", "hicannx", *command.split()], capture_output=True, env=environ, timeout=60, check=False)
    assert done.returncode == 0 and done.stderr == b"" and done.stdout


@pytest.mark.parametrize("arguments", [["accuracy"], ["--help"], ["info"], ["reg", "MADCConfig"]], ids=" ".join)
def test_closed_and_full_outputs(arguments):
    for redirect, statuses in ((">&-", (0,)), ("> /dev/full", (0, 1)), ("| true", (0, 1)), ("2>&- >&-", (0,))):
        line = f"{sys.executable} -m hicannx {' '.join(arguments)} {redirect}; exit ${{PIPESTATUS[0]}}"
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, env=environ, timeout=60, check=False)
        assert done.returncode in statuses and "Traceback" not in done.stderr and "Exception ignored" not in done.stderr, (
            line,
            done.stderr,
        )


SLOW = "import time\ndef f(connection, point):\n    time.sleep(100)\n"


SWEEP = ["sweep", "slow.py:f", "--grid", "x=1..9", "--workers", "2"]


@pytest.mark.parametrize("arguments", [SWEEP, ["service", "--port", "0"]], ids=lambda one: one[0])
def test_interrupting_everything_that_runs_in_a_terminal(arguments, tmp_path):
    """Ctrl-C goes to all processes: none of them shows a traceback, and none stays."""
    (tmp_path / "slow.py").write_text(SLOW)
    with started(*arguments, cwd=tmp_path, start_new_session=True) as process:
        time.sleep(2)
        os.killpg(process.pid, signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == INTERRUPTED and "Traceback" not in errors, errors
    with pytest.raises(ProcessLookupError):
        for _ in range(100):
            os.killpg(process.pid, 0)
            time.sleep(0.05)


def test_interrupting_the_sweep_alone(tmp_path):
    (tmp_path / "slow.py").write_text(SLOW)
    with started(*SWEEP, cwd=tmp_path, start_new_session=True) as process:
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == INTERRUPTED and errors == "hicannx: interrupted\n"
