"""Stored forms that the original has written: text and bytes of objects of every class, as recorded in tests/golden.

HICANNX_STORED_FORMS names a file with more of them to be used instead.
"""

import base64
import gzip
import hashlib
import json
import os
import zlib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parent.parent / "golden" / "stored_forms.jsonl.gz"


class Record(NamedTuple):
    """One object: its class, which instance it is, its bytes and its text (None: only the hash of the text is recorded)."""

    kind: str
    name: str
    instance: str
    binary: bytes
    text: str | None
    hash: str

    def is_text(self, text: str) -> bool:
        """Whether a text is that of the object."""
        return text == self.text if self.text is not None else hashlib.sha256(text.encode()).hexdigest() == self.hash

    def __str__(self) -> str:
        return f"{self.name} {self.instance}"


def _record(row: dict[str, Any]) -> Record:
    packed = row.get("binary_zlib")
    data = base64.b64decode(row["binary"]) if packed is None else zlib.decompress(base64.b64decode(packed))
    return Record(row["kind"], row["class"], row["instance"], data, row.get("json"), row.get("json_sha256", ""))


@cache
def records(*kinds: str) -> list[Record]:
    """All objects of some kinds: container, struct, coordinate, dumper, builder or program."""
    with gzip.open(os.environ.get("HICANNX_STORED_FORMS", FILE), "rt") as lines:
        return [_record(row) for row in map(json.loads, lines) if row["kind"] in kinds]
