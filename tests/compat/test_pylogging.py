"""The original's logging module on Python's."""

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import pylogging as logger


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    """No configuration of an earlier test, and none left behind."""
    logger.reset()
    yield
    logger.reset()


def say_everything(log: logger.Logger) -> None:
    for level in ("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"):
        getattr(log, level)(level)


def lines(path: Path) -> list[str]:
    """Level, logger and message of each line, times left out."""
    return [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", line) for line in path.read_text().splitlines()]


def test_levels_of_loggers_and_of_those_below(tmp_path: Path) -> None:
    path = tmp_path / "log"
    logger.log_to_file(str(path), logger.LogLevel.WARN)
    logger.set_loglevel(logger.get("xyz"), logger.LogLevel.DEBUG)
    logger.set_loglevel(logger.get("xyz.test"), logger.LogLevel.INFO)
    for name in ("test", "xyz", "xyz.test", "xyz.other"):
        say_everything(logger.get(name))
    logger.reset()
    found = lines(path)
    assert found[:3] == ["FATAL test FATAL", "ERROR test ERROR", "WARN  test WARN"]
    assert [sum(f" {name} " in line for line in found) for name in ("test", "xyz", "xyz.test", "xyz.other")] == [3, 5, 4, 5]


def test_a_logger_with_a_file_of_its_own(tmp_path: Path) -> None:
    logger.default_config(level=logger.LogLevel.INFO, fname=str(tmp_path / "all"), date_format="NULL")
    logger.append_to_file(str(tmp_path / "one"), logger.get("one"))
    logger.get("one").INFO("a ", 1, " b")
    logger.get("two").info("c")
    logger.reset()
    assert (tmp_path / "all").read_text().splitlines() == ["INFO  one a 1 b", "INFO  two c"]
    assert lines(tmp_path / "one") == ["INFO  one a 1 b"]


def test_places_are_counted_and_taken_away() -> None:
    root, before = logger.get_root(), logger.get_root().get_number_of_appenders()
    logger.default_config()
    logger.append_to_cout(logger.get("abc"))
    assert root.get_number_of_appenders() == before + 1 and logger.get("abc").get_number_of_appenders() == 1
    logger.reset()
    assert root.get_number_of_appenders() == before and logger.get("abc").get_number_of_appenders() == 0


def test_console(capsys: pytest.CaptureFixture[str]) -> None:
    logger.default_config(level=logger.LogLevel.WARN, date_format="NULL", print_location=True)
    logger.get("abc").WARN("be careful")
    logger.get("abc").INFO("nothing")
    output = capsys.readouterr().out.splitlines()
    assert output[0] == "WARN  abc be careful" and "test_pylogging.py:" in output[1] and len(output) == 2


def test_loggers_are_those_of_python(caplog: pytest.LogCaptureFixture) -> None:
    logger.set_loglevel(logger.get("stadls.run"), logger.LogLevel.TRACE)
    logger.get("stadls.run").TRACE("seen")
    assert caplog.records[-1].name == "stadls.run" and caplog.records[-1].levelno == 5
    assert logger.get("a") == logger.get("a") != logger.get("b") and logger.get("a").getName() == "a"
    logger.get("quiet.one").setAdditivity(False)
    logger.get("quiet.one").ERROR("unseen")
    assert caplog.records[-1].name == "stadls.run"
    logging.getLogger("quiet.one").propagate = True


def test_levels() -> None:
    assert logger.LogLevel.toLevel("debug", logger.LogLevel.WARN) is logger.LogLevel.DEBUG
    assert logger.LogLevel.toLevel("nonsense", logger.LogLevel.WARN) is logger.LogLevel.WARN
    assert logger.LogLevel.INFO.toString() == "INFO" and logger.INFO is logger.LogLevel.INFO
    with pytest.raises(TypeError):
        logger.LogLevel.INFO < logger.LogLevel.WARN  # type: ignore[operator]  # noqa: B015


def output_of(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout


def test_after_the_usual_import_warnings_are_shown() -> None:
    output = output_of("from dlens_vx_v3 import logger; logger.get('abc').WARN('seen'); logger.get('abc').INFO('unseen')")
    assert output.endswith("abc seen\n") and "unseen" not in output


def test_python_can_still_be_configured_after_the_import() -> None:
    program = "import dlens_vx_v3, logging, sys; logging.basicConfig(stream=sys.stdout, format='mine %(message)s'); logging.warning('seen')"
    assert output_of(program) == "mine seen\n"


def test_the_idiom_of_the_original_scripts() -> None:
    program = """
from dlens_vx_v3 import logger
if logger.get_root().get_number_of_appenders() == 0:
    logger.reset()
    logger.default_config(level=logger.LogLevel.INFO, date_format="NULL")
logger.get("abc").INFO("seen")
"""
    assert output_of(program) == "INFO  abc seen\n"
