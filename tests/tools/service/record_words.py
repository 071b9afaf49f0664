"""A plugin of pytest: digests of what every test sends to connections and gets back, as JSON in the file that WORDS_OF_TESTS names."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from fisch.connection import MultiConnection, Words

_found: dict[str, list[str]] = defaultdict(list)
_execute = MultiConnection.execute


def _recorded(connection: MultiConnection, programs: Sequence[Words]) -> list[Words]:
    answers = _execute(connection, programs)
    digest = sha256()
    for words in (*programs, *answers):
        digest.update(np.ascontiguousarray(words, np.uint64).tobytes() + b"|")
    told = _found[os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]]
    if told[-1:] != [digest.hexdigest()]:  # a test may repeat something until it was fast enough
        told.append(digest.hexdigest())
    return answers


def pytest_configure() -> None:
    MultiConnection.execute = _recorded  # type: ignore[method-assign]


def pytest_sessionfinish(session: Any) -> None:
    Path(os.environ["WORDS_OF_TESTS"]).write_text(json.dumps(_found))
