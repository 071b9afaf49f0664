"""The order of the rooms: each imports only from rooms below it, nobody uses another room's private modules, and imports stand at the top.

Read from the text of all .py, .pyi, .pyx and .pxd files, without importing anything.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# What each room may import of ours. A folder that does not exist yet is skipped.
ALLOWED = {
    "halco": set(),
    "haldls": {"halco"},
    "fisch": {"halco"},
    "sim": {"haldls", "fisch", "halco"},
    "stadls": {"haldls", "fisch", "halco"},
    "grenade": {"stadls", "haldls", "fisch", "halco"},
    "hicannx": {"grenade", "stadls", "sim", "haldls", "fisch", "halco"},
    "compat": {"hicannx", "grenade", "stadls", "sim", "haldls", "fisch", "halco"},
}
FOLDERS = {"hicannx": "tools/hicannx"}
INSTALLED = {"hicannx_sim": "sim"}  # import name: room

# Inside the model, from the top. Those on one level do not know each other. Modules beside these folders are in none of them.
LEVELS = [{"setup"}, {"debugger"}, {"trust"}, {"observe"}, {"fpga"}, {"board"}, {"chip"}, {"anncore", "correlation", "ppu"}, {"base"}]

# Imports inside functions that have a reason: what they load is needed by few and would make every start slower.
LATE = {
    ("halco/conversions.pyx", "numpy"),  # arrays of coordinates only
    ("halco/typed_array.pyx", "numpy"),
    ("haldls/lola/ppu_program.py", "elftools.elf.elffile.ELFFile"),
    ("fisch/registry.py", "importlib.metadata"),  # names of kinds that the package does not know only
    ("compat/pyhxcomm_vx/_service.py", "importlib.metadata"),
}


@dataclass(frozen=True)
class Import:
    """module: in full and without the installed name of a room; late: stands inside a function."""

    file: str
    line: int
    module: str
    late: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def rooms() -> list[str]:
    return [room for room in ALLOWED if (ROOT / FOLDERS.get(room, room)).is_dir()]


def files(room: str) -> Iterator[Path]:
    for kind in ("py", "pyi", "pyx", "pxd"):
        yield from sorted((ROOT / FOLDERS.get(room, room)).rglob(f"*.{kind}"))


def module_of(path: Path) -> str:
    """What a file is called when it is imported, as far as rooms go."""
    name = path.relative_to(ROOT).with_suffix("").as_posix().removeprefix("tools/").removesuffix("/__init__")
    return name.replace("/", ".")


def imports(path: Path) -> Iterator[Import]:
    package = module_of(path) if path.stem == "__init__" else module_of(path).rpartition(".")[0]
    found = _of_python(path.read_text("utf-8")) if path.suffix in (".py", ".pyi") else _of_cython(path.read_text("utf-8"))
    for line, dots, module, late in found:
        base = package.split(".")[: len(package.split(".")) - dots + 1] if dots else []
        whole = ".".join([*base, module] if module else base)
        first, _, rest = whole.partition(".")
        yield Import(path.relative_to(ROOT).as_posix(), line, f"{INSTALLED.get(first, first)}{rest and '.'}{rest}", late)


Found = tuple[int, int, str, bool]  # line, leading dots, module, inside a function


def _of_python(text: str) -> Iterator[Found]:
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    late = {id(inner) for function in functions for inner in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, 0, one.name, id(node) in late) for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, node.level, _joined(node.module or "", one.name), id(node) in late) for one in node.names)


IMPORT = re.compile(r"^([ \t]*)(?:from[ \t]+(\.*)([\w.]*)[ \t]+c?import[ \t]+\(?([^\n#]*)|c?import[ \t]+([\w., ]+))", re.M)
FUNCTION = re.compile(r"^([ \t]*)(?:c?p?def|async def)\b(?![ \t]+(?:extern|class|struct|enum|packed|union)\b)[^\n=]*\(", re.M)


def _of_cython(text: str) -> Iterator[Found]:
    """The same by lines. Something indented deeper than the last `def` above it is inside a function."""
    text = re.sub(r'"""[\s\S]*?"""', lambda quoted: "\n" * quoted[0].count("\n"), text)
    text = re.sub(r"\(([^()]*)\)", lambda group: group[0].replace("\n", " "), text) if "import (" in text else text
    for match in IMPORT.finditer(text):
        line, indent = text.count("\n", 0, match.start()) + 1, len(match[1])
        late = indent > 0 and _inside_function(text[: match.start()], indent)
        if match[5]:
            yield from ((line, 0, name.split(" as ")[0].strip(), late) for name in match[5].split(","))
        else:
            names = [name.split(" as ")[0].strip(" ()\\") for name in match[4].split(",")]
            yield from ((line, len(match[2]), _joined(match[3], name), late) for name in names if name)


def _inside_function(above: str, indent: int) -> bool:
    outer = [found for found in FUNCTION.finditer(above) if len(found[1]) < indent]
    return bool(outer) and not re.search(rf"^[ \t]{{0,{len(outer[-1][1])}}}[^\s#]", above[outer[-1].end() :].partition("\n")[2], re.M)


def _joined(module: str, name: str) -> str:
    return f"{module}.{name}".strip(".*") if module else name.strip("*")


def all_imports() -> list[tuple[str, Import]]:
    return [(room, one) for room in rooms() for path in files(room) for one in imports(path)]


ALL = all_imports()
OURS = {*ALLOWED, *(path.name for path in (ROOT / "compat").iterdir() if path.is_dir())}


def is_below(target: str, room: str) -> bool:
    """Whether a room may import a top-level name. Of the original's names, those in compat may import each other."""
    if target not in OURS or target == room or target in ALLOWED[room]:
        return True
    return room == "compat" and target not in ALLOWED


