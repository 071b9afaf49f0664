"""What an FPGA says about its configuration, and whether this software understands it. (facts: transport 5.3)"""

from typing import Any, Final

import yaml

from fisch.errors import BitfileError

OLDEST_VERSION: Final = 0
COMPATIBLE_UNTIL: Final = 2
"""Newest incompatible change of the FPGA's protocol that is known here: that in the public parameters of cube setups (transport 5.3)."""


def read_bitfile_info(text: str) -> dict[str, Any]:
    """The YAML document in `text`, if software and FPGA understand each other, else BitfileError."""
    if not text:
        raise BitfileError("Bitfile info empty")
    try:
        info = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BitfileError(f"the bitfile info is not YAML: {error}") from None
    if not isinstance(info, dict) or not isinstance(info.get("version"), int) or not isinstance(info.get("compatible_until"), int):
        raise BitfileError("Cannot find version info in bitfile info")
    version, until = info["version"], info["compatible_until"]
    if version < OLDEST_VERSION:
        raise BitfileError(f"Bitfile protocol version {version} too old. Must be at least {OLDEST_VERSION}")
    if until > COMPATIBLE_UNTIL:
        raise BitfileError(f"Software too old. Bitfile needs at least {until}. Software only supports {COMPATIBLE_UNTIL}")
    return info
