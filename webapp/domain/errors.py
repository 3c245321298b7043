"""What a verb can refuse, named where it arises. The edge makes a status and a sentence of each."""

from __future__ import annotations


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
    """Input that can be mended: `fields` maps each field to the code of what is wrong with it."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__("invalid", fields=fields)
        self.fields = fields


class Stale(Refused):
    """The value has moved on since the viewer saw it; nothing was written. Carries it, and who set it."""

    def __init__(self, current: str, changed_by: str) -> None:
        super().__init__("stale", current=current, name=changed_by)
        self.current = current
        self.changed_by = changed_by
