"""Who may use the service: a file with a line for each token, `name:SHA-256 of the token:day of expiry`."""

from __future__ import annotations

import hmac
import secrets
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path

from hicannx.errors import HicannxError


class TokenError(HicannxError, ValueError):
    """A token file that cannot be used, or a name that cannot be one."""


def give(path: Path, name: str, days: int) -> str:
    """A new token for a user, appended to the file; it is shown this once. Raises TokenError for a name with a colon or without letters,
    and for a file that is none of tokens."""
    if not name or not name.isprintable() or ":" in name or name != name.strip():
        raise TokenError(f"name {name!r}: letters, digits and what else can be printed, but no colon")
    token = secrets.token_urlsafe(32)
    exists, begin = path.exists(), ""
    if exists:
        Tokens(path)
        begin = "" if path.read_bytes()[-1:] in (b"", b"\n") else "\n"
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{begin}{name}:{_digest(token)}:{date.today() + timedelta(days)}\n")
    if not exists:
        path.chmod(0o600)
    return token


class Tokens:
    """The tokens of a file, read when they are asked for: a line that is taken out counts at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines()

    def user(self, token: str) -> str | None:
        """Whose token it is; None for one that is unknown or has expired."""
        digest, found = _digest(token), None
        for name, known, expires in self._lines():
            if hmac.compare_digest(digest, known) and date.today() <= expires:
                found = name
        return found

    def _lines(self) -> list[tuple[str, str, date]]:
        found, number = [], 0
        try:
            for number, line in enumerate(self._path.read_text("utf-8").splitlines(), 1):  # noqa: B007  # for the error
                if line.strip():
                    name, digest, expires = line.split(":")
                    found.append((name, digest, date.fromisoformat(expires)))
        except OSError as error:
            raise TokenError(f"{self._path}: {error.strerror}; `hicannx token USER --tokens {self._path}` makes one") from None
        except ValueError:
            raise TokenError(f"{self._path}, line {number}: name:digest:day of expiry is needed") from None
        return found


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
