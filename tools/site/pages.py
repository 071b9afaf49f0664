"""Pages of the site that are no files of `docs`: the register book, the examples, the interface of the packages, the files at the top."""

import ast
import importlib
import inspect
import posixpath
import re
from collections.abc import Collection, Iterator
from pathlib import Path

from hicannx.registers.book import pages as book

ROOT = Path(__file__).parents[2]
Pages = Iterator[tuple[str, str]]

TOP = {"README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Files at the top of the tree, and their pages."""
CONTENTS = {
    "First steps": ["tutorials/index", "lab", "examples/index", "calibration", "glossary"],
    "Networks": ["pynn", "pynn_abstract", "hxtorch", "hagen", "learning/digits", "learning/yinyang", "learning/equaliser"],
    "Manual": [
        "tools",
        "traces",
        "view",
        "connections",
        "setups",
        "networks/README",
        "sweeps",
        "service",
        "ppu",
        "debugging",
        "files",
        "testing",
        "c_interface",
    ],
    "Model": ["architecture", "analog_core", "correlation", "published/README", "reliability", "compatibility", "accuracy", "assumptions"],
    "Reference": ["registers", "api/index", "facts/README"],
    "Project": ["changelog", "contributing"],
}
"""Headings of the contents, and their pages. Pages that are not named here come last."""
INTERFACES = {
    "hicannx": "virtual chips, what their systems report, calibrations, sweeps",
    "hicannx.lab": "a bench: a chip, a neuron, a trace, in few lines",
    "stadls": "playback programs and their execution",
    "fisch": "words on the wire, and connections",
    "hicannx_sim": "the chip, its FPGA and its board",
    "grenade.network": "populations, projections, recordings, routing",
    "grenade.execution": "runs of networks",
}
TUTORIALS = """\
# Tutorials

Notebooks of the tree's folder `docs/tutorials`, as they ran when this was made; open them with `jupyter lab docs/tutorials`.
"""
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def pages() -> Pages:
    """(path, text) of all of them."""
    yield from _documents()
    yield "tutorials/index.md", TUTORIALS + _contents("*")
    yield from _book()
    yield from _examples()
    yield from _interfaces()


def files(suffix: str) -> dict[str, Path]:
    """Those of `docs` by their path in it; published experiments that were made anew in `docs/build` stand for the old ones."""
    folder, made = ROOT / "docs", "build/published/"
    found = {file.relative_to(folder).as_posix(): file for file in sorted(folder.rglob(f"*{suffix}"))}
    kept = {path: file for path, file in found.items() if not path.startswith("build/")}
    return kept | {path.removeprefix("build/"): file for path, file in found.items() if path.startswith(made)}


def _documents() -> Pages:
    """Files of `docs`, and those at the top, whose links lead into it."""
    for path, file in files(".md").items():
        yield path, file.read_text(encoding="utf-8") + (_contents("**", hidden=True) if path == "facts/README.md" else "")
    for name, path in TOP.items():
        yield path, re.sub(r"\]\(docs/", "](", (ROOT / name).read_text(encoding="utf-8"))


def _book() -> Pages:
    """The register book; the facts that it ends with are files of `docs`."""
    for path, text in book():
        if path == "index.md":
            yield "registers.md", text + _contents("registers/*", hidden=True)
        elif not path.startswith("facts/"):
            yield path, text


def _examples() -> Pages:
    """A page for each script: what it says of itself, its pictures, and all of it; and an index with those that can be run."""
    parts = ["# Examples\n\nScripts of the tree's folder `examples`, written as for the real system."]
    for script in sorted((ROOT / "examples").rglob("*.py")):
        source = script.read_text(encoding="utf-8")
        said = ast.get_docstring(ast.parse(source)) or ""
        place = script.relative_to(ROOT).with_suffix("").as_posix()
        name = place.removeprefix("examples/").removesuffix("/__main__")
        shown = "".join(f"![{Path(path).stem}](/{path})\n\n" for path in _pictures(name))
        yield f"{place}.md", f"# {name}\n\n{said}\n\n{shown}```python\n{source}```\n"
        if "__main__" in source or script.stem == "__main__":
            parts.append(f"## [{name}](/{place}.md)\n\n{said.splitlines()[0]}\n\n{shown}")
    yield "examples/index.md", "\n\n".join(parts) + _contents("**", hidden=True)


def _pictures(example: str) -> list[str]:
    """Those of a script have its name, those of a folder of scripts stand in a folder of its name."""
    of_script = re.compile(rf"(.*/)?{Path(example).name}(/[^/]*)?\.png")
    return [path for path in files(".png") if of_script.fullmatch(path)]


def _interfaces() -> Pages:
    """Public names of packages, each on one page, with their signatures."""
    rows = [f"| [{name}](/api/{name}.md) | {what} |" for name, what in INTERFACES.items()]
    head = "# API\n\nContainers and coordinates stand in the [register book](/registers.md).\n\n| package | |\n| --- | --- |\n"
    yield "api/index.md", head + "\n".join(rows) + "\n" + _contents("*", hidden=True)
    seen: set[int] = set()
    found = {name: _members(name, seen) for name in reversed(INTERFACES)}  # what several offer belongs to the lowest
    for name, what in INTERFACES.items():
        listed = "".join(f".. auto{kind}:: {name}.{member}\n{options}" for member, kind, options in found[name])
        yield f"api/{name}.md", f"# {name}\n\n{what[0].upper()}{what[1:]}.\n\n```{{eval-rst}}\n{listed}```\n"


def _members(package: str, seen: set[int]) -> list[tuple[str, str, str]]:
    """(name, kind for Sphinx, options) of what a package offers and is not in `seen` yet."""
    module, found = importlib.import_module(package), []
    for name in module.__all__:
        member = getattr(module, name)
        if inspect.ismodule(member) or id(member) in seen:
            continue
        seen.add(id(member))
        if inspect.isclass(member):
            found.append((name, "class", "   :members:\n   :no-index:\n\n"))
        else:
            found.append((name, "function" if callable(member) else "data", "   :no-index:\n\n"))
    return found


def _contents(*entries: str, hidden: bool = False, caption: str = "") -> str:
    options = [":hidden:"] * hidden + [f":caption: {caption}"] * bool(caption) + [":glob:"]
    return "\n\n```{toctree}\n" + "\n".join([*options, "", *entries]) + "\n```\n"


def contents(known: Collection[str]) -> str:
    """The table of contents that the first page carries, of all pages."""
    named = {page for entries in CONTENTS.values() for page in entries}
    rest = sorted(path.removesuffix(".md") for path in known if "/" not in path and path.removesuffix(".md") not in named | {"index"})
    groups = CONTENTS | ({"More": rest} if rest else {})
    return "".join(_contents(*entries, hidden=True, caption=heading) for heading, entries in groups.items())


def linked(path: str, text: str, known: Collection[str]) -> str:
    """A page whose links to files that are no pages are plain text; those to examples lead to their pages."""

    def of(found: re.Match[str]) -> str:
        words, target, anchor = found[1], found[2], found[3] or ""
        if ":" in target or target.startswith("/"):
            return found[0]
        place = posixpath.normpath(posixpath.join(posixpath.dirname(path), target)).removeprefix("../")
        for page in (place, posixpath.splitext(place)[0] + ".md"):
            if page in known:
                return f"[{words}](/{page}{anchor})"
        return words

    return LINK.sub(of, text)
