"""`python -m webapp.cli` is `rapport`."""

from . import main

main()
