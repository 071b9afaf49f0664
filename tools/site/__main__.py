"""The documentation as a site: `python tools/site` puts its pages together and has Sphinx make it.

python tools/site [--output build/site]
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from peakrdl_html import HTMLExporter
from sphinx.cmd.build import main as sphinx
from systemrdl.compiler import RDLCompiler

from hicannx.registers import write_systemrdl
from pages import ROOT, contents, files, linked, pages

TREE = """
<a href="tree/index.html">All registers as a tree</a>, with search, from a web server such as `python -m http.server`.
"""


def gather(folder: Path) -> None:
    """Writes all pages and copies pictures and notebooks."""
    made = dict(pages())
    made["index.md"] += TREE + contents(made)
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(linked(name, text, made), encoding="utf-8")
    for name, file in (files(".png") | files(".ipynb")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, folder / name)


def tree(output: Path) -> None:
    """PeakRDL's pages of the SystemRDL, and the SystemRDL."""
    output.mkdir(parents=True, exist_ok=True)
    write_systemrdl(output / "hicannx.rdl")
    compiler = RDLCompiler()
    compiler.compile_file(str(output / "hicannx.rdl"))
    maps = [compiler.elaborate(name) for name in reversed(compiler.root.comp_defs)]
    HTMLExporter().export(maps, str(output), title="hicannx", home_url="../index.html")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "build/site", metavar="DIR")
    output = parser.parse_args().output
    with tempfile.TemporaryDirectory() as folder:
        gather(Path(folder))
        failed = sphinx(["-q", "-W", "--keep-going", "-j", "auto", "-c", str(Path(__file__).parent), folder, str(output)])
    tree(output / "tree")
    return failed


if __name__ == "__main__":
    sys.exit(main())