def is_below_in_model(target: str, part: str) -> bool:
    """The same for two folders of the model. What is none of its folders is not judged."""
    levels = [next((level for level, parts in enumerate(LEVELS) if one in parts), None) for one in (part, target)]
    return None in levels or part == target or levels[0] < levels[1]


def test_rooms_import_only_from_below() -> None:
    wrong = [str(one) for room, one in ALL if not is_below(one.module.partition(".")[0], room)]
    assert not wrong, "\n".join(wrong)


def test_parts_of_the_model_import_only_from_below() -> None:
    own = [one for room, one in ALL if room == "sim" and one.module.startswith("sim.")]
    wrong = [str(one) for one in own if not is_below_in_model(one.module.split(".")[1], one.file.split("/")[1])]
    assert own and not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "above, below",
    [("compat", "hicannx"), ("hicannx", "sim"), ("grenade", "stadls"), ("stadls", "fisch"), ("sim", "haldls"), ("fisch", "halco")],
)
def test_rooms_have_an_order(above: str, below: str) -> None:
    assert is_below(below, above) and not is_below(above, below)


@pytest.mark.parametrize("pair", [("haldls", "fisch"), ("sim", "stadls"), ("sim", "grenade")])
def test_rooms_side_by_side(pair: tuple[str, str]) -> None:
    assert not is_below(*pair) and not is_below(*pair[::-1])


@pytest.mark.parametrize("above, below", [("setup", "fpga"), ("fpga", "chip"), ("chip", "ppu"), ("ppu", "base")])
def test_parts_of_the_model_have_an_order(above: str, below: str) -> None:
    assert is_below_in_model(below, above) and not is_below_in_model(above, below)
    assert not is_below_in_model("anncore", "ppu")


def test_nobody_imports_private_modules_of_another_room() -> None:
    wrong = []
    for room, one in ALL:
        target, *parts = one.module.split(".")
        if target in ALLOWED and target != room and any(part.startswith("_") and not part.startswith("__") for part in parts):
            wrong.append(str(one))
    assert not wrong, "\n".join(wrong)


def test_imports_stand_at_the_top() -> None:
    wrong = [str(one) for _, one in ALL if one.late and (one.file, one.module) not in LATE]
    assert not wrong, "\n".join(wrong)


def test_no_reason_is_left_over() -> None:
    used = {(one.file, one.module) for _, one in ALL if one.late}
    assert not LATE - used


@pytest.mark.parametrize(
    "text, found",
    [
        ("from fisch.writer cimport write, Room", [(1, 0, "fisch.writer.write", False), (1, 0, "fisch.writer.Room", False)]),
        ("cimport numpy as np", [(1, 0, "numpy", False)]),
        ("from .queue cimport Queue", [(1, 1, "queue.Queue", False)]),
        ("cdef class A:\n    def f(self):\n        from sim import b\n", [(3, 0, "sim.b", True)]),
        ("def f():\n    pass\nfrom a import (\n    b,\n    c)\n", [(3, 0, "a.b", False), (3, 0, "a.c", False)]),
        ("cdef extern from \"x.h\":\n    int f(int a)\nIF 1:\n    from a cimport b", [(4, 0, "a.b", False)]),
    ],
)  # fmt: skip
def test_cython_is_read(text: str, found: list[Found]) -> None:
    assert list(_of_cython(text)) == found
