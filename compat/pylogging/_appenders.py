"""Where messages go: the console, files, other loggers of Python."""

from __future__ import annotations

import logging
import sys

from pylogging._loggers import Logger, LogLevel, get_root

_DATES = {
    "NULL": None,
    "": None,
    "ABSOLUTE": "%H:%M:%S",
    "DATE": "%d %b %Y %H:%M:%S",
    "ISO8601": "%Y-%m-%d %H:%M:%S",
    "RELATIVE": "relative",
}
_COLORS = {"TRACE": 34, "DEBUG": 36, "INFO": 32, "WARN": 33, "ERROR": 31, "FATAL": 35}
_NAMES = {level.value: level.name for level in LogLevel}

_own: list[tuple[Logger, logging.Handler]] = []


class _Layout(logging.Formatter):
    """`LEVEL time logger message`, in the order of the original."""

    def __init__(self, date_format: str = "ABSOLUTE", print_location: bool = False, color: bool = False) -> None:
        super().__init__()
        self._date, self._location, self._color = _DATES.get(date_format, date_format), print_location, color

    def format(self, record: logging.LogRecord) -> str:
        level = f"{_NAMES.get(record.levelno, record.levelname):5} "
        parts = [f"\x1b[{_COLORS.get(level.strip(), 0)}m{level}\x1b[0m" if self._color else level, self._time(record), record.name, " "]
        text = "".join([*parts, record.getMessage()])
        if self._location:
            text += f"\n  -> {record.pathname}:{record.lineno}"
        return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text

    def _time(self, record: logging.LogRecord) -> str:
        if self._date is None:
            return ""
        if self._date == "relative":
            return f"{record.relativeCreated:.0f} "
        return f"{self.formatTime(record, self._date)},{record.msecs:03.0f} "


class Appender(logging.StreamHandler):  # type: ignore[type-arg]
    """A place on the console; standard output is looked up for each message."""

    def __init__(self) -> None:
        super().__init__(sys.stdout)

    @property
    def stream(self):  # type: ignore[no-untyped-def]
        """Standard output as it is now."""
        return sys.stdout

    @stream.setter
    def stream(self, _: object) -> None:
        """What stands here does not matter."""


def _attach(logger: Logger, handler: logging.Handler, layout: logging.Formatter) -> logging.Handler:
    handler.setFormatter(layout)
    logger.addAppender(handler)
    _own.append((logger, handler))
    return handler


def reset() -> None:
    """Takes away all places that were configured here and all levels. What others have added to Python's logging stays."""
    for logger, handler in _own:
        logger.python.removeHandler(handler)
        handler.close()
    _own.clear()
    logging.getLogger().setLevel(logging.WARNING)
    for one in logging.Logger.manager.loggerDict.values():
        if isinstance(one, logging.Logger):
            one.setLevel(logging.NOTSET)


def append_to_cout(logger: Logger | None = None) -> logging.Handler:
    """Sends the messages of a logger (None: of all) to standard output."""
    return _attach(logger or get_root(), Appender(), _Layout())


def append_to_file(filename: str, logger: Logger | None = None) -> logging.Handler:
    """Sends the messages of a logger (None: of all) to a file, behind what stands there."""
    return _attach(logger or get_root(), logging.FileHandler(filename, delay=True), _Layout("ISO8601"))


def log_to_cout(level: LogLevel, logger: Logger | None = None) -> logging.Handler:
    """Sends messages of a level and above to standard output."""
    (logger or get_root()).python.setLevel(level.value)
    return append_to_cout(logger)


def log_to_file(filename: str, level: LogLevel, logger: Logger | None = None) -> logging.Handler:
    """Sends messages of a level and above to a file."""
    (logger or get_root()).python.setLevel(level.value)
    return append_to_file(filename, logger)


def write_to_logging(domain: str, logger: Logger | None = None) -> None:
    """Sends messages to Python's logger called `domain`: they are there already, since all loggers are Python's."""


def default_config(
    level: LogLevel = LogLevel.WARN,
    fname: str = "",
    dual: bool = False,
    print_location: bool = False,
    color: bool = True,
    date_format: str = "ABSOLUTE",
) -> None:
    """Messages of `level` and above go to standard output, or to the file `fname`, or with `dual` to both."""
    get_root().python.setLevel(level.value)
    if not fname or dual:
        _attach(get_root(), Appender(), _Layout(date_format, print_location, color and sys.stdout.isatty()))
    if fname:
        _attach(get_root(), logging.FileHandler(fname, delay=True), _Layout(date_format, print_location))


def configure_if_nobody_did() -> None:
    """Messages from WARN on go to standard output as long as nobody configures anything, be it here or in Python's logging."""
    if type(logging.lastResort) is not Appender:
        fallback = Appender()
        fallback.setFormatter(_Layout(color=sys.stdout.isatty()))
        logging.lastResort = fallback
