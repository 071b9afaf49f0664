"""Whether chips are in order: what an operator looks at every night, of virtual chips and of real ones."""

from hicannx.health.checks import CHECKS, check
from hicannx.health.results import References, Result, junit, metrics

__all__ = ["CHECKS", "References", "Result", "check", "junit", "metrics"]
