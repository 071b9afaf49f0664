"""Errors of programs for the processors."""

from __future__ import annotations

from grenade.errors import GrenadeError


class KernelError(GrenadeError):
    """A plasticity rule's kernel does not become a program; the text says of which rule, why, and what the compiler said.

    `rule` is the number of the rule, None for what concerns the program as a whole.
    """

    def __init__(self, text: str, rule: int | None = None) -> None:
        super().__init__(text)
        self.rule = rule
