"""Connections to a service that shares chips between users (facts: transport 5.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from fisch.connection import Connection, Words
from fisch.database import setup_from
from fisch.environment import setting
from fisch.errors import ConnectionFailedError
from fisch.hwdb import HwdbEntry
from fisch.service.session import ServiceSession

CHIP_VARIABLES: Final = {
    "serials": "HICANNX_CHIP", "mode": "HICANNX_MODE", "seed": "HICANNX_SEED", "strict": "HICANNX_STRICT", "setup": "HICANNX_SETUP",
}  # fmt: skip


class ServiceConnection(Connection):
    """An FPGA of a session at `hicannx service`, with a chip of its own or a shared one.

    ip, port: of the service. token: as it was given out; None where the service does not ask for one. user: name to be seen by others
    (the user of this process if not given). chip: serial, mode, seed, strict, setup, as for an embedded connection. Several FPGAs of one
    setup have a session in common: `several`.

    Raises ConnectionFailedError if nobody answers or the token is refused.
    """

    kind: ClassVar[str] = "quiggeldy"

    def __init__(self, ip: str, port: int, token: str | None = None, user: str | None = None, serial: int = 0, **chip: Any) -> None:
        session = ServiceSession(f"{ip}:{port}", token, user, serials=[serial], **chip)
        if session.size > 1:
            session.close()
            raise ConnectionFailedError(f"the service at {ip}:{port} shares a setup of {session.size} FPGAs: `several` gives all")
        self._attach(session, 0)

    def _attach(self, session: ServiceSession, number: int) -> None:
        super().__init__()
        self.session, self.number = session, number
        self.group = session if session.size > 1 else None
        session.users.add(number)

    @classmethod
    def several(cls, ip: str, port: int, token: str | None = None, user: str | None = None, **chips: Any) -> list[ServiceConnection]:
        """One connection for each FPGA of a session; chips: serials, mode, seed, strict, setup. The FPGAs run their programs together."""
        session = ServiceSession(f"{ip}:{port}", token, user, **chips)
        made = [cls.__new__(cls) for _ in range(session.size)]
        for number, connection in enumerate(made):
            connection._attach(session, number)
        return made

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Sequence[Connection]:
        """The service that QUIGGELDY_IP and QUIGGELDY_PORT name, with the chips of HICANNX_CHIP and the like: those of a jBOA are one
        setup, of cubes each has a session."""
        missing = [name for name in ("QUIGGELDY_IP", "QUIGGELDY_PORT") if not environ.get(name)]
        if missing:
            raise ConnectionFailedError(f"QUIGGELDY_ENABLED asks for a shared setup, which needs {' and '.join(missing)} as well")
        where = [setting(environ, f"QUIGGELDY_{name}") for name in ("IP", "PORT", "TOKEN", "USER_NO_MUNGE")]
        chips = {name: setting(environ, variable) for name, variable in CHIP_VARIABLES.items()}
        setups = [chips["serials"]] if chips["setup"] == "jboa" else [[serial] for serial in chips["serials"]]
        return [connection for serials in setups for connection in cls.several(*where, **chips | {"serials": list(serials)})]

    @property
    def identifier(self) -> str:
        return self.session.welcome.identifiers[self.number]

    @property
    def hwdb_entry(self) -> HwdbEntry:
        return setup_from(self.session.welcome.setups[self.number])

    @property
    def bitfile_info(self) -> str:
        return self.session.welcome.bitfiles[self.number]

    @property
    def repo_state(self) -> str:
        return self.session.welcome.software

    def keep_reinit(self, entry: int, requests: Sequence[Words], enforce: bool, snapshots: Sequence[Words] = ()) -> bool:
        return self._keep_reinit_together((), entry, requests, enforce, snapshots)

    def _keep_reinit_together(
        self, others: Sequence[Any], entry: int, requests: Sequence[Words], enforce: bool, snapshots: Sequence[Words]
    ) -> bool:
        """Gives the service programs that restore chips after they belonged to somebody else; with none, takes them back."""
        numbers = [connection.number for connection in (self, *others)]
        self.session.keep_reinit(entry, _by_number(numbers, requests), enforce, _by_number(numbers, snapshots))
        return True

    def _execute(self, words: Words) -> Words:
        return self.session.submit({self.number: words})[self.number]

    def _execute_together(self, others: Sequence[Any], programs: Sequence[Words]) -> list[Words]:
        numbers = [connection.number for connection in (self, *others)]
        answers = self.session.submit(_by_number(numbers, programs))
        return [answers[number] for number in numbers]

    def close(self) -> None:
        """Gives the chip up; with the last one, the session ends."""
        if not self._closed and hasattr(self, "session"):
            self.session.users.discard(self.number)
            if not self.session.users:
                self.session.close()
        super().close()


def _by_number(numbers: Sequence[int], programs: Sequence[Words]) -> dict[int, Words]:
    """Programs of FPGAs; none if there are none."""
    return dict(zip(numbers, programs, strict=True)) if len(programs) else {}
