"""Experiments of elements and snippets; see `grenade.abstract.frontend`."""

from grenade.abstract import Experiment, ExperimentElement, ExperimentSnippet

__all__ = ["Experiment", "ExperimentElement", "ExperimentSnippet"]
