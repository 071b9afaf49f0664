"""`python -m hicannx` is the command `hicannx`."""

from hicannx.starting import main

raise SystemExit(main())
