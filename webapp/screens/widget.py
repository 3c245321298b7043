"""The customer's side: what stands before a chat, the chat, and the customer's own details in it.

Whether a profile was found, or which, is known to nobody here: a screen is given the conversation as the customer
knows it, its public lines, and what this customer typed. The page, an answer and a push draw the same.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from .. import colours, render
from ..domain.chats import earlier, messages, requests
from ..domain.identity import facts
from ..domain.identity.proof import Proved
from ..domain.profiles.contact import Given
from ..domain.tables import Conversation, Message, Site
from ..i18n import Reader
from . import hours, lines

Problems = Mapping[str, str]  # field: sentence
# Words that a site may have of its own, and those that stand there otherwise.
WORDS = {"line": "widget.tagline", "why": "widget.why", "greeting": "widget.keep_browsing"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form before a chat, and what the page that shows it said of itself."""

    name: str = ""
    email: str = ""
    phone: str = ""
    message: str = ""
    client_id: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    start: str = ""  # see `webapp.starts`
    store: str = ""  # slug
    page: str = ""  # title


@dataclass(frozen=True, slots=True)
class Screen:
    """What fills the frame: a partial and its arguments."""

    partial: str
    arguments: dict[str, Any]


def document(reader: Reader, site: Site, screen: Screen, csrf_token: str) -> str:
    """Draw the whole page of the frame around a screen."""
    return render.page("widget", reader, site=site, screen=screen, csrf_token=csrf_token, look=look(site))


def drawn(reader: Reader, screen: Screen) -> str:
    """Draw a screen alone."""
    return render.partial(screen.partial, reader, **screen.arguments)


def prechat(
    reader: Reader,
    site: Site,
    typed: Typed,
    *,
    proved: Proved | None = None,
    problems: Problems | None = None,
    complaint: str = "",
    cleared: bool = False,
) -> Screen:
    """Return what stands before a chat: the form or, where the site has none, room for the first message.

    A customer whom the retailer has signed also finds her earlier chats; `cleared` says that the device was.
    """
    return Screen(
        "widget/prechat" if site.prechat_enabled else "widget/start",
        {
            "site": site,
            "words": words(reader, site),
            "query": query(reader, site),
            "typed": typed,
            "proved": proved,
            "earlier": earlier.of(site, proved.subject) if proved else [],
            "closed": hours.closed(reader, requests.store_for(typed.store)),
            "problems": problems or {},
            "complaint": complaint,
            "cleared": cleared,
        },
    )


def transcript(reader: Reader, conversation: Conversation) -> str:
    """Draw the lines of an earlier chat, to be read and no more."""
    return render.partial(
        "widget/transcript", reader, conversation=conversation, lines=messages.log(conversation)
    )


def chat_screen(
    reader: Reader, conversation: Conversation, *, details_open: bool = False, with_log: bool = True
) -> Screen:
    """Return the chat in its present state, with "Your details" open or not."""
    site = _site(conversation)
    return Screen(
        "widget/chat",
        {
            "conversation": conversation,
            "site": site,
            "words": words(reader, site),
            "closed": hours.closed(reader, conversation.store) if conversation.state == "waiting" else None,
            "lines": messages.log(conversation) if with_log else [],
            "query": query(reader, site),
            "details": _details(reader, conversation) if details_open else None,
        },
    )


def chat(reader: Reader, conversation: Conversation, *, with_log: bool = True) -> str:
    """Draw the chat in its present state.

    `with_log` may be false where it is in the document: morphing leaves its log alone, and lines come by number.
    """
    return drawn(reader, chat_screen(reader, conversation, with_log=with_log))


def line(reader: Reader, conversation: Conversation, message: Message) -> str:
    """Draw one line of the log as the customer sees it."""
    return lines.drawn(reader, conversation, message, "customer")


def details(reader: Reader, conversation: Conversation, typed: Given | None = None, **wrong: Any) -> str:
    """Draw "Your details": what was just typed, or else what was last given in this chat.

    `wrong` may hold `problems` (sentences by field) and a `complaint`.
    """
    return render.partial("widget/details", reader, **_details(reader, conversation, typed, **wrong))


def _details(
    reader: Reader,
    conversation: Conversation,
    typed: Given | None = None,
    *,
    problems: Problems | None = None,
    complaint: str = "",
) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "query": query(reader, _site(conversation)),
        "typed": typed or given(conversation),
        "shown": shown(conversation),
        "required": required(conversation),
        "problems": problems or {},
        "complaint": complaint,
    }


def details_status(reader: Reader, conversation: Conversation, state: str) -> str:
    """Draw how saving the details went: "saved" or "invalid"."""
    return render.partial("widget/details_status", reader, conversation=conversation, state=state)


def given(conversation: Conversation) -> Given:
    """Return the details as the customer gave them: a generated name is a name left blank."""
    row = facts.details_of(conversation)
    return Given("" if row.name_generated else str(row.name), str(row.email), str(row.phone))


def shown(conversation: Conversation) -> list[str]:
    """Return the fields that the site asks for at present."""
    return list(_site(conversation).shown_fields)


def required(conversation: Conversation) -> list[str]:
    """Return the fields that may not be left blank in this chat."""
    return list(_site(conversation).required_fields) if conversation.prechat_enabled else []


def words(reader: Reader, site: Site) -> dict[str, str]:
    """Return title, line, why and greeting in the reader's language: the site's own where it has them."""
    own: dict[str, str] = {"title": str(site.name), **site.texts.get(reader.locale, {})}
    return own | {name: own.get(name) or reader.t(key) for name, key in WORDS.items()}


def look(site: Site) -> str:
    """Return the address of the styles of a site that has a colour of its own, or ""."""
    if not site.colour:
        return ""
    return "/widget/look.css?" + urlencode({"key": site.key, "v": look_version(site.colour)})


@lru_cache(maxsize=256)
def look_version(colour: str) -> str:
    """Return what tells the styles of a colour from others, so that a browser may keep them for ever."""
    return hashlib.sha256(colours.stylesheet(colour).encode()).hexdigest()[:12]


def query(reader: Reader, site: Site) -> str:
    """Return what every address of the widget carries: for which site, in which language and time zone."""
    return "?" + urlencode({"key": site.key, "locale": reader.locale, "zone": reader.zone})


def _site(conversation: Conversation) -> Site:
    found: Site | None = conversation.site
    assert found, "a chat of the widget comes from a site"
    return found
