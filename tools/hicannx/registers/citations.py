"""Citations of `docs/facts`: found in any text, followed to their headings, turned into links. Grammar: `docs/facts/README.md`.

>>> book = Chapters({"transport": "# Transport\\n## 2 Playback\\n### 2.9 JTAG\\n"})
>>> [str(one) for one in book.references("A scan takes six states. (facts: transport 2.9, 2; assumed)")]
['transport 2.9', 'transport 2']
>>> book.linked("facts: transport 2.9", "facts/")
'facts: [transport 2.9](facts/transport.md#29-jtag)'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hicannx.registers.markdown import anchor, link

FOLDERS = (Path(__file__).parents[1] / "facts", Path(__file__).parents[3] / "docs" / "facts")  # installed; in the source tree
NAMED = ("registers/containers", "registers/coordinates")  # chapters that are cited with the names of classes
SHORT = {"behaviour": "analog_model"}  # with a number only
REMARKS = r"(?:exact|derived|assumed|behavioural|unknown|stated|measured)\b"
GAP = r"(?:[ \t]|\n[ \t]*(?:[#*]|//)?)+"  # between two words, which may stand on two lines of a comment
NUMBER = r"\d+(?:\.\d+)*"


class CitationError(ValueError):
    """A citation that leads nowhere; says which, and what is wrong with it."""


@dataclass(frozen=True)
class Reference:
    """One heading that a text cites. start, end: where in the text; section: number or text of the heading, "" for the whole chapter."""

    start: int
    end: int
    chapter: str
    section: str
    anchor: str

    def __str__(self) -> str:
        return f"{self.chapter} {self.section}".strip()


def _spaced(words: str) -> str:
    return GAP.join(re.escape(word) for word in words.split())


class Chapters:
    """All chapters with their headings. texts: Markdown of each chapter by its path without `.md`."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        headings = {name: re.findall(r"^#+ (.+)$", text, re.M) for name, text in texts.items()}
        self._numbers = {name: {m[0]: anchor(one) for one in lines if (m := re.match(NUMBER, one))} for name, lines in headings.items()}
        self._titles = {
            name: {re.sub(rf"^{NUMBER} ", "", one).lower(): anchor(one) for one in lines[1:]} for name, lines in headings.items()
        }
        self._names = self._spellings(list(texts))
        longest_first = sorted(self._names, key=len, reverse=True)
        words = "|".join(_spaced(name.replace("_", " ")).replace(GAP, rf"(?:_|{GAP})") for name in longest_first)
        self._chapter = re.compile(rf"(?<![\w/.-])((?i:{words}))(?![\w/])")
        self._start = re.compile(rf"\bfacts:{GAP}|(?<![\w/.-])(?={self._chapter.pattern}{GAP}\d)")

    @classmethod
    def load(cls) -> Chapters:
        """The chapters of this installation or source tree."""
        return cls(chapter_texts())

    @staticmethod
    def _spellings(names: list[str]) -> dict[str, str]:
        """Every way to write the name of a chapter: its path, or its last part if no other chapter has it."""
        lasts = [name.rpartition("/")[2] for name in names]
        short = {last: name for last, name in zip(lasts, names, strict=True) if lasts.count(last) == 1 and last not in ("README", *SHORT)}
        return {**{short: whole for short, whole in SHORT.items() if whole in names}, **short, **{name: name for name in names}}

    def references(self, text: str) -> Iterator[Reference]:
        """All references of a text, in order. Raises CitationError at the first that leads nowhere."""
        position = 0
        while found := self._start.search(text, position):
            position = found.end()
            for reference in self._citation(text, position, marked=bool(found[0])):
                position = max(position + 1, reference.end)
                yield reference

    def linked(self, text: str, prefix: str) -> str:
        """The text with a Markdown link for each reference; prefix: the way to the folder of the chapters."""
        for one in reversed(list(self.references(text))):
            target = f"{prefix}{one.chapter}.md{'#' * bool(one.anchor)}{one.anchor}"
            text = text[: one.start] + link(text[one.start : one.end], target) + text[one.end :]
        return text

    def _citation(self, text: str, position: int, marked: bool) -> Iterator[Reference]:
        """References from a position on, separated by semicolons, commas or `and`."""
        first = True
        while found := self._chapter.match(text, position):
            name = self._name(found[1])
            sections = list(self._sections(text, found, name))
            if not sections and found[1].lower() in SHORT:
                raise CitationError(f"{_excerpt(text, found.start())}: {found[1]} is short for {name} only with a section")
            yield from sections or [Reference(found.start(), found.end(), name, "", "")]
            last, first = sections[-1].end if sections else found.end(), False
            self._check_rest(text, last, name, bool(sections))
            separator = re.compile(rf"(?:[;,](?:{GAP}and\b)?|{GAP}and\b){GAP}").match(text, last)
            if not separator:
                return
            position = separator.end()
        if first and marked:
            raise CitationError(f"{_excerpt(text, position)}: no such chapter; known are {', '.join(sorted(set(self._names.values())))}")

    def _name(self, spelling: str) -> str:
        plain = re.sub(rf"{GAP}|_", "_", spelling.lower())
        return self._names[plain]

    def _sections(self, text: str, chapter: re.Match[str], name: str) -> Iterator[Reference]:
        """Numbers behind a chapter, then headings by their text, then names of classes."""
        start, position = chapter.start(), chapter.end()
        separator = GAP
        while number := re.compile(rf"{separator}({NUMBER})(?![\w%])").match(text, position):
            yield self._numbered(text, start if separator is GAP else number.start(1), number, name)
            start, position, separator = number.start(1), number.end(), rf"(?:,(?:{GAP}and)?{GAP}|{GAP}(?:and|to){GAP}|\.\.)"
        while heading := self._heading(text, position, name):
            first = start if position == chapter.end() else heading.start(1)
            title = " ".join(re.sub(GAP, " ", heading[1]).lower().split())
            yield Reference(first, heading.end(), name, title, self._titles[name].get(title, ""))
            position = heading.end()

    def _numbered(self, text: str, start: int, number: re.Match[str], name: str) -> Reference:
        if number[1] not in self._numbers[name]:
            raise CitationError(f"{_excerpt(text, start)}: {name} has no section {number[1]}")
        return Reference(start, number.end(), name, number[1], self._numbers[name][number[1]])

    def _heading(self, text: str, position: int, name: str) -> re.Match[str] | None:
        if name in NAMED:
            return re.compile(rf"(?:,|{GAP}and\b){GAP}([A-Z][A-Za-z0-9]+\b)(?!/)").match(text, position)
        titles = "|".join(_spaced(title) for title in sorted(self._titles[name], key=len, reverse=True))
        return re.compile(rf",{GAP}({titles})(?!\w)", re.I).match(text, position) if titles else None

    def _check_rest(self, text: str, position: int, name: str, has_sections: bool) -> None:
        """A remark must not look like a reference, and a comma behind a bare chapter needs a heading."""
        rest = text[position : position + 200]
        if re.match(rf"[;,]{GAP}[A-Za-z_/]+(?:[ _/][A-Za-z_]+)?{GAP}\d+\.\d+(?!\w)", rest) and not self._follows(rest):
            raise CitationError(f"{_excerpt(text, position)}: looks like a citation, but names no chapter")
        if not has_sections and re.match(rf",{GAP}(?!{REMARKS}|and\b|where\b)", rest) and not self._follows(rest):
            raise CitationError(f"{_excerpt(text, position)}: {name} has no such heading")

    def _follows(self, rest: str) -> bool:
        """Another chapter comes next."""
        separator = re.match(rf"[;,]{GAP}(?:and{GAP})?", rest)
        return bool(separator and self._chapter.match(rest, separator.end()))


def _excerpt(text: str, position: int) -> str:
    line = text.count("\n", 0, position) + 1
    return f"line {line}: {' '.join(text[max(0, position - 30) : position + 60].split())!r}"


def chapter_texts() -> dict[str, str]:
    """Text of every chapter by its path without `.md`. Raises FileNotFoundError if the package was installed without them."""
    for folder in FOLDERS:
        if (folder / "README.md").is_file():
            return {path.relative_to(folder).with_suffix("").as_posix(): path.read_text("utf-8") for path in sorted(folder.rglob("*.md"))}
    raise FileNotFoundError(f"the chapters of facts are in none of {', '.join(str(one) for one in FOLDERS)}; reinstall the package")
