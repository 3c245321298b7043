"""The only module that calls Jinja. A partial is rendered here, by one call, whatever door it leaves by.

A partial knows its arguments and who reads, and nothing else: no request, no session. Where it goes in the page is not
its business either: `swap()` wraps it in the envelope that htmx takes apart, in an answer and in a push alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from functools import partial as bind
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from .i18n import LANGUAGES, Reader, direction

_environment = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def use(asset_url: Callable[[str], str], *, reload: bool = False) -> None:
    """Tell the templates where static files are; `reload` reads templates anew when they change."""
    _environment.auto_reload = reload
    _environment.globals.update(
        asset=asset_url, dom_id=dom_id, icon=bind(_icon, asset_url), initials=initials, hue=hue, languages=LANGUAGES,
        shared_beginning=shared_beginning,
    )


def partial(name: str, reader: Reader, /, **arguments: Any) -> Markup:
    """Render `partials/<name>.html` for this reader; what comes out is HTML, and may go into another as it is."""
    return _render(f"partials/{name}.html", reader, arguments)


def page(name: str, reader: Reader, /, **arguments: Any) -> Markup:
    """Render `pages/<name>.html`, a whole document, for this reader."""
    return _render(f"pages/{name}.html", reader, arguments)


def swap(target: str, content: str, how: str = "outerMorph") -> Markup:
    """Wrap rendered content in the envelope that takes it to the element with this DOM id.

    `how` is an htmx swap: outerMorph, innerMorph, beforeend, or our own `log`, which keeps lines in order, each once.
    """
    # The tags are ours; what was not drawn here is escaped.
    return Markup(f'<hx-partial hx-target="#{escape(target)}" hx-swap="{escape(how)}">{escape(content)}</hx-partial>')


def titled(title: str, content: str) -> Markup:
    """Return an answer that also names the document."""
    # A title may hold a customer's name: `format` escapes it.
    return Markup("<title>{}</title>{}").format(title, content)


def joined(parts: Iterable[str]) -> Markup:
    """Join what was drawn; text that was not drawn is escaped."""
    return Markup("").join(parts)  # a plain "".join would forget what has been escaped


def dom_id(kind: str, key: object) -> str:
    """Return the DOM id of a thing: the one place where they are made."""
    return f"{kind}-{key}"


def initials(name: str) -> str:
    """Return one or two initials for an avatar; empty when the name has no letters."""
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    return (letters[0] + letters[-1] if len(letters) > 1 else "".join(letters)).upper()


def hue(key: object) -> int:
    """Return one of eight hues for an avatar, the same for the same key."""
    return sum(str(key).encode("utf-8", "replace")) % 8 + 1


def shared_beginning(one: str, other: str) -> int:
    """Return how many characters two texts have in common at their beginning."""
    return next((place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
                min(len(one), len(other)))


def _render(path: str, reader: Reader, arguments: dict[str, Any]) -> Markup:
    html = _environment.get_template(path).render({**arguments, **_of_reader(reader)})
    return Markup(html)  # autoescape has escaped whatever came from outside


@lru_cache(maxsize=256)
def _of_reader(reader: Reader) -> dict[str, Any]:
    """Return what every template knows of who reads."""
    return {
        "reader": reader,
        "t": reader.t,
        "n": reader.n,
        "lang": reader.locale,
        "direction": direction(reader.locale),
        "field_names": lambda fields: ", ".join(reader.t(f"field.{field}") for field in fields),
        "partial": lambda name, /, **inner: partial(name, reader, **inner),
    }


def _icon(asset_url: Callable[[str], str], name: str, extra_class: str = "") -> Markup:
    classes = f"icon {extra_class}".strip()
    # Names come from templates, never from outside; they are escaped all the same.
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#i-{}"/></svg>').format(
        classes, asset_url("icons.svg"), name
    )
