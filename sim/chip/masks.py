"""Which bits of a chip register exist, as far as the containers of haldls tell.

A bit that a field uses exists. Bits above the highest one in use are taken not to exist: they read as 0 (derived). Unused bits below it may
be memory cells without a meaning, so they keep what is written (assumed). The words of one memory are equally wide. The windows of the
synapse memory show their own bits only.
"""

from functools import cache
from typing import Any

import haldls
from haldls.bits import parse
from hicannx_sim.chip.regions import Region


@cache
def field_masks(container: Any, backend: str, write: bool) -> tuple[int, ...]:
    """Per word that is written (or read): the bits that belong to a field."""
    layout, fields = container.layout(backend), container.fields()
    words: int = layout.n_write if write else layout.n_read
    if layout.repeat > 1:
        fields = fields[0].parts
    masks = [0] * (words // layout.repeat)
    for field in fields if words else ():
        for text in (field.write_bits if write else field.read_bits) or ():
            for piece in parse(text):
                if piece.word >= 0 and not piece.lane:
                    masks[piece.word] |= ((1 << piece.width) - 1) << piece.target
    return tuple(masks) * int(layout.repeat)


def _filled(mask: int) -> int:
    """All bits up to the highest one."""
    return (1 << mask.bit_length()) - 1


def kept_masks(region: Region, container: Any) -> tuple[int, ...]:
    """Per word of a register of `region`: the bits that a write changes and a read shows."""
    if isinstance(region.bits, tuple):
        return region.bits
    masks = field_masks(container, region.backend, True) or field_masks(container, region.backend, False)
    if region.bits == "fields":
        return masks
    if region.bits == "memory":
        return (max(map(_filled, masks)),) * len(masks)
    return tuple(map(_filled, masks))


def default_words(container: Any, backend: str) -> tuple[int, ...]:
    """The words that software writes to a register by default."""
    values = [value for field in container.fields() for value in field.defaults]
    return tuple(container.layout(backend).encode_array([values])[0].tolist())


def start_words(region: Region) -> tuple[int, ...]:
    """The words of one register of `region` after a reset."""
    container: Any = getattr(haldls, region.container)
    layout = container.layout(region.backend)
    return default_words(container, region.backend) if region.defaults else (0,) * (layout.n_write or layout.n_read)
