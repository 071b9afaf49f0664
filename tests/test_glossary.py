"""Every word that names of the model are made of is the original's, in the glossary, or plain technical English."""

import importlib
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text("utf-8")
ORIGINAL = (
    "pyhalco_common", "pyhalco_hicann_dls_vx_v3", "pyhaldls_vx_v3", "pylola_vx_v3", "pystadls_vx_v3", "pyfisch_vx_v3", "pyhxcomm_vx",
)  # fmt: skip

# Words that any engineer reads without asking, in names of the model. Terms do not belong here but in the glossary.
PLAIN_WORDS = """
    accumulator amplifier back change context crc debugger decode down eeprom expander gdb identity latency length log lost map
    master missing model no non number observer operation parameter potentiometer power processor profile protocol queue ramp reader
    record regulator router scan server small stream summary supply switch symbol thermometer undefined volatile
"""
PLAIN = frozenset(re.findall(r"\w+", PLAIN_WORDS))
DEFINITION = re.compile(
    r"^(?:(?:cdef )?class|(?:ctypedef |typedef |cdef |cpdef )?(?:packed )?(?:struct|enum))[ \t]+(\w+)|^\}[ \t]*(\w+);",
    re.M,
)


def words(name: str) -> list[str]:
    """Words of a name, in lower case and singular."""
    parts = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+|[a-z]+", name)
    return [singular(part.lower()) for part in parts]


def singular(word: str) -> str:
    if word.endswith("ies"):
        return word[:-3] + "y"
    return re.sub(r"(?<=ss)es$|(?<=us)es$|(?<=[sc]h)es$|(?<![su])s$", "", word)


@cache
def terms() -> frozenset[str]:
    """Words of all entries of the glossary."""
    return frozenset(word for entry in re.findall(r"\*\*(.+?)\*\*", GLOSSARY) for part in entry.split() for word in words(part))


@cache
def original_words() -> frozenset[str]:
    names = (name for module in ORIGINAL for name in dir(importlib.import_module(module)) if not name.startswith("_"))
    return frozenset(word for name in names for word in words(name))


def public_names() -> dict[str, str]:
    """Public classes, structures and enumerations of the model: name -> file. Names of errors are sentences."""
    found = {}
    for path in sorted((ROOT / "sim").rglob("*")):
        if path.suffix in (".py", ".pyx", ".pxd", ".h"):
            for match in DEFINITION.finditer(path.read_text("utf-8")):
                name = match[1] or match[2]
                if not name.startswith("_") and not name.endswith("Error"):
                    found[name] = path.relative_to(ROOT).as_posix()
    return found


def unexplained(name: str) -> list[str]:
    known = terms() | original_words() | PLAIN
    return [word for word in words(name) if word not in known]


def test_every_term_of_the_model_is_explained() -> None:
    names = public_names()
    assert len(names) > 100
    missing = [f"{name} ({file}): {', '.join(unexplained(name))}" for name, file in names.items() if unexplained(name)]
    assert not missing, "explain in docs/glossary.md, or choose a word of the field:\n" + "\n".join(missing)


def test_no_plain_word_is_explained() -> None:
    assert not PLAIN & terms(), "explained words need no exemption"


def test_terms_of_the_code_occur_in_it() -> None:
    """An entry whose word has gone from the code goes as well."""
    own = GLOSSARY.partition("## Words of this code")[2]
    suffixes = (".py", ".pyx", ".pxd", ".h", ".c", ".md")
    rooms = ("sim", "stadls", "fisch", "haldls", "halco", "tools", "grenade", "docs")
    files = [path for room in rooms for path in (ROOT / room).rglob("*") if path.suffix in suffixes and path.name != "glossary.md"]
    text = " ".join(path.read_text("utf-8", "replace").lower() for path in files)
    entries = [entry for line in re.findall(r"^- (\*\*.+?):", own, re.M) for entry in re.findall(r"\*\*(.+?)\*\*", line)]
    assert len(entries) > 40
    assert not [entry for entry in entries if not re.search(rf"{re.sub(' ', '[ _]?', entry.lower())}", text)]


def test_entries_are_sorted_and_short() -> None:
    for section in GLOSSARY.split("\n## ")[1:]:
        entries = [line for line in section.splitlines() if line.startswith("- ")]
        names = [re.sub(r"[^a-z ]", "", entry.partition("**")[2].partition("**")[0].lower()) for entry in entries]
        assert names == sorted(names)
        assert not [entry for entry in entries if len(entry) > 220]


@pytest.mark.parametrize(
    "name, parts",
    [("EventQueue", ["event", "queue"]), ("PADIBuses", ["padi", "bus"]), ("Latencies", ["latency"]), ("ppu_state", ["ppu", "state"])],
)
def test_words_of_names(name: str, parts: list[str]) -> None:
    assert words(name) == parts


def test_a_new_word_is_noticed() -> None:
    assert unexplained("FrobnicatorQueue") == ["frobnicator"]
