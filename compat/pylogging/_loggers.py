"""Loggers and levels."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Any

_TRACE = 5
logging.addLevelName(_TRACE, "TRACE")


class LogLevel(Enum):
    """How important a message is. There is no order between levels, as in the original."""

    FATAL = logging.CRITICAL
    ERROR = logging.ERROR
    WARN = logging.WARNING
    INFO = logging.INFO
    DEBUG = logging.DEBUG
    TRACE = _TRACE
    ALL = 1

    def toString(self) -> str:  # noqa: N802
        """The level's name."""
        return self.name

    @classmethod
    def toLevel(cls, name: str, default: LogLevel) -> LogLevel:  # noqa: N802
        """The level of that name, `default` if there is none."""
        return cls.__members__.get(name.upper(), default)


class Logger:
    """A named source of messages. The arguments of one message are put together as text."""

    def __init__(self, python: logging.Logger) -> None:
        self.python = python

    def _log(self, level: LogLevel, *parts: Any) -> None:
        if self.python.isEnabledFor(level.value):
            self.python.log(level.value, "%s", "".join(str(part) for part in parts), stacklevel=3)

    def TRACE(self, *parts: Any) -> None:  # noqa: N802
        """Logs what hardly anybody wants to see."""
        self._log(LogLevel.TRACE, *parts)

    def DEBUG(self, *parts: Any) -> None:  # noqa: N802
        """Logs what helps to find a fault."""
        self._log(LogLevel.DEBUG, *parts)

    def INFO(self, *parts: Any) -> None:  # noqa: N802
        """Logs what happens."""
        self._log(LogLevel.INFO, *parts)

    def WARN(self, *parts: Any) -> None:  # noqa: N802
        """Logs what may be wrong."""
        self._log(LogLevel.WARN, *parts)

    def ERROR(self, *parts: Any) -> None:  # noqa: N802
        """Logs what is wrong."""
        self._log(LogLevel.ERROR, *parts)

    def FATAL(self, *parts: Any) -> None:  # noqa: N802
        """Logs what ends the program."""
        self._log(LogLevel.FATAL, *parts)

    trace, debug, info, warn, error, fatal = TRACE, DEBUG, INFO, WARN, ERROR, FATAL

    def getName(self) -> str:  # noqa: N802
        """The logger's name."""
        return self.python.name

    def setAdditivity(self, additive: bool) -> None:  # noqa: N802
        """Whether messages also go where those of the logger above go."""
        self.python.propagate = additive

    def addAppender(self, appender: logging.Handler) -> None:  # noqa: N802
        """Sends the messages to one more place."""
        self.python.addHandler(appender)

    def get_number_of_appenders(self) -> int:
        """Number of places that this logger itself sends its messages to."""
        return len(self.python.handlers)

    def __eq__(self, other: object) -> bool:
        return self.python is other.python if isinstance(other, Logger) else NotImplemented

    def __hash__(self) -> int:
        return hash(self.python)

    def __repr__(self) -> str:
        return f"Logger({self.getName()!r})"


def get(channel: str) -> Logger:
    """The logger of that name; dots separate the levels of the hierarchy."""
    return Logger(logging.getLogger(channel))


def get_root() -> Logger:
    """The logger above all others."""
    return Logger(logging.getLogger())


def set_loglevel(logger: Logger, level: LogLevel) -> None:
    """Less important messages of this logger, and of those below without a level of their own, are dropped."""
    logger.python.setLevel(level.value)
