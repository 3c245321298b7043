"""What the retailer's back end has signed of a customer, and whether it may be believed. SPEC section 7."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Proved:
    """What a valid signed identity says: `subject` is the retailer's own id of the customer.

    `email` and the rest fill the form before a chat; only an e-mail that is `email_verified` identifies anybody.
    """

    subject: str
    name: str = ""
    email: str = ""
    email_verified: bool = False
    phone: str = ""
