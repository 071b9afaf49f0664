"""A page in the browser that shows a chip while it works, beside a script, a notebook or a served chip. `docs/view.md` is the manual."""

from hicannx.page.server import View, listen, view

__all__ = ["View", "listen", "view"]
