"""The access matrix, by resource. A new address needs a row in one of these files, or the build fails."""

from . import conversations, people, profiles, rights, settings, sites, stores, widget, workspace

ROWS = (*workspace.ROWS, *conversations.ROWS, *people.ROWS, *profiles.ROWS, *rights.ROWS, *settings.ROWS, *sites.ROWS,
        *stores.ROWS, *widget.ROWS)  # fmt: skip
