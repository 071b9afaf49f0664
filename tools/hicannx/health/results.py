"""What checks have found, for people, for continuous integration (JUnit's XML) and for Prometheus; and what they are compared with."""

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

from hicannx.errors import HicannxError


@dataclass(frozen=True)
class Result:
    """One check of one chip. failure: what is wrong, empty if nothing is; remark: what else there is to say."""

    chip: str
    name: str
    seconds: float
    failure: str = ""
    remark: str = ""

    @property
    def ok(self) -> bool:
        return not self.failure

    def __str__(self) -> str:
        said = self.failure or self.remark
        return f"{'ok    ' if self.ok else 'FAILED'} {self.chip} {self.name} ({self.seconds:.2f} s){f': {said}' if said else ''}"


class References:
    """Digests and speeds of earlier checks, by chip, in a JSON file. What is not there yet is kept; `renew` keeps the new ones anyway."""

    def __init__(self, path: Path, renew: bool = False) -> None:
        self.path, self._renew = path, renew
        try:
            self._known: dict[str, dict[str, str | float]] = json.loads(path.read_text("utf-8")) if path.exists() else {}
            if not all(isinstance(entry, dict) for entry in self._known.values()):
                raise ValueError("it is no table of chips")
        except (ValueError, AttributeError) as error:
            raise HicannxError(f"{path}: not a file of references that checks have written: {error}; remove it, or name another") from None

    def of(self, chip: str, name: str, value: str | float) -> str | float | None:
        """The earlier value; None if this one is kept now."""
        entry = self._known.setdefault(chip, {})
        if name in entry and not self._renew:
            return entry[name]
        entry[name] = value
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text(json.dumps(self._known, indent=1, sort_keys=True), "utf-8")
        return None


def junit(results: Iterable[Result]) -> bytes:
    """The results as JUnit's XML, one suite for each chip."""
    root = ElementTree.Element("testsuites", name="hicannx check")
    suites: dict[str, ElementTree.Element] = {}
    for result in results:
        if result.chip not in suites:
            suites[result.chip] = ElementTree.SubElement(root, "testsuite", name=result.chip)
        named = {"classname": result.chip, "name": result.name, "time": f"{result.seconds:.3f}"}
        case = ElementTree.SubElement(suites[result.chip], "testcase", named)
        if result.failure:
            ElementTree.SubElement(case, "failure", message=result.failure)
    for suite in suites.values():
        suite.set("tests", str(len(suite)))
        suite.set("failures", str(len(suite.findall("testcase/failure"))))
    text: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def metrics(results: Iterable[Result]) -> bytes:
    """The results as Prometheus reads them, for the textfile collector of its node exporter; with the time, so that silence is noticed."""
    client = import_module("prometheus_client")  # an extra, and only needed here
    registry, found = client.CollectorRegistry(), list(results)
    ok = client.Gauge("hicannx_check_ok", "1: the check succeeded", ["chip", "check"], registry=registry)
    seconds = client.Gauge("hicannx_check_seconds", "How long it took", ["chip", "check"], registry=registry)
    success = client.Gauge("hicannx_check_success_time_seconds", "When everything of a chip was in order", ["chip"], registry=registry)
    for result in found:
        ok.labels(result.chip, result.name).set(result.ok)
        seconds.labels(result.chip, result.name).set(result.seconds)
    for chip in {result.chip for result in found}:
        if all(result.ok for result in found if result.chip == chip):
            success.labels(chip).set(time.time())
    page: bytes = client.generate_latest(registry)
    return page
