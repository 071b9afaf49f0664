"""What belongs to snippets of an experiment; see `grenade.abstract.snippet_data`."""

from grenade.abstract import SnippetDataDictionary

__all__ = ["SnippetDataDictionary"]
