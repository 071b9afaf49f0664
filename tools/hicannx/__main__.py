"""`python -m hicannx` is the command `hicannx`."""

from hicannx.cli import main

raise SystemExit(main())
