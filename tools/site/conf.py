"""How Sphinx makes the site from the pages that `python tools/site` has put together."""

import importlib.metadata
import re
from typing import Any

from sphinx.application import Sphinx

project = "hicannx"
release = importlib.metadata.version("hicannx")
html_title = "hicannx"
html_theme = "furo"
html_static_path, html_css_files = ["static"], ["site.css"]
html_show_copyright = html_show_sphinx = html_copy_source = False

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx_copybutton"]
myst_heading_anchors = 4
nb_execution_mode = "auto"  # notebooks are stored without results
nb_execution_timeout = 600
suppress_warnings = ["myst.header", "misc.highlighting_failure", "ref.python"]  # a name such as Neuron.Value stands in several classes

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 100


def _paragraph(lines: list[str]) -> list[str]:
    """As reStructuredText: columns and examples stay as they are, names in backticks are code."""
    if lines[0].startswith(">>>") or any(re.search(r"\S {2,}\S|^ ", line) for line in lines):
        return ["::", "", *(f"    {line}" for line in lines)]
    plain = [line.replace("*", r"\*").replace("|", r"\|") for line in lines]
    return [re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``\\ ", line) for line in plain]  # an escaped space is none: letters may follow


def _docstring(app: Sphinx, what: str, name: str, obj: object, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text."""
    paragraphs = re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))
    lines[:] = [line for part in paragraphs if part.strip() for line in [*_paragraph(part.split("\n")), ""]]


def setup(app: Sphinx) -> None:
    app.connect("autodoc-process-docstring", _docstring)
