"""Looking at answers: what a person would read there, letter by letter, and that nothing in them would run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.unit.views.dom import Element, look

LONGEST = 1.0  # seconds of work for one request


def letters(element: Element) -> str:
    """All text of an element, to the letter."""
    return "".join(inside if isinstance(inside, str) else letters(inside) for inside in element.inside)


def harmless(html: str) -> Element:
    """Read a page, and see that it holds nothing that came from outside and would run."""
    page = look(html)
    for element in page.walk():
        if element.tag == "script":
            assert element["src"].startswith(("/static/", "http://127.0.0.1/widget/")), element
        for name, value in element.attributes.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name not in ("style", "srcdoc"), (element.tag, name)
            if name in ("href", "src", "action"):
                own = element.tag == "link" and value.startswith("data:text/css;base64,")  # of a page that stands alone
                assert own or not value.strip().lower().startswith(("javascript:", "data:", "vbscript:", "//")), value
    return page


def said(page: Element, test_id: str) -> list[str]:
    """What people wrote, line by line; not what the system says, nor the bubble that waits to be filled."""
    people = [line for line in page.all(test_id) if line.attributes.get("data-seq") and line["data-author"] != "system"]
    bodies = [[part for part in line.walk() if part.attributes.get("class") == "msg__body"] for line in people]
    return [letters(body) for (body,) in bodies]


@contextmanager
def in_time() -> Iterator[None]:
    """See that this takes no longer than a request may; work is counted, not waiting: the machine may be busy."""
    before = time.thread_time()
    yield
    assert time.thread_time() - before < LONGEST
