"""The original's private twin of `pygrenade_vx.signal_flow`, which scripts import by name."""

from grenade.signal_flow import (
    ExecutionHealthInfo,
    ExecutionTimeInfo,
    InputData,
    InputDataSnippet,
    OutputData,
    OutputDataSnippet,
)

__all__ = ["ExecutionHealthInfo", "ExecutionTimeInfo", "InputData", "InputDataSnippet", "OutputData", "OutputDataSnippet"]
