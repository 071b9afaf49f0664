"""What belongs to snippets of an experiment, and stays valid until a later snippet has something else."""

from __future__ import annotations

from typing import Any


class SnippetDataDictionary(dict[int, Any]):
    """Values by number of a snippet; a snippet without a value has that of the nearest one before it.

    >>> places = SnippetDataDictionary({0: "top", 3: "bottom"})
    >>> places[2], places.get(5)
    ('top', 'bottom')
    """

    def __getitem__(self, snippet_index: int) -> Any:
        """Raises KeyError if no snippet up to this one has a value."""
        known = max((number for number in self if number <= snippet_index), default=None)
        if known is None:
            raise KeyError(f"no snippet up to {snippet_index} has a value; those that have one are {sorted(self)}")
        return super().__getitem__(known)

    def get(self, snippet_index: int) -> Any:  # type: ignore[override]
        """The same."""
        return self[snippet_index]
