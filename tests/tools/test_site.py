"""The pages that the site is made of, without Sphinx."""

import importlib.util
import posixpath
import re
from pathlib import Path

import pytest

PLACE = Path(__file__).parents[2] / "tools/site/pages.py"
SPECIFICATION = importlib.util.spec_from_file_location("site_pages", PLACE)
site = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(site)


@pytest.fixture(scope="module")
def made():
    return dict(site.pages())


def test_the_contents_name_every_page_once(made):
    contents = site.contents(made)
    named = [line for line in contents.splitlines() if line and not line.startswith((":", "`"))]
    assert len(named) == len(set(named))
    assert {f"{name}.md" for name in named} <= set(made)
    assert {path for path in made if "/" not in path} <= {f"{name}.md" for name in named} | {"index.md"}


def test_links_lead_to_pages(made):
    for path, text in made.items():
        for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#\s:]+)(?:#[^)\s]*)?\)", site.linked(path, text, made)):
            place = target[1:] if target.startswith("/") else posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            assert place in made, f"{path}: {target}"


def test_links_to_other_files_are_text(made):
    assert site.linked("ppu.md", "[a](../examples/ppu/hello.py) [b](../sim/x.c) [c](facts/README.md#sources)", made) == (
        "[a](/examples/ppu/hello.md) b [c](/facts/README.md#sources)"
    )


def test_every_public_name_has_one_page(made):
    pages = [text for path, text in made.items() if path.startswith("api/") and path != "api/index.md"]
    assert sum(".System\n" in text for text in pages) == 1 and ".. autoclass:: hicannx_sim.System\n" in made["api/hicannx_sim.md"]
    assert ".. autofunction:: hicannx.connect\n" in made["api/hicannx.md"]


def test_examples_have_their_text_picture_and_code(made):
    page = made["examples/first_light.md"]
    assert page.startswith("# first_light\n\nFirst light: ") and "![first_light](/first_light.png)" in page and "```python" in page
