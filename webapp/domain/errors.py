"""What a verb can refuse, named where it arises. The edge makes a status and a sentence of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class DomainError(Exception):
    """A refusal: `code` is the key of its sentence, `facts` are what the sentence needs."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class NotFound(DomainError):
    """It is not there, or not for this viewer: the two are the same answer."""

    def __init__(self) -> None:
        super().__init__("not_found")


class Refused(DomainError):
    """It cannot be done in the present state: somebody was faster, or the chat has ended."""


class Invalid(DomainError):
    """Input that can be mended: `fields` maps each field to the code of what is wrong with it.

    `about` holds, for a field, the facts that its sentence needs.
    """

    def __init__(self, fields: dict[str, str], **about: dict[str, object]) -> None:
        super().__init__("invalid", fields=fields)
        self.fields = fields
        self.about = about


class Stale(Refused):
    """The value has moved on since the viewer saw it; nothing was written. Carries it, and who set it."""

    def __init__(self, current: str, changed_by: str) -> None:
        super().__init__("stale", current=current, name=changed_by)
        self.current = current
        self.changed_by = changed_by


class Problems:
    """Gathers what is wrong with several parts of one thing, so that all of it is said at once."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}
        self.about: dict[str, dict[str, object]] = {}

    @contextmanager
    def of(self, **renamed: str) -> Iterator[None]:
        """Keep what is wrong with one part; `renamed` maps the part's names of fields to those of the whole."""
        try:
            yield
        except Invalid as error:
            for field, code in error.fields.items():
                whole = renamed.get(field, field)
                self.fields.setdefault(whole, code)
                if field in error.about:
                    self.about.setdefault(whole, error.about[field])

    def complain(self) -> None:
        """Raise `Invalid` with everything that was wrong, if anything was."""
        if self.fields:
            raise Invalid(self.fields, **self.about)
