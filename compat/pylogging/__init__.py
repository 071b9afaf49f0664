"""The original's logging module, on Python's own: loggers, levels and where their messages go.

    import pylogging as logger

    logger.default_config(level=logger.LogLevel.WARN)
    logger.set_loglevel(logger.get("stadls"), logger.LogLevel.DEBUG)
    logger.get("my.experiment").INFO("started")

The loggers are those of Python's `logging`, so whoever configures that (or listens to `logging.getLogger("stadls.run")`) gets everything as
well. Configuration files of the original's logging library are not read.
"""

from pylogging._appenders import (
    append_to_cout,
    append_to_file,
    default_config,
    log_to_cout,
    log_to_file,
    reset,
    write_to_logging,
)
from pylogging._loggers import Logger, LogLevel, get, get_root, set_loglevel

FATAL, ERROR, WARN, INFO, DEBUG, TRACE = (getattr(LogLevel, name) for name in ("FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"))

__all__ = [
    "DEBUG",
    "ERROR",
    "FATAL",
    "INFO",
    "TRACE",
    "WARN",
    "LogLevel",
    "Logger",
    "append_to_cout",
    "append_to_file",
    "default_config",
    "get",
    "get_root",
    "log_to_cout",
    "log_to_file",
    "reset",
    "set_loglevel",
    "write_to_logging",
]
