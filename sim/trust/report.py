"""What one should know before believing a run: accesses nobody served, settings without effect, lost events."""

from collections.abc import Iterable, Iterator, Mapping

from hicannx_sim.chip.settings import Unmodelled
from hicannx_sim.trust.hops import Summary

_SHOWN = 10


def _some(lines: list[str]) -> Iterator[str]:
    """The first lines, and how many more there are."""
    yield from lines[:_SHOWN]
    if len(lines) > _SHOWN:
        yield f"  ... and {len(lines) - _SHOWN} more"


def _settings(settings: Iterable[Unmodelled]) -> list[str]:
    """One line for each field, with the first place where it is set and the number of them."""
    places: dict[tuple[str, str, bool], list[str]] = {}
    for setting in settings:
        places.setdefault((setting.feature, setting.why, setting.refused), []).append(setting.place)
    return [
        f"  {feature} of {found[0]}{f' and {len(found) - 1} others' if len(found) > 1 else ''}: {why}{'' if refused else ' (minor)'}"
        for (feature, why, refused), found in sorted(places.items(), key=lambda item: not item[0][2])
    ]


def text(
    chip: Mapping[tuple[int, bool, bool], int],
    fpga: Mapping[tuple[int, bool], int],
    processors: Iterable[str],
    settings: Iterable[Unmodelled],
    way: Summary,
    unanswered: Mapping[str, int],
    off: Iterable[str],
) -> str:
    """The report; empty if there is nothing to report.

    chip, fpga: number of accesses by (address, is_read, is_undefined) and by (address, is_read). processors: what went wrong on the PPUs.
    unanswered: other accesses that nobody served, by what they were. off: supplies of the chip.
    """
    accesses = [
        f"  {'read' if is_read else 'write'} at {address:#010x}, {'no such register' if undefined else 'not modelled'}: {count} x"
        for (address, is_read, undefined), count in (
            *chip.items(),
            *(((address, is_read, True), count) for (address, is_read), count in fpga.items()),
        )
    ]
    accesses += [f"  {what}: {count} x" for what, count in unanswered.items() if count]
    supplies = [f"  {name}" for name in off]
    lost = [f"  {hop.name}: {hop.dropped + hop.arbitrated_away} of {hop.sent}" for hop in way if hop.dropped + hop.arbitrated_away]
    parts = (
        ("supplies that are off", supplies),
        ("accesses that were not served", accesses),
        ("plasticity processors", [f"  {line}" for line in processors]),
        ("settings without effect", _settings(settings)),
        ("events lost", lost),
    )
    return "\n".join(line for title, lines in parts if lines for line in (title, *_some(lines)))
