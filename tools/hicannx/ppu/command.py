"""What `hicannx ppu` does."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

from fisch import MultiConnection
from halco import PPUOnDLS
from haldls.lola import PPUProgramError
from haldls.ppu_toolchain.building import build
from haldls.ppu_toolchain.check import Finding, check
from haldls.ppu_toolchain.listing import listing
from hicannx.connecting import one_chip
from hicannx.errors import HicannxError
from hicannx.ppu.host import exit_status, run
from hicannx.ppu_debug import ppu_profile, ppu_trace
from stadls import SystemInit, generate
from stadls import run as execute


def main(chosen: Namespace) -> int:
    """Carries out one of the actions; returns the exit status."""
    actions = {"build": _build, "check": _check, "disassemble": _disassemble, "run": _run}
    try:
        return actions[chosen.action](chosen)
    except PPUProgramError as error:
        raise HicannxError(str(error)) from error


def _build(chosen: Namespace) -> int:
    options = [f"-I{folder}" for folder in chosen.include] + [f"-D{macro}" for macro in chosen.define]
    program = build(chosen.sources, chosen.output, optimise=chosen.optimise, options=options, compiler=chosen.compiler)
    if program.messages:
        print(program.messages, file=sys.stderr)
    print(f"{program.path}: {', '.join(f'{size} bytes {memory}' for memory, size in program.sizes.items())}")
    return _report(program.findings, sys.stderr)


def _check(chosen: Namespace) -> int:
    return _report(check(chosen.program), sys.stdout)


def _report(findings: Iterable[Finding], stream: object) -> int:
    """Prints what the checker found; 1 if any of it does harm."""
    found = list(findings)
    for finding in found:
        print(f"{'warning' if finding.harmful else 'note'}: {finding}", file=stream)  # type: ignore[call-overload]
    return int(any(finding.harmful for finding in found))


def _disassemble(chosen: Namespace) -> int:
    for line in listing(chosen.program, chosen.function):
        print(line)
    return 0


@contextmanager
def _insight(chosen: Namespace, connection: MultiConnection, ppu: PPUOnDLS) -> Iterator[None]:
    """Shows the last instructions and the profile, if wanted; also of a program that did not come to its end."""
    with ExitStack() as stack:
        if chosen.trace:
            trace = stack.enter_context(ppu_trace(connection, ppu, chosen.program, capacity=chosen.trace))
            stack.callback(lambda: print(trace, file=sys.stderr))
        if chosen.profile:
            profile = stack.enter_context(ppu_profile(connection, ppu, chosen.program))
            stack.callback(lambda: print(profile, file=sys.stderr))
        yield


def _run(chosen: Namespace) -> int:
    ppu = getattr(PPUOnDLS, chosen.ppu)
    with one_chip() as connection:
        builder, _ = generate(SystemInit(connection.hwdb_entries[0]))
        execute(connection, [builder.done()])
        with _insight(chosen, connection, ppu):
            result = run(connection, chosen.program, ppu, chosen.timeout)
    print(result.mailbox, end="" if result.mailbox.endswith("\n") else "\n")
    print(f"return code {result.return_code}" if result.failure is None else f"ended by: {result.failure}")
    return exit_status(result.return_code) if result.failure is None else 1
