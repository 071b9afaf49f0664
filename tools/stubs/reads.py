"""What reading each coordinate gives: the overloads of the builders' `read`."""

from typing import Any

from texts import Types

import haldls.lola  # noqa: F401 - all containers have to be there
from haldls import container_on


def reading() -> str:
    """What reading each coordinate gives."""
    types = Types()
    pairs = sorted((types.name(place), types.name(container)) for place, container in container_on.items() if readable(container))
    ways = ("Reading", "", "backend: fisch.Backend | str | None = None", "ContainerTicket"), (
        "ReadingAtTimes", "time: haldls.Timer.Value, ", "", "AbsoluteTimePlaybackProgramContainerTicket",
    )  # fmt: skip
    lines = []
    for name, before, after, ticket in ways:
        lines.append(f"class {name}:")
        for place, container in pairs:
            arguments = ", ".join(one for one in ("self", before.rstrip(", "), f"coordinate: {place}", after) if one)
            lines += ["    @typing.overload", f"    def read({arguments}) -> {ticket}[{container}]: ..."]
    imports = [f"import {name}" for name in sorted({"typing", "fisch", "haldls", *types.modules})]
    tickets = [
        "from stadls.absolute_time import AbsoluteTimePlaybackProgramContainerTicket",
        "from stadls.ticket import ContainerTicket",
    ]
    return "\n".join(["# written by tools/stubs; not to be edited", *imports, *tickets, *lines]) + "\n"


def readable(container: Any) -> bool:
    return not hasattr(container, "layout") or any(container.layout(backend).n_read for backend in container.backends)
